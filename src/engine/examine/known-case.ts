import type { Statement } from '#domain/indication';
import type { Indicator, KnownCase } from '#domain/knowledge';
import type { Observation, StartObservation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Examiner, Sighting } from '#domain/plugin';
import type { QuestionId } from '#domain/question';

/** Published indicators of documented cases, found again. */
export const knownCase: Examiner = {
  kind: 'examiner',
  id: 'known-case',
  version: 1,
  doc: {
    name: 'known case',
    says: 'Speaks where an indicator published with a documented case is found in the release: a string, a file name, an account, a key, an address, a port that a scan found open or a start names. A common one, such as a port or an ordinary account name, counts only beside another of the same case in the same tree. Strength is linked for a key or account of the case and for two kinds of indicator together; present otherwise.',
    sources: ['data/known-cases/, each case with its own source'],
    limits: [
      'It knows what was published and nothing else. Every other examiner works without it.',
      'An equal string is no proof of the same code: a fix, a test for the hole or a scanner carries it too.',
      'Rare indicators of four or more cases in one file look like a list of signatures and are spoken of once.',
      'Passwords known only by their hash are not compared with published ones.',
    ],
  },
  question: 'undocumented-access',
  reads: ['published', 'account', 'key', 'open-port', 'start'],
  examine({ sightings, knowledge }) {
    const { knownCases } = knowledge;
    if (knownCases.length === 0) return [];
    const hits = hitsIn(sightings, new Map(knownCases.map((each) => [each.id, each])));
    const lists = listsAmong(hits);
    return [
      ...knownCases.flatMap((each) =>
        statementsOf(
          each,
          hits.filter((hit) => hit.of === each && !lists.has(placeOfFile(hit))),
        ),
      ),
      ...[...lists.values()].map(listStatement),
    ];
  },
};

/** One indicator met at one place. */
interface Hit {
  readonly of: KnownCase;
  readonly index: number;
  readonly indicator: Indicator;
  readonly place: Place;
  readonly tree: string;
  /** True: an observer recognised it by its structure; false: equal bytes or an equal name. */
  readonly structured: boolean;
}

function hitsIn(sightings: readonly Sighting[], cases: ReadonlyMap<string, KnownCase>): readonly Hit[] {
  const named = byValue(cases);
  return sightings.flatMap(({ observation, tree }) => {
    const { place } = observation;
    if (observation.kind === 'published') {
      const of = cases.get(observation.case);
      const indicator = of?.indicators[observation.index];
      // knowledge of another edition: the place is looked at again by the observer of this one
      if (of === undefined || indicator === undefined || indicator.kind !== observation.indicator) return [];
      return [{ of, index: observation.index, indicator, place, tree, structured: false }];
    }
    const structured = observation.kind === 'account' || observation.kind === 'key';
    return valuesOf(observation).flatMap((value) =>
      (named.get(value) ?? []).map((known) => ({ ...known, place, tree, structured })),
    );
  });
}

type Known = Pick<Hit, 'of' | 'index' | 'indicator'>;

/** Indicators that other observers see for themselves, by kind and value. */
function byValue(cases: ReadonlyMap<string, KnownCase>): ReadonlyMap<string, readonly Known[]> {
  const known = new Map<string, Known[]>();
  for (const of of cases.values()) {
    for (const [index, indicator] of of.indicators.entries()) {
      const key = `${indicator.kind} ${indicator.value}`;
      known.set(key, [...(known.get(key) ?? []), { of, index, indicator }]);
    }
  }
  return known;
}

function valuesOf(observation: Observation): readonly string[] {
  if (observation.kind === 'account') {
    return observation.password === 'locked' ? [] : [`account ${observation.name}`];
  }
  if (observation.kind === 'key') {
    return observation.sshFingerprint === null ? [] : [`ssh-key-sha256 ${observation.sshFingerprint}`];
  }
  if (observation.kind === 'open-port') {
    return observation.state === 'open' ? [`port ${observation.transport}/${observation.port}`] : [];
  }
  return observation.kind === 'start'
    ? portsOf(observation).flatMap((port) => [`port tcp/${port}`, `port udp/${port}`])
    : [];
}

/** Numbers among the arguments that can be ports: alone, or behind a colon. */
function portsOf({ arguments: args }: StartObservation): readonly number[] {
  return args.flatMap((text) => {
    const digits = /^(?:.*:)?([1-9][0-9]{1,4})$/.exec(text)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

/** The file a hit lies in, wherever that file lies. */
function placeOfFile({ place, tree }: Hit): string {
  return `${tree}\n${place.artefact}\n${place.path ?? ''}`;
}

/** Cases in one file from which on it is taken for a list. */
const LIST_LEAST = 4;

function listsAmong(hits: readonly Hit[]): ReadonlyMap<string, readonly Hit[]> {
  const files = new Map<string, Hit[]>();
  for (const hit of hits) {
    if (hit.structured || !hit.indicator.alone) continue;
    const file = placeOfFile(hit);
    files.set(file, [...(files.get(file) ?? []), hit]);
  }
  return new Map([...files].filter(([, inFile]) => new Set(inFile.map(({ of }) => of)).size >= LIST_LEAST));
}

// --- statements

function statementsOf(of: KnownCase, hits: readonly Hit[]): readonly Statement[] {
  const trees = new Map<string, Hit[]>();
  for (const hit of hits) trees.set(hit.tree, [...(trees.get(hit.tree) ?? []), hit]);
  const counted = [...trees.values()].filter(isEnough).flat();
  const [first, ...rest] = decisiveFirst(counted);
  if (first === undefined) return [];
  const all: readonly [Hit, ...Hit[]] = [first, ...rest];
  const kinds = [...new Set(all.map(({ indicator }) => indicator.kind))].toSorted();
  return [
    {
      question: questionOf(of, all),
      title: `${wordsOf(first)} published with "${of.name}" (${of.year})`,
      strength: kinds.length > 1 || all.some(({ structured }) => structured) ? 'linked' : 'present',
      facts: { undocumented: null, hardCoded: true, reachable: null, used: null },
      weaknesses: WEAKNESSES[of.class] ?? [],
      requirements: [],
      identity: ['known-case', of.id],
      places: all.map(({ place }) => place),
      matters: `${count(all)} of a documented case: ${of.source}. ${of.contested ? 'Whether that case was meant as a way in is disputed.' : 'If this is the same code, what was documented there applies here.'}`,
      disproof:
        'The bytes stand here for another reason, such as a fix, a test or a signature, or the function they belong to cannot be reached.',
    },
  ];
}

/** Kinds that say too little for two of them to be enough. */
const ORDINARY: ReadonlySet<string> = new Set(['port', 'account']);

/** One that speaks by itself, or two different ones of which not all are ordinary. */
function isEnough(hits: readonly Hit[]): boolean {
  if (hits.some(({ indicator }) => indicator.alone)) return true;
  const different = new Set(hits.map(({ index }) => index));
  return different.size >= 2 && hits.some(({ indicator }) => !ORDINARY.has(indicator.kind));
}

function decisiveFirst(hits: readonly Hit[]): readonly Hit[] {
  const weight = ({ indicator }: Hit) => (indicator.alone ? 2 : 0) + (ORDINARY.has(indicator.kind) ? 0 : 1);
  return hits.toSorted((a, b) => weight(b) - weight(a));
}

function count(hits: readonly Hit[]): string {
  const different = new Set(hits.map(({ index }) => index)).size;
  return different === 1 ? 'One published indicator' : `${different} published indicators`;
}

/** The kind and, where it is no secret, the value. */
function wordsOf({ indicator: { kind, value } }: Hit): string {
  switch (kind) {
    case 'account':
      return `account ${value}`;
    case 'ssh-key-sha256':
      return `SSH key ${value.slice(0, 15)}…`;
    case 'credential':
      return 'a credential';
    case 'bytes':
      return 'a byte sequence';
    case 'string':
    case 'string-prefix':
    case 'header':
    case 'log':
    case 'url-parameter':
      return 'a string';
    case 'path':
    case 'url-path':
    case 'file':
      return `the path ${value.slice(0, 40)}`;
    case 'domain':
    case 'ip':
      return `the address ${value.slice(0, 40)}`;
    default:
      return `a ${kind}`;
  }
}

const WEAKNESSES: Readonly<Record<string, readonly string[]>> = {
  account: ['CWE-798'],
  service: ['CWE-912'],
  key: ['CWE-321'],
  knock: ['CWE-912'],
  endpoint: ['CWE-912'],
  'supply-chain': ['CWE-506'],
};

function questionOf(of: KnownCase, hits: readonly Hit[]): QuestionId {
  switch (of.class) {
    case 'interception':
      return 'interception';
    case 'concealment':
      return 'concealment';
    case 'integrity':
    case 'supply-chain':
      return 'release-integrity';
    case 'endpoint':
      return hits.some(({ indicator: { kind } }) => kind === 'domain' || kind === 'ip')
        ? 'undocumented-communication'
        : 'undocumented-access';
    default:
      return 'undocumented-access';
  }
}

function listStatement(hits: readonly Hit[]): Statement {
  const cases = [...new Set(hits.map(({ of }) => of.id))].toSorted();
  return {
    question: 'undocumented-access',
    title: `indicators of ${cases.length} published cases together in one file`,
    strength: 'present',
    facts: { undocumented: null, hardCoded: true, reachable: null, used: null },
    weaknesses: [],
    requirements: [],
    identity: ['known-case', 'list', ...cases],
    places: hits.map(({ place }) => place),
    matters:
      'Lists of signatures for a scanner or an intrusion detection look like this; a program that tries the cases on others does too.',
    disproof: 'The file belongs to a product that looks for these cases.',
  };
}
