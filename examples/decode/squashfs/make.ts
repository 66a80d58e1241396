// node examples/decode/squashfs/make.ts: writes the inputs with mksquashfs 4.5.1 and xz, from a made-up tree.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes, le16, le32, patched, writeCases } from '../../craft.ts';

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
    'version-3': { input: patched(gzip, 28, le16(3)), note: 'The look-alike: an older version has another layout.' },
  },
  'img',
);
rmSync(work, { recursive: true });
