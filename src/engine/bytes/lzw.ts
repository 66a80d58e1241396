import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { Feed } from '#engine/bytes/feed';
import type { Pieces } from '#engine/bytes/stream';

/** Bits of a code at first, and at most. */
export const LZW_FIRST_BITS = 9;
export const LZW_MOST_BITS = 16;

/** Codes below stand for single bytes. */
const LITERALS = 256;

/** In a stream that may begin anew, this code says so. */
const CLEAR = 256;

/** Codes stand in groups of so many, each group of whole bytes; a change of their width begins a new one. */
const GROUP = 8;

/** Bytes given out at once, besides the last string. */
const PIECE = 256 * 1024;

/** Decodes the codes of a .Z file, which have no end mark: they end with the source. A piece is valid until the next.
 *  @param at       where the codes begin
 *  @param most     bits of a code at most, {@link LZW_FIRST_BITS}..{@link LZW_MOST_BITS}
 *  @param canClear true: one code empties the table of strings
 *  @returns (of the generator) where the source ends
 *  @throws Malformed with the offset of the group whose code stands for nothing */
export function* lzwPieces(source: Source, at: number, most: number, canClear: boolean): Pieces {
  const feed = new Feed(source, at);
  const { bytes } = feed;
  const size = 2 ** most;
  const prefixes = new Uint16Array(size);
  const lasts = new Uint8Array(size);
  const lengths = new Uint32Array(size).fill(1, 0, LITERALS);
  for (let i = 0; i < LITERALS; i++) lasts[i] = i;
  const out = new Uint8Array(PIECE + size + 1);
  const firstFree = canClear ? CLEAR + 1 : LITERALS;
  let free = firstFree;
  let width = LZW_FIRST_BITS;
  let previous = -1;
  let first = 0;
  let given = 0;
  let group = 0;
  let inGroup = 0;
  for (;;) {
    if (free >= 2 ** width && width < most) {
      if (inGroup > 0) group += width;
      inGroup = 0;
      width++;
    } else if (inGroup === GROUP) {
      group += width;
      inGroup = 0;
    }
    if (inGroup === 0) group = feed.reach(group, 2 * LZW_MOST_BITS);
    const bit = inGroup * width;
    const from = group + (bit >>> 3);
    if (from * 8 + (bit & 7) + width > feed.end * 8) break;
    const word =
      (bytes[from] as number) | ((bytes[from + 1] as number) << 8) | ((bytes[from + 2] as number) << 16);
    const code = (word >>> (bit & 7)) & (2 ** width - 1);
    inGroup++;
    if (code === CLEAR && canClear) {
      if (previous === -1)
        throw new Malformed('LZW stream begins with a code that empties it', feed.base + from);
      group += width;
      inGroup = 0;
      width = LZW_FIRST_BITS;
      free = firstFree;
      previous = -2;
      continue;
    }
    if (previous < 0 ? code >= LITERALS : code > free || (code === free && free === size)) {
      throw new Malformed(`LZW code ${code} stands for nothing`, Math.min(source.size, feed.base + from));
    }
    if (previous >= 0 && free < size) {
      prefixes[free] = previous;
      lengths[free] = (lengths[previous] as number) + 1;
      // the string that is being defined ends with its own first byte
      lasts[free] = code === free ? first : 0;
    }
    const length = lengths[code] as number;
    let rest = code;
    for (let i = given + length - 1; i >= given; i--) {
      out[i] = lasts[rest] as number;
      rest = prefixes[rest] as number;
    }
    first = out[given] as number;
    if (previous >= 0 && free < size) lasts[free++] = first;
    given += length;
    previous = code;
    if (given >= PIECE) {
      yield out.subarray(0, given);
      given = 0;
    }
  }
  if (given > 0) yield out.subarray(0, given);
  return source.size;
}
