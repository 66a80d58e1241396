// npm test [-- name…]
// Runs every test/**/*.test.ts whose path contains one of the names, each file in a process of its own.
// The last line is `N passed, N failed, N skipped`; exit 1 when something failed or nothing ran.
import { relative } from 'node:path';
import { availableParallelism } from 'node:os';
import { type EventData, run } from 'node:test';
import { inspect } from 'node:util';
import { filesBelow } from './imports.ts';
import { ROOT } from './plugins.ts';

/** A single test is stopped after this; none needs a tenth of it. */
const LIMIT_MS = 300_000;

/** Why something was skipped is part of the result: a skip without a reason is named so. */
const NO_REASON = 'no reason given';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const names = process.argv.slice(2);
const files = filesBelow(ROOT, 'test', '.test.ts').filter(
  (file) => names.length === 0 || names.some((name) => file.includes(name)),
);
const started = performance.now();
const all: Tally = { passed: 0, failed: 0, skipped: 0 };
const tallies = new Map<string, Tally>();
const skips: string[] = [];

const events = run({
  cwd: ROOT,
  files: files.map((file) => `${ROOT}/${file}`),
  concurrency: availableParallelism(),
  timeout: LIMIT_MS,
});
for await (const { type, data } of events) {
  if (type === 'test:pass') count(data, data.skip ?? data.todo);
  else if (type === 'test:fail') showFailure(data);
  else if (type === 'test:stderr' || type === 'test:stdout') process.stderr.write(data.message);
  else if (type === 'test:summary' && data.file !== undefined) showFile(data.file, data.duration_ms);
}

for (const [reason, skipped] of Map.groupBy(skips, (reason) => reason))
  console.log(`skipped ${skipped.length}: ${reason}`);
console.log(`${files.length} files, ${seconds(performance.now() - started)}`);
console.log(said(all));
process.exitCode = all.failed > 0 || all.passed === 0 ? 1 : 0;

/** @param skip  reason; true: none given; undefined or false: it ran */
function count(data: EventData.TestPass, skip: string | boolean | undefined): void {
  if (data.details.type === 'suite') return;
  const skipped = skip !== undefined && skip !== false;
  for (const tally of [all, tallyOf(data.file)]) tally[skipped ? 'skipped' : 'passed']++;
  if (skipped) skips.push(typeof skip === 'string' && skip !== '' ? skip : NO_REASON);
}

function showFailure({ name, file, line, details }: EventData.TestFail): void {
  // A suite or a parent fails with its parts, which are counted and shown.
  if (details.error.cause === undefined || /^\d+ subtests? failed$/.test(String(details.error.cause))) return;
  for (const tally of [all, tallyOf(file)]) tally.failed++;
  const where = file === undefined ? '' : ` (${relative(ROOT, file)}:${line})`;
  console.log(`FAILED ${name.replace(`${ROOT}/`, '')}${where}`);
  const why = inspect(details.error.cause, { depth: 8 }).replaceAll(/^\s+at .*\bnode:internal\/.*\n/gm, '');
  console.log(why.replaceAll(/^/gm, '  '));
}

function showFile(file: string, durationMs: number): void {
  const tally = tallyOf(file);
  const mark = tally.failed > 0 ? 'FAILED' : 'ok';
  console.log(`${mark.padEnd(6)} ${relative(ROOT, file)}: ${said(tally)}, ${seconds(durationMs)}`);
}

function tallyOf(file: string | undefined): Tally {
  const key = file ?? '';
  const tally = tallies.get(key) ?? { passed: 0, failed: 0, skipped: 0 };
  tallies.set(key, tally);
  return tally;
}

function said({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
