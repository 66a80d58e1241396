import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cursor } from '#engine/bytes/cursor';
import { lz4Block, lz4Start } from '#engine/bytes/lz4';
import { KINDS, sample } from './samples.ts';
import { bends, packed, stopOf, withoutTool } from './streams.ts';

const skip = withoutTool('lz4');

/** The packed blocks of an LZ4 frame. Source: LZ4 Frame Format Description 1.6.3 */
function blocksOf(frame: Uint8Array): readonly { readonly bytes: Uint8Array; readonly isStored: boolean }[] {
  const c = new Cursor(frame);
  assert.equal(c.u32le(), 0x184d2204);
  const flags = c.u8();
  c.skip(1 + ((flags & 0x08) === 0 ? 0 : 8) + 1); // block size, size of content, header checksum
  const blocks: { readonly bytes: Uint8Array; readonly isStored: boolean }[] = [];
  for (let word = c.u32le(); word !== 0; word = c.u32le()) {
    blocks.push({ bytes: c.take(word & 0x7fffffff), isStored: word >>> 31 === 1 });
    if ((flags & 0x10) !== 0) c.skip(4);
  }
  return blocks;
}

test('blocks that lz4 writes give what was packed', { skip }, () => {
  for (const kind of KINDS) {
    for (const size of [1, 13, 400, 65_536, 300_000]) {
      for (const level of ['-1', '-9', '-12']) {
        const plain = sample(kind, size, size + 4);
        const blocks = blocksOf(packed(plain, 'lz4', '-c', level, '-B4'));
        const parts = blocks.map(({ bytes, isStored }) => (isStored ? bytes : lz4Block(bytes, 65_536)));
        assert.ok(Buffer.concat(parts).equals(plain), `${kind}, ${size} bytes, ${level}`);
      }
    }
  }
});

test('the beginning of a block, whatever follows it', { skip }, () => {
  const plain = sample('mixed', 3000, 4);
  const [block] = blocksOf(packed(plain, 'lz4', '-c', '-9'));
  const bytes = Buffer.concat([block?.bytes ?? new Uint8Array(), Buffer.alloc(50, 0xff)]);
  for (let length = 0; length <= plain.length; length += 7)
    assert.ok(Buffer.from(lz4Start(bytes, length)).equals(plain.subarray(0, length)), `${length} bytes`);
  assert.throws(() => lz4Start(block?.bytes ?? new Uint8Array(), plain.length + 1), { name: 'Malformed' });
});

test('more than the limit is refused', { skip }, () => {
  const [block] = blocksOf(packed(new Uint8Array(5000), 'lz4', '-c'));
  assert.equal(lz4Block(block?.bytes ?? new Uint8Array(), 5000).length, 5000);
  assert.throws(() => lz4Block(block?.bytes ?? new Uint8Array(), 4999), { name: 'Malformed' });
});

test('cut at every byte and with every bit turned, a block gives a result or stops', { skip }, () => {
  for (const kind of KINDS) {
    for (const { bytes } of blocksOf(packed(sample(kind, 400, 4), 'lz4', '-c', '-9'))) {
      for (const bent of bends(bytes)) {
        try {
          assert.ok(lz4Block(bent, 4096).length <= 4096);
        } catch (error) {
          stopOf(error, bent.length);
        }
      }
    }
  }
});
