import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Part } from '#domain/artefact';
import { ubi } from '#engine/decode/ubi';
import { ubifs } from '#engine/decode/ubifs/ubifs';
import { LIMITS, openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { compare, explained, makeTree, missing, noise, open, root, run, truthOf } from './images.ts';

// Images made by mkfs.ubifs and ubinize from one tree; what is read is compared with that tree.

const VARIANTS: Readonly<Record<string, string>> = {
  'not compressed': '-m 2048 -e 126976 -x none',
  lzo: '-m 2048 -e 126976 -x lzo',
  zlib: '-m 2048 -e 126976 -x zlib',
  zstd: '-m 2048 -e 126976 -x zstd',
  'lzo or zlib, whichever is better': '-m 2048 -e 126976 -x favor_lzo -X 5',
  'small pages': '-m 512 -e 15872 -x zlib',
  'large pages': '-m 4096 -e 258048 -x lzo',
  'NOR flash': '-m 8 -e 65408 -x lzo',
  'wide index nodes': '-m 2048 -e 126976 -f 128',
  'a large table of free space': '-m 512 -e 15872 -c 60000',
  'free space to be fixed up': '-m 2048 -e 126976 -F',
  'keys by another hash': '-m 2048 -e 126976 -k test',
  'blocks for orphans and log': '-m 2048 -e 126976 -p 4 -l 9',
};

for (const [name, options] of Object.entries(VARIANTS)) {
  test(`ubifs, ${name}: the tree it was made from`, { skip: missing('mkfs.ubifs') }, () => {
    makeTree('wide', { sizes: 1, isWide: true });
    run(`mkfs.ubifs -r wide -o ubifs.img -c 500 ${options}`);
    const part = explained(ubifs, 'ubifs.img', 0);
    compare(part.entries, truthOf('wide'));
    assert.equal(part.facts['first-break'], undefined);
    assert.match(part.facts['index'] ?? '', /^read, /);
    assert.equal(part.facts['inodes-without-name'], undefined);
    assert.equal(part.facts['blocks-replaced'], undefined);
  });
}

test('ubifs, authenticated: the tree it was made from', { skip: missing('mkfs.ubifs', 'openssl') }, () => {
  makeTree('wide', { sizes: 1, isWide: true });
  run('openssl req -new -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=x -days 3650');
  run(
    'mkfs.ubifs -r wide -o ubifs.img -c 500 -m 2048 -e 126976 --hash-algo=sha256 --auth-key=key.pem --auth-cert=cert.pem',
  );
  const part = explained(ubifs, 'ubifs.img', 0);
  compare(part.entries, truthOf('wide'));
  assert.equal(part.facts['signatures'], '1, not checked');
});

test('ubifs, encrypted: what is encrypted is named so', { skip: missing('mkfs.ubifs') }, () => {
  run(
    'mkdir -p secret/folder; echo one > secret/one; head -c 20000 /dev/zero > secret/folder/two; touch secret/empty',
  );
  writeFileSync(join(root, 'key'), noise(64, 7));
  run('mkfs.ubifs -r secret -o ubifs.img -c 500 -m 2048 -e 126976 -K key -b 0123456789abcdef -C AES-256-XTS');
  const { parts, extents } = open(ubifs, readFileSync(join(root, 'ubifs.img')));
  const files = parts[0]?.entries.filter(({ type }) => type === 'file') ?? [];
  assert.equal(parts[0]?.entries.length, 5);
  assert.equal(files.length, 3);
  assert.ok(files.every(({ content }) => content === null));
  const reasons = new Set(extents.map(({ reason }) => reason));
  assert.deepEqual(reasons, new Set([null, 'encrypted (the key of its directory)']));
});

test('ubifs without its index: the newest nodes make the same tree', { skip: missing('mkfs.ubifs') }, () => {
  makeTree('wide', { sizes: 1, isWide: true });
  run('mkfs.ubifs -r wide -o ubifs.img -c 500 -m 2048 -e 126976 -x zlib');
  const image = readFileSync(join(root, 'ubifs.img'));
  // Both copies of the master node.
  image.fill(0xff, 126_976, 3 * 126_976);
  const { parts, extents } = open(ubifs, image);
  compare(parts[0]?.entries ?? [], truthOf('wide'));
  assert.match(parts[0]?.facts['index'] ?? '', /^no master node/);
  assert.deepEqual(
    extents.filter(({ reason }) => reason !== null),
    [],
  );
});

test('ubifs: one damaged block costs one file', { skip: missing('mkfs.ubifs') }, () => {
  makeTree('tree', { sizes: 1 });
  run('mkfs.ubifs -r tree -o ubifs.img -c 500 -m 2048 -e 126976 -x none');
  const image = readFileSync(join(root, 'ubifs.img'));
  const victim = (open(ubifs, image).parts[0]?.entries ?? []).find(
    ({ path }) => path === 'sizes/noise-65536',
  );
  const [at = 0] = victim?.stored[1] ?? [];
  image[at + 100] = (image[at + 100] ?? 0) ^ 1;
  const { parts, extents } = open(ubifs, image);
  const truth = new Map([...truthOf('tree')].filter(([path]) => path !== victim?.path));
  const left = (parts[0]?.entries ?? []).filter(({ path }) => !path.startsWith(victim?.path ?? ''));
  compare(left, truth);
  const gap = extents.find(({ range }) => range[0] <= at && at < range[1]);
  assert.match(gap?.reason ?? '', /^malformed at 0x[0-9a-f]+: ubifs: /);
});

for (const [name, options, shape] of [
  ['pages of 2 KiB', '-m 2048 -e 126976', '-p 128KiB -m 2048'],
  ['NOR flash', '-m 8 -e 65408', '-p 64KiB -m 1'],
] as const) {
  test(`ubifs in ubi, ${name}: the tree it was made from`, { skip: missing('mkfs.ubifs', 'ubinize') }, () => {
    makeTree('wide', { sizes: 1, isWide: true });
    run(`mkfs.ubifs -r wide -o ubifs.img -c 500 ${options}`);
    writeFileSync(
      join(root, 'ubi.ini'),
      '[rootfs]\nmode=ubi\nimage=ubifs.img\nvol_id=0\nvol_size=8MiB\nvol_type=dynamic\nvol_name=rootfs\nvol_flags=autoresize\n',
    );
    run(`ubinize -o ubi.img ${shape} ubi.ini`);
    const { entries } = inVolume('ubi.img');
    compare(entries, truthOf('wide'));
  });
}

/** The file system in the first volume. */
function inVolume(file: string): Part {
  const blobs = memoryBlobs();
  const outer = openArtefact(blobs.put(readFileSync(join(root, file))), blobs, [ubi], LIMITS);
  const volume = outer.parts[0]?.entries[0]?.content ?? null;
  assert.ok(volume !== null);
  const inner = openArtefact(volume, blobs, [ubifs], LIMITS);
  assert.equal(inner.parts.length, 1);
  assert.deepEqual(
    inner.extents.filter(({ reason }) => reason !== null),
    [],
  );
  return inner.parts[0] as Part;
}
