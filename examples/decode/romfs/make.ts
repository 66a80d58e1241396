// node examples/decode/romfs/make.ts: writes the inputs header by header, as romfs.rst lays them out.
import { be32, bytes, noise, padded, type Part, patched, writeCases, zeros } from '../../craft.ts';

const LINK = 0;
const DIRECTORY = 1;
const FILE = 2;
const SYMBOLIC = 3;
const BLOCK = 4;
const CHARACTER = 5;
const SOCKET = 6;
const FIFO = 7;
const RUNNABLE = 8;

/** With the checksum in the field of four bytes that makes the sum of all words zero. */
function summed(given: Buffer, at: number, length = given.length): Buffer {
  let sum = 0;
  for (let i = 0; i < length; i += 4) sum = (sum + given.readUInt32BE(i)) >>> 0;
  return patched(given, at, be32(-sum >>> 0));
}

interface Node {
  readonly name: string;
  readonly kind: number;
  readonly info?: number;
  readonly content?: Part;
  /** True: no other follows it in its directory. */
  readonly isLast?: boolean;
}

/** An image of headers and contents one after another; `next` points to the one behind, past a subdirectory's. */
function image(nodes: readonly (Node & { readonly skip?: number })[]): Buffer {
  const volume = padded('made up', 16);
  const sizes = nodes.map(({ name, content = '' }) => 16 + padded(`${name}\0`, 16).length + padded(content, 16).length);
  const at = sizes.map((_, i) => 16 + volume.length + sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const headers = nodes.map(({ name, kind, info = 0, content = '', isLast = false, skip = 0 }, i) => {
    const next = isLast ? 0 : (at[i + 1 + skip] ?? 0);
    const place = kind % 8 === DIRECTORY || kind === LINK ? (at[info] ?? 0) : info;
    const header = bytes(be32(next + kind), be32(place), be32(bytes(content).length), zeros(4), padded(`${name}\0`, 16));
    return bytes(summed(header, 12), padded(content, 16));
  });
  const body = bytes(volume, ...headers);
  const whole = padded(bytes('-rom1fs-', be32(16 + body.length), zeros(4), body), 1024);
  return summed(whole, 12, Math.min(512, 16 + body.length));
}

const tree = image([
  { name: '.', kind: DIRECTORY + RUNNABLE, info: 0 },
  { name: '..', kind: LINK, info: 0 },
  { name: 'bin', kind: DIRECTORY + RUNNABLE, info: 3, skip: 4 },
  { name: '.', kind: LINK, info: 2 },
  { name: 'sh', kind: LINK, info: 5 },
  { name: 'busybox', kind: FILE + RUNNABLE, content: noise(100) },
  { name: 'more', kind: SYMBOLIC, content: '../bin/busybox', isLast: true },
  { name: 'console', kind: CHARACTER, info: 5 * 65_536 + 1 },
  { name: 'mtdblock3', kind: BLOCK, info: 31 * 65_536 + 3 },
  { name: 'pipe', kind: FIFO },
  { name: 'log', kind: SOCKET },
  { name: 'nothing', kind: FILE },
  { name: 'a-name-of-more-than-sixteen-bytes', kind: FILE, content: 'x', isLast: true },
]);
const find = (name: string) => tree.indexOf(`${name}\0`) - 16;

writeCases(import.meta.dirname, '../make.ts', {
  'every-kind': { input: tree, note: 'Every kind of entry; a hard link that points forward.' },
  'chain-that-loops': { input: patched(tree, find('log'), be32(find('console') + SOCKET)), note: 'The next header was read before: the rest of the directory is not listed.' },
  'directory-in-itself': { input: patched(tree, find('bin') + 4, be32(find('bin'))), note: 'Its chain begins with its own header, which was read before.' },
  'header-changed': { input: patched(tree, find('busybox') + 16, 'BUSYBOX'), note: 'One checksum is wrong; the entry is given.' },
  'size-beyond-the-image': { input: patched(tree, find('busybox') + 8, be32(0x7fffffff)), note: 'A file that claims more than there is has no content.' },
  'link-to-nothing': { input: patched(tree, find('sh') + 4, be32(0x70)), note: 'A hard link to bytes that are no header of the tree is not given.' },
  'name-with-a-slash': { input: patched(tree, find('nothing') + 16, 'no/hing'), note: 'One step all the same.' },
  'cut-short': { input: tree.subarray(0, 300), note: 'Entries up to the end are given.' },
  'bytes-that-no-header-names': { input: patched(tree, 900, noise(100)), note: 'Behind the last file stands what nothing leads to.' },
  'root-is-a-file': { input: patched(tree, 32, be32(FILE)), note: 'The look-alike: no directory stands first.' },
});
