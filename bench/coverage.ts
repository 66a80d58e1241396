// Which share of every image of a corpus is explained, and why the rest is not.
//   ASSAY_CORPUS=<folder> npm run bench:coverage [-- <part of a file name>]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { AssayRecord } from '#domain/record';

/** Gaps below this share of an image are not worth a line. */
const LARGE = 0.02;

const corpus = process.env['ASSAY_CORPUS'];
if (corpus === undefined) {
  process.stderr.write('skipped: set ASSAY_CORPUS to a folder with firmware/ in it\n');
  process.exit(0);
}

const launcher = join(import.meta.dirname, '..', 'bin', 'assay.js');
const wanted = process.argv[2] ?? '';
const work = mkdtempSync(join(tmpdir(), 'assay-coverage-'));
const folder = join(corpus, 'firmware');
const images = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((name) => join(folder, name))
  .filter((path) => statSync(path).isFile() && !path.endsWith('.tsv') && path.includes(wanted))
  .toSorted();

const percent = (part: number, whole: number) =>
  `${((part / Math.max(1, whole)) * 100).toFixed(1).padStart(5)} %`;
process.stdout.write(`explained  opaque   unexpl.  content   files  links  exit  image\n`);
try {
  for (const path of images) report(path);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function report(path: string): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [launcher, 'examine', path, '--case', join(work, 'case'), '--format', 'json'],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  rmSync(join(work, 'case'), { recursive: true, force: true });
  const name = relative(folder, path);
  if (stdout === '') {
    process.stdout.write(`  exit ${status}: ${stderr.trim().split('\n').at(-1) ?? ''}  ${name}\n`);
    return;
  }
  const record = JSON.parse(stdout) as AssayRecord; // written by the command just run
  const { total, explained, opaque, unexplained, innermost, gaps } = record.coverage.bytes;
  const shares = [
    percent(explained, total),
    percent(opaque, total),
    percent(unexplained, total),
    percent(innermost.explained, innermost.total),
  ];
  const counts = [
    String(record.opened.files).padStart(6),
    String(record.opened.links).padStart(6),
    String(status).padStart(5),
  ];
  process.stdout.write(`${[...shares, ...counts].join('  ')}  ${name}\n`);
  for (const gap of gaps.listed.filter(({ range }) => range[1] - range[0] > total * LARGE)) {
    process.stdout.write(`      ${gap.range[0]}-${gap.range[1]} of ${gap.path}: ${gap.reason}\n`);
  }
}
