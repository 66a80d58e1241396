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
import { after, before } from 'node:test';
import type { Entry, Extent, Part } from '#domain/artefact';
import type { Format } from '#domain/plugin';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';

// What tests share that make images by the tools that everybody uses, from one tree, and compare what we read with it.

const isRoot = process.getuid?.() === 0;
const LIMITS = { bytesOut: 2 ** 32, entries: 100_000, trials: 1_000, bytesWasted: 2 ** 28 };
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;

/** The folder that a test file works in; empty before its tests begin. */
export let root = '';

before(() => {
  root = mkdtempSync(join(tmpdir(), 'images-'));
});

after(() => {
  if (root !== '') rmSync(root, { recursive: true });
});

/** False: all of them are there. Else what is said of the test that is skipped. */
export function missing(...tools: readonly string[]): string | false {
  const absent = tools.filter((tool) => !PATH.split(':').some((folder) => existsSync(join(folder, tool))));
  return absent.length === 0 ? false : `not installed: ${absent.join(', ')}`;
}

/** What a command in that folder writes, one character a byte. */
export function run(command: string): string {
  return execFileSync('/bin/sh', ['-ec', command], {
    cwd: root,
    env: { ...process.env, PATH, TZ: 'UTC', LC_ALL: 'C.UTF-8', MTOOLS_SKIP_CHECK: '1' },
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

// --- reading

/** What one format alone reads of these bytes. */
export function open(
  format: Format,
  bytes: Uint8Array,
): { parts: readonly Part[]; extents: readonly Extent[] } {
  const blobs = memoryBlobs();
  return openArtefact(blobs.put(bytes), blobs, [format], LIMITS);
}

/** The one part of an image of which every byte has a meaning.
 *  @param at  where the image begins in the file */
export function explained(format: Format, file: string, at: number): Part {
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

export type Truth = ReadonlyMap<string, Known & { readonly file: string }>;

/** Compares entries with what is true of them.
 *  @param untold  what the format does not keep */
export function compare(entries: readonly Entry[], truth: Truth, untold: readonly Aspect[] = []): void {
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
export function truthOf(folder: string): Truth {
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
export function makeTree(name: string, { sizes, isWide = false }: Wishes): void {
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
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
