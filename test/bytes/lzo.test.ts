import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cursor } from '#engine/bytes/cursor';
import { lzoBlock } from '#engine/bytes/lzo';
import { KINDS, sample } from './samples.ts';
import { bends, packed, stopOf, withoutTool } from './streams.ts';

const skip = withoutTool('lzop');

/** The blocks of an lzop file. Source: lzop 1.04, as its manual and files show */
function blocksOf(file: Uint8Array): readonly { readonly bytes: Uint8Array; readonly size: number }[] {
  const c = new Cursor(file);
  c.skip(9 + 2 + 2 + 2 + 1 + 1); // magic, versions, method, level
  const flags = c.u32be();
  c.skip(4 + 4 + 4); // mode, time
  c.skip(c.u8()); // name
  c.skip(4); // checksum of the header
  const blocks: { readonly bytes: Uint8Array; readonly size: number }[] = [];
  for (let size = c.u32be(); size !== 0; size = c.u32be()) {
    const length = c.u32be();
    c.skip(4 * (bit(flags, 0x001) + bit(flags, 0x100))); // checksums of the content
    if (length < size) c.skip(4 * (bit(flags, 0x002) + bit(flags, 0x200))); // checksums of the packed bytes
    blocks.push({ bytes: c.take(length), size });
  }
  return blocks;
}

function bit(flags: number, mask: number): 0 | 1 {
  return (flags & mask) === 0 ? 0 : 1;
}

test('blocks that lzop writes give what was packed', { skip }, () => {
  for (const kind of KINDS) {
    for (const size of [1, 20, 400, 65_536, 600_000]) {
      for (const level of ['-1', '-3', '-9']) {
        const plain = sample(kind, size, size + 5);
        const parts = blocksOf(packed(plain, 'lzop', '-c', level)).map((block) =>
          block.bytes.length === block.size ? block.bytes : lzoBlock(block.bytes, block.size),
        );
        assert.ok(Buffer.concat(parts).equals(plain), `${kind}, ${size} bytes, ${level}`);
      }
    }
  }
});

test('more than the limit is refused', { skip }, () => {
  const [block] = blocksOf(packed(new Uint8Array(5000), 'lzop', '-c'));
  assert.equal(lzoBlock(block?.bytes ?? new Uint8Array(), 5000).length, 5000);
  assert.throws(() => lzoBlock(block?.bytes ?? new Uint8Array(), 4999), { name: 'Malformed' });
});

test('cut at every byte and with every bit turned, a block gives a result or stops', { skip }, () => {
  for (const kind of KINDS) {
    for (const { bytes } of blocksOf(packed(sample(kind, 400, 4), 'lzop', '-c', '-9'))) {
      for (const bent of bends(bytes)) {
        try {
          assert.ok(lzoBlock(bent, 4096).length <= 4096);
        } catch (error) {
          stopOf(error, bent.length);
        }
      }
    }
  }
});
