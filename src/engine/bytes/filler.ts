import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { PIECE_LIMIT } from '#engine/bytes/pieces';

/** A range that holds nothing: erased flash, or zeros. */
export interface Filler {
  readonly range: ByteRange;
  readonly role: 'erased' | 'padding';
}

/** Of the holes that a format leaves between what it knows, those that are erased (all ones) or filled with zeros. */
export function* fillersIn(source: Source, holes: Iterable<ByteRange>): Generator<Filler> {
  for (const range of holes) {
    const byte = range[0] < range[1] ? source.bytes(range[0], range[0] + 1)[0] : 1;
    if ((byte === 0xff || byte === 0) && runEnd(source, range[0], byte, range[1]) === range[1])
      yield { range, role: byte === 0xff ? 'erased' : 'padding' };
  }
}

/** Where the run of one byte value that begins at `at` ends; `at` itself when there is none.
 *  @param end  where to stop looking */
export function runEnd(source: Source, at: number, byte: number, end: number = source.size): number {
  for (let from = at; from < end; ) {
    // Most runs are short or absent: little is looked at first.
    const to = Math.min(end, from + (from === at ? 4096 : PIECE_LIMIT));
    const other = source.bytes(from, to).findIndex((value) => value !== byte);
    if (other !== -1) return from + other;
    from = to;
  }
  return end;
}
