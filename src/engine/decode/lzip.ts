import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { lzmaPieces } from '#engine/bytes/lzma-stream';
import { contentHead, damaged, OutputBudget } from '#engine/bytes/stream';

/** Streams of lzip with all their members. */
export const lzip: Format = {
  kind: 'format',
  id: 'lzip',
  version: 1,
  doc: {
    name: 'lzip stream',
    says: 'Gives the content of all members, one after another, after their checksums and sizes.',
    sources: ['A. Diaz Diaz, Lzip manual 1.23: File format, Stream format'],
    limits: [
      'Content of a stream with one wrong member is not given, though others may be whole.',
      'Members of version 0, written before 2009, are not recognised.',
      'A stream gives at most 1 GiB and reaches back at most 128 MiB.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('LZIP\x01'), at: 0 }],
  open(source, whole) {
    return dictionaryAt(source, 0) === null ? null : readMembers(source, whole);
  },
};

/** Bytes of a member's header and trailer. */
const HEADER = 6;
const TRAILER = 20;

/** The only properties of a member. */
const PROPERTIES = { lc: 3, lp: 0, pb: 2 } as const;

/** Bytes of the dictionary of the member that begins here; null: none begins. */
function dictionaryAt(source: Source, at: number): number | null {
  if (at + HEADER > source.size) return null;
  const header = source.bytes(at, at + HEADER);
  if (Buffer.from(header.subarray(0, 5)).toString('latin1') !== 'LZIP\x01') return null;
  const coded = header[5] ?? 0;
  const base = 2 ** (coded & 0x1f);
  const size = base - (base / 16) * (coded >>> 5);
  return size >= 4096 && size <= 2 ** 29 ? size : null;
}

function* readMembers(source: Source, whole: boolean): Generator<Reading> {
  const budget = new OutputBudget(source.size);
  const stored: ByteRange[] = [];
  yield { kind: 'entry', entry: contentHead(null, stored) };
  let members = 0;
  let at = 0;
  for (let size = dictionaryAt(source, 0); size !== null; size = dictionaryAt(source, at)) {
    members++;
    const from = at + HEADER;
    yield { kind: 'extent', range: [at, from], role: 'header' };
    try {
      const end: number = yield* readMember(source, at, size, budget);
      stored.push([from, end - TRAILER]);
      yield { kind: 'extent', range: [from, end - TRAILER], role: 'payload' };
      yield { kind: 'extent', range: [end - TRAILER, end], role: 'metadata' };
      at = end;
    } catch (error) {
      yield* damaged(error, whole || members > 1, budget, stored, from);
      break;
    }
    if (members === 1) yield { kind: 'fact', name: 'dictionary', value: `${size} bytes` };
  }
  if (members > 1) yield { kind: 'fact', name: 'members', value: String(members) };
}

/** Gives the content of one member. Returns where it ends.
 *  @throws Malformed when the stream breaks or does not match its trailer */
function* readMember(
  source: Source,
  at: number,
  dictionary: number,
  budget: OutputBudget,
): Generator<Reading, number> {
  const before = budget.given;
  let sum = 0;
  const pieces = lzmaPieces(source, at + HEADER, PROPERTIES, dictionary, null);
  const { end } = yield* budget.give(pieces, (piece) => {
    sum = crc32(piece, sum);
  });
  if (end + TRAILER > source.size) throw new Malformed('lzip member ends in its trailer', source.size);
  const c = new Cursor(source.bytes(end, end + TRAILER), 0, end);
  if (c.u32le() !== sum) throw new Malformed('content does not match its CRC', end);
  if (c.u64leBits() !== BigInt(budget.given - before))
    throw new Malformed('content does not have its size', end + 4);
  if (c.u64leBits() !== BigInt(end + TRAILER - at))
    throw new Malformed('lzip member does not have its size', end + 12);
  return end + TRAILER;
}
