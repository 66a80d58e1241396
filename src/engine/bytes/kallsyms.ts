import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { READ_LIMIT } from '#engine/bytes/source';
import { latin1 } from '#engine/bytes/text';

/** The table of symbols that a kernel of Linux carries for its own messages. */
export interface Kallsyms {
  readonly count: number;
  /** Bytes of an address. */
  readonly wordSize: 4 | 8;
  readonly isLittle: boolean;
  /** What the table fills: names, markers, tokens, addresses. Inside the source. */
  readonly ranges: readonly ByteRange[];
  /** In the order of the table, which is that of the addresses.
   *  @throws Malformed when a name is longer than the kernel allows */
  symbols(): Generator<KernelSymbol>;
}

/** One symbol; the letter of its type is that of `nm`. */
export interface KernelSymbol {
  /** Counted from the beginning of the kernel where that is moved at its start. */
  readonly address: bigint;
  readonly type: string;
  readonly name: string;
}

/** Digits stand for themselves in every table of tokens: each of them is in the name of some symbol. */
const DIGITS = '0\x001\x002\x003\x004\x005\x006\x007\x008\x009\x00';

/** Where the token of the digit 0 stands in the table. */
const FIRST_DIGIT = 0x30;

/** Bytes before and behind the tokens in which the rest of the table lies. */
const BEFORE = 12 * 1024 * 1024;
const BEHIND = READ_LIMIT - BEFORE - 16;

/** Parts begin on such multiples at most: `.align 4` of an assembler may mean 2^4. */
const ALIGNMENT = 16;

/** Symbols of one kernel; large ones have some 200,000. */
const SYMBOL_LIMIT = 700_000;

/** Longest name (KSYM_NAME_LEN). */
const NAME_LIMIT = 512;

/** Symbols from marker to marker. */
const STRIDE = 256;

/** Searches a kernel for its table (scripts/kallsyms.c of Linux 2.6.10 to 6.12, whose order of parts has changed twice).
 *  @returns null: none, or one that contradicts itself */
export function readKallsyms(source: Source): Kallsyms | null {
  let tables = 0;
  for (const at of digitsIn(source)) {
    const from = Math.max(0, at - BEFORE - (at % ALIGNMENT)); // keeps what is aligned aligned
    const table = new Table(source.bytes(from, Math.min(source.size, at + BEHIND)), from);
    const tokens = table.tokens(at - from);
    if (tokens === null) continue;
    const found = table.read(tokens);
    if (found !== null || ++tables === TABLES) return found;
  }
  return null;
}

/** Bytes read at once. */
const STEP = 1024 * 1024;

/** Tables of tokens that are looked around; a kernel has one. */
const TABLES = 2;

/** Places where ten digits stand in a row; other tables of a kernel have them too. */
const PLACES = 64;

function* digitsIn(source: Source): Generator<number> {
  const wanted = Buffer.from(DIGITS, 'latin1');
  let places = 0;
  for (let base = 0; base < source.size; base += STEP) {
    const window = source.bytes(base, Math.min(source.size, base + STEP + wanted.length - 1));
    const bytes = Buffer.from(window.buffer, window.byteOffset, window.byteLength);
    for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) {
      yield base + at;
      if (++places === PLACES) return;
    }
  }
}

interface Tokens {
  readonly texts: readonly string[];
  readonly isLittle: boolean;
  readonly start: number;
  readonly indexStart: number;
  readonly end: number;
}

interface Markers {
  readonly offsets: readonly number[];
  readonly start: number;
  readonly end: number;
}

interface Names {
  readonly count: number;
  /** Of the word with the number of symbols. */
  readonly countAt: number;
  readonly start: number;
  readonly end: number;
}

interface Addresses {
  readonly wordSize: 4 | 8;
  readonly range: ByteRange;
  readonly at: (index: number) => bigint;
}

/** The part of a kernel in which the table lies. Offsets count from its beginning. */
class Table {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** Where `bytes` stands in the source. */
  private readonly base: number;

  constructor(bytes: Uint8Array, base: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.base = base;
  }

  read(tokens: Tokens): Kallsyms | null {
    for (const wordSize of [4, 8] as const) {
      const markers = this.markers(tokens, wordSize);
      const names = markers === null ? null : this.names(tokens, markers);
      const addresses = names === null ? null : this.addresses(tokens, names);
      if (markers === null || names === null || addresses === null) continue;
      const own = [[names.countAt, names.end], [markers.start, tokens.end], addresses.range] as const;
      return {
        count: names.count,
        wordSize: addresses.wordSize,
        isLittle: tokens.isLittle,
        ranges: own.map(([start, end]): ByteRange => [this.base + start, this.base + end]),
        symbols: () => this.symbols(tokens, names, addresses),
      };
    }
    return null;
  }

  /** The 256 texts, and behind them where each begins. The order of the bytes is the one in which that is so. */
  tokens(digits: number): Tokens | null {
    let end = digits;
    for (let i = FIRST_DIGIT; i < 256; i++) {
      end = this.bytes.indexOf(0, end) + 1;
      if (end === 0 || end - digits > 64 * 1024) return null;
    }
    for (const isLittle of [true, false]) {
      for (
        let indexStart = end;
        indexStart < end + 16 && indexStart + 512 <= this.bytes.length;
        indexStart++
      ) {
        if (this.bytes[indexStart - 1] !== 0) break;
        const start = digits - this.view.getUint16(indexStart + 2 * FIRST_DIGIT, isLittle);
        if (start < 0 || this.view.getUint16(indexStart, isLittle) !== 0) continue;
        const texts = this.textsAt(start, indexStart, isLittle);
        if (texts !== null) return { texts, isLittle, start, indexStart, end: indexStart + 512 };
      }
    }
    return null;
  }

  private textsAt(start: number, indexStart: number, isLittle: boolean): readonly string[] | null {
    const texts: string[] = [];
    let at = start;
    for (let i = 0; i < 256; i++) {
      if (start + this.view.getUint16(indexStart + 2 * i, isLittle) !== at) return null;
      const end = this.bytes.indexOf(0, at);
      if (end === -1 || end >= indexStart || end - at > NAME_LIMIT) return null;
      texts.push(latin1(this.bytes.subarray(at, end)));
      at = end + 1;
    }
    return texts;
  }

  /** Every 256th symbol begins where a marker says. They stand before the tokens; from Linux 6.2 to 6.4 three bytes for
   *  each symbol stand between. */
  private markers({ start, isLittle }: Tokens, wordSize: 4 | 8): Markers | null {
    for (let end = start; end > start - ALIGNMENT && this.isZero(end, start); end -= 4) {
      const direct = this.markersBefore(end, wordSize, isLittle);
      if (direct !== null) return direct;
    }
    for (
      let end = start - (start % 4) - 3 * STRIDE;
      end > start - 3 * SYMBOL_LIMIT && end > wordSize * 2;
      end -= 4
    ) {
      const last = this.word(end - wordSize, wordSize, isLittle);
      const step = last - this.word(end - 2 * wordSize, wordSize, isLittle);
      if (!isStep(step) || last > BEFORE) continue;
      const found = this.markersBefore(end, wordSize, isLittle);
      const between = (start - end) / (3 * STRIDE);
      if (found !== null && between > found.offsets.length - 1 && between <= found.offsets.length + 0.1)
        return found;
    }
    return null;
  }

  /** Markers that end at a place; at least two. */
  private markersBefore(end: number, wordSize: 4 | 8, isLittle: boolean): Markers | null {
    const offsets: number[] = [];
    for (let at = end - wordSize; at >= 0; at -= wordSize) {
      const offset = this.word(at, wordSize, isLittle);
      const after = offsets.at(-1);
      if (offset > BEFORE || (after !== undefined && !isStep(after - offset))) return null;
      offsets.push(offset);
      if (offset === 0) return offsets.length < 2 ? null : { offsets: offsets.toReversed(), start: at, end };
    }
    return null;
  }

  private word(at: number, size: 4 | 8, isLittle: boolean): number {
    if (at < 0 || at + size > this.bytes.length) return Number.MAX_SAFE_INTEGER;
    return size === 4 ? this.view.getUint32(at, isLittle) : Number(this.view.getBigUint64(at, isLittle));
  }

  /** The names stand before the markers, and before them their number. */
  private names({ isLittle }: Tokens, { offsets, start: limit }: Markers): Names | null {
    const last = offsets.at(-1) ?? 0;
    const most = offsets.length * STRIDE;
    const farthest = Math.max(8, limit - last - STRIDE * (NAME_LIMIT + 2));
    for (let start = limit - last - 1; start >= farthest; start--) {
      for (const countAt of [start - 4, start - 8, start - ALIGNMENT]) {
        if (countAt + 4 < start && this.word(countAt + 4, 4, isLittle) !== 0) continue;
        const count = this.word(countAt, 4, isLittle);
        if (count > most || count <= most - STRIDE || count > SYMBOL_LIMIT) continue;
        const end = this.namesEnd(start, count, offsets, limit);
        if (end !== null && this.isZero(end, limit)) return { count, countAt, start, end };
      }
    }
    return null;
  }

  /** Where the last name ends, when every marker is right. */
  private namesEnd(start: number, count: number, offsets: readonly number[], limit: number): number | null {
    let at = start;
    for (let i = 0; i < count; i++) {
      if (i % STRIDE === 0 && at - start !== offsets[i / STRIDE]) return null;
      const { from, length } = this.lengthAt(at);
      at = from + length;
      if (length === 0 || at > limit) return null;
    }
    return at;
  }

  /** Since Linux 6.1 a length above 127 takes two bytes. */
  private lengthAt(at: number): { readonly from: number; readonly length: number } {
    const first = this.bytes[at] ?? 0;
    return first < 0x80
      ? { from: at + 1, length: first }
      : { from: at + 2, length: (first & 0x7f) | ((this.bytes[at + 1] ?? 0) << 7) };
  }

  private isZero(start: number, end: number): boolean {
    return end - start < ALIGNMENT && this.bytes.subarray(start, end).every((byte) => byte === 0);
  }

  /** Addresses stand before the number of symbols, or since Linux 6.4 behind the tokens; as they are, or as distances from
   *  a base that stands behind them. Filling may stand behind each part. */
  private addresses({ isLittle, end }: Tokens, { count, countAt }: Names): Addresses | null {
    for (const wordSize of [8, 4] as const) {
      for (const baseAt of this.placesBefore(countAt, wordSize)) {
        for (const start of this.placesBefore(baseAt, 4 * count)) {
          const found = this.relative(start, baseAt, count, wordSize, isLittle);
          if (found !== null) return found;
        }
      }
      for (let start = end; start < end + ALIGNMENT; start += 4) {
        for (let baseAt = start + 4 * count; baseAt < start + 4 * count + ALIGNMENT; baseAt += 4) {
          const found = this.relative(start, baseAt, count, wordSize, isLittle);
          if (found !== null) return found;
        }
      }
    }
    for (const wordSize of [8, 4] as const) {
      for (const start of this.placesBefore(countAt, wordSize * count)) {
        const found = this.plain(start, count, wordSize, isLittle);
        if (found !== null) return found;
      }
    }
    return null;
  }

  /** Where something of that size may begin that ends at `end`, but for zeros. */
  private *placesBefore(end: number, size: number): Generator<number> {
    for (let stop = end; stop > end - ALIGNMENT && stop >= size && this.isZero(stop, end); stop -= 4)
      yield stop - size;
  }

  private relative(
    start: number,
    baseAt: number,
    count: number,
    wordSize: 4 | 8,
    isLittle: boolean,
  ): Addresses | null {
    if (start < 0 || baseAt < start + 4 * count || baseAt + wordSize > this.bytes.length) return null;
    const base =
      wordSize === 4
        ? BigInt(this.view.getUint32(baseAt, isLittle))
        : this.view.getBigUint64(baseAt, isLittle);
    const offset = (i: number) => this.view.getInt32(start + 4 * i, isLittle);
    let firstNegative: number | null = null;
    for (let i = 0; i < count && firstNegative === null; i++) if (offset(i) < 0) firstNegative = offset(i);
    // distances are counted from the lowest address; those of one processor's variables are none, the others are negative then
    // a kernel that is moved at its start has nothing there yet
    const isUnset = base === 0n && wordSize === 8 && baseAt === Math.ceil((start + 4 * count) / 8) * 8;
    if (
      !(isUnset || isOfKernel(base, wordSize)) ||
      (firstNegative === null ? offset(0) !== 0 : firstNegative !== -1)
    )
      return null;
    const at = (i: number) => {
      const value = offset(i);
      if (firstNegative === null) return base + BigInt(value);
      return value >= 0 ? BigInt(value) : base - 1n - BigInt(value);
    };
    return isRising(at, count) ? { wordSize, range: [start, baseAt + wordSize], at } : null;
  }

  private plain(start: number, count: number, wordSize: 4 | 8, isLittle: boolean): Addresses | null {
    if (start < 0) return null;
    const at = (i: number) =>
      wordSize === 4
        ? BigInt(this.view.getUint32(start + 4 * i, isLittle))
        : this.view.getBigUint64(start + 8 * i, isLittle);
    return isOfKernel(at(count - 1), wordSize) && isRising(at, count)
      ? { wordSize, range: [start, start + wordSize * count], at }
      : null;
  }

  private *symbols(
    { texts }: Tokens,
    { start, count }: Names,
    { at: addressAt }: Addresses,
  ): Generator<KernelSymbol> {
    let at = start;
    for (let i = 0; i < count; i++) {
      const { from, length } = this.lengthAt(at);
      let text = '';
      for (let k = from; k < from + length; k++) {
        text += texts[this.bytes[k] ?? 0] ?? '';
        if (text.length > NAME_LIMIT + 1)
          throw new Malformed('a symbol with a name longer than any', this.base + at);
      }
      yield { address: addressAt(i), type: text.slice(0, 1), name: text.slice(1) };
      at = from + length;
    }
  }
}

/** What 256 names can take: a length and at least a type and a letter each. */
function isStep(step: number): boolean {
  return step >= 2 * STRIDE && step <= STRIDE * (NAME_LIMIT + 2);
}

/** Kernels with 64 bits run in the upper half of the addresses, on PowerPC from 0xc on; those with 32 bits far above what a
 *  distance can be. */
function isOfKernel(address: bigint, wordSize: 4 | 8): boolean {
  if (wordSize === 4) return address >= 0x1000_0000n;
  return address >> 48n === 0xffffn || address >> 32n === 0xc000_0000n;
}

/** True when the addresses are in order, and there is room for the symbols between the first and the last. */
function isRising(at: (index: number) => bigint, count: number): boolean {
  let last = at(0);
  for (let i = 1; i < count; i++) {
    const address = at(i);
    if (address < last) return false;
    last = address;
  }
  return last - at(0) >= BigInt(count);
}
