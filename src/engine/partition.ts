import type { Extent, Role } from '#domain/artefact';
import type { ByteRange } from '#domain/range';

/** Bytes a format says something about. Claims may overlap: formats share blocks between files. */
export interface Claim {
  readonly range: ByteRange;
  readonly role: Role;
  readonly reason: string | null;
}

/** Which claim wins where several cover a byte: what could not be read before all, then the narrower meaning. */
const WEIGHT: Record<Role, number> = {
  unexplained: 0,
  opaque: 1,
  header: 2,
  metadata: 3,
  payload: 4,
  erased: 5,
  padding: 6,
};

/** The claims as sorted extents without overlap; neighbours of the same role and reason are one.
 *  @param size  of the artefact in bytes; claims beyond it are cut */
export function partition(claims: readonly Claim[], size: number): readonly Extent[] {
  const order = claims.toSorted((a, b) => WEIGHT[a.role] - WEIGHT[b.role] || a.range[0] - b.range[0]);
  const starts = order.map((_, i) => i).toSorted((a, b) => startOf(order, a) - startOf(order, b));
  const extents: Extent[] = [];
  const active = new Heap();
  let next = 0;
  let at = 0;
  while (at < size) {
    while (next < starts.length && startOf(order, starts[next] ?? 0) <= at) active.push(starts[next++] ?? 0);
    while (active.size > 0 && (order[active.top()]?.range[1] ?? 0) <= at) active.pop();
    const upcoming = next < starts.length ? startOf(order, starts[next] ?? 0) : size;
    const winner = active.size === 0 ? undefined : order[active.top()];
    if (winner === undefined) {
      at = upcoming;
      continue;
    }
    const end = Math.min(winner.range[1], Math.max(upcoming, at + 1), size);
    append(extents, [at, end], winner);
    at = end;
  }
  return extents;
}

function startOf(claims: readonly Claim[], index: number): number {
  return claims[index]?.range[0] ?? 0;
}

function append(extents: Extent[], range: ByteRange, { role, reason }: Claim): void {
  const last = extents.at(-1);
  if (last !== undefined && last.range[1] === range[0] && last.role === role && last.reason === reason) {
    extents[extents.length - 1] = { range: [last.range[0], range[1]], role, reason };
  } else extents.push({ range, role, reason });
}

/** The smallest of the numbers pushed, first. */
class Heap {
  private readonly items: number[] = [];

  get size(): number {
    return this.items.length;
  }

  top(): number {
    return this.items[0] ?? -1;
  }

  push(value: number): void {
    const { items } = this;
    let i = items.push(value) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((items[parent] ?? 0) <= value) break;
      items[i] = items[parent] ?? 0;
      i = parent;
    }
    items[i] = value;
  }

  pop(): void {
    const { items } = this;
    const value = items.pop();
    if (value === undefined || items.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] ?? 0) < (items[child] ?? 0)) child++;
      if ((items[child] ?? 0) >= value) break;
      items[i] = items[child] ?? 0;
      i = child;
    }
    items[i] = value;
  }
}
