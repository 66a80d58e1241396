import type { About, Deployment, Party, TargetState } from '#domain/about';
import type { RemarkKind } from '#domain/elicited';
import type { Facts } from '#domain/indication';
import { ESPIONAGE_QUESTIONS, CRAFT_QUESTIONS, type Answer, type QuestionId } from '#domain/question';
import type { FacilityKind } from '#domain/observed-interception';
import type {
  AssayRecord,
  ClassPower,
  DeclarationReading,
  Facility,
  InputKind,
  Isolation,
  Peer,
  RecordedTarget,
  RequirementVerdict,
} from '#domain/record';
import { answerRow, QUESTION_NAMES } from '#engine/report/answers';
import { shortened } from '#engine/report/columns';
import { atLeast, counted, grouped } from '#engine/report/figures';

/* Sentences that every report shares: written once, every number from the record. They hold names as they were given;
   whoever prints them escapes. */

/** Longest name inside a sentence. */
const NAME_LIMIT = 200;

function short(name: string): string {
  return shortened(name, NAME_LIMIT);
}

/** The question in the words of the authority, or our own. */
export function titleOf({ about }: AssayRecord): string {
  return about === null ? 'Could this equipment be used to spy?' : shortened(about.question, 400);
}

/** Heading of what changed. */
export function sinceText({ difference }: AssayRecord): string {
  return difference === null ? 'What changed' : `What changed since revision ${difference.from}`;
}

/** A fact with its label. */
export interface Said {
  readonly label: string;
  readonly text: string;
}

/** What is known of the case without opening anything: addressee, author, product, vendor. */
export function addressOf({ about, targets, inputs }: AssayRecord): readonly Said[] {
  const examined = examinedText(targets);
  if (about === null) {
    return [
      { label: 'Examined', text: examined || inputs.map(({ name }) => short(name)).join(', ') },
      {
        label: 'Not known',
        text: 'who asked, who examines, who made the product, who runs it and where: no case file was given (--about case.yaml)',
      },
    ];
  }
  const { authority, centre, product, vendor } = about;
  const kind = product.kind === null ? '' : ` (${short(product.kind)})`;
  return [
    { label: 'To', text: partyText(authority) },
    { label: 'From', text: partyText(centre) },
    { label: 'Product', text: `${short(product.name)}${kind}; ${examined || 'no release named'}` },
    { label: 'Vendor', text: `${partyText(vendor)}; ${heardText(vendor)}` },
  ];
}

/** The release this assessment speaks of, the latest, and those before it. */
function examinedText(targets: readonly RecordedTarget[]): string {
  const latest = targets.at(-1);
  if (latest === undefined) return '';
  const earlier = targets.slice(0, -1).map(({ release }) => short(release));
  return `${targetText(latest)}${earlier.length === 0 ? '' : `; earlier in this case: ${earlier.join(', ')}`}`;
}

function partyText({ name, office, country }: Party): string {
  return [name, office, country].flatMap((part) => (part === null ? [] : [short(part)])).join(', ');
}

function heardText({ askedAt, answeredAt }: About['vendor']): string {
  if (answeredAt !== null) return `answered on ${answeredAt}`;
  return askedAt === null ? 'not yet asked for its answer' : `asked on ${askedAt}, no answer yet`;
}

const STATE_NAMES: Readonly<Record<TargetState, string>> = {
  'as-shipped': 'as shipped',
  'as-configured': 'as configured',
  'as-running': 'as running',
};

/** `R25 as shipped, released 2026-09-14`. */
export function targetText({ release, state, releasedAt }: RecordedTarget): string {
  const date = releasedAt === null ? 'date of release not known' : `released ${releasedAt}`;
  return `${short(release)} ${STATE_NAMES[state]}, ${date}`;
}

/** One deployment of one operator. */
export interface Run {
  readonly operator: string;
  /** Null: the operator is known, what it runs is not. */
  readonly deployment: Deployment | null;
  /** True: the release is the one this assessment speaks of. */
  readonly examined: boolean;
}

/** Who runs the product, one line a deployment, in the order of the case. */
export function runsOf({ about, targets }: AssayRecord): readonly Run[] {
  const latest = targets.at(-1)?.release;
  return (about?.operators ?? []).flatMap(({ name, deployments }): Run[] =>
    deployments.length === 0
      ? [{ operator: name, deployment: null, examined: false }]
      : deployments.map((deployment) => ({
          operator: name,
          deployment,
          examined: deployment.release === latest,
        })),
  );
}

/** `1,140 units`, or that their number is not known. */
export function unitsText(units: number | null): string {
  return units === null ? 'an unknown number of units' : counted(units, 'unit');
}

/** `since 2026-10-01`; an absent date is said to be not known. */
export function periodText({ from, to }: Deployment): string {
  if (to === null) return from === null ? 'since when is not known' : `since ${from}`;
  return from === null ? `until ${to}` : `from ${from} to ${to}`;
}

/** Units that run the release of this assessment, and deployments whose number of units is not known. */
export function exposureText(record: AssayRecord): string | null {
  const running = runsOf(record).filter(({ examined }) => examined);
  if (running.length === 0) return null;
  const units = running.reduce((sum, { deployment }) => sum + (deployment?.units ?? 0), 0);
  const unknown = running.filter(({ deployment }) => deployment?.units === null).length;
  const operators = new Set(running.map(({ operator }) => operator)).size;
  const more = unknown === 0 ? '' : `, and ${counted(unknown, 'deployment')} of unknown size`;
  return `${counted(units, 'unit')} at ${counted(operators, 'operator')} run the release examined here${more}.`;
}

/** Answers of one kind of question, by answer. */
export function tallyOf(record: AssayRecord, ids: readonly QuestionId[]): Readonly<Record<Answer, number>> {
  const tally: Record<Answer, number> = {
    indication: 0,
    'none-found': 0,
    inconclusive: 0,
    'not-examined': 0,
  };
  for (const { id, answer } of record.questions) if (ids.includes(id)) tally[answer]++;
  return tally;
}

/** Whether the report is final, and one sentence with the answers counted. */
export function stateOf(record: AssayRecord): { readonly head: string; readonly sentence: string } {
  const head = record.status === 'final' ? 'FINAL.' : 'INTERIM - not a final report.';
  const spying = tallyOf(record, ESPIONAGE_QUESTIONS);
  const craft = tallyOf(record, CRAFT_QUESTIONS);
  const sentence = `As of ${record.asOf}, of ${ESPIONAGE_QUESTIONS.length} questions about espionage ${tallyText(spying)}; of ${CRAFT_QUESTIONS.length} about craft ${tallyText(craft)}; ${leastCoverage(record)}.`;
  return { head, sentence };
}

/** The least coverage any answer about espionage rests on: the same figure as in its row. */
function leastCoverage({ questions, coverage }: AssayRecord): string {
  if (coverage.bytes.total === 0) return 'no bytes were examined';
  const behind = questions.flatMap(({ coverage: each }) => (each === null ? [] : [each]));
  const least = behind.toSorted((a, b) => a.share - b.share)[0];
  return least === undefined
    ? 'no question was looked into'
    : `the least share of explained ${least.of} behind an answer is ${atLeast(least.share)}`;
}

function tallyText(tally: Readonly<Record<Answer, number>>): string {
  const { indication, inconclusive } = tally;
  const absent = indication === 0 ? 'an indication' : 'one';
  const parts = [
    [indication, indication === 1 ? 'has an indication' : 'have indications'],
    [tally['none-found'], `reached the gate without ${absent}`],
    [inconclusive, inconclusive === 1 ? 'is inconclusive' : 'are inconclusive'],
    [tally['not-examined'], tally['not-examined'] === 1 ? 'was not examined' : 'were not examined'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return said.length === 0 ? '0 are answered' : said.join(', ');
}

/** What stands in place of indications when there are none: how hard we looked. */
export function noIndicationsText(record: AssayRecord): string {
  const { questions } = record;
  const looked = questions.filter(({ answer }) => answer !== 'not-examined').length;
  if (looked === 0) return `None of ${questions.length} questions was looked into: nothing can be said.`;
  return `This record holds no indication. Looked into: ${looked} of ${questions.length} questions; ${leastCoverage(record)}; ${leastPower(record)}.`;
}

/** The worst power behind any answer about espionage; one answer without makes the whole unmeasured. */
function leastPower({ questions }: AssayRecord): string {
  const asked: readonly QuestionId[] = ESPIONAGE_QUESTIONS;
  const looked = questions.filter(({ id, answer }) => answer !== 'not-examined' && asked.includes(id));
  const measured = looked.flatMap(({ power }) => (power === null ? [] : [power]));
  const worst = measured.toSorted((a, b) => a.lower - b.lower)[0];
  if (worst === undefined) return 'power was not measured';
  if (measured.length < looked.length) return 'power was not measured for every one of them';
  return `the least power is ${grouped(worst.found)} of ${grouped(worst.planted)} planted ${short(worst.class)} found, at least ${atLeast(worst.lower)}`;
}

/** What the answers are held against. */
export function gateText({ gate }: AssayRecord): string {
  const classes = Object.entries(gate.classes).flatMap(([, names]) => names ?? []);
  const which =
    classes.length === 0 ? 'no class of implant is required' : `for ${classes.map(short).join(', ')}`;
  return `at least ${atLeast(gate.coverage)} explained; lower bound of power at least ${atLeast(gate.power)} at level careful, ${which}; no open indication; vendor heard`;
}

/** What is different from the revision before; never empty. */
export function changesOf(record: AssayRecord): readonly string[] {
  const { difference, indications } = record;
  if (difference === null) return ['This is the first revision: there is nothing to compare with.'];
  const added = difference.newIndications.map((id) => {
    const title = indications.find((indication) => indication.id === id)?.title;
    return `New indication ${short(id)}${title === undefined ? '' : `: ${shortened(title, 300)}`}`;
  });
  const gone = difference.goneIndications.map(({ title }) => `No longer indicated: ${shortened(title, 300)}`);
  const answers = difference.answers
    .filter(({ from, to }) => from !== to)
    .map(({ id, from, to }) => {
      // The figures of the earlier answer stand beside it in its own revision.
      const earlier =
        from === 'none-found' ? `answered in revision ${difference.from}` : from.replace('-', ' ');
      return `${QUESTION_NAMES[id]}: was ${earlier}, is ${to.replace('-', ' ')}${figuresNow(record, id, to)}`;
    });
  const points = Math.round(difference.coverageChange * 1000) / 10;
  const coverage = points === 0 ? [] : [`Share of explained bytes: ${points > 0 ? '+' : ''}${points} points`];
  const all = [...added, ...gone, ...answers, ...coverage];
  return all.length === 0
    ? [`Nothing: the answers, the indications and the coverage are those of revision ${difference.from}.`]
    : all;
}

/** Where "none found" is said of a change, its figures are said too. */
function figuresNow(record: AssayRecord, id: QuestionId, to: Answer): string {
  const now = record.questions.find((question) => question.id === id);
  if (now === undefined || to === 'not-examined') return '';
  return ` (${answerRow(now, record.gate)
    .looked.map(({ text }) => text)
    .join('; ')})`;
}

/** What a final report waits for; never empty. */
export function missingOf({ missing, status }: AssayRecord): readonly string[] {
  if (missing.length > 0) return missing;
  return [status === 'final' ? 'Nothing: the gate is met.' : 'Not stated in the record.'];
}

/** The four facts of an indication, each true, false or not known. */
export function factsOf(facts: Facts): readonly Said[] {
  const named: readonly (readonly [string, boolean | null])[] = [
    ['undocumented', facts.undocumented],
    ['hard-coded', facts.hardCoded],
    ['reachable', facts.reachable],
    ['used', facts.used],
  ];
  return named.map(([label, value]) => ({ label, text: value === null ? 'not known' : String(value) }));
}

/** How a class of implant stands against the gate. */
export type Verdict = 'met' | 'not met' | 'not measured' | 'not required';

/** The gate asks for the required classes at level careful; every other figure is for information. */
export function verdictOf({ gate }: AssayRecord, { question, level, lower, ...power }: ClassPower): Verdict {
  if (lower === null) return 'not measured';
  const required = gate.classes[question]?.includes(power.class) ?? false;
  if (!required || level !== 'careful') return 'not required';
  return lower >= gate.power ? 'met' : 'not met';
}

/** How the parsers were confined, as a sentence. */
export function isolationText(isolation: Isolation): string {
  switch (isolation) {
    case 'strict':
      return 'strict: parsers ran in a sandbox of the operating system';
    case 'permission':
      return 'permission: parsers ran in processes that could write and start nothing';
    case 'none':
      return 'none: parsers ran unconfined in the process that wrote this report';
  }
}

/** What this build and the knowledge it used were. */
export function engineOf({ engine, repeatable, createdAt }: AssayRecord): readonly Said[] {
  const knowledge = Object.entries(engine.knowledge).map(([name, date]) => `${short(name)} ${short(date)}`);
  return [
    {
      label: 'Engine',
      text: `assay ${engine.version}, ${counted(Object.keys(engine.plugins).length, 'plug-in')}`,
    },
    { label: 'Knowledge', text: knowledge.length === 0 ? 'no feeds were used' : knowledge.join(', ') },
    { label: 'Isolation', text: isolationText(engine.isolation) },
    {
      label: 'Repeatable',
      text: repeatable
        ? 'yes: the same inputs and knowledge give this record byte for byte'
        : 'no: at least one task was stopped by time',
    },
    { label: 'Written', text: createdAt },
  ];
}

/** What the declarations gave. */
export function declarationsText({ declarations: { given, rows, unusable } }: AssayRecord): string {
  if (given === 0)
    return 'no declaration of the vendor was given: whether something is undocumented cannot be known';
  const lost = unusable === 0 ? '' : `, ${grouped(unusable)} of them unusable`;
  return `${counted(given, 'declaration')} with ${counted(rows, 'row')}${lost}`;
}

/** Subjects of declarations as words. */
const SUBJECT_NAMES: Readonly<Record<DeclarationReading['subject'], string>> = {
  matrix: 'communication matrix',
  accounts: 'accounts',
  components: 'components',
  changes: 'release notes',
  declaration: 'declaration',
};

/** How one document was read, in one sentence. */
export function readingText({ subject, elicitor, rows, unusable, blanket }: DeclarationReading): string {
  const parts = [
    counted(rows, subject === 'components' ? 'component' : 'row'),
    `${unusable === 0 ? 'none' : grouped(unusable)} not understood`,
    ...(blanket === 0
      ? []
      : [`${counted(blanket, 'blanket row')} that ${blanket === 1 ? 'explains' : 'explain'} nothing`]),
  ];
  return `${SUBJECT_NAMES[subject]}: ${parts.join(', ')}${elicitor === null ? '' : `; read by ${elicitor}`}`;
}

/** Remarks on a document with what was lost first, each with the place it concerns. */
export function remarksInOrder({ remarks }: DeclarationReading): readonly {
  readonly kind: string;
  readonly at: string;
  readonly text: string;
}[] {
  const order: readonly RemarkKind[] = ['unusable', 'mended', 'noted'];
  return remarks
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
    .map(({ kind, at, text }) => ({ kind: REMARK_NAMES[kind], at: at === '' ? 'document' : at, text }));
}

const REMARK_NAMES: Readonly<Record<RemarkKind, string>> = {
  unusable: 'not understood',
  mended: 'read otherwise',
  noted: 'noted',
};

/** How many remarks there were in all. */
export function remarksTotal({ remarked }: DeclarationReading): number {
  return remarked.unusable + remarked.mended + remarked.noted;
}

/** What the reading of documents means. */
export const READINGS_TEXT =
  'What a document says is read as far as it is understood; what is not understood explains nothing. Blanket rows explain nothing either.';

/** Kinds of facilities as words. */
export const FACILITY_NAMES: Readonly<Record<FacilityKind, string>> = {
  capture: 'capture',
  mirror: 'mirror',
  'remote-mirror': 'remote mirror',
  'traffic-export': 'traffic export',
  'flow-export': 'flow export',
  'lawful-intercept': 'lawful intercept',
  'tls-interception': 'TLS interception',
  'content-log': 'content log',
};

/** What the list of facilities is, and is not. */
export const FACILITIES_TEXT =
  'Functions that can intercept, mirror, capture or export, documented or not. An inventory: to be listed says nothing against the product, and documented ones have been abused before.';

/** Where none was seen. */
export const NO_FACILITIES_TEXT =
  'None was seen in what was opened. A function inside a compiled program that no name betrays is not seen.';

/** Whether a declaration names a facility, as a word. */
export function documentedText({ documented }: Facility): string {
  return documented === null ? 'not known' : documented ? 'yes' : 'no';
}

/** What the table of requirements is, and is not. */
export const REQUIREMENTS_TEXT =
  'Tests of a catalogue, as far as files can decide them. Satisfied is said only where an examination can show it both ways; everything else stays not decided, with the reason.';

/** How many of the requirements have which verdict, in one sentence. */
export function requirementsText({ requirements }: AssayRecord): string {
  const count = (verdict: RequirementVerdict['verdict']) =>
    grouped(requirements.filter((each) => each.verdict === verdict).length);
  return `${count('satisfied')} satisfied, ${count('not-satisfied')} not satisfied, ${count('not-decided')} not decided`;
}

/** Requirements for a reader: what is violated first, then what is satisfied, then by why it is open; clauses in order. */
export function requirementsInOrder({ requirements }: AssayRecord): readonly RequirementVerdict[] {
  const order = ['not-satisfied', 'satisfied', 'not-decided'];
  return requirements.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
}

/** Where no other case was held beside this one. */
export const NO_PEERS_TEXT =
  'No peer was examined: whether other products of the kind have the same is not known here. Hold one beside with --compare.';

/** What stands beside a peer, in one sentence. */
export function peerText({ case: name, asOf, files, explained, shared }: Peer): string {
  const same =
    shared.length === 0 ? 'no indication in common' : `${counted(shared.length, 'indication')} in common`;
  return `Case ${short(name)} as of ${asOf}: ${counted(files, 'file')}, ${(Math.floor(explained * 1000) / 10).toFixed(1)} % of the content explained, ${same}.`;
}

/** Rows of the table of a peer: examiner, here, there; examiners that say nothing on both sides are left out. */
export function peerRows({
  counts,
}: Peer): readonly (readonly [examiner: string, here: string, there: string])[] {
  return counts
    .filter(({ here, there }) => here > 0 || there !== 0)
    .map(({ examiner, here, there }) => [
      examiner,
      grouped(here),
      there === null ? 'did not look' : grouped(there),
    ]);
}

/** What was opened, in one sentence. */
export function openedText({ opened }: AssayRecord): string {
  const formats = Object.entries(opened.formats)
    .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([format, count]) => `${short(format)} ${grouped(count)}`);
  const named = formats.length === 0 ? 'no format recognised' : formats.join(', ');
  return `${counted(opened.artefacts, 'artefact')}, ${counted(opened.files, 'file')}, ${counted(opened.links, 'link')}; ${named}`;
}

/** What no report of this kind can say; the same in every report. */
export const LIMITS: readonly string[] = [
  'This report says nothing about kinds of implants nobody has described, about hardware, about software loaded later, or about the obligations of the vendor to a government, which are judged elsewhere.',
  'Power holds for the kinds that were planted and for our way of planting them, in a copy of this target. A lower bound is one-sided with 95 % confidence over the places planted, given the templates used.',
  'An indication says that something exists and how far the evidence reaches. It does not say who put it there, nor why.',
  'A state that was not examined (as shipped, as configured, as running) may differ from the one that was.',
];

/** The last line of a report: the code of the command and what made it so.
 *  @param exit  the code, with a remark if it was not given as such
 *  @returns at most 80 characters for all counts below a thousand */
export function exitText(record: AssayRecord, exit: string): string {
  const broken = record.failures.filter(({ kind }) => kind !== 'stopped').length;
  const below = record.questions.filter(
    ({ answer }) => answer === 'inconclusive' || answer === 'not-examined',
  ).length;
  const reasons = [
    record.indications.length > 0 ? counted(record.indications.length, 'indication') : '',
    broken > 0 ? counted(broken, 'failure') : '',
    below > 0 ? `${below} of ${record.questions.length} answers below the gate` : '',
  ].filter((reason) => reason !== '');
  const without = record.status === 'final' ? 'the gate is met' : 'interim';
  return `Exit ${exit}   ${reasons.length === 0 ? without : reasons.join('; ')}`;
}

/** What kind of thing an input is. */
export const INPUT_NAMES: Readonly<Record<InputKind, string>> = {
  firmware: 'firmware',
  tree: 'tree extracted by others',
  capture: 'capture',
  matrix: 'communication matrix',
  config: 'configuration',
  scan: 'scan',
  sbom: 'list of components',
  log: 'log',
  declaration: 'declaration',
};
