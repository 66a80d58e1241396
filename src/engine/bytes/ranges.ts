import type { ByteRange } from '#domain/range';

/** The same bytes as sorted ranges that neither touch nor overlap. Empty ranges are dropped. */
export function union(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const sorted = ranges.filter(([start, end]) => end > start).toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const joined: [number, number][] = [];
  for (const [start, end] of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

/** The bytes of `within` that are in none of `ranges`, sorted. */
export function complement(ranges: readonly ByteRange[], within: ByteRange): readonly ByteRange[] {
  const free: ByteRange[] = [];
  let at = within[0];
  for (const [start, end] of union(ranges)) {
    if (end <= at) continue;
    if (start >= within[1]) break;
    if (start > at) free.push([at, start]);
    at = end;
  }
  if (at < within[1]) free.push([at, within[1]]);
  return free;
}

/** Bytes in the ranges, each counted once. */
export function total(ranges: readonly ByteRange[]): number {
  return union(ranges).reduce((sum, [start, end]) => sum + end - start, 0);
}

/** Share of `within` that the ranges cover, 0..1; 1 for an empty `within`. */
export function share(ranges: readonly ByteRange[], within: ByteRange): number {
  const size = within[1] - within[0];
  return size === 0 ? 1 : 1 - total(complement(ranges, within)) / size;
}
