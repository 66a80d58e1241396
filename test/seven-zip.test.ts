import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sevenZip } from '#engine/decode/seven-zip/seven-zip';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { KINDS, sample } from './bytes/samples.ts';
import { withoutTool } from './bytes/streams.ts';

// Archives are made by 7z over one tree; what we read of them is compared with the tree.

const LIMITS = { bytesOut: 2 ** 28, entries: 1_000, trials: 1_000, bytesWasted: 2 ** 28 };
const skip = withoutTool('7z');

const root = mkdtempSync(join(tmpdir(), 'seven-zip-'));
const FILES: readonly (readonly [string, Uint8Array])[] = [
  ...KINDS.map((kind, i) => [`s/${kind}`, sample(kind, 100_001 + i * 7, i)] as const),
  ['größe', sample('text', 5)],
  ['nothing', new Uint8Array(0)],
];

before(() => {
  mkdirSync(join(root, 's', 'empty'), { recursive: true });
  for (const [name, content] of FILES) writeFileSync(join(root, name), content);
  symlinkSync('s/text', join(root, 'link'));
});
after(() => rmSync(root, { recursive: true }));

const FILTERS = ['BCJ', 'PPC', 'IA64', 'ARM', 'ARMT', 'SPARC', 'ARM64', 'RISCV', 'Delta:3'];

for (const options of [
  ['-m0=LZMA'],
  ['-m0=LZMA:d64k:lc0:lp2:pb1'],
  ['-m0=LZMA2', '-ms=off'],
  ['-m0=LZMA2', '-mmt=4', '-mhc=off'],
  ['-m0=Deflate'],
  ['-m0=BZip2', '-mmt=4'],
  ['-m0=Copy'],
  ...FILTERS.map((filter) => [`-m0=${filter}`, '-m1=LZMA2:a0']),
]) {
  test(`what 7z writes with ${options.join(' ')} is read`, { skip }, () => {
    const out = join(root, 'out.7z');
    execFileSync('7z', ['a', '-snl', ...options, out, 's', 'größe', 'nothing', 'link'], {
      cwd: root,
      stdio: 'ignore',
    });
    const blobs = memoryBlobs();
    const { parts, extents } = openArtefact(blobs.put(readFileSync(out)), blobs, [sevenZip], LIMITS);
    rmSync(out);
    assert.deepEqual(
      extents.filter(({ reason }) => reason !== null),
      [],
    );
    const entries = parts[0]?.entries ?? [];
    const files = entries
      .filter(({ type }) => type === 'file')
      .map(({ path, content }) => [path, content?.digest]);
    assert.deepEqual(
      files.toSorted(byName),
      FILES.map(([name, content]) => [name, blobs.put(content).digest]).toSorted(byName),
    );
    const others = entries
      .filter(({ type }) => type !== 'file')
      .map(({ path, type, target }) => [path, type, target]);
    assert.deepEqual(others.toSorted(byName), [
      ['link', 'link', 's/text'],
      ['s', 'directory', null],
      ['s/empty', 'directory', null],
    ]);
  });
}

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
