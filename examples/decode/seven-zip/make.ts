// node examples/decode/seven-zip/make.ts: writes the inputs with 7z 26.02, and by hand what it does not write.
import { execFileSync } from 'node:child_process';
import { chmodSync, lutimesSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { bytes, le32, noise, type Part, patched, writeCases } from '../../craft.ts';

const TEXT = Array.from({ length: 200 }, (_, i) => `line ${i} of a file in an archive, ${(i * i) % 97}\n`).join('');
const TIME = 1_600_000_000;

const root = mkdtempSync(join(tmpdir(), '7z-'));
mkdirSync(join(root, 'etc'));
writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0::/:/bin/sh\n');
writeFileSync(join(root, 'größe'), TEXT);
writeFileSync(join(root, 'nothing'), '');
writeFileSync(join(root, 'code'), bytes(noise(600), [0xe8, 1, 0, 0, 0], noise(300, 2), [0xe8, 0xfc, 0xff, 0xff, 0xff], noise(90, 3)));
symlinkSync('etc/passwd', join(root, 'link'));
lutimesSync(join(root, 'link'), TIME, TIME);
for (const name of ['etc/passwd', 'größe', 'nothing', 'code', 'etc']) {
  chmodSync(join(root, name), name === 'etc' ? 0o755 : name === 'code' ? 0o4755 : 0o600);
  utimesSync(join(root, name), TIME, TIME);
}

function pack(files: readonly string[], ...options: readonly string[]): Buffer {
  execFileSync('7z', ['a', '-snl', '-mtc=off', '-mta=off', '-mmt=1', ...options, 'out.7z', ...files], { cwd: root, stdio: 'ignore' });
  const out = readFileSync(join(root, 'out.7z'));
  rmSync(join(root, 'out.7z'));
  return out;
}

/** An archive with a list of one's own. */
function archive(packed: Part, list: Part): Buffer {
  const body = bytes(list);
  const wide = (value: number) => bytes(le32(value), le32(0));
  const start = bytes(wide(bytes(packed).length), wide(body.length), le32(crc32(body)));
  return bytes('7z\xbc\xaf\x27\x1c', [0, 4], le32(crc32(start)), start, packed, body);
}

/** A name in UTF-16 with a zero behind it. */
const wideName = (name: string) => Buffer.from(`${name}\0`, 'utf16le');

/** Packed streams of given sizes from the first byte on. */
const packInfo = (...sizes: readonly number[]) => [6, 0, sizes.length, 9, ...sizes, 0];

const one = ['größe'];
const mixed = ['etc', 'größe', 'nothing', 'code', 'link'];
const solid = pack(mixed, '-m0=LZMA', '-mhc=off');
const first = bytes('first', 'second');
const names = bytes([0], wideName('first'), wideName('second'));
const twoFiles = bytes([5, 2, 0x11, names.length], names, [0]);
const folder = [7, 0x0b, 1, 0, 1, 1, 0, 0x0c];

writeCases(import.meta.dirname, '../make.ts', {
  'lzma-solid': { input: solid, note: 'A directory, files, an empty file and a link in one folder; the list stands in the open.' },
  'list-packed': { input: pack(mixed, '-m0=LZMA2', '-mhcf=on'), note: 'The list is packed itself.' },
  'branches-filtered': { input: pack(['code'], '-m0=BCJ', '-m1=LZMA2'), note: 'The branches of a program were made absolute before packing.' },
  'deflate-not-solid': { input: pack(['größe', 'code'], '-m0=Deflate', '-ms=off'), note: 'A folder for each file.' },
  bzip2: { input: pack(one, '-m0=BZip2'), note: 'A bzip2 stream as packed stream.' },
  'copied-with-delta': { input: pack(one, '-m0=Delta:4', '-m1=Copy'), note: 'A filter without compression.' },
  ppmd: { input: pack(['größe', 'nothing'], '-m0=PPMd'), note: 'A coder that is not read is named; the empty file needs none.' },
  bcj2: { input: pack(['code'], '-m0=BCJ2', '-m1=LZMA', '-m2=LZMA', '-m3=LZMA', '-mb0:1', '-mb0s1:2', '-mb0s2:3'), note: 'Several packed streams for one folder: not read, and named.' },
  'content-encrypted': { input: pack(one, '-psecret'), note: 'The list is readable, the content is not.' },
  'list-encrypted': { input: pack(one, '-psecret', '-mhe=on'), note: 'Nothing can be listed.' },
  'inside-other-bytes': { input: bytes(noise(500), solid, noise(300, 4)), note: 'The header in front tells where the list ends.' },
  'content-changed': { input: patched(solid, 60, [0xff, 0, 0xff]), note: 'The folder breaks: what is behind has no content.' },
  'cut-short': { input: solid.subarray(0, solid.length - 30), note: 'The list stands at the end and is cut.' },
  'list-changed': { input: patched(solid, solid.length - 8, 'x'), note: 'The list does not match its checksum.' },
  'copied-by-hand': {
    input: archive(first, bytes([1, 4], packInfo(11), folder, [11, 0, 8, 0x0d, 2, 9, 5, 0, 0], twoFiles, [0])),
    note: 'The smallest archive of two files, without checksums.',
  },
  'bytes-to-spare': {
    input: archive(first, bytes([1, 4], packInfo(11), folder, [11, 0, 8, 0x0d, 2, 9, 5, 0, 0], [5, 1, 0x11, 13, 0], wideName('first'), [0, 0])),
    note: 'The folder is cut in two, and only one file is listed: the bytes of the other are counted.',
  },
  'counts-too-large': { input: archive(first, bytes([1, 4, 6, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 9])), note: 'More packed streams than the list has bytes.' },
  'files-larger-than-folder': {
    input: archive(first, bytes([1, 4], packInfo(11), folder, [11, 0, 8, 0x0d, 2, 9, 0xbf, 0xff, 0, 0], twoFiles, [0])),
    note: 'The first of two files alone is larger than its folder.',
  },
  'coders-in-a-ring': {
    input: archive(first, bytes([1, 4], packInfo(11), [7, 0x0b, 1, 0, 3, 1, 0, 1, 3, 1, 0, 1, 2, 2, 1, 0x0c, 11, 11, 11, 0, 0], [5, 1, 0x11, 13, 0], wideName('first'), [0, 0])),
    note: 'Three coders of which two feed each other.',
  },
  'stream-outside': { input: archive(first, bytes([1, 4], packInfo(120), folder, [11, 0, 0], twoFiles, [0])), note: 'A packed stream that leaves the archive.' },
  'nothing-inside': { input: archive('', ''), note: 'An archive without files has no list.' },
  'mark-alone': { input: bytes(noise(64), '7z\xbc\xaf\x27\x1c', [0, 4], noise(200, 3)), note: 'The look-alike: a program that knows the mark.' },
});
rmSync(root, { recursive: true });
