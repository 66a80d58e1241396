import type { CoverageMap, MapKind } from '#domain/record';
import { offset, sized, tenths, tenthsOf } from '#engine/report/figures';
import { type Markup, markup } from '#engine/report/markup';

/** A kind of bytes as it is drawn: tone, pattern and words, so that it is told without colour. */
interface Look {
  readonly kind: MapKind;
  readonly words: string;
  readonly tone: string;
  readonly isGap: boolean;
  /** How much a byte weighs where a cell holds several kinds: an eighth of a gap makes the cell one. */
  readonly weight: number;
}

const LOOKS: readonly Look[] = [
  { kind: 'structure', words: 'structure of a format', tone: '#1d3a5f', isGap: false, weight: 1 },
  { kind: 'content', words: 'content, explained', tone: '#5f8abf', isGap: false, weight: 1 },
  { kind: 'partly', words: 'content with gaps inside', tone: 'partly', isGap: false, weight: 2 },
  { kind: 'padding', words: 'padding or erased flash', tone: '#e6eaf0', isGap: false, weight: 1 },
  { kind: 'opaque', words: 'opaque: looks random, not opened', tone: 'opaque', isGap: true, weight: 8 },
  { kind: 'unexplained', words: 'not explained', tone: 'unexplained', isGap: true, weight: 8 },
];

const WIDTH = 720;
const LEFT = 70;
const CELLS = 128;
const CELL_WIDTH = (WIDTH - LEFT) / CELLS;
const ROW_HEIGHT = 11;
const ROWS_LIMIT = 32;
const LEGEND_ROW = 18;
const LEGEND_COLUMNS = 2;
const LEGEND_WIDTH = 320;

/** Bytes of one input in the order of the file, left to right and top to bottom.
 *  @param name    of the input
 *  @param prefix  for ids, different for every figure of a page */
export function coverageMap(map: CoverageMap, name: string, prefix: string): Markup {
  const perRow = bytesPerRow(map.size);
  const rows = Math.max(1, Math.ceil(map.size / perRow));
  const cells = cellsOf(map, perRow / CELLS, rows * CELLS);
  const top = rows * ROW_HEIGHT + 10;
  const shown = legendOf(map);
  const height = top + Math.ceil(shown.length / LEGEND_COLUMNS) * LEGEND_ROW;
  const fill = ({ kind, tone }: Look) => (tone === kind ? `url(#${prefix}-${kind})` : tone);
  const said = shown.map(({ look, share }) => `${share} ${look.words}`).join(', ');
  const legend = shown.map(({ look, share }, i) => {
    const x = LEFT + (i % LEGEND_COLUMNS) * LEGEND_WIDTH;
    const y = top + Math.floor(i / LEGEND_COLUMNS) * LEGEND_ROW;
    return markup`<rect x="${x}" y="${y}" width="14" height="10" fill="${fill(look)}" stroke="#333" stroke-width="0.6"/><text x="${x + 20}" y="${y + 9}">${share} ${look.words}</text>`;
  });
  return markup`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${prefix}-title ${prefix}-desc">
<title id="${prefix}-title">Which bytes of ${name} are explained</title>
<desc id="${prefix}-desc">${sized(map.size)} in the order of the file, ${sized(perRow)} a row: ${said}.</desc>
<defs>
<pattern id="${prefix}-partly" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="#a9c7e8"/><path d="M-1 4 L4 -1 M1 6 L6 1" stroke="#1d3a5f" stroke-width="0.9"/></pattern>
<pattern id="${prefix}-opaque" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#fdf3d4"/><circle cx="1.2" cy="1.2" r="0.85" fill="#7a5200"/></pattern>
<pattern id="${prefix}-unexplained" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fff"/><path d="M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5" stroke="#a31515" stroke-width="2.2"/></pattern>
</defs>
${rowsOf(cells, rows, perRow, fill)}
${legend}
</svg>`;
}

/** A power of two, so that rows begin at round offsets. */
function bytesPerRow(size: number): number {
  let perRow = CELLS;
  while (size > perRow * ROWS_LIMIT) perRow *= 2;
  return perRow;
}

/** What each cell is drawn as; beyond the end of the file null. Ties go to the worse kind. */
function cellsOf({ size, runs }: CoverageMap, perCell: number, count: number): readonly (Look | null)[] {
  const weights = LOOKS.map(() => new Float64Array(count));
  let at = 0;
  for (const [end, kind] of [...runs, [size, 'unexplained'] as const]) {
    const to = Math.min(end, size);
    const look = LOOKS.findIndex((each) => each.kind === kind);
    for (let cell = Math.floor(at / perCell); at < to; cell++) {
      const until = Math.min(to, (cell + 1) * perCell);
      const row = weights[look];
      if (row !== undefined) row[cell] = (row[cell] ?? 0) + (until - at) * (LOOKS[look]?.weight ?? 1);
      at = until;
    }
  }
  return Array.from({ length: count }, (_, cell) => {
    let best: Look | null = null;
    let most = 0;
    LOOKS.forEach((look, i) => {
      const weight = weights[i]?.[cell] ?? 0;
      if (weight > 0 && weight >= most) {
        best = look;
        most = weight;
      }
    });
    return best;
  });
}

/** One rectangle a run of equal cells; an offset before every few rows. */
function rowsOf(
  cells: readonly (Look | null)[],
  rows: number,
  perRow: number,
  fill: (look: Look) => string,
): readonly Markup[] {
  const labelEvery = Math.max(1, Math.ceil(rows / 12));
  return Array.from({ length: rows }, (_, row) => {
    const y = row * ROW_HEIGHT;
    const rects: Markup[] = [];
    for (let cell = 0; cell < CELLS; ) {
      const look = cells[row * CELLS + cell] ?? null;
      let end = cell + 1;
      while (end < CELLS && (cells[row * CELLS + end] ?? null) === look) end++;
      if (look !== null) {
        const x = rounded(LEFT + cell * CELL_WIDTH);
        const width = rounded((end - cell) * CELL_WIDTH);
        rects.push(
          markup`<rect x="${x}" y="${y}" width="${width}" height="${ROW_HEIGHT - 1}" fill="${fill(look)}"/>`,
        );
      }
      cell = end;
    }
    const label =
      row % labelEvery === 0
        ? [
            markup`<text x="${LEFT - 6}" y="${y + 8.5}" text-anchor="end" class="small">${offset(row * perRow)}</text>`,
          ]
        : [];
    return markup`${label}${rects}
`;
  });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Kinds that occur, with their exact share; the two kinds of gap always, since their absence says something. */
function legendOf({ size, runs }: CoverageMap): readonly { readonly look: Look; readonly share: string }[] {
  const bytes = new Map<MapKind, number>();
  let at = 0;
  for (const [end, kind] of [...runs, [size, 'unexplained'] as const]) {
    const to = Math.min(end, size);
    if (to > at) bytes.set(kind, (bytes.get(kind) ?? 0) + to - at);
    at = Math.max(at, to);
  }
  const shares = tenthsOf(
    size,
    LOOKS.map(({ kind, isGap }) => ({ bytes: bytes.get(kind) ?? 0, gap: isGap })),
  );
  return LOOKS.map((look, i) => ({
    look,
    share: tenths(shares[i] ?? 0),
    bytes: bytes.get(look.kind) ?? 0,
  })).filter(({ look, bytes: found }) => found > 0 || look.isGap);
}
