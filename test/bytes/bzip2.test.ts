import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bzip2 } from '#engine/decode/bzip2';
import { KINDS, sample } from './samples.ts';
import { bends, given, packed, withoutTool } from './streams.ts';

const skip = withoutTool('bzip2');

test('what bzip2 writes opens, to the byte of its end', { skip }, () => {
  for (const kind of KINDS) {
    for (const [size, level] of [
      [0, 9],
      [1, 1],
      [5, 3],
      [99_999, 1],
      [100_001, 1],
      [350_000, 2],
      [1_000_000, 9],
    ] as const) {
      const plain = sample(kind, size, size + 1);
      const stream = packed(plain, 'bzip2', '-c', `-${level}`);
      const found = given(bzip2, Buffer.concat([stream, Buffer.from('BZh9 and more')]), false);
      assert.ok(found?.content?.equals(plain) === true, `${kind}, ${size} bytes: ${found?.why}`);
      assert.equal(found.end, stream.length);
    }
  }
});

test('runs of every length about the limits of their coding open', { skip }, () => {
  for (const length of [3, 4, 5, 254, 255, 256, 257, 258, 259, 260, 510, 518, 1000]) {
    const plain = Buffer.concat([Buffer.alloc(length, 0x61), Buffer.from('b'), Buffer.alloc(length, 0x61)]);
    assert.ok(given(bzip2, packed(plain, 'bzip2', '-c'))?.content?.equals(plain) === true, `${length}`);
  }
});

test('long codes open', { skip }, () => {
  // each byte value half as often as the one before: the rare ones get codes of up to 17 bits
  const plain = Buffer.concat(Array.from({ length: 17 }, (_, i) => Buffer.alloc(1 << i, i * 7)));
  const mixed = Uint8Array.from(plain, (_, i) => plain[(i * 40_503) % plain.length] ?? 0);
  assert.ok(given(bzip2, packed(mixed, 'bzip2', '-c'))?.content?.equals(mixed) === true);
});

test('streams one after another are one content', { skip }, () => {
  const [one, two] = [sample('text', 5000, 1), sample('code', 150_000, 2)];
  const streams = [
    packed(one, 'bzip2', '-c'),
    packed(new Uint8Array(), 'bzip2', '-c'),
    packed(two, 'bzip2', '-c1'),
  ];
  assert.ok(given(bzip2, Buffer.concat(streams))?.content?.equals(Buffer.concat([one, two])) === true);
});

test('cut at every byte and with every bit turned, a stream gives what was packed or stops', { skip }, () => {
  for (const kind of KINDS) {
    const plain = Buffer.from(sample(kind, 90, 4));
    const stream = packed(plain, 'bzip2', '-c1');
    let damaged = 0;
    for (const bent of bends(stream)) {
      const found = given(bzip2, bent);
      // a larger block size, or padding behind the last bit, changes nothing
      if (found === null || found.content === null) damaged++;
      else assert.ok(found.content.equals(plain));
    }
    assert.ok(damaged > stream.length * 8.5, `${kind}: ${damaged}`);
  }
});
