import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type ByteRange, byteOrder } from '#domain/range';
import { complement, share, total, union } from '#engine/bytes/ranges';
import { partition } from '#engine/partition';

const SIZE = 200;

const ranges = fc.array(
  fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([a, b]): ByteRange => [Math.min(a, b), Math.max(a, b)]),
  { maxLength: 12 },
);

function members(list: readonly ByteRange[]): Set<number> {
  return new Set(list.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i)));
}

test('a union has the same bytes, sorted, without touching neighbours', () => {
  fc.assert(
    fc.property(ranges, (list) => {
      const joined = union(list);
      assert.deepEqual(members(joined), new Set([...members(list)].toSorted((a, b) => a - b)));
      for (const [i, range] of joined.entries()) assert.ok(i === 0 || (joined[i - 1]?.[1] ?? 0) < range[0]);
    }),
  );
});

test('ranges and their complement are all bytes, each once', () => {
  fc.assert(
    fc.property(ranges, (list) => {
      const free = complement(list, [0, SIZE]);
      assert.equal(total(free) + total(list), SIZE);
      const claimed = members(list);
      assert.ok([...members(free)].every((byte) => !claimed.has(byte)));
      assert.ok(Math.abs(share(list, [0, SIZE]) - total(list) / SIZE) < 1e-12);
    }),
  );
});

test('the share of nothing is whole', () => {
  assert.equal(share([], [5, 5]), 1);
});

test('a partition covers what was claimed, without overlap, the weightier role first', () => {
  const roles = fc.constantFrom('header', 'metadata', 'payload', 'padding', 'unexplained');
  const claims = fc.array(
    fc.record({
      range: fc
        .tuple(fc.nat(SIZE), fc.nat(SIZE))
        .map(([a, b]): ByteRange => [Math.min(a, b), Math.max(a, b)]),
      role: roles,
      reason: fc.constant(null),
    }),
    { maxLength: 12 },
  );
  const weight = ['unexplained', 'header', 'metadata', 'payload', 'padding'];
  fc.assert(
    fc.property(claims, (list) => {
      const extents = partition(list, SIZE);
      for (const [i, { range }] of extents.entries()) assert.ok(range[0] >= (extents[i - 1]?.range[1] ?? 0));
      for (let at = 0; at < SIZE; at++) {
        const covering = list
          .filter(({ range }) => range[0] <= at && at < range[1])
          .map(({ role }) => weight.indexOf(role));
        const extent = extents.find(({ range }) => range[0] <= at && at < range[1]);
        assert.equal(extent?.role, covering.length === 0 ? undefined : weight[Math.min(...covering)]);
      }
    }),
  );
});

test('byte order is the order of UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(byteOrder(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
