import type { EntryHead } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { piecesOf } from '#engine/bytes/pieces';
import { latin1, nameOf } from '#engine/bytes/text';

/** Archives of ar: Debian and opkg packages, static libraries. */
export const ar: Format = {
  kind: 'format',
  id: 'ar',
  version: 1,
  doc: {
    name: 'ar archive (deb, ipk, static library)',
    says: 'Gives every member with its metadata, the index of symbols too. Long names of GNU and BSD are read.',
    sources: ['ar(5) of FreeBSD 13', 'GNU binutils 2.40, include/aout/ar.h', 'deb(5) of dpkg 1.21'],
    limits: [
      'Members of a thin archive stand in files of their own: they are listed without content.',
      'The large archives of AIX are not recognised.',
      'What is odd is told of at most 100 members by name.',
    ],
  },
  magics: [
    { bytes: new TextEncoder().encode('!<arch>\n'), at: 0 },
    { bytes: new TextEncoder().encode('!<thin>\n'), at: 0 },
  ],
  open(source, whole) {
    if (source.size === MARK && whole) return readMembers(source, whole);
    // in a program that knows the format the mark stands alone
    return isHeader(source, MARK) ? readMembers(source, whole) : null;
  },
};

/** Bytes of the mark in front. */
const MARK = 8;

/** Bytes of a member's header. */
const HEADER = 60;

/** Bytes of the table of long names, and of a name in the BSD form. */
const TABLE_LIMIT = 16 * 1024 * 1024;
const NAME_LIMIT = 64 * 1024;

/** Members that are named with what is odd about them. */
const NAMED = 100;

function isHeader(source: Source, at: number): boolean {
  return at + HEADER <= source.size && latin1(source.bytes(at + 58, at + HEADER)) === '`\n';
}

interface Header {
  readonly at: number;
  /** As stored, without the spaces behind it. */
  readonly name: string;
  /** Null: not stated, or no number. */
  readonly modifiedAt: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: number | null;
  /** Bytes behind the header. */
  readonly size: number;
  /** Names of fields that hold something else than a number. */
  readonly odd: readonly string[];
}

/** @throws Malformed when the size is no number */
function readHeader(source: Source, at: number): Header {
  const text = latin1(source.bytes(at, at + HEADER));
  const odd: string[] = [];
  const number = (what: string, from: number, to: number, radix: number) => {
    const field = text.slice(from, to).trimEnd();
    if (field === '') return null;
    const value = (radix === 8 ? /^[0-7]+$/ : /^\d+$/).test(field) ? Number.parseInt(field, radix) : null;
    if (value === null) odd.push(what);
    return value;
  };
  const modifiedAt = number('time', 16, 28, 10);
  const uid = number('owner', 28, 34, 10);
  const gid = number('group', 34, 40, 10);
  const mode = number('mode', 40, 48, 8);
  const size = number('size', 48, 58, 10);
  if (size === null) throw new Malformed('size of a member is no number', at + 48);
  return { at, name: text.slice(0, 16).trimEnd(), modifiedAt, uid, gid, mode, size, odd };
}

function* readMembers(source: Source, whole: boolean): Generator<Reading> {
  const isThin = latin1(source.bytes(0, MARK)) === '!<thin>\n';
  yield { kind: 'extent', range: [0, MARK], role: 'header' };
  if (isThin) yield { kind: 'fact', name: 'thin', value: 'yes' };
  const remarks = new Map<string, string>();
  let names: Uint8Array | null = null;
  let members = 0;
  let at = MARK;
  while (isHeader(source, at)) {
    const header = readHeader(source, at);
    yield { kind: 'extent', range: [at, at + HEADER], role: 'header' };
    if (members === 0 && header.name === 'debian-binary') yield* debianVersion(source, header);
    const isTable = header.name === '//' || header.name === 'ARFILENAMES/';
    if (isTable && names === null) names = yield* readTable(source, header);
    else {
      yield* readMember(source, header, names, isThin, remarks);
      members++;
    }
    at = yield* pastFill(source, header, isThin && !isTable && !isIndex(header.name));
  }
  yield* facts(members, remarks);
  if (at < source.size && whole) throw new Malformed('no header where a member should begin', at);
}

function* facts(members: number, remarks: ReadonlyMap<string, string>): Generator<Reading> {
  yield { kind: 'fact', name: 'members', value: String(members) };
  for (const [path, said] of remarks) yield { kind: 'fact', name: `odd: ${path.slice(0, 200)}`, value: said };
}

/** Where the next header stands: members begin at even offsets, a line feed fills up. */
function* pastFill(source: Source, { at, size }: Header, isOutside: boolean): Generator<Reading, number> {
  const end = at + HEADER + (isOutside ? 0 : size);
  if (end % 2 === 0 || end >= source.size) return Math.min(end, source.size);
  // some writers leave it out
  if (isHeader(source, end) && !isHeader(source, end + 1)) return end;
  const [fill = 0] = source.bytes(end, end + 1);
  if (fill === 0x0a || fill === 0) yield { kind: 'extent', range: [end, end + 1], role: 'padding' };
  return end + 1;
}

/** Indices of symbols have content in thin archives too. */
function isIndex(name: string): boolean {
  return name === '/' || name === '/SYM64/';
}

/** The content of the first member of a Debian package, a line. */
function* debianVersion(source: Source, { at, size }: Header): Generator<Reading> {
  const from = at + HEADER;
  const bytes = source.bytes(from, Math.min(source.size, from + Math.min(size, 64)));
  yield { kind: 'fact', name: 'debian-binary', value: nameOf(bytes).trimEnd() };
}

/** The table of GNU that long names stand in, one a line. */
function* readTable(source: Source, { at, size }: Header): Generator<Reading, Uint8Array> {
  const range: ByteRange = [at + HEADER, at + HEADER + size];
  if (range[1] > source.size) throw new Malformed('table of names leaves the archive', at);
  yield { kind: 'extent', range, role: 'metadata' };
  return source.bytes(range[0], range[0] + Math.min(size, TABLE_LIMIT));
}

function* readMember(
  source: Source,
  header: Header,
  names: Uint8Array | null,
  isThin: boolean,
  remarks: Map<string, string>,
): Generator<Reading> {
  const { at, size, odd } = header;
  const stated = at + HEADER + size;
  const isOutside = isThin && !isIndex(header.name);
  const end = isOutside ? at + HEADER : Math.min(stated, source.size);
  const { path, from, problem } = pathOf(source, header, names, end);
  if (from > at + HEADER) yield { kind: 'extent', range: [at + HEADER, from], role: 'header' };
  const said = [...odd.map((field) => `${field} is no number`), ...(problem === null ? [] : [problem])];
  if (said.length > 0 && remarks.size < NAMED) remarks.set(path, said.join('; '));
  const range: ByteRange = [from, end];
  yield { kind: 'entry', entry: headOf(header, path, from < end ? [range] : []) };
  if (isOutside) {
    yield { kind: 'broken', why: 'the content of a member of a thin archive stands outside', at };
    return;
  }
  if (stated > source.size) throw new Malformed(`member of ${size} bytes, ${end - at - HEADER} left`, at);
  yield* piecesOf(source, range);
  yield { kind: 'end' };
  yield { kind: 'extent', range, role: 'payload' };
}

interface NamedMember {
  readonly path: string;
  /** Where the content begins: in the BSD form the name stands in front of it. */
  readonly from: number;
  /** Why the long name cannot be had; null: it can. */
  readonly problem: string | null;
}

function pathOf(source: Source, { at, name }: Header, names: Uint8Array | null, end: number): NamedMember {
  const from = at + HEADER;
  const asStored = (problem: string | null) => ({ path: nameOf(Buffer.from(name, 'latin1')), from, problem });
  const bsd = /^#1\/(\d+)$/.exec(name);
  if (bsd !== null) {
    const length = Number(bsd[1]);
    if (length > NAME_LIMIT || from + length > end) return asStored('the name leaves the member');
    const field = source.bytes(from, from + length);
    return { path: nameOf(upTo(field, 0)), from: from + length, problem: null };
  }
  const gnu = /^\/(\d+)$/.exec(name);
  if (gnu !== null) {
    const field = names?.subarray(Number(gnu[1])) ?? new Uint8Array();
    const line = upTo(upTo(field.subarray(0, NAME_LIMIT), 0x0a), 0);
    if (line.length === 0) return asStored('no name where the table of names is referred to');
    return { path: nameOf(line.at(-1) === 0x2f ? line.subarray(0, -1) : line), from, problem: null };
  }
  // GNU ends a short name with a slash, so that it may hold spaces
  const short = name.length > 1 && name.endsWith('/') && !name.startsWith('/') ? name.slice(0, -1) : name;
  return { path: nameOf(Buffer.from(short, 'latin1')), from, problem: null };
}

function upTo(bytes: Uint8Array, byte: number): Uint8Array {
  const at = bytes.indexOf(byte);
  return at === -1 ? bytes : bytes.subarray(0, at);
}

function headOf(
  { modifiedAt, uid, gid, mode }: Header,
  path: string,
  stored: readonly ByteRange[],
): EntryHead {
  return {
    path,
    type: 'file',
    mode: mode === null ? null : mode % 0o10000,
    uid,
    gid,
    modifiedAt,
    target: null,
    device: null,
    stored,
  };
}
