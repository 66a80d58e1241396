import type { Facts } from '#domain/indication';
import { STRENGTHS } from '#domain/indication';
import type { AssayRecord, Evidence, Gap, Indication } from '#domain/record';
import { answerRow, QUESTION_NAMES } from '#engine/report/answers';
import { shortened } from '#engine/report/columns';
import { coverageMap } from '#engine/report/coverage-map';
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
import { forestPlot } from '#engine/report/forest-plot';
import { type Markup, markup, NOTHING } from '#engine/report/markup';
import {
  addressOf,
  changesOf,
  declarationsText,
  documentedText,
  READINGS_TEXT,
  readingText,
  remarksInOrder,
  remarksTotal,
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
  type Run,
  type Said,
  runsOf,
  sinceText,
  stateOf,
  targetText,
  titleOf,
  verdictOf,
} from '#engine/report/sentences';
import { STYLE } from '#engine/report/style';

/** How much of each list stands on the page; the record has the rest. */
const SHOWN = {
  indications: 200,
  places: 20,
  gaps: 100,
  facilities: 200,
  requirements: 500,
  talk: 50,
  remarks: 200,
  failures: 50,
  missed: 50,
  runs: 200,
} as const;

/** Longest name, path or excerpt on the page, in characters. */
const NAME_LIMIT = 300;

/** Version of a plug-in and the first digits of the digest of its code. */
const VERSION_LIMIT = 16;

/** The assessment as one page that needs nothing else: no script, no font, no picture from elsewhere.
 *  @param exit  code of the command, by the record alone
 *  @throws Error when an answer lacks what it rests on */
export function htmlReport(record: AssayRecord, exit: number): string {
  const title = titleOf(record);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<meta name="robots" content="noindex">
<title>${shortened(title, 120)} Revision ${record.revision}</title>
<style>${{ kind: 'markup', text: STYLE }}</style>
</head>
<body>
<div class="page">
${band(record)}
<main>
<h1>${title}</h1>
${address(record)}
${state(record)}
${answers(record)}
${list(sinceText(record), changesOf(record))}
${list('What is missing for a final report', missingOf(record))}
${indications(record)}
${facilities(record)}
${requirements(record)}
${coverage(record)}
${power(record)}
${talk(record)}
${peers(record)}
${runs(record)}
${grounds(record)}
${readings(record)}
${failures(record)}
${section('What this cannot say', markup`${LIMITS.map((sentence) => markup`<p>${sentence}</p>`)}`)}
</main>
<footer><p class="mono exit">${exitText(record, String(exit))}</p></footer>
</div>
</body>
</html>
`;
  return page.text;
}

function section(title: string, content: Markup): Markup {
  return markup`<section>
<h2>${title}</h2>
${content}
</section>`;
}

/** Text from outside, set apart so that its direction of writing stays its own. */
function foreign(text: string): Markup {
  return markup`<bdi>${shortened(text, NAME_LIMIT)}</bdi>`;
}

function list(title: string, sentences: readonly string[]): Markup {
  const [only] = sentences;
  if (sentences.length === 1 && only !== undefined) return section(title, markup`<p>${only}</p>`);
  return section(title, markup`<ol>${sentences.map((sentence) => markup`<li>${sentence}</li>`)}</ol>`);
}

function more(count: number, what: string): Markup {
  return count > 0
    ? markup`<p class="legend">And ${grouped(count)} more ${what} in the record.</p>`
    : NOTHING;
}

function pairs(said: readonly Said[]): Markup {
  return markup`<dl class="facts">${said.map(({ label, text }) => markup`<dt>${label}</dt><dd>${text}</dd>`)}</dl>`;
}

/** How the cells of a column stand: a number to the right, a known word in one line, anything else as it comes. */
interface Column {
  readonly name: string;
  readonly holds?: 'number' | 'word';
}

/** A table with a caption, headings of columns, and rows whose first cell is their heading. */
function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Markup[])[],
  name = '',
): Markup {
  const holding = (i: number) => {
    const holds = columns[i]?.holds;
    return holds === undefined ? NOTHING : markup` class="${holds}"`;
  };
  const head = columns.map((column, i) => markup`<th scope="col"${holding(i)}>${column.name}</th>`);
  const body = rows.map((cells) => {
    const [first = NOTHING, ...rest] = cells;
    return markup`<tr><th scope="row">${first}</th>${rest.map((cell, i) => markup`<td${holding(i + 1)}>${cell}</td>`)}</tr>
`;
  });
  return markup`<div class="wide"><table class="${name}"><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>`;
}

function text(value: string): Markup {
  return markup`${value}`;
}

// --- the first page

function band({ case: name, revision, asOf, status }: AssayRecord): Markup {
  return markup`<header class="band"><span>ASSAY · ${status === 'final' ? 'FINAL' : 'INTERIM'}</span><span>${foreign(name)} · revision ${revision} · ${asOf} · EN</span></header>`;
}

function address(record: AssayRecord): Markup {
  return pairs(addressOf(record));
}

function state(record: AssayRecord): Markup {
  const { head, sentence } = stateOf(record);
  const dashed = head.replace(' - ', ' — ');
  return markup`<p class="state ${record.status}"><strong>${dashed}</strong> ${sentence}</p>`;
}

/** Ids of indications as links to them, the first twelve. */
function linksTo(record: AssayRecord): (ids: readonly string[]) => Markup {
  const anchors = new Map(
    record.indications.map(({ id }, i) => [id, i < SHOWN.indications ? `indication-${i + 1}` : null]),
  );
  return (ids) => {
    const links = ids.slice(0, 12).map((id, i) => {
      const anchor = anchors.get(id) ?? null;
      const separator = i === 0 ? NOTHING : text(', ');
      return anchor === null ? markup`${separator}${id}` : markup`${separator}<a href="#${anchor}">${id}</a>`;
    });
    return ids.length > 12 ? markup`${links} and ${ids.length - 12} more` : markup`${links}`;
  };
}

function answers(record: AssayRecord): Markup {
  const linked = linksTo(record);
  const rows = record.questions.map((question) => {
    const {
      answer,
      kind,
      looked,
      confidence,
      why,
      caution,
      question: name,
    } = answerRow(question, record.gate);
    const links = linked(question.indications);
    const figures = looked.map(({ text: figure, below }, i) => {
      const mark =
        below && kind !== 'not-examined' ? markup` <span class="below">▼ below the gate</span>` : NOTHING;
      return markup`${i === 0 ? '' : '; '}${figure}${mark}`;
    });
    const because = `${why}${caution === null ? '' : ` ${caution}`}`;
    const strong = kind === 'indication' || kind === 'not-examined';
    return [
      text(name),
      markup`<span${strong ? markup` class="strong"` : NOTHING}>${answer}</span>${question.indications.length === 0 ? NOTHING : markup`<span class="why">${links}</span>`}`,
      kind === 'not-examined'
        ? markup`${figures}. <span class="soft">${because}</span>`
        : markup`${figures}<span class="why">${because}</span>`,
      text(confidence),
    ];
  });
  const columns: readonly Column[] = [
    { name: 'Question' },
    { name: 'Answer', holds: 'word' },
    { name: 'How hard we looked' },
    { name: 'Confidence', holds: 'word' },
  ];
  return section(
    'Answers',
    markup`${table('All seven questions; no answer stands without what it rests on.', columns, rows, 'answers')}
<p class="legend">The gate of a final report: ${gateText(record)}.</p>`,
  );
}

// --- indications

function indications(record: AssayRecord): Markup {
  const { indications: all } = record;
  const digest = shortDigests(record);
  const cards = all
    .slice(0, SHOWN.indications)
    .map((indication, i) => card(indication, `indication-${i + 1}`, digest));
  const content = all.length === 0 ? markup`<p>${noIndicationsText(record)}</p>` : markup`${cards}`;
  return section(
    `Indications (${grouped(all.length)})`,
    markup`${content}${more(all.length - SHOWN.indications, 'indications')}`,
  );
}

function card(
  {
    id,
    title,
    strength,
    facts,
    evidence,
    matters,
    disproof,
    weaknesses,
    requirements,
    examiner,
    question,
  }: Indication,
  anchor: string,
  digest: (full: Gap['artefact']) => string,
): Markup {
  const at = STRENGTHS.indexOf(strength);
  const ladder = STRENGTHS.map((step, i) => {
    const here = i === at;
    return markup`<li class="${here ? 'reached here' : i < at ? 'reached' : ''}"${here ? markup` aria-current="step"` : NOTHING}>${here ? '▶ ' : ''}${step}</li>`;
  });
  const references = [...weaknesses, ...requirements];
  return markup`<article id="${anchor}">
<h3>${id} · ${shortened(title, 400)}</h3>
<p>${QUESTION_NAMES[question]}. Strength: <strong>${strength}</strong>, step ${at + 1} of ${STRENGTHS.length}.</p>
<ol class="ladder">${ladder}</ol>
${fourFacts(facts)}
${pairs([
  { label: 'Matters', text: matters },
  { label: 'Disproof', text: disproof },
  ...(references.length === 0 ? [] : [{ label: 'Touches', text: shortened(references.join(', '), 600) }]),
  { label: 'Said by', text: examiner },
])}
${evidence.slice(0, SHOWN.places).map((each) => place(each, digest))}
${more(evidence.length - SHOWN.places, 'places')}
</article>
`;
}

function fourFacts(facts: Facts): Markup {
  const signs: Readonly<Record<string, string>> = { true: '■ true', false: '□ false' };
  const cells = factsOf(facts).map(
    ({ label, text: value }) => markup`<div><dt>${label}</dt><dd>${signs[value] ?? `? ${value}`}</dd></div>`,
  );
  return markup`<dl class="four">${cells}</dl>`;
}

function place(
  { artefact, path, range, excerpt }: Evidence,
  digest: (full: Gap['artefact']) => string,
): Markup {
  return markup`<div class="place">
<p>${foreign(path)}, ${ranged(range)}</p>
${excerpt === null ? NOTHING : markup`<pre><bdi>${shortened(excerpt, NAME_LIMIT)}</bdi></pre>`}
<p><code>${showCommand(digest(artefact), range)}</code></p>
</div>
`;
}

// --- facilities

function facilities(record: AssayRecord): Markup {
  const { facilities: all } = record;
  const title = `Facilities (${grouped(all.length)})`;
  if (all.length === 0) return section(title, markup`<p>${NO_FACILITIES_TEXT}</p>`);
  const digest = shortDigests(record);
  const rows = all.slice(0, SHOWN.facilities).map((facility) => {
    const { by, state, destination, switchedBy, evidence } = facility;
    const [first] = evidence;
    const where =
      first === undefined
        ? NOTHING
        : markup`<span class="why">${foreign(first.path)}</span><span class="why mono">${showCommand(digest(first.artefact), first.range)}</span>`;
    return [
      markup`${FACILITY_NAMES[facility.facility]}`,
      markup`${foreign(by)}${where}`,
      markup`${state === 'on' ? markup`<strong>on</strong>` : state}`,
      destination === null ? text('-') : foreign(destination),
      switchedBy === null ? text('not seen') : foreign(switchedBy),
      text(documentedText(facility)),
    ];
  });
  const columns: readonly Column[] = [
    { name: 'Facility' },
    { name: 'By' },
    { name: 'State', holds: 'word' },
    { name: 'To' },
    { name: 'Who can switch it on' },
    { name: 'Declared', holds: 'word' },
  ];
  return section(
    title,
    markup`${table(FACILITIES_TEXT, columns, rows)}${more(all.length - rows.length, 'facilities')}`,
  );
}

// --- requirements

function requirements(record: AssayRecord): Markup {
  if (record.requirements.length === 0) return NOTHING;
  const [catalogue = ''] = new Set(record.requirements.map((each) => each.catalogue));
  const linked = linksTo(record);
  const rows = requirementsInOrder(record)
    .slice(0, SHOWN.requirements)
    .map(({ clause, title, verdict, why, indications: ids }) => {
      return [
        markup`<span class="mono">${clause}</span>`,
        markup`${title}`,
        verdict === 'not-satisfied'
          ? markup`<strong>not satisfied</strong>`
          : text(verdict.replace('-', ' ')),
        markup`<bdi>${shortened(why, NAME_LIMIT)}</bdi>${ids.length === 0 ? NOTHING : markup` ${linked(ids)}`}`,
      ];
    });
  const columns: readonly Column[] = [
    { name: 'Clause', holds: 'word' },
    { name: 'Requirement' },
    { name: 'Verdict', holds: 'word' },
    { name: 'Why' },
  ];
  return section(
    `Requirements of ${catalogue} (${grouped(record.requirements.length)})`,
    markup`<p>${requirementsText(record)}.</p>${table(REQUIREMENTS_TEXT, columns, rows)}${more(record.requirements.length - rows.length, 'requirements')}`,
  );
}

// --- peers

function peers(record: AssayRecord): Markup {
  const { peers: all } = record;
  if (all.length === 0) return section('Peers', markup`<p>${NO_PEERS_TEXT}</p>`);
  const linked = linksTo(record);
  const columns: readonly Column[] = [
    { name: 'Examiner' },
    { name: 'Here', holds: 'number' },
    { name: 'There', holds: 'number' },
  ];
  const tables = all.map((peer) => {
    const rows = peerRows(peer).map((row) => row.map((cell) => markup`${cell}`));
    const both = linked(peer.shared.map(({ here }) => here));
    return markup`${table(peerText(peer), columns, rows)}${peer.shared.length === 0 ? NOTHING : markup`<p>In both: ${both}.</p>`}`;
  });
  return section(`Peers (${grouped(all.length)})`, markup`${tables}`);
}

// --- coverage

function coverage(record: AssayRecord): Markup {
  const { bytes, maps } = record.coverage;
  const shares = tenthsOf(bytes.total, [
    { bytes: bytes.explained, gap: false },
    { bytes: bytes.opaque, gap: true },
    { bytes: bytes.unexplained, gap: true },
  ]);
  const share = (i: number) => tenths(shares[i] ?? 0);
  const { innermost } = bytes;
  const inner =
    innermost.total === 0
      ? 'No content was opened.'
      : `Of content at the innermost opened level, counted once and without padding, ${atLeast(innermost.explained / innermost.total)} of ${grouped(innermost.total)} bytes are explained.`;
  const sum = table(
    'Bytes of all artefacts, compressed content counted at both levels.',
    [{ name: 'Bytes' }, { name: 'Count', holds: 'number' }, { name: 'Share', holds: 'number' }],
    [
      [text('explained'), text(grouped(bytes.explained)), text(share(0))],
      [text('opaque: look random, not opened'), text(grouped(bytes.opaque)), text(share(1))],
      [text('not explained'), text(grouped(bytes.unexplained)), text(share(2))],
      [text('all'), text(grouped(bytes.total)), text(bytes.total === 0 ? '0 %' : '100 %')],
    ],
  );
  const figures = maps.map((map, i) => {
    const name = shortened(record.inputs.find(({ digest }) => digest === map.input)?.name ?? map.input, 80);
    return markup`<figure>${coverageMap(map, name, `map-${i + 1}`)}<figcaption>Figure ${i + 1}. Which bytes of ${foreign(name)} are explained, in the order of the file. Shares are exact; a cell that is a gap for an eighth or more is drawn as one.</figcaption></figure>`;
  });
  return section(
    'Coverage',
    markup`${figures}<p>${inner} ${grouped(bytes.padding)} bytes are padding or erased flash. Opened: ${openedText(record)}.</p>${sum}${gaps(record)}`,
  );
}

function gaps(record: AssayRecord): Markup {
  const { gaps: all } = record.coverage.bytes;
  const digest = shortDigests(record);
  if (all.total === 0) return markup`<h3>Gaps</h3><p>None of the bytes is left without an explanation.</p>`;
  const rows = all.listed
    .slice(0, SHOWN.gaps)
    .map(({ artefact, path, range, reason }) => [
      markup`${foreign(path)}<span class="why mono">${offset(range[0])}-${offset(range[1])}</span>`,
      text(sized(range[1] - range[0])),
      markup`${shortened(reason, NAME_LIMIT)}<span class="why mono">${showCommand(digest(artefact), range)}</span>`,
    ]);
  const columns: readonly Column[] = [{ name: 'Where' }, { name: 'Size', holds: 'number' }, { name: 'Why' }];
  return markup`<h3>Gaps (${grouped(all.total)})</h3>
${table('Bytes that nobody could explain, the heaviest first.', columns, rows)}
${more(all.total - rows.length, 'gaps')}`;
}

// --- power

function power(record: AssayRecord): Markup {
  if (record.power === null) {
    return section(
      'Power',
      markup`<p>Not measured: nothing was planted, so nobody can say how much would have been found.</p>`,
    );
  }
  const { classes, controls, seed } = record.power;
  const number = record.coverage.maps.length + 1;
  const rows = classes.map((each, i) => {
    const verdict = verdictOf(record, each);
    const { planted, found, lower, templates, heldOut, level, why } = each;
    return [
      markup`${shortened(each.class, 100)}${classes[i - 1]?.class === each.class ? NOTHING : markup`<span class="why">${QUESTION_NAMES[each.question]}</span>`}`,
      text(level),
      text(`${grouped(found)} of ${grouped(planted)}`),
      text(lower === null ? '-' : atLeast(lower)),
      markup`${verdict === 'not met' ? markup`<span class="below">▼ not met</span>` : text(verdict)}${why === null ? NOTHING : markup`<span class="why">${shortened(why, NAME_LIMIT)}</span>`}`,
      text(`${grouped(templates.found)} of ${grouped(templates.n)}`),
      text(heldOut.planted === 0 ? '-' : `${grouped(heldOut.found)} of ${grouped(heldOut.planted)}`),
    ];
  });
  const columns: readonly Column[] = [
    { name: 'Class' },
    { name: 'Level', holds: 'word' },
    { name: 'Found', holds: 'number' },
    { name: 'At least', holds: 'number' },
    { name: `Gate ${atLeast(record.gate.power)}` },
    { name: 'Templates', holds: 'number' },
    { name: 'Held out', holds: 'number' },
  ];
  const missed = classes.flatMap((each) => each.missed.map((name) => ({ each, name })));
  const plot = markup`<figure>${forestPlot(record, record.power, 'power')}<figcaption>Figure ${number}. Power: share of planted implants found (diamond) and its lower bound (bar, one-sided 95&#160;%).</figcaption></figure>`;
  return section(
    'Power',
    markup`<p>Known classes of implants were planted in copies of this target, inert, and the examination ran again. Figures are given per class and level, never pooled.</p>
${classes.length === 0 ? NOTHING : plot}
${classes.length === 0 ? markup`<p>No class of implant was planted.</p>` : table('What was planted and what of it was found. Held-out templates are kept from those who improve the examiners.', columns, rows)}
<p>Controls: ${counted(controls.runs, 'unplanted copy', 'unplanted copies')} examined, ${counted(controls.falseIndications, 'false indication')}. Seed <code>${seed}</code>.</p>
${missed.length === 0 ? NOTHING : markup`<h3>Missed (${grouped(missed.length)})</h3><ul>${missed.slice(0, SHOWN.missed).map(({ each, name }) => markup`<li>${each.class}, ${each.level}: ${foreign(name)}</li>`)}</ul>`}
${more(missed.length - SHOWN.missed, 'missed')}`,
  );
}

// --- talk, deployments, what it rests on

function talk(record: AssayRecord): Markup {
  const { total, listed } = record.talk;
  if (total === 0) return NOTHING;
  const digest = shortDigests(record);
  const rows = listed
    .slice(0, SHOWN.talk)
    .map(({ value, files, evidence }) => [
      foreign(value),
      text(grouped(files)),
      markup`${foreign(evidence.path)}<span class="why mono">${showCommand(digest(evidence.artefact), evidence.range)}</span>`,
    ]);
  const columns: readonly Column[] = [
    { name: 'Address' },
    { name: 'Files', holds: 'number' },
    { name: 'First place' },
  ];
  return section(
    `Addresses on networks written in the release (${grouped(total)})`,
    markup`${table('An address in the bytes is not a connection: it says where the product could talk to.', columns, rows)}${more(total - rows.length, 'addresses')}`,
  );
}

function runs(record: AssayRecord): Markup {
  const all = runsOf(record);
  if (record.about === null) return NOTHING;
  if (all.length === 0)
    return section('Who runs it', markup`<p>Not known: the case file names no operator.</p>`);
  const rows = all.slice(0, SHOWN.runs).map(runRow);
  const columns: readonly Column[] = [
    { name: 'Operator' },
    { name: 'Network part' },
    { name: 'Release' },
    { name: 'Units', holds: 'number' },
    { name: 'From', holds: 'word' },
    { name: 'To', holds: 'word' },
    { name: 'Examined here', holds: 'word' },
  ];
  const exposure = exposureText(record);
  return section(
    'Who runs it',
    markup`${table('Deployments as the case file states them.', columns, rows)}${more(all.length - rows.length, 'deployments')}${exposure === null ? NOTHING : markup`<p>${exposure}</p>`}`,
  );
}

function runRow({ operator, deployment, examined }: Run): readonly Markup[] {
  const unknown = text('not known');
  if (deployment === null)
    return [foreign(operator), unknown, unknown, unknown, unknown, unknown, text('no')];
  const { part, release, units, from, to } = deployment;
  return [
    foreign(operator),
    foreign(part),
    foreign(release),
    units === null ? unknown : text(grouped(units)),
    from === null ? unknown : text(from),
    text(to ?? 'not stated'),
    text(examined ? 'yes' : 'no'),
  ];
}

function grounds(record: AssayRecord): Markup {
  const inputs = record.inputs.map(({ name, kind, size, from, digest }) => [
    markup`${foreign(name)}<span class="why mono">${digest}</span>`,
    text(INPUT_NAMES[kind]),
    text(sized(size)),
    from === null ? text('not known') : foreign(from),
  ]);
  const columns: readonly Column[] = [
    { name: 'Input and its digest' },
    { name: 'Kind', holds: 'word' },
    { name: 'Size', holds: 'number' },
    { name: 'Handed in by' },
  ];
  const plugins = Object.entries(record.engine.plugins).map(
    ([id, version]) => markup`<li>${shortened(id, 80)} <code>${version.slice(0, VERSION_LIMIT)}</code></li>`,
  );
  const targets = record.targets.map((target) => `${target.order}. ${targetText(target)}`).join('; ');
  return section(
    'What this rests on',
    markup`${table('What was handed in.', columns, inputs)}
${pairs([
  { label: 'Releases', text: targets === '' ? 'none named' : targets },
  { label: 'Declared', text: declarationsText(record) },
  ...engineOf(record),
])}
<h3>Plug-ins (${plugins.length}), version and code</h3>
<ul class="plugins">${plugins}</ul>`,
  );
}

/** How each document of the vendor was read, with what was lost first. */
function readings({ declarations }: AssayRecord): Markup {
  if (declarations.readings.length === 0) return NOTHING;
  const columns: readonly Column[] = [{ name: 'Where' }, { name: 'How', holds: 'word' }, { name: 'What' }];
  const documents = declarations.readings.map((reading) => {
    const remarks = remarksInOrder(reading).slice(0, SHOWN.remarks);
    const rows = remarks.map(({ kind, at, text: said }) => [foreign(at), text(kind), foreign(said)]);
    const list =
      rows.length === 0
        ? markup`<p class="legend">Nothing to remark.</p>`
        : table('Remarks on the document.', columns, rows);
    return markup`<h3>${foreign(reading.document)}</h3>
<p>${readingText(reading)}.</p>
${list}${more(remarksTotal(reading) - rows.length, 'remarks')}`;
  });
  return section('How the declarations were read', markup`<p>${READINGS_TEXT}</p>${documents}`);
}

function failures({ failures: all }: AssayRecord): Markup {
  if (all.length === 0) return NOTHING;
  const rows = all
    .slice(0, SHOWN.failures)
    .map(({ kind, plugin, path, why }) => [
      foreign(plugin),
      text(kind),
      foreign(path),
      text(shortened(why, NAME_LIMIT)),
    ]);
  const columns: readonly Column[] = [
    { name: 'Plug-in' },
    { name: 'End', holds: 'word' },
    { name: 'Where' },
    { name: 'Why' },
  ];
  return section(
    `What did not come to its end (${grouped(all.length)})`,
    markup`${table('Results so far stand; what was not reached counts as a gap.', columns, rows)}${more(all.length - rows.length, 'failures')}`,
  );
}
