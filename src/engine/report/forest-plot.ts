import type { AssayRecord, ClassPower, Power } from '#domain/record';
import { shortened } from '#engine/report/columns';
import { atLeast, grouped } from '#engine/report/figures';
import { type Markup, markup, NOTHING } from '#engine/report/markup';
import { type Verdict, verdictOf } from '#engine/report/sentences';

const WIDTH = 720;
const LEFT = 195;
const RIGHT = 480;
const TOP = 22;
const ROW = 22;

const TONES: Readonly<Record<Verdict, string>> = {
  met: '#1d3a5f',
  'not met': '#a31515',
  'not required': '#4f6f94',
  'not measured': '#7a5200',
};

/** What a row says behind its bar. */
const VERDICTS: Readonly<Record<Verdict, string>> = {
  met: 'met',
  'not met': 'NOT MET',
  'not required': '',
  'not measured': 'not measured',
};

/** Lower bound of power against the gate, one row for each class and level: a diamond where found / planted lies, a
 *  bar from it down to the bound. What was not measured is a dotted bar over all shares: it could be any of them.
 *  @param prefix  for ids, different for every figure of a page */
export function forestPlot(record: AssayRecord, { classes }: Power, prefix: string): Markup {
  const bottom = TOP + classes.length * ROW;
  const { power: gate } = record.gate;
  const rows = classes.map((each, i) => rowOf(record, each, TOP + i * ROW + ROW / 2, prefix));
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      markup`<line x1="${x(share)}" y1="${TOP}" x2="${x(share)}" y2="${bottom}" stroke="#d5dae1" stroke-width="0.8"/><text x="${x(share)}" y="${TOP - 8}" text-anchor="middle">${atLeast(share)}</text>`,
  );
  const missed = classes.filter((each) => verdictOf(record, each) === 'not met').length;
  return markup`<svg viewBox="0 0 ${WIDTH} ${bottom + 24}" role="img" aria-labelledby="${prefix}-title ${prefix}-desc">
<title id="${prefix}-title">Power by class and level of implant</title>
<desc id="${prefix}-desc">${classes.length} rows; the lower bound of ${missed} required rows is below the gate of ${atLeast(gate)}. The table below the figure has every number.</desc>
<defs><pattern id="${prefix}-unknown" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#fdf3d4"/><circle cx="1.2" cy="1.2" r="0.85" fill="#7a5200"/></pattern></defs>
${grid}
<line x1="${x(gate)}" y1="${TOP - 4}" x2="${x(gate)}" y2="${bottom + 6}" stroke="#111" stroke-width="1.2" stroke-dasharray="2 2"/>
<text x="${x(gate)}" y="${bottom + 18}" text-anchor="middle">gate ${atLeast(gate)}: the lower bound must reach it</text>
${rows}
</svg>`;
}

function x(share: number): number {
  return Math.round((LEFT + share * (RIGHT - LEFT)) * 10) / 10;
}

function rowOf(record: AssayRecord, each: ClassPower, y: number, prefix: string): Markup {
  const verdict = verdictOf(record, each);
  const label = markup`<text x="${LEFT - 10}" y="${y + 3.5}" text-anchor="end">${shortened(each.class, 24)}, ${each.level}</text>`;
  const said = (text: string, strong: boolean) =>
    markup`<text x="${RIGHT + 12}" y="${y + 3.5}"${strong ? markup` font-weight="bold"` : NOTHING}>${text}</text>`;
  if (each.lower === null || each.planted === 0) {
    const bar = markup`<rect x="${LEFT}" y="${y - 5}" width="${RIGHT - LEFT}" height="10" fill="url(#${prefix}-unknown)" stroke="#7a5200" stroke-width="0.6"/>`;
    return markup`${label}${bar}${said(VERDICTS['not measured'], false)}`;
  }
  const { lower, found, planted } = each;
  const tone = TONES[verdict];
  const point = x(Math.min(1, found / planted));
  const low = x(lower);
  const bar = markup`<line x1="${low}" y1="${y}" x2="${point}" y2="${y}" stroke="${tone}" stroke-width="4"/><line x1="${low}" y1="${y - 5}" x2="${low}" y2="${y + 5}" stroke="${tone}" stroke-width="2"/>`;
  const diamond = markup`<path d="M${point} ${y - 5.5} L${point + 5.5} ${y} L${point} ${y + 5.5} L${point - 5.5} ${y} Z" fill="#fff" stroke="#111" stroke-width="1.1"/>`;
  const figures = `${grouped(found)} of ${grouped(planted)}, at least ${atLeast(lower)}`;
  return markup`${label}${bar}${diamond}${said(`${figures}  ${VERDICTS[verdict]}`.trim(), verdict === 'not met')}`;
}
