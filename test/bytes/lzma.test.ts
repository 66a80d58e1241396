import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decompressBlock } from '#engine/bytes/block';
import { lzmaProperties } from '#engine/bytes/lzma';
import { type LzmaEnd, lzma2Pieces, lzmaPieces } from '#engine/bytes/lzma-stream';
import { memorySource } from '#engine/bytes/source';
import { lzma } from '#engine/decode/lzma';
import { KINDS, numbersFrom, sample } from './samples.ts';
import { bends, given, packed, stopOf, withoutTool } from './streams.ts';

const skip = withoutTool('xz');

const alone = (plain: Uint8Array, options = 'preset=6') =>
  packed(plain, 'xz', '-c', '--format=lzma', `--lzma1=${options}`);

/** The same stream with its size in the header; xz ends it with a marker all the same. */
function sized(stream: Buffer, size: number): Buffer {
  const out = Buffer.from(stream);
  out.writeBigUInt64LE(BigInt(size), 5);
  return out;
}

test('what xz writes as lzma opens, to the byte of its end', { skip }, () => {
  for (const kind of KINDS) {
    for (const size of [1, 300, 70_000, 800_000]) {
      const plain = sample(kind, size, size + 3);
      const stream = alone(plain, size > 5e5 ? 'preset=0' : 'preset=6');
      for (const bytes of [stream, sized(stream, size)]) {
        const found = given(lzma, Buffer.concat([bytes, Buffer.from('what follows')]), size < 256);
        assert.ok(found?.content?.equals(plain) === true, `${kind}, ${size} bytes: ${found?.why}`);
        assert.equal(found.end, stream.length);
      }
    }
  }
});

test('properties that are looked for open, also inside other bytes', { skip }, () => {
  const plain = sample('mixed', 40_000, 1);
  for (const [lc, lp] of [
    [0, 0],
    [3, 0],
    [4, 0],
    [1, 2],
    [0, 2],
    [2, 1],
    [3, 1],
  ] as const) {
    for (const dictionary of ['64KiB', '1MiB', '128MiB']) {
      const stream = alone(plain, `preset=1,lc=${lc},lp=${lp},pb=2,dict=${dictionary}`);
      assert.ok(
        lzma.magics.some(({ bytes }) => bytes.every((byte, i) => byte === stream[i])),
        `${lc} ${lp} ${dictionary}`,
      );
      assert.ok(given(lzma, stream, false)?.content?.equals(plain) === true, `${lc} ${lp} ${dictionary}`);
    }
  }
});

test('raw streams of every property, also with a dictionary smaller than the content, give what was packed', {
  skip,
}, () => {
  for (const [lc, lp, pb] of [
    [0, 0, 0],
    [4, 0, 4],
    [0, 4, 0],
    [1, 3, 3],
    [3, 0, 2],
  ] as const) {
    for (const dictionary of [4096, 65_536]) {
      const plain = sample('mixed', 700_000, lc + lp + pb);
      const stream = alone(plain, `preset=1,lc=${lc},lp=${lp},pb=${pb},dict=${dictionary}`);
      const properties = lzmaProperties(stream[0] ?? 255);
      assert.deepEqual(properties, { lc, lp, pb });
      const pieces: Buffer[] = [];
      let at: { readonly end: number; readonly by: LzmaEnd } | null = null;
      for (
        const run = lzmaPieces(memorySource(stream), 13, { lc, lp, pb }, dictionary, null);
        at === null;
      ) {
        const step = run.next();
        if (step.done === true) at = step.value;
        else pieces.push(Buffer.from(step.value));
      }
      assert.ok(Buffer.concat(pieces).equals(plain), `lc ${lc} lp ${lp} pb ${pb}, dictionary ${dictionary}`);
      assert.deepEqual(at, { end: stream.length, by: 'marker' });
    }
  }
});

test('blocks of file systems open with and without a size in their header', { skip }, () => {
  for (const kind of KINDS) {
    const plain = sample(kind, 131_072, 6);
    const stream = alone(plain);
    assert.ok(Buffer.from(decompressBlock('lzma', stream, plain.length)).equals(plain), kind);
    assert.ok(
      Buffer.from(decompressBlock('lzma', sized(stream, plain.length), plain.length)).equals(plain),
      kind,
    );
    const short = Buffer.concat([stream.subarray(0, 5), stream.subarray(13)]);
    assert.ok(Buffer.from(decompressBlock('lzma-short', short, plain.length)).equals(plain), kind);
  }
});

test('a match may reach back as far as the dictionary, and no further', { skip }, () => {
  const noise = sample('noise', 70_000, 1);
  const plain = Buffer.concat([noise, noise]);
  const stream = alone(plain, 'preset=6,dict=128KiB');
  assert.ok(given(lzma, stream)?.content?.equals(plain) === true);
  stream.writeUInt32LE(65_536, 1);
  assert.equal(given(lzma, stream)?.content, null);
});

test('cut at every byte and with every bit turned, a stream gives a result or stops', { skip }, () => {
  for (const kind of KINDS) {
    const plain = sample(kind, 300, 4);
    const stream = alone(plain);
    for (const bytes of [stream, sized(stream, plain.length)]) {
      for (const whole of [true, false])
        for (const bent of bends(bytes.subarray(0, 200))) given(lzma, bent, whole);
    }
    for (const bent of bends(stream.subarray(0, 120))) {
      for (const codec of ['lzma', 'lzma-short'] as const) {
        try {
          assert.ok(decompressBlock(codec, bent, 512).length <= 512);
        } catch (error) {
          stopOf(error, bent.length);
        }
      }
    }
  }
});

test('bent LZMA2 chunks give a result or stop', { skip }, () => {
  for (const kind of KINDS) {
    for (const bent of bends(packed(sample(kind, 120, 4), 'xz', '-c', '--format=raw', '--lzma2=preset=6'))) {
      try {
        let size = 0;
        for (const piece of lzma2Pieces(memorySource(bent), 0, 4096)) size += piece.length;
        assert.ok(size <= 16 << 20);
      } catch (error) {
        stopOf(error, bent.length);
      }
    }
  }
});

test('bytes without order are no stream inside others', () => {
  const draw = numbersFrom(3);
  const heads = lzma.magics.map(({ bytes }) => bytes);
  for (let i = 0; i < 1000; i++) {
    const bytes = Uint8Array.from({ length: 3000 }, () => draw(256));
    bytes.set(heads[i % heads.length] ?? []);
    bytes.fill(i % 2 === 0 ? 0xff : 0, 5, 13);
    if (i % 2 === 1) bytes[6] = 1 + draw(8);
    bytes[13] = 0;
    assert.equal(given(lzma, bytes, false)?.content ?? null, null, `${i}`);
  }
});
