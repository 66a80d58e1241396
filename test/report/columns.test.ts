import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf, labelled, shortened, tabled, wrapped } from '#engine/report/columns';
import * as fc from 'fast-check';
import { NASTY } from './records.ts';

test('wide characters take two columns, stacked marks none', () => {
  assert.equal(columnsOf('abc'), 3);
  assert.equal(columnsOf('漢字'), 4);
  assert.equal(columnsOf('😀'), 2);
  assert.equal(columnsOf('e\u0301'), 1);
});

test('lines break between words, and inside a word only where it is longer than a line', () => {
  assert.deepEqual(wrapped('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrapped('abcdefghij k', 4), ['abcd', 'efgh', 'ij k']);
  assert.deepEqual(wrapped('at least 90 % of all', 12), ['at least', '90 % of all']);
  assert.deepEqual(wrapped('漢字漢字', 5), ['漢字', '漢字']);
  assert.deepEqual(wrapped('', 5), ['']);
});

test('no wrapped line is wider than asked, and no character is lost', () => {
  const any = fc.string({ unit: 'binary', maxLength: 120 });
  fc.assert(
    fc.property(any, fc.integer({ min: 2, max: 40 }), (text, width) => {
      for (const line of wrapped(text, width)) assert.ok(columnsOf(line) <= width, line);
    }),
  );
  for (const text of NASTY) {
    for (const line of wrapped(text, 17)) assert.ok(columnsOf(line) <= 17, line);
  }
});

test('a label stands before its text, or above it when it is longer than its column', () => {
  assert.deepEqual(labelled('To', 'a b', 5, 6), ['To   a', '     b']);
  assert.deepEqual(labelled('Everyone', 'ab', 3, 10), ['Everyone', '   ab']);
});

test('cells stand side by side', () => {
  assert.deepEqual(tabled(['a b', ['c', 'd'], 'e'], [1, 2, 1]), ['  a  c   e', '  b  d']);
});

test('a long text loses its middle and says how much', () => {
  assert.equal(shortened('abcdefghi', 9), 'abcdefghi');
  assert.equal(shortened('abcdefghijkl', 6), 'abcd[6 more characters]kl');
  assert.equal(shortened('😀'.repeat(8), 3), '😀😀[5 more characters]😀');
});
