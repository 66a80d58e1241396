import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Format } from '#domain/plugin';
import { LIMITS, openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { bytes, zeros } from '../examples/craft.ts';

// Code that a format claims may hold other formats.

const doc = { name: 'made up', says: 'made up', sources: ['made up'], limits: ['made up'] };
const text = (word: string) => new TextEncoder().encode(word);

/** A header of four bytes, code up to the end. */
function code(isSearched: boolean): Format {
  return {
    kind: 'format',
    id: 'code',
    version: 1,
    doc,
    magics: [{ bytes: text('CODE'), at: 0 }],
    *open({ size }) {
      yield { kind: 'extent', range: [0, 4], role: 'header' };
      yield { kind: 'extent', range: [4, size], role: 'payload', ...(isSearched ? { isSearched } : {}) };
    },
  };
}

const table: Format = {
  kind: 'format',
  id: 'table',
  version: 1,
  doc,
  magics: [{ bytes: text('TABLE'), at: 0 }],
  *open() {
    yield { kind: 'extent', range: [0, 5], role: 'metadata' };
  },
};

function open(isSearched: boolean, before = '') {
  const blobs = memoryBlobs();
  const given = bytes(before, 'CODE', zeros(20), 'TABLE', zeros(20));
  return openArtefact(blobs.put(given), blobs, [code(isSearched), table], LIMITS);
}

test('what is inside searched code is found, and every byte keeps one role', () => {
  const { parts, extents } = open(true);
  assert.deepEqual(
    parts.map(({ format, range }) => [format, range]),
    [
      ['code', [0, 49]],
      ['table', [24, 29]],
    ],
  );
  assert.deepEqual(
    extents.map(({ range, role }) => [...range, role]),
    [
      [0, 4, 'header'],
      [4, 24, 'payload'],
      [24, 29, 'metadata'],
      [29, 49, 'payload'],
    ],
  );
});

test('what is inside code that is not searched stays where it is', () => {
  assert.deepEqual(
    open(false).parts.map(({ format }) => format),
    ['code'],
  );
});

test('searched code in the midst of other bytes is searched from its header on', () => {
  assert.deepEqual(
    open(true, 'other bytes').parts.map(({ format }) => format),
    ['code', 'table'],
  );
});
