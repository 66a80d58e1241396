import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { crc32MostFirst } from '#engine/bytes/crc32-bzip2';
import { Feed } from '#engine/bytes/feed';
import type { Pieces } from '#engine/bytes/stream';

const BLOCK_MAGIC_HIGH = 0x314159; // pi
const BLOCK_MAGIC_LOW = 0x265359;
const END_MAGIC_HIGH = 0x177245; // square root of pi
const END_MAGIC_LOW = 0x385090;

const LONGEST_CODE = 20;
const GROUP = 50; // symbols that share one coding table

/** Codes up to this many bits are looked up at once, longer ones bit by bit. */
const QUICK = 10;

/** Bits of a source, most significant first. */
class Bits {
  readonly feed: Feed;
  /** Index in the window of the next byte to take. */
  at = 0;
  /** The lowest `bits` bits were taken from the window and not used yet. */
  held = 0;
  bits = 0;

  constructor(source: Source, at: number) {
    this.feed = new Feed(source, at);
  }

  /** Where the byte that holds the next bit stands in the source. */
  get offset(): number {
    return this.feed.base + this.at - (this.bits >>> 3);
  }

  /** @param count  1..24
   *  @throws Malformed at the end */
  take(count: number): number {
    while (this.bits < count) {
      this.at = this.feed.reach(this.at, 1);
      if (this.at >= this.feed.end) throw this.cut();
      this.held = (this.held << 8) | (this.feed.bytes[this.at++] ?? 0);
      this.bits += 8;
    }
    this.bits -= count;
    return (this.held >>> this.bits) & ((1 << count) - 1);
  }

  word(): number {
    return this.take(16) * 0x10000 + this.take(16);
  }

  /** Leaves the rest of a byte. */
  align(): void {
    this.bits -= this.bits & 7;
  }

  /** The next symbol of a code. */
  symbol(coding: Coding, at: number): number {
    let size = 0;
    let code = 0;
    do {
      if (++size > LONGEST_CODE) throw new Malformed('bzip2 code of no symbol', at);
      code = (code << 1) | this.take(1);
    } while (code > (coding.lastCode[size] ?? -1));
    const symbol = coding.order[code - (coding.base[size] ?? 0)];
    if (symbol === undefined) throw new Malformed('bzip2 code of no symbol', at);
    return symbol;
  }

  cut(): Malformed {
    return new Malformed('bzip2 stream ends early', this.feed.base + this.feed.end);
  }
}

/** Bytes of a stream's header: its mark and the size of its blocks. */
export const BZIP2_HEADER = 4;

/** All that a stream can begin with, by the size of its blocks in 100,000 bytes: header and mark of the first block or of the end. */
export const BZIP2_STARTS = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((level) => [
  Uint8Array.of(0x42, 0x5a, 0x68, 0x30 + level, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59),
  Uint8Array.of(0x42, 0x5a, 0x68, 0x30 + level, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90),
]);

/** Size of a stream's blocks in bytes; null: no stream begins here. */
export function bzip2BlockSize(bytes: Uint8Array): number | null {
  const begins = BZIP2_STARTS.some((start) => start.every((byte, i) => byte === bytes[i]));
  return begins ? ((bytes[3] ?? 0) - 0x30) * 100_000 : null;
}

/** Decompresses the blocks of one bzip2 stream; every block and the stream are checked against their CRC.
 *  A piece is valid until the next is asked for.
 *  @param at         where the first block begins, behind the header
 *  @param blockSize  from the header
 *  @returns (of the generator) where the stream ends in `source`
 *  @throws Malformed. Source: bzip2 1.0.8 manual; J. Tsai, "BZIP2: Format Specification" (2016) */
export function* bzip2Pieces(source: Source, at: number, blockSize: number): Pieces {
  const bits = new Bits(source, at);
  const table = new Uint32Array(blockSize);
  let combined = 0;
  for (;;) {
    const blockAt = bits.offset;
    const high = bits.take(24);
    const low = bits.take(24);
    const stored = bits.word();
    if (high === END_MAGIC_HIGH && low === END_MAGIC_LOW) {
      if (stored !== combined) throw new Malformed('CRC of the bzip2 stream is wrong', blockAt);
      bits.align();
      return bits.offset;
    }
    if (high !== BLOCK_MAGIC_HIGH || low !== BLOCK_MAGIC_LOW) throw new Malformed('no bzip2 block', blockAt);
    if (bits.take(1) === 1)
      throw new Malformed('randomised bzip2 block, written by no encoder since 1999', blockAt);
    const origin = bits.take(24);
    const length = readBlock(bits, table, blockAt);
    if (origin >= length) throw new Malformed('bzip2 block points outside itself', blockAt);
    let sum = 0;
    for (const piece of blockPieces(table, length, origin)) {
      sum = crc32MostFirst(piece, sum);
      yield piece;
    }
    if (sum !== stored) throw new Malformed('CRC of a bzip2 block is wrong', bits.offset);
    combined = (((combined << 1) | (combined >>> 31)) ^ stored) >>> 0;
  }
}

/** One coding table. */
interface Coding {
  /** By the next QUICK bits: symbol × 32 + length of its code; 0: a longer code, or none. */
  readonly quick: Uint16Array;
  /** By length: the last code; −1: none has this length. */
  readonly lastCode: Int32Array;
  /** By length: what to subtract from a code for its place in `order`. */
  readonly base: Int32Array;
  readonly order: Uint16Array;
}

/** Reads the symbols of a block and undoes Huffman, run length and move-to-front coding. Returns the bytes of the block. */
function readBlock(bits: Bits, table: Uint32Array, at: number): number {
  const used = usedBytes(bits);
  if (used.length === 0) throw new Malformed('bzip2 block without symbols', at);
  const symbols = used.length + 2;
  const groups = bits.take(3);
  if (groups < 2 || groups > 6) throw new Malformed(`${groups} bzip2 coding tables`, at);
  const selectorCount = bits.take(15);
  if (selectorCount === 0) throw new Malformed('bzip2 block without selectors', at);
  const selectors = readSelectors(bits, selectorCount, groups, at);
  const codings = Array.from({ length: groups }, () => readCoding(bits, symbols, at));
  const coded = new Uint16Array(GROUP);
  const front = Uint8Array.from(used);
  let length = 0;
  let run = 0;
  let runWeight = 1;
  for (const selector of selectors) {
    const coding = codings[selector];
    if (coding === undefined) throw new Malformed('bzip2 selector out of range', at);
    const count = readGroup(bits, coding, coded, symbols - 1, at);
    for (let i = 0; i < count; i++) {
      const symbol = coded[i] as number; // i < count ≤ GROUP
      if (symbol <= 1) {
        run += runWeight << symbol;
        runWeight <<= 1;
        if (run > table.length) throw new Malformed('bzip2 run longer than a block', at);
        continue;
      }
      if (run > 0) {
        if (length + run > table.length) throw new Malformed('bzip2 block too long', at);
        table.fill(front[0] ?? 0, length, length + run);
        length += run;
        run = 0;
        runWeight = 1;
      }
      if (symbol === symbols - 1) return length;
      if (length >= table.length) throw new Malformed('bzip2 block too long', at);
      const place = symbol - 1;
      const byte = front[place] as number; // place < used.length
      for (let k = place; k > 0; k--) front[k] = front[k - 1] as number;
      front[0] = byte;
      table[length++] = byte;
    }
  }
  throw new Malformed('bzip2 block has more symbols than selectors', at);
}

/** Reads the symbols that share one table, up to the one that ends the block. Returns how many. */
function readGroup(bits: Bits, coding: Coding, coded: Uint16Array, last: number, blockAt: number): number {
  const { feed } = bits;
  const { bytes } = feed;
  const { quick } = coding;
  let { at, held, bits: count } = bits;
  let read = 0;
  for (let symbol = -1; read < GROUP && symbol !== last; read++) {
    if (at + 16 > feed.end) {
      at = feed.reach(at, 16);
      if (at - (count >>> 3) > feed.end) throw bits.cut();
    }
    while (count <= 24) {
      held = (held << 8) | (bytes[at++] as number); // zeros follow feed.end
      count += 8;
    }
    const entry = quick[(held >>> (count - QUICK)) & ((1 << QUICK) - 1)] as number;
    symbol = entry >>> 5;
    count -= entry & 31;
    if (entry === 0) {
      bits.at = at;
      bits.held = held;
      bits.bits = count;
      symbol = bits.symbol(coding, blockAt);
      ({ at, held, bits: count } = bits);
    }
    coded[read] = symbol;
  }
  bits.at = at;
  bits.held = held;
  bits.bits = count;
  if (bits.offset > feed.base + feed.end) throw bits.cut();
  return read;
}

/** Which byte values occur: sixteen groups of sixteen. */
function usedBytes(bits: Bits): readonly number[] {
  const groups = bits.take(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >>> group)) === 0) continue;
    const members = bits.take(16);
    for (let i = 0; i < 16; i++) if ((members & (0x8000 >>> i)) !== 0) used.push(group * 16 + i);
  }
  return used;
}

function readSelectors(bits: Bits, count: number, groups: number, at: number): Uint8Array {
  const selectors = new Uint8Array(count);
  const front = [0, 1, 2, 3, 4, 5];
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (bits.take(1) === 1) if (++place >= groups) throw new Malformed('bzip2 selector out of range', at);
    const [chosen = 0] = front.splice(place, 1);
    front.unshift(chosen);
    selectors[i] = chosen;
  }
  return selectors;
}

function readCoding(bits: Bits, symbols: number, at: number): Coding {
  const lengths = new Uint8Array(symbols);
  let length = bits.take(5);
  for (let i = 0; i < symbols; i++) {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) throw new Malformed('bzip2 code length out of range', at);
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[i] = length;
  }
  const quick = new Uint16Array(1 << QUICK);
  const lastCode = new Int32Array(LONGEST_CODE + 1).fill(-1);
  const base = new Int32Array(LONGEST_CODE + 1);
  const order = new Uint16Array(symbols);
  let code = 0;
  let index = 0;
  for (let size = 1; size <= LONGEST_CODE; size++) {
    code <<= 1;
    base[size] = code - index;
    for (let symbol = 0; symbol < symbols; symbol++) {
      if (lengths[symbol] !== size) continue;
      order[index++] = symbol;
      if (size <= QUICK)
        quick.fill((symbol << 5) | size, code << (QUICK - size), (code + 1) << (QUICK - size));
      lastCode[size] = code++;
    }
  }
  return { quick, lastCode, base, order };
}

/** Most bytes given out at once. */
const PIECE = 256 * 1024;

/** Undoes the Burrows–Wheeler transform, then the runs of four and more that were coded first of all. */
function* blockPieces(table: Uint32Array, length: number, origin: number): Generator<Uint8Array> {
  const starts = new Uint32Array(257);
  for (let i = 0; i < length; i++) {
    const next = ((table[i] as number) & 0xff) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let i = 0; i < 256; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  for (let i = 0; i < length; i++) {
    const byte = (table[i] as number) & 0xff;
    const place = starts[byte] as number;
    starts[byte] = place + 1;
    table[place] = ((table[place] as number) | (i << 8)) >>> 0;
  }
  const out = new Uint8Array(Math.min(PIECE, length * 64 + 256));
  let outAt = 0;
  let at = (table[origin] as number) >>> 8;
  let same = 0;
  let previous = -1;
  for (let i = 0; i < length; i++) {
    const entry = table[at] as number;
    const byte = entry & 0xff;
    at = entry >>> 8;
    if (outAt + 256 > out.length) {
      yield out.subarray(0, outAt);
      outAt = 0;
    }
    if (same === 4) {
      out.fill(previous, outAt, outAt + byte);
      outAt += byte;
      same = 0;
      previous = -1;
      continue;
    }
    same = byte === previous ? same + 1 : 1;
    previous = byte;
    out[outAt++] = byte;
  }
  if (outAt > 0) yield out.subarray(0, outAt);
}
