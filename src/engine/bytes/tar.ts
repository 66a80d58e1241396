import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { isZero, piecesOf, zeroesFrom } from '#engine/bytes/pieces';
import { latin1, nameOf } from '#engine/bytes/text';

// Source: IEEE Std 1003.1-2017, pax, "ustar Interchange Format" and "pax Header Block";
// GNU tar manual 1.34, "Basic Tar Format", "GNU Extensions to the Archive Format", "Storing Sparse Files".

/** Headers and contents stand on multiples of this. */
export const TAR_BLOCK = 512;

/** Bytes of extended headers and long names read at once: far above any path, so that memory stays bounded. */
const EXTENDED_LIMIT = 1024 * 1024;

/** Bytes of a path or link target. */
const NAME_LIMIT = 64 * 1024;

/** Zero bytes that the sparse files of one archive may stand for without storing them. */
const HOLES_LIMIT = 256 * 1024 * 1024;

/** Which convention a header follows. */
export type TarDialect = 'v7' | 'ustar' | 'gnu';

/** Dialect of a block whose checksum is right; null: not a header.
 *  Writers of old summed signed bytes, so both sums are right. */
export function tarDialect(block: Uint8Array): TarDialect | null {
  if (block.length < TAR_BLOCK || block[0] === undefined) return null;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < TAR_BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] as number); // the checksum itself counts as spaces
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 256;
  }
  const stated = numberOf(block.subarray(148, 156));
  if (stated === null || (stated !== unsigned && stated !== signed)) return null;
  const magic = latin1(block.subarray(257, 263));
  return !magic.startsWith('ustar') ? 'v7' : magic === 'ustar ' ? 'gnu' : 'ustar';
}

/** A field of octal digits, or of a binary number when its first bit is set. 0 for an empty field, null for anything else
 *  and for numbers above 2^53. */
function numberOf(field: Uint8Array): number | null {
  const [first = 0] = field;
  if ((first & 0x80) !== 0) return binaryOf(field);
  const text = latin1(field).replace(/^[ \0]+/, '');
  const digits = /^[0-7]*/.exec(text)?.[0] ?? '';
  const rest = text.slice(digits.length);
  if (rest !== '' && rest[0] !== ' ' && rest[0] !== '\0') return null;
  const value = digits === '' ? 0 : Number.parseInt(digits, 8);
  return Number.isSafeInteger(value) ? value : null;
}

/** Two's complement, big endian, below the marking bit. Source: GNU tar manual, "Basic Tar Format", base-256 */
function binaryOf(field: Uint8Array): number | null {
  let value = BigInt((field[0] ?? 0) & 0x7f);
  if ((value & 0x40n) !== 0n) value -= 0x80n;
  for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

interface Header {
  readonly dialect: TarDialect;
  readonly name: Uint8Array;
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly size: number | null;
  readonly modifiedAt: number | null;
  /** One character. */
  readonly type: string;
  readonly target: Uint8Array;
  readonly device: { readonly major: number; readonly minor: number } | null;
}

function readHeader(block: Uint8Array, dialect: TarDialect): Header {
  const c = new Cursor(block);
  const name = upToNul(c.take(100));
  const mode = numberOf(c.take(8));
  const uid = numberOf(c.take(8));
  const gid = numberOf(c.take(8));
  const size = numberOf(c.take(12));
  const modifiedAt = numberOf(c.take(12));
  c.skip(8); // checksum
  const type = String.fromCharCode(c.u8());
  const target = upToNul(c.take(100));
  c.skip(8); // magic and version
  c.skip(32 + 32); // names of owner and group
  const major = numberOf(c.take(8));
  const minor = numberOf(c.take(8));
  const prefix = dialect === 'ustar' ? upToNul(c.take(155)) : new Uint8Array();
  const device = dialect === 'v7' || major === null || minor === null ? null : { major, minor };
  return { dialect, name: joined(prefix, name), mode, uid, gid, size, modifiedAt, type, target, device };
}

function upToNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

function joined(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  if (prefix.length === 0) return name;
  const slash = prefix.at(-1) === 0x2f ? [] : [0x2f];
  return Uint8Array.from([...prefix, ...slash, ...name]);
}

/** What extended headers say of the member that follows. */
interface Extended {
  /** Values of pax records by keyword, the last one of each. */
  readonly records: ReadonlyMap<string, Uint8Array>;
  /** Pieces of a sparse file as GNU tar's first pax form lists them: repeated keywords. */
  readonly pieces: readonly SparsePiece[];
}

interface SparsePiece {
  readonly offset: number;
  readonly length: number;
}

const NOTHING: Extended = { records: new Map(), pieces: [] };

/** Reads an archive from its first header to its end blocks. Members are given as the standard reads them; where readers
 *  of tar disagree (bodies of links), what follows the header decides, so that no member is skipped.
 *  @throws Malformed at the first header that is none, and where a member is cut short */
export function* readTar(source: Source): Generator<Reading> {
  let global = NOTHING.records;
  let local = NOTHING;
  let longName: Uint8Array | null = null;
  let longTarget: Uint8Array | null = null;
  let holesLeft = HOLES_LIMIT;
  const dialects = new Set<string>();
  let at = 0;
  while (at + TAR_BLOCK <= source.size) {
    const block = source.bytes(at, at + TAR_BLOCK);
    if (block.every((byte) => byte === 0)) break;
    const dialect = tarDialect(block);
    if (dialect === null) throw new Malformed('header checksum does not match', at);
    dialects.add(dialect);
    const header = readHeader(block, dialect);
    yield { kind: 'extent', range: [at, at + TAR_BLOCK], role: 'header' };
    const bodyAt = at + TAR_BLOCK;
    switch (header.type) {
      case 'x':
      case 'X': // Solaris before the standard
      case 'g': {
        const body = extendedBody(source, header, bodyAt);
        const read = readRecords(body);
        yield* metadata(source, [bodyAt, bodyAt + body.length], read.end);
        if (read.fault !== null) yield { kind: 'fact', name: 'extended-header', value: read.fault };
        if (header.type === 'g') global = new Map([...global, ...read.records]);
        else local = read;
        dialects.add('pax');
        yield* globalFacts(header, read);
        at = nextBlock(bodyAt + body.length);
        continue;
      }
      case 'L':
      case 'K': {
        const body = extendedBody(source, header, bodyAt);
        yield* metadata(source, [bodyAt, bodyAt + body.length]);
        if (header.type === 'L') longName = upToNul(body);
        else longTarget = upToNul(body);
        at = nextBlock(bodyAt + body.length);
        continue;
      }
      case 'V':
        yield { kind: 'fact', name: 'volume', value: nameOf(header.name) };
        at = bodyAt;
        continue;
      case 'A': // Solaris access control list
      case 'N': {
        // long names of GNU tar before 1.11: instructions to rename, which no reader follows any more
        const body = extendedBody(source, header, bodyAt);
        yield* metadata(source, [bodyAt, bodyAt + body.length]);
        at = nextBlock(bodyAt + body.length);
        continue;
      }
      default:
    }
    const records = new Map([...global, ...local.records]);
    const member = memberOf(header, records, longName, longTarget, at);
    const read = yield* readMember(
      source,
      { ...member, pieces: local.pieces, records, block },
      bodyAt,
      holesLeft,
    );
    holesLeft -= read.holes;
    at = read.next;
    local = NOTHING;
    longName = null;
    longTarget = null;
  }
  yield* readEnd(source, at);
  yield { kind: 'fact', name: 'dialect', value: [...dialects].toSorted().join(', ') };
}

function nextBlock(at: number): number {
  return Math.ceil(at / TAR_BLOCK) * TAR_BLOCK;
}

function extendedBody(source: Source, { size }: Header, at: number): Uint8Array {
  if (size === null || size < 0)
    throw new Malformed('size of an extended header is no number', at - TAR_BLOCK);
  if (size > EXTENDED_LIMIT) throw new Malformed(`extended header of ${size} bytes`, at - TAR_BLOCK);
  if (at + size > source.size) throw new Malformed(`extended header of ${size} bytes leaves the archive`, at);
  return source.bytes(at, at + size);
}

/** A body that describes members.
 *  @param used  how many of its bytes were understood */
function* metadata(source: Source, [from, to]: ByteRange, used: number = to - from): Generator<Reading> {
  yield { kind: 'extent', range: [from, from + used], role: 'metadata' };
  yield* slack(source, from + used, to);
}

/** What follows the used bytes of a body up to the end of its last block. Only zeros are padding; anything else is left
 *  unclaimed. */
function* slack(source: Source, used: number, bodyEnd: number = used): Generator<Reading> {
  const end = Math.min(nextBlock(bodyEnd), source.size);
  if (end > used && isZero(source, [used, end]))
    yield { kind: 'extent', range: [used, end], role: 'padding' };
}

interface Records extends Extended {
  /** Bytes of the body up to the first record that is none. */
  readonly end: number;
  /** What is wrong with that record; null: all are read. */
  readonly fault: string | null;
}

/** Records `LENGTH KEYWORD=VALUE\n`, the length counting all of the record. What follows a broken record is not read:
 *  its beginning is not known. */
function readRecords(body: Uint8Array): Records {
  const records = new Map<string, Uint8Array>();
  const pieces: SparsePiece[] = [];
  let offset: number | null = null;
  let end = 0;
  while (end < body.length && body[end] !== 0) {
    const digits = /^(\d{1,10}) /.exec(latin1(body.subarray(end, end + 11)))?.[1];
    const length = Number(digits ?? Number.NaN);
    if (digits === undefined || length > body.length - end || length <= digits.length + 1) {
      return { records, pieces, end, fault: 'record without a length' };
    }
    const record = body.subarray(end + digits.length + 1, end + length);
    const equals = record.indexOf(0x3d);
    if (equals === -1 || record.at(-1) !== 0x0a) return { records, pieces, end, fault: 'record cut short' };
    const keyword = latin1(record.subarray(0, equals));
    const value = record.subarray(equals + 1, -1);
    records.set(keyword, value);
    if (keyword === 'GNU.sparse.offset') offset = decimalOf(value);
    if (keyword === 'GNU.sparse.numbytes' && offset !== null) {
      pieces.push({ offset, length: decimalOf(value) ?? -1 });
      offset = null;
    }
    end += length;
  }
  return { records, pieces, end, fault: null };
}

/** Whole non-negative decimal number below 2^53, else null. */
function decimalOf(value: Uint8Array | undefined): number | null {
  if (value === undefined || value.length > 16) return null;
  const text = latin1(value);
  const number = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(number) ? number : null;
}

/** Seconds with a fraction, possibly negative, rounded down. */
function timeOf(value: Uint8Array | undefined): number | null {
  if (value === undefined || value.length > 40) return null;
  const text = latin1(value);
  const number = Math.floor(Number(text));
  return /^-?\d+(?:\.\d*)?$/.test(text) && Number.isSafeInteger(number) ? number : null;
}

function* globalFacts(header: Header, { records }: Extended): Generator<Reading> {
  const comment = records.get('comment');
  if (header.type !== 'g' || comment === undefined) return;
  yield { kind: 'fact', name: 'comment', value: nameOf(comment.subarray(0, 200)) };
}

interface Member {
  readonly head: Omit<EntryHead, 'stored' | 'target'>;
  /** Of links; as stored for others too, where it means nothing. */
  readonly target: string;
  /** Bytes of the body. */
  readonly size: number;
  readonly sparse: boolean;
}

function memberOf(
  header: Header,
  records: ReadonlyMap<string, Uint8Array>,
  longName: Uint8Array | null,
  longTarget: Uint8Array | null,
  at: number,
): Member {
  const filled = (keyword: string) => {
    const value = records.get(keyword);
    return value === undefined || value.length === 0 ? null : value;
  };
  const name = filled('GNU.sparse.name') ?? filled('path') ?? longName ?? header.name;
  const target = filled('linkpath') ?? longTarget ?? header.target;
  if (Math.max(name.length, target.length) > NAME_LIMIT) {
    throw new Malformed(`name of ${Math.max(name.length, target.length)} bytes`, at);
  }
  const statedSize = filled('size');
  const size = statedSize === null ? header.size : decimalOf(statedSize);
  if (size === null || size < 0) throw new Malformed('size of a member is no number', at);
  const type = typeOf(header.type);
  const own = ownerOf(header, records);
  return {
    head: {
      path: nameOf(name),
      type,
      mode: header.mode === null ? null : header.mode % 0o10000,
      ...own,
      modifiedAt: timeOf(filled('mtime') ?? undefined) ?? header.modifiedAt,
      device: type === 'character-device' || type === 'block-device' ? header.device : null,
    },
    target: nameOf(target),
    size,
    sparse: header.type === 'S' || [...records.keys()].some((keyword) => keyword.startsWith('GNU.sparse.')),
  };
}

function ownerOf(header: Header, records: ReadonlyMap<string, Uint8Array>) {
  return {
    uid: decimalOf(records.get('uid')) ?? header.uid,
    gid: decimalOf(records.get('gid')) ?? header.gid,
  };
}

/** Unknown types are read as files, as the standard asks. */
function typeOf(type: string): EntryType {
  switch (type) {
    case '1':
      return 'hard-link';
    case '2':
      return 'link';
    case '3':
      return 'character-device';
    case '4':
      return 'block-device';
    case '5':
    case 'D': // GNU: directory whose body lists its names
      return 'directory';
    case '6':
      return 'fifo';
    default:
      return 'file';
  }
}

interface OpenMember extends Member {
  readonly pieces: readonly SparsePiece[];
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly block: Uint8Array;
}

interface MemberRead {
  /** Where the next header stands. */
  readonly next: number;
  /** Zeros given out that are not stored. */
  readonly holes: number;
}

function* readMember(
  source: Source,
  member: OpenMember,
  at: number,
  holesLeft: number,
): Generator<Reading, MemberRead> {
  const bodyless = member.size === 0 || endsOrContinues(source, at);
  if (member.head.type === 'file' && member.head.path.endsWith('/') && bodyless) {
    // old writers mark a directory by a slash alone
    yield { kind: 'entry', entry: { ...member.head, type: 'directory', target: null, stored: [] } };
    return { next: at, holes: 0 };
  }
  if (member.head.type === 'file' && member.sparse) return yield* readSparse(source, member, at, holesLeft);
  if (member.head.type === 'file') return yield* readFile(source, member, at);
  if (member.head.type === 'hard-link' && !bodyless) {
    // the standard of 2001 lets a hard link carry the content again: bytes are worth more than the link
    return yield* readFile(source, { ...member, head: { ...member.head, type: 'file' } }, at);
  }
  const isLink = member.head.type === 'link' || member.head.type === 'hard-link';
  yield { kind: 'entry', entry: { ...member.head, target: isLink ? member.target : null, stored: [] } };
  if (bodyless) return { next: at, holes: 0 };
  checkBody(source, at, member.size);
  // only GNU's list of names has a meaning there; any other body is left unclaimed
  if (member.block[156] === 0x44) yield* metadata(source, [at, at + member.size]);
  return { next: nextBlock(at + member.size), holes: 0 };
}

/** True when a header, an end block or the end of the archive follows at once: then a size has no body. */
function endsOrContinues(source: Source, at: number): boolean {
  if (at + TAR_BLOCK > source.size) return true;
  const block = source.bytes(at, at + TAR_BLOCK);
  return tarDialect(block) !== null || block.every((byte) => byte === 0);
}

function checkBody(source: Source, at: number, size: number): void {
  if (at + size > source.size) {
    throw new Malformed(`member of ${size} bytes, ${Math.max(0, source.size - at)} left`, at);
  }
}

function* readFile(source: Source, { head, size }: Member, at: number): Generator<Reading, MemberRead> {
  const end = Math.min(at + size, source.size);
  const stored: ByteRange[] = size === 0 ? [] : [[Math.min(at, end), end]];
  yield { kind: 'entry', entry: { ...head, target: null, stored } };
  checkBody(source, at, size);
  yield* piecesOf(source, [at, end]);
  yield { kind: 'extent', range: [at, end], role: 'payload' };
  yield* slack(source, end);
  return { next: nextBlock(end), holes: 0 };
}

interface SparseMap {
  readonly pieces: readonly SparsePiece[];
  readonly realSize: number;
  /** Where the stored pieces begin. */
  readonly dataAt: number;
}

/** A file with holes: stored pieces stand one after another, the rest is zeros. */
function* readSparse(
  source: Source,
  member: OpenMember,
  at: number,
  holesLeft: number,
): Generator<Reading, MemberRead> {
  const map = yield* sparseMap(source, member, at);
  const data = map.pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bodyEnd = map.inHeader ? map.dataAt + member.size : at + member.size;
  const end = Math.min(bodyEnd, source.size);
  const stored: ByteRange[] = end > map.dataAt ? [[map.dataAt, end]] : [];
  yield { kind: 'entry', entry: { ...member.head, target: null, stored } };
  checkBody(source, map.dataAt, bodyEnd - map.dataAt);
  const next = nextBlock(bodyEnd);
  const holes = map.realSize - data;
  const why = sparseFault(map, data, bodyEnd - map.dataAt, holesLeft);
  if (why !== null) {
    yield { kind: 'broken', why, at };
    return { next, holes: 0 };
  }
  yield* sparseContent(source, map);
  yield { kind: 'extent', range: [map.dataAt, bodyEnd], role: 'payload' };
  yield* slack(source, bodyEnd);
  return { next, holes };
}

function sparseFault(
  { pieces, realSize }: SparseMap,
  data: number,
  body: number,
  holesLeft: number,
): string | null {
  let at = 0;
  for (const { offset, length } of pieces) {
    if (!(offset >= at && length >= 0 && Number.isSafeInteger(offset + length)))
      return 'sparse map out of order';
    at = offset + length;
  }
  if (at > realSize) return `sparse map reaches ${at} of ${realSize} bytes`;
  if (data !== body) return `sparse map of ${data} bytes, ${body} stored`;
  return realSize - data > holesLeft
    ? `holes of ${realSize - data} bytes, at most ${HOLES_LIMIT} an archive`
    : null;
}

const ZEROS = new Uint8Array(64 * 1024);

function* sparseContent(source: Source, { pieces, realSize, dataAt }: SparseMap): Generator<Reading> {
  let at = 0;
  let from = dataAt;
  for (const { offset, length } of [...pieces, { offset: realSize, length: 0 }]) {
    for (; at < offset; at += ZEROS.length) {
      yield { kind: 'piece', bytes: ZEROS.subarray(0, Math.min(ZEROS.length, offset - at)) };
    }
    yield* piecesOf(source, [from, from + length]);
    from += length;
    at = offset + length;
  }
}

type PlacedMap = SparseMap & { readonly inHeader: boolean };

function* sparseMap(source: Source, member: OpenMember, at: number): Generator<Reading, PlacedMap> {
  const { records } = member;
  if (member.block[156] === 0x53) return yield* oldSparseMap(source, member, at);
  const realSize = decimalOf(records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size'));
  if (realSize === null) throw new Malformed('sparse file without a size', at);
  if (decimalOf(records.get('GNU.sparse.major')) === 1)
    return yield* bodySparseMap(source, member, at, realSize);
  const listed = records.get('GNU.sparse.map');
  const pieces = listed === undefined ? member.pieces : piecesOfList(latin1(listed));
  return { pieces, realSize, dataAt: at, inHeader: false };
}

/** Version 0.1: `offset,length,offset,length…`. A number that is none makes the map out of order. */
function piecesOfList(text: string): readonly SparsePiece[] {
  const numbers = text === '' ? [] : text.split(',').map((part) => (/^\d+$/.test(part) ? Number(part) : -1));
  return Array.from({ length: Math.ceil(numbers.length / 2) }, (_, i) => ({
    offset: numbers[2 * i] ?? -1,
    length: numbers[2 * i + 1] ?? -1,
  }));
}

/** Pieces listed in the header and in blocks behind it. */
function* oldSparseMap(source: Source, { block }: OpenMember, at: number): Generator<Reading, PlacedMap> {
  const realSize = numberOf(block.subarray(483, 495));
  if (realSize === null || realSize < 0) throw new Malformed('sparse file without a size', at - TAR_BLOCK);
  const pieces = listedPieces(block.subarray(386, 386 + 4 * 24));
  let more = block[482] !== 0;
  let dataAt = at;
  while (more) {
    if (dataAt + TAR_BLOCK > source.size) throw new Malformed('sparse map leaves the archive', dataAt);
    const extension = source.bytes(dataAt, dataAt + TAR_BLOCK);
    yield { kind: 'extent', range: [dataAt, dataAt + TAR_BLOCK], role: 'metadata' };
    pieces.push(...listedPieces(extension.subarray(0, 21 * 24)));
    if (pieces.length > PIECES_LIMIT) throw new Malformed(`sparse map of ${pieces.length} pieces`, dataAt);
    more = extension[504] !== 0;
    dataAt += TAR_BLOCK;
  }
  return { pieces, realSize, dataAt, inHeader: true };
}

/** Pieces of one sparse file. */
const PIECES_LIMIT = 1_000_000;

function listedPieces(list: Uint8Array): SparsePiece[] {
  const pieces: SparsePiece[] = [];
  for (let at = 0; at + 24 <= list.length && list[at] !== 0; at += 24) {
    const offset = numberOf(list.subarray(at, at + 12)) ?? -1;
    pieces.push({ offset, length: numberOf(list.subarray(at + 12, at + 24)) ?? -1 });
  }
  return pieces;
}

/** Version 1.0: the body begins with decimal numbers, one a line: how many pieces, then offset and length of each. */
function* bodySparseMap(
  source: Source,
  { size }: OpenMember,
  at: number,
  realSize: number,
): Generator<Reading, PlacedMap> {
  checkBody(source, at, size);
  const window = source.bytes(at, at + Math.min(size, EXTENDED_LIMIT));
  let from = 0;
  const line = (): number => {
    // bsdtar and others write remarks here
    while (window[from] === 0x23 && window.includes(0x0a, from)) from = window.indexOf(0x0a, from) + 1;
    const end = window.subarray(from, from + 21).indexOf(0x0a);
    const number = end === -1 ? null : decimalOf(window.subarray(from, from + end));
    if (number === null) throw new Malformed('sparse map without a number', at + from);
    from += end + 1;
    return number;
  };
  const pieces: SparsePiece[] = [];
  for (let left = line(); left > 0; left--) {
    const offset = line();
    pieces.push({ offset, length: line() });
  }
  const dataAt = nextBlock(at + from);
  if (dataAt > at + size) throw new Malformed('sparse map leaves the member', at);
  yield* metadata(source, [at, at + from], from);
  return { pieces, realSize, dataAt, inHeader: false };
}

/** Two blocks of zeros end an archive; what fills the last record behind them is zeros too. */
function* readEnd(source: Source, at: number): Generator<Reading> {
  const end = zeroesFrom(source, at);
  if (end < source.size && end < at + TAR_BLOCK) throw new Malformed('archive ends inside a header', at);
  const padded = end === source.size ? end : at + Math.floor((end - at) / TAR_BLOCK) * TAR_BLOCK;
  if (padded > at) yield { kind: 'extent', range: [at, padded], role: 'padding' };
  const blocks = Math.floor((padded - at) / TAR_BLOCK);
  yield { kind: 'fact', name: 'end-blocks', value: blocks >= 2 ? 'two or more' : String(blocks) };
}
