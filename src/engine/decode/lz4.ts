import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { lz4Into } from '#engine/bytes/lz4';
import { facts } from '#engine/bytes/parts';
import { contentHead, damaged, OutputBudget, type Pieces } from '#engine/bytes/stream';
import { Xxh32 } from '#engine/bytes/xxh32';

/** Streams of LZ4 in their frame, and in the older form that packs the kernel of Linux. */
export const lz4: Format = {
  kind: 'format',
  id: 'lz4',
  version: 1,
  doc: {
    name: 'LZ4 stream (frames, and the older form of kernels)',
    says: 'Gives the content of all frames, one after another, as one file. Checksums are verified where there are any.',
    sources: [
      'LZ4 Frame Format Description 1.6.3 (2022), with its section on the legacy frame',
      'LZ4 Block Format Description (2022)',
      'Linux v6.1, lib/decompress_unlz4.c: how a kernel’s stream ends',
    ],
    limits: [
      'Frames that need a dictionary are not opened.',
      'The older form has no checksum and no end mark: it ends with the first block that is not full, or where no block follows.',
      'Skippable frames between frames are not read.',
      'A stream gives at most 1 GiB.',
    ],
  },
  magics: [
    { bytes: Uint8Array.of(0x04, 0x22, 0x4d, 0x18), at: 0 },
    { bytes: Uint8Array.of(0x02, 0x21, 0x4c, 0x18), at: 0 },
  ],
  open(source, whole) {
    const header = headerAt(source, 0);
    if (header !== null) return readFrames(source, header, whole);
    return legacyBlock(source, 4) !== null && markAt(source, 0) === LEGACY ? readLegacy(source, whole) : null;
  },
};

const FRAME = 0x184d2204;
const LEGACY = 0x184c2102;

/** Bytes a block may reach back. */
const HISTORY = 64 * 1024;

/** Output of every block of the older form but the last. */
const LEGACY_BLOCK = 8 * 1024 * 1024;

/** Longest header: mark, flags, block size, content size, dictionary, checksum. */
const HEADER_LIMIT = 19;

function markAt(source: Source, at: number): number | null {
  return at + 4 > source.size ? null : new Cursor(source.bytes(at, at + 4)).u32le();
}

interface Header {
  readonly at: number;
  readonly end: number;
  /** A block reaches back only to its own beginning. */
  readonly independent: boolean;
  /** A checksum stands behind each block. */
  readonly blockChecks: boolean;
  /** A checksum stands behind the frame. */
  readonly contentCheck: boolean;
  /** Most bytes of output of a block. */
  readonly blockSize: number;
  /** Null: not stated. */
  readonly size: number | null;
}

/** Null: no frame begins here, or its header does not match its checksum. */
function headerAt(source: Source, at: number): Header | null {
  if (markAt(source, at) !== FRAME || at + 7 > source.size) return null;
  const c = new Cursor(source.bytes(at, Math.min(source.size, at + HEADER_LIMIT)), 4);
  const flags = c.u8();
  const sizes = c.u8();
  const power = (sizes >>> 4) & 7;
  // version 1; reserved bits are zero
  if (flags >>> 6 !== 1 || (flags & 0x02) !== 0 || (sizes & 0x8f) !== 0 || power < 4) return null;
  const length = 6 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  if (c.bytes.length < length + 1) return null;
  const sum = (new Xxh32().update(c.bytes.subarray(4, length)).digest() >>> 8) & 0xff;
  if (c.bytes[length] !== sum || (flags & 0x01) !== 0) return null;
  const stated = (flags & 0x08) === 0 ? null : c.u64leBits();
  return {
    at,
    end: at + length + 1,
    independent: (flags & 0x20) !== 0,
    blockChecks: (flags & 0x10) !== 0,
    contentCheck: (flags & 0x04) !== 0,
    blockSize: 4 ** power * 256,
    size: stated === null ? null : Number(stated),
  };
}

function* readFrames(source: Source, first: Header, whole: boolean): Generator<Reading> {
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  yield { kind: 'entry', entry: contentHead(null, stored) };
  let frames = 0;
  let at = 0;
  for (let header: Header | null = first; header !== null; header = headerAt(source, at)) {
    frames++;
    yield { kind: 'extent', range: [at, header.end], role: 'header' };
    try {
      const blocksEnd: number = yield* budget.give(frameBlocks(source, header));
      stored.push([header.end, blocksEnd]);
      yield { kind: 'extent', range: [header.end, blocksEnd], role: 'payload' };
      at = blocksEnd + (header.contentCheck ? 4 : 0);
      yield { kind: 'extent', range: [blocksEnd, at], role: 'metadata' };
    } catch (error) {
      yield* damaged(error, whole || frames > 1, budget, stored, header.end);
      break;
    }
  }
  yield* facts({
    form: 'frame',
    'block-size': `${first.blockSize} bytes`,
    check: first.contentCheck ? 'xxh32' : first.blockChecks ? 'xxh32 of blocks' : 'none',
    frames: frames > 1 ? String(frames) : null,
  });
}

/** Gives the content of one frame.
 *  @returns (of the generator) where its end mark ends
 *  @throws Malformed */
function* frameBlocks(source: Source, header: Header): Pieces {
  const out = new Uint8Array(HISTORY + header.blockSize);
  const sum = new Xxh32();
  let given = 0;
  let history = 0;
  let at = header.end;
  for (;;) {
    const word = markAt(source, at);
    if (word === null) throw new Malformed('LZ4 frame ends early', source.size);
    if (word === 0) break;
    const length = word & 0x7fffffff;
    const from = at + 4;
    const end = from + length;
    if (length > header.blockSize)
      throw new Malformed(`LZ4 block of ${length} bytes, ${header.blockSize} at most`, from);
    if (end + (header.blockChecks ? 4 : 0) > source.size)
      throw new Malformed('LZ4 frame ends early', source.size);
    const bytes = source.bytes(from, end);
    if (header.blockChecks && markAt(source, end) !== new Xxh32().update(bytes).digest())
      throw new Malformed('LZ4 block does not match its checksum', from);
    const base = header.independent ? 0 : history;
    const to = word >>> 31 === 1 ? stored(bytes, out, base) : unpack(bytes, out, base, header, from);
    const piece = out.subarray(base, to);
    sum.update(piece);
    given += piece.length;
    yield* cut(piece);
    history = header.independent ? 0 : keep(out, to);
    at = end + (header.blockChecks ? 4 : 0);
  }
  if (header.size !== null && header.size !== given)
    throw new Malformed(`LZ4 frame gives ${given} of ${header.size} bytes`, at);
  const end = at + 4;
  if (header.contentCheck && markAt(source, end) !== sum.digest())
    throw new Malformed('content does not match its xxHash', Math.min(end, source.size));
  return end;
}

function stored(bytes: Uint8Array, out: Uint8Array, base: number): number {
  out.set(bytes, base);
  return base + bytes.length;
}

/** @throws Malformed with the offset in the source */
function unpack(
  bytes: Uint8Array,
  out: Uint8Array,
  base: number,
  { blockSize }: { readonly blockSize: number },
  at: number,
): number {
  try {
    return lz4Into(bytes, out, base, base + blockSize);
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, at + error.at) : error;
  }
}

/** Moves what the next block may reach back to, to the beginning.
 *  @returns its length */
function keep(out: Uint8Array, end: number): number {
  const from = Math.max(0, end - HISTORY);
  out.copyWithin(0, from, end);
  return end - from;
}

/** Most bytes given out at once. */
const PIECE = 1024 * 1024;

function* cut(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** Largest block of the older form: what its output may grow to when it does not shrink. */
const LEGACY_LIMIT = LEGACY_BLOCK + Math.ceil(LEGACY_BLOCK / 255) + 16;

/** The block whose size stands at `at`; null: none follows. */
function legacyBlock(source: Source, at: number): ByteRange | null {
  const size = markAt(source, at);
  if (size === null || size === 0 || size > LEGACY_LIMIT || at + 4 + size > source.size) return null;
  return [at + 4, at + 4 + size];
}

/** Content inside other bytes that no false beginning gives: the form has no checksum. */
const EMBEDDED_LEAST = 4096;

function* readLegacy(source: Source, whole: boolean): Generator<Reading> {
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  yield { kind: 'entry', entry: contentHead(null, stored) };
  try {
    const end: number = yield* budget.give(legacyBlocks(source));
    if (!whole && budget.given < EMBEDDED_LEAST)
      throw new Malformed('too short to be told from other bytes', end);
    stored.push([4, end]);
    yield { kind: 'extent', range: [0, 4], role: 'header' };
    yield { kind: 'extent', range: [4, end], role: 'payload' };
    yield { kind: 'fact', name: 'form', value: 'legacy' };
  } catch (error) {
    yield { kind: 'extent', range: [0, 4], role: 'header' };
    yield* damaged(error, false, budget, stored, 4);
  }
}

/** @returns (of the generator) where the last block ends */
function* legacyBlocks(source: Source): Pieces {
  const out = new Uint8Array(Math.min(LEGACY_BLOCK, source.size * 255));
  let at = 4;
  for (let block = legacyBlock(source, at); block !== null; block = legacyBlock(source, at)) {
    const end = unpack(source.bytes(...block), out, 0, { blockSize: out.length }, block[0]);
    yield* cut(out.subarray(0, end));
    [, at] = block;
    if (end < LEGACY_BLOCK) break;
  }
  return at;
}
