import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROOT } from '../scripts/plugins.ts';

/** One fenced block of the page: its language, a name behind it, its lines. */
interface Block {
  readonly language: string;
  readonly name: string;
  readonly text: string;
}

const page = readFileSync(join(ROOT, 'docs/declarations.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(
  ([, language = '', name = '', text = '']): Block => ({ language, name, text }),
);

const work = mkdtempSync(join(tmpdir(), 'assay-declarations-'));
after(() => rmSync(work, { recursive: true, force: true }));
copyFileSync(join(ROOT, 'examples/whole/ne7/ne7-r25.bin'), join(work, 'router.bin'));
for (const { language, name, text } of blocks) {
  if (name !== '' && language !== 'report') writeFileSync(join(work, name), text);
}

/** Reports by the folder of their case, without breaks and columns. */
const reports = new Map<string, string>();

for (const { text } of blocks.filter(({ language }) => language === 'console')) {
  for (const line of text.split('\n').filter((each) => each.startsWith('$ assay '))) {
    test(`docs/declarations.md: ${line}`, () => {
      const args = line.slice('$ assay '.length).split(' ');
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin/assay.js'), ...args], {
        cwd: work,
        encoding: 'utf8',
      });
      assert.ok(status === 1 || status === 3, `exit ${status}: ${stderr}`);
      reports.set(args[args.indexOf('--case') + 1] ?? '', stdout.replaceAll(/\s+/g, ' '));
    });
  }
}

for (const { name, text } of blocks.filter(({ language }) => language === 'report')) {
  test(`docs/declarations.md shows what the report of ${name} says`, () => {
    const report = reports.get(name) ?? '';
    let at = 0;
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const found = report.indexOf(line, at);
      assert.ok(found !== -1, `the report does not say, or says before: ${line}`);
      at = found + line.length;
    }
  });
}

test('docs/declarations.md shows files, commands and a report', () => {
  for (const language of ['csv', 'text', 'yaml', 'console', 'report'])
    assert.ok(
      blocks.some((block) => block.language === language),
      language,
    );
});
