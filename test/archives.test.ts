import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Entry } from '#domain/artefact';
import type { Format } from '#domain/plugin';
import { plainPath } from '#engine/bytes/text';
import { cpio } from '#engine/decode/cpio';
import { seama } from '#engine/decode/seama';
import { tar } from '#engine/decode/tar';
import { tarV7 } from '#engine/decode/tar-v7';
import { uimage } from '#engine/decode/uimage';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';

// Archives are made by the tools of the system over one tree; what we list is compared with what they list and with the
// tree itself.

const missing = ['tar', 'bsdtar', 'cpio'].filter(
  (tool) => !existsSync(`/usr/bin/${tool}`) && !existsSync(`/bin/${tool}`),
);
const skip = missing.length === 0 ? false : `not installed: ${missing.join(', ')}`;
const LIMITS = { bytesOut: 2 ** 28, entries: 10_000, trials: 1_000, bytesWasted: 2 ** 28 };

let root = '';

before(() => {
  root = mkdtempSync(join(tmpdir(), 'archives-'));
  const tree = join(root, 'tree');
  mkdirSync(join(tree, 'etc', 'init.d'), { recursive: true });
  mkdirSync(join(tree, 'empty'));
  writeFileSync(join(tree, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(tree, 'etc', 'init.d', 'rcS'), '#!/bin/sh\n');
  chmodSync(join(tree, 'etc', 'init.d', 'rcS'), 0o755);
  writeFileSync(join(tree, 'su'), 'program');
  chmodSync(join(tree, 'su'), 0o4755);
  writeFileSync(join(tree, 'nothing'), '');
  writeFileSync(join(tree, 'large'), Buffer.alloc(3_000_001, 'content '));
  writeFileSync(join(tree, 'größe'), 'UTF-8');
  writeFileSync(Buffer.from(`${tree}/caf\xe9`, 'latin1'), 'Latin-1');
  symlinkSync('/etc/passwd', join(tree, 'link'));
  linkSync(join(tree, 'su'), join(tree, 'su-too'));
});

after(() => {
  if (root !== '') rmSync(root, { recursive: true });
});

function run(command: string): Buffer {
  return execFileSync('/bin/sh', ['-ec', command], {
    cwd: root,
    maxBuffer: 64e6,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function entriesOf(archive: Uint8Array, formats: readonly Format[]): readonly Entry[] {
  const blobs = memoryBlobs();
  const { parts, extents } = openArtefact(blobs.put(archive), blobs, formats, LIMITS);
  assert.deepEqual(
    extents.filter(({ reason }) => reason !== null),
    [],
    'every byte is explained',
  );
  assert.equal(parts.length, 1);
  return parts.flatMap((part) => part.entries);
}

/** Every name of the tree with its type, permissions and digest, hard links as what they link to. */
function truthOf(folder: string): ReadonlyMap<string, string> {
  const truth = new Map<string, string>();
  const walk = (path: Buffer, name: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
      const full = Buffer.concat([path, Buffer.from('/'), entry.name]);
      const own = name + escaped(entry.name);
      const mode = (statSync(full).mode & 0o7777).toString(8);
      if (entry.isSymbolicLink()) truth.set(own, 'link');
      else if (entry.isDirectory()) {
        truth.set(own, `directory ${mode}`);
        walk(full, `${own}/`);
      } else truth.set(own, `file ${mode} ${digestOf(readFileSync(full))}`);
    }
  };
  walk(Buffer.from(folder), '');
  return truth;
}

function escaped(name: Buffer): string {
  return name.toString('utf8').includes('\ufffd')
    ? name.toString('latin1').replaceAll(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`)
    : name.toString('utf8');
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function viewOf(entries: readonly Entry[]): ReadonlyMap<string, string> {
  const plain = new Map(entries.map((entry) => [plainPath(entry.path), entry]));
  const view = new Map<string, string>();
  for (const [path, entry] of plain) {
    if (path === '') continue;
    const file = entry.type === 'hard-link' ? plain.get(plainPath(entry.target ?? '')) : entry;
    assert.ok(file !== undefined, `${path} links to nothing`);
    const mode = file.mode?.toString(8);
    view.set(
      path,
      file.type === 'link'
        ? 'link'
        : `${file.type} ${mode}${file.content === null ? '' : ` ${file.content.digest}`}`,
    );
  }
  return view;
}

const sorted = (map: ReadonlyMap<string, string>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

for (const command of [
  'tar --format=v7 -cf - -C tree .',
  'tar --format=ustar -cf - -C tree .',
  'tar --format=gnu -cf - -C tree .',
  'tar --format=oldgnu -cf - -C tree .',
  'tar --format=pax -cf - -C tree .',
  'tar --format=pax -b 1 -cf - -C tree .',
  'bsdtar --format=ustar -cf - -C tree .',
  'bsdtar --format=pax -cf - -C tree .',
  'bsdtar --format=gnutar -cf - -C tree .',
  'bsdtar --format=v7 -cf - -C tree .',
]) {
  test(command, { skip }, () => {
    const archive = run(command);
    const entries = entriesOf(archive, [tar, tarV7]);
    writeFileSync(join(root, 'archive'), archive);
    const theirs = run('tar -tf archive --quoting-style=literal').toString('latin1').trimEnd().split('\n');
    assert.deepEqual(
      entries.map(({ path }) => path.replaceAll(/\\x(..)/g, (_, hex: string) => byteOf(hex))).map(asLatin1),
      theirs,
      'the order and names of GNU tar',
    );
    assert.deepEqual(sorted(viewOf(entries)), sorted(truthOf(join(root, 'tree'))));
  });
}

function byteOf(hex: string): string {
  return `\u{10ff00}${hex}`;
}

/** UTF-8 bytes as Latin-1, single bytes that were escaped as themselves. */
function asLatin1(name: string): string {
  return Buffer.from(name, 'utf8')
    .toString('latin1')
    .replaceAll(
      new RegExp(`${Buffer.from('\u{10ff00}', 'utf8').toString('latin1')}(..)`, 'g'),
      (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

for (const command of [
  'cd tree; find . | cpio -o --quiet -H newc',
  'cd tree; find . | cpio -o --quiet -H crc',
  'cd tree; find . | cpio -o --quiet -H odc',
  'cd tree; find . | cpio -o --quiet -H bin',
  'cd tree; find . | cpio -o --quiet -H hpodc',
  'cd tree; find . | cpio -o --quiet -H hpbin',
  'bsdtar --format=newc -cf - -C tree .',
  'bsdtar --format=odc -cf - -C tree .',
  '(cd tree; echo su | cpio -o --quiet -H newc; find . | cpio -o --quiet -H newc)',
]) {
  test(command, { skip }, () => {
    const entries = entriesOf(run(command), [cpio]);
    assert.deepEqual(sorted(viewOf(entries)), sorted(truthOf(join(root, 'tree'))));
  });
}

for (const form of [
  'gnu',
  'oldgnu',
  'pax --sparse-version=0.0',
  'pax --sparse-version=0.1',
  'pax --sparse-version=1.0',
]) {
  test(`sparse file, tar --format=${form}`, { skip }, () => {
    const file = join(root, 'sparse');
    writeFileSync(file, 'head');
    truncateSync(file, 10_000_000);
    writeFileSync(file, 'tail', { flag: 'a' });
    // forty pieces need more than one block of the old map
    for (let i = 1; i < 40; i++)
      run(`printf piece | dd of=sparse bs=1 seek=${i * 200_000} conv=notrunc status=none`);
    const entries = entriesOf(run(`tar --sparse --format=${form} -cf - sparse`), [tar]);
    assert.deepEqual(
      entries.map(({ path, content }) => [path, content?.digest]),
      [['sparse', digestOf(readFileSync(file))]],
    );
    rmSync(file);
  });
}

// What others collected, where it is at hand.

const corpus = process.env['ASSAY_CORPUS'];
const noCorpus = corpus === undefined ? 'ASSAY_CORPUS names no corpus' : skip;

test('odd but legal archives have the members that bsdtar lists', { skip: noCorpus }, () => {
  const folder = join(corpus ?? '', 'hostile');
  let compared = 0;
  for (const line of readFileSync(join(folder, 'index.tsv'), 'utf8').split('\n')) {
    const [file = '', , , format, expect] = line.split('\t');
    const isPlain = format === 'tar' && !/\.(?:tgz|tbr|tzst)$/.test(file);
    if (expect !== 'P' || !isPlain) continue;
    const theirs = spawnSync('bsdtar', ['-tf', join(folder, file)], {
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    // where it complains, it leaves out what has no name or a broken header
    if (theirs.stderr.length > 0) continue;
    const blobs = memoryBlobs();
    const artefact = blobs.put(readFileSync(join(folder, file)));
    const { parts } = openArtefact(artefact, blobs, [tar, tarV7, cpio], LIMITS);
    const count = theirs.stdout.toString('latin1').split('\n').length - 1;
    assert.equal(parts.flatMap(({ entries }) => entries).length, count, file);
    compared++;
  }
  assert.ok(compared > 60, `${compared} compared`);
});

for (const [name, format, fact, value] of [
  ['cam-wyzecam_v2-4.9.4.28-kernel.bin', uimage, 'data-crc', 'right'],
  ['openwrt-xiaomi_mir3g-v2-20200606-sysupgrade.bin', uimage, 'data-crc', 'right'],
  ['three-4ghub-uimage1.bin', uimage, 'data-crc', 'right'],
  ['ubnt-ufinstant-dev_mtd0.bin', uimage, 'data-crc', 'right'],
  ['dlink-dir300b5-2.15b01.bin', seama, 'image-0.md5', 'right'],
] as const) {
  test(`${name}: one image, its checksum ${value}`, { skip: noCorpus }, () => {
    const blobs = memoryBlobs();
    const artefact = blobs.put(readFileSync(join(corpus ?? '', 'firmware', name)));
    const { parts } = openArtefact(artefact, blobs, [format], LIMITS);
    assert.deepEqual(
      parts.map(({ entries, facts }) => [entries.length, facts[fact]]),
      [[1, value]],
    );
  });
}
