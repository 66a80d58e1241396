import { plainStep } from '#engine/bytes/walk';

// File systems on flash write beside what they had written: older content and removed files stay until the block is
// erased. What is left of them is given too, and so is what stands beside a tree, under names that no stored name can
// have.

const OLDER = '@older';
const DELETED = '@deleted';
const UNNAMED = '@unnamed';
const OTHER = '@other';

/** Path of content that newer content replaced.
 *  @param path     of the file
 *  @param version  number of the last write of that content */
export function olderPath(path: string, version: number): string {
  return `${path}${OLDER}/${version}`;
}

/** Path of something that no directory names any more.
 *  @param path   that it had; null: nothing tells
 *  @param inode  its number: one path may have had several */
export function deletedPath(path: string | null, inode: number): string {
  return path === null ? `${UNNAMED}/${inode}` : `${path}${DELETED}/${inode}`;
}

/** Path of something that stands beside the tree, or only in a second one.
 *  @param where  which: a word
 *  @param path   there */
export function otherPath(where: string, path: string): string {
  return `${OTHER}/${where}/${path}`;
}

/** A stored name as one step of a path that cannot pass for any of the paths above: their `@` stands as `\x40`. */
export function livingStep(name: string): string {
  const step = plainStep(name);
  const mark = [OLDER, DELETED, UNNAMED, OTHER].find((ending) => step.endsWith(ending));
  return mark === undefined ? step : `${step.slice(0, -mark.length)}\\x40${mark.slice(1)}`;
}

/** Bytes of a file that were written at once, half-open. */
export interface Write {
  readonly from: number;
  readonly to: number;
}

/** A part of a write that nothing newer covers. */
export interface Seen<W extends Write> extends Write {
  readonly write: W;
}

/** What is seen of a file after all writes, in order of the file; what nothing was written to is left out.
 *  @param writes  oldest first
 *  @param size    of the file; what lies beyond is not seen */
export function seenOf<W extends Write>(writes: readonly W[], size: number): readonly Seen<W>[] {
  const points = pointsOf(writes, size);
  const owners = new Int32Array(points.length).fill(-1);
  // From each stretch between two points to the next that nobody owns, as far as known.
  const next = Int32Array.from(points.keys());
  const free = (from: number): number => {
    let to = from;
    while (next[to] !== to) to = next[to] ?? to;
    for (let i = from; next[i] !== i; ) {
      const after = next[i] ?? to;
      next[i] = to;
      i = after;
    }
    return to;
  };
  for (let i = writes.length - 1; i >= 0; i--) {
    const { from, to } = writes[i] as W; // i < length
    const end = indexOf(points, Math.min(to, size));
    for (let at = free(indexOf(points, Math.min(from, size))); at < end; at = free(at)) {
      owners[at] = i;
      next[at] = at + 1;
    }
  }
  const seen: Seen<W>[] = [];
  let owner = -1;
  for (let i = 0; i + 1 < points.length; i++) {
    const write = writes[owners[i] ?? -1];
    const from = points[i] ?? 0;
    const to = points[i + 1] ?? 0;
    const last = seen.at(-1);
    if (write !== undefined) {
      if (last !== undefined && owner === owners[i] && last.to === from)
        seen[seen.length - 1] = { ...last, to };
      else seen.push({ from, to, write });
    }
    owner = owners[i] ?? -1;
  }
  return seen;
}

/** Writes of which something is covered by newer ones, oldest first. */
export function replacedIn<W extends Write>(writes: readonly W[], seen: readonly Seen<W>[]): readonly W[] {
  const left = new Map<W, number>();
  for (const { from, to, write } of seen) left.set(write, (left.get(write) ?? 0) + to - from);
  return writes.filter((write) => write.to > write.from && (left.get(write) ?? 0) < write.to - write.from);
}

/** Replaced writes in groups that each go forward through the file: a new one begins where a write goes back. */
export function generationsOf<W extends Write>(replaced: readonly W[]): readonly (readonly W[])[] {
  const generations: W[][] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const write of replaced) {
    if (write.from < end) generations.push([]);
    generations.at(-1)?.push(write);
    end = write.to;
  }
  return generations;
}

/** All places where a write begins or ends, in order, each once. */
function pointsOf(writes: readonly Write[], size: number): Float64Array {
  const all = new Float64Array(2 * writes.length);
  for (const [i, { from, to }] of writes.entries()) {
    all[2 * i] = Math.min(from, size);
    all[2 * i + 1] = Math.min(to, size);
  }
  all.sort();
  let count = 0;
  for (const point of all) {
    if (count === 0 || point !== all[count - 1]) all[count++] = point;
  }
  return all.subarray(0, count);
}

/** Index of a point that is there. */
function indexOf(points: Float64Array, point: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] ?? 0) < point) low = middle + 1;
    else high = middle;
  }
  return low;
}
