import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { intelHex } from '#engine/decode/intel-hex';
import { sRecord } from '#engine/decode/s-record';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { sample } from './bytes/samples.ts';
import { withoutTool } from './bytes/streams.ts';

// Texts are written by srec_cat and objcopy; what we read of them is compared with what went in.

const LIMITS = { bytesOut: 2 ** 28, entries: 100, trials: 1_000, bytesWasted: 2 ** 28 };
const root = mkdtempSync(join(tmpdir(), 'records-'));
after(() => rmSync(root, { recursive: true }));

const PIECES = [
  { address: 0x10, content: sample('text', 3000) },
  { address: 0x1_0000 - 100, content: sample('text', 70_001, 7) },
  { address: 0x9_0000, content: sample('text', 1, 9) },
];

/** Path and digest of every file, with every byte of the text explained. */
function opened(text: Uint8Array): readonly (readonly [string, string | undefined])[] {
  const blobs = memoryBlobs();
  const { parts, extents } = openArtefact(blobs.put(text), blobs, [intelHex, sRecord], LIMITS);
  assert.deepEqual(
    extents.filter(({ reason }) => reason !== null),
    [],
  );
  assert.match(parts[0]?.facts['checksums'] ?? '', / 0 wrong$/);
  return (parts[0]?.entries ?? []).map(({ path, content }) => [path, content?.digest] as const);
}

const EXPECTED = PIECES.map(({ address, content }) => {
  return [`0x${address.toString(16).padStart(8, '0')}`, memoryBlobs().put(content).digest] as const;
});

for (const form of [
  ['-Intel'],
  ['-Intel', '-obs=255'],
  ['-Intel', '-address-length=3'],
  ['-Motorola'],
  ['-Motorola', '-address-length=4'],
  ['-Motorola', '-line-length=40', '-header=boot'],
]) {
  test(`what srec_cat writes with ${form.join(' ')} is read`, { skip: withoutTool('srec_cat') }, () => {
    const inputs = PIECES.flatMap(({ address, content }, i) => {
      const file = join(root, `piece-${i}`);
      writeFileSync(file, content);
      return [file, '-Binary', '-offset', String(address)];
    });
    const out = join(root, 'out');
    execFileSync('srec_cat', [...inputs, '-o', out, ...form]);
    assert.deepEqual(opened(readFileSync(out)), EXPECTED);
  });
}

for (const form of ['ihex', 'srec']) {
  test(`what objcopy writes as ${form} is read`, { skip: withoutTool('objcopy') }, () => {
    const file = join(root, 'program');
    const content = sample('text', 200_000);
    writeFileSync(file, content);
    const out = join(root, 'out');
    execFileSync('objcopy', ['-I', 'binary', '-O', form, '--change-addresses', '0x8000000', file, out]);
    assert.deepEqual(opened(readFileSync(out)), [['0x08000000', memoryBlobs().put(content).digest]]);
  });
}

test('a text cut anywhere gives what stands before the cut', () => {
  const whole = readFileSync('examples/decode/intel-hex/linear-addresses/input.bin');
  for (let length = 0; length < whole.length; length++) {
    const blobs = memoryBlobs();
    const { parts } = openArtefact(blobs.put(whole.subarray(0, length)), blobs, [intelHex], LIMITS);
    const given = parts[0]?.entries.reduce((sum, { content }) => sum + (content?.size ?? 0), 0) ?? 0;
    assert.ok(given <= length / 2);
  }
});
