import { crc32 } from 'node:zlib';
import { Malformed, Spent } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, hex } from '#engine/bytes/parts';
import { PIECE_LIMIT } from '#engine/bytes/pieces';
import { contentHead, OutputBudget, type Pieces } from '#engine/bytes/stream';

/** Images of partitions in which runs of one value take no room. */
export const androidSparse: Format = {
  kind: 'format',
  id: 'android-sparse',
  version: 1,
  doc: {
    name: 'Android sparse image',
    says: 'Gives the image in full: stored blocks, runs of one value, and zeros where nothing is stated. States whether it matches its checksums, where it has any.',
    sources: [
      'AOSP, system/core/libsparse/sparse_format.h: header and chunks',
      'AOSP, system/core/libsparse/sparse_read.cpp',
    ],
    limits: [
      'Blocks of which nothing is stated (“don’t care”) are given as zeros; on a device they keep what was there.',
      'An image gives at most 1 GiB, of at most 200,000 chunks.',
      'Several files that make up one image are each given as an image.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x3a, 0xff, 0x26, 0xed, 1, 0), at: 0 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

const HEADER = 28;
const CHUNK = 12;

interface Header {
  /** Bytes of this header and of the one of each chunk; later minor versions may add some. */
  readonly size: number;
  readonly chunkSize: number;
  /** Bytes of a block. */
  readonly block: number;
  readonly blocks: number;
  readonly chunks: number;
  /** CRC-32 of the image in full; 0: not stated. */
  readonly sum: number;
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const c = new Cursor(source.bytes(0, HEADER), 4);
  if (c.u16le() !== 1) return null;
  c.skip(2); // minor version
  const size = c.u16le();
  const chunkSize = c.u16le();
  const block = c.u32le();
  const blocks = c.u32le();
  const chunks = c.u32le();
  const sum = c.u32le();
  if (size < HEADER || chunkSize < CHUNK || size > 4096 || chunkSize > 4096) return null;
  if (block < 4 || block % 4 !== 0 || block > 2 ** 24) return null;
  return { size, chunkSize, block, blocks, chunks, sum };
}

/** What the chunks tell beside the content. */
interface Told {
  readonly extents: Reading[];
  readonly stored: ByteRange[];
  readonly counts: Record<string, number>;
  sum: number;
  blocks: number;
  isSumWrong: boolean;
  hasSum: boolean;
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  yield { kind: 'extent', range: [0, Math.min(header.size, source.size)], role: 'header' };
  const told: Told = {
    extents: [],
    stored: [],
    counts: { stored: 0, filled: 0, 'not stated': 0 },
    sum: 0,
    blocks: 0,
    isSumWrong: false,
    hasSum: false,
  };
  yield* facts({
    'block-size': `${header.block} bytes`,
    chunks: String(header.chunks),
    blocks: String(header.blocks),
  });
  yield { kind: 'entry', entry: contentHead('image', told.stored) };
  let failed: Malformed | null = null;
  try {
    yield* new OutputBudget(source.size).give(expand(source, header, told));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    failed = error;
    yield { kind: 'broken', why: error.message, at: error.at };
  }
  yield* told.extents;
  if (failed !== null) return;
  yield { kind: 'end' };
  if (header.sum !== 0) {
    told.hasSum = true;
    told.isSumWrong ||= header.sum !== told.sum;
  }
  yield* facts({
    crc: told.hasSum ? (told.isSumWrong ? 'wrong' : 'right') : 'not stated',
    ...Object.fromEntries(
      Object.entries(told.counts).map(([name, count]) => [
        `blocks-${name.replaceAll(' ', '-')}`,
        String(count),
      ]),
    ),
  });
}

/** The image from chunk to chunk. Checksums are worked out only where there is one to compare with: the runs may be long. */
function* expand(source: Source, header: Header, told: Told): Pieces {
  let needsSum = header.sum !== 0 || hasSumChunk(source, header);
  let at = header.size;
  for (let i = 0; i < header.chunks; i++) {
    if (i === CHUNK_LIMIT) throw new Spent(`${CHUNK_LIMIT} chunks of a sparse image`);
    if (at + header.chunkSize > source.size)
      throw new Malformed(`chunk ${i} of ${header.chunks} is missing`, Math.min(at, source.size));
    const c = new Cursor(source.bytes(at, at + CHUNK));
    const type = c.u16le();
    c.skip(2); // reserved
    const blocks = c.u32le();
    const total = c.u32le();
    const data: ByteRange = [at + header.chunkSize, at + total];
    if (total < header.chunkSize || data[1] > source.size)
      throw new Malformed(`chunk ${i} leaves the file`, at);
    if (told.blocks + blocks > header.blocks) throw new Malformed('more blocks than the image has', at);
    const size = data[1] - data[0];
    const wanted = WANTED[type]?.(blocks * header.block);
    if (wanted === undefined) throw new Malformed(`chunk of type ${hex(type)}`, at);
    if (size !== wanted) throw new Malformed(`a chunk of ${size} bytes that should have ${wanted}`, at);
    for (const piece of content(source, type, data, blocks * header.block)) {
      if (needsSum) told.sum = crc32(piece, told.sum);
      yield piece;
    }
    told.extents.push({ kind: 'extent', range: [at, data[0]], role: 'metadata' });
    if (type === RAW) {
      told.stored.push(data);
      told.extents.push({ kind: 'extent', range: data, role: 'payload' });
    } else if (size > 0) told.extents.push({ kind: 'extent', range: data, role: 'metadata' });
    const kind = type === RAW ? 'stored' : type === FILL ? 'filled' : 'not stated';
    told.counts[kind] = (told.counts[kind] ?? 0) + blocks;
    if (type === SUM) {
      told.hasSum = true;
      needsSum = true;
      told.isSumWrong ||= new Cursor(source.bytes(...data)).u32le() !== told.sum;
    }
    told.blocks += blocks;
    at = data[1];
  }
  if (told.blocks !== header.blocks) throw new Malformed(`${told.blocks} of ${header.blocks} blocks`, at);
  return at;
}

const RAW = 0xcac1;
const FILL = 0xcac2;
const NOTHING = 0xcac3;
const SUM = 0xcac4;

/** Bytes of data that a chunk of each type has for so many bytes of the image. */
const WANTED: Readonly<Record<number, (length: number) => number>> = {
  [RAW]: (length) => length,
  [FILL]: () => 4,
  [NOTHING]: () => 0,
  [SUM]: () => 4,
};

/** Chunks of one image; large ones have some ten thousand. */
const CHUNK_LIMIT = 200_000;

function hasSumChunk(source: Source, { size, chunkSize, chunks }: Header): boolean {
  let at = size;
  for (let i = 0; i < Math.min(chunks, CHUNK_LIMIT) && at + chunkSize <= source.size; i++) {
    const c = new Cursor(source.bytes(at, at + CHUNK));
    if (c.u16le() === SUM) return true;
    c.skip(2 + 4);
    at += Math.max(chunkSize, c.u32le());
  }
  return false;
}

function* content(
  source: Source,
  type: number,
  [start, end]: ByteRange,
  length: number,
): Generator<Uint8Array> {
  if (type === RAW) {
    for (let at = start; at < end; at += PIECE_LIMIT) yield source.bytes(at, Math.min(end, at + PIECE_LIMIT));
  } else if (type !== SUM) {
    const run = Buffer.alloc(Math.min(length, RUN), type === FILL ? source.bytes(start, end) : 0);
    for (let left = length; left > 0; left -= run.length) yield run.subarray(0, Math.min(left, run.length));
  }
}

/** Bytes of a run given at once; a multiple of the four that repeat. */
const RUN = 256 * 1024;
