import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cab } from '#engine/decode/cab';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { KINDS, sample } from './bytes/samples.ts';
import { withoutTool } from './bytes/streams.ts';

// Cabinets are made by gcab and unpacked by cabextract too; what we read of them is compared with both.

const LIMITS = { bytesOut: 2 ** 28, entries: 1_000, trials: 1_000, bytesWasted: 2 ** 28 };
const skip = withoutTool('gcab') || withoutTool('cabextract');
const root = mkdtempSync(join(tmpdir(), 'cabinets-'));
after(() => rmSync(root, { recursive: true }));

for (const options of [[], ['--zip']]) {
  test(`what gcab writes ${options.join(' ') || 'as it is'} is read as by cabextract`, { skip }, () => {
    const files: readonly (readonly [string, Uint8Array])[] = [
      ...KINDS.map((kind, i) => [`s/${kind}`, sample(kind, 1 + i * 90_000, i)] as const),
      ['nothing', new Uint8Array(0)],
      ['größe', sample('text', 32_768)],
    ];
    const tree = join(root, 'tree');
    mkdirSync(join(tree, 's'), { recursive: true });
    for (const [name, content] of files) writeFileSync(join(tree, name), content);
    const out = join(root, 'out.cab');
    execFileSync('gcab', ['--create', ...options, out, ...files.map(([name]) => name)], { cwd: tree });
    const blobs = memoryBlobs();
    const { parts, extents } = openArtefact(blobs.put(readFileSync(out)), blobs, [cab], LIMITS);
    assert.deepEqual(
      extents.filter(({ reason }) => reason !== null),
      [],
    );
    const given = (parts[0]?.entries ?? []).map(({ path, content }) => [path, content?.digest]);
    assert.deepEqual(
      given,
      files.map(([name, content]) => [name, blobs.put(content).digest]),
    );
    const unpacked = join(root, 'unpacked');
    execFileSync('cabextract', ['--quiet', '--directory', unpacked, out]);
    for (const [name, content] of files) assert.ok(readFileSync(join(unpacked, name)).equals(content), name);
  });
}
