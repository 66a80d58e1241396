import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Outcome } from '#domain/task';
import { outcomeSchema, recordSchema } from '#engine/schema';
import { ROOT } from '../scripts/plugins.ts';
import { publishedSchema, SCHEMA_FILE } from '../scripts/schema.ts';
import { router } from './report/records.ts';
import type { Proofs, Refutations } from './schema.types.ts';

/** Proved by the compiler; named here so that nobody takes the proofs for dead. */
export type Proved = [Proofs, Refutations];

const DIGEST = `sha256:${'ab'.repeat(32)}` as const;

const OPENED: Outcome = {
  kind: 'opened',
  opened: {
    artefact: { digest: DIGEST, size: 100 },
    parts: [{ format: 'tar', range: [0, 60], entries: [], facts: {} }],
    extents: [
      { range: [0, 60], role: 'payload', reason: null },
      { range: [60, 100], role: 'unexplained', reason: 'no-format' },
    ],
  },
};

/** The outcome with one thing in it changed. */
function bent(change: (opened: Record<string, unknown>) => void): unknown {
  const copy = structuredClone(OPENED) as unknown as { opened: Record<string, unknown> };
  change(copy.opened);
  return copy;
}

test('an outcome of a known shape is taken as it is', () => {
  assert.deepEqual(outcomeSchema.parse(OPENED), OPENED);
});

const BENT: Readonly<Record<string, unknown>> = {
  'an unknown kind': { kind: 'won' },
  'an unknown key': { ...OPENED, more: 1 },
  'a digest of another length': bent((opened) =>
    Object.assign(opened, { artefact: { digest: 'sha256:ab', size: 100 } }),
  ),
  'a digest that looks into a folder': bent((opened) =>
    Object.assign(opened, { artefact: { digest: `sha256:../../${'a'.repeat(58)}`, size: 100 } }),
  ),
  'a negative size': bent((opened) => Object.assign(opened, { artefact: { digest: DIGEST, size: -1 } })),
  'a byte left out': bent((opened) =>
    Object.assign(opened, { extents: [{ range: [0, 99], role: 'payload', reason: null }] }),
  ),
  'a byte counted twice': bent((opened) =>
    Object.assign(opened, {
      extents: [
        { range: [0, 60], role: 'payload', reason: null },
        { range: [59, 100], role: 'payload', reason: null },
      ],
    }),
  ),
  'bytes beyond the end': bent((opened) =>
    Object.assign(opened, { extents: [{ range: [0, 200], role: 'payload', reason: null }] }),
  ),
  'a part beyond the end': bent((opened) =>
    Object.assign(opened, { parts: [{ format: 'tar', range: [0, 101], entries: [], facts: {} }] }),
  ),
  'a range that ends before it starts': bent((opened) =>
    Object.assign(opened, { parts: [{ format: 'tar', range: [9, 3], entries: [], facts: {} }] }),
  ),
  'a fraction of a byte': bent((opened) =>
    Object.assign(opened, { parts: [{ format: 'tar', range: [0, 0.5], entries: [], facts: {} }] }),
  ),
  'a role nobody knows': bent((opened) =>
    Object.assign(opened, { extents: [{ range: [0, 100], role: 'fine', reason: null }] }),
  ),
};

for (const [name, outcome] of Object.entries(BENT)) {
  test(`a worker that gives ${name} is not believed`, () => {
    assert.equal(outcomeSchema.safeParse(outcome).success, false);
  });
}

test('a record keeps its shape: a key more or a key less is another document', () => {
  assert.deepEqual(recordSchema.parse(router), router);
  assert.equal(recordSchema.safeParse({ ...router, more: 1 }).success, false);
  const { gate: _gate, ...less } = router;
  assert.equal(recordSchema.safeParse(less).success, false);
});

test('the published schema is what the code checks', () => {
  assert.equal(
    readFileSync(join(ROOT, SCHEMA_FILE), 'utf8'),
    publishedSchema(),
    `${SCHEMA_FILE} is stale; run: node scripts/schema.ts`,
  );
});
