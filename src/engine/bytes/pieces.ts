import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';

/** Most bytes of content given out at once. */
export const PIECE_LIMIT = 1024 * 1024;

/** The bytes of a range as content of the entry given last. */
export function* piecesOf(source: Source, range: ByteRange): Generator<Reading> {
  for (let at = range[0]; at < range[1]; at += PIECE_LIMIT) {
    yield { kind: 'piece', bytes: source.bytes(at, Math.min(range[1], at + PIECE_LIMIT)) };
  }
}

/** Where the run of zero bytes that begins at `at` ends: `at` itself when there is none.
 *  @param end  where to stop looking */
export function zeroesFrom(source: Source, at: number, end: number = source.size): number {
  for (let from = at; from < end; ) {
    // most runs are short or absent: look at little first
    const to = Math.min(end, from + (from === at ? 4096 : PIECE_LIMIT));
    const window = source.bytes(from, to);
    const other = window.findIndex((byte) => byte !== 0);
    if (other !== -1) return from + other;
    from = to;
  }
  return end;
}

/** True when every byte of the range is zero. */
export function isZero(source: Source, range: ByteRange): boolean {
  return zeroesFrom(source, range[0], range[1]) === range[1];
}

/** A running sum over a range that may be larger than memory: the state after each window goes into the next.
 *  @param next  as crc32 of node:zlib: (window, state) → state */
export function fold<T>(
  source: Source,
  range: ByteRange,
  start: T,
  next: (window: Uint8Array, state: T) => T,
): T {
  let state = start;
  for (let at = range[0]; at < range[1]; at += PIECE_LIMIT) {
    state = next(source.bytes(at, Math.min(range[1], at + PIECE_LIMIT)), state);
  }
  return state;
}
