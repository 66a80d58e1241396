import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesBelow } from '../scripts/imports.ts';
import { ROOT } from '../scripts/plugins.ts';

const glossary = readFileSync(join(ROOT, 'GLOSSARY.md'), 'utf8');
const explained = new Set([...glossary.matchAll(/`([A-Z]\w*)`/g)].map(([, name]) => name));
const nouns = new Map(
  filesBelow(ROOT, 'src/domain', '.ts').flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(
      ([, name = '']) => [name, file],
    ),
  ),
);

test('the house has nouns', () => {
  assert.ok(nouns.size > 50 && nouns.has('Artefact'));
});

test('every noun of the domain has an entry in GLOSSARY.md', () => {
  const missing = [...nouns].filter(([name]) => !explained.has(name));
  assert.deepEqual(
    missing.map(([name, file]) => `${name} of ${file}`),
    [],
  );
});

test('every type that GLOSSARY.md names exists', () => {
  assert.deepEqual(
    [...explained].filter((name) => name === undefined || !nouns.has(name)),
    [],
  );
});
