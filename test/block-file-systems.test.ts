import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Entry, Extent, Part } from '#domain/artefact';
import type { Format } from '#domain/plugin';
import { bytesOfName } from '#engine/bytes/text';
import { cramfs } from '#engine/decode/cramfs';
import { ext } from '#engine/decode/ext/ext';
import { romfs } from '#engine/decode/romfs';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';

// Images made by the tools that everybody uses, from one tree: what we read is compared with that tree, and where an
// image has another maker, with what a second reader extracts.

const isRoot = process.getuid?.() === 0;
const LIMITS = { bytesOut: 2 ** 32, entries: 100_000, trials: 1_000, bytesWasted: 2 ** 28 };
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

let root = '';

before(() => {
  root = mkdtempSync(join(tmpdir(), 'block-file-systems-'));
});

after(() => {
  if (root !== '') rmSync(root, { recursive: true });
});

/** False: all of them are there. Else what is said of the test that is skipped. */
function missing(...tools: readonly string[]): string | false {
  const absent = tools.filter((tool) => !PATH.split(':').some((folder) => existsSync(join(folder, tool))));
  return absent.length === 0 ? false : `not installed: ${absent.join(', ')}`;
}

function run(command: string): string {
  return execFileSync('/bin/sh', ['-ec', command], {
    cwd: root,
    env: { ...process.env, PATH, TZ: 'UTC', LC_ALL: 'C.UTF-8', MTOOLS_SKIP_CHECK: '1' },
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

// --- cramfs

for (const [name, command] of [
  ['little endian', 'mkfs.cramfs -N little tree small.img'],
  ['big endian', 'mkfs.cramfs -N big tree small.img'],
  ['with boot code before it', 'mkfs.cramfs -p tree small.img'],
  ['with explicit holes', 'mkfs.cramfs -z tree small.img'],
  ['blocks of 16 KiB', 'mkfs.cramfs -b 16384 tree small.img'],
] as const) {
  test(`cramfs, ${name}: the tree it was made from`, { skip: missing('mkfs.cramfs') }, () => {
    makeTree('tree', { sizes: 1 });
    run(command);
    const part = explained(cramfs, 'small.img', 0);
    compare(part.entries, truthOf('tree'), ['modifiedAt', 'hard-link']);
    assert.equal(part.facts['crc'], 'right');
    assert.equal(part.facts['files-in-tree'], part.facts['files-stated']);
  });
}

// --- romfs

for (const align of [16, 4096]) {
  test(`romfs, aligned to ${align}: the tree it was made from`, { skip: missing('genromfs') }, () => {
    makeTree('tree', { sizes: 1 });
    run(`genromfs -f rom.img -d tree -V label -a ${align}`);
    const part = explained(romfs, 'rom.img', 0);
    compare(part.entries, truthOf('tree'), ['modifiedAt', 'mode', 'uid', 'gid']);
    for (const { path, type, mode } of part.entries) {
      const name = Buffer.concat([Buffer.from(`${root}/tree/`), bytesOfName(path)]);
      const isRunnable = (lstatSync(name).mode & 0o111) !== 0;
      if (type === 'file') assert.equal((mode ?? 0) & 0o111, isRunnable ? 0o111 : 0, path);
    }
    assert.match(part.facts['header-checksums'] ?? '', /, 0 wrong$/);
    assert.equal(part.facts['name'], 'label');
  });
}

// --- ext2, ext3, ext4

/** Of the root directory mkfs keeps nothing, and it makes one directory more. */
const isOfTree = ({ path }: Entry) => path !== '' && path !== 'lost+found';

const EXT_VARIANTS: Readonly<Record<string, string>> = {
  'ext2, blocks of 1 KiB': '-t ext2 -b 1024',
  'ext2, blocks of 4 KiB': '-t ext2 -b 4096',
  'ext2, inodes of 128 bytes': '-t ext2 -b 2048 -I 128',
  'ext3, blocks of 1 KiB': '-t ext3 -b 1024',
  'ext3, every group with a copy of the superblock': '-t ext3 -b 1024 -O ^sparse_super,^resize_inode',
  'ext4, blocks of 1 KiB': '-t ext4 -b 1024',
  'ext4, blocks of 4 KiB': '-t ext4 -b 4096',
  'ext4, blocks of 64 KiB': '-t ext4 -b 65536',
  'ext4, 64 bits': '-t ext4 -b 1024 -O 64bit',
  'ext4, 32 bits, no checksums': '-t ext4 -b 1024 -O ^64bit,^metadata_csum,uninit_bg',
  'ext4, block maps instead of extents': '-t ext4 -b 1024 -O ^extents,^64bit',
  'ext4, inline data': '-t ext4 -b 1024 -I 256 -O inline_data',
  'ext4, clusters of blocks': '-t ext4 -b 1024 -O bigalloc -C 16384',
  'ext4, groups of groups': '-t ext4 -b 1024 -O meta_bg,^resize_inode -g 1024',
  'ext4, groups apart': '-t ext4 -b 1024 -O ^flex_bg -g 2048',
  'ext4, two copies of the superblock': '-t ext4 -b 1024 -O sparse_super2,^resize_inode -g 2048',
  'ext4, quotas, no journal': '-t ext4 -b 1024 -O quota,^has_journal',
};

for (const [name, options] of Object.entries(EXT_VARIANTS)) {
  test(`${name}: the tree it was made from`, { skip: missing('mke2fs') }, () => {
    const truth = extTruth();
    run(`rm -f ext.img; mke2fs -F -q ${options} -N 1000 -d wide ext.img 40M`);
    const part = explained(ext, 'ext.img', 0);
    compare(part.entries.filter(isOfTree), truth);
    assert.equal(part.facts['inodes-without-name'], '0');
    assert.equal(part.facts['inodes-deleted'], '0');
  });
}

test('ext4, directories with a search tree: the tree it was made from', {
  skip: missing('mke2fs', 'e2fsck'),
}, () => {
  const truth = extTruth();
  run('rm -f ext.img; mke2fs -F -q -t ext4 -b 1024 -N 1000 -d wide ext.img 40M');
  run('e2fsck -fyD ext.img || [ $? = 1 ]');
  const { parts } = open(ext, readFileSync(join(root, 'ext.img')));
  compare(parts.flatMap(({ entries }) => entries).filter(isOfTree), truth);
});

test('ext4: what was deleted is not claimed and stays to be searched', {
  skip: missing('mke2fs', 'debugfs'),
}, () => {
  makeTree('wide', { sizes: 1, isWide: true });
  run('rm -f ext.img; mke2fs -F -q -t ext4 -b 1024 -N 1000 -d wide ext.img 40M');
  run(
    'debugfs -w -R "rm bin/su" ext.img; debugfs -w -R "rm etc/su-again" ext.img; debugfs -w -R "rm a-first-name" ext.img',
  );
  const image = readFileSync(join(root, 'ext.img'));
  const at = image.indexOf(noise(70_000, 1));
  assert.notEqual(at, -1, 'the content is still there');
  const { parts, extents } = open(ext, image);
  assert.equal(parts[0]?.facts['inodes-deleted'], '1');
  const gap = extents.find(({ range }) => range[0] <= at && at < range[1]);
  assert.equal(gap?.role, 'opaque');
  assert.deepEqual(gap.range, [at, at + 70_000]);
});

/** The tree that mke2fs copies, with a file of many pieces. */
function extTruth(): Truth {
  makeTree('wide', { sizes: 1, isWide: true });
  const pieces = join(root, 'wide/sizes/pieces');
  if (!existsSync(pieces)) {
    const bytes = new Uint8Array(1_999_872);
    for (let at = 0; at < bytes.length; at += 4096) bytes.set(noise(1024, at), at);
    writeFileSync(pieces, bytes);
  }
  return new Map([...truthOf('wide')].filter(([path]) => path !== ''));
}

// --- what others collected, where it is at hand

const corpus = process.env['ASSAY_CORPUS'] ?? '';
const noCorpus = existsSync(join(corpus, 'firmware')) ? false : 'ASSAY_CORPUS names no corpus';

test('cramfs and romfs of the same file give the same file', { skip: noCorpus }, () => {
  const digests = [
    [cramfs, 'binwalk-test-cramfs.bin'],
    [romfs, 'binwalk-test-romfs.bin'],
  ] as const;
  const found = digests.map(([format, name]) => {
    const { parts } = open(format, readFileSync(join(corpus, 'firmware', name)));
    const files = parts.flatMap(({ entries }) => entries).filter(({ type }) => type === 'file');
    return files.map(({ path, content }) => `${path} ${content?.digest}`);
  });
  assert.equal(found[0]?.length, 1);
  assert.deepEqual(found[0], found[1]);
});

// --- reading

function open(format: Format, bytes: Uint8Array): { parts: readonly Part[]; extents: readonly Extent[] } {
  const blobs = memoryBlobs();
  return openArtefact(blobs.put(bytes), blobs, [format], LIMITS);
}

/** The one part of an image of which every byte has a meaning.
 *  @param at  where the image begins in the file */
function explained(format: Format, file: string, at: number): Part {
  const { parts, extents } = open(format, readFileSync(join(root, file)).subarray(at));
  assert.equal(parts.length, 1, 'recognised once');
  assert.deepEqual(
    extents.filter(({ reason }) => reason !== null),
    [],
    'every byte is explained',
  );
  return parts[0] as Part;
}

// --- comparing

/** What is known of one name, fields in a fixed order. */
interface Known {
  readonly type: string;
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly modifiedAt: number | null;
  readonly target: string | null;
  readonly device: string | null;
  readonly size: number | null;
  readonly digest: string | null;
}

/** `hard-link`: which names are one file. */
type Aspect = keyof Known | 'hard-link';

type Truth = ReadonlyMap<string, Known & { readonly file: string }>;

/** Compares entries with what is true of them.
 *  @param untold  what the format does not keep */
function compare(entries: readonly Entry[], truth: Truth, untold: readonly Aspect[] = []): void {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  assert.equal(byPath.size, entries.length, 'no path twice');
  assert.deepEqual([...byPath.keys()].toSorted(), [...truth.keys()].toSorted(), 'the same paths');
  const told = (known: Known) =>
    Object.fromEntries(Object.entries(known).filter(([aspect]) => !untold.includes(aspect as Aspect)));
  const firstNames = new Map<string, string>();
  for (const [path, entry] of byPath) {
    const file = entry.type === 'hard-link' ? byPath.get(entry.target ?? '') : entry;
    assert.ok(file !== undefined && file.type !== 'hard-link', `${path} points to a first name`);
    const right = truth.get(path);
    assert.ok(right !== undefined);
    const { file: inode, ...known } = right;
    assert.deepEqual(told(knownOf(file)), told(known), path);
    if (untold.includes('hard-link') || known.type === 'directory') continue;
    const first = firstNames.get(inode);
    if (first === undefined) firstNames.set(inode, file.path);
    else assert.equal(file.path, first, `${path}: one file of several names`);
  }
}

function knownOf(entry: Entry): Known {
  const { type, mode, uid, gid, modifiedAt, target, device, content } = entry;
  return {
    type,
    // No system has a use for the permissions of a link.
    mode: type === 'link' ? null : mode,
    uid,
    gid,
    modifiedAt,
    target,
    device: device === null ? null : `${device.major},${device.minor}`,
    size: content?.size ?? null,
    digest: content?.digest ?? null,
  };
}

/** What the system says of a tree. */
function truthOf(folder: string): Truth {
  const truth = new Map<string, Known & { file: string }>();
  const walk = (path: Buffer, name: string) => {
    const stat = lstatSync(path);
    const isNode = stat.isCharacterDevice() || stat.isBlockDevice();
    const bytes = stat.isFile() ? readFileSync(path) : null;
    truth.set(name, {
      type: typeOf(stat),
      mode: stat.isSymbolicLink() ? null : stat.mode & 0o7777,
      uid: stat.uid,
      gid: stat.gid,
      modifiedAt: Math.floor(stat.mtimeMs / 1000),
      target: stat.isSymbolicLink() ? escaped(readlinkSync(path, { encoding: 'buffer' })) : null,
      device: isNode ? deviceOf(stat.rdev) : null,
      size: bytes?.length ?? null,
      digest: bytes === null ? null : `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      file: `${stat.ino}`,
    });
    if (!stat.isDirectory()) return;
    for (const child of readdirSync(path, { encoding: 'buffer' }))
      walk(
        Buffer.concat([path, Buffer.from('/'), child]),
        `${name}${name === '' ? '' : '/'}${escaped(child)}`,
      );
  };
  walk(Buffer.from(join(root, folder)), '');
  return truth;
}

function typeOf(stat: ReturnType<typeof lstatSync>): string {
  if (stat === undefined || stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'link';
  if (stat.isCharacterDevice()) return 'character-device';
  if (stat.isBlockDevice()) return 'block-device';
  return stat.isFIFO() ? 'fifo' : 'socket';
}

/** As glibc takes a device number apart. */
function deviceOf(number: number): string {
  const major = (Math.floor(number / 2 ** 8) & 0xfff) + Math.floor(number / 2 ** 32) * 2 ** 12;
  const minor = (number & 0xff) + (Math.floor(number / 2 ** 12) & 0xfff00);
  return `${major},${minor}`;
}

function escaped(name: Buffer): string {
  const text = name.toString('utf8').includes('\ufffd')
    ? name.toString('latin1').replaceAll(/[\x80-\xff]/g, (c) => `\u{10ff00}x${c.charCodeAt(0).toString(16)}`)
    : name.toString('utf8');
  return text.replaceAll('\\', '\\\\').replaceAll('\u{10ff00}', '\\');
}

// --- the tree

/** What differs between the trees that formats can hold. */
interface Wishes {
  /** Files grow by this: 1 is what every format takes. */
  readonly sizes: number;
  /** Numbers of users and groups above 16 bits, devices of wide numbers, times after 2038. */
  readonly isWide?: boolean;
}

/** Every kind of file, sizes around those of blocks, names of every kind. Made once for each name. */
function makeTree(name: string, { sizes, isWide = false }: Wishes): void {
  const folder = join(root, name);
  if (existsSync(folder)) return;
  const put = (path: string | Buffer, content: Uint8Array | string) => writeFileSync(path, content);
  for (const path of ['bin', 'dev', 'etc/init.d', 'empty', 'many', 'deep/er/and/deeper', 'sizes'])
    mkdirSync(join(folder, path), { recursive: true });
  put(`${folder}/bin/su`, noise(70_000, 1));
  chmodSync(`${folder}/bin/su`, 0o4755);
  linkSync(`${folder}/bin/su`, `${folder}/etc/su-again`);
  linkSync(`${folder}/bin/su`, `${folder}/a-first-name`);
  for (const size of [0, 1, 59, 60, 61, 155, 156, 157, 1023, 1024, 1025, 4095, 4096, 4097, 65_536, 131_073]) {
    put(`${folder}/sizes/noise-${size}`, noise(size * sizes, size));
    put(`${folder}/sizes/text-${size}`, Buffer.alloc(size * sizes, 'one line of text\n'));
  }
  put(`${folder}/sizes/holes`, noise(5000, 9));
  truncateSync(`${folder}/sizes/holes`, 300_000 * sizes);
  writeFileSync(`${folder}/sizes/holes`, noise(3000, 10), { flag: 'a' });
  put(`${folder}/sizes/only-a-hole`, '');
  truncateSync(`${folder}/sizes/only-a-hole`, 150_000 * sizes);
  for (let i = 0; i < 300; i++) put(`${folder}/many/${'n'.repeat(i % 120)}${i}`, `file ${i}\n`);
  symlinkSync('../bin/su', `${folder}/etc/link`);
  symlinkSync('/nowhere/'.repeat(100), `${folder}/deep/er/long-link`);
  for (const length of [58, 59, 60, 61]) symlinkSync('l'.repeat(length), `${folder}/deep/link-${length}`);
  put(`${folder}/etc/größe`, 'UTF-8');
  put(`${folder}/etc/back\\slash`, 'a backslash');
  put(Buffer.from(`${folder}/etc/caf\xe9`, 'latin1'), 'Latin-1');
  put(`${folder}/etc/${'x'.repeat(200)}`, 'a long name');
  chmodSync(`${folder}/empty`, 0o1777);
  chmodSync(`${folder}/etc/init.d`, 0o2750);
  utimesSync(`${folder}/etc/größe`, 0, 0);
  spawnSync('mkfifo', ['-m', '622', `${folder}/dev/pipe`]);
  if (!isRoot) return;
  chownSync(`${folder}/etc/init.d`, 1000, 100);
  chownSync(`${folder}/sizes/noise-1`, 65_534, 200);
  const device = (...options: readonly string[]) => spawnSync('mknod', options, { cwd: folder });
  device('-m', '600', 'dev/console', 'c', '5', '1');
  device('-m', '640', 'dev/mtdblock3', 'b', '31', '3');
  if (!isWide) return;
  device('-m', '644', 'dev/wide', 'c', '300', '70000');
  chownSync(`${folder}/sizes/noise-59`, 70_000, 80_000);
  utimesSync(`${folder}/sizes/noise-61`, -86_400, -86_400);
}

/** Bytes that do not compress, the same for the same seed. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
