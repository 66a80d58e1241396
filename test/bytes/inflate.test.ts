import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync, deflateSync, gzipSync, inflateRawSync } from 'node:zlib';
import { deflatePieces } from '#engine/bytes/deflate';
import { inflateBlock } from '#engine/bytes/inflate';
import { memorySource } from '#engine/bytes/source';
import { gzip } from '#engine/decode/gzip';
import { zlib } from '#engine/decode/zlib';
import { KINDS, numbersFrom, sample } from './samples.ts';
import { bends, given, packed, stopOf, withoutTool } from './streams.ts';

/** Content and end of a raw stream, or why it stopped. */
function raw(bytes: Uint8Array, at = 0): { readonly content: Buffer; readonly end: number } | string {
  const pieces: Uint8Array[] = [];
  try {
    const stream = deflatePieces(memorySource(bytes), at);
    for (;;) {
      const step = stream.next();
      if (step.done === true) return { content: Buffer.concat(pieces), end: step.value };
      pieces.push(step.value.slice());
    }
  } catch (error) {
    return stopOf(error, bytes.length);
  }
}

const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
  constants.Z_FILTERED,
];

test('streams of zlib give what was packed, up to the byte where they end', () => {
  for (const kind of KINDS) {
    for (const size of [0, 1, 100, 70_000, 700_000]) {
      const plain = sample(kind, size, size);
      for (const strategy of STRATEGIES) {
        for (const level of size > 100_000 ? [6] : [0, 1, 6, 9]) {
          const stream = deflateRawSync(plain, { level, strategy, memLevel: 1 + (level % 9) });
          const found = raw(Buffer.concat([Buffer.alloc(7, 0xff), stream, Buffer.alloc(5, 0xff)]), 7);
          assert.ok(typeof found !== 'string', `${kind}, ${size} bytes, level ${level}: ${found as string}`);
          assert.ok(found.content.equals(plain), `${kind}, ${size} bytes, level ${level}`);
          assert.equal(found.end, 7 + stream.length);
        }
      }
    }
  }
});

test('a source that is read window by window gives the same', () => {
  const plain = sample('mixed', 3_000_000, 5);
  const found = raw(deflateRawSync(plain, { level: 1 }));
  assert.ok(typeof found !== 'string' && found.content.equals(plain));
  const stored = raw(deflateRawSync(plain, { level: 0 }));
  assert.ok(typeof stored !== 'string' && stored.content.equals(plain));
});

test('cut at every byte and with every bit turned, the answer is that of zlib', () => {
  for (const kind of KINDS) {
    for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED]) {
      for (const bent of bends(deflateRawSync(sample(kind, 120, 9), { strategy }))) {
        let theirs: Buffer | null;
        try {
          theirs = inflateRawSync(bent, { maxOutputLength: 1 << 20 });
        } catch {
          theirs = null;
        }
        const found = raw(bent);
        assert.deepEqual(
          typeof found === 'string' ? null : found.content,
          theirs,
          Buffer.from(bent).toString('hex'),
        );
      }
    }
  }
});

test('bytes without order are streams where zlib says so', () => {
  const draw = numbersFrom(11);
  for (let i = 0; i < 4_000; i++) {
    const bytes = Uint8Array.from({ length: 40 }, () => draw(256));
    let theirs: Buffer | null;
    try {
      theirs = inflateRawSync(bytes);
    } catch {
      theirs = null;
    }
    const found = raw(bytes);
    assert.deepEqual(
      typeof found === 'string' ? null : found.content,
      theirs,
      Buffer.from(bytes).toString('hex'),
    );
  }
});

test('what gzip writes opens, member after member', { skip: withoutTool('gzip') }, () => {
  for (const kind of KINDS) {
    const plain = sample(kind, 400_000, 3);
    const stream = packed(plain, 'gzip', '-c');
    const twice = Buffer.concat([stream, packed(plain, 'gzip', '-c1'), Buffer.alloc(9)]);
    const found = given(gzip, twice);
    assert.ok(found?.content?.equals(Buffer.concat([plain, plain])) === true, found?.why ?? kind);
    assert.equal(found.end, twice.length - 9);
  }
});

test('a bent gzip or zlib stream never gives other content than was packed', () => {
  const plain = Buffer.from(sample('text', 80, 2));
  for (const [format, stream] of [
    [gzip, gzipSync(plain)],
    [zlib, deflateSync(plain)],
  ] as const) {
    for (const whole of [true, false]) {
      for (const bent of bends(stream)) {
        const content = given(format, bent, whole)?.content;
        assert.ok(content === null || content === undefined || content.equals(plain));
      }
    }
  }
});

test('a bomb ends at its budget without its memory', () => {
  const bomb = deflateRawSync(new Uint8Array(64 << 20), { level: 9 });
  let given = 0;
  for (const piece of deflatePieces(memorySource(bomb), 0)) given += piece.length;
  assert.equal(given, 64 << 20);
  assert.throws(() => inflateBlock('raw', bomb, 1 << 20), { name: 'Malformed' });
});
