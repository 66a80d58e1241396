import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { deflatePieces } from '#engine/bytes/deflate';
import { contentHead, damaged, OutputBudget } from '#engine/bytes/stream';
import { nameOf } from '#engine/bytes/text';

/** Streams of gzip with all their members. */
export const gzip: Format = {
  kind: 'format',
  id: 'gzip',
  version: 1,
  doc: {
    name: 'gzip stream',
    says: 'Gives the content under the name in the header, after its checksum and size. Members without a name of their own continue the content before them.',
    sources: ['RFC 1952 (gzip 4.3)', 'RFC 1951 (DEFLATE 1.3)'],
    limits: [
      'Content that does not match its checksum is not given.',
      'Fields of the extra part and the header’s own checksum are not interpreted.',
      'A stream gives at most 1 GiB.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x1f, 0x8b, 0x08), at: 0 }],
  open(source, whole) {
    const header = readHeader(source, 0);
    if (header === null || (!whole && !isUsual(header))) return null;
    return readMembers(source, header, whole);
  },
};

/** Bytes of name or comment. */
const TEXT_LIMIT = 4096;

/** Bytes that a header is looked for in. */
const HEADER_LIMIT = 10 + 2 + 65_535 + 2 * TEXT_LIMIT + 2;

interface Header {
  /** Null: none stated. */
  readonly name: string | null;
  readonly comment: string | null;
  /** Bytes of the extra part; null: absent. */
  readonly extra: number | null;
  /** Null: not stated. */
  readonly modifiedAt: number | null;
  readonly extraFlags: number;
  readonly system: number;
  readonly end: number;
}

/** §2.3. Null: no member begins here. */
function readHeader(source: Source, at: number): Header | null {
  const window = source.bytes(at, Math.min(source.size, at + HEADER_LIMIT));
  if (window.length < 18 || window[0] !== 0x1f || window[1] !== 0x8b || window[2] !== 8) return null;
  const c = new Cursor(window, 3, at);
  const flags = c.u8();
  if (flags > 0x1f) return null; // reserved bits
  const time = c.u32le();
  const extraFlags = c.u8();
  const system = c.u8();
  try {
    const extra = (flags & 0x04) === 0 ? null : c.take(c.u16le()).length;
    const name = (flags & 0x08) === 0 ? null : readText(c);
    const comment = (flags & 0x10) === 0 ? null : readText(c);
    if ((flags & 0x02) !== 0) c.skip(2); // checksum of the header
    return { name, comment, extra, modifiedAt: time === 0 ? null : time, extraFlags, system, end: at + c.at };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** @throws Malformed when no zero byte ends it */
function readText(c: Cursor): string {
  const length = c.bytes.subarray(c.at, c.at + TEXT_LIMIT).indexOf(0);
  if (length === -1) throw new Malformed('text of a gzip header has no end', c.base + c.at);
  const text = nameOf(c.take(length));
  c.skip(1);
  return text;
}

/** True for what encoders write: strategy none, best or fastest, and a system that has a number. */
function isUsual({ extraFlags, system }: Header): boolean {
  return [0, 2, 4].includes(extraFlags) && (system <= 13 || system === 255);
}

const SYSTEMS = [
  'fat',
  'amiga',
  'vms',
  'unix',
  'vm/cms',
  'atari',
  'hpfs',
  'macintosh',
  'z-system',
  'cp/m',
  'tops-20',
  'ntfs',
  'qdos',
  'riscos',
];

function* readMembers(source: Source, first: Header, whole: boolean): Generator<Reading> {
  yield* facts(first);
  const budget = new OutputBudget(source.size);
  let stored: ByteRange[] = [];
  let name: string | null = null;
  let members = 0;
  let at = 0;
  for (let header: Header | null = first; header !== null; header = readHeader(source, at)) {
    yield { kind: 'extent', range: [at, header.end], role: 'header' };
    if (members++ === 0 || (header.name !== null && header.name !== name)) {
      ({ name } = header);
      stored = [];
      yield { kind: 'entry', entry: contentHead(header.name, stored, header.modifiedAt) };
    }
    try {
      const end: number = yield* readMember(source, header.end, budget);
      stored.push([header.end, end]);
      yield { kind: 'extent', range: [header.end, end], role: 'payload' };
      at = end + 8;
    } catch (error) {
      yield* damaged(error, whole || members > 1, budget, stored, header.end);
      break;
    }
  }
  if (members > 1) yield { kind: 'fact', name: 'members', value: String(members) };
}

/** Gives the content of one member. Returns where its trailer begins.
 *  @throws Malformed when the stream breaks or does not match its trailer */
function* readMember(source: Source, from: number, budget: OutputBudget): Generator<Reading, number> {
  const before = budget.given;
  let sum = 0;
  const end = yield* budget.give(deflatePieces(source, from), (piece) => {
    sum = crc32(piece, sum);
  });
  if (end + 8 > source.size) throw new Malformed('gzip stream ends in its trailer', source.size);
  yield { kind: 'extent', range: [end, end + 8], role: 'metadata' };
  const c = new Cursor(source.bytes(end, end + 8), 0, end);
  const statedSum = c.u32le();
  const statedSize = c.u32le(); // modulo 2^32
  if (statedSum !== sum) throw new Malformed('content does not match its CRC', end);
  if (statedSize !== (budget.given - before) % 2 ** 32)
    throw new Malformed('content does not have its size', end + 4);
  return end;
}

function* facts({ name, comment, extra, system }: Header): Generator<Reading> {
  if (name !== null) yield { kind: 'fact', name: 'name', value: name };
  if (comment !== null) yield { kind: 'fact', name: 'comment', value: comment };
  if (extra !== null) yield { kind: 'fact', name: 'extra', value: `${extra} bytes` };
  yield {
    kind: 'fact',
    name: 'system',
    value: SYSTEMS[system] ?? (system === 255 ? 'unknown' : String(system)),
  };
}
