import { styleText } from 'node:util';
import type { AssayRecord, ClassPower, Gap, Indication } from '#domain/record';
import { answerRow } from '#engine/report/answers';
import { columnsOf, labelled, padded, shortened, tabled, WIDTH, wrapped } from '#engine/report/columns';
import { terminal } from '#engine/report/escape';
import {
  atLeast,
  counted,
  grouped,
  offset,
  ranged,
  shortDigests,
  showCommand,
  sized,
  tenths,
  tenthsOf,
} from '#engine/report/figures';
import {
  addressOf,
  changesOf,
  declarationsText,
  documentedText,
  engineOf,
  exitText,
  exposureText,
  FACILITIES_TEXT,
  REQUIREMENTS_TEXT,
  requirementsInOrder,
  requirementsText,
  FACILITY_NAMES,
  factsOf,
  gateText,
  INPUT_NAMES,
  LIMITS,
  missingOf,
  NO_FACILITIES_TEXT,
  NO_PEERS_TEXT,
  peerRows,
  peerText,
  noIndicationsText,
  openedText,
  periodText,
  READINGS_TEXT,
  readingText,
  remarksInOrder,
  remarksTotal,
  runsOf,
  sinceText,
  stateOf,
  titleOf,
  unitsText,
  verdictOf,
} from '#engine/report/sentences';

/** How a line is set off on a terminal; the words say the same without it. */
type Style = 'heading' | 'alarm' | 'warning';

interface Line {
  readonly text: string;
  readonly style: Style | null;
}

/** How much of each list is printed; the record and the page have more. */
const SHOWN = {
  indications: 20,
  places: 3,
  gaps: 8,
  missed: 5,
  facilities: 30,
  requirements: 30,
  shared: 20,
  talk: 5,
  remarks: 12,
  failures: 5,
  runs: 12,
} as const;

/** Longest name or excerpt, longest sentence, in characters. */
const NAME_LIMIT = 240;
const SENTENCE_LIMIT = 700;

/** The assessment for a terminal or a plain file: at most 80 columns, nothing of it said by colour alone.
 *  @param exit  code of the command, with a remark if it was not given as such
 *  @throws Error when an answer lacks what it rests on */
export function textReport(
  record: AssayRecord,
  { color, exit }: { readonly color: boolean; readonly exit: string },
): string {
  const lines = [
    ...head(record),
    ...state(record),
    ...answers(record),
    ...coverage(record),
    ...indications(record),
    ...facilities(record),
    ...requirements(record),
    ...power(record),
    ...talk(record),
    ...peers(record),
    ...list(sinceText(record), changesOf(record)),
    ...list('What is missing for a final report', missingOf(record)),
    ...failures(record),
    ...grounds(record),
    ...readings(record),
    line(''),
    line(exitText(record, exit), 'heading'),
  ];
  return `${lines
    .flatMap(fitted)
    .map((each) => printed(each, color))
    .join('\n')}\n`;
}

const FORMATS: Readonly<Record<Style, ('bold' | 'red' | 'yellow')[]>> = {
  heading: ['bold'],
  alarm: ['bold', 'red'],
  warning: ['yellow'],
};

function line(text: string, style: Style | null = null): Line {
  return { text, style };
}

function plain(texts: readonly string[]): readonly Line[] {
  return texts.map((text) => line(text));
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return [line(''), line(title, 'heading'), ...lines];
}

/** The last look at every line: escaped, and within the width whatever laid it out. */
function fitted({ text, style }: Line): readonly Line[] {
  const escaped = terminal(text);
  const parts = columnsOf(escaped) <= WIDTH ? [escaped] : wrapped(escaped, WIDTH);
  return parts.map((part) => line(part, style));
}

function printed({ text, style }: Line, color: boolean): string {
  if (!color || style === null || text === '') return text;
  return styleText(FORMATS[style], text, { validateStream: false });
}

/** A numbered list, or a single sentence without number. */
function list(title: string, sentences: readonly string[]): readonly Line[] {
  const [only] = sentences;
  if (sentences.length === 1 && only !== undefined)
    return section(title, plain(labelled('', brief(only), 2)));
  return section(
    title,
    plain(sentences.flatMap((sentence, i) => labelled(`  ${i + 1}`, brief(sentence), 6))),
  );
}

/** A sentence that may hold a long name. */
function brief(sentence: string): string {
  return shortened(ascii(sentence), SENTENCE_LIMIT);
}

/** The signs of our own sentences that a terminal without Unicode cannot show. Names are never rewritten. */
function ascii(sentence: string): string {
  const signs: Readonly<Record<string, string>> = {
    '–': '-',
    '—': '-',
    '…': '...',
    '·': '-',
    '»': '>',
    '≥': '>=',
    '≤': '<=',
    '×': 'x',
    '→': '->',
    '“': '"',
    '”': '"',
    '‘': "'",
    '’': "'",
    '\u00a0': ' ',
  };
  return sentence.replaceAll(/[–—…·»≥≤×→“”‘’\u00a0]/g, (sign) => signs[sign] ?? sign);
}

/** The way to a place; its separators stand in ASCII. */
function pathText(path: string): string {
  return shortened(path.replaceAll(' » ', ' > '), NAME_LIMIT);
}

// --- who asked, what is the answer

function head(record: AssayRecord): readonly Line[] {
  const { engine, revision, asOf } = record;
  const band = `ASSAY ${engine.version}   case ${shortened(record.case, 60)}   revision ${revision}   as of ${asOf}`;
  const runs = runsOf(record);
  const shown = runs.slice(0, SHOWN.runs).flatMap(({ operator, deployment, examined }, i) => {
    const what =
      deployment === null
        ? 'not stated what it runs'
        : `${shortened(deployment.part, 60)}: ${unitsText(deployment.units)} of ${shortened(deployment.release, 60)}, ${periodText(deployment)}`;
    const other = deployment !== null && !examined ? ' (another release)' : '';
    return labelled(i === 0 ? 'Run by' : '', `${shortened(operator, 80)}; ${what}${other}`, 12);
  });
  const rest =
    runs.length > SHOWN.runs ? labelled('', `and ${runs.length - SHOWN.runs} more in the record`, 12) : [];
  const exposure = exposureText(record);
  return [
    ...plain(wrapped(band, WIDTH)),
    ...wrapped(titleOf(record), WIDTH).map((text) => line(text, 'heading')),
    line(''),
    ...plain(addressOf(record).flatMap(({ label, text }) => labelled(label, brief(text), 12))),
    ...plain([...shown, ...rest]),
    ...plain(exposure === null ? [] : labelled('', exposure, 12)),
  ];
}

function state(record: AssayRecord): readonly Line[] {
  const { head: word, sentence } = stateOf(record);
  const rule = `+${'-'.repeat(WIDTH - 2)}+`;
  const inside = wrapped(`${word} ${sentence}`, WIDTH - 4).map((text) => `| ${padded(text, WIDTH - 4)} |`);
  return [line(''), ...plain([rule, ...inside, rule])];
}

/** Question, answer, how hard we looked, confidence. */
const ANSWER_WIDTHS = [19, 13, 30, 10] as const;

function answers(record: AssayRecord): readonly Line[] {
  const rows = record.questions.map((answer) => answerRow(answer, record.gate));
  const lines = rows.flatMap(({ question, answer, kind, looked, confidence, why, caution }): Line[] => {
    // Each figure on lines of its own, so that none is read as part of the next.
    const figures = looked.map(({ text, below }) => `${text}${below && kind !== 'not-examined' ? ' !' : ''}`);
    const row = tabled([question, answer, figures, confidence], ANSWER_WIDTHS);
    const style = kind === 'indication' ? 'alarm' : kind === 'none-found' ? null : 'warning';
    return [
      ...row.map((text, i) => line(text, i === 0 ? style : null)),
      ...plain(labelled('', brief([why, caution ?? ''].join(' ').trim()), 6)),
    ];
  });
  const legend = `! = below the gate. The gate: ${gateText(record)}.`;
  return section('Answers', [
    line(tabled(['QUESTION', 'ANSWER', 'HOW HARD WE LOOKED', 'CONFIDENCE'], ANSWER_WIDTHS).join('')),
    ...lines,
    ...plain(labelled('', brief(legend), 2)),
  ]);
}

// --- what was looked at

/** Columns inside the brackets of the bar. */
const BAR = 50;

function coverage(record: AssayRecord): readonly Line[] {
  const { bytes } = record.coverage;
  const kinds = [
    { name: 'explained', mark: '#', bytes: bytes.explained, gap: false },
    { name: 'opaque', mark: 'o', bytes: bytes.opaque, gap: true },
    { name: 'not explained', mark: '?', bytes: bytes.unexplained, gap: true },
  ];
  const shares = tenthsOf(bytes.total, kinds);
  const legend = kinds.map(
    ({ name, mark, bytes: size }, i) =>
      `  ${mark} ${padded(tenths(shares[i] ?? 0), 8)} ${padded(name, 14)} ${grouped(size)} bytes`,
  );
  const { innermost, padding, gaps } = bytes;
  const inner =
    innermost.total === 0
      ? 'No content was opened.'
      : `Of content at the innermost opened level, padding left out: ${atLeast(innermost.explained / innermost.total)} of ${grouped(innermost.total)} bytes explained.`;
  const digest = shortDigests(record);
  const listed = gaps.listed.slice(0, SHOWN.gaps);
  const more = gaps.total - listed.length;
  return section('Coverage', [
    ...plain(
      bytes.total === 0
        ? ['  No bytes were examined.']
        : [
            '  Bytes of all artefacts, compressed content counted at both levels:',
            `  [${barOf(kinds, bytes.total)}]`,
            ...legend,
          ],
    ),
    ...plain(
      labelled(
        '',
        `${inner} Padding and erased flash: ${grouped(padding)} bytes. Opened: ${openedText(record)}.`,
        2,
      ),
    ),
    ...(listed.length === 0
      ? plain(labelled('', 'Nothing is left unexplained.', 2))
      : [
          line(`  Largest gaps, ${grouped(listed.length)} of ${grouped(gaps.total)}:`),
          ...plain(listed.flatMap((gap) => gapLines(gap, digest))),
          ...plain(more > 0 ? [`    and ${grouped(more)} more in the record`] : []),
        ]),
  ]);
}

/** One mark a cell; a gap is never narrower than a cell. */
function barOf(
  kinds: readonly { readonly mark: string; readonly bytes: number; readonly gap: boolean }[],
  total: number,
): string {
  const gaps = kinds
    .filter(({ gap }) => gap)
    .map(({ mark, bytes }) => mark.repeat(Math.min(BAR, Math.ceil((bytes / total) * BAR))));
  const rest = gaps.join('');
  const filled = kinds.find(({ gap }) => !gap)?.mark ?? '#';
  return (filled.repeat(Math.max(0, BAR - rest.length)) + rest).slice(0, BAR);
}

function gapLines(
  { artefact, path, range, reason }: Gap,
  digest: (full: Gap['artefact']) => string,
): readonly string[] {
  const where = `${offset(range[0])}-${offset(range[1])}  ${sized(range[1] - range[0])}`;
  return [
    ...labelled('', `${where}  ${pathText(path)}`, 4),
    ...labelled('', brief(reason), 8),
    ...labelled('', showCommand(digest(artefact), range), 8),
  ];
}

// --- what was found

function indications(record: AssayRecord): readonly Line[] {
  const { indications: all } = record;
  const digest = shortDigests(record);
  const shown = all.slice(0, SHOWN.indications).flatMap((indication) => indicationLines(indication, digest));
  const more = all.length - SHOWN.indications;
  return section(`Indications (${grouped(all.length)})`, [
    ...(all.length === 0 ? plain(labelled('', noIndicationsText(record), 2)) : shown),
    ...plain(more > 0 ? [`  and ${grouped(more)} more in the record`] : []),
  ]);
}

function indicationLines(
  { id, title, strength, facts, evidence, matters, disproof, weaknesses, requirements, examiner }: Indication,
  digest: (full: Gap['artefact']) => string,
): readonly Line[] {
  const said = (label: string, text: string) => plain(labelled(`      ${label}`, text, 16));
  const places = evidence
    .slice(0, SHOWN.places)
    .flatMap(({ artefact, path, range, excerpt }) => [
      ...said('where', `${pathText(path)}  ${ranged(range)}`),
      ...(excerpt === null ? [] : said('excerpt', shortened(excerpt, NAME_LIMIT))),
      ...said('show', showCommand(digest(artefact), range)),
    ]);
  const more = evidence.length - SHOWN.places;
  return [
    ...labelled(`  ${id}`, brief(title), 6).map((text, i) => line(text, i === 0 ? 'alarm' : null)),
    ...said('strength', strength),
    ...said(
      'facts',
      factsOf(facts)
        .map(({ label, text }) => `${label}: ${text}`)
        .join('; '),
    ),
    ...places,
    ...(more > 0 ? said('', `and ${counted(more, 'place')} more in the record`) : []),
    ...said('matters', brief(matters)),
    ...said('disproof', brief(disproof)),
    ...said('see', brief([...weaknesses, ...requirements, examiner].join(', '))),
  ];
}

/** Class, level, found of planted, lower bound, gate, held out. */
const POWER_WIDTHS = [19, 9, 11, 9, 12, 8] as const;

function power(record: AssayRecord): readonly Line[] {
  if (record.power === null) {
    const why =
      'Not measured: nothing was planted, so nobody can say how much would have been found. Run again with --power quick, standard or full.';
    return section('Power', plain(labelled('', why, 2)));
  }
  const { classes, controls, seed } = record.power;
  const rows = classes.flatMap((each, i) => powerLines(record, each, classes[i - 1]?.class !== each.class));
  const missed = classes.flatMap(({ missed: names, ...each }) =>
    names.map((name) => `${each.class}, ${each.level}: ${name}`),
  );
  const summary = `Controls: ${counted(controls.runs, 'unplanted copy', 'unplanted copies')} examined, ${counted(controls.falseIndications, 'false indication')}. Seed ${shortened(seed, 64)}.`;
  return section('Power: of known implants planted in a copy, what was found', [
    line(tabled(['CLASS', 'LEVEL', 'FOUND', 'AT LEAST', 'GATE', 'HELD OUT'], POWER_WIDTHS).join('')),
    ...(rows.length === 0 ? plain(['  No class of implant was planted.']) : rows),
    ...plain(labelled('', summary, 2)),
    ...plain(
      missed.slice(0, SHOWN.missed).flatMap((name) => labelled('  missed', shortened(name, NAME_LIMIT), 10)),
    ),
    ...plain(
      missed.length > SHOWN.missed
        ? [`  and ${grouped(missed.length - SHOWN.missed)} more missed in the record`]
        : [],
    ),
  ]);
}

function powerLines(record: AssayRecord, each: ClassPower, isFirst: boolean): readonly Line[] {
  const verdict = verdictOf(record, each);
  const gate = { met: 'met', 'not met': 'NOT MET !', 'not measured': 'not measured', 'not required': '-' }[
    verdict
  ];
  const { planted, found, lower, heldOut, level, why } = each;
  const row = tabled(
    [
      isFirst ? shortened(each.class, 60) : '',
      level,
      `${grouped(found)} of ${grouped(planted)}`,
      lower === null ? '-' : atLeast(lower),
      gate,
      heldOut.planted === 0 ? '-' : `${grouped(heldOut.found)} of ${grouped(heldOut.planted)}`,
    ],
    POWER_WIDTHS,
  );
  return [
    ...row.map((text) => line(text, verdict === 'not met' ? 'warning' : null)),
    ...plain(why === null ? [] : labelled('', brief(why), 6)),
  ];
}

/** Facility, by, state, destination, who can switch it on, documented. */
const FACILITY_WIDTHS = [12, 13, 9, 12, 13, 9] as const;

function facilities({ facilities: all }: AssayRecord): readonly Line[] {
  const rows = all
    .slice(0, SHOWN.facilities)
    .flatMap((facility) =>
      tabled(
        [
          FACILITY_NAMES[facility.facility],
          shortened(facility.by, 60),
          facility.state,
          shortened(facility.destination ?? '-', 60),
          shortened(facility.switchedBy ?? 'not seen', 90),
          documentedText(facility),
        ],
        FACILITY_WIDTHS,
      ),
    );
  const head = tabled(['FACILITY', 'BY', 'STATE', 'TO', 'SWITCHED BY', 'DECLARED'], FACILITY_WIDTHS);
  const more = all.length - SHOWN.facilities;
  return section(`Facilities (${grouped(all.length)})`, [
    ...plain(labelled('', brief(all.length === 0 ? NO_FACILITIES_TEXT : FACILITIES_TEXT), 2)),
    ...plain(all.length === 0 ? [] : [...head, ...rows]),
    ...plain(more > 0 ? [`  and ${grouped(more)} more in the record`] : []),
  ]);
}

/** Clause, title, verdict, why. */
const REQUIREMENT_WIDTHS = [12, 26, 13, 25] as const;

function requirements(record: AssayRecord): readonly Line[] {
  if (record.requirements.length === 0) return [];
  const decided = requirementsInOrder(record).filter(({ verdict }) => verdict !== 'not-decided');
  const rows = decided
    .slice(0, SHOWN.requirements)
    .flatMap(({ clause, title, verdict, why, indications: ids }) =>
      tabled(
        [
          clause,
          shortened(title, 90),
          verdict.replace('-', ' '),
          ids.length === 0 ? shortened(why, 120) : shortened(ids.join(', '), 120),
        ],
        REQUIREMENT_WIDTHS,
      ),
    );
  const open = new Map<string, number>();
  for (const { verdict, why } of record.requirements) {
    if (verdict !== 'not-decided') continue;
    const reason =
      /^(?:live test|needs a capture or scan)/.exec(why)?.[0] ?? 'other reasons, each in the record';
    open.set(reason, (open.get(reason) ?? 0) + 1);
  }
  const reasons = [...open].map(
    ([reason, n]) =>
      `  ${grouped(n)} not decided: ${reason === 'live test' ? 'a live test is needed' : reason}`,
  );
  const [catalogue = ''] = new Set(record.requirements.map((each) => each.catalogue));
  return section(`Requirements of ${catalogue} (${grouped(record.requirements.length)})`, [
    ...plain(labelled('', brief(`${REQUIREMENTS_TEXT} ${requirementsText(record)}.`), 2)),
    ...plain(
      rows.length === 0 ? [] : [...tabled(['CLAUSE', 'TITLE', 'VERDICT', 'BY'], REQUIREMENT_WIDTHS), ...rows],
    ),
    ...plain(
      decided.length > SHOWN.requirements
        ? [`  and ${grouped(decided.length - SHOWN.requirements)} more in the record`]
        : [],
    ),
    ...plain(reasons),
  ]);
}

/** Examiner, here, there. */
const PEER_WIDTHS = [34, 14, 14] as const;

function peers({ peers: all }: AssayRecord): readonly Line[] {
  if (all.length === 0) return section('Peers', plain(labelled('', brief(NO_PEERS_TEXT), 2)));
  return section(
    `Peers (${grouped(all.length)})`,
    all.flatMap((peer) => [
      ...plain(labelled('', brief(peerText(peer)), 2)),
      ...plain(tabled(['EXAMINER', 'HERE', 'THERE'], PEER_WIDTHS)),
      ...plain(peerRows(peer).flatMap((row) => tabled([...row], PEER_WIDTHS))),
      ...plain(
        peer.shared.slice(0, SHOWN.shared).map(({ here, there }) => `  ${here} here is ${there} there`),
      ),
    ]),
  );
}

function talk(record: AssayRecord): readonly Line[] {
  const { total, listed } = record.talk;
  const shown = listed.slice(0, SHOWN.talk);
  if (total === 0) return [];
  return section(`Addresses on networks written in the release (${grouped(total)})`, [
    ...plain(
      shown.flatMap(({ value, files, evidence }) => [
        ...labelled('', `${shortened(value, NAME_LIMIT)}  in ${counted(files, 'file')}`, 2),
        ...labelled('', pathText(evidence.path), 6),
      ]),
    ),
    ...plain(total > shown.length ? [`  and ${grouped(total - shown.length)} more in the record`] : []),
  ]);
}

// --- what it rests on

function failures({ failures: all }: AssayRecord): readonly Line[] {
  if (all.length === 0) return [];
  const shown = all
    .slice(0, SHOWN.failures)
    .flatMap(({ kind, plugin, path, why }) => [
      ...labelled('', `${plugin} ${kind}: ${pathText(path)}`, 2),
      ...labelled('', brief(why), 6),
    ]);
  return section(`What did not come to its end (${grouped(all.length)})`, [
    ...plain(shown),
    ...plain(
      all.length > SHOWN.failures ? [`  and ${grouped(all.length - SHOWN.failures)} more in the record`] : [],
    ),
  ]);
}

/** How each document of the vendor was read, with what was lost first. */
function readings({ declarations }: AssayRecord): readonly Line[] {
  if (declarations.readings.length === 0) return [];
  const shown = declarations.readings.flatMap((reading) => {
    const remarks = remarksInOrder(reading).slice(0, SHOWN.remarks);
    const rest = remarksTotal(reading) - remarks.length;
    return [
      ...labelled('', shortened(reading.document, NAME_LIMIT), 2),
      ...labelled('', brief(readingText(reading)), 4),
      ...remarks.flatMap(({ kind, at, text }) =>
        labelled('', `${kind}: ${shortened(at, NAME_LIMIT)}: ${brief(text)}`, 6),
      ),
      ...(rest > 0 ? labelled('', `and ${grouped(rest)} more remarks`, 6) : []),
    ];
  });
  return section('How the declarations were read', plain([...labelled('', READINGS_TEXT, 2), ...shown]));
}

function grounds(record: AssayRecord): readonly Line[] {
  const digest = shortDigests(record);
  const inputs = record.inputs.flatMap(({ name, kind, size, from, digest: full }) => {
    const hand = from === null ? 'handed in by: not known' : `from ${shortened(from, 80)}`;
    return labelled(
      '',
      `${shortened(name, NAME_LIMIT)}  ${INPUT_NAMES[kind]}  ${sized(size)}  ${digest(full)}  ${hand}`,
      2,
    );
  });
  return section('What this rests on', [
    ...plain(inputs),
    ...plain(labelled('  Declared', brief(declarationsText(record)), 14)),
    ...plain(engineOf(record).flatMap(({ label, text }) => labelled(`  ${label}`, brief(text), 14))),
    ...section('What this cannot say', plain(LIMITS.flatMap((sentence) => labelled('', brief(sentence), 2)))),
  ]);
}
