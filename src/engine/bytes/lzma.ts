import { Malformed } from '#domain/error';

/** lc, lp and pb of an LZMA stream, from its first byte. */
export interface LzmaProperties {
  /** High bits of the previous byte that choose the literal coder, 0..8. */
  readonly lc: number;
  /** Low bits of the position that choose the literal coder, 0..4. */
  readonly lp: number;
  /** Low bits of the position that choose the match coders, 0..4. */
  readonly pb: number;
}

/** @returns null for a byte that no encoder writes (≥ 225).
 *  Source: LZMA specification (Pavlov, 2015), "LZMA properties" */
export function lzmaProperties(byte: number): LzmaProperties | null {
  if (byte >= 225) return null;
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) };
}

const STATES = 12;
const POSITION_STATES = 16;
const LENGTH_CODER = 2 + 2 * POSITION_STATES * 8 + 256;

// Where each group of probabilities begins.
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * POSITION_STATES;
const IS_REP_G0 = IS_REP + STATES;
const IS_REP_G1 = IS_REP_G0 + STATES;
const IS_REP_G2 = IS_REP_G1 + STATES;
const IS_REP0_LONG = IS_REP_G2 + STATES;
const SLOT = IS_REP0_LONG + STATES * POSITION_STATES;
const SPECIAL = SLOT + 4 * 64;
const ALIGN = SPECIAL + 115 + 1;
const MATCH_LENGTH = ALIGN + 16;
const REP_LENGTH = MATCH_LENGTH + LENGTH_CODER;
const LITERAL = REP_LENGTH + LENGTH_CODER;

// Inside a length coder.
const CHOICE_2 = 1;
const LOW = 2;
const MID = LOW + POSITION_STATES * 8;
const HIGH = MID + POSITION_STATES * 8;

const HALF = 1024;
const TOP_BYTE = 0xff000000 | 0;

/** Most bytes of input that one symbol takes: 14 coded bits and 26 direct ones shift out less. */
export const SYMBOL_INPUT = 32;

/** Decodes one LZMA stream, or the LZMA chunks of an LZMA2 stream, into an array that is its own dictionary.
 *  All fields are state between two calls of {@link run}. */
export class LzmaDecoder {
  /** Decoded bytes; those before {@link outAt} are the dictionary. */
  out: Uint8Array;
  outAt = 0;
  /** Index in `out` of the first byte since the dictionary was reset; negative when that byte was moved out. */
  origin = 0;
  /** Bytes that a match may reach back. */
  dictionary = 0x7fffffff;
  input: Uint8Array;
  inAt = 0;
  /** Where the stream ends in `input` at the latest. */
  inEnd: number;
  /** True when more input follows `inEnd`: {@link run} stops while a symbol may not be there whole. */
  hasMore = false;
  /** True once the end marker was read. */
  ended = false;
  lc = 0;
  lp = 0;
  pb = 0;
  private probabilities: Uint16Array = new Uint16Array(0);
  private state = 0;
  private rep0 = 0;
  private rep1 = 0;
  private rep2 = 0;
  private rep3 = 0;
  // Both are 32 bits without sign, held as V8 is fastest with: as signed integers.
  private range = 0;
  private code = 0;
  /** Bytes of a match that did not fit before the limit of the last call. */
  private pending = 0;

  constructor(input: Uint8Array, inAt: number, inEnd: number, out: Uint8Array) {
    this.input = input;
    this.inAt = inAt;
    this.inEnd = inEnd;
    this.out = out;
  }

  /** New properties and fresh probabilities. */
  setProperties({ lc, lp, pb }: LzmaProperties): void {
    this.lc = lc;
    this.lp = lp;
    this.pb = pb;
    const size = LITERAL + (0x300 << (lc + lp));
    if (this.probabilities.length !== size) this.probabilities = new Uint16Array(size);
    this.resetState();
  }

  resetState(): void {
    this.probabilities.fill(HALF);
    this.state = 0;
    this.rep0 = 0;
    this.rep1 = 0;
    this.rep2 = 0;
    this.rep3 = 0;
    this.pending = 0;
  }

  /** Reads the five bytes that every range coder begins with.
   *  @throws Malformed when they are not there or the first is not 0 */
  startRange(): void {
    const { input, inAt } = this;
    if (this.inEnd - inAt < 5) throw new Malformed('LZMA stream ends in its first bytes', this.inEnd);
    if (input[inAt] !== 0) throw new Malformed('first byte of the range coder is not 0', inAt);
    this.code =
      ((input[inAt + 1] ?? 0) << 24) |
      ((input[inAt + 2] ?? 0) << 16) |
      ((input[inAt + 3] ?? 0) << 8) |
      (input[inAt + 4] ?? 0);
    this.range = -1;
    this.inAt = inAt + 5;
  }

  /** Takes the byte that the last symbol leaves to be shifted in, then looks where the encoder stopped.
   *  @returns true when everything was read that an encoder writes at its end */
  isFinished(): boolean {
    if ((this.range & TOP_BYTE) === 0) {
      if (this.inAt >= this.inEnd) return false;
      this.range <<= 8;
      this.code = (this.code << 8) | (this.input[this.inAt++] ?? 0);
    }
    return this.code === 0 && this.pending === 0;
  }

  /** Takes the end marker when it stands here; leaves everything as it is when not. `out` has room for one byte. */
  tryEndMarker(): void {
    const { outAt, inAt, state, rep0, rep1, rep2, rep3, range, code, pending } = this;
    const probabilities = this.probabilities.slice();
    try {
      if (pending === 0) this.run(outAt + 1);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.ended = false;
    }
    if (this.ended) return;
    Object.assign(this, { outAt, inAt, state, rep0, rep1, rep2, rep3, range, code, pending, probabilities });
  }

  /** Decodes until `limit` (index into `out`), the end marker, or with {@link hasMore} until input runs low.
   *  @param openEnded  true: the stream states neither size nor end; it ends with its input, up to some zero bytes more
   *  @throws Malformed when the input ends before, or a match reaches back before the dictionary */
  run(limit: number, openEnded = false): void {
    // Everything hot lives in locals that are 32-bit integers; the range coder is written out at each use.
    // As a closure or method it is five times slower, with numbers above 2^31 a third.
    const { out, input, inEnd, origin, dictionary, lc, probabilities: p } = this;
    const first = Math.max(0, origin);
    const inStop = this.hasMore ? inEnd - SYMBOL_INPUT : inEnd;
    const positionMask = (1 << this.pb) - 1;
    const literalMask = (1 << this.lp) - 1;
    let outAt = this.outAt | 0;
    let inAt = this.inAt | 0;
    let state = this.state | 0;
    let rep0 = this.rep0 | 0;
    let rep1 = this.rep1 | 0;
    let rep2 = this.rep2 | 0;
    let rep3 = this.rep3 | 0;
    let range = this.range | 0;
    let code = this.code | 0;
    let length = this.pending;
    let ended = false;
    let bad = '';
    main: for (;;) {
      if (length > 0) {
        if (rep0 >>> 0 >= outAt - first || rep0 >>> 0 >= dictionary) {
          bad = 'a match reaches back before the first byte';
          break;
        }
        const distance = rep0 + 1;
        const end = length < limit - outAt ? outAt + length : limit;
        length -= end - outAt;
        let from = outAt - distance;
        while (outAt < end) out[outAt++] = out[from++] as number;
        if (length > 0) break;
      }
      if (outAt >= limit) break;
      if (inAt > inStop) {
        if (inAt <= inEnd) break;
        // Zeros read past the end leave the coder at 0 only where an encoder had finished.
        if (openEnded && code === 0) ended = true;
        else bad = 'LZMA stream ends early';
        break;
      }
      const positionState = (outAt - origin) & positionMask;
      let index = IS_MATCH + (state << 4) + positionState;
      let prob = p[index] as number;
      if ((range & TOP_BYTE) === 0) {
        range <<= 8;
        code = (code << 8) | (input[inAt++] as number);
      }
      let bound = Math.imul(range >>> 11, prob);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        p[index] = prob + ((2048 - prob) >> 5);
        // A literal.
        const previous = outAt > first ? (out[outAt - 1] as number) : 0;
        const base = LITERAL + 0x300 * ((((outAt - origin) & literalMask) << lc) + (previous >> (8 - lc)));
        let symbol = 1;
        if (state >= 7) {
          if (rep0 >>> 0 >= outAt - first || rep0 >>> 0 >= dictionary) {
            bad = 'a match reaches back before the first byte';
            break;
          }
          let match = out[outAt - rep0 - 1] as number;
          let offset = 0x100;
          while (symbol < 0x100) {
            match <<= 1;
            const bit = match & offset;
            index = base + offset + bit + symbol;
            prob = p[index] as number;
            if ((range & TOP_BYTE) === 0) {
              range <<= 8;
              code = (code << 8) | (input[inAt++] as number);
            }
            bound = Math.imul(range >>> 11, prob);
            if (code >>> 0 < bound >>> 0) {
              range = bound;
              p[index] = prob + ((2048 - prob) >> 5);
              symbol <<= 1;
              offset &= ~bit;
            } else {
              range = (range - bound) | 0;
              code = (code - bound) | 0;
              p[index] = prob - (prob >> 5);
              symbol = (symbol << 1) | 1;
              offset &= bit;
            }
          }
        } else {
          while (symbol < 0x100) {
            index = base + symbol;
            prob = p[index] as number;
            if ((range & TOP_BYTE) === 0) {
              range <<= 8;
              code = (code << 8) | (input[inAt++] as number);
            }
            bound = Math.imul(range >>> 11, prob);
            if (code >>> 0 < bound >>> 0) {
              range = bound;
              p[index] = prob + ((2048 - prob) >> 5);
              symbol <<= 1;
            } else {
              range = (range - bound) | 0;
              code = (code - bound) | 0;
              p[index] = prob - (prob >> 5);
              symbol = (symbol << 1) | 1;
            }
          }
        }
        out[outAt++] = symbol;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      range = (range - bound) | 0;
      code = (code - bound) | 0;
      p[index] = prob - (prob >> 5);
      let coder = MATCH_LENGTH;
      let isRep = false;
      index = IS_REP + state;
      prob = p[index] as number;
      if ((range & TOP_BYTE) === 0) {
        range <<= 8;
        code = (code << 8) | (input[inAt++] as number);
      }
      bound = Math.imul(range >>> 11, prob);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        p[index] = prob + ((2048 - prob) >> 5);
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        p[index] = prob - (prob >> 5);
        isRep = true;
        coder = REP_LENGTH;
        index = IS_REP_G0 + state;
        prob = p[index] as number;
        if ((range & TOP_BYTE) === 0) {
          range <<= 8;
          code = (code << 8) | (input[inAt++] as number);
        }
        bound = Math.imul(range >>> 11, prob);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          p[index] = prob + ((2048 - prob) >> 5);
          index = IS_REP0_LONG + (state << 4) + positionState;
          prob = p[index] as number;
          if ((range & TOP_BYTE) === 0) {
            range <<= 8;
            code = (code << 8) | (input[inAt++] as number);
          }
          bound = Math.imul(range >>> 11, prob);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            p[index] = prob + ((2048 - prob) >> 5);
            // One byte from the last distance.
            state = state < 7 ? 9 : 11;
            length = 1;
            continue main;
          }
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = prob - (prob >> 5);
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = prob - (prob >> 5);
          let distance: number;
          index = IS_REP_G1 + state;
          prob = p[index] as number;
          if ((range & TOP_BYTE) === 0) {
            range <<= 8;
            code = (code << 8) | (input[inAt++] as number);
          }
          bound = Math.imul(range >>> 11, prob);
          if (code >>> 0 < bound >>> 0) {
            range = bound;
            p[index] = prob + ((2048 - prob) >> 5);
            distance = rep1;
          } else {
            range = (range - bound) | 0;
            code = (code - bound) | 0;
            p[index] = prob - (prob >> 5);
            index = IS_REP_G2 + state;
            prob = p[index] as number;
            if ((range & TOP_BYTE) === 0) {
              range <<= 8;
              code = (code << 8) | (input[inAt++] as number);
            }
            bound = Math.imul(range >>> 11, prob);
            if (code >>> 0 < bound >>> 0) {
              range = bound;
              p[index] = prob + ((2048 - prob) >> 5);
              distance = rep2;
            } else {
              range = (range - bound) | 0;
              code = (code - bound) | 0;
              p[index] = prob - (prob >> 5);
              distance = rep3;
              rep3 = rep2;
            }
            rep2 = rep1;
          }
          rep1 = rep0;
          rep0 = distance;
        }
      }
      // The length: two choices, then a tree of 3 or 8 bits.
      let tree: number;
      let treeSize: number;
      let least: number;
      prob = p[coder] as number;
      if ((range & TOP_BYTE) === 0) {
        range <<= 8;
        code = (code << 8) | (input[inAt++] as number);
      }
      bound = Math.imul(range >>> 11, prob);
      if (code >>> 0 < bound >>> 0) {
        range = bound;
        p[coder] = prob + ((2048 - prob) >> 5);
        tree = coder + LOW + (positionState << 3);
        treeSize = 8;
        least = 2;
      } else {
        range = (range - bound) | 0;
        code = (code - bound) | 0;
        p[coder] = prob - (prob >> 5);
        index = coder + CHOICE_2;
        prob = p[index] as number;
        if ((range & TOP_BYTE) === 0) {
          range <<= 8;
          code = (code << 8) | (input[inAt++] as number);
        }
        bound = Math.imul(range >>> 11, prob);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          p[index] = prob + ((2048 - prob) >> 5);
          tree = coder + MID + (positionState << 3);
          treeSize = 8;
          least = 10;
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = prob - (prob >> 5);
          tree = coder + HIGH;
          treeSize = 256;
          least = 18;
        }
      }
      let node = 1;
      while (node < treeSize) {
        index = tree + node;
        prob = p[index] as number;
        if ((range & TOP_BYTE) === 0) {
          range <<= 8;
          code = (code << 8) | (input[inAt++] as number);
        }
        bound = Math.imul(range >>> 11, prob);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          p[index] = prob + ((2048 - prob) >> 5);
          node <<= 1;
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = prob - (prob >> 5);
          node = (node << 1) | 1;
        }
      }
      length = node - treeSize + least;
      if (isRep) {
        state = state < 7 ? 8 : 11;
        continue;
      }
      state = state < 7 ? 7 : 10;
      rep3 = rep2;
      rep2 = rep1;
      rep1 = rep0;
      // The distance: a slot of 6 bits, then low bits by slot.
      tree = SLOT + ((length < 6 ? length - 2 : 3) << 6);
      node = 1;
      while (node < 64) {
        index = tree + node;
        prob = p[index] as number;
        if ((range & TOP_BYTE) === 0) {
          range <<= 8;
          code = (code << 8) | (input[inAt++] as number);
        }
        bound = Math.imul(range >>> 11, prob);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          p[index] = prob + ((2048 - prob) >> 5);
          node <<= 1;
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = prob - (prob >> 5);
          node = (node << 1) | 1;
        }
      }
      const slot = node - 64;
      if (slot < 4) {
        rep0 = slot;
        continue;
      }
      const lowBits = (slot >> 1) - 1;
      let distance = (2 | (slot & 1)) << lowBits;
      let coded = lowBits;
      if (slot < 14) tree = SPECIAL + distance - slot;
      else {
        // High bits stand in the stream as they are, four low bits are coded.
        let direct = 0;
        for (let i = lowBits - 4; i > 0; i--) {
          if ((range & TOP_BYTE) === 0) {
            range <<= 8;
            code = (code << 8) | (input[inAt++] as number);
          }
          range >>>= 1;
          direct <<= 1;
          if (code >>> 0 >= range) {
            code = (code - range) | 0;
            direct |= 1;
          }
        }
        distance = (distance + (direct << 4)) | 0;
        coded = 4;
        tree = ALIGN;
      }
      let low = 0;
      node = 1;
      for (let i = 0; i < coded; i++) {
        index = tree + node;
        prob = p[index] as number;
        if ((range & TOP_BYTE) === 0) {
          range <<= 8;
          code = (code << 8) | (input[inAt++] as number);
        }
        bound = Math.imul(range >>> 11, prob);
        if (code >>> 0 < bound >>> 0) {
          range = bound;
          p[index] = prob + ((2048 - prob) >> 5);
          node <<= 1;
        } else {
          range = (range - bound) | 0;
          code = (code - bound) | 0;
          p[index] = prob - (prob >> 5);
          node = (node << 1) | 1;
          low |= 1 << i;
        }
      }
      rep0 = (distance + low) | 0;
      if (rep0 === -1) {
        length = 0;
        ended = true;
        break;
      }
    }
    this.outAt = outAt;
    this.inAt = inAt;
    this.state = state;
    this.rep0 = rep0;
    this.rep1 = rep1;
    this.rep2 = rep2;
    this.rep3 = rep3;
    this.range = range;
    this.code = code;
    this.pending = length;
    this.ended = ended;
    if (bad !== '') throw new Malformed(bad, Math.min(inAt, inEnd));
    if (inAt > inEnd && !(ended && openEnded)) throw new Malformed('LZMA stream ends early', inEnd);
  }
}

/** Decodes a raw LZMA stream into an array of at most `limit` bytes.
 *  @param size  of the output; null: until the end marker
 *  @returns the output and where the stream ends in `input`
 *  @throws Malformed when it breaks, or would give more than `limit` bytes */
export function lzmaBlock(
  input: Uint8Array,
  inAt: number,
  properties: LzmaProperties,
  size: number | null,
  limit: number,
): { readonly out: Uint8Array; readonly inEnd: number } {
  if (size !== null && size > limit)
    throw new Malformed(`LZMA stream of ${size} bytes, ${limit} at most`, inAt);
  const out = new Uint8Array(size ?? limit);
  const decoder = new LzmaDecoder(input, inAt, input.length, out);
  decoder.setProperties(properties);
  decoder.startRange();
  decoder.run(out.length);
  return { out: out.subarray(0, decoder.outAt), inEnd: decoder.inAt };
}

/** Bytes of an LZMA2 chunk with its header. */
export const LZMA2_CHUNK_LIMIT = 6 + 64 * 1024;

/** Runs the LZMA2 chunks of a stream. One call of {@link next} decodes one chunk into the decoder's array.
 *  Source: xz file format 1.2.1 §5.3.1 and the chunk layout of LZMA2 in the XZ Utils documentation */
export class Lzma2Reader {
  readonly decoder: LzmaDecoder;
  private needsDictionary = true;
  private needsProperties = true;

  constructor(decoder: LzmaDecoder) {
    this.decoder = decoder;
  }

  /** Bytes the next chunk gives, or null at the end of the stream (its end byte is consumed).
   *  @throws Malformed when the control byte may not stand here */
  chunkSize(): number | null {
    const { input, inAt, inEnd } = this.decoder;
    if (inAt >= inEnd) throw new Malformed('LZMA2 stream has no end', inAt);
    const control = input[inAt] ?? 0;
    if (control === 0) {
      this.decoder.inAt++;
      return null;
    }
    if (inAt + 3 > inEnd) throw new Malformed('LZMA2 chunk ends in its header', inEnd);
    const low = ((input[inAt + 1] ?? 0) << 8) | (input[inAt + 2] ?? 0);
    return (control < 0x80 ? low : ((control & 0x1f) << 16) | low) + 1;
  }

  /** Decodes the chunk that {@link chunkSize} announced; `out` must have room for it.
   *  @throws Malformed */
  next(): void {
    const { decoder } = this;
    const { input, inEnd } = decoder;
    const at = decoder.inAt;
    const control = input[at] ?? 0;
    const size = this.chunkSize() ?? 0;
    if (control >= 0xe0 || control === 1) {
      this.needsDictionary = false;
      this.needsProperties = true;
      decoder.origin = decoder.outAt;
    } else if (this.needsDictionary)
      throw new Malformed('LZMA2 stream begins without a dictionary reset', at);
    if (control < 0x80) {
      if (control > 2) throw new Malformed(`LZMA2 control byte ${control}`, at);
      if (at + 3 + size > inEnd) throw new Malformed('LZMA2 chunk ends early', inEnd);
      decoder.out.set(input.subarray(at + 3, at + 3 + size), decoder.outAt);
      decoder.outAt += size;
      decoder.inAt = at + 3 + size;
      return;
    }
    if (at + 5 > inEnd) throw new Malformed('LZMA2 chunk ends in its header', inEnd);
    const packed = (((input[at + 3] ?? 0) << 8) | (input[at + 4] ?? 0)) + 1;
    let from = at + 5;
    if (control >= 0xc0) {
      const properties = lzmaProperties(input[from++] ?? 255);
      if (properties === null || properties.lc + properties.lp > 4)
        throw new Malformed('LZMA2 properties out of range', from - 1);
      decoder.setProperties(properties);
      this.needsProperties = false;
    } else if (this.needsProperties) throw new Malformed('LZMA2 chunk without properties', at);
    else if (control >= 0xa0) decoder.resetState();
    if (from + packed > inEnd) throw new Malformed('LZMA2 chunk ends early', inEnd);
    decoder.inAt = from;
    decoder.inEnd = from + packed;
    decoder.startRange();
    decoder.run(decoder.outAt + size);
    if (decoder.ended || !decoder.isFinished() || decoder.inAt !== from + packed) {
      throw new Malformed('LZMA2 chunk and its size disagree', Math.min(decoder.inAt, from + packed));
    }
    decoder.inEnd = inEnd;
  }
}
