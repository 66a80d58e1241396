import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import { branchFilter, type BranchFilter, deltaFilter } from '#engine/bytes/branch-filters';
import { crc64 } from '#engine/bytes/crc64';
import { Cursor } from '#engine/bytes/cursor';
import { Lzma2Reader, LzmaDecoder } from '#engine/bytes/lzma';
import type { Pieces } from '#engine/bytes/stream';

/** Source of the layout: The .xz File Format, version 1.2.1 (2024). */
export const XZ_MAGIC = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00);

const FOOTER_MAGIC = 0x5a59; // "YZ", little endian
/** Bytes of a stream's header, and of its footer. */
export const XZ_HEADER = 12;

/** Bytes of a check by its id, §2.1.1.2. */
const CHECK_SIZE = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;

/** Kinds of integrity check that are verified here; others are stepped over. */
const CHECK = { none: 0, crc32: 1, crc64: 4, sha256: 10 } as const;

/** Name of the check, for a fact. */
export function checkName(id: number): string {
  return Object.entries(CHECK).find(([, number]) => number === id)?.[0] ?? `id ${id}`;
}

/** The kind of check from a stream header.
 *  @throws Malformed when it is none */
export function xzHeader(bytes: Uint8Array): { readonly check: number } {
  const c = new Cursor(bytes);
  const magic = c.take(6);
  if (!XZ_MAGIC.every((byte, i) => byte === magic[i])) throw new Malformed('no xz magic', 0);
  const flags = c.take(2); // one reserved byte, then the check
  if (flags[0] !== 0 || (flags[1] ?? 0) > 15) throw new Malformed('reserved xz stream flags', 6);
  if (c.u32le() !== crc32(flags)) throw new Malformed('CRC of the xz stream header is wrong', 8);
  return { check: flags[1] ?? 0 };
}

/** What a block header says. */
export interface XzBlockHeader {
  readonly size: number;
  readonly packedSize: number | null;
  readonly unpackedSize: number | null;
  readonly dictionarySize: number;
  /** Filters after decompression, in the order they are undone. */
  readonly filters: readonly BranchFilter[];
}

/** §3.1. @throws Malformed */
export function xzBlockHeader(bytes: Uint8Array, at: number): XzBlockHeader {
  const size = ((bytes[at] ?? 0) + 1) * 4;
  if (at + size > bytes.length) throw new Malformed('xz block header ends early', at);
  const c = new Cursor(bytes.subarray(at, at + size), 1, at);
  const flags = c.u8();
  if ((flags & 0x3c) !== 0) throw new Malformed('reserved xz block flags', at + 1);
  if (crc32(bytes.subarray(at, at + size - 4)) !== new Cursor(bytes, at + size - 4).u32le()) {
    throw new Malformed('CRC of the xz block header is wrong', at);
  }
  const packedSize = (flags & 0x40) === 0 ? null : multibyte(c);
  const unpackedSize = (flags & 0x80) === 0 ? null : multibyte(c);
  const filters: BranchFilter[] = [];
  let dictionarySize = 0;
  const count = (flags & 3) + 1;
  for (let i = 0; i < count; i++) {
    const id = multibyte(c);
    const properties = c.take(multibyte(c));
    if (id === LZMA2 && i === count - 1) dictionarySize = lzma2Dictionary(properties, at);
    else filters.unshift(filterOf(id, properties, at));
  }
  if (dictionarySize === 0) throw new Malformed('xz block without LZMA2', at);
  if (c.bytes.subarray(c.at, size - 4).some((byte) => byte !== 0))
    throw new Malformed('xz block header is not padded with zeros', at + c.at);
  return { size, packedSize, unpackedSize, dictionarySize, filters };
}

/** Id of the only compression, §5.3.1. */
const LZMA2 = 0x21;

/** Id of the delta filter, §5.3.3. */
const DELTA = 0x03;

/** A filter that stands before LZMA2. */
function filterOf(id: number, properties: Uint8Array, at: number): BranchFilter {
  if (id === DELTA && properties.length === 1) return deltaFilter((properties[0] ?? 0) + 1);
  const start = properties.length === 4 ? new Cursor(properties).u32le() : 0;
  const filter = properties.length === 0 || properties.length === 4 ? branchFilter(id, start) : null;
  if (filter === null) throw new Malformed(`xz filter 0x${id.toString(16)} is not known`, at);
  return filter;
}

/** Pieces with a filter undone. A piece is valid until the next is asked for. */
export function* unfiltered(pieces: Pieces, filter: BranchFilter): Pieces {
  let held: Uint8Array = new Uint8Array(0);
  for (;;) {
    const step = pieces.next();
    const bytes = step.done === true ? held : joined(held, step.value);
    const final = filter.apply(bytes, step.done === true);
    if (final > 0) yield bytes.subarray(0, final);
    if (step.done === true) return step.value;
    held = bytes.slice(final);
  }
}

/** A copy, since pieces belong to the decoder's dictionary. */
function joined(held: Uint8Array, piece: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(held.length + piece.length);
  bytes.set(held);
  bytes.set(piece, held.length);
  return bytes;
}

/** Bytes of the dictionary of an LZMA2 stream, from the one byte of its properties. §5.3.1
 *  @throws Malformed with the offset given */
export function lzma2Dictionary(properties: Uint8Array, at: number): number {
  const bits = properties[0] ?? 255;
  if (properties.length !== 1 || bits > 40) throw new Malformed('LZMA2 dictionary size out of range', at);
  return bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
}

/** §1.2: seven bits a byte, least first, at most nine bytes. @throws Malformed above 2^53 − 1 */
export function multibyte(c: Cursor): number {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = c.u8();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER || (byte === 0 && i > 0)) break;
      return value;
    }
  }
  throw new Malformed('xz number too long', c.base + c.at);
}

/** An integrity check that takes content as it comes. */
export interface RunningCheck {
  update(bytes: Uint8Array): void;
  /** True when the stored check is right, null when its kind is not verified here. */
  matches(stored: Uint8Array): boolean | null;
}

export function runningCheck(id: number): RunningCheck {
  if (id === CHECK.crc32) {
    let value = 0;
    return {
      update(bytes) {
        value = crc32(bytes, value);
      },
      matches: (stored) => new Cursor(stored).u32le() === value,
    };
  }
  if (id === CHECK.crc64) {
    const running = crc64();
    return {
      update: running.update,
      matches: (stored) => running.value() === new Cursor(stored).u64leBits(),
    };
  }
  if (id === CHECK.sha256) {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), matches: (stored) => hash.digest().equals(stored) };
  }
  return { update() {}, matches: () => null };
}

export function checkSize(id: number): number {
  return CHECK_SIZE[id] ?? 0;
}

/** Decompresses a whole one-stream xz file that fills `bytes`, as file systems store their blocks. The check is verified.
 *  @throws Malformed when it breaks or gives more than `limit` bytes */
export function xzBlock(bytes: Uint8Array, limit: number): Uint8Array {
  const { check } = xzHeader(bytes);
  const out = new Uint8Array(limit);
  let at = XZ_HEADER;
  let outAt = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const header = xzBlockHeader(bytes, at);
    const decoder = new LzmaDecoder(bytes, at + header.size, bytes.length, out);
    decoder.outAt = outAt;
    const reader = new Lzma2Reader(decoder);
    for (let size = reader.chunkSize(); size !== null; size = reader.chunkSize()) {
      if (decoder.outAt + size > limit) throw new Malformed(`more than ${limit} bytes of output`, at);
      reader.next();
    }
    const content = out.subarray(outAt, decoder.outAt);
    for (const filter of header.filters) filter.apply(content, true);
    const packed = decoder.inAt - at;
    const stored = at + packed + ((4 - (packed % 4)) % 4);
    if (stored + checkSize(check) > bytes.length) throw new Malformed('xz block ends before its check', at);
    const running = runningCheck(check);
    running.update(content);
    if (running.matches(bytes.subarray(stored, stored + checkSize(check))) === false)
      throw new Malformed('check of the xz block is wrong', stored);
    at = stored + checkSize(check);
    outAt = decoder.outAt;
  }
  return out.subarray(0, outAt);
}

/** Sizes of one block as the index lists them, §4.3. */
export interface XzRecord {
  /** Header, compressed data and check, without padding. */
  readonly packed: number;
  readonly unpacked: number;
}

/** Reads index and footer, which have to state the blocks that were read.
 *  @param bytes  begins with the index
 *  @param check  id of the check, as in the header
 *  @returns bytes of index and footer
 *  @throws Malformed */
export function xzTail(bytes: Uint8Array, blocks: readonly XzRecord[], check: number): number {
  const c = new Cursor(bytes, 1); // index indicator, always 0
  if (multibyte(c) !== blocks.length) throw new Malformed('xz index has not as many blocks as the stream', 1);
  for (const { packed, unpacked } of blocks) {
    const at = c.at;
    if (multibyte(c) !== packed || multibyte(c) !== unpacked)
      throw new Malformed('xz index and block disagree', at);
  }
  c.skip((4 - (c.at % 4)) % 4);
  const indexEnd = c.at;
  if (crc32(bytes.subarray(0, indexEnd)) !== c.u32le())
    throw new Malformed('CRC of the xz index is wrong', indexEnd);
  const stored = c.u32le(); // CRC of the next six bytes
  const covered = bytes.subarray(c.at, c.at + 6);
  const backward = c.u32le();
  const flags = c.u16le(); // a zero, then the check
  if (stored !== crc32(covered)) throw new Malformed('CRC of the xz footer is wrong', indexEnd + 4);
  if ((backward + 1) * 4 !== indexEnd + 4) throw new Malformed('xz footer points elsewhere', indexEnd + 8);
  if (flags !== check << 8) throw new Malformed('xz header and footer disagree', c.at - 2);
  if (c.u16le() !== FOOTER_MAGIC) throw new Malformed('no xz footer magic', c.at - 2);
  return c.at;
}

/** Most bytes of index and footer of so many blocks. */
export function xzTailLimit(blocks: number): number {
  return 1 + 9 + blocks * 18 + 3 + 4 + XZ_HEADER;
}
