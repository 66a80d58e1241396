import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decidability, Requirement, RequirementNeed } from '#domain/knowledge';
import { knowledge } from '#engine/knowledge';
import { type RequirementGrounds, requirementVerdicts } from '#engine/judge/requirement';
import { registry } from '#engine/registry';

const NOTHING: RequirementGrounds = {
  indications: [],
  settings: [],
  given: new Set(),
  asked: new Set(['known-lister']),
  coverage: { share: 1, gate: 0.95 },
  declaration: null,
};

function requirement(
  decidability: Decidability,
  needs: readonly RequirementNeed[] = ['firmware'],
): Requirement {
  return {
    catalogue: 'TS 0',
    clause: '1.2',
    title: 'A title',
    says: 'Nothing of that kind is there.',
    decidability,
    needs,
    examiners: ['known-lister'],
    settings: ['ssh.root-login'],
  };
}

function verdictOf(one: Requirement, grounds: Partial<RequirementGrounds> = {}) {
  const [verdict] = requirementVerdicts([one], { ...NOTHING, ...grounds });
  assert.ok(verdict !== undefined);
  return verdict;
}

const firmware = { given: new Set<RequirementNeed>(['firmware']) };
const against = { indications: [{ id: 'I1', requirements: ['TS 0 1.2'] }] };
const setting = { settings: [{ subject: 'ssh.root-login', written: 'PermitRootLogin yes' } as const] };

test('what can be decided both ways is satisfied only when all was given, asked and explained', () => {
  const full = requirement('full');
  assert.equal(verdictOf(full, firmware).verdict, 'satisfied');
  assert.equal(verdictOf(full, { ...firmware, ...against }).verdict, 'not-satisfied');
  assert.deepEqual(verdictOf(full, { ...firmware, ...against }).indications, ['I1']);
  const open = [
    verdictOf(full),
    verdictOf({ ...full, needs: ['firmware', 'matrix'] }, firmware),
    verdictOf(full, { ...firmware, asked: new Set() }),
    verdictOf({ ...full, examiners: [] }, { ...firmware, ...setting }),
    verdictOf(full, { ...firmware, coverage: { share: 0.9499, gate: 0.95 } }),
  ];
  assert.deepEqual(
    open.map(({ verdict }) => verdict),
    open.map(() => 'not-decided'),
  );
  assert.match(open[1]?.why ?? '', /needs a communication matrix/);
  assert.match(open[4]?.why ?? '', /94\.9 % of the content is explained/);
});

test('where only a violation can be seen, silence is no proof', () => {
  const failOnly = requirement('fail-only');
  assert.equal(verdictOf(failOnly, { ...firmware, ...against }).verdict, 'not-satisfied');
  const silent = verdictOf(failOnly, firmware);
  assert.equal(silent.verdict, 'not-decided');
  assert.match(silent.why, /nothing seen speaks against it/);
});

test('a setting is shown and a live test stays open', () => {
  const indicated = requirement('indicate', ['config']);
  const seen = verdictOf(indicated, { ...setting, given: new Set(['config']) });
  assert.equal(seen.verdict, 'not-decided');
  assert.match(seen.why, /seen: "PermitRootLogin yes"/);
  const bad = verdictOf(indicated, { ...setting, ...against, given: new Set(['config']) });
  assert.equal(bad.verdict, 'not-decided');
  assert.match(bad.why, /1 indication speaks against it/);
  assert.match(verdictOf(indicated).why, /needs a configuration/);
});

test('documents are a person’s to judge, live tests nobody’s here', () => {
  const documented = requirement('document', ['documents']);
  assert.match(verdictOf(documented).why, /needs a document of the vendor/);
  const declaration = { documents: [{ subject: 'overload', title: 'Overload handling, issue 3' }] };
  const handed = verdictOf(documented, { declaration });
  assert.equal(handed.verdict, 'not-decided');
  assert.match(handed.why, /Overload handling, issue 3 \(overload\); a person judges/);
  assert.match(verdictOf(requirement('live', ['live-test']), against).why, /live test needed/);
});

test('of TS 33.117, 20 tests need a capture or scan and 11 a live test when files alone are given', () => {
  const given = new Set<RequirementNeed>([
    'firmware',
    'config',
    'accounts',
    'matrix',
    'components',
    'documents',
    'privileged-files',
  ]);
  const verdicts = requirementVerdicts(knowledge.requirements, {
    ...NOTHING,
    given,
    asked: new Set(registry.examiners.map(({ id }) => id)),
  });
  const saying = (pattern: RegExp) => verdicts.filter(({ why }) => pattern.test(why)).length;
  assert.equal(verdicts.length, 73);
  assert.equal(saying(/^needs a capture or scan$/), 20);
  assert.equal(saying(/^live test needed/), 11);
  assert.equal(new Set(verdicts.map(({ clause }) => clause)).size, 73);
});

test('every examiner that a requirement names is part of this build', () => {
  const known = new Set(registry.examiners.map(({ id }) => id));
  const unknown = knowledge.requirements.flatMap(({ clause, examiners }) =>
    examiners.filter((id) => !known.has(id)).map((id) => `${clause}: ${id}`),
  );
  assert.deepEqual(unknown, []);
});
