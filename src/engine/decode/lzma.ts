import { Malformed } from '#domain/error';
import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { type LzmaProperties, lzmaProperties } from '#engine/bytes/lzma';
import { lzmaPieces } from '#engine/bytes/lzma-stream';
import { windowOf } from '#engine/bytes/source';
import { contentHead, damaged, OUTPUT_LIMIT, OutputBudget } from '#engine/bytes/stream';

/** The position bits that encoders of kernels and loaders use; with others the pattern is that of many tables. */
const POSITION_BITS = 2;

/** Streams of LZMA with the old header of 13 bytes, as kernels of network equipment are often packed, or with its first 5. */
export const lzma: Format = {
  kind: 'format',
  id: 'lzma',
  version: 2,
  doc: {
    name: 'LZMA stream (lzma alone)',
    says: 'Gives the content, up to the size in the header or the end marker. A vendor’s form without the size is read too, up to its end marker.',
    sources: [
      'LZMA specification (I. Pavlov, 2015): LZMA file format',
      'XZ Utils 5.4, doc/lzma-file-format.txt',
    ],
    limits: [
      'There is no mark and no checksum: only properties with pb 2, lc + lp ≤ 4 and a dictionary of 64 KiB to 128 MiB, a power of two, are looked for.',
      'Inside other bytes a stream has to end where an encoder ends it, after at least 256 bytes of content.',
      'Headers in which a vendor changed the order or the width of fields are not recognised, nor streams that have neither a size nor an end marker.',
      'Of a damaged stream nothing is given.',
    ],
  },
  magics: magics(),
  open(source, whole) {
    for (const header of [readHeader(source, whole), readShortHeader(source)]) {
      if (header !== null && begins(source, header)) return readStream(source, header, whole);
    }
    return null;
  },
};

/** Properties with the 2^16 to 2^27 bytes of dictionary that encoders choose. */
function magics(): readonly Magic[] {
  const list: Magic[] = [];
  for (const lp of [0, 1, 2]) {
    for (let lc = 0; lc + lp <= 4; lc++) {
      for (let bits = 16; bits <= 27; bits++) {
        const high = 1 << (bits - 16);
        list.push({
          bytes: Uint8Array.of((POSITION_BITS * 5 + lp) * 9 + lc, 0, 0, high & 0xff, high >>> 8),
          at: 0,
        });
      }
    }
  }
  return list;
}

/** Bytes of the header, with and without the size. */
const HEADER = 13;
const SHORT_HEADER = 5;

/** Content of a stream inside other bytes. */
const EMBEDDED_LEAST = 256;

interface Header {
  /** Bytes of it. */
  readonly length: number;
  readonly properties: LzmaProperties;
  /** Bytes. */
  readonly dictionary: number;
  /** Bytes of content; null: not stated, an end marker ends the stream. */
  readonly size: number | null;
}

/** Null: no header that an encoder writes. */
function readHeader(source: Source, whole: boolean): Header | null {
  if (source.size < HEADER + 5) return null;
  const c = new Cursor(source.bytes(0, HEADER + 5));
  const properties = lzmaProperties(c.u8());
  const dictionary = c.u32le();
  const stated = c.u64leBits();
  if (properties === null || !startsRange(c.take(5))) return null;
  if (stated === 0xffff_ffff_ffff_ffffn) return { length: HEADER, properties, dictionary, size: null };
  if (stated > BigInt(OUTPUT_LIMIT) || stated < (whole ? 1n : BigInt(EMBEDDED_LEAST))) return null;
  return { length: HEADER, properties, dictionary, size: Number(stated) };
}

/** Properties and dictionary alone. Null: no stream follows them. */
function readShortHeader(source: Source): Header | null {
  if (source.size < SHORT_HEADER + 5) return null;
  const c = new Cursor(source.bytes(0, SHORT_HEADER + 5));
  const properties = lzmaProperties(c.u8());
  const dictionary = c.u32le();
  if (properties === null || !startsRange(c.take(5))) return null;
  return { length: SHORT_HEADER, properties, dictionary, size: null };
}

/** The first bytes of the range coder: a zero, then bytes that are all zero only in front of nothing. */
function startsRange(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes.some((byte) => byte !== 0);
}

/** Bytes of the trial that most false beginnings do not survive. */
const TRIAL = 1024;

/** False when the first bytes cannot begin a stream. */
function begins(source: Source, { length, properties, dictionary, size }: Header): boolean {
  const trial = windowOf(source, 0, Math.min(source.size, TRIAL));
  try {
    for (const piece of lzmaPieces(trial, length, properties, dictionary, size)) {
      // a long run of one byte needs little input: that is a stream as well
      if (piece.length > TRIAL) return true;
    }
    return true;
  } catch (error) {
    if (error instanceof Malformed) return error.at >= trial.size;
    throw error;
  }
}

function* readStream(source: Source, header: Header, whole: boolean): Generator<Reading> {
  const { length, properties, dictionary, size } = header;
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  yield { kind: 'entry', entry: contentHead(null, stored) };
  try {
    const { end, by } = yield* budget.give(lzmaPieces(source, length, properties, dictionary, size));
    if (!whole && by === 'unfinished') throw new Malformed('no encoder ends an LZMA stream here', end);
    if (!whole && budget.given < EMBEDDED_LEAST)
      throw new Malformed('too short to be told from other bytes', end);
    stored.push([length, end]);
    yield { kind: 'extent', range: [length, end], role: 'payload' };
    yield { kind: 'fact', name: 'end', value: END[by] };
  } catch (error) {
    if (!whole) throw error;
    yield* damaged(error, false, budget, stored, length);
  }
  yield { kind: 'extent', range: [0, length], role: 'header' };
  yield {
    kind: 'fact',
    name: 'properties',
    value: `lc ${properties.lc}, lp ${properties.lp}, pb ${properties.pb}`,
  };
  if (length === SHORT_HEADER) yield { kind: 'fact', name: 'header', value: 'without a size' };
  yield { kind: 'fact', name: 'dictionary', value: `${dictionary} bytes` };
  yield { kind: 'fact', name: 'size', value: size === null ? 'not stated' : `${size} bytes` };
}

const END = {
  marker: 'end marker',
  size: 'at the size stated',
  unfinished: 'at the size stated, where no encoder ends a stream',
} as const;
