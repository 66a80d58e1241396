import { createHash } from 'node:crypto';
import type { About } from '#domain/about';
import type { Digest } from '#domain/artefact';
import { canonicalJson } from '#domain/canonical';
import { type Strength, STRENGTHS } from '#domain/indication';
import { facilitiesIn, isDocumented } from '#domain/facilities';
import type { RequirementNeed } from '#domain/knowledge';
import { scannedPorts } from '#domain/listening';
import type { SettingObservation } from '#domain/observed-interception';
import { type QuestionId, QUESTIONS } from '#domain/question';
import { byteOrder } from '#domain/range';
import type {
  AssayRecord,
  BytesCoverage,
  Cut,
  Facility,
  Failure,
  Indication,
  Isolation,
  Power,
  RecordedInput,
  Talk,
} from '#domain/record';
import type { Registry } from '#domain/registry';
import { DEFAULT_GATE, type ReadDeclaration } from '#engine/documents';
import { evidenceOf, pathTo } from '#engine/evidence';
import type { Examination, MadeStatement } from '#engine/examination';
import { bytesCoverage, coverageMap } from '#engine/judge/coverage';
import { difference } from '#engine/judge/difference';
import { peersOf } from '#engine/judge/peers';
import { requirementVerdicts } from '#engine/judge/requirement';
import { coverageShare, type Verdict, verdict } from '#engine/judge/verdict';

/** Most entries of a list in a record. */
const LISTED = 1000;

/** What is known beside the bytes. */
export interface Context {
  readonly case: string;
  readonly revision: number;
  /** ISO date. */
  readonly asOf: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly version: string;
  readonly isolation: Isolation;
  readonly about: About | null;
  /** Oldest first; the last is the one examined. */
  readonly releases: readonly ReleaseInputs[];
  readonly declaration: ReadDeclaration | null;
  readonly previous: AssayRecord | null;
  /** Latest records of other cases to hold beside this one. */
  readonly peers: readonly AssayRecord[];
  /** Weakest evidence that gives exit code 1. */
  readonly failOn: Strength;
}

export interface ReleaseInputs {
  readonly label: string;
  readonly releasedAt: string | null;
  readonly state: 'as-shipped' | 'as-configured' | 'as-running';
  readonly inputs: readonly RecordedInput[];
}

/** Joins everything into the record of one revision. */
export function assess(
  examination: Examination,
  power: Power | null,
  registry: Registry,
  context: Context,
): { readonly record: AssayRecord; readonly exit: Verdict['exit'] } {
  const indications = indicationsOf(examination);
  const bytes = coverageOf(examination);
  const gate = context.about?.gate ?? DEFAULT_GATE;
  const failures = examination.failures.map((failure) => withPath(examination, failure));
  const { questions, missing, exit } = verdict({
    indications,
    coverage: bytes,
    power,
    gate,
    asked: new Set<QuestionId>(registry.examiners.map(({ question }) => question)),
    releases: context.releases.length,
    vendorHeard: context.about?.vendor.answeredAt !== null && context.about !== null,
    failures,
    failOn: context.failOn,
  });
  const latest = context.releases.at(-1);
  const record: AssayRecord = {
    schema: 'assay-record/1',
    case: context.case,
    revision: context.revision,
    // Final is signed by a person; this version has no signing, so that no record calls itself final.
    status: 'interim',
    asOf: context.asOf,
    createdAt: context.createdAt,
    repeatable: examination.repeatable,
    engine: {
      version: context.version,
      plugins: pluginsOf(registry),
      knowledge: registry.knowledge.dates,
      isolation: context.isolation,
    },
    about: context.about,
    gate,
    targets: context.releases.map((release, i) => ({
      release: release.label,
      order: i + 1,
      releasedAt: release.releasedAt ?? knownDate(context.about, release.label),
      state: release.state,
      inputs: release.inputs.map(({ digest }) => digest),
    })),
    inputs: latest?.inputs ?? [],
    opened: openedOf(examination),
    questions,
    indications,
    facilities: facilitiesOf(examination, context.declaration),
    talk: talkOf(examination),
    declarations: {
      given: new Set(context.declaration?.readings.map(({ document }) => document)).size,
      rows: context.declaration?.rows ?? 0,
      unusable: context.declaration?.unusable ?? 0,
      readings: context.declaration?.readings ?? [],
    },
    coverage: {
      bytes,
      flows: null,
      code: null,
      maps: examination.subjects.flatMap(
        ({ artefact }) => coverageMap(artefact.digest, examination.opened) ?? [],
      ),
    },
    power,
    components: [],
    holes: [],
    problems: [],
    requirements: requirementVerdicts(registry.knowledge.requirements, {
      indications,
      settings: settingsOf(examination),
      given: givenFor(examination, context),
      asked: new Set(registry.examiners.map(({ id }) => id)),
      coverage: { share: coverageShare(bytes), gate: gate.coverage },
      declaration: context.declaration?.declaration ?? null,
    }),
    peers: peersOf(
      indications,
      registry.examiners.map(({ id, version }) => `${id}@${version}`),
      context.peers,
    ),
    failures,
    missing,
    difference: null,
  };
  return {
    record: {
      ...record,
      difference: context.previous === null ? null : difference(context.previous, record),
    },
    exit,
  };
}

/** Which bytes are explained, over everything that was opened. */
export function coverageOf(examination: Examination): BytesCoverage {
  return bytesCoverage(
    [...examination.opened.values()],
    (digest) => pathTo(examination.origins, digest),
    cut,
  );
}

function knownDate(about: About | null, label: string): string | null {
  return about?.releases.find((release) => release.label === label)?.releasedAt ?? null;
}

function pluginsOf(registry: Registry): Record<string, string> {
  const all = [
    ...registry.formats,
    ...registry.observers,
    ...registry.elicitors,
    ...registry.examiners,
    ...registry.implants,
  ];
  return Object.fromEntries(
    all
      .toSorted((a, b) => byteOrder(a.id, b.id))
      .map(({ id, version }) => [id, `${version}+${registry.code[id]?.slice(0, 16) ?? ''}`]),
  );
}

/** Statements numbered: the questions in their order, the stronger first. */
function indicationsOf(examination: Examination): readonly Indication[] {
  const weigh = ({ statement }: MadeStatement) =>
    QUESTIONS.indexOf(statement.question) * 10 + STRENGTHS.length - STRENGTHS.indexOf(statement.strength);
  return examination.statements
    .toSorted((a, b) => weigh(a) - weigh(b) || byteOrder(canonicalJson(a), canonicalJson(b)))
    .map(({ examiner, statement }, i) => ({
      id: `I${i + 1}`,
      examiner,
      question: statement.question,
      title: statement.title,
      strength: statement.strength,
      facts: statement.facts,
      weaknesses: statement.weaknesses,
      requirements: statement.requirements,
      fingerprint: createHash('sha256')
        .update(canonicalJson({ examiner: examiner.replace(/@.*/, ''), identity: statement.identity }))
        .digest('hex')
        .slice(0, 32),
      evidence: statement.places.map((place) => evidenceOf(examination, place)),
      matters: statement.matters,
      disproof: statement.disproof,
    }));
}

function openedOf({ opened, trees }: Examination): AssayRecord['opened'] {
  const formats = new Map<string, number>();
  for (const { parts } of opened.values()) {
    for (const { format } of parts) formats.set(format, (formats.get(format) ?? 0) + 1);
  }
  const count = (types: readonly string[]) =>
    trees.reduce((sum, { entries }) => sum + entries.filter(({ type }) => types.includes(type)).length, 0);
  return {
    artefacts: opened.size,
    files: count(['file', 'hard-link']),
    links: count(['link']),
    formats: Object.fromEntries([...formats].toSorted(([a], [b]) => byteOrder(a, b))),
  };
}

/** The inventory of functions that can intercept. */
function facilitiesOf(examination: Examination, declaration: ReadDeclaration | null): readonly Facility[] {
  const found = facilitiesIn(examination.seen.map(({ sighting }) => sighting));
  return found.slice(0, LISTED).map(({ facility, by, state, destination, switchedBy, places }) => ({
    facility,
    by,
    state,
    destination,
    switchedBy: switchedBy.length === 0 ? null : switchedBy.join('; '),
    documented: isDocumented(declaration?.declaration ?? null, { facility, by, destination }),
    evidence: places.map((place) => evidenceOf(examination, place)),
  }));
}

/** What was handed in that a requirement can need. A subject counts when something in it could be read. */
function givenFor(
  examination: Examination,
  { declaration, releases }: Context,
): ReadonlySet<RequirementNeed> {
  const given = new Set<RequirementNeed>();
  const said = declaration?.declaration;
  if (examination.trees.some(({ entries }) => entries.length > 0)) given.add('firmware');
  for (const { sighting } of examination.seen) {
    if (sighting.observation.kind === 'setting') given.add('config');
    if (sighting.observation.kind === 'open-port' || sighting.observation.kind === 'port-scan')
      given.add('scan');
  }
  if (scannedPorts(examination.seen.map(({ sighting }) => sighting)).isWhole) given.add('whole-scan');
  if (said?.accounts !== undefined && said.accounts !== null) given.add('accounts');
  if (said?.matrix !== undefined && said.matrix !== null) given.add('matrix');
  if (said?.privilegedFiles !== undefined && said.privilegedFiles !== null) given.add('privileged-files');
  if (said?.components !== undefined && said.components !== null) given.add('components');
  if (said?.documents !== undefined && said.documents !== null) given.add('documents');
  if (releases.length > 1) given.add('second-image');
  return given;
}

function settingsOf(examination: Examination): readonly SettingObservation[] {
  return examination.seen.flatMap(({ sighting: { observation } }) =>
    observation.kind === 'setting' ? [observation] : [],
  );
}

/** Endpoints by how many files hold them. */
function talkOf(examination: Examination): Cut<Talk> {
  const files = new Map<string, Set<Digest>>();
  const first = new Map<string, Examination['seen'][number]>();
  for (const seen of examination.seen) {
    const { observation } = seen.sighting;
    if (observation.kind !== 'endpoint') continue;
    const holders = files.get(observation.value) ?? new Set();
    holders.add(observation.place.artefact);
    files.set(observation.value, holders);
    if (!first.has(observation.value)) first.set(observation.value, seen);
  }
  const rows = [...first.values()].flatMap(({ sighting: { observation } }) =>
    observation.kind === 'endpoint'
      ? [
          {
            value: observation.value,
            host: observation.host,
            files: files.get(observation.value)?.size ?? 0,
            observation,
          },
        ]
      : [],
  );
  const sorted = rows.toSorted((a, b) => b.files - a.files || byteOrder(a.value, b.value));
  // Evidence is looked up for what is listed only: a large release names tens of thousands.
  const listed = sorted
    .slice(0, LISTED)
    .map(
      ({ observation, ...row }): Talk => ({ ...row, evidence: evidenceOf(examination, observation.place) }),
    );
  const rest = sorted.slice(LISTED).map(({ value, host, files: count }) => ({ value, host, files: count }));
  return { total: sorted.length, listed, rest: rest.length === 0 ? null : digestOf(rest) };
}

function cut<T>(list: readonly T[], most: number): Cut<T> {
  const rest = list.slice(most);
  return { total: list.length, listed: list.slice(0, most), rest: rest.length === 0 ? null : digestOf(rest) };
}

function digestOf(value: unknown): Digest {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}

/** A failure names the artefact it happened at; people want to know the way there. */
function withPath(examination: Examination, failure: Failure): Failure {
  const digest = failure.path as Digest;
  return examination.origins.has(digest)
    ? { ...failure, path: pathTo(examination.origins, digest) }
    : failure;
}
