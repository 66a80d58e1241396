import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { type LzmaProperties, lzmaProperties } from '#engine/bytes/lzma';
import { lzmaPieces } from '#engine/bytes/lzma-stream';
import { facts, hex } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';
import { checkRange } from '#engine/bytes/source';
import { contentHead, damaged, OUTPUT_LIMIT, OutputBudget } from '#engine/bytes/stream';

/** Bytes in front of what was turned. */
const LEAD = 4;

/** Bytes of each of the two blocks that changed places. */
const BLOCK = 32;

/** Where the second block begins behind the lead. */
const SECOND = 100;

/** Bytes behind the lead that are not as they were. */
const TURNED = SECOND + BLOCK;

/** Images of routers made by Arcadyan: an LZMA stream whose beginning was moved and turned. */
export const arcadyan: Format = {
  kind: 'format',
  id: 'arcadyan',
  version: 1,
  doc: {
    name: 'Arcadyan firmware image (turned LZMA)',
    says: 'Puts the first 132 bytes of the LZMA stream back in order and gives its content. States whether the image matches the checksum in the trailer, where there is one.',
    sources: [
      'binwalk v3, src/extractors/arcadyan.rs: which blocks change places, in which order halves of bytes and bytes are swapped',
      'LZMA specification (I. Pavlov, 2015): LZMA file format',
    ],
    limits: [
      'What the first four bytes mean is not documented; they are given as a number.',
      'The trailer (size, mark, CRC-32) was worked out from one image: a vendor’s other images may have another. Bytes between stream and trailer are not explained.',
      'Only the form with blocks at 4 and 104 is known, and only with the properties lc 3, lp 0, pb 2 and a dictionary of 64 KiB to 128 MiB, a power of two.',
      'There is no checksum: inside other bytes the stream has to end where an encoder ends it.',
    ],
  },
  magics: magics(),
  open(source, whole) {
    if (source.size < LEAD + TURNED) return null;
    const stream = restored(source);
    const header = readHeader(stream);
    return header !== null && begins(stream, header) ? readImage(source, stream, header, whole) : null;
  },
};

/** Bytes of the LZMA header. */
const HEADER = 13;

/** Content of a stream inside other bytes. */
const EMBEDDED_LEAST = 4096;

/** The properties and the dictionary, 2^16 to 2^27 bytes, as they look when turned. */
function magics(): readonly Magic[] {
  return Array.from({ length: 12 }, (_, i) => {
    const dictionary = 2 ** (16 + i);
    return {
      bytes: turned(Uint8Array.of(0x5d, 0, 0, dictionary >>> 16, dictionary >>> 24, 0)).slice(0, 4),
      at: LEAD + SECOND,
    };
  });
}

/** Swaps the halves of every byte, then neighbouring bytes. Doing so twice changes nothing. */
function turned(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, i) => {
    const byte = bytes[i ^ 1] ?? 0;
    return ((byte << 4) | (byte >>> 4)) & 0xff;
  });
}

/** The bytes behind the lead as they were before. */
function restored(source: Source): Source {
  const start = source.bytes(LEAD, LEAD + TURNED);
  const order = new Uint8Array(TURNED);
  order.set(turned(start.subarray(SECOND)));
  order.set(start.subarray(BLOCK, SECOND), BLOCK);
  order.set(start.subarray(0, BLOCK), SECOND);
  const size = source.size - LEAD;
  return {
    size,
    bytes(from, to) {
      checkRange(from, to, size);
      if (from >= TURNED) return source.bytes(LEAD + from, LEAD + to);
      if (to <= TURNED) return order.subarray(from, to);
      return Buffer.concat([order.subarray(from), source.bytes(LEAD + TURNED, LEAD + to)]);
    },
  };
}

interface Header {
  readonly properties: LzmaProperties;
  /** Bytes. */
  readonly dictionary: number;
  /** Bytes of content; null: not stated, an end marker ends the stream. */
  readonly size: number | null;
}

function readHeader(stream: Source): Header | null {
  const c = new Cursor(stream.bytes(0, HEADER + 1));
  const properties = lzmaProperties(c.u8());
  const dictionary = c.u32le();
  const stated = c.u64leBits();
  if (properties === null || c.u8() !== 0) return null; // the range coder begins with a zero
  const isPower = dictionary > 0 && Number.isInteger(Math.log2(dictionary));
  if (!isPower || dictionary < 2 ** 16 || dictionary > 2 ** 27) return null;
  if (stated === 0xffff_ffff_ffff_ffffn) return { properties, dictionary, size: null };
  return stated === 0n || stated > BigInt(OUTPUT_LIMIT)
    ? null
    : { properties, dictionary, size: Number(stated) };
}

/** False when the first bytes cannot begin a stream. */
function begins(stream: Source, { properties, dictionary, size }: Header): boolean {
  const trial = { size: TURNED, bytes: (from: number, to: number) => stream.bytes(from, to) };
  try {
    lzmaPieces(trial, HEADER, properties, dictionary, size).next();
    return true;
  } catch (error) {
    if (error instanceof Malformed) return error.at >= trial.size;
    throw error;
  }
}

function* readImage(source: Source, stream: Source, header: Header, whole: boolean): Generator<Reading> {
  const { properties, dictionary, size } = header;
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  yield { kind: 'entry', entry: contentHead(null, stored) };
  try {
    const pieces = lzmaPieces(stream, HEADER, properties, dictionary, size);
    const { end, by } = yield* budget.give(pieces);
    if (!whole && by === 'unfinished') throw new Malformed('no encoder ends an LZMA stream here', end);
    if (!whole && budget.given < EMBEDDED_LEAST)
      throw new Malformed('too short to be told from other bytes', end);
    stored.push([LEAD, LEAD + end]);
    yield { kind: 'extent', range: [LEAD, LEAD + end], role: 'payload' };
    yield { kind: 'fact', name: 'end', value: END[by] };
    yield* readTrailer(source, LEAD + end);
  } catch (error) {
    const placed = error instanceof Malformed ? new Malformed(error.message, LEAD + error.at) : error;
    yield* damaged(placed, false, budget, stored, LEAD);
  }
  // the header of the stream stands where the second block was put
  yield { kind: 'extent', range: [0, LEAD], role: 'header' };
  yield { kind: 'extent', range: [LEAD + SECOND, LEAD + SECOND + HEADER + 1], role: 'header' };
  yield* facts({
    lead: hex(new Cursor(source.bytes(0, LEAD)).u32le()),
    dictionary: `${dictionary} bytes`,
    properties: `lc ${properties.lc}, lp ${properties.lp}, pb ${properties.pb}`,
    size: size === null ? 'not stated' : `${size} bytes`,
  });
}

const END = {
  marker: 'end marker',
  size: 'at the size stated',
  unfinished: 'at the size stated, where no encoder ends a stream',
} as const;

/** Bytes of size, mark and checksum. */
const TRAILER = 12;

/** The last twelve bytes, when they name the place where the image ends. */
function* readTrailer(source: Source, imageEnd: number): Generator<Reading> {
  const at = source.size - TRAILER;
  if (at < imageEnd) return;
  const c = new Cursor(source.bytes(at, source.size));
  if (c.u32le() !== imageEnd || c.u32le() !== 0x12345678) return;
  const sum = fold(source, [0, imageEnd], 0, (window, state) => crc32(window, state));
  yield { kind: 'extent', range: [at, source.size], role: 'metadata' };
  yield { kind: 'fact', name: 'crc', value: sum === c.u32le() ? 'right' : 'wrong' };
}
