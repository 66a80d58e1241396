import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Entry } from '#domain/artefact';
import { fat } from '#engine/decode/fat/fat';
import { missing, noise, open, root, run } from './images.ts';

// Volumes made by dosfstools and filled by mtools: what we read is compared with the files that were put in.

const TOOLS = missing('mkfs.fat', 'mcopy', 'mdel');

/** Shapes by what mkfs.fat is told. */
const VARIANTS: Readonly<Record<string, string>> = {
  FAT12: '-F 12 -C fat.img 1440',
  'FAT12, clusters of 4 KiB': '-F 12 -s 8 -C fat.img 8000',
  FAT16: '-F 16 -C fat.img 16384',
  'FAT16, sectors of 2 KiB': '-F 16 -S 2048 -C fat.img 65536',
  'FAT16, sectors of 4 KiB': '-F 16 -S 4096 -C fat.img 65536',
  'FAT32, one table': '-F 32 -f 1 -s 2 -C fat.img 100000',
};

for (const [name, options] of Object.entries(VARIANTS)) {
  test(`${name}: the files that were put in`, { skip: TOOLS }, () => {
    makeFiles();
    run(`rm -f fat.img; mkfs.fat --invariant -n LABEL ${options}; mcopy -i fat.img -smp files/* ::`);
    const { parts, extents } = open(fat, image());
    const [part] = parts;
    assert.ok(part !== undefined, 'recognised');
    assert.deepEqual(part.entries.map(lineOf).toSorted(), filesBelow('').toSorted());
    assert.equal(part.facts['label'], 'LABEL');
    assert.equal(part.facts['kind'], name.slice(0, 5));
    assert.equal(part.facts['clusters-lost'], '0');
    assert.equal(part.facts['table-copies'], undefined);
    // What the maker writes for those who start from it: code and a message.
    assert.deepEqual(
      extents.filter(({ range, reason }) => reason !== null && range[1] > 510),
      [],
    );
  });
}

test('FAT: what was removed is given as long as its clusters are free', { skip: TOOLS }, () => {
  makeFiles();
  run('rm -f fat.img; mkfs.fat --invariant -F 16 -C fat.img 16384; mcopy -i fat.img -smp files/* ::');
  run('mdel -i fat.img "::/etc/a long name of a script.sh" ::/BIG.BIN; mdeltree -i fat.img ::/deep');
  const paths = new Map(
    open(fat, image()).parts[0]?.entries.map((entry) => [withoutNumber(entry.path), entry]),
  );
  for (const path of ['etc/a long name of a script.sh', 'BIG.BIN']) {
    const found = paths.get(`${path === 'BIG.BIN' ? '?IG.BIN' : path}@deleted`);
    assert.equal(found?.content?.digest, digestOf(join(root, 'files', path)), path);
  }
  // mtools marks what is in a removed directory too. Short names lose their first character.
  assert.ok([...paths.keys()].some((path) => path === '?eep@deleted/?n@deleted/?eepest.txt@deleted'));
  run('mcopy -i fat.img files/etc/other ::/NEW.BIN; mcopy -i fat.img files/BIG.BIN ::/AGAIN.BIN');
  const after = open(fat, image()).parts[0]?.entries ?? [];
  assert.equal(
    after.find(({ path }) => path === 'AGAIN.BIN')?.content?.digest,
    digestOf(join(root, 'files/BIG.BIN')),
  );
  const stored = after.find(({ path }) => path === 'AGAIN.BIN')?.stored ?? [];
  assert.ok(stored.length >= 1);
});

test('FAT: a file in pieces is whole', { skip: TOOLS }, () => {
  makeFiles();
  run('rm -f fat.img; mkfs.fat --invariant -F 12 -C fat.img 1440');
  for (let i = 0; i < 40; i++) run(`mcopy -i fat.img files/etc/other ::/F${i}`);
  for (let i = 0; i < 40; i += 2) run(`mdel -i fat.img ::/F${i}`);
  run(
    'dd if=/dev/zero of=fill bs=1024 count=700 2>/dev/null; mcopy -i fat.img fill ::/FILL; mcopy -i fat.img files/BIG.BIN ::/BIG',
  );
  const { entries = [] } = open(fat, image()).parts[0] ?? {};
  const big = entries.find(({ path }) => path === 'BIG');
  const fill = entries.find(({ path }) => path === 'FILL');
  assert.ok((big?.stored.length ?? 0) + (fill?.stored.length ?? 0) > 2, 'one of them is in pieces');
  assert.equal(big?.content?.digest, digestOf(join(root, 'files/BIG.BIN')));
  assert.equal(fill?.content?.size, 700 * 1024);
});

function image(): Buffer {
  return readFileSync(join(root, 'fat.img'));
}

function withoutNumber(path: string): string {
  return path.replaceAll(/@deleted\/\d+/g, '@deleted');
}

function digestOf(file: string): string {
  return `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}

/** Of directories mtools does not keep the time. */
function lineOf({ path, type, modifiedAt, content }: Entry): string {
  return type === 'file' ? `${path} ${content?.size} ${modifiedAt} ${content?.digest}` : `${path}/`;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, 'files', folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const file = join(root, 'files', path);
    if (entry.isDirectory()) return [`${path}/`, ...filesBelow(path)];
    const { size, mtimeMs } = statSync(file);
    return [`${path} ${size} ${mtimeMs / 1000} ${digestOf(file)}`];
  });
}

/** Names short and long, sizes around those of sectors and clusters, a directory of many clusters. */
function makeFiles(): void {
  const folder = join(root, 'files');
  if (existsSync(folder)) return;
  for (const path of ['etc', 'deep/in', 'many', 'EMPTY']) mkdirSync(join(folder, path), { recursive: true });
  const put = (path: string, content: Uint8Array | string) => {
    writeFileSync(join(folder, path), content);
    utimesSync(join(folder, path), 1_600_000_000, 1_600_000_000);
  };
  for (const size of [0, 1, 511, 512, 513, 2047, 2048, 2049, 4096, 4097])
    put(`size-${size}`, noise(size, size));
  put('BIG.BIN', noise(100_000, 1));
  put('lower.txt', 'small letters\n');
  put('Mixed.Txt', 'both\n');
  put('größe und ☃.conf', 'beyond ASCII\n');
  put(`${'x'.repeat(120)}.longest`, 'a long name\n');
  put('exactly13char', 'a name of one part\n');
  put('etc/a long name of a script.sh', '#!/bin/sh\n'.repeat(500));
  put('etc/other', noise(9000, 2));
  put('deep/in/deepest.txt', noise(3000, 3));
  for (let i = 0; i < 200; i++) put(`many/file number ${i}`, `${i}\n`);
}
