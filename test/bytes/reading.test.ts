import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { entropy, expectedEntropy, looksRandom } from '#engine/bytes/entropy';
import { memorySource, READ_LIMIT, windowOf } from '#engine/bytes/source';
import { bytesOfName, nameOf, plainPath } from '#engine/bytes/text';
import { fileBlobs, fileSource } from '#ports/store/files';

test('a cursor reads in order and says where bytes are missing', () => {
  const c = new Cursor(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 0, 100);
  assert.equal(c.u8(), 1);
  assert.equal(c.u16be(), 0x0203);
  assert.equal(c.u32le(), 0x07060504);
  assert.throws(
    () => c.u8(),
    (error) => error instanceof Malformed && error.at === 107,
  );
});

test('a 64-bit size above what a number holds is malformed', () => {
  assert.throws(() => new Cursor(new Uint8Array(8).fill(255)).u64le(), Malformed);
  assert.equal(new Cursor(new Uint8Array(8).fill(255)).u64leBits(), 2n ** 64n - 1n);
});

test('no read leaves a source, and none is larger than the limit', () => {
  const source = memorySource(new Uint8Array(10));
  for (const [start, end] of [
    [-1, 2],
    [0, 11],
    [5, 4],
    [0.5, 2],
    [0, Number.NaN],
  ] as const) {
    assert.throws(() => source.bytes(start, end), Malformed, `${start}-${end}`);
  }
  assert.throws(() => windowOf(source, 4, 11), Malformed);
  assert.throws(() => windowOf(source, 4, 8).bytes(0, 5), Malformed);
  assert.throws(() => memorySource(new Uint8Array(READ_LIMIT + 1)).bytes(0, READ_LIMIT + 1), Malformed);
});

test('names give their bytes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.deepEqual(bytesOfName(nameOf(bytes)), new Uint8Array(bytes));
    }),
    { numRuns: 2000 },
  );
  assert.equal(nameOf(Uint8Array.of(0x61, 0xff, 0x5c)), 'a\\xff\\\\');
  assert.equal(plainPath('./etc//../etc/passwd'), 'etc/../etc/passwd');
});

test('random bytes look random, text and code do not', () => {
  const random = Uint8Array.from({ length: 4096 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 0xff);
  assert.ok(looksRandom(random));
  assert.ok(!looksRandom(Buffer.from('All work and no play. '.repeat(200))));
  assert.ok(!looksRandom(readFileSync(process.execPath).subarray(0x200000, 0x204000)));
  assert.ok(!looksRandom(random.subarray(0, 100)), 'too few bytes say nothing');
  assert.equal(entropy(Uint8Array.of(1, 1, 2, 2)), 1);
  assert.ok(expectedEntropy(1 << 20) > 7.999);
});

test('a file reads like memory, in any order', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-source-'));
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) >>> 3);
  writeFileSync(join(folder, 'file'), bytes);
  const handle = openSync(join(folder, 'file'), 'r');
  try {
    const source = fileSource(handle);
    const early = source.bytes(0, 1000);
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(700_000), (start, length) => {
        const end = Math.min(bytes.length, start + length);
        assert.ok(Buffer.from(source.bytes(start, end)).equals(bytes.subarray(start, end)));
      }),
      { numRuns: 60 },
    );
    assert.ok(Buffer.from(early).equals(bytes.subarray(0, 1000)), 'a view stays what it was');
  } finally {
    closeSync(handle);
    rmSync(folder, { recursive: true });
  }
});

test('the store keeps what was written when the writer uses its buffer again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-store-'));
  try {
    const blobs = fileBlobs(folder);
    const piece = Buffer.alloc(700_000, 1);
    const deposit = blobs.deposit();
    for (let i = 1; i <= 3; i++) {
      piece.fill(i);
      deposit.write(piece);
    }
    const { digest, size } = deposit.close();
    const source = blobs.open(digest);
    assert.equal(size, 2_100_000);
    for (let i = 0; i < 3; i++) assert.equal(source.bytes(i * 700_000, i * 700_000 + 1)[0], i + 1);
    blobs.release();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
