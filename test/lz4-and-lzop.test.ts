import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lz4 } from '#engine/decode/lz4';
import { lzop } from '#engine/decode/lzop';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { KINDS, sample } from './bytes/samples.ts';
import { packed, withoutTool } from './bytes/streams.ts';

const LIMITS = { bytesOut: 2 ** 28, entries: 100, trials: 1_000, bytesWasted: 2 ** 28 };

/** What the stream gives, with every byte of it explained. */
function opened(stream: Uint8Array): string | undefined {
  const blobs = memoryBlobs();
  const { parts, extents } = openArtefact(blobs.put(stream), blobs, [lz4, lzop], LIMITS);
  assert.deepEqual(
    extents.filter(({ reason }) => reason !== null),
    [],
  );
  return parts[0]?.entries[0]?.content?.digest;
}

function digestOf(plain: Uint8Array): string {
  return memoryBlobs().put(plain).digest;
}

/** Small, of several blocks, and for one kind of several of the 8 MiB of LZ4's older form. */
const SIZES = [1, 5000, 300_000];
const LARGE = 9_000_000;

for (const [tool, forms] of [
  ['lz4', [['-1'], ['-9', '-BD', '-B4'], ['-BX', '-B5'], ['-l'], ['--no-frame-crc']]],
  ['lzop', [['-1'], ['-7'], ['--crc32'], ['--no-checksum']]],
] as const) {
  test(`what ${tool} packs is unpacked`, { skip: withoutTool(tool) }, () => {
    for (const kind of KINDS) {
      for (const size of kind === KINDS[0] ? [...SIZES, LARGE] : SIZES) {
        const plain = sample(kind, size, size + 4);
        for (const form of forms) {
          assert.equal(
            opened(packed(plain, tool, '-c', ...form)),
            digestOf(plain),
            `${kind}, ${size} bytes, ${form.join(' ')}`,
          );
        }
      }
    }
  });
}
