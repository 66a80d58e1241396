import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ESPIONAGE_QUESTIONS, QUESTIONS, type QuestionId } from '#domain/question';
import type { BytesCoverage, ClassPower, Failure, Indication, QuestionAnswer } from '#domain/record';
import { difference } from '#engine/judge/difference';
import { lowerBound } from '#engine/judge/power';
import { type Grounds, type Verdict, verdict } from '#engine/judge/verdict';

function coverageAt(share: number): BytesCoverage {
  const gaps = { total: 0, listed: [], rest: null };
  const explained = Math.round(share * 10_000);
  return {
    total: 10_000,
    explained,
    opaque: 0,
    unexplained: 10_000 - explained,
    padding: 0,
    innermost: { total: 10_000, explained },
    gaps,
  };
}

function figures(id: string, question: QuestionId, found: number, planted: number): ClassPower {
  return {
    class: id,
    question,
    level: 'careful',
    planted,
    found,
    lower: planted === 0 ? null : lowerBound(found, planted),
    templates: { n: 4, found: 4 },
    heldOut: { planted: 0, found: 0 },
    missed: [],
    why: planted === 0 ? 'nothing here can carry it' : null,
  };
}

function indication(id: string, question: QuestionId, strength: Indication['strength']): Indication {
  return {
    id,
    examiner: 'made-up@1',
    question,
    title: id,
    strength,
    facts: { undocumented: null, hardCoded: true, reachable: null, used: null },
    weaknesses: [],
    requirements: [],
    fingerprint: id,
    evidence: [],
    matters: '',
    disproof: '',
  };
}

/** Everything examined, everything measured, nothing found, the vendor heard. */
const PERFECT: Grounds = {
  indications: [],
  coverage: coverageAt(0.97),
  power: {
    seed: '',
    classes: ESPIONAGE_QUESTIONS.map((question) => figures(`class of ${question}`, question, 29, 29)),
    controls: { runs: 29, falseIndications: 0 },
  },
  gate: {
    coverage: 0.95,
    power: 0.8,
    classes: Object.fromEntries(ESPIONAGE_QUESTIONS.map((question) => [question, [`class of ${question}`]])),
  },
  asked: new Set(QUESTIONS),
  releases: 2,
  vendorHeard: true,
  failures: [],
};

function answerIn({ questions }: Verdict, id: QuestionId): QuestionAnswer {
  const found = questions.find((question) => question.id === id);
  assert.ok(found !== undefined);
  return found;
}

/** The answer about access when the perfect grounds are changed. */
function access(change: Partial<Grounds>): QuestionAnswer {
  return answerIn(verdict({ ...PERFECT, ...change }), 'undocumented-access');
}

const ACCESS = 'class of undocumented-access';

function powerWith(...classes: readonly ClassPower[]): Grounds['power'] {
  return { seed: '', classes, controls: { runs: 0, falseIndications: 0 } };
}

test('all seven questions are answered, in their order, each with a reason', () => {
  const { questions } = verdict(PERFECT);
  assert.deepEqual(
    questions.map(({ id }) => id),
    QUESTIONS,
  );
  assert.ok(questions.every(({ why }) => why !== ''));
});

test('above the gate nothing is missing: none found, high confidence, exit 0', () => {
  const all = verdict(PERFECT);
  for (const id of ESPIONAGE_QUESTIONS) {
    assert.equal(answerIn(all, id).answer, 'none-found');
    assert.equal(answerIn(all, id).confidence, 'high');
  }
  assert.deepEqual(all.missing, []);
  assert.equal(all.exit, 0);
});

test('none found is never said below the coverage of the gate', () => {
  const { answer, why, confidence } = access({ coverage: coverageAt(0.9499) });
  assert.equal(answer, 'inconclusive');
  assert.match(why, /94\.9 % .* 95\.0 %/);
  assert.equal(confidence, 'moderate');
});

test('padding does not pay for gaps', () => {
  const flash: BytesCoverage = {
    ...coverageAt(0.97),
    total: 10_000,
    explained: 9_700,
    padding: 9_000,
    innermost: { total: 1_000, explained: 700 },
  };
  assert.equal(access({ coverage: flash }).answer, 'inconclusive');
  assert.equal(access({ coverage: flash }).coverage?.share, 0.7);
});

test('none found is never said when one required class is below the gate, however well the others are found', () => {
  const gate = { ...PERFECT.gate, classes: { 'undocumented-access': [ACCESS, 'key'] } };
  const weak = powerWith(
    figures(ACCESS, 'undocumented-access', 29, 29),
    figures('key', 'undocumented-access', 20, 29),
  );
  const { answer, power, why, confidence } = access({ gate, power: weak });
  assert.equal(answer, 'inconclusive');
  assert.equal(power?.class, 'key', 'the worst is the one that is told');
  assert.match(why, /class key/);
  assert.equal(confidence, 'moderate');
});

test('a required class that was not measured leaves no figure and low confidence', () => {
  const gate = { ...PERFECT.gate, classes: { 'undocumented-access': [ACCESS, 'key'] } };
  for (const key of [[], [figures('key', 'undocumented-access', 0, 0)]]) {
    const { answer, power, confidence } = access({
      gate,
      power: powerWith(figures(ACCESS, 'undocumented-access', 29, 29), ...key),
    });
    assert.deepEqual([answer, power, confidence], ['inconclusive', null, 'low']);
  }
  assert.equal(access({ power: null }).answer, 'inconclusive');
});

test('figures of another level do not stand in for level careful', () => {
  const overt: ClassPower = { ...figures(ACCESS, 'undocumented-access', 29, 29), level: 'overt' };
  assert.equal(access({ power: powerWith(overt) }).answer, 'inconclusive');
});

test('a question for which no class is required is never above the gate', () => {
  assert.equal(access({ gate: { ...PERFECT.gate, classes: {} } }).answer, 'inconclusive');
  assert.equal(answerIn(verdict(PERFECT), 'long-standing-holes').answer, 'inconclusive');
});

test('14, 29 and 59 plants all found are moderate, high and high; half of them found is low', () => {
  const confidence = (found: number, planted: number) =>
    access({ power: powerWith(figures(ACCESS, 'undocumented-access', found, planted)) }).confidence;
  assert.deepEqual(
    [confidence(14, 14), confidence(29, 29), confidence(59, 59), confidence(14, 29)],
    ['moderate', 'high', 'high', 'low'],
  );
});

test('a question nobody asks was not examined, and says why', () => {
  const nobody = verdict({ ...PERFECT, asked: new Set<QuestionId>(['undocumented-access']), releases: 1 });
  const integrity = answerIn(nobody, 'release-integrity');
  assert.equal(integrity.answer, 'not-examined');
  assert.equal(integrity.confidence, 'none');
  assert.match(integrity.why, /only one release was given/);
  assert.match(answerIn(nobody, 'interception').why, /no examiner of this question/);
  assert.equal(nobody.exit, 3);
  assert.ok(nobody.missing.some((sentence) => sentence.includes('interception')));
});

test('an indication answers its own question and no other', () => {
  const indications = [indication('I1', 'interception', 'linked')];
  const all = verdict({ ...PERFECT, indications });
  assert.equal(answerIn(all, 'interception').answer, 'indication');
  assert.deepEqual(answerIn(all, 'interception').indications, ['I1']);
  assert.equal(answerIn(all, 'undocumented-access').answer, 'none-found');
  assert.ok(all.missing.some((sentence) => sentence.includes('I1')));
});

const CRASH: Failure = { kind: 'crashed', plugin: 'accounts', path: 'fw.bin', why: 'TypeError' };

/** What happens, and with which code the command ends. */
const EXITS: readonly (readonly [name: string, change: Partial<Grounds>, exit: Verdict['exit']])[] = [
  ['an indication', { indications: [indication('I1', 'interception', 'present')] }, 1],
  [
    'an indication and a crash',
    { indications: [indication('I1', 'interception', 'present')], failures: [CRASH] },
    1,
  ],
  [
    'an indication weaker than asked for',
    { indications: [indication('I1', 'interception', 'linked')], failOn: 'reachable' },
    3,
  ],
  [
    'one as strong as asked for',
    { indications: [indication('I1', 'interception', 'reachable')], failOn: 'reachable' },
    1,
  ],
  ['a crash', { failures: [CRASH] }, 4],
  ['a crash below the gate', { failures: [{ ...CRASH, kind: 'killed' }], power: null }, 4],
  ['a stop at malformed bytes', { failures: [{ ...CRASH, kind: 'stopped' }] }, 0],
  ['power not measured', { power: null }, 3],
  ['the vendor not heard', { vendorHeard: false }, 3],
];

for (const [name, change, exit] of EXITS) {
  test(`exit ${exit}: ${name}`, () => {
    const all = verdict({ ...PERFECT, ...change });
    assert.equal(all.exit, exit);
    assert.equal(all.missing.length === 0, exit === 0, 'what is missing is said, and only then');
  });
}

test('where an observer broke off, nothing found is not said', () => {
  assert.equal(access({ failures: [CRASH] }).answer, 'inconclusive');
});

test('a difference names new and gone indications, changed answers and the change of coverage', () => {
  const side = (ids: readonly string[], share: number, change: Partial<Grounds>) => {
    const indications = ids.map((id) => indication(id, 'undocumented-access', 'linked'));
    const { questions } = verdict({ ...PERFECT, ...change, indications });
    return { revision: 3, indications, questions, coverage: { bytes: coverageAt(share) } };
  };
  const before = side(['a', 'b'], 0.9, {});
  const now = side([], 0.95, {});
  const changed = difference(before as unknown as Parameters<typeof difference>[0], now);
  assert.deepEqual(changed, {
    from: 3,
    newIndications: [],
    goneIndications: [
      { fingerprint: 'a', title: 'a' },
      { fingerprint: 'b', title: 'b' },
    ],
    coverageChange: 0.05,
    answers: [{ id: 'undocumented-access', from: 'indication', to: 'none-found' }],
  });
  const back = difference(now as unknown as Parameters<typeof difference>[0], before);
  assert.deepEqual(back.newIndications, ['a', 'b']);
  assert.equal(back.coverageChange, -0.05);
});
