import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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
  type Stats,
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
import { jffs2 } from '#engine/decode/jffs2/jffs2';
import { ubi } from '#engine/decode/ubi';
import { LIMITS, openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';

// Images of flash made by the tools of mtd-utils from one tree; what is read is compared with that tree.

const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

let root = '';

before(() => {
  root = mkdtempSync(join(tmpdir(), 'flash-'));
  makeTree();
});

after(() => {
  if (root !== '') rmSync(root, { recursive: true });
});

/** False: all of them are there. Else what is said of the test that is skipped. */
function missing(...tools: readonly string[]): string | false {
  const absent = tools.filter((tool) => !PATH.split(':').some((folder) => existsSync(join(folder, tool))));
  return absent.length === 0 ? false : `not installed: ${absent.join(', ')}`;
}

function run(command: string): void {
  execFileSync('/bin/sh', ['-ec', command], { cwd: root, env: { ...process.env, PATH }, stdio: 'ignore' });
}

// --- JFFS2

const JFFS2_VARIANTS: Readonly<Record<string, string>> = {
  'little endian': '-l -e 128KiB',
  'big endian': '-b -e 128KiB',
  'erase blocks of 8 KiB': '-b -e 8KiB',
  'without cleanmarkers': '-l -e 64KiB -n',
  'large cleanmarkers': '-l -e 64KiB -c 64',
  'filled up to 8 MiB': '-b -e 64KiB -p0x800000',
  'pages of 16 KiB': '-l -e 128KiB -s 16384',
  'nothing compressed': '-l -e 128KiB -m none',
  'rtime only': '-l -e 128KiB -x zlib -x lzo',
  'lzo only': '-b -e 128KiB -x zlib -x rtime -X lzo -y 90:lzo -m priority',
  'the smallest of each': '-l -e 128KiB -X lzo -m size',
  'with extended attributes': '-l -e 128KiB --with-xattr',
};

for (const [name, options] of Object.entries(JFFS2_VARIANTS)) {
  test(`jffs2, ${name}: the tree it was made from`, { skip: missing('mkfs.jffs2') }, () => {
    run(`mkfs.jffs2 -r tree -o jffs2.img ${options}`);
    const part = explained(jffs2, readFileSync(join(root, 'jffs2.img')));
    same(part.entries);
  });
}

test('jffs2, with summaries: the tree it was made from', { skip: missing('mkfs.jffs2', 'sumtool') }, () => {
  for (const order of ['-l', '-b']) {
    run(
      `mkfs.jffs2 -r tree -o jffs2.img ${order} -e 64KiB; sumtool ${order} -e 64KiB -i jffs2.img -o summed.img`,
    );
    const part = explained(jffs2, readFileSync(join(root, 'summed.img')));
    same(part.entries);
    assert.match(part.facts['summaries'] ?? '', /^\d+$/);
  }
});

test('jffs2: two file systems side by side stay two', { skip: missing('mkfs.jffs2') }, () => {
  for (const options of ['-l -e 64KiB -p', '-l -e 64KiB -n']) {
    run(
      `mkfs.jffs2 -r tree -o one.img ${options}; mkfs.jffs2 -r small -o two.img ${options}; cat one.img two.img > both.img`,
    );
    const { parts } = open(jffs2, readFileSync(join(root, 'both.img')));
    assert.equal(parts.length, 2, options);
    same(parts[0]?.entries ?? []);
    same(parts[1]?.entries ?? [], 'small');
  }
});

test('jffs2: one damaged node costs one file', { skip: missing('mkfs.jffs2') }, () => {
  run('mkfs.jffs2 -r tree -o jffs2.img -l -e 64KiB');
  const image = readFileSync(join(root, 'jffs2.img'));
  const whole = open(jffs2, image).parts[0]?.entries ?? [];
  const victim = whole.find(({ path }) => path === 'sizes/noise-65536');
  const [at = 0] = victim?.stored[1] ?? [];
  image[at + 100] = (image[at + 100] ?? 0) ^ 1;
  const { parts, extents } = open(jffs2, image);
  assert.equal(parts.length, 1);
  const left = linesOf(parts[0]?.entries ?? []);
  const lost = linesOf(whole).filter((line) => !left.includes(line));
  assert.equal(lost.length, 1);
  assert.match(lost[0] ?? '', /^sizes\/noise-65536 /);
  const gap = extents.find(({ range }) => range[0] <= at && at < range[1]);
  assert.match(gap?.reason ?? '', /^malformed at 0x[0-9a-f]+: jffs2: /);
});

// --- UBI

for (const [name, options] of Object.entries({
  'blocks of 128 KiB, pages of 2 KiB': '-p 128KiB -m 2048',
  'headers in one page': '-p 128KiB -m 2048 -s 512',
  'NOR flash': '-p 64KiB -m 1',
})) {
  test(`ubi, ${name}: the volumes it was made from`, { skip: missing('ubinize') }, () => {
    const contents = { rootfs: noise(700_001, 5), data: noise(90_000, 6), empty: noise(0, 7) };
    const sections = Object.entries(contents).map(([volume, bytes], i) => {
      writeFileSync(join(root, `${volume}.bin`), bytes);
      const type = volume === 'data' ? 'static' : 'dynamic';
      const image = bytes.length === 0 ? '' : `image=${volume}.bin\n`;
      return `[${volume}]\nmode=ubi\n${image}vol_id=${i + 3}\nvol_size=2MiB\nvol_type=${type}\nvol_name=${volume}\n`;
    });
    writeFileSync(join(root, 'ubi.ini'), sections.join(''));
    run(`ubinize -o ubi.img ${options} ubi.ini`);
    const { entries, facts } = explained(ubi, readFileSync(join(root, 'ubi.img')));
    assert.deepEqual(
      entries.map(({ path }) => path),
      ['rootfs', 'data'],
    );
    assert.match(facts['volumes'] ?? '', /empty \(0 blocks\)/);
    const blobs = memoryBlobs();
    const again = openArtefact(blobs.put(readFileSync(join(root, 'ubi.img'))), blobs, [ubi], LIMITS);
    for (const { path, content } of again.parts[0]?.entries ?? []) {
      const right = contents[path as keyof typeof contents];
      assert.ok(content !== null, path);
      const read = blobs.open(content.digest).bytes(0, content.size);
      assert.deepEqual(Buffer.from(read.subarray(0, right.length)), Buffer.from(right), path);
      // A dynamic volume ends with its last block.
      assert.ok(
        read.subarray(right.length).every((byte) => byte === 0xff),
        path,
      );
    }
  });
}

// --- reading

function open(format: Format, bytes: Uint8Array): { parts: readonly Part[]; extents: readonly Extent[] } {
  const blobs = memoryBlobs();
  return openArtefact(blobs.put(bytes), blobs, [format], LIMITS);
}

/** The one part of an image of which every byte has a meaning. */
function explained(format: Format, bytes: Uint8Array): Part {
  const { parts, extents } = open(format, bytes);
  assert.equal(parts.length, 1, 'recognised once');
  const gaps = extents.filter(({ reason }) => reason !== null);
  assert.deepEqual(gaps, [], 'every byte is explained');
  assert.equal(parts[0]?.facts['first-break'], undefined);
  return parts[0] as Part;
}

// --- comparing: one line for each name, hard links as what they name

/** Compares entries with the tree they come from; the root directory is not in every image. */
function same(entries: readonly Entry[], folder = 'tree'): void {
  const read = linesOf(entries.filter(({ path }) => path !== ''));
  const right = truth(folder).filter((known) => !known.startsWith(' '));
  const other = new Set(read);
  const one = new Set(right);
  assert.deepEqual(
    [right.filter((known) => !other.has(known)), read.filter((found) => !one.has(found))],
    [[], []],
    'missing and too many',
  );
}

function linesOf(entries: readonly Entry[]): readonly string[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  assert.equal(byPath.size, entries.length, 'no path twice');
  return entries
    .map(({ path, type, target }) => {
      const entry = byPath.get(type === 'hard-link' ? (target ?? '') : path);
      assert.ok(entry !== undefined && entry.type !== 'hard-link', `${path} points to a first name`);
      const { mode, uid, gid, modifiedAt, device, content } = entry;
      const node = device === null ? null : `${device.major},${device.minor}`;
      const permissions = entry.type === 'link' ? null : mode;
      return line(
        path,
        entry.type,
        permissions,
        uid,
        gid,
        modifiedAt,
        entry.target,
        node,
        content?.size,
        content?.digest,
      );
    })
    .toSorted();
}

/** What the system says of the tree. */
function truth(folder = 'tree'): readonly string[] {
  const lines: string[] = [];
  const walk = (path: Buffer, name: string) => {
    const stat = lstatSync(path);
    const isNode = stat.isCharacterDevice() || stat.isBlockDevice();
    const bytes = stat.isFile() ? readFileSync(path) : null;
    const digest = bytes === null ? null : `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const target = stat.isSymbolicLink() ? escaped(readlinkSync(path, { encoding: 'buffer' })) : null;
    const mode = stat.isSymbolicLink() ? null : stat.mode & 0o7777;
    const time = Math.floor(stat.mtimeMs / 1000);
    const device = isNode ? deviceOf(stat.rdev) : null;
    lines.push(
      line(name, typeOf(stat), mode, stat.uid, stat.gid, time, target, device, bytes?.length, digest),
    );
    if (!stat.isDirectory()) return;
    for (const child of readdirSync(path, { encoding: 'buffer' })) {
      const step = escaped(child);
      walk(Buffer.concat([path, Buffer.from('/'), child]), name === '' ? step : `${name}/${step}`);
    }
  };
  walk(Buffer.from(join(root, folder)), '');
  return lines.toSorted();
}

function line(...fields: readonly (string | number | null | undefined)[]): string {
  return fields.map((value) => value ?? '-').join(' ');
}

function typeOf(stat: Stats): string {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'link';
  if (stat.isCharacterDevice()) return 'character-device';
  if (stat.isBlockDevice()) return 'block-device';
  return stat.isFIFO() ? 'fifo' : 'socket';
}

/** As glibc takes a device number apart. */
function deviceOf(number: number): string {
  return `${(number >>> 8) & 0xfff},${(number & 0xff) | ((number >>> 12) & 0xfff00)}`;
}

function escaped(name: Buffer): string {
  const text = name.toString('utf8').includes('\ufffd')
    ? name.toString('latin1').replaceAll(/[\x80-\xff]/g, (c) => `\u{10ff00}x${c.charCodeAt(0).toString(16)}`)
    : name.toString('utf8');
  return text.replaceAll('\\', '\\\\').replaceAll('\u{10ff00}', '\\');
}

// --- the trees

/** Every kind of file, sizes around those of pages and blocks, names of every kind. */
function makeTree(): void {
  const folder = join(root, 'tree');
  const put = (path: string | Buffer, content: Uint8Array | string) => writeFileSync(path, content);
  for (const path of ['bin', 'dev', 'etc/init.d', 'empty', 'many', 'deep/er/and/deeper', 'sizes'])
    mkdirSync(join(folder, path), { recursive: true });
  put(`${folder}/bin/su`, noise(70_000, 1));
  chmodSync(`${folder}/bin/su`, 0o4755);
  linkSync(`${folder}/bin/su`, `${folder}/etc/su-again`);
  linkSync(`${folder}/bin/su`, `${folder}/a-first-name`);
  for (const size of [0, 1, 127, 128, 129, 2047, 2048, 2049, 4095, 4096, 4097, 65_536, 131_073, 1_000_000]) {
    put(`${folder}/sizes/noise-${size}`, noise(size, size));
    put(`${folder}/sizes/text-${size}`, Buffer.alloc(size, 'one line of text\n'));
  }
  put(`${folder}/sizes/mixed`, Buffer.concat([noise(5000, 3), Buffer.alloc(9000, 'x'), noise(9000, 4)]));
  put(`${folder}/sizes/holes`, noise(5000, 9));
  truncateSync(`${folder}/sizes/holes`, 300_000);
  writeFileSync(`${folder}/sizes/holes`, noise(3000, 10), { flag: 'a' });
  put(`${folder}/sizes/only-a-hole`, '');
  truncateSync(`${folder}/sizes/only-a-hole`, 150_000);
  for (let i = 0; i < 300; i++) put(`${folder}/many/${'n'.repeat(i % 120)}${i}`, `file ${i}\n`);
  symlinkSync('../bin/su', `${folder}/etc/link`);
  symlinkSync('/nowhere/'.repeat(28), `${folder}/deep/er/long-link`);
  put(`${folder}/etc/größe`, 'UTF-8');
  put(`${folder}/etc/back\\slash`, 'a backslash');
  put(Buffer.from(`${folder}/etc/caf\xe9`, 'latin1'), 'Latin-1');
  put(`${folder}/etc/${'x'.repeat(200)}`, 'a long name');
  chmodSync(`${folder}/empty`, 0o1777);
  chmodSync(`${folder}/etc/init.d`, 0o2750);
  utimesSync(`${folder}/etc/größe`, 0, 0);
  execFileSync('mkfifo', ['-m', '622', `${folder}/dev/pipe`]);
  mkdirSync(join(root, 'small'));
  put(join(root, 'small/other'), 'another file system\n');
  if (process.getuid?.() !== 0) return;
  chownSync(`${folder}/etc/init.d`, 1000, 100);
  chownSync(`${folder}/sizes/noise-1`, 65_534, 200);
  const device = (...options: readonly string[]) => execFileSync('mknod', options, { cwd: folder });
  device('-m', '600', 'dev/console', 'c', '5', '1');
  device('-m', '640', 'dev/mtdblock3', 'b', '31', '3');
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
