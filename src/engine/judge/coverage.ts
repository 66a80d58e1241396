import type { Digest, Extent, Opened, Part } from '#domain/artefact';
import { type ByteRange, byteOrder, lengthOf } from '#domain/range';
import type { BytesCoverage, CoverageMap, Cut, Gap, MapKind } from '#domain/record';

/** Most gaps a record lists. */
const LISTED = 1000;

/** Most runs of one map: twelve for each cell that a page draws. */
const RUNS = 4000;

/** What the record says of bytes: exact sums over every artefact once.
 *  @param pathOf  how an artefact was reached, as text
 *  @param cut     shortens a list that is sorted by weight */
export function bytesCoverage(
  opened: readonly Opened[],
  pathOf: (artefact: Digest) => string,
  cut: (gaps: readonly Gap[], most: number) => Cut<Gap>,
): BytesCoverage {
  const sum = { total: 0, explained: 0, opaque: 0, unexplained: 0, padding: 0 };
  const innermost = { total: 0, explained: 0 };
  const gaps: Gap[] = [];
  for (const { artefact, extents, parts } of opened) {
    const handedOn = joined(parts.flatMap(handedOnBy));
    let next = 0;
    for (const { range, role, reason } of extents) {
      const length = lengthOf(range);
      sum.total += length;
      if (role === 'opaque') sum.opaque += length;
      else if (role === 'unexplained') sum.unexplained += length;
      else sum.explained += length;
      if (role === 'padding' || role === 'erased') {
        sum.padding += length;
        continue;
      }
      let counted = length;
      if (role === 'payload') {
        // Payload that was handed on counts where it arrived.
        while ((handedOn[next]?.[1] ?? range[1]) < range[0]) next++;
        for (let i = next; i < handedOn.length && (handedOn[i]?.[0] ?? range[1]) < range[1]; i++)
          counted -= shared(range, handedOn[i] ?? range);
      }
      innermost.total += counted;
      if (role === 'opaque' || role === 'unexplained')
        gaps.push({
          artefact: artefact.digest,
          path: pathOf(artefact.digest),
          range,
          reason: reason ?? 'no-format',
        });
      else innermost.explained += counted;
    }
  }
  return { ...sum, innermost, gaps: cut(gaps.toSorted(byWeight), LISTED) };
}

/** Bytes of a part that are artefacts of their own: where its files lie, or all of it when it does not say where. */
function handedOnBy({ range, entries }: Part): readonly ByteRange[] {
  const given = entries.filter(({ content }) => content !== null && content.size > 0);
  return given.some(({ stored }) => stored.length === 0) ? [range] : given.flatMap(({ stored }) => stored);
}

/** The same bytes as sorted ranges without overlap. */
function joined(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const result: [number, number][] = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

/** Bytes that two ranges have in common. */
function shared(a: ByteRange, b: ByteRange): number {
  return Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));
}

function byWeight(a: Gap, b: Gap): number {
  return lengthOf(b.range) - lengthOf(a.range) || byteOrder(a.path, b.path) || a.range[0] - b.range[0];
}

/** Share of the content that no plant in it could be found in: gaps at the innermost opened level, padding left out. 0..1 */
export function gapShareOf({ innermost }: BytesCoverage): number {
  return innermost.total === 0 ? 0 : (innermost.total - innermost.explained) / innermost.total;
}

/** One input's bytes in file order by what came of them, coarse enough to draw.
 *  Parts that are stored as they are, as in wrappers and archives, are drawn by their own extents. */
export function coverageMap(input: Digest, opened: ReadonlyMap<Digest, Opened>): CoverageMap | null {
  const root = opened.get(input);
  if (root === undefined) return null;
  const withGaps = gapFinder(opened);
  const pieces: Piece[] = [];
  draw(root, 0, opened, withGaps, pieces, 0);
  return { input, size: root.artefact.size, runs: coarse(pieces, root.artefact.size) };
}

interface Piece {
  readonly range: ByteRange;
  readonly kind: MapKind;
}

/** Wrappers inside wrappers that are drawn by their own extents. */
const DRAWN_DEPTH = 4;

function draw(
  { parts, extents }: Opened,
  base: number,
  opened: ReadonlyMap<Digest, Opened>,
  withGaps: (artefact: Digest) => boolean,
  pieces: Piece[],
  depth: number,
): void {
  const stored = parts
    .flatMap(({ entries }) => entries)
    .flatMap(({ content, stored: ranges }) =>
      content === null
        ? []
        : ranges.map((range) => ({
            range,
            content,
            whole: ranges.length === 1 && lengthOf(range) === content.size,
          })),
    )
    .toSorted((a, b) => a.range[0] - b.range[0]);
  let next = 0;
  for (const extent of extents) {
    if (extent.role !== 'payload') {
      pieces.push({ range: moved(extent.range, base), kind: kindOf(extent) });
      continue;
    }
    let at = extent.range[0];
    while (next < stored.length && (stored[next]?.range[1] ?? 0) <= at) next++;
    for (let i = next; i < stored.length; i++) {
      const place = stored[i];
      if (place === undefined || place.range[0] >= extent.range[1] || at >= extent.range[1]) break;
      const from = Math.max(at, place.range[0]);
      const to = Math.min(extent.range[1], place.range[1]);
      if (to <= from) continue;
      if (from > at) pieces.push({ range: moved([at, from], base), kind: 'content' });
      const inner = opened.get(place.content.digest);
      const asIs = place.whole && inner !== undefined && from === place.range[0] && to === place.range[1];
      if (asIs && depth < DRAWN_DEPTH) draw(inner, base + from, opened, withGaps, pieces, depth + 1);
      else
        pieces.push({
          range: moved([from, to], base),
          kind: withGaps(place.content.digest) ? 'partly' : 'content',
        });
      at = to;
    }
    if (at < extent.range[1]) pieces.push({ range: moved([at, extent.range[1]], base), kind: 'content' });
  }
}

function moved([start, end]: ByteRange, base: number): ByteRange {
  return [start + base, end + base];
}

function kindOf({ role }: Extent): MapKind {
  switch (role) {
    case 'header':
    case 'metadata':
      return 'structure';
    case 'payload':
      return 'content';
    case 'padding':
    case 'erased':
      return 'padding';
    case 'opaque':
      return 'opaque';
    case 'unexplained':
      return 'unexplained';
  }
}

/** Tells whether anything in an artefact, or in what it holds, is not explained. */
function gapFinder(opened: ReadonlyMap<Digest, Opened>): (artefact: Digest) => boolean {
  const known = new Map<Digest, boolean>();
  const find = (artefact: Digest): boolean => {
    const before = known.get(artefact);
    if (before !== undefined) return before;
    // An artefact that holds itself, as a quine archive does, adds nothing by itself.
    known.set(artefact, false);
    const inside = opened.get(artefact);
    const gap =
      inside === undefined ||
      inside.extents.some(({ role }) => role === 'opaque' || role === 'unexplained') ||
      inside.parts.some(({ entries }) =>
        entries.some(({ content }) => content !== null && find(content.digest)),
      );
    known.set(artefact, gap);
    return gap;
  };
  return find;
}

/** The pieces as runs; where they are more than {@link RUNS}, each cell of the file shows what most of it is. */
function coarse(pieces: readonly Piece[], size: number): CoverageMap['runs'] {
  const exact: [number, MapKind][] = [];
  for (const { range, kind } of pieces) append(exact, range[1], kind);
  if (exact.length <= RUNS) return exact;
  const cell = Math.ceil(size / RUNS);
  const runs: [number, MapKind][] = [];
  let next = 0;
  for (let from = 0; from < size; from += cell) {
    const to = Math.min(size, from + cell);
    const weight = new Map<MapKind, number>();
    while (next < pieces.length && (pieces[next]?.range[1] ?? 0) <= from) next++;
    for (let i = next; i < pieces.length; i++) {
      const piece = pieces[i];
      if (piece === undefined || piece.range[0] >= to) break;
      weight.set(piece.kind, (weight.get(piece.kind) ?? 0) + shared(piece.range, [from, to]));
    }
    const [most = 'unexplained'] = [...weight].toSorted((a, b) => b[1] - a[1]).map(([kind]) => kind);
    append(runs, to, most);
  }
  return runs;
}

function append(runs: [number, MapKind][], end: number, kind: MapKind): void {
  const last = runs.at(-1);
  if (last?.[1] === kind) last[0] = end;
  else runs.push([end, kind]);
}
