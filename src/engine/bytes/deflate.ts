import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { Feed } from '#engine/bytes/feed';

/** Bytes a match may reach back, RFC 1951 §2. */
const HISTORY = 32 * 1024;

/** Bytes of the array that holds history and output, once a stream has shown that it is one. */
const FULL = 256 * 1024;

/** Bytes of that array at the start: most of what is tried as a stream is none. */
const FIRST = 8 * 1024;

/** Decompresses one raw DEFLATE stream piece by piece. A piece is valid until the next is asked for.
 *  @param at  where the stream begins in `source`
 *  @returns (of the generator) where the stream ends in `source`
 *  @throws Malformed with the offset where it breaks. Source: RFC 1951 */
export function* deflatePieces(source: Source, at: number): Generator<Uint8Array, number> {
  const stream = new Inflater(source, at);
  for (;;) {
    const piece = stream.next();
    if (piece.length > 0) yield piece;
    if (stream.ended) return stream.offset;
  }
}

/** Codes up to this many bits are looked up at once, longer ones bit by bit. */
const QUICK = 10;
const QUICK_MASK = (1 << QUICK) - 1;
const LONGEST = 15;

/** A Huffman code, §3.2.2. */
interface Code {
  /** By the next QUICK bits: symbol × 16 + length of its code; 0: a longer code, or none. */
  readonly quick: Uint16Array;
  /** How many codes there are of each length. */
  readonly counts: Uint16Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/** Base and further bits of lengths 257..285 and of distances 0..29, §3.2.5. */
const LENGTH_BASE = Uint16Array.of(
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  13,
  15,
  17,
  19,
  23,
  27,
  31,
  35,
  43,
  51,
  59,
  67,
  83,
  99,
  115,
  131,
  163,
  195,
  227,
  258,
);
const LENGTH_BITS = Uint8Array.of(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  4,
  4,
  5,
  5,
  5,
  5,
  0,
);
const DISTANCE_BITS = Uint8Array.from({ length: 30 }, (_, i) => Math.max(0, (i >> 1) - 1));
const DISTANCE_BASE = Uint16Array.from({ length: 30 }, (_, i) =>
  i < 4 ? i + 1 : ((2 + (i & 1)) << ((i >> 1) - 1)) + 1,
);

/** In which order the lengths of the code length code stand, §3.2.7. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

/** §3.2.6 */
const FIXED_LITERALS = codeOf(
  Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
);
const FIXED_DISTANCES = codeOf(new Uint8Array(30).fill(5));

type Mode = 'header' | 'stored' | 'coded';

class Inflater {
  ended = false;
  private readonly feed: Feed;
  private at = 0;
  /** Bits taken from the window and not used yet, the next one lowest. */
  private held = 0;
  private bits = 0;
  private out = new Uint8Array(FIRST);
  private outAt = 0;
  private mode: Mode = 'header';
  private isLast = false;
  /** Bytes left of a stored block. */
  private stored = 0;
  private literals = FIXED_LITERALS;
  private distances = FIXED_DISTANCES;

  constructor(source: Source, at: number) {
    this.feed = new Feed(source, at);
  }

  /** Where the next byte that holds no used bit stands in the source. */
  get offset(): number {
    return this.feed.base + this.at - (this.bits >>> 3);
  }

  /** More output; empty only at the end. */
  next(): Uint8Array {
    this.makeRoom();
    const from = this.outAt;
    // a match of 258 bytes is never cut in two
    while (!this.ended && this.outAt + 258 <= this.out.length) {
      switch (this.mode) {
        case 'header':
          if (this.isLast) this.end();
          else this.begin();
          break;
        case 'stored':
          this.copyStored();
          break;
        case 'coded':
          this.decode();
          break;
      }
    }
    return this.out.subarray(from, this.outAt);
  }

  private makeRoom(): void {
    if (this.out.length < FULL && this.outAt > 0) {
      const grown = new Uint8Array(FULL);
      grown.set(this.out.subarray(0, this.outAt));
      this.out = grown;
    } else if (this.outAt > HISTORY) {
      this.out.copyWithin(0, this.outAt - HISTORY, this.outAt);
      this.outAt = HISTORY;
    }
  }

  private end(): void {
    this.ended = true;
    if (this.offset > this.feed.base + this.feed.end) throw this.cut();
  }

  /** §3.2.3 */
  private begin(): void {
    this.isLast = this.take(1) === 1;
    switch (this.take(2)) {
      case 0:
        this.beginStored();
        break;
      case 1:
        this.literals = FIXED_LITERALS;
        this.distances = FIXED_DISTANCES;
        this.mode = 'coded';
        break;
      case 2:
        this.beginDynamic();
        break;
      default:
        throw this.bad('no kind of DEFLATE block');
    }
  }

  /** §3.2.4 */
  private beginStored(): void {
    this.take(this.bits & 7);
    const length = this.take(16);
    const complement = this.take(16);
    if (length !== (~complement & 0xffff))
      throw this.bad('length of a stored DEFLATE block and its complement disagree');
    // what was taken in advance is given back
    this.at -= this.bits >>> 3;
    this.held = 0;
    this.bits = 0;
    this.stored = length;
    this.mode = 'stored';
  }

  private copyStored(): void {
    const { feed } = this;
    if (this.stored === 0) {
      this.mode = 'header';
      return;
    }
    if (this.at >= feed.end) {
      if (feed.isLast) throw this.cut();
      feed.moveTo(this.at);
      this.at = 0;
    }
    const length = Math.min(this.stored, feed.end - this.at, this.out.length - this.outAt);
    this.out.set(feed.bytes.subarray(this.at, this.at + length), this.outAt);
    this.at += length;
    this.outAt += length;
    this.stored -= length;
  }

  /** §3.2.7 */
  private beginDynamic(): void {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    if (literals > 286 || distances > 30) throw this.bad('more DEFLATE codes than there are');
    const lengths = new Uint8Array(19);
    for (let i = 0, count = this.take(4) + 4; i < count; i++) lengths[ORDER[i] ?? 0] = this.take(3);
    const code = this.checked(lengths, false);
    const all = new Uint8Array(literals + distances);
    for (let i = 0; i < all.length; ) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        all[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw this.bad('a DEFLATE code length repeats none');
      const value = symbol === 16 ? (all[i - 1] ?? 0) : 0;
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (i + times > all.length) throw this.bad('more DEFLATE code lengths than announced');
      all.fill(value, i, i + times);
      i += times;
    }
    if (all[256] === 0) throw this.bad('DEFLATE block without an end');
    this.literals = this.checked(all.subarray(0, literals), true);
    this.distances = this.checked(all.subarray(literals), true);
    this.mode = 'coded';
  }

  /** @param mayBeSingle  one code of one bit is allowed, and none at all; any other gap is not */
  private checked(lengths: Uint8Array, mayBeSingle: boolean): Code {
    const code = codeOf(lengths);
    let free = 1;
    for (let bits = 1; bits <= LONGEST; bits++) {
      free = free * 2 - (code.counts[bits] ?? 0);
      if (free < 0) throw this.bad('DEFLATE code lengths claim more than all codes');
    }
    const isSingle = code.symbols.length === 0 || (code.symbols.length === 1 && code.counts[1] === 1);
    if (free > 0 && !(mayBeSingle && isSingle)) throw this.bad('DEFLATE code lengths leave codes unused');
    return code;
  }

  /** Literals and matches until the block ends or the output is full. */
  private decode(): void {
    const { feed, out } = this;
    const { bytes } = feed;
    const literals = this.literals.quick;
    const distances = this.distances.quick;
    const full = out.length - 258;
    let { at, held, bits, outAt } = this;
    for (;;) {
      if (outAt > full) break;
      if (at + 16 > feed.end) {
        if (!feed.isLast) {
          feed.moveTo(at);
          at = 0;
        } else if (at - (bits >>> 3) > feed.end) {
          this.at = at;
          throw this.cut();
        }
      }
      while (bits <= 24) {
        held |= (bytes[at++] as number) << bits; // padded behind feed.end
        bits += 8;
      }
      let entry = literals[held & QUICK_MASK] as number;
      if (entry === 0) {
        entry = longCode(this.literals, held);
        if (entry === 0) throw this.badAt(at, bits, 'a DEFLATE code that was not announced');
      }
      held >>>= entry & 15;
      bits -= entry & 15;
      const symbol = entry >>> 4;
      if (symbol < 256) {
        out[outAt++] = symbol;
        continue;
      }
      if (symbol === 256) {
        this.mode = 'header';
        break;
      }
      if (symbol > 285) throw this.badAt(at, bits, 'a DEFLATE length that does not exist');
      const more = LENGTH_BITS[symbol - 257] as number;
      const length = (LENGTH_BASE[symbol - 257] as number) + (held & ((1 << more) - 1));
      held >>>= more;
      bits -= more;
      while (bits <= 24) {
        held |= (bytes[at++] as number) << bits;
        bits += 8;
      }
      entry = distances[held & QUICK_MASK] as number;
      if (entry === 0) {
        entry = longCode(this.distances, held);
        if (entry === 0) throw this.badAt(at, bits, 'a DEFLATE code that was not announced');
      }
      held >>>= entry & 15;
      bits -= entry & 15;
      const slot = entry >>> 4;
      if (slot > 29) throw this.badAt(at, bits, 'a DEFLATE distance that does not exist');
      while (bits <= 24) {
        held |= (bytes[at++] as number) << bits;
        bits += 8;
      }
      const far = DISTANCE_BITS[slot] as number;
      const distance = (DISTANCE_BASE[slot] as number) + (held & ((1 << far) - 1));
      held >>>= far;
      bits -= far;
      if (distance > outAt) throw this.badAt(at, bits, 'a match reaches back before the first byte');
      for (let from = outAt - distance, end = outAt + length; outAt < end; )
        out[outAt++] = out[from++] as number;
    }
    this.at = at;
    this.held = held;
    this.bits = bits;
    this.outAt = outAt;
    if (this.offset > feed.base + feed.end) throw this.cut();
  }

  private symbol(code: Code): number {
    this.need(LONGEST);
    const entry = (code.quick[this.held & QUICK_MASK] as number) || longCode(code, this.held);
    if (entry === 0) throw this.bad('a DEFLATE code that was not announced');
    this.take(entry & 15);
    return entry >>> 4;
  }

  /** @param count  0..16 */
  private take(count: number): number {
    this.need(count);
    const value = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.bits -= count;
    if (this.offset > this.feed.base + this.feed.end) throw this.cut();
    return value;
  }

  private need(count: number): void {
    const { feed } = this;
    while (this.bits < count) {
      if (this.at >= feed.end && !feed.isLast) {
        feed.moveTo(this.at);
        this.at = 0;
      }
      this.held |= (feed.bytes[this.at++] ?? 0) << this.bits;
      this.bits += 8;
    }
  }

  private cut(): Malformed {
    return new Malformed('DEFLATE stream ends early', this.feed.base + this.feed.end);
  }

  private bad(why: string): Malformed {
    return new Malformed(why, Math.min(this.offset, this.feed.base + this.feed.end));
  }

  private badAt(at: number, bits: number, why: string): Malformed {
    this.at = at;
    this.bits = bits;
    return this.offset > this.feed.base + this.feed.end ? this.cut() : this.bad(why);
  }
}

/** The code that the lengths of its symbols describe; too many codes are the caller's to refuse. */
function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1; // length ≤ 15
  counts[0] = 0;
  const places = new Uint16Array(LONGEST + 2);
  const codes = new Uint16Array(LONGEST + 2);
  for (let bits = 1; bits <= LONGEST; bits++) {
    places[bits + 1] = (places[bits] as number) + (counts[bits] as number);
    codes[bits + 1] = ((codes[bits] as number) + (counts[bits] as number)) << 1;
  }
  const symbols = new Uint16Array(places[LONGEST + 1] as number);
  const quick = new Uint16Array(1 << QUICK);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const bits = lengths[symbol] as number;
    if (bits === 0) continue;
    const place = places[bits] as number;
    places[bits] = place + 1;
    symbols[place] = symbol;
    const code = codes[bits] as number;
    codes[bits] = code + 1;
    if (bits > QUICK) continue;
    for (let i = reversed(code, bits); i < quick.length; i += 1 << bits) quick[i] = (symbol << 4) | bits;
  }
  return { quick, counts, symbols };
}

/** Codes stand in the stream highest bit first. */
function reversed(code: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i++) result |= ((code >>> i) & 1) << (bits - 1 - i);
  return result;
}

/** A code of any length at the low end of `held`; 0: there is none. */
function longCode({ counts, symbols }: Code, held: number): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let bits = 1; bits <= LONGEST; bits++) {
    code |= (held >>> (bits - 1)) & 1;
    const count = counts[bits] as number;
    if (code - first < count) return ((symbols[index + code - first] as number) << 4) | bits;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return 0;
}
