import { z } from 'zod';
import { STRENGTHS } from '#domain/indication';
import { LEVELS } from '#domain/level';
import { QUESTIONS } from '#domain/question';
import { SETTINGS, type SettingSubject } from '#domain/settings';

/* The nouns of the domain as they arrive from outside: from a worker, from the cache, from a record on disk.
   test/schema.types.ts proves that each is its domain type; an unknown key is refused. */

// --- bounds, in characters and items: far above what the engine's own budgets let through

/** A sentence of ours, with a name or two in it. */
const SENTENCE = 64 * 1024;
/** A path: 64 KiB of name, each byte written as four characters, with room for the containers around it. */
const PATH = 1024 * 1024;
/** What a line of a file may hold. */
const LINE = 1024 * 1024;
/** Entries, extents, observations of one artefact. */
const MANY = 16_000_000;
/** Lists that a record holds. */
const LISTED = 1_000_000;

const sentence = z.string().max(SENTENCE);
const path = z.string().max(PATH);
const line = z.string().max(LINE);
const name = z.string().min(1).max(1000);
const word = z.string().max(200);
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const isoDate = z.iso.date();

const digest = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]).meta({ id: 'Digest' });

const byteRange = z
  .tuple([count, count])
  .refine(([start, end]) => start <= end, 'a range that ends before it starts')
  .meta({ id: 'ByteRange' });

const artefact = z.strictObject({ digest, size: count });

// --- what workers give

const extent = z.strictObject({
  range: byteRange,
  role: z.enum(['header', 'payload', 'metadata', 'padding', 'erased', 'opaque', 'unexplained']),
  reason: sentence.nullable(),
});

const entry = z.strictObject({
  path,
  type: z.enum([
    'file',
    'directory',
    'link',
    'hard-link',
    'character-device',
    'block-device',
    'fifo',
    'socket',
  ]),
  mode: z.int().min(0).max(0o7777).nullable(),
  uid: z.number().nullable(),
  gid: z.number().nullable(),
  modifiedAt: z.number().nullable(),
  target: path.nullable(),
  device: z.strictObject({ major: z.number(), minor: z.number() }).nullable(),
  stored: z.array(byteRange).max(MANY),
  content: artefact.nullable(),
});

const part = z.strictObject({
  format: word,
  range: byteRange,
  entries: z.array(entry).max(MANY),
  facts: z.record(word, sentence),
});

/** Extents leave no byte out and count none twice; parts stay inside the artefact. */
export const openedSchema = z
  .strictObject({ artefact, parts: z.array(part).max(MANY), extents: z.array(extent).max(MANY) })
  .refine(
    ({ artefact: { size }, extents }) => {
      let at = 0;
      for (const { range } of extents) {
        if (range[0] !== at || range[1] === at) return false;
        at = range[1];
      }
      return at === size;
    },
    { error: 'extents that do not account for every byte once', path: ['extents'] },
  )
  .refine(({ artefact: { size }, parts }) => parts.every(({ range }) => range[1] <= size), {
    error: 'a part beyond the end of its artefact',
    path: ['parts'],
  });

const place = z.strictObject({ artefact: digest, path: path.nullable(), range: byteRange.nullable() });

const facilityKind = z.enum([
  'capture',
  'mirror',
  'remote-mirror',
  'traffic-export',
  'flow-export',
  'lawful-intercept',
  'tls-interception',
  'content-log',
]);
/** The keys are literals of our own list. */
const settingSubject = z.enum(Object.keys(SETTINGS) as SettingSubject[]);
const portState = z.enum(['open', 'closed', 'filtered', 'open|filtered', 'unfiltered', 'closed|filtered']);
const facilityState = z.enum(['on', 'off', 'available']);

export const observationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('account'),
    place,
    name: line,
    store: word,
    uid: z.number().nullable(),
    shell: line.nullable(),
    password: z.enum(['usable', 'empty', 'locked', 'unset', 'reversible']),
    scheme: z
      .enum([
        'des-crypt',
        'bsdi-crypt',
        'md5-crypt',
        'sha256-crypt',
        'sha512-crypt',
        'bcrypt',
        'yescrypt',
        'scrypt',
        'nt-hash',
        'apr1',
        'sha1',
        'sha256',
        'pbkdf2',
        'vendor-hash',
        'vendor-cipher',
        'vendor-encoding',
        'plain',
        'unknown',
      ])
      .nullable(),
    sharedHash: sentence.nullable(),
    passwordFingerprint: word.nullable(),
  }),
  z.strictObject({
    kind: z.literal('key'),
    place,
    holding: z.enum(['private', 'encrypted-private', 'public', 'authorised']),
    container: word,
    algorithm: word,
    bits: count.nullable(),
    publicFingerprint: word.nullable(),
    sshFingerprint: word.nullable(),
    cipher: line.nullable(),
    comment: line.nullable(),
  }),
  z.strictObject({
    kind: z.literal('certificate'),
    place,
    subject: line,
    issuer: line,
    notBefore: word,
    notAfter: word,
    selfSigned: z.boolean(),
    authority: z.boolean(),
    publicFingerprint: word,
  }),
  z.strictObject({
    kind: z.literal('start'),
    place,
    by: word,
    program: line,
    arguments: z.array(line).max(LISTED),
    user: line.nullable(),
    chain: z.array(path).max(LISTED),
    condition: line.nullable(),
    reached: z.boolean(),
    present: z.boolean().nullable(),
  }),
  z.strictObject({
    kind: z.literal('endpoint'),
    place,
    form: z.enum(['url', 'host', 'ipv4', 'ipv6', 'mail']),
    value: line,
    host: line,
    port: count.nullable(),
    scheme: line.nullable(),
    role: z.enum([
      'namespace',
      'documentation',
      'update',
      'telemetry',
      'time',
      'management',
      'cloud',
      'name-service',
      'dynamic-name',
      'check',
      'unknown',
    ]),
    taker: z.strictObject({ kind: z.enum(['command', 'setting', 'program']), name: line }).nullable(),
  }),
  z.strictObject({
    kind: z.literal('agent'),
    place,
    protocol: word,
    program: line.nullable(),
    server: line.nullable(),
    enabled: z.boolean().nullable(),
  }),
  z.strictObject({
    kind: z.literal('command'),
    place,
    shell: word,
    name: line,
    hidden: z.boolean(),
    runs: line.nullable(),
    opensShell: z.boolean(),
    privilege: line.nullable(),
  }),
  z.strictObject({
    kind: z.literal('credential'),
    place,
    secret: z.enum(['password', 'community', 'shared-key', 'token']),
    form: z.enum(['argument', 'setting', 'address', 'comparison', 'text']),
    user: line.nullable(),
    taker: line,
    length: count,
    isProtected: z.boolean(),
    shared: sentence.nullable(),
    fingerprint: word.nullable(),
  }),
  z.strictObject({
    kind: z.literal('disguise'),
    place,
    form: z.enum([
      'process-name',
      'hidden-name',
      'mount-over',
      'type-disagrees',
      'time-disagrees',
      'size-disagrees',
      'look-alike-name',
    ]),
    seems: line,
    is: line,
  }),
  z.strictObject({
    kind: z.literal('encoded'),
    place,
    layers: z.array(word).max(100),
    size: count,
    holds: word,
    says: z.array(line).max(1000),
    run: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('facility'),
    place,
    facility: facilityKind,
    by: line,
    state: facilityState,
    destination: line.nullable(),
    switchedBy: line.nullable(),
  }),
  z.strictObject({
    kind: z.literal('file-mode'),
    place,
    type: word,
    mode: z.int().min(0).max(0o7777),
    uid: z.number().nullable(),
    gid: z.number().nullable(),
    capabilities: line.nullable(),
  }),
  z.strictObject({
    kind: z.literal('log-change'),
    place,
    form: z.enum(['suppressed', 'wiped', 'redirected', 'unrecorded']),
    of: line,
    by: line,
  }),
  z.strictObject({
    kind: z.literal('module'),
    place,
    name: line,
    path: path.nullable(),
    usualPlace: z.boolean().nullable(),
    reached: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('name-override'),
    place,
    form: z.enum(['hosts', 'resolver', 'answer']),
    name: line.nullable(),
    address: line,
  }),
  z.strictObject({
    kind: z.literal('open-port'),
    place,
    host: line,
    transport: z.enum(['tcp', 'udp', 'sctp', 'ip']),
    port: count,
    state: portState,
    service: line.nullable(),
    product: line.nullable(),
  }),
  z.strictObject({
    kind: z.literal('port-scan'),
    place,
    host: line,
    transport: z.enum(['tcp', 'udp', 'sctp', 'ip']),
    state: portState,
    ports: z.array(z.tuple([count, count])).max(LISTED),
  }),
  z.strictObject({
    kind: z.literal('preload'),
    place,
    by: word,
    library: line,
    into: line.nullable(),
    present: z.boolean().nullable(),
  }),
  z.strictObject({ kind: z.literal('published'), place, case: word, indicator: word, index: count }),
  z.strictObject({
    kind: z.literal('setting'),
    place,
    dialect: word,
    subject: settingSubject,
    written: line,
    value: line.nullable(),
    on: z.boolean().nullable(),
  }),
  z.strictObject({
    kind: z.literal('trust'),
    place,
    form: z.enum(['anchor', 'pin', 'verification-off']),
    by: line,
    subject: line.nullable(),
    publicFingerprint: word.nullable(),
  }),
  z.strictObject({
    kind: z.literal('tunnel'),
    place,
    technology: word,
    peer: line.nullable(),
    state: z.enum(['shipped', 'configured', 'started']),
    program: path.nullable(),
  }),
  z.strictObject({
    kind: z.literal('update'),
    place,
    installs: line,
    origin: line.nullable(),
    check: z.enum(['signature', 'keyed-digest', 'digest', 'checksum', 'none-seen']),
    checkedBy: line.nullable(),
    skippable: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('web-route'),
    place,
    server: word,
    route: line,
    handler: line.nullable(),
    guard: z.enum(['present', 'none-seen', 'not-visible']),
    guardedBy: line.nullable(),
    runs: line.nullable(),
    takesRequest: z.boolean(),
    linked: z.boolean().nullable(),
  }),
]);

const level = z.enum(LEVELS);

const plant = z.strictObject({
  level,
  template: word,
  heldOut: z.boolean(),
  tree: path.nullable(),
  carrier: path.nullable(),
  changes: z
    .array(
      z.strictObject({
        path,
        content: artefact,
        mode: z.int().min(0).max(0o7777).nullable(),
        planted: z.array(byteRange).max(LISTED),
      }),
    )
    .max(LISTED),
  lost: sentence.nullable(),
});

// --- what documents say

const party = z.strictObject({ name, office: name.nullable(), country: name.nullable() });
const targetState = z.enum(['as-shipped', 'as-configured', 'as-running']);
const question = z.enum(QUESTIONS);

const gate = z.strictObject({
  coverage: share,
  power: share,
  classes: z.partialRecord(question, z.array(word).max(1000)),
});

export const aboutSchema = z.strictObject({
  question: name,
  authority: party,
  centre: party,
  vendor: z.strictObject({ ...party.shape, askedAt: isoDate.nullable(), answeredAt: isoDate.nullable() }),
  product: z.strictObject({ name, kind: name.nullable() }),
  releases: z
    .array(z.strictObject({ label: name, releasedAt: isoDate.nullable(), state: targetState }))
    .max(1000),
  operators: z
    .array(
      z.strictObject({
        name,
        deployments: z
          .array(
            z.strictObject({
              part: name,
              release: name,
              units: count.nullable(),
              from: isoDate.nullable(),
              to: isoDate.nullable(),
            }),
          )
          .max(10_000),
      }),
    )
    .max(1000),
  languages: z.array(word).min(1).max(20),
  gate,
});

const portExpression = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('any') }),
  z.strictObject({ kind: z.literal('ranges'), ranges: z.array(z.tuple([count, count])).max(LISTED) }),
  z.strictObject({ kind: z.literal('dynamic') }),
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('unresolved'), text: line }),
]);

const matrixEnd = z.strictObject({ device: line.nullable(), address: line.nullable(), port: portExpression });

const matrixRow = z.strictObject({
  at: line,
  component: line.nullable(),
  from: matrixEnd,
  to: matrixEnd,
  transport: word.nullable(),
  application: line.nullable(),
  purpose: line.nullable(),
  authentication: line.nullable(),
  encryption: line.nullable(),
  plane: z
    .enum(['management', 'control', 'user', 'oam', 'service', 'sync', 'internal', 'debug', 'unknown'])
    .nullable(),
  direction: z.enum(['in', 'out', 'both']).nullable(),
  defaultState: z.enum(['open', 'closed', 'on-demand']).nullable(),
  blanket: z.boolean(),
  defects: z.array(sentence).max(1000),
});

export const declarationSchema = z.strictObject({
  source: path,
  accounts: z
    .array(z.strictObject({ name: line, role: line.nullable(), purpose: line.nullable() }))
    .max(LISTED)
    .nullable(),
  services: z
    .array(
      z.strictObject({
        program: line.nullable(),
        port: z.int().min(0).max(65_535).nullable(),
        transport: z.enum(['tcp', 'udp']).nullable(),
        purpose: line.nullable(),
      }),
    )
    .max(LISTED)
    .nullable(),
  keys: z
    .array(
      z.strictObject({
        path: path.nullable(),
        publicFingerprint: word.nullable(),
        purpose: line.nullable(),
      }),
    )
    .max(LISTED)
    .nullable(),
  matrix: z.array(matrixRow).max(LISTED).nullable(),
  components: z
    .array(
      z.strictObject({ name: line, version: line.nullable(), purl: line.nullable(), cpe: line.nullable() }),
    )
    .max(LISTED)
    .nullable(),
  changes: z
    .array(z.strictObject({ component: line, from: line.nullable(), to: line.nullable(), text: line }))
    .max(LISTED)
    .nullable(),
  privilegedFiles: z.array(path).max(LISTED).nullable(),
  documents: z
    .array(z.strictObject({ subject: word, title: line }))
    .max(LISTED)
    .nullable(),
});

const remarkKind = z.enum(['unusable', 'mended', 'noted']);
const remark = z.strictObject({ kind: remarkKind, at: line, text: sentence });
const remarked = z.strictObject({ unusable: count, mended: count, noted: count });

/** What a worker hands back, and what the cache keeps of it. */
export const outcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('opened'), opened: openedSchema }),
  z.strictObject({
    kind: z.literal('observed'),
    observations: z.array(observationSchema).max(MANY),
    stopped: sentence.nullable(),
  }),
  z.strictObject({
    kind: z.literal('elicited'),
    elicited: z
      .array(
        z.strictObject({
          elicitor: word,
          subject: z.enum(['matrix', 'accounts', 'components', 'changes']),
          declaration: declarationSchema,
          rows: count,
          unusable: count,
          remarks: z.array(remark).max(LISTED),
          remarked,
        }),
      )
      .max(1000),
    remarks: z.array(remark).max(LISTED),
  }),
  z.strictObject({
    kind: z.literal('planted'),
    plants: z.array(plant).max(LISTED),
    unplantable: z.partialRecord(level, sentence),
  }),
  z.strictObject({ kind: z.literal('failed'), why: sentence }),
  z.strictObject({ kind: z.literal('killed'), why: sentence }),
]);

// --- the record

const step = z.strictObject({ format: word, entry: z.union([path, z.strictObject({ base64: path })]) });

const evidence = z
  .strictObject({
    artefact: digest,
    path: z.string().max(16 * PATH),
    at: z.array(step).max(100),
    range: byteRange.nullable(),
    excerpt: z.string().max(1000).nullable(),
  })
  .meta({ id: 'Evidence' });

const indication = z.strictObject({
  id: z.string().regex(/^I[1-9][0-9]*$/),
  examiner: word,
  question,
  title: sentence,
  strength: z.enum(STRENGTHS),
  facts: z.strictObject({
    undocumented: z.boolean().nullable(),
    hardCoded: z.boolean().nullable(),
    reachable: z.boolean().nullable(),
    used: z.boolean().nullable(),
  }),
  weaknesses: z.array(word).max(1000),
  requirements: z.array(word).max(1000),
  fingerprint: z.string().regex(/^[0-9a-f]{32}$/),
  evidence: z.array(evidence).max(LISTED),
  matters: sentence,
  disproof: sentence,
});

const questionAnswer = z.strictObject({
  id: question,
  answer: z.enum(['indication', 'none-found', 'inconclusive', 'not-examined']),
  indications: z.array(word).max(LISTED),
  coverage: z.strictObject({ of: z.enum(['bytes', 'flows', 'code']), share }).nullable(),
  power: z.strictObject({ class: word, level, planted: count, found: count, lower: share }).nullable(),
  confidence: z.enum(['high', 'moderate', 'low', 'none']),
  why: sentence,
});

const classPower = z.strictObject({
  class: word,
  question,
  level,
  planted: count,
  found: count,
  lower: share.nullable(),
  templates: z.strictObject({ n: count, found: count }),
  heldOut: z.strictObject({ planted: count, found: count }),
  missed: z.array(sentence).max(LISTED),
  why: sentence.nullable(),
});

const peer = z.strictObject({
  case: name,
  revision: z.int().min(1),
  asOf: isoDate,
  files: count,
  explained: share,
  counts: z.array(z.strictObject({ examiner: word, here: count, there: count.nullable() })).max(LISTED),
  shared: z.array(z.strictObject({ here: word, there: word })).max(LISTED),
});

/** A list by weight, cut, with the total and the digest of the rest. */
const cut = <T extends z.ZodType>(item: T) =>
  z.strictObject({ total: count, listed: z.array(item).max(LISTED), rest: digest.nullable() });

const none = z.array(z.never());

/** `record.json`. */
export const recordSchema = z.strictObject({
  schema: z.literal('assay-record/1'),
  case: name,
  revision: z.int().min(1),
  status: z.enum(['interim', 'final']),
  asOf: isoDate,
  createdAt: z.iso.datetime(),
  repeatable: z.boolean(),
  engine: z.strictObject({
    version: word,
    plugins: z.record(word, word),
    knowledge: z.record(word, word),
    isolation: z.enum(['strict', 'permission', 'none']),
  }),
  about: aboutSchema.nullable(),
  gate,
  targets: z
    .array(
      z.strictObject({
        release: name,
        order: count,
        releasedAt: isoDate.nullable(),
        state: targetState,
        inputs: z.array(digest).max(LISTED),
      }),
    )
    .max(LISTED),
  inputs: z
    .array(
      z.strictObject({
        name: path,
        digest,
        size: count,
        kind: z.enum([
          'firmware',
          'tree',
          'capture',
          'matrix',
          'config',
          'scan',
          'sbom',
          'log',
          'declaration',
        ]),
        from: name.nullable(),
      }),
    )
    .max(LISTED),
  opened: z.strictObject({
    artefacts: count,
    files: count,
    links: count,
    formats: z.record(word, count),
  }),
  questions: z.array(questionAnswer).max(100),
  indications: z.array(indication).max(LISTED),
  facilities: z
    .array(
      z.strictObject({
        facility: facilityKind,
        by: line,
        state: facilityState,
        destination: line.nullable(),
        switchedBy: line.nullable(),
        documented: z.boolean().nullable(),
        evidence: z.array(evidence).max(LISTED),
      }),
    )
    .max(LISTED),
  talk: cut(z.strictObject({ value: line, host: line, files: count, evidence })),
  declarations: z.strictObject({
    given: count,
    rows: count,
    unusable: count,
    readings: z
      .array(
        z.strictObject({
          document: path,
          elicitor: word.nullable(),
          subject: z.enum(['matrix', 'accounts', 'components', 'changes', 'declaration']),
          rows: count,
          unusable: count,
          blanket: count,
          remarked,
          remarks: z.array(remark).max(LISTED),
        }),
      )
      .max(LISTED),
  }),
  coverage: z.strictObject({
    bytes: z.strictObject({
      total: count,
      explained: count,
      opaque: count,
      unexplained: count,
      padding: count,
      innermost: z.strictObject({ total: count, explained: count }),
      gaps: cut(
        z.strictObject({
          artefact: digest,
          path: z.string().max(16 * PATH),
          range: byteRange,
          reason: sentence,
        }),
      ),
    }),
    flows: z.null(),
    code: z.null(),
    maps: z
      .array(
        z.strictObject({
          input: digest,
          size: count,
          runs: z
            .array(
              z.tuple([
                count,
                z.enum(['structure', 'content', 'partly', 'padding', 'opaque', 'unexplained']),
              ]),
            )
            .max(LISTED),
        }),
      )
      .max(1000),
  }),
  power: z
    .strictObject({
      seed: word,
      classes: z.array(classPower).max(10_000),
      controls: z.strictObject({ runs: count, falseIndications: count }),
    })
    .nullable(),
  components: none,
  holes: none,
  problems: none,
  requirements: z
    .array(
      z.strictObject({
        catalogue: word,
        clause: word,
        title: line,
        verdict: z.enum(['satisfied', 'not-satisfied', 'not-decided']),
        why: sentence,
        indications: z.array(word).max(LISTED),
      }),
    )
    .max(10_000),
  peers: z.array(peer).max(100),
  failures: z
    .array(
      z.strictObject({
        kind: z.enum(['crashed', 'killed', 'stopped']),
        plugin: word,
        path: z.string().max(16 * PATH),
        why: sentence,
      }),
    )
    .max(LISTED),
  missing: z.array(sentence).max(10_000),
  difference: z
    .strictObject({
      from: count,
      newIndications: z.array(word).max(LISTED),
      goneIndications: z.array(z.strictObject({ fingerprint: word, title: sentence })).max(LISTED),
      coverageChange: z.number().min(-1).max(1),
      answers: z
        .array(
          z.strictObject({
            id: question,
            from: questionAnswer.shape.answer,
            to: questionAnswer.shape.answer,
          }),
        )
        .max(100),
    })
    .nullable(),
});
