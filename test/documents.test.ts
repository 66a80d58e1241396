import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NOTHING_DECLARED } from '#domain/declaration';
import type { Elicited } from '#domain/elicited';
import { Refused } from '#domain/error';
import {
  DEFAULT_GATE,
  elicitedDeclaration,
  joinedDeclarations,
  readAbout,
  readDeclaration,
} from '#engine/documents';
import { implants } from '#engine/implant/index';
import { aboutSchema, declarationSchema } from '#engine/schema';
import { parse } from 'yaml';
import { ROOT } from '../scripts/plugins.ts';

const yaml = (file: string): unknown =>
  parse(readFileSync(join(ROOT, 'examples/whole/ne7', file), 'utf8'), { schema: 'core', strict: true });

/** The least that a case file may say. */
const LEAST = {
  about: 'assay-case/1',
  question: 'Can it?',
  authority: 'Ada Linden',
  centre: 'The Centre',
  vendor: 'Nordwind',
  product: 'NE-7',
};

test('the case of the demonstration is read whole', () => {
  const about = readAbout(yaml('case.yaml'), 'case.yaml');
  assert.equal(about.authority.office, 'Prime Minister');
  assert.deepEqual(about.vendor, {
    name: 'Nordwind Networks',
    office: null,
    country: 'Nordland',
    askedAt: '2026-11-03',
    answeredAt: null,
  });
  assert.equal(about.operators.length, 3);
  assert.equal(about.operators[0]?.deployments[0]?.units, 1140);
  assert.equal(aboutSchema.safeParse(about).error, undefined);
});

test('names alone are enough, the rest is filled in', () => {
  const about = readAbout(LEAST, 'case.yaml');
  assert.deepEqual(about, {
    question: 'Can it?',
    authority: { name: 'Ada Linden', office: null, country: null },
    centre: { name: 'The Centre', office: null, country: null },
    vendor: { name: 'Nordwind', office: null, country: null, askedAt: null, answeredAt: null },
    product: { name: 'NE-7', kind: null },
    releases: [],
    operators: [],
    languages: ['en'],
    gate: DEFAULT_GATE,
  });
});

test('every class of implant this build can plant is required of its question', () => {
  assert.ok(DEFAULT_GATE.classes['undocumented-access']?.includes('hidden-account'));
  for (const { id, question } of implants) assert.ok(DEFAULT_GATE.classes[question]?.includes(id), id);
});

test('a gate of its own replaces what it names', () => {
  const { gate } = readAbout(
    { ...LEAST, gate: { power: 0.9, classes: { interception: ['mirror'] } } },
    'case.yaml',
  );
  assert.deepEqual(gate, { coverage: 0.95, power: 0.9, classes: { interception: ['mirror'] } });
});

const deployed = (deployment: object) => ({
  operators: [{ name: 'Altmark Telecom', deployments: [{ part: 'core', release: 'R1', ...deployment }] }],
});

/** Each is refused with the field and what to do. */
const REFUSED: readonly (readonly [change: object, why: RegExp, remedy: RegExp])[] = [
  [
    { colour: 'blue' },
    /^case\.yaml: the document has the unknown key colour$/,
    /known keys are about, question/,
  ],
  [{ qestion: 'x', question: undefined }, /unknown key qestion/, /question/],
  [{ authority: undefined }, /^case\.yaml: authority is missing$/, /write it/],
  [
    { authority: { name: 'x', offices: 'y' } },
    /authority has the unknown key offices/,
    /name, office, country/,
  ],
  [{ vendor: { name: 'x', askedAt: '03.11.2026' } }, /vendor\.askedAt is not a date/, /YYYY-MM-DD/],
  [{ vendor: { name: 'x', askedAt: '2026-02-30' } }, /vendor\.askedAt is not a date/, /YYYY-MM-DD/],
  [{ releases: [{ label: 2.1 }] }, /releases\[0\]\.label is not text/, /quotes/],
  [{ releases: [{ label: 'R1', state: 'new' }] }, /releases\[0\]\.state is no known state/, /as-shipped/],
  [{ releases: { label: 'R1' } }, /releases is not a list/, /"- "/],
  [deployed({ units: 'many' }), /operators\[0\]\.deployments\[0\]\.units is not a whole number/, /units/],
  [deployed({ units: -1 }), /units is below 0/, /units/],
  [deployed({ from: '2026-02-01', to: '2026-01-01' }), /deployments\[0\] ends before it begins/, /"from"/],
  [{ gate: { coverage: 95 } }, /gate\.coverage is above 1/, /0\.95/],
  [{ gate: { power: 'high' } }, /gate\.power is not a number/, /0\.95/],
  [
    { gate: { classes: { access: ['x'] } } },
    /gate\.classes has the unknown key access/,
    /undocumented-access/,
  ],
  [{ languages: ['English'] }, /languages\[0\] is no language tag/, /nl-BE/],
  [{ languages: [] }, /languages is empty/, /en/],
  [{ question: '  ' }, /question is empty/, /write it/],
  [{ question: 'x'.repeat(1001) }, /question is longer than 1,000/, /shorten/],
  [{ about: 'assay-case/2' }, /about is another version/, /assay-case\/1/],
];

for (const [change, why, remedy] of REFUSED) {
  test(`a case file is refused by field: ${why.source}`, () => {
    assert.throws(
      () => readAbout({ ...LEAST, ...change }, 'case.yaml'),
      (error) => error instanceof Refused && why.test(error.message) && remedy.test(error.remedy),
    );
  });
}

for (const document of [null, undefined, 'text', 7, [], ['about']]) {
  test(`no case file: ${JSON.stringify(document)}`, () => {
    assert.throws(() => readAbout(document, 'case.yaml'), Refused);
    assert.throws(() => readDeclaration(document, 'declaration.yaml'), Refused);
  });
}

const DECLARES = { declares: 'assay-declaration/1' };

test('the declaration of the demonstration is read whole', () => {
  const { declaration, rows, unusable } = readDeclaration(yaml('declaration.yaml'), 'declaration.yaml');
  assert.equal(rows, 5);
  assert.equal(unusable, 0);
  assert.deepEqual(declaration.services?.[0], {
    program: 'uhttpd',
    port: 443,
    transport: 'tcp',
    purpose: 'web management',
  });
  assert.equal(declarationSchema.safeParse(declaration).error, undefined);
});

test('an absent list is nothing said, an empty list is none', () => {
  const { declaration } = readDeclaration({ ...DECLARES, accounts: [] }, 'd.yaml');
  assert.deepEqual(declaration, { ...NOTHING_DECLARED, source: 'd.yaml', accounts: [] });
});

test('a row that cannot be compared is counted, never half believed', () => {
  const { declaration, rows, unusable } = readDeclaration(
    {
      ...DECLARES,
      accounts: ['root', { name: 5 }, {}, 7, null, ['a'], { name: ' ' }],
      services: [
        { port: 99_999 },
        { port: '443', transport: 'TCP' },
        { program: 'x', port: 'any' },
        { purpose: 'x' },
        { port: 1, transport: 'sctp' },
      ],
      keys: [
        { path: '/etc//ssl/key' },
        { publicFingerprint: 'AA:'.repeat(31) + 'AA' },
        { publicFingerprint: 'zz' },
        {},
      ],
    },
    'd.yaml',
  );
  assert.equal(rows, 16);
  assert.equal(unusable, 11);
  assert.deepEqual(declaration.accounts, [
    { name: 'root', role: null, purpose: null },
    { name: '5', role: null, purpose: null },
  ]);
  assert.deepEqual(declaration.services, [{ program: null, port: 443, transport: 'tcp', purpose: null }]);
  assert.deepEqual(declaration.keys, [
    { path: 'etc/ssl/key', publicFingerprint: null, purpose: null },
    { path: null, publicFingerprint: 'aa'.repeat(32), purpose: null },
  ]);
});

test('each row that is not used is named with its reason', () => {
  const { readings } = readDeclaration(
    { ...DECLARES, accounts: ['root', {}], services: [{ port: 99_999 }] },
    'd.yaml',
  );
  assert.deepEqual(readings[0]?.remarks, [
    { kind: 'unusable', at: 'accounts[1]', text: 'Names no account.' },
    { kind: 'unusable', at: 'services[0]', text: 'Names neither a program nor a port that can be used.' },
  ]);
});

const LISTED: Elicited = {
  elicitor: 'accounts',
  subject: 'accounts',
  declaration: { ...NOTHING_DECLARED, accounts: [{ name: 'oper', role: null, purpose: null }] },
  rows: 2,
  unusable: 1,
  remarks: [{ kind: 'unusable', at: 'row 3', text: 'Names no account.' }],
  remarked: { unusable: 1, mended: 0, noted: 0 },
};

test('documents are joined by subject, and what none speaks of stays unsaid', () => {
  const listed = elicitedDeclaration('accounts.csv', [LISTED], []);
  const written = readDeclaration({ ...DECLARES, accounts: ['root'], keys: [] }, 'd.yaml');
  const whole = joinedDeclarations([written, listed]);
  assert.deepEqual(
    whole?.declaration.accounts?.map(({ name }) => name),
    ['root', 'oper'],
  );
  assert.deepEqual(whole?.declaration.keys, []);
  assert.equal(whole?.declaration.matrix, null);
  assert.equal(whole?.declaration.source, 'd.yaml; accounts.csv');
  assert.deepEqual([whole?.rows, whole?.unusable, whole?.readings.length], [3, 1, 2]);
  assert.equal(joinedDeclarations([]), null);
});

test('a document that nothing understands is refused with what stood in the way', () => {
  assert.throws(
    () =>
      elicitedDeclaration('x.pdf', [], [{ kind: 'unusable', at: '', text: 'Is a PDF; ask for a table.' }]),
    (error) =>
      error instanceof Refused &&
      /^x\.pdf is not understood .*: is a PDF; ask for a table$/.test(error.message),
  );
});

test('a declaration is refused by field', () => {
  const refused = (document: object, why: RegExp) =>
    assert.throws(
      () => readDeclaration({ ...DECLARES, ...document }, 'd.yaml'),
      (error) => error instanceof Refused && why.test(`${error.message}; ${error.remedy}`),
    );
  refused(
    { acounts: [] },
    /^d\.yaml: the document has the unknown key acounts; known keys are declares, accounts/,
  );
  refused(
    { accounts: [{ name: 'x', why: 'y' }] },
    /accounts\[0\] has the unknown key why; known keys are name, role, purpose/,
  );
  refused({ accounts: 'root' }, /accounts is not a list/);
  refused({ declares: 'assay-declaration/2' }, /declares is another version/);
});
