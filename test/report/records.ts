import type { Digest } from '#domain/artefact';
import { QUESTIONS, type QuestionId } from '#domain/question';
import type { AssayRecord, Evidence, Gap, Indication, QuestionAnswer } from '#domain/record';

/* Records written by hand, each a case a reader meets. */

/** A digest that begins with these hex digits. */
export function digestOf(start: string): Digest {
  return `sha256:${start.padEnd(64, '0123456789abcdef')}`;
}

const IMAGE = digestOf('9f2c41e1');
const PASSWD = digestOf('77ab029d');
const LANMON = digestOf('1c0e5540');

function notExamined(id: QuestionId, why: string): QuestionAnswer {
  return {
    id,
    answer: 'not-examined',
    indications: [],
    coverage: null,
    power: null,
    confidence: 'none',
    why,
  };
}

const NO_EXAMINER = 'This build has no examiner for this question.';

/** Only an image was given: no case file, no declaration, no power; nothing found. */
export const imageAlone: AssayRecord = {
  schema: 'assay-record/1',
  case: 'notes.bin',
  revision: 1,
  status: 'interim',
  asOf: '2026-11-22',
  createdAt: '2026-11-22T12:00:00.000Z',
  repeatable: true,
  engine: {
    version: '0.1.0',
    plugins: { tar: `1+${'ab'.repeat(32)}`, accounts: `1+${'cd'.repeat(32)}` },
    knowledge: {},
    isolation: 'permission',
  },
  about: null,
  gate: { coverage: 0.95, power: 0.8, classes: { 'undocumented-access': ['hidden-account'] } },
  targets: [{ release: 'release 1', order: 1, releasedAt: null, state: 'as-shipped', inputs: [IMAGE] }],
  inputs: [{ name: 'notes.bin', digest: IMAGE, size: 20_000, kind: 'firmware', from: null }],
  opened: { artefacts: 1, files: 0, links: 0, formats: {} },
  questions: [
    {
      id: 'undocumented-access',
      answer: 'inconclusive',
      indications: [],
      coverage: { of: 'bytes', share: 0 },
      power: null,
      confidence: 'low',
      why: 'Coverage 0 % is below the gate, and power was not measured.',
    },
    ...QUESTIONS.slice(1).map((id) => notExamined(id, NO_EXAMINER)),
  ],
  indications: [],
  facilities: [],
  talk: { total: 0, listed: [], rest: null },
  declarations: { given: 0, rows: 0, unusable: 0, readings: [] },
  coverage: {
    bytes: {
      total: 20_000,
      explained: 0,
      opaque: 0,
      unexplained: 20_000,
      padding: 0,
      innermost: { total: 20_000, explained: 0 },
      gaps: {
        total: 1,
        listed: [{ artefact: IMAGE, path: 'notes.bin', range: [0, 20_000], reason: 'no-format' }],
        rest: null,
      },
    },
    flows: null,
    code: null,
    maps: [{ input: IMAGE, size: 20_000, runs: [[20_000, 'unexplained']] }],
  },
  power: null,
  components: [],
  holes: [],
  problems: [],
  requirements: [],
  peers: [],
  failures: [],
  missing: [
    'Measure power: run again with --power quick, standard or full.',
    'Explain 95 % of the bytes: 0 % are explained.',
    'Give a case file (--about case.yaml).',
  ],
  difference: null,
};

const ACCOUNT: Evidence = {
  artefact: PASSWD,
  path: 'ne7-r25.bin » squashfs » etc/shadow',
  at: [{ format: 'squashfs', entry: 'etc/shadow' }],
  range: [1124, 1187],
  excerpt: 'lanmon: password usable md5-crypt #8d1f0c6a5e2b9d44',
};

const START: Evidence = {
  artefact: LANMON,
  path: 'ne7-r25.bin » squashfs » etc/init.d/lanmon',
  at: [{ format: 'squashfs', entry: 'etc/init.d/lanmon' }],
  range: [233, 278],
  excerpt: 'telnetd -l /bin/sh -p 2323',
};

const INDICATIONS: readonly Indication[] = [
  {
    id: 'I1',
    examiner: 'undeclared-account@1',
    question: 'undocumented-access',
    title: 'Account "lanmon" can log in and is not among the declared accounts',
    strength: 'present',
    facts: { undocumented: true, hardCoded: true, reachable: null, used: null },
    weaknesses: ['CWE-798', 'CWE-912'],
    requirements: ['TS 33.117 4.2.3.4.2.2'],
    fingerprint: '0123456789abcdef0123456789abcdef',
    evidence: [ACCOUNT],
    matters: 'Whoever knows the password can log in to every device of this release.',
    disproof:
      'A document of the vendor that names the account and its purpose, or proof that no service accepts it.',
  },
  {
    id: 'I2',
    examiner: 'undeclared-service@1',
    question: 'undocumented-access',
    title: 'telnetd is started on port 2323 and is not among the declared services',
    strength: 'reachable',
    facts: { undocumented: true, hardCoded: false, reachable: true, used: false },
    weaknesses: ['CWE-912'],
    requirements: ['TS 33.117 4.3.2.1'],
    fingerprint: 'fedcba9876543210fedcba9876543210',
    evidence: [START, ACCOUNT],
    matters: 'It gives a shell to whoever reaches the port.',
    disproof: 'A start-up condition that never holds in the field.',
  },
];

const GAPS: readonly Gap[] = [
  {
    artefact: IMAGE,
    path: 'ne7-r25.bin',
    range: [0x2400000, 0x25ff000],
    reason: 'encrypted (OpenSSL "Salted__" header: the key would open it)',
  },
  {
    artefact: digestOf('c0ffee'),
    path: 'ne7-r25.bin » squashfs » lib/modules/accel.ko',
    range: [4096, 90_112],
    reason: 'malformed at 0x1010: section header beyond the end of the file',
  },
];

/** A made-up router: a case file with three operators, two indications, power, two gaps, the second revision. */
export const router: AssayRecord = {
  ...imageAlone,
  case: 'ne7',
  revision: 2,
  engine: {
    version: '0.1.0',
    plugins: {
      squashfs: `2+${'0f'.repeat(32)}`,
      'undeclared-account': `1+${'1e'.repeat(32)}`,
      'undeclared-service': `1+${'2d'.repeat(32)}`,
      uimage: `1+${'3c'.repeat(32)}`,
    },
    knowledge: { 'shared-hashes': '2026-11-20' },
    isolation: 'strict',
  },
  about: {
    question: 'Can the NE-7 access router be used for espionage?',
    authority: { name: 'Ada Linden', office: 'Prime Minister', country: 'Republic of Altmark' },
    centre: { name: 'Altmark Cybersecurity Centre', office: null, country: null },
    vendor: {
      name: 'Nordwind Networks',
      office: null,
      country: 'Nordland',
      askedAt: '2026-11-03',
      answeredAt: null,
    },
    product: { name: 'NE-7', kind: 'access router' },
    releases: [{ label: 'R25', releasedAt: '2026-09-14', state: 'as-shipped' }],
    operators: [
      {
        name: 'Altmark Telecom',
        deployments: [{ part: 'access', release: 'R25', units: 1140, from: '2026-10-01', to: null }],
      },
      {
        name: 'Blauberg Mobile',
        deployments: [{ part: 'transport', release: 'R25', units: null, from: null, to: null }],
      },
      {
        name: 'Cumulus Cable',
        deployments: [{ part: 'access', release: 'R24', units: 3310, from: '2024-02-01', to: '2026-06-30' }],
      },
    ],
    languages: ['en'],
    gate: imageAlone.gate,
  },
  targets: [
    { release: 'R24', order: 1, releasedAt: '2024-01-15', state: 'as-shipped', inputs: [digestOf('aa11')] },
    { release: 'R25', order: 2, releasedAt: '2026-09-14', state: 'as-shipped', inputs: [IMAGE] },
  ],
  inputs: [
    { name: 'ne7-r25.bin', digest: IMAGE, size: 41_943_040, kind: 'firmware', from: 'Altmark Telecom' },
    {
      name: 'declaration.yaml',
      digest: digestOf('5ca1ab1e'),
      size: 611,
      kind: 'declaration',
      from: 'Nordwind Networks',
    },
  ],
  opened: { artefacts: 1432, files: 1395, links: 212, formats: { elf: 212, squashfs: 1, uimage: 1 } },
  questions: [
    {
      id: 'undocumented-access',
      answer: 'indication',
      indications: ['I1', 'I2'],
      coverage: { of: 'bytes', share: 0.9467 },
      power: { class: 'hidden-account', level: 'careful', planted: 29, found: 26, lower: 0.7529 },
      confidence: 'moderate',
      why: 'Two indications are open.',
    },
    {
      id: 'undocumented-communication',
      answer: 'inconclusive',
      indications: [],
      coverage: { of: 'bytes', share: 0.9467 },
      power: { class: 'beacon', level: 'careful', planted: 29, found: 10, lower: 0.2019 },
      confidence: 'low',
      why: 'The lower bound of power for beacon is 20.1 %, the gate asks 80 %.',
    },
    {
      id: 'interception',
      answer: 'none-found',
      indications: [],
      coverage: { of: 'bytes', share: 0.9467 },
      power: { class: 'port-mirror', level: 'careful', planted: 29, found: 29, lower: 0.9018 },
      confidence: 'moderate',
      why: 'Coverage and power reach the gate of this case.',
    },
    notExamined('concealment', NO_EXAMINER),
    notExamined('release-integrity', 'One release alone, and no expected digest was given.'),
    notExamined('long-standing-holes', NO_EXAMINER),
    notExamined('other-technical-problems', NO_EXAMINER),
  ],
  requirements: [
    {
      catalogue: 'TS 33.117',
      clause: '4.2.3.4.2.2',
      title: 'Predefined accounts shall be deleted or disabled',
      verdict: 'not-satisfied',
      why: '1 indication speaks against it',
      indications: ['I1'],
    },
    {
      catalogue: 'TS 33.117',
      clause: '4.4.2',
      title: 'Port Scanning',
      verdict: 'not-decided',
      why: 'needs a capture or scan',
      indications: [],
    },
  ],
  indications: INDICATIONS,
  facilities: [
    {
      facility: 'remote-mirror',
      by: 'monitor session 3',
      state: 'on',
      destination: '192.0.2.77',
      switchedBy: 'configuration',
      documented: false,
      evidence: [START],
    },
    {
      facility: 'capture',
      by: 'tcpdump',
      state: 'available',
      destination: null,
      switchedBy: null,
      documented: true,
      evidence: [START, ACCOUNT],
    },
  ],
  talk: {
    total: 3,
    listed: [
      {
        value: 'https://updates.nordwind.example:443',
        host: 'updates.nordwind.example',
        files: 4,
        evidence: { ...START, range: [12, 48], excerpt: 'https://updates.nordwind.example' },
      },
      {
        value: '203.0.113.44',
        host: '203.0.113.44',
        files: 1,
        evidence: { ...START, range: [90, 102], excerpt: '203.0.113.44' },
      },
      {
        value: 'ntp1.altmark.example',
        host: 'ntp1.altmark.example',
        files: 1,
        evidence: { ...START, range: [3, 23], excerpt: 'ntp1.altmark.example' },
      },
    ],
    rest: null,
  },
  declarations: {
    given: 1,
    rows: 6,
    unusable: 1,
    readings: [
      {
        document: 'matrix.xlsx',
        elicitor: 'matrix',
        subject: 'matrix',
        rows: 6,
        unusable: 1,
        blanket: 1,
        remarked: { unusable: 1, mended: 1, noted: 0 },
        remarks: [
          { kind: 'mended', at: 'Flows, C4', text: 'Is stored as the number 443.0; it is read as 443.' },
          { kind: 'unusable', at: 'Flows, C5', text: 'Says "22-Mar": it is a date.' },
        ],
      },
    ],
  },
  coverage: {
    bytes: {
      total: 123_456_789,
      explained: 121_000_000,
      opaque: 2_093_056,
      unexplained: 363_733,
      padding: 4_194_304,
      innermost: { total: 98_000_000, explained: 92_776_600 },
      gaps: { total: 41, listed: GAPS, rest: digestOf('deadbeef') },
    },
    flows: null,
    code: null,
    maps: [
      {
        input: IMAGE,
        size: 41_943_040,
        runs: [
          [64, 'structure'],
          [2_500_000, 'content'],
          [4_194_304, 'padding'],
          [4_194_400, 'structure'],
          [20_000_000, 'content'],
          [20_085_000, 'partly'],
          [35_000_000, 'content'],
          [35_400_000, 'structure'],
          [0x2400000, 'padding'],
          [0x25ff000, 'opaque'],
          [0x2600000, 'unexplained'],
          [41_943_040, 'padding'],
        ],
      },
    ],
  },
  power: {
    seed: '5eed'.repeat(16),
    classes: [
      ...(['overt', 'careful', 'concealed'] as const).map((level, i) => ({
        class: 'hidden-account',
        question: 'undocumented-access' as const,
        level,
        planted: 29,
        found: [29, 26, 4][i] ?? 0,
        lower: [0.9018, 0.7529, 0.0485][i] ?? 0,
        templates: { n: 5, found: [5, 5, 2][i] ?? 0 },
        heldOut: { planted: 6, found: [6, 5, 0][i] ?? 0 },
        missed: i === 0 ? [] : [`second-root, etc/passwd: no observer reads the file`],
        why: null,
      })),
      {
        class: 'beacon',
        question: 'undocumented-communication',
        level: 'careful',
        planted: 29,
        found: 10,
        lower: 0.2019,
        templates: { n: 4, found: 2 },
        heldOut: { planted: 0, found: 0 },
        missed: [],
        why: null,
      },
      {
        class: 'port-mirror',
        question: 'interception',
        level: 'careful',
        planted: 29,
        found: 29,
        lower: 0.9018,
        templates: { n: 4, found: 4 },
        heldOut: { planted: 7, found: 7 },
        missed: [],
        why: null,
      },
      {
        class: 'boot-hook',
        question: 'concealment',
        level: 'careful',
        planted: 0,
        found: 0,
        lower: null,
        templates: { n: 4, found: 0 },
        heldOut: { planted: 0, found: 0 },
        missed: [],
        why: 'nothing in this target can carry it',
      },
    ],
    controls: { runs: 6, falseIndications: 0 },
  },
  gate: {
    coverage: 0.94,
    power: 0.8,
    classes: {
      'undocumented-access': ['hidden-account'],
      'undocumented-communication': ['beacon'],
      interception: ['port-mirror'],
    },
  },
  failures: [
    {
      kind: 'stopped',
      plugin: 'elf',
      path: 'ne7-r25.bin » squashfs » lib/modules/accel.ko',
      why: 'malformed at 0x1010: section header beyond the end of the file',
    },
  ],
  missing: [
    'A key or the content of the encrypted region 0x2400000-0x25ff000 of ne7-r25.bin.',
    'A lower bound of power of 80 % for beacon: it is 20.1 %.',
    'The answer of Nordwind Networks, asked on 2026-11-03.',
  ],
  difference: {
    from: 1,
    newIndications: ['I2'],
    goneIndications: [{ fingerprint: '00'.repeat(16), title: 'Account "guest" can log in' }],
    coverageChange: 0.045,
    answers: [
      { id: 'undocumented-communication', from: 'none-found', to: 'inconclusive' },
      { id: 'interception', from: 'inconclusive', to: 'none-found' },
    ],
  },
};

/** A case file was given, nothing could be looked into: a capture of a kind nobody reads. */
export const notLookedInto: AssayRecord = {
  ...imageAlone,
  case: 'capture',
  about: router.about,
  inputs: [
    { name: 'lab.pcapng', digest: IMAGE, size: 171_300_000, kind: 'capture', from: 'Blauberg Mobile' },
  ],
  questions: QUESTIONS.map((id) => notExamined(id, 'Captures are not read by this build.')),
  coverage: {
    ...imageAlone.coverage,
    bytes: {
      total: 0,
      explained: 0,
      opaque: 0,
      unexplained: 0,
      padding: 0,
      innermost: { total: 0, explained: 0 },
      gaps: { total: 0, listed: [], rest: null },
    },
    maps: [],
  },
  missing: [],
};

/** What a hostile name holds: escape sequences, overrides, mark-up, a formula, marks without end, half a pair. */
export const NASTY: readonly string[] = [
  '\x1b[2J\x1b[31mred\x1b[0m',
  '\x1b]0;title\x07\x9b31m\x7f\x00\r\n\t\b',
  '\u202Egpj.exe\u202C \u2066x\u2069 \u200Ez\u200Fero\u200Bwidth\u200D\uFEFF\u00AD\u061C\u2028\u2029',
  '<script>alert(1)</script><img src=x onerror=alert(1)>"\'`&amp;--><!--]]>',
  '</title></svg></style><style>*{display:none}</style>',
  'javascript:alert(1)',
  "=cmd|'/c calc'!A1",
  '\ud800 \udfff half',
  `zalgo${'\u0301\u0489'.repeat(50)}`,
  '漢字テスト한국어😀👩‍👩‍👧'.repeat(12),
  '../../../../etc/passwd',
  '%s%n%x ${x} {{x}} $(reboot) `reboot`',
  '\u{e0041}\u{e0042}\ufffe\uffff\u3164\u115f',
  'x'.repeat(4096),
  `${'a/'.repeat(2048)}end`,
  '',
  ' ',
];

/** The router with hostile text wherever text from outside can stand. */
export const hostile: AssayRecord = hostileRecord();

function hostileRecord(): AssayRecord {
  const all = NASTY.join(' ');
  let turn = 0;
  /** Another nasty text each time. */
  const nasty = () => `${NASTY[turn++ % NASTY.length] ?? ''}${turn}`;
  const evidence = (each: Evidence): Evidence => ({
    ...each,
    path: `${nasty()} » ${all}`,
    excerpt: all.slice(0, 200),
    at: [{ format: 'squashfs', entry: nasty() }],
  });
  const { about } = router;
  if (about === null) throw new Error('the router has a case file');
  const party = () => ({ name: nasty(), office: nasty(), country: nasty() });
  return {
    ...router,
    case: nasty(),
    about: {
      ...about,
      question: all,
      authority: party(),
      centre: party(),
      vendor: { ...about.vendor, ...party() },
      product: { name: nasty(), kind: nasty() },
      operators: NASTY.map((name) => ({
        name,
        deployments: [
          { part: nasty(), release: nasty(), units: Number.MAX_SAFE_INTEGER, from: null, to: null },
        ],
      })),
    },
    engine: { ...router.engine, plugins: { [nasty()]: nasty() }, knowledge: { [nasty()]: nasty() } },
    targets: router.targets.map((target) => ({ ...target, release: nasty() })),
    inputs: NASTY.map((name, i) => ({
      name,
      digest: i === 0 ? IMAGE : digestOf(String(i).padStart(4, '0')),
      size: i * 1000,
      kind: 'firmware',
      from: nasty(),
    })),
    opened: { ...router.opened, formats: Object.fromEntries(NASTY.map((name) => [name, 1])) },
    questions: router.questions.map((question) => ({ ...question, why: `${nasty()} ${all}` })),
    indications: router.indications.map((each) => ({
      ...each,
      title: nasty(),
      examiner: nasty(),
      matters: all,
      disproof: all,
      weaknesses: [nasty()],
      requirements: [nasty()],
      evidence: each.evidence.map(evidence),
    })),
    facilities: NASTY.map((name, i) => ({
      facility: 'capture',
      by: `${name}${i}`,
      state: 'available',
      destination: `${name}${name}`,
      switchedBy: name,
      documented: null,
      evidence: [],
    })),
    peers: [
      {
        case: nasty(),
        revision: 1,
        asOf: '2026-01-01',
        files: 3,
        explained: 0.5,
        counts: NASTY.map((name, i) => ({ examiner: `${name}${i}`, here: i, there: i % 2 === 0 ? null : i })),
        shared: [{ here: nasty(), there: nasty() }],
      },
    ],
    requirements: NASTY.map((name, i) => ({
      catalogue: nasty(),
      clause: `${name}${i}`,
      title: nasty(),
      verdict: i % 2 === 0 ? 'not-satisfied' : 'not-decided',
      why: name,
      indications: [name],
    })),
    talk: {
      ...router.talk,
      listed: router.talk.listed.map((each) => ({
        ...each,
        value: nasty(),
        host: nasty(),
        evidence: evidence(each.evidence),
      })),
    },
    coverage: {
      ...router.coverage,
      bytes: {
        ...router.coverage.bytes,
        gaps: {
          ...router.coverage.bytes.gaps,
          listed: NASTY.map((path, i) => ({
            artefact: IMAGE,
            path: `fw » ${path}`,
            range: [i, i + 1],
            reason: all,
          })),
        },
      },
    },
    power:
      router.power === null
        ? null
        : {
            ...router.power,
            seed: all,
            classes: router.power.classes.map((each) => ({
              ...each,
              missed: [nasty(), all],
              why: each.why === null ? null : all,
            })),
          },
    declarations: {
      ...router.declarations,
      readings: NASTY.map((document) => ({
        document,
        elicitor: nasty(),
        subject: 'matrix',
        rows: 3,
        unusable: 2,
        blanket: 1,
        remarked: { unusable: 1, mended: 0, noted: 1 },
        remarks: [
          { kind: 'noted', at: nasty(), text: all },
          { kind: 'unusable', at: all, text: nasty() },
        ],
      })),
    },
    failures: NASTY.map((path) => ({ kind: 'killed', plugin: nasty(), path, why: all })),
    missing: NASTY.map((text) => `Missing ${text}.`),
    difference:
      router.difference === null
        ? null
        : {
            ...router.difference,
            goneIndications: [{ fingerprint: '00'.repeat(16), title: all }],
            newIndications: ['I1', all],
          },
  };
}
