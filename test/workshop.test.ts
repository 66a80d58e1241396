import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { Malformed } from '#domain/error';
import type { BytesObserver, Examiner, Format, Reading } from '#domain/plugin';
import { bendsOf } from '../scripts/bend.ts';
import { missingFrom, trialOf } from '../scripts/cases.ts';
import { codeDigest } from '../scripts/generated.ts';
import { importsOf } from '../scripts/imports.ts';
import { layOut } from '../scripts/layout.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-workshop-'));
after(() => rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const doc = { name: 'Toy', says: 'nothing', sources: ['none'], limits: ['all'] };

/** A format that claims any bytes and reads them so. */
function formatOf(read: (size: number) => Iterable<Reading>): Format {
  return { kind: 'format', id: 'toy', version: 1, doc, magics: [], open: ({ size }) => read(size) };
}

const example = { name: 'decode/toy/case', folder: 'examples/decode/toy/case' };
write({ 'examples/decode/toy/case/input.bin': 'twelve bytes' });

async function answerOf(plugin: Parameters<typeof trialOf>[0]) {
  const trial = await trialOf(plugin, example, root);
  return trial.run(trial.inputs);
}

test('an input is cut and bent at every place of a small one, at 256 of a large one', () => {
  const small = [...bendsOf([Uint8Array.of(1, 2, 3)])];
  assert.deepEqual(
    small.map(({ inputs }) => inputs[0]?.length),
    [0, 1, 2, 3, 3, 3],
  );
  const large = [...bendsOf([new Uint8Array(100), new Uint8Array(900)])];
  assert.equal(large.length, 512);
  assert.ok(
    large.every(
      ({ inputs }) => inputs.flatMap((bytes) => [...bytes]).filter((byte) => byte !== 0).length <= 1,
    ),
  );
  assert.deepEqual(
    large.map(({ name }) => name),
    [...new Set(large.map(({ name }) => name))],
  );
  assert.deepEqual([...bendsOf([])], []);
});

test('what is no fault of the bytes leaves the runner', async () => {
  const wrong = formatOf(function* () {
    yield { kind: 'extent', range: [0, 4], role: 'header' };
    throw new RangeError('ours');
  });
  await assert.rejects(answerOf(wrong), RangeError);
});

test('malformed bytes are an answer', async () => {
  const observer: BytesObserver = {
    kind: 'observer',
    id: 'toy',
    version: 1,
    doc,
    reads: 'bytes',
    wants: () => true,
    observe() {
      throw new Malformed('bad', 16);
    },
  };
  assert.deepEqual((await answerOf(observer)).value, { stopped: 'malformed at 0x10: bad' });
});

test('bytes that are not the format give null', async () => {
  const other: Format = { ...formatOf(() => []), open: () => null };
  assert.deepEqual(await answerOf(other), { value: null, faults: [] });
});

test('an entry stored outside the artefact is a fault', async () => {
  const stored = [[8, 13]] as const;
  const entry = { path: 'a', type: 'directory', mode: null, uid: null, gid: null } as const;
  const rest = { modifiedAt: null, target: null, device: null, stored };
  const { faults } = await answerOf(
    formatOf(function* () {
      yield { kind: 'extent', range: [0, 12], role: 'header' };
      yield { kind: 'entry', entry: { ...entry, ...rest } };
    }),
  );
  assert.deepEqual(faults, ['a: stored 8–13 leaves the artefact']);
});

test('an examiner is also shown fewer sightings, and must stand it', async () => {
  const observation = { kind: 'endpoint', place: { artefact: 'sha256:00', path: 'a', range: null } };
  const sightings = [1, 2].map(() => ({ tree: 't', mode: null, observation }));
  write({ 'examples/examine/toy/two/input.json': JSON.stringify({ declaration: null, sightings }) });
  const examiner: Examiner = {
    kind: 'examiner',
    id: 'toy',
    version: 1,
    doc,
    question: 'undocumented-access',
    reads: ['endpoint'],
    examine({ sightings: seen }) {
      if (seen.length === 0) throw new TypeError('nothing seen');
      return [];
    },
  };
  const trial = await trialOf(examiner, { name: 'x', folder: 'examples/examine/toy/two' }, root);
  assert.throws(() => trial.run(trial.inputs), TypeError);
});

test('what an example lacks is said', () => {
  write({ 'examples/decode/toy/empty/make.sh': '' });
  const missing = missingFrom({ name: 'decode/toy/empty', folder: 'examples/decode/toy/empty' }, root);
  assert.equal(missing.length, 3);
  assert.match(missing.join(' '), /no input.*no NOTE\.md.*no expected\.json.*--update decode\/toy\/empty/);
});

test('a digest follows the code that runs, and nothing else', () => {
  write({
    'src/engine/a.ts':
      "import { b } from '#engine/b';\nimport type { T } from '#domain/t';\nimport { z } from 'zod';",
    'src/engine/b.ts': '1',
    'src/domain/t.ts': '1',
  });
  const digest = (version = '1.0.0') => codeDigest(root, ['src/engine/a.ts'], new Map([['zod', version]]));
  const first = digest();
  write({ 'src/domain/t.ts': '2' });
  assert.equal(digest(), first);
  assert.notEqual(digest('1.0.1'), first);
  write({ 'src/engine/b.ts': '2' });
  assert.notEqual(digest(), first);
  write({ 'src/engine/b.ts': '1' });
  assert.equal(digest(), first);
});

test('imports are read in every form we write', () => {
  const text = [
    "import a, { b } from 'one';",
    "import type {\n  C,\n} from 'two';",
    "import 'three';",
    "export * from 'four';",
    "export { d } from 'five';",
    "const e = await import('six');",
    "import * as f from 'seven';",
    'export const g = { from: 1 };',
  ].join('\n');
  assert.deepEqual(
    importsOf(text).map(({ specifier, typeOnly, line }) => `${line} ${specifier}${typeOnly ? ' type' : ''}`),
    ['1 one', '2 two type', '5 three', '6 four', '7 five', '8 six', '9 seven'],
  );
});

test('laid out JSON says the same, short things in one line', () => {
  const value = { a: [], b: {}, c: [[1, 2]], d: { e: null, f: 'x'.repeat(120) }, g: 'y' };
  const text = layOut(value);
  assert.deepEqual(JSON.parse(text), value);
  assert.match(text, /^ {2}"c": \[\[1, 2\]\],$/m);
  assert.ok(text.endsWith('}\n'));
});
