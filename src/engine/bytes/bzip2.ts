import { Malformed } from '#domain/error';
import { crc32MostFirst } from '#engine/bytes/crc32-bzip2';

const BLOCK_MAGIC_HIGH = 0x314159; // pi
const BLOCK_MAGIC_LOW = 0x265359;
const END_MAGIC_HIGH = 0x177245; // square root of pi
const END_MAGIC_LOW = 0x385090;

const LONGEST_CODE = 20;
const GROUP = 50; // symbols that share one coding table

/** Bits of an array, most significant first. */
class Bits {
  private readonly bytes: Uint8Array;
  private at: number;
  private held = 0;
  private bits = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Offset of the byte that holds the next bit. */
  get byteAt(): number {
    return this.at - (this.bits >>> 3);
  }

  /** @param count  1..24
   *  @throws Malformed at the end */
  take(count: number): number {
    while (this.bits < count) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw new Malformed('bzip2 stream ends early', this.bytes.length);
      this.at++;
      this.held = ((this.held << 8) | byte) >>> 0;
      this.bits += 8;
    }
    this.bits -= count;
    const value = (this.held >>> this.bits) & ((1 << count) - 1);
    return value;
  }

  word(): number {
    return this.take(16) * 0x10000 + this.take(16);
  }

  /** Leaves the rest of a byte. */
  align(): void {
    this.bits -= this.bits & 7;
  }
}

/** Decompresses one bzip2 stream; every block and the stream are checked against their CRC. Each piece is a fresh array.
 *  @returns (of the generator) where the stream ends in `bytes`
 *  @throws Malformed. Source: bzip2 1.0.8 manual; J. Seward's format as described in "BZIP2: Format Specification" (2016) */
export function* bzip2Pieces(bytes: Uint8Array, from: number): Generator<Uint8Array, number> {
  const level = (bytes[from + 3] ?? 0) - 0x30;
  if (bytes[from] !== 0x42 || bytes[from + 1] !== 0x5a || bytes[from + 2] !== 0x68 || level < 1 || level > 9) {
    throw new Malformed('no bzip2 header', from);
  }
  const bits = new Bits(bytes, from + 4);
  const blockSize = level * 100_000;
  const table = new Uint32Array(blockSize);
  let combined = 0;
  for (;;) {
    const at = bits.byteAt;
    const high = bits.take(24);
    const low = bits.take(24);
    const stored = bits.word();
    if (high === END_MAGIC_HIGH && low === END_MAGIC_LOW) {
      if (stored !== combined) throw new Malformed('CRC of the bzip2 stream is wrong', at);
      bits.align();
      return bits.byteAt;
    }
    if (high !== BLOCK_MAGIC_HIGH || low !== BLOCK_MAGIC_LOW) throw new Malformed('no bzip2 block', at);
    if (bits.take(1) === 1) throw new Malformed('randomised bzip2 block, written by no encoder since 1999', at);
    const origin = bits.take(24);
    const length = readBlock(bits, table, at);
    if (origin >= length) throw new Malformed('bzip2 block points outside itself', at);
    let sum = 0;
    for (const piece of blockPieces(table, length, origin)) {
      sum = crc32MostFirst(piece, sum);
      yield piece;
    }
    if (sum !== stored) throw new Malformed('CRC of a bzip2 block is wrong', at);
    combined = (((combined << 1) | (combined >>> 31)) ^ stored) >>> 0;
  }
}

/** One coding table: for each length the last code and what to subtract to get an index into `order`. */
interface Coding {
  readonly shortest: number;
  readonly lastCode: Int32Array;
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
  const front = Uint8Array.from(used);
  let length = 0;
  let run = 0;
  let runWeight = 1;
  let left = 0;
  let selector = 0;
  let coding = codings[0] as Coding; // groups ≥ 2
  for (;;) {
    if (left === 0) {
      const chosen = codings[selectors[selector++] ?? -1];
      if (chosen === undefined) throw new Malformed('bzip2 block has more symbols than selectors', at);
      coding = chosen;
      left = GROUP;
    }
    left--;
    const symbol = readSymbol(bits, coding, at);
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
    }
    runWeight = 1;
    if (symbol === symbols - 1) return length;
    if (length >= table.length) throw new Malformed('bzip2 block too long', at);
    const place = symbol - 1;
    const byte = front[place] ?? 0;
    front.copyWithin(1, 0, place);
    front[0] = byte;
    table[length++] = byte;
  }
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
      lastCode[size] = code++;
    }
  }
  return { shortest: lengths.reduce((least, size) => Math.min(least, size), LONGEST_CODE), lastCode, base, order };
}

function readSymbol(bits: Bits, { shortest, lastCode, base, order }: Coding, at: number): number {
  let size = shortest;
  let code = bits.take(size);
  while (code > (lastCode[size] ?? -1)) {
    if (++size > LONGEST_CODE) throw new Malformed('bzip2 code of no symbol', at);
    code = (code << 1) | bits.take(1);
  }
  const symbol = order[code - (base[size] ?? 0)];
  if (symbol === undefined) throw new Malformed('bzip2 code of no symbol', at);
  return symbol;
}

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
  const out = new Uint8Array(256 * 1024);
  let outAt = 0;
  let at = (table[origin] as number) >>> 8;
  let same = 0;
  let previous = -1;
  for (let i = 0; i < length; i++) {
    const entry = table[at] as number;
    const byte = entry & 0xff;
    at = entry >>> 8;
    if (outAt + 256 > out.length) {
      yield out.slice(0, outAt);
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
  if (outAt > 0) yield out.slice(0, outAt);
}
