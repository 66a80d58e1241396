import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { searchFor } from '#engine/bytes/search';

/** Few values, so that patterns overlap, repeat and end in one another. */
const bytes = (least: number, most: number) =>
  fc
    .array(fc.constantFrom(0, 1, 2), { minLength: least, maxLength: most })
    .map((list) => Uint8Array.from(list));

test('every occurrence of every pattern is found, however the bytes come', () => {
  const property = fc.property(
    fc.array(bytes(1, 5), { minLength: 1, maxLength: 8 }),
    bytes(0, 60),
    fc.integer({ min: 1, max: 60 }),
    (patterns, text, window) => {
      const expected = patterns.flatMap((pattern, index) =>
        Array.from({ length: Math.max(0, text.length - pattern.length + 1) }, (_, at) => at)
          .filter((at) => pattern.every((byte, i) => text[at + i] === byte))
          .map((at) => `${index}@${at}`),
      );
      const found: string[] = [];
      const search = searchFor(patterns);
      let state = 0;
      for (let base = 0; base < text.length; base += window) {
        state = search.scan(text.subarray(base, base + window), base, state, (pattern, at) =>
          found.push(`${pattern}@${at}`),
        );
      }
      assert.deepEqual(found.toSorted(), expected.toSorted());
    },
  );
  fc.assert(property, { numRuns: 500 });
});
