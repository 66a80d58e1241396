import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesBelow } from '../scripts/imports.ts';
import { ROOT } from '../scripts/plugins.ts';
import { asidesIn, promisesIn } from '../scripts/words.ts';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test('no text of the product promises what nobody can know', () => {
  const sources = [...filesBelow(ROOT, 'src', '.ts'), 'bin/assay.js'];
  assert.deepEqual(
    sources.flatMap((file) => promisesIn(file, read(file))),
    [],
  );
});

test('the project speaks only of itself', () => {
  const ours = [...textFiles()].filter(
    (file) => !/(?:^|\/)words(?:\.test)?\.ts$|^package-lock\.json$/.test(file),
  );
  assert.deepEqual(
    ours.flatMap((file) => asidesIn(file, read(file))),
    [],
  );
});

/** Tracked texts of ours; inputs of examples are the words of their makers. */
function* textFiles(): Generator<string> {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const file of tracked) {
    if (/^examples\/.*\/(?:input\b|expected\.json$)/.test(file)) continue;
    if (/\.(?:ts|js|json|md|sh|yaml|html|css)$|^\.ci\/run$/.test(file) && existsSync(join(ROOT, file)))
      yield file;
  }
}

const PROMISES = [
  "const a = 'The device is safe';",
  'const a = `${n} checks passed`;',
  'const a = "clean";',
  "const a = 'no backdoor was found';",
  "const a = 'No back doors';",
  'const a = `we found ${n} of ${`a backdoor`}`;',
];

const HONEST = [
  "const a = 'unsafe calls';",
  '// nothing is safe here',
  'const a = \'asked: "is there a backdoor"\';',
  "const a = 'cleaned';",
  'const safe = /safe/;',
];

const ASIDES = [
  'see /work/main/x',
  "join('/Users/me/x')",
  'Co-authored-by: someone',
  'a language model wrote this',
];

test('a promise is found in any kind of string, and nowhere else', () => {
  for (const text of PROMISES) assert.equal(promisesIn('x.ts', text).length, 1, text);
  for (const text of HONEST) assert.deepEqual(promisesIn('x.ts', text), [], text);
});

test('an aside is found', () => {
  for (const text of ASIDES) assert.equal(asidesIn('x.ts', text).length, 1, text);
  assert.deepEqual(asidesIn('x.ts', "open('/etc/passwd') // the work/main loop"), []);
});
