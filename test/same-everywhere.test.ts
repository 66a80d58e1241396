import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const root = join(import.meta.dirname, '..');
const product = join(root, 'examples', 'whole', 'ne7');
const work = mkdtempSync(join(tmpdir(), 'assay-same-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** The record of the made-up router, examined with so many workers (0: in one process). */
function recordWith(workers: number): string {
  const folder = join(work, String(workers), 'ne7');
  const args = [
    'examine',
    join(product, 'ne7-r25.bin'),
    join(product, 'declaration.yaml'),
    '--about',
    join(product, 'case.yaml'),
  ];
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'bin', 'assay.js'),
      ...args,
      '--case',
      folder,
      '--workers',
      String(workers),
      '--power',
      'quick',
      '--as-of',
      '2026-11-22',
    ],
    { encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: '1795348800' } },
  );
  assert.equal(status, 1, stderr);
  return readFileSync(join(folder, 'revisions', '1', 'record.json'), 'utf8');
}

/** Compared by what differs: a whole record is no message. */
function assertSame(actual: string, expected: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  assert.fail(
    `records differ at ${at}: ${actual.slice(at - 40, at + 80)} | ${expected.slice(at - 40, at + 80)}`,
  );
}

test('one, two and four workers give the same bytes', () => {
  const one = recordWith(1);
  assertSame(recordWith(2), one);
  assertSame(recordWith(4), one);
});

test('one process gives the same record, but for the isolation it states', () => {
  const confined = recordWith(1);
  const inline = recordWith(0);
  assert.match(inline, /"isolation":"none"/);
  assert.doesNotMatch(confined, /"isolation":"none"/);
  const withoutLevel = (record: string) => record.replace(/"isolation":"\w+"/, '');
  assertSame(withoutLevel(inline), withoutLevel(confined));
});
