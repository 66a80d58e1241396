// The example in README.md is what the demonstration prints: --update writes it, otherwise a difference ends with 1.
// The row with figures of power is left out of the comparison: it changes with every change of the code, whose hash is the seed.
//   node scripts/readme.ts [--update]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');

/** The parts of the report that a newcomer should see first: the head with the answers, the indications, the end. */
export function excerptOf(report: string): string {
  const lines = report.trimEnd().split('\n');
  const from = lines.findIndex((line) => line.startsWith('Can the '));
  const answersEnd = lines.findIndex((line) => line.startsWith('  Interception'));
  const indications = lines.findIndex((line) => line.startsWith('Indications ('));
  const second = lines.findIndex((line) => line.startsWith('  I2  '));
  const exit = lines.findLastIndex((line) => line.startsWith('Exit '));
  return [
    ...lines.slice(from, answersEnd),
    '  ...',
    '',
    ...lines.slice(indications, second),
    '  ...',
    '',
    lines[exit] ?? '',
  ].join('\n');
}

/** The report without the row of answers that holds figures of power: their words wrap and their confidence follows. */
export function withoutPower(text: string): string {
  return text.replace(/ {2}Undocumented access[^]*?\n {2}Undocumented {2,}/, '  Undocumented  ');
}

const BLOCK = /```\n(Can the [^]*?)\n```/;

export function demoReport(): string {
  const work = mkdtempSync(join(tmpdir(), 'assay-readme-'));
  try {
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'bin', 'assay.js'), 'demo'], {
      cwd: work,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function exampleInReadme(): string {
  return BLOCK.exec(readFileSync(readme, 'utf8'))?.[1] ?? '';
}

if (process.argv[1] === import.meta.filename) {
  const now = excerptOf(demoReport());
  if (process.argv.includes('--update')) {
    writeFileSync(
      readme,
      readFileSync(readme, 'utf8').replace(BLOCK, () => `\`\`\`\n${now}\n\`\`\``),
    );
  } else if (withoutPower(now) !== withoutPower(exampleInReadme())) {
    process.stderr.write('README.md does not show what the demonstration prints; run: npm run readme\n');
    process.exitCode = 1;
  }
}
