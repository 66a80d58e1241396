import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Entry, EntryType, Part } from '#domain/artefact';
import { bytesOfName } from '#engine/bytes/text';
import { squashfs } from '#engine/decode/squashfs/squashfs';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { type Node, squashfsImage, type Wishes } from '../examples/decode/squashfs/image.ts';

// Images made by mksquashfs, and those of real firmware where they are at hand: what we read is compared, name by name,
// with what unsquashfs lists and with what it extracts.

const unsquashfs =
  spawnSync('unsquashfs', ['-version']).error === undefined ? false : 'unsquashfs is missing';
const mksquashfs =
  spawnSync('mksquashfs', ['-version']).error === undefined ? unsquashfs : 'mksquashfs is missing';
const isRoot = process.getuid?.() === 0;
const LIMITS = { bytesOut: 2 ** 32, entries: 100_000, trials: 1_000, bytesWasted: 2 ** 28 };
const COMPRESSIONS = ['gzip', 'lzma', 'xz', 'lzo', 'lz4', 'zstd'];

let root = '';

before(() => {
  root = mkdtempSync(join(tmpdir(), 'fidelity-'));
});

after(() => {
  if (root !== '') rmSync(root, { recursive: true });
});

for (const compression of COMPRESSIONS) {
  test(`squashfs, ${compression}: as unsquashfs lists and extracts it`, { skip: mksquashfs }, () => {
    agree(made(`${compression}.img`, ['-comp', compression]), 0);
  });
}

const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  'blocks of 4 KiB': ['-b', '4096'],
  'blocks of 1 MiB, every tail in a fragment': ['-b', '1048576', '-always-use-fragments'],
  'nothing compressed': ['-noI', '-noD', '-noF', '-noId'],
  'no fragments, no export table, no duplicates sought': ['-no-fragments', '-no-exports', '-no-duplicates'],
  'options of the compressor': ['-Xcompression-level', '3', '-Xwindow-size', '10'],
  'xz with filters for machine code': ['-comp', 'xz', '-Xbcj', 'x86,arm'],
};

for (const [name, options] of Object.entries(VARIANTS)) {
  test(`squashfs, ${name}: as unsquashfs lists and extracts it`, { skip: mksquashfs }, () => {
    agree(made(`${name.replaceAll(' ', '-')}.img`, options), 0);
  });
}

const EARLY: Readonly<Record<string, Wishes>> = {
  '1.0': { major: 1, isLittle: true },
  '1.0, blocks of 32 KiB, nothing compressed': {
    major: 1,
    isLittle: true,
    blockSize: 32_768,
    pack: (bytes) => bytes,
  },
  '2.0': { major: 2, minor: 0, isLittle: true },
  '2.1, tails in fragments': { major: 2, isLittle: true, fragments: true },
  '2.1, blocks of 64 KiB, directories with an index': {
    major: 2,
    isLittle: true,
    blockSize: 65_536,
    fragments: true,
    longDirectories: true,
  },
  '3.0, check bytes': { major: 3, minor: 0, isLittle: true, checkBytes: true },
  '3.1, tails in fragments, export table': { major: 3, isLittle: true, fragments: true, exports: true },
  '3.1, blocks of 1 MiB, directories with an index': {
    major: 3,
    isLittle: true,
    blockSize: 2 ** 20,
    fragments: true,
    longDirectories: true,
  },
};

for (const [name, wishes] of Object.entries(EARLY)) {
  for (const isLittle of [true, false]) {
    const order = isLittle ? 'little endian' : 'big endian';
    test(`squashfs ${name}, ${order}: as unsquashfs lists and extracts it`, { skip: unsquashfs }, () => {
      const file = join(root, 'early.img');
      writeFileSync(file, squashfsImage(earlyTree(), { ...wishes, isLittle, madeAt: 1_600_000_000 }));
      agree(file, 0);
    });
  }
}

test('squashfs 4.0 in big endian: as in little endian, which unsquashfs lists and extracts', {
  skip: unsquashfs,
}, () => {
  for (const options of [{ fragments: true }, { longDirectories: true, blockSize: 65_536 }]) {
    const [little, big] = [true, false].map((isLittle) => {
      const file = join(root, isLittle ? 'little.img' : 'big.img');
      writeFileSync(file, squashfsImage(earlyTree(), { major: 4, isLittle, ...options }));
      return file;
    });
    assert.ok(little !== undefined && big !== undefined);
    agree(little, 0);
    assert.deepEqual(read(big, 0).entries, read(little, 0).entries);
  }
});

const corpus = process.env['ASSAY_CORPUS'];
const firmware = corpus === undefined ? '' : join(corpus, 'firmware');
const noCorpus = existsSync(firmware) ? false : 'ASSAY_CORPUS names no corpus';

test('squashfs in real firmware: as unsquashfs lists and extracts it', {
  skip: noCorpus || unsquashfs,
}, async (t) => {
  for (const name of readdirSync(firmware)) {
    const file = join(firmware, name);
    if (!lstatSync(file).isFile()) continue;
    for (const at of offsetsIn(readFileSync(file))) {
      await t.test(`${name} at 0x${at.toString(16)}`, () => agree(file, at));
    }
  }
});

test('squashfs 2.0 of a vendor, big endian, LZMA: as unsquashfs lists it, which cannot extract it', {
  skip: noCorpus || unsquashfs,
}, () => {
  const file = join(firmware, 'binwalk-test-squashfs_v2.bin');
  const part = read(file, 0);
  const entries = new Map(part.entries.map((entry) => [entry.path, entry]));
  const madeAt = Date.parse(part.facts['made-at'] ?? '') / 1000;
  const lines = part.entries.map((entry) => lineOf(entry, entries, madeAt));
  assert.deepEqual(lines.toSorted(), listOf(file, 0)?.toSorted());
  assert.equal(part.facts['inodes-in-tree'], part.facts['inodes-stated']);
  assert.ok(part.entries.every(({ type, content }) => type !== 'file' || content !== null));
});

/** Where `hsqs` stands before a superblock of version 4.0. */
function offsetsIn(bytes: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf('hsqs'); at !== -1; at = bytes.indexOf('hsqs', at + 1)) {
    if (at + 96 <= bytes.length && bytes.readUInt32LE(at + 28) === 4) found.push(at);
  }
  return found;
}

/** Compares our reading with the list and the extraction of unsquashfs. */
function agree(file: string, at: number): void {
  const part = read(file, at);
  const entries = new Map(part.entries.map((entry) => [entry.path, entry]));
  assert.equal(entries.size, part.entries.length, 'no path twice');
  const listed = listOf(file, at);
  assert.ok(listed !== null || !file.startsWith(root), 'unsquashfs opens what mksquashfs made');
  if (listed !== null) {
    const madeAt = Date.parse(part.facts['made-at'] ?? '') / 1000;
    const lines = part.entries.map((entry) => lineOf(entry, entries, madeAt));
    assert.deepEqual(lines.toSorted(), listed.toSorted());
    compareExtracted(file, at, part, madeAt);
  }
  // Where unsquashfs cannot open the image, we must have opened it whole.
  assert.equal(part.facts['inodes-in-tree'], part.facts['inodes-stated']);
  assert.ok(part.entries.every(({ type, content }) => type !== 'file' || content !== null));
}

function read(file: string, at: number): Part {
  const blobs = memoryBlobs();
  const opened = openArtefact(blobs.put(readFileSync(file).subarray(at)), blobs, [squashfs], LIMITS);
  const [part] = opened.parts;
  assert.ok(part !== undefined, 'recognised');
  const reasons = opened.extents.filter(({ range }) => range[0] < part.range[1]).map(({ reason }) => reason);
  assert.deepEqual([...new Set(reasons)], [null], 'every byte of the image is explained');
  return part;
}

// --- as unsquashfs lists it

/** Lines of `unsquashfs -lln` without the padding before the size and without a directory's size, which is not ours to
 *  know. Null: it cannot open the image. */
function listOf(file: string, at: number): readonly string[] | null {
  const options = ['-UTC', '-o', `${at}`, '-lln', file];
  const { status, stdout } = spawnSync('unsquashfs', options, { encoding: 'latin1', maxBuffer: 2 ** 28 });
  if (status !== 0) return null;
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) =>
    line
      .replace(/^(\S+ \S+) +/, '$1 ')
      .replace(/^(d\S+ \S+) \d+/, '$1 0')
      .replace('squashfs-root', ''),
  );
}

const LETTERS: Record<Exclude<EntryType, 'hard-link'>, string> = {
  file: '-',
  directory: 'd',
  link: 'l',
  'character-device': 'c',
  'block-device': 'b',
  fifo: 'p',
  socket: 's',
};

/** @param madeAt  what unsquashfs shows where an entry has no time of its own */
function lineOf(entry: Entry, entries: ReadonlyMap<string, Entry>, madeAt: number): string {
  const shown = entry.type === 'hard-link' ? entries.get(entry.target ?? '') : entry;
  assert.ok(shown !== undefined && shown.type !== 'hard-link', `${entry.path} points to a first name`);
  const { type, mode, uid, gid, modifiedAt, device, content, target } = shown;
  const size = target === null ? (content?.size ?? 0) : bytesOfName(target).length;
  const what = device === null ? size : `${device.major},${`${device.minor}`.padStart(3)}`;
  const time = new Date(1000 * (modifiedAt ?? madeAt)).toISOString().slice(0, 16).replace('T', ' ');
  const path = entry.path === '' ? '' : `/${latin1(entry.path)}`;
  const to = target === null ? '' : ` -> ${latin1(target)}`;
  return `${LETTERS[type]}${permissions(mode ?? 0)} ${uid}/${gid} ${what} ${time} ${path}${to}`;
}

function latin1(name: string): string {
  return Buffer.from(bytesOfName(name)).toString('latin1');
}

function permissions(mode: number): string {
  const letters = Array.from('rwxrwxrwx', (letter, i) => ((mode >> (8 - i)) & 1 ? letter : '-'));
  const special = (bit: number, at: number, letter: string) => {
    if (mode & bit) letters[at] = letters[at] === 'x' ? letter : letter.toUpperCase();
  };
  special(0o4000, 2, 's');
  special(0o2000, 5, 's');
  special(0o1000, 8, 't');
  return letters.join('');
}

// --- as unsquashfs extracts it

function compareExtracted(file: string, at: number, { entries, facts }: Part, madeAt: number): void {
  const folder = join(root, 'extracted');
  const options = ['-n', '-no-xattrs', '-o', `${at}`, '-d', folder, file];
  try {
    execFileSync('unsquashfs', options, { stdio: 'ignore' });
    for (const entry of entries) compareOne(entry, folder, madeAt);
    // Of versions that number no inodes unsquashfs makes a file of every name; Linux sees one file, as we do.
    if (Number.parseFloat(facts['version'] ?? '') < 3) return;
    for (const { path, type, target } of entries) {
      if (type !== 'hard-link') continue;
      const [own, first] = [path, target ?? ''].map((name) => lstatSync(`${folder}/${name}`).ino);
      assert.equal(own, first, `${path}: hard link`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compareOne(
  { path, type, mode, uid, gid, modifiedAt, device, content }: Entry,
  folder: string,
  madeAt: number,
) {
  const name = Buffer.from(`${folder}/${latin1(path)}`, 'latin1');
  const isNode = type === 'character-device' || type === 'block-device';
  if (isNode && !isRoot) return; // only root may make one; the list has it
  const stat = lstatSync(name);
  assert.equal(stat.mtimeMs / 1000, modifiedAt ?? madeAt, `${path}: time`);
  if (type !== 'link') assert.equal(stat.mode & 0o7777, mode, `${path}: mode`);
  if (isRoot) assert.deepEqual([stat.uid, stat.gid], [uid, gid], `${path}: owner`);
  if (isRoot && device !== null) assert.equal(stat.rdev, numberOf(device), `${path}: device`);
  if (type === 'file') {
    const digest = createHash('sha256').update(readFileSync(name)).digest('hex');
    assert.equal(content?.digest, `sha256:${digest}`, `${path}: content`);
  }
}

/** As glibc's makedev puts it together. */
function numberOf({ major, minor }: { major: number; minor: number }): number {
  return (minor & 0xff) + (major & 0xfff) * 2 ** 8 + (minor & 0xfff00) * 2 ** 12;
}

// --- images to compare

/** An image of the tree by mksquashfs. */
function made(name: string, options: readonly string[]): string {
  const file = join(root, name);
  execFileSync('mksquashfs', [tree(), file, '-noappend', '-quiet', '-no-progress', ...PSEUDO, ...options], {
    stdio: 'ignore',
  });
  return file;
}

/** What a tree on disk cannot have without root. Minors above 255 the list of unsquashfs shows wrongly. */
const PSEUDO = [
  'dev d 755 0 0',
  'dev/console c 600 0 5 5 1',
  'dev/mtdblock3 b 640 0 6 31 3',
  'dev/pipe i 622 1000 100 f',
  'dev/socket i 777 65534 70000 s',
  'bin/su m 4755 0 0',
  'tmp d 1777 0 0',
].flatMap((line) => ['-p', line]);

/** Made once: every kind of file, sizes around a block's, names of every kind, a directory of many runs. */
function tree(): string {
  const folder = join(root, 'tree');
  if (existsSync(folder)) return folder;
  const put = (name: string | Buffer, content: Uint8Array | string) => writeFileSync(name, content);
  for (const name of ['bin', 'etc', 'empty', 'many', 'deep/er/and/deeper', 'sizes'])
    mkdirSync(join(folder, name), { recursive: true });
  put(`${folder}/bin/su`, noise(70_000, 1));
  if (existsSync('/bin/ls')) put(`${folder}/bin/machine-code`, readFileSync('/bin/ls'));
  linkSync(`${folder}/bin/su`, `${folder}/etc/su-again`);
  linkSync(`${folder}/bin/su`, `${folder}/a-first-name`);
  for (const size of [0, 1, 4095, 4096, 4097, 131_071, 131_072, 131_073, 300_000, 1_048_577]) {
    put(`${folder}/sizes/noise-${size}`, noise(size, size));
    put(`${folder}/sizes/text-${size}`, Buffer.alloc(size, 'one line of text\n'));
  }
  put(`${folder}/sizes/twice`, noise(131_073, 131_073));
  put(`${folder}/sizes/holes`, noise(5000, 9));
  truncateSync(`${folder}/sizes/holes`, 3_000_000);
  put(`${folder}/sizes/only-a-hole`, '');
  truncateSync(`${folder}/sizes/only-a-hole`, 1_500_000);
  for (let i = 0; i < 700; i++) put(`${folder}/many/${'n'.repeat(i % 200)}${i}`, `file ${i}\n`);
  symlinkSync('../bin/su', `${folder}/etc/link`);
  symlinkSync('/nowhere/'.repeat(400), `${folder}/deep/er/long-link`);
  put(`${folder}/etc/größe`, 'UTF-8');
  put(`${folder}/etc/back\\slash`, 'a backslash');
  put(Buffer.from(`${folder}/etc/caf\xe9`, 'latin1'), 'Latin-1');
  put(`${folder}/etc/${'x'.repeat(255)}`, 'the longest name');
  utimesSync(`${folder}/etc/größe`, 0, 0);
  utimesSync(`${folder}/sizes/twice`, 4_000_000_000, 4_000_000_000);
  return folder;
}

/** The tree of images that mksquashfs does not make: as above, with more users than 1.x names by one type. */
function earlyTree(): Node {
  const common = { mode: 0o644, uid: 0, gid: 0, time: 1_700_000_000 };
  const folder = (entries: Readonly<Record<string, Node>>): Node => ({
    ...common,
    mode: 0o755,
    kind: 'directory',
    entries,
  });
  const data = (content: Uint8Array): Node => ({ ...common, kind: 'file', content });
  const file = (content: string) => data(Buffer.from(content, 'latin1'));
  const range = <T>(length: number, entry: (i: number) => readonly [string, T]) =>
    Object.fromEntries(Array.from({ length }, (_, i) => entry(i)));
  const su: Node = { ...common, mode: 0o4755, kind: 'file', content: noise(70_000, 1) };
  const sizes = [0, 1, 511, 512, 513, 4095, 4096, 4097, 32_768, 131_073, 1_048_577].flatMap((size) => [
    [`noise-${size}`, data(noise(size, size))] as const,
    [`text-${size}`, data(Buffer.alloc(size, 'one line of text\n'))] as const,
  ]);
  const owned = (i: number): Node => ({ ...common, uid: 1000 + i, gid: i % 3, kind: 'fifo' });
  return folder({
    bin: folder({ su, 'su-again': su }),
    dev: folder({
      console: { ...common, mode: 0o600, gid: 5, kind: 'character-device', device: [5, 1] },
      mtdblock3: { ...common, mode: 0o640, gid: 6, kind: 'block-device', device: [31, 3] },
      ...range(40, (i) => [`pipe-${i}`, owned(i)]),
      socket: { ...common, uid: 1039, kind: 'socket' },
    }),
    empty: folder({}),
    etc: folder({
      'caf\xe9': file('Latin-1'),
      'gr\xc3\xb6\xc3\x9fe': file('UTF-8'),
      ['x'.repeat(255)]: file('the longest name'),
      link: { ...common, mode: 0o777, kind: 'link', target: '../bin/su' },
      'long-link': { ...common, mode: 0o777, kind: 'link', target: '/nowhere/'.repeat(400) },
    }),
    many: folder(range(300, (i) => [`${'n'.repeat(i % 200)}${i}`, file(`file ${i}\n`)])),
    sizes: folder({ ...Object.fromEntries(sizes), holes: file(`data${'\0'.repeat(300_000)}data`) }),
    tmp: { ...common, mode: 0o1777, kind: 'directory', entries: {} },
  });
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
