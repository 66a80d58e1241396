// node examples/decode/squashfs/make.ts: writes the inputs with mksquashfs 4.5.1, xz and 7zz, from made-up trees; what
// mksquashfs does not make, with image.ts.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes, le16, le32, patched, writeCases } from '../../craft.ts';
import { type Node, squashfsImage, type Wishes } from './image.ts';

const work = mkdtempSync(join(tmpdir(), 'squashfs-'));
const tree = join(work, 'tree');
for (const folder of ['bin', 'etc/init.d', 'empty']) mkdirSync(join(tree, folder), { recursive: true });
const lines = (count: number, text: string) => Array.from({ length: count }, (_, i) => `${i} ${text}\n`).join('');
writeFileSync(`${tree}/bin/tool`, lines(340, 'whole blocks and a tail'));
writeFileSync(`${tree}/bin/login`, lines(20, 'a tail only'));
writeFileSync(`${tree}/etc/passwd`, 'root:x:0:0:root:/root:/bin/sh\n');
writeFileSync(`${tree}/etc/init.d/rcS`, '#!/bin/sh\n/bin/tool\n');
writeFileSync(`${tree}/etc/größe`, 'a name in UTF-8\n');
writeFileSync(Buffer.from(`${tree}/etc/caf\xe9`, 'latin1'), 'a name that is not UTF-8\n');
writeFileSync(`${tree}/etc/nothing`, '');
writeFileSync(`${tree}/holes`, 'data, then holes');
truncateSync(`${tree}/holes`, 20_000);
linkSync(`${tree}/bin/tool`, `${tree}/bin/tool-too`);
symlinkSync('../bin/tool', `${tree}/etc/link`);

execFileSync('python3', ['-c', `import os; os.setxattr('${tree}/etc/passwd', 'user.origin', b'made up')`]);

const NODES = [
  'bin/login m 4755 0 0',
  'dev d 755 0 0',
  'dev/console c 600 0 5 5 1',
  'dev/mtdblock3 b 640 0 6 31 3',
  'dev/pipe i 622 1000 100 f',
  'dev/socket i 777 65534 70000 s',
  'dev/wide c 644 0 0 300 70000',
];
const FIXED = ['-b', '4096', '-reproducible', '-mkfs-time', '0', '-all-time', '1700000000', '-nopad'];
const PLAIN = ['-noI', '-noD', '-noF', '-noId'];

function image(...options: readonly string[]): Buffer {
  const xattrs = options.includes('-xattrs') ? [] : ['-no-xattrs'];
  const file = join(work, 'image');
  const nodes = NODES.flatMap((node) => ['-p', node]);
  execFileSync('mksquashfs', [tree, file, '-noappend', '-quiet', '-no-progress', ...FIXED, ...nodes, ...xattrs, ...options], {
    stdio: 'ignore',
  });
  return readFileSync(file);
}

const position = (given: Buffer, field: number) => Number(given.readBigUInt64LE(field));
const inodes = (given: Buffer) => position(given, 64);
const directories = (given: Buffer) => position(given, 72);

/** Where a file of this size has its inode, in an image whose inodes are not compressed. */
function inodeOf(given: Buffer, type: 'basic' | 'extended', size: number): number {
  const distance = type === 'basic' ? 28 : 24;
  const at = given.indexOf(le32(size), inodes(given)) - distance;
  if (given.readUInt16LE(at) !== (type === 'basic' ? 2 : 9)) throw new Error(`no inode of size ${size}`);
  return at;
}

/** Where the name stands in a directory; eight bytes before it stand offset, number, type and length. */
function listed(given: Buffer, name: string): number {
  const at = given.indexOf(name, directories(given), 'latin1');
  if (at === -1 || given.readUInt16LE(at - 2) !== name.length - 1) throw new Error(`no entry ${name}`);
  return at;
}

/** Streams of LZMA without the eight bytes of size behind the first five. The metadata blocks and a file's one block
 *  are packed where they stand in an uncompressed image; what they do not need any more becomes zeros. */
function fiveByteHeaders(): Buffer {
  const given = Buffer.from(image(...PLAIN, '-no-fragments', '-no-exports'));
  given.writeUInt16LE(2, 20);
  const inode = inodeOf(given, 'basic', readFileSync(`${tree}/bin/login`).length);
  const size = given.readUInt32LE(inode + 28);
  const block = packedAt(given, given.readUInt32LE(inode + 16), size);
  given.writeUInt32LE(block, inode + 32);
  for (const table of [inodes(given), directories(given)]) {
    given.writeUInt16LE(packedAt(given, table + 2, given.readUInt16LE(table) & 0x7fff), table);
  }
  return given;
}

/** Packs bytes in their place; returns how many they are now. */
function packedAt(given: Buffer, at: number, length: number): number {
  const input = given.subarray(at, at + length);
  const stream = execFileSync('xz', ['--format=lzma', '--stdout', '-9'], { input });
  const packed = bytes(stream.subarray(0, 5), stream.subarray(13));
  input.fill(0);
  input.set(packed);
  return packed.length;
}

const common = { mode: 0o644, uid: 0, gid: 0, time: 1_700_000_000 };
const folder = (entries: Readonly<Record<string, Node>>): Node => ({ ...common, mode: 0o755, kind: 'directory', entries });
const text = (content: string): Node => ({ ...common, kind: 'file', content: Buffer.from(content) });
const shared = text(lines(340, 'whole blocks and a tail'));

/** Every kind of entry, as in the tree above. */
const early = folder({
  bin: folder({
    tool: shared,
    'tool-too': shared,
    login: { ...common, mode: 0o4755, uid: 1000, gid: 100, kind: 'file', content: Buffer.from(lines(20, 'a tail only')) },
  }),
  dev: folder({
    console: { ...common, mode: 0o600, gid: 5, kind: 'character-device', device: [5, 1] },
    mtdblock3: { ...common, mode: 0o640, gid: 6, kind: 'block-device', device: [31, 3] },
    pipe: { ...common, mode: 0o622, uid: 1000, gid: 1000, kind: 'fifo' },
    socket: { ...common, mode: 0o777, kind: 'socket' },
  }),
  empty: folder({}),
  etc: folder({ 'caf\xe9': text('a name that is not UTF-8\n'), nothing: text(''), passwd: text('root:x:0:0:root:/root:/bin/sh\n') }),
  holes: text(`data, then holes${'\0'.repeat(20_000)}`),
  link: { ...common, mode: 0o777, kind: 'link', target: 'bin/tool' },
});
const earlyImage = (wishes: Wishes) => squashfsImage(early, { madeAt: 1_600_000_000, ...wishes });

/** A stream of LZMA with its header of 13 bytes and no end marker: what 7zz puts between the headers of an archive. */
function lzma(content: Uint8Array, lc = 3, lp = 0, pb = 2): Buffer {
  const [from, to] = [join(work, 'content'), join(work, 'stream.7z')];
  writeFileSync(from, content);
  rmSync(to, { force: true });
  execFileSync('7zz', ['a', '-t7z', '-mhc=off', `-m0=LZMA:d=16:lc=${lc}:lp=${lp}:pb=${pb}`, to, from], { stdio: 'ignore' });
  const archive = readFileSync(to);
  const stream = archive.subarray(32, 32 + Number(archive.readBigUInt64LE(12)));
  return bytes([lc + 9 * lp + 45 * pb], le32(65_536), le32(content.length), le32(0), stream);
}

/** Where a line of a listing stands whose name follows: three bytes in 2.x. */
function lineOf2(given: Buffer, name: string): number {
  const at = given.indexOf(bytes([name.length - 1], name));
  if (at === -1) throw new Error(`no entry ${name}`);
  return at - 2;
}

const plain2 = earlyImage({ major: 2, isLittle: true, plainTables: true });
const size2 = plain2.indexOf(le32(20_016));
const little3 = earlyImage({ major: 3, isLittle: true, fragments: true, exports: true });

const gzip = image();
const plain = image(...PLAIN);
const whole = image(...PLAIN, '-no-fragments');
const tool = readFileSync(`${tree}/bin/tool`).length;
const login = readFileSync(`${tree}/bin/login`).length;
const renamed = [
  ['nothing', '../evil'],
  ['empty', '.\0...'],
  ['caf\xe9', '\x1b[2J'],
].reduce((given, [from = '', to = '']) => patched(given, listed(given, from), to), plain);

writeCases(
  import.meta.dirname,
  '../make.ts',
  {
    gzip: { input: gzip, note: 'Every kind of entry; blocks of 4 KiB, tails that share a fragment block.' },
    lzma: { input: image('-comp', 'lzma'), note: 'The same tree, LZMA with whole headers.' },
    xz: { input: image('-comp', 'xz'), note: 'The same tree, XZ.' },
    lzo: { input: image('-comp', 'lzo'), note: 'The same tree, LZO.' },
    lz4: { input: image('-comp', 'lz4'), note: 'The same tree, LZ4.' },
    zstd: { input: image('-comp', 'zstd'), note: 'The same tree, Zstandard.' },
    'nothing-compressed': { input: plain, note: 'Blocks and tables as they are.' },
    'every-tail-in-a-fragment': { input: image('-always-use-fragments'), note: 'Tails of large files lie in fragments too.' },
    'extended-attributes': { input: image('-xattrs'), note: 'One file has an attribute: counted, not read.' },
    'options-of-the-compressor': {
      input: image('-Xcompression-level', '3', '-Xwindow-size', '10'),
      note: 'A metadata block behind the superblock states them.',
    },
    'xz-stated-as-gzip': {
      input: patched(image('-comp', 'xz'), 20, le16(1)),
      note: 'The superblock states another compression than the blocks have.',
    },
    'lzma-with-five-byte-headers': {
      input: fiveByteHeaders(),
      note: 'LZMA streams without the size behind the first five bytes, as some vendors write them.',
    },
    'magic-of-a-vendor': { input: patched(gzip, 0, 'shsq'), note: 'Another magic; the rest is as it should be.' },
    'inside-a-loader': {
      input: bytes('a loader '.repeat(20), gzip, 'words behind the image '.repeat(9)),
      note: 'Bytes before and behind the image stay unexplained.',
    },
    'bytes-that-no-file-names': {
      input: patched(whole, inodeOf(whole, 'extended', tool) + 24, le32(4096)),
      note: 'The file was shortened to one block; the others lie inside the image and nothing names them.',
    },
    'data-block-damaged': {
      input: patched(gzip, 100, Buffer.alloc(16, 0xff)),
      note: 'One file has no content; all others are given.',
    },
    'inode-damaged': {
      input: patched(plain, inodeOf(plain, 'basic', login), le16(99)),
      note: 'Of one file only the name is known; all others are given, the break is named.',
    },
    'cut-in-the-tables': {
      input: gzip.subarray(0, position(gzip, 80)),
      note: 'Cut before the table of fragments: the tree is given, without owners, without tails.',
    },
    'cut-before-the-tables': { input: gzip.subarray(0, inodes(gzip)), note: 'Only data is left: nothing can be listed.' },
    'directory-in-itself': {
      input: patched(plain, listed(plain, 'init.d') - 8, plain.subarray(32, 34)),
      note: 'etc/init.d is the root directory: entered once only.',
    },
    'names-that-are-paths': { input: renamed, note: 'Names with a slash, a zero, an escape sequence: one step each.' },
    'hole-of-terabytes': {
      input: patched(plain, inodeOf(plain, 'extended', 20_000) + 24, bytes(le32(0), le32(1024))),
      note: 'A file that claims 4 TiB is not read; the others are, and the budget is named.',
    },
    '1-0-little-endian': { input: earlyImage({ major: 1, isLittle: true }), note: 'Every kind of entry in version 1.0.' },
    '1-0-big-endian': { input: earlyImage({ major: 1, isLittle: false }), note: 'Bit fields begin at the other end of a byte.' },
    '2-1-little-endian': {
      input: earlyImage({ major: 2, isLittle: true, fragments: true }),
      note: 'Version 2.1: tails in fragments; links and devices have no time.',
    },
    '2-1-big-endian': { input: earlyImage({ major: 2, isLittle: false, fragments: true }), note: 'As 2-1-little-endian.' },
    '3-1-little-endian': { input: little3, note: 'Version 3.1: a file with two names, holes, an export table.' },
    '3-1-big-endian': {
      input: earlyImage({ major: 3, isLittle: false, fragments: true, exports: true }),
      note: 'As 3-1-little-endian.',
    },
    '3-1-check-bytes': {
      input: earlyImage({ major: 3, isLittle: false, checkBytes: true, longDirectories: true }),
      note: 'Metadata blocks with a check byte, directories with an index, no fragments.',
    },
    '4-0-big-endian': {
      input: earlyImage({ major: 4, isLittle: false, fragments: true }),
      note: 'What the format does not allow and vendors built: 4.0 in big endian.',
    },
    '3-1-lzma': {
      input: earlyImage({ major: 3, isLittle: false, magic: 'sqlz', pack: lzma }),
      note: 'LZMA with whole headers; no field says so.',
    },
    '2-76-lzma-with-five-byte-headers': {
      input: earlyImage({
        major: 2,
        minor: 76,
        isLittle: true,
        pack: (content) => bytes(lzma(content).subarray(0, 5), lzma(content).subarray(13)),
      }),
      note: 'A minor version of a vendor; LZMA without the size in its header.',
    },
    '3-0-lzma-without-headers': {
      input: earlyImage({
        major: 3,
        minor: 0,
        isLittle: true,
        magic: 'hsqt',
        pack: (content) => bytes([1, 2, 1, 0], lzma(content, 1, 2, 1).subarray(13)),
      }),
      note: 'Bare streams of LZMA behind four bytes; the properties are found by trying.',
    },
    '3-1-cut-short': { input: little3.subarray(0, little3.length - 100), note: 'Cut in the tables behind the directories.' },
    '2-1-directory-in-itself': {
      input: patched(plain2, lineOf2(plain2, 'empty'), le16(plain2.readUInt16LE(43) + 0x2000)),
      note: 'The directory `empty` is the root directory: entered once only.',
    },
    '2-1-lying-size': {
      input: patched(plain2, size2, le32(0xfffffff0)),
      note: 'A file claims 4 GiB: more block sizes than the inode table has.',
    },
    'version-3': { input: patched(gzip, 28, le16(3)), note: 'The look-alike: an older version has another layout.' },
  },
  'img',
);
rmSync(work, { recursive: true });
