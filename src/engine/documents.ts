import { z } from 'zod';
import type { About, Gate } from '#domain/about';
import {
  type Declaration,
  type DeclaredAccount,
  type DeclaredKey,
  type DeclaredService,
  NOTHING_DECLARED,
} from '#domain/declaration';
import type { Elicited, Remark, RemarkKind } from '#domain/elicited';
import { REMARKS } from '#domain/elicited';
import { Refused } from '#domain/error';
import { QUESTIONS, type QuestionId } from '#domain/question';
import type { DeclarationReading } from '#domain/record';
import { RemarkList } from '#engine/bytes/remarks';
import { plainPath } from '#engine/bytes/text';
import { implants } from '#engine/implant/index';

/* Documents that people write. Short forms are allowed, guesses are not: an unknown key, a number where text is meant
   or a date in another order ends the command with the name of the field and what to do. */

/** The gate of a case that sets none: every class of implant this build can plant is required of its question.
 *  0.95 and 0.80 leave a twentieth of the bytes, and one implant in five of a known kind, open. */
export const DEFAULT_GATE: Gate = { coverage: 0.95, power: 0.8, classes: requiredClasses() };

function requiredClasses(): Gate['classes'] {
  const classes: Partial<Record<QuestionId, string[]>> = { 'undocumented-access': ['hidden-account'] };
  for (const { id, question } of implants) {
    const list = (classes[question] ??= []);
    if (!list.includes(id)) list.push(id);
  }
  return classes;
}

// --- case.yaml

/** Content of a case file with what it leaves out filled in.
 *  @param value   the parsed document
 *  @param source  its name, for the error
 *  @throws Refused naming the field and what to do */
export function readAbout(value: unknown, source: string): About {
  return checked(aboutDocument, value, source);
}

/** An error in two halves: what is wrong; what to do. */
type Said = `${string}; ${string}`;

function missingOr(otherwise: Said): { error: (issue: { readonly input?: unknown }) => string } {
  return {
    error: ({ input }) => (input === undefined || input === null ? 'is missing; write it' : otherwise),
  };
}

const text = z
  .string(missingOr('is not text; put it in quotes'))
  .trim()
  .min(1, 'is empty; write it or leave the key out' satisfies Said)
  .max(1000, 'is longer than 1,000 characters; shorten it' satisfies Said);

const date = z.iso.date(missingOr('is not a date; write it as YYYY-MM-DD'));

const share = z
  .number(missingOr('is not a number; write a share from 0 to 1, such as 0.95'))
  .min(0, 'is below 0; write a share from 0 to 1, such as 0.95' satisfies Said)
  .max(1, 'is above 1; write a share from 0 to 1, such as 0.95 for 95 %' satisfies Said);

const optional = <T extends z.ZodType>(schema: T) => schema.nullable().default(null as never);

function list<T extends z.ZodType>(item: T, limit: number) {
  const tooLong = `has more than ${limit} items; join or leave out some` satisfies Said;
  return z.array(item, missingOr('is not a list; begin each item with "- "')).max(limit, tooLong);
}

/** An object with these keys and no other; an unknown key is named together with those that are known. */
function object<T extends z.core.$ZodShape>(shape: T) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys')
        return `has the unknown key ${issue.keys.map((key) => key.slice(0, 100)).join(', ')}; known keys are ${known}`;
      return issue.input === undefined || issue.input === null
        ? 'is missing; write it'
        : `is no group of keys; known keys are ${known}`;
    },
  });
}

/** Text alone stands for an object with that name. */
function named<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (typeof value === 'string' ? { name: value } : value), schema);
}

const partyKeys = { name: text, office: optional(text), country: optional(text) };

const STATES = ['as-shipped', 'as-configured', 'as-running'] as const;

const deployment = object({
  part: text,
  release: text,
  units: optional(
    z
      .int(missingOr('is not a whole number; write how many units, or leave it out'))
      .min(0, 'is below 0; write how many units' satisfies Said),
  ),
  from: optional(date),
  to: optional(date),
}).refine(({ from, to }) => from === null || to === null || from <= to, {
  error: 'ends before it begins; correct "from" or "to"' satisfies Said,
});

const gateDocument = object({
  coverage: share.default(DEFAULT_GATE.coverage),
  power: share.default(DEFAULT_GATE.power),
  classes: object(
    Object.fromEntries(QUESTIONS.map((id) => [id, list(text, 1000).optional()])) as Record<
      QuestionId,
      z.ZodOptional<z.ZodArray<typeof text>>
    >,
  ).default(() => copyOf(DEFAULT_GATE.classes)),
});

const aboutDocument = object({
  about: z.literal('assay-case/1', missingOr('is another version; write about: assay-case/1')),
  question: text,
  authority: named(object(partyKeys)),
  centre: named(object(partyKeys)),
  vendor: named(object({ ...partyKeys, askedAt: optional(date), answeredAt: optional(date) })),
  product: named(object({ name: text, kind: optional(text) })),
  releases: list(
    object({
      label: text,
      releasedAt: optional(date),
      state: z
        .enum(STATES, missingOr(`is no known state; write one of ${STATES.join(', ')}`))
        .default('as-shipped'),
    }),
    1000,
  ).default([]),
  operators: list(
    named(object({ name: text, deployments: list(deployment, 10_000).default([]) })),
    1000,
  ).default([]),
  languages: list(
    text.regex(
      /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
      'is no language tag; write one such as en or nl-BE' satisfies Said,
    ),
    20,
  )
    .min(1, 'is empty; write a language such as en, or leave the key out' satisfies Said)
    .default(['en']),
  gate: gateDocument.default(() => ({ ...DEFAULT_GATE, classes: copyOf(DEFAULT_GATE.classes) })),
}).transform((document): About => {
  const { question, authority, centre, vendor, product, releases, operators, languages } = document;
  const gate = { ...document.gate, classes: withoutAbsent(document.gate.classes) };
  return { question, authority, centre, vendor, product, releases, operators, languages, gate };
});

function copyOf(classes: Gate['classes']): Partial<Record<QuestionId, string[]>> {
  return Object.fromEntries(Object.entries(classes).map(([id, names]) => [id, [...names]]));
}

function withoutAbsent(
  classes: Readonly<Partial<Record<QuestionId, readonly string[] | undefined>>>,
): Gate['classes'] {
  return Object.fromEntries(Object.entries(classes).filter(([, names]) => names !== undefined));
}

function checked<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  // A key spelt wrong is missing under its right name too: the wrong spelling is what helps.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const field = fieldOf(issue?.path ?? []);
  const [why = 'cannot be understood', ...remedy] = (issue?.message ?? '').split('; ');
  throw new Refused(`${source}: ${field} ${why}`, remedy.join('; ') || 'correct it');
}

/** `operators[0].deployments[1].units`; the document itself when the path is empty. */
function fieldOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the document';
  return path.reduce<string>((field, step) => {
    if (typeof step === 'number') return `${field}[${step}]`;
    return field === '' ? String(step) : `${field}.${String(step)}`;
  }, '');
}

// --- the vendor's declaration

/** A declaration and how much of it can be used. */
export interface ReadDeclaration {
  readonly declaration: Declaration;
  /** Rows in all lists of the document. */
  readonly rows: number;
  /** Rows that say nothing that can be compared: no name, no port, a port above 65535. They explain nothing. */
  readonly unusable: number;
  /** How each document was read. */
  readonly readings: readonly DeclarationReading[];
}

/** What a vendor's document says. A row that cannot be used is counted, not refused: the document is the vendor's.
 *  @param value   the parsed document
 *  @param source  its name as handed in
 *  @throws Refused when the document as a whole, or a key in it, is not understood */
export function readDeclaration(value: unknown, source: string): ReadDeclaration {
  const document = checked(declarationDocument, value, source);
  const accounts = usable(document.accounts, accountOf);
  const services = usable(document.services, serviceOf);
  const keys = usable(document.keys, keyOf);
  const rows = [document.accounts, document.services, document.keys].reduce(
    (sum, given) => sum + (given?.length ?? 0),
    0,
  );
  const used = [accounts, services, keys].reduce((sum, kept) => sum + (kept?.length ?? 0), 0);
  const remarks = unusableRemarks({
    accounts: document.accounts,
    services: document.services,
    keys: document.keys,
  });
  const remarked = { unusable: rows - used, mended: 0, noted: 0 };
  const reading = { document: source, elicitor: null, subject: 'declaration' as const, blanket: 0 };
  return {
    declaration: { ...NOTHING_DECLARED, source, accounts, services, keys },
    rows,
    unusable: rows - used,
    readings: [{ ...reading, rows, unusable: rows - used, remarked, remarks: remarks.slice(0, REMARKS) }],
  };
}

/** Names each row that says nothing that can be compared. */
function unusableRemarks(lists: {
  readonly accounts: readonly object[] | null;
  readonly services: readonly ServiceRow[] | null;
  readonly keys: readonly KeyRow[] | null;
}): readonly Remark[] {
  const said = (
    list: string,
    rows: readonly object[] | null,
    isUsable: (row: object) => boolean,
    why: string,
  ) =>
    (rows ?? []).flatMap((each, i): Remark[] =>
      isUsable(each) ? [] : [{ kind: 'unusable', at: `${list}[${i}]`, text: why }],
    );
  return [
    ...said('accounts', lists.accounts, (each) => accountOf(each) !== null, 'Names no account.'),
    ...said(
      'services',
      lists.services,
      (each) => serviceOf(each) !== null,
      'Names neither a program nor a port that can be used.',
    ),
    ...said(
      'keys',
      lists.keys,
      (each) => keyOf(each) !== null,
      'Names neither a path nor a SHA-256 of a public key.',
    ),
  ];
}

/** Declarations of several documents as one: lists of a subject are joined, and what no document speaks of stays unsaid. */
export function joinedDeclarations(all: readonly ReadDeclaration[]): ReadDeclaration | null {
  const [first, ...others] = all;
  if (first === undefined) return null;
  return others.reduce(
    (a, b): ReadDeclaration => ({
      declaration: joined(a.declaration, b.declaration),
      rows: a.rows + b.rows,
      unusable: a.unusable + b.unusable,
      readings: [...a.readings, ...b.readings],
    }),
    first,
  );
}

function joined(a: Declaration, b: Declaration): Declaration {
  const both = <T>(x: readonly T[] | null, y: readonly T[] | null) =>
    x === null ? y : y === null ? x : [...x, ...y];
  return {
    source: `${a.source}; ${b.source}`,
    accounts: both(a.accounts, b.accounts),
    services: both(a.services, b.services),
    keys: both(a.keys, b.keys),
    matrix: both(a.matrix, b.matrix),
    components: both(a.components, b.components),
    changes: both(a.changes, b.changes),
    privilegedFiles: both(a.privilegedFiles, b.privilegedFiles),
    documents: both(a.documents, b.documents),
  };
}

/** What the elicitors made of one document.
 *  @param remarks  what taking the document apart met
 *  @throws Refused when none of them understood it */
export function elicitedDeclaration(
  source: string,
  elicited: readonly Elicited[],
  remarks: readonly Remark[],
): ReadDeclaration {
  const [first] = elicited;
  if (first === undefined) {
    const why = remarks.find(({ kind }) => kind === 'unusable')?.text ?? 'Holds nothing that is understood.';
    throw new Refused(
      `${source} is not understood as a document of the vendor: ${why.slice(0, 1).toLowerCase()}${why.slice(1).replace(/\.$/, '')}`,
      'see docs/declarations.md for what is read, write it as assay-declaration/1, or leave it out',
    );
  }
  const parts = elicited.map(
    ({ elicitor, subject, declaration, rows, unusable, ...own }, i): ReadDeclaration => {
      const kept = new RemarkList();
      // what concerns the document as a whole is said once
      if (i === 0) kept.take(remarks);
      kept.take(own.remarks);
      const count = (kind: RemarkKind) =>
        own.remarked[kind] + (i === 0 ? remarks.filter((each) => each.kind === kind).length : 0);
      const matrix = declaration.matrix?.map((row) => ({ ...row, at: `${source}, ${row.at}` })) ?? null;
      return {
        declaration: { ...declaration, source, matrix },
        rows,
        unusable,
        readings: [
          {
            document: source,
            elicitor,
            subject,
            rows,
            unusable,
            blanket: matrix?.filter(({ blanket }) => blanket).length ?? 0,
            remarked: { unusable: count('unusable'), mended: count('mended'), noted: count('noted') },
            remarks: kept.result.remarks,
          },
        ],
      };
    },
  );
  const whole = joinedDeclarations(parts);
  if (whole === null) throw new Error('a document that was understood has at least one part');
  return { ...whole, declaration: { ...whole.declaration, source } };
}

/** A row as written: known keys with any value. What is no group of keys at all becomes a row without any. */
function row<K extends string>(keys: readonly K[], short: K) {
  const shape = Object.fromEntries(keys.map((key) => [key, z.unknown().optional()])) as Record<
    K,
    z.ZodOptional<z.ZodUnknown>
  >;
  const asGroup = (value: unknown) => {
    if (typeof value === 'string') return { [short]: value };
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  };
  return z.preprocess(asGroup, object(shape));
}

/** More rows than any device has accounts, services or keys. */
const ROWS = 100_000;

const declarationDocument = object({
  declares: z.literal(
    'assay-declaration/1',
    missingOr('is another version; write declares: assay-declaration/1'),
  ),
  accounts: optional(list(row(['name', 'role', 'purpose'], 'name'), ROWS)),
  services: optional(list(row(['program', 'port', 'transport', 'purpose'], 'program'), ROWS)),
  keys: optional(list(row(['path', 'publicFingerprint', 'purpose'], 'path'), ROWS)),
});

function usable<R, T>(rows: readonly R[] | null, read: (row: R) => T | null): readonly T[] | null {
  return rows === null ? null : rows.map(read).filter((each) => each !== null);
}

function accountOf({
  name,
  role,
  purpose,
}: {
  readonly name?: unknown;
  readonly role?: unknown;
  readonly purpose?: unknown;
}): DeclaredAccount | null {
  const known = words(name);
  return known === null ? null : { name: known, role: words(role), purpose: words(purpose) };
}

interface ServiceRow {
  readonly program?: unknown;
  readonly port?: unknown;
  readonly transport?: unknown;
  readonly purpose?: unknown;
}

function serviceOf(given: ServiceRow): DeclaredService | null {
  const program = words(given.program);
  const port = portOf(given.port);
  const transport = transportOf(given.transport);
  // Half understood would declare more than was said: a wrong port must not leave a service on any port.
  if (port === undefined || transport === undefined || (program === null && port === null)) return null;
  return { program, port, transport, purpose: words(given.purpose) };
}

/** Null: none given. Undefined: no port. */
function portOf(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  const digits =
    typeof value === 'string' || typeof value === 'number' ? /^\d{1,5}$/.exec(String(value)) : null;
  const port = digits === null ? Number.NaN : Number(digits[0]);
  return port <= 65_535 ? port : undefined;
}

function transportOf(value: unknown): 'tcp' | 'udp' | null | undefined {
  if (value === undefined || value === null) return null;
  const transport = typeof value === 'string' ? value.toLowerCase() : '';
  return transport === 'tcp' || transport === 'udp' ? transport : undefined;
}

interface KeyRow {
  readonly path?: unknown;
  readonly publicFingerprint?: unknown;
  readonly purpose?: unknown;
}

function keyOf(given: KeyRow): DeclaredKey | null {
  const path = plainPath(words(given.path) ?? '');
  const publicFingerprint = fingerprintOf(given.publicFingerprint);
  if (publicFingerprint === undefined || (path === '' && publicFingerprint === null)) return null;
  return { path: path === '' ? null : path, publicFingerprint, purpose: words(given.purpose) };
}

/** SHA-256 in hex, with or without colons. Null: none given. Undefined: something else. */
function fingerprintOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null) return null;
  const digits = typeof value === 'string' ? value.replaceAll(':', '').toLowerCase() : '';
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined;
}

/** Text of at most 1,000 characters; a number counts as its digits. Null: absent, empty or something else. */
function words(value: unknown): string | null {
  const given = typeof value === 'number' ? String(value) : value;
  if (typeof given !== 'string') return null;
  const trimmed = given.trim();
  return trimmed === '' || trimmed.length > 1000 ? null : trimmed;
}
