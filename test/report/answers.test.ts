import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QuestionAnswer } from '#domain/record';
import { answerRow } from '#engine/report/answers';
import { htmlReport } from '#engine/report/html';
import { recordJson } from '#engine/report/json';
import { textReport } from '#engine/report/text';
import { router } from './records.ts';

const NONE: QuestionAnswer = {
  id: 'interception',
  answer: 'none-found',
  indications: [],
  coverage: { of: 'bytes', share: 0.97 },
  power: { class: 'port-mirror', level: 'careful', planted: 29, found: 29, lower: 0.9018 },
  confidence: 'high',
  why: 'Coverage and power reach the gate.',
};

test('an answer stands with its figures', () => {
  const row = answerRow(NONE, router.gate);
  assert.equal(row.answer, 'none found');
  assert.deepEqual(row.looked, [
    { text: '29 of 29 planted port-mirror found (careful), at least 90.1 %', below: false },
    { text: '97 % of bytes explained', below: false },
  ]);
});

test('a reason is a sentence, whoever wrote it', () => {
  assert.equal(
    answerRow({ ...NONE, why: 'power was not measured' }, router.gate).why,
    'Power was not measured.',
  );
});

test('what does not reach the gate is marked', () => {
  const low = {
    ...NONE,
    answer: 'inconclusive',
    coverage: { of: 'bytes', share: 0.5 },
    power: null,
  } as const;
  assert.deepEqual(answerRow(low, router.gate).looked, [
    { text: 'power not measured', below: true },
    { text: '50 % of bytes explained', below: true },
  ]);
  assert.match(answerRow(low, router.gate).caution ?? '', /could have been missed/);
});

test('for a question of craft the share of known code stands in place of power', () => {
  const craft = {
    ...NONE,
    id: 'long-standing-holes',
    power: null,
    coverage: { of: 'code', share: 0.96 },
  } as const;
  assert.deepEqual(answerRow(craft, router.gate).looked, [{ text: '96 % of code explained', below: false }]);
});

/** Each lacks what it rests on. */
const LACKING: readonly (readonly [string, QuestionAnswer])[] = [
  ['none found without coverage', { ...NONE, coverage: null }],
  ['none found without power', { ...NONE, power: null }],
  ['none found without a reason', { ...NONE, why: ' ' }],
  ['inconclusive without coverage', { ...NONE, answer: 'inconclusive', coverage: null }],
  ['inconclusive without a reason', { ...NONE, answer: 'inconclusive', why: '' }],
  ['not examined without a reason', { ...NONE, answer: 'not-examined', why: '' }],
  ['an indication without an indication', { ...NONE, answer: 'indication' }],
];

for (const [name, answer] of LACKING) {
  test(`no report gives ${name}`, () => {
    const record = {
      ...router,
      questions: router.questions.map((each) => (each.id === answer.id ? answer : each)),
    };
    assert.throws(() => answerRow(answer, router.gate), /without/);
    assert.throws(() => textReport(record, { color: false, exit: '3' }), /without/);
    assert.throws(() => htmlReport(record, 3), /without/);
    assert.throws(() => recordJson(record), /without/);
  });
}
