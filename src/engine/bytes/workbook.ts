import type { Remark, Sheet } from '#domain/elicited';
import { Malformed, Spent } from '#domain/error';
import { decodeText } from '#engine/bytes/encoding';
import {
  CELL_LIMIT,
  CELLS_LIMIT,
  cellAt,
  columnName,
  type Placing,
  ROW_LIMIT,
  SheetBuilder,
} from '#engine/bytes/sheets';
import { type XmlEvent, xmlEvents } from '#engine/bytes/xml';

/* SpreadsheetML as office programs store it. Formulas are never computed, macros never run, links never followed.
   Source: ECMA-376 part 1, clause 18 (SpreadsheetML) and clause 9 (relationships) */

/** What an archive holds, by path. */
export type Members = ReadonlyMap<string, Uint8Array>;

export interface Workbook {
  readonly sheets: readonly Sheet[];
  readonly remarks: readonly Remark[];
}

/** Shared strings and formats of cells that are kept. */
const STRING_LIMIT = 1_000_000;
const STYLE_LIMIT = 100_000;
const SHEET_LIMIT = 256;
/** Cells that merged ranges of one sheet may fill. */
const MERGED_LIMIT = 1_000_000;
/** Characters of a formula that are quoted. */
const QUOTED = 80;

/** The sheets of a workbook in its own order.
 *  @returns null: the archive holds no workbook */
export function workbookOf(members: Members): Workbook | null {
  const main = mainPart(members);
  if (main === null) return null;
  const remarks: Remark[] = [];
  const note = (kind: Remark['kind'], at: string, text: string) => remarks.push({ kind, at, text });
  const book = readBook(members, main, note);
  const strings = readStrings(members, besides(main, 'sharedStrings.xml'), note);
  const dates = readDateStyles(members, besides(main, 'styles.xml'), note);
  const listed = book.sheets.slice(0, SHEET_LIMIT);
  if (book.sheets.length > SHEET_LIMIT)
    note('unusable', '', `Has ${book.sheets.length} sheets; the first ${SHEET_LIMIT} are read.`);
  const sheets = listed.flatMap(({ name, state, part }) => {
    const content = part === null ? undefined : members.get(part);
    if (content === undefined) {
      note('unusable', name, 'The sheet is listed, and its content is missing or too large to read.');
      return [];
    }
    if (state !== 'visible') note('noted', name, `The sheet is hidden (${state}); it is read all the same.`);
    return [readSheet(textOf(content), name, state !== 'visible', { strings, dates, is1904: book.is1904 })];
  });
  remarks.push(...besideSheets(members, new Set(listed.flatMap(({ part }) => part ?? []))));
  return { sheets, remarks };
}

type Note = (kind: Remark['kind'], at: string, text: string) => void;

function textOf(bytes: Uint8Array): string {
  return decodeText(bytes).text;
}

/** Runs over the events of a part; where it is not well formed what was read so far stands, and that is said. */
function eachEvent(text: string, part: string, note: Note, take: (event: XmlEvent) => void | 'stop'): void {
  let entities = 0;
  try {
    for (const event of xmlEvents(text)) {
      if (event.kind === 'doctype')
        note('noted', part, 'Has a document type declaration; nothing it declares is used or fetched.');
      else if (event.kind === 'entity') {
        if (entities++ === 0)
          note('noted', part, `Refers to the entity ${event.name.slice(0, 40)}; entities are not expanded.`);
      } else if (take(event) === 'stop') return;
    }
  } catch (error) {
    if (error instanceof Malformed)
      note(
        'unusable',
        part,
        `Is not well formed at character ${error.at}: ${error.message}; the rest of it is not read.`,
      );
    else if (error instanceof Spent)
      note('unusable', part, `Is too large (${error.message}); the rest of it is not read.`);
    else throw error;
  }
}

// --- the parts

const WORKBOOK = /^(?:.*\/)?workbook\.xml$/;

/** Path of the workbook itself: what the package names as its document, else the usual place. */
function mainPart(members: Members): string | null {
  const named = relationsOf(members, '_rels/.rels', '').find(({ type }) => type.endsWith('/officeDocument'));
  if (named !== undefined && WORKBOOK.test(named.target) && members.has(named.target)) return named.target;
  return members.has('xl/workbook.xml') ? 'xl/workbook.xml' : null;
}

interface Relation {
  readonly id: string;
  readonly type: string;
  /** Path in the archive. */
  readonly target: string;
}

function relationsOf(members: Members, part: string, folder: string): readonly Relation[] {
  const content = members.get(part);
  if (content === undefined) return [];
  const relations: Relation[] = [];
  eachEvent(
    textOf(content),
    part,
    () => {},
    (event) => {
      if (event.kind !== 'open' || event.name !== 'Relationship' || relations.length >= STYLE_LIMIT) return;
      const { attributes } = event;
      if (attributes.get('TargetMode') === 'External') return;
      const target = attributes.get('Target') ?? '';
      relations.push({
        id: attributes.get('Id') ?? '',
        type: attributes.get('Type') ?? '',
        target: target.startsWith('/') ? target.slice(1) : joined(folder, target),
      });
    },
  );
  return relations;
}

/** A path below a folder; `..` goes up, never out. */
function joined(folder: string, target: string): string {
  const steps = folder === '' ? [] : folder.split('/');
  for (const step of target.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return steps.join('/');
}

function folderOf(part: string): string {
  return part.includes('/') ? part.slice(0, part.lastIndexOf('/')) : '';
}

/** A part beside the workbook. */
function besides(main: string, name: string): string {
  return joined(folderOf(main), name);
}

interface ListedSheet {
  readonly name: string;
  readonly state: 'visible' | 'hidden' | 'veryHidden';
  /** Path in the archive; null: not named. */
  readonly part: string | null;
}

function readBook(
  members: Members,
  main: string,
  note: Note,
): { readonly sheets: readonly ListedSheet[]; readonly is1904: boolean } {
  const folder = folderOf(main);
  const relations = new Map(
    relationsOf(members, joined(folder, `_rels/${main.slice(main.lastIndexOf('/') + 1)}.rels`), folder).map(
      ({ id, target }) => [id, target],
    ),
  );
  const sheets: ListedSheet[] = [];
  let is1904 = false;
  eachEvent(textOf(members.get(main) ?? new Uint8Array()), main, note, (event) => {
    if (event.kind !== 'open') return;
    if (event.name === 'workbookPr') is1904 = /^(?:1|true)$/.test(event.attributes.get('date1904') ?? '');
    if (event.name !== 'sheet' || sheets.length >= 10 * SHEET_LIMIT) return;
    const state = event.attributes.get('state');
    sheets.push({
      name: (event.attributes.get('name') ?? '').slice(0, 200).toWellFormed(),
      state: state === 'hidden' || state === 'veryHidden' ? state : 'visible',
      part: relations.get(event.attributes.get('id') ?? '') ?? null,
    });
  });
  return { sheets, is1904 };
}

/** Text of every shared string; how Japanese is spoken (`rPh`) is no text of the cell. */
function readStrings(members: Members, part: string, note: Note): readonly string[] {
  const content = members.get(part);
  if (content === undefined) return [];
  const strings: string[] = [];
  let current = '';
  let isText = false;
  let spoken = 0;
  eachEvent(textOf(content), part, note, (event) => {
    if (event.kind === 'text') {
      if (isText && spoken === 0) current += event.text;
    } else if (event.kind === 'open' || event.kind === 'close') {
      const opens = event.kind === 'open';
      if (event.name === 'rPh') spoken += opens ? 1 : -1;
      else if (event.name === 't') isText = opens;
      else if (event.name === 'si' && opens) current = '';
      else if (event.name === 'si') {
        if (strings.length >= STRING_LIMIT) {
          note('unusable', part, `Has more than ${STRING_LIMIT} strings; the rest is not read.`);
          return 'stop';
        }
        strings.push(unescaped(current));
      }
    }
    return undefined;
  });
  return strings;
}

/** Text with `_xHHHH_` replaced, which stands for what XML cannot hold; breaks of lines as one character each.
 *  Source: ECMA-376 part 1, 22.9.2.19 */
function unescaped(text: string): string {
  if (!text.includes('_x')) return text.replaceAll('\r\n', '\n');
  return text
    .replaceAll(/_x([0-9a-f]{4})_/gi, (_, digits: string) =>
      String.fromCodePoint(Number.parseInt(digits, 16)),
    )
    .replaceAll(/\r\n?/g, '\n')
    .toWellFormed();
}

/** Formats that every workbook has without naming them: dates and times. ECMA-376 part 1, 18.8.30. */
function isDateFormat(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/** True for a format of dates: day, month, year or hour outside quotes, brackets and escapes. */
function isDateCode(code: string): boolean {
  return /[dmyhs]/i.test(
    code
      .slice(0, 1000)
      .replaceAll(/"[^"]*"|\[[^\]]*\]|\\./g, '')
      .replaceAll(/general/gi, ''),
  );
}

/** For each cell format whether it shows a date. */
function readDateStyles(members: Members, part: string, note: Note): readonly boolean[] {
  const content = members.get(part);
  if (content === undefined) return [];
  const own = new Map<number, boolean>();
  const styles: boolean[] = [];
  let isInside = false;
  eachEvent(textOf(content), part, note, (event) => {
    if (event.kind !== 'open' && event.kind !== 'close') return;
    if (event.name === 'cellXfs') isInside = event.kind === 'open';
    if (event.kind === 'close' || styles.length >= STYLE_LIMIT || own.size >= STYLE_LIMIT) return;
    if (event.name === 'numFmt')
      own.set(Number(event.attributes.get('numFmtId')), isDateCode(event.attributes.get('formatCode') ?? ''));
    if (event.name === 'xf' && isInside) {
      const id = Number(event.attributes.get('numFmtId') ?? '0');
      styles.push(own.get(id) ?? isDateFormat(id));
    }
  });
  return styles;
}

/** What of an archive is no sheet and a person should know of. */
function besideSheets(members: Members, read: ReadonlySet<string>): readonly Remark[] {
  const remarks: Remark[] = [];
  for (const path of [...members.keys()].toSorted()) {
    const said = /(?:^|\/)vbaProject\.bin$/.test(path)
      ? 'Holds macros; they are not run and not read.'
      : /\/externalLinks\/[^/]+\.xml$/.test(path)
        ? 'Refers to another workbook; it is not fetched.'
        : /\/embeddings\//.test(path)
          ? `Holds an embedded object (${path.slice(0, 100)}); it is not read.`
          : /\/worksheets\/[^/]+\.xml$/.test(path) && !read.has(path)
            ? `Holds ${path.slice(0, 100)}, which the workbook does not list as a sheet; it is not read.`
            : null;
    if (said !== null && remarks.length < 100) remarks.push({ kind: 'noted', at: '', text: said });
  }
  return remarks;
}

// --- one sheet

interface Context {
  readonly strings: readonly string[];
  readonly dates: readonly boolean[];
  readonly is1904: boolean;
}

interface RawRow {
  readonly number: number;
  readonly isHidden: boolean;
  readonly cells: string[];
}

function readSheet(text: string, name: string, isHidden: boolean, context: Context): Sheet {
  const sheet = new SheetBuilder({ name, unit: 'row' }, isHidden);
  const reader = new SheetReader(name, sheet, context);
  eachEvent(
    text,
    name,
    (kind, at, said) => sheet.remark(kind, at, said),
    (event) => reader.take(event),
  );
  reader.finish(text);
  return sheet.build();
}

class SheetReader {
  private readonly rows: RawRow[] = [];
  private readonly merged: string[] = [];
  private row: RawRow | null = null;
  private cell: {
    column: number;
    type: string;
    style: number;
    value: string;
    formula: string | null;
  } | null = null;
  private inside: 'value' | 'inline' | 'formula' | null = null;
  private spoken = 0;
  private stoppedAt: number | null = null;
  /** Cells so far, empty ones between others too. */
  private taken = 0;
  private readonly name: string;
  private readonly placing: Placing;
  private readonly sheet: SheetBuilder;
  private readonly context: Context;

  constructor(name: string, sheet: SheetBuilder, context: Context) {
    this.name = name;
    this.placing = { name, unit: 'row' };
    this.sheet = sheet;
    this.context = context;
  }

  take(event: XmlEvent): 'stop' | undefined {
    if (event.kind === 'text') this.text(event.text);
    else if (event.kind === 'open') return this.open(event);
    else if (event.kind === 'close') this.close(event.name);
    return undefined;
  }

  /** Puts the rows into the sheet, with the merged cells filled. */
  finish(text: string): void {
    if (this.stoppedAt !== null) {
      let unread = 1;
      for (let at = text.indexOf('<row', this.stoppedAt + 1); at !== -1; at = text.indexOf('<row', at + 1))
        unread++;
      this.sheet.leaveOut(unread);
      this.sheet.remark('unusable', this.name, 'Has too many rows to spread its merged cells.');
    }
    this.fillMerged();
    for (const { number, isHidden, cells } of this.rows) this.sheet.add(number, cells, isHidden);
  }

  private open({ name, attributes, at }: Extract<XmlEvent, { kind: 'open' }>): 'stop' | undefined {
    switch (name) {
      case 'row': {
        if (this.rows.length >= ROW_LIMIT || this.taken >= CELLS_LIMIT) {
          this.stoppedAt = at;
          return 'stop';
        }
        const stated = whole(attributes.get('r'), 1, 10_000_000);
        const number = stated ?? (this.rows.at(-1)?.number ?? 0) + 1;
        this.row = { number, isHidden: isTrue(attributes.get('hidden')), cells: [] };
        this.rows.push(this.row);
        break;
      }
      case 'c': {
        const column = columnOf(attributes.get('r')) ?? this.row?.cells.length ?? 0;
        const style = whole(attributes.get('s'), 0, STYLE_LIMIT) ?? 0;
        this.cell = { column, type: attributes.get('t') ?? 'n', style, value: '', formula: null };
        break;
      }
      case 'v':
        this.inside = 'value';
        break;
      case 't':
        this.inside = 'inline';
        break;
      case 'rPh':
        this.spoken++;
        break;
      case 'f':
        this.inside = 'formula';
        if (this.cell !== null) this.cell.formula = '';
        break;
      case 'mergeCell':
        if (this.merged.length < ROW_LIMIT) this.merged.push(attributes.get('ref') ?? '');
        break;
      case 'col':
        if (isTrue(attributes.get('hidden')))
          this.hiddenColumns(attributes.get('min'), attributes.get('max'));
        break;
    }
    return undefined;
  }

  private hiddenColumns(first: string | undefined, last: string | undefined): void {
    const from = whole(first, 1, 16_384);
    const to = whole(last, 1, 16_384);
    // programs hide everything behind the last column of a table
    if (from === null || to === null || from > CELL_LIMIT) return;
    const names = from === to ? columnName(from - 1) : `${columnName(from - 1)} to ${columnName(to - 1)}`;
    this.sheet.remark('noted', this.name, `Column ${names} is hidden; it is read all the same.`);
  }

  private text(text: string): void {
    const { cell } = this;
    if (cell === null) return;
    if (this.inside === 'formula') cell.formula = `${cell.formula ?? ''}${text}`.slice(0, QUOTED + 1);
    else if (this.inside !== null && this.spoken === 0) cell.value += text;
  }

  private close(name: string): void {
    if (name === 'v' || name === 't' || name === 'f') this.inside = null;
    else if (name === 'rPh') this.spoken--;
    else if (name === 'row') this.row = null;
    else if (name === 'c' && this.cell !== null && this.row !== null) {
      const { column, formula } = this.cell;
      if (formula !== null) this.formula(this.row.number, column, formula, this.cell.value);
      this.put(this.row, column, this.shown(this.row.number));
      this.cell = null;
    }
  }

  private formula(row: number, column: number, formula: string, value: string): void {
    const quoted = formula.length > QUOTED ? `${formula.slice(0, QUOTED)}…` : formula;
    const result = value === '' ? 'it has no stored result' : 'its stored result is read';
    this.sheet.remark(
      value === '' ? 'unusable' : 'noted',
      cellAt(this.placing, row, column),
      `Holds the formula =${quoted.toWellFormed()}; nothing is computed, ${result}.`,
    );
  }

  private put(row: RawRow, column: number, text: string): void {
    if (column > CELL_LIMIT) {
      if (text !== '')
        this.sheet.remark(
          'unusable',
          cellAt(this.placing, row.number, column),
          `Stands behind the first ${CELL_LIMIT} columns; it is not read.`,
        );
      return;
    }
    this.taken += Math.max(0, column + 1 - row.cells.length);
    while (row.cells.length < column) row.cells.push('');
    row.cells[column] = text;
  }

  /** What a person sees in the cell, without its colours and separators. */
  private shown(row: number): string {
    const { cell, context } = this;
    if (cell === null) return '';
    const value = cell.value.trim();
    switch (cell.type) {
      case 's': {
        const found = context.strings[whole(value, 0, STRING_LIMIT) ?? -1];
        if (found === undefined && value !== '')
          this.sheet.remark(
            'unusable',
            cellAt(this.placing, row, cell.column),
            'Refers to a shared string that is not there.',
          );
        return (found ?? '').trim();
      }
      case 'b':
        return value === '1' ? 'TRUE' : 'FALSE';
      case 'n':
        return this.number(value, row, cell.column, context.dates[cell.style] === true);
      default:
        return unescaped(value);
    }
  }

  private number(value: string, row: number, column: number, isDate: boolean): string {
    if (value === '' || value.length > 40) return value;
    const number = Number(value);
    if (!Number.isFinite(number)) return value;
    if (isDate) return dateText(number, this.context.is1904) ?? value;
    if (/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) return value;
    this.sheet.remark(
      'mended',
      cellAt(this.placing, row, column),
      `Is stored as the number ${value}; it is read as ${number}.`,
    );
    return String(number);
  }

  /** A merged range shows the text of its first cell; it counts for every row and column of it. */
  private fillMerged(): void {
    const byNumber = new Map(this.rows.map((row) => [row.number, row]));
    let filled = 0;
    for (const reference of this.merged) {
      const match = /^([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})$/.exec(reference);
      const [left, top, right, bottom] = [
        columnOf(match?.[1]) ?? 0,
        Number(match?.[2] ?? 0),
        columnOf(match?.[3]) ?? 0,
        Number(match?.[4] ?? 0),
      ];
      const text = byNumber.get(top)?.cells[left] ?? '';
      if (match === null || text === '' || right < left || bottom < top) continue;
      filled += (Math.min(right, CELL_LIMIT) - left + 1) * (Math.min(bottom, top + ROW_LIMIT) - top + 1);
      if (filled > MERGED_LIMIT) {
        this.sheet.remark(
          'unusable',
          this.name,
          `Merged cells cover more than ${MERGED_LIMIT} cells; the rest is not spread.`,
        );
        return;
      }
      this.sheet.remark(
        'noted',
        cellAt(this.placing, top, left),
        `${reference} is one merged cell; its text counts for all of it.`,
      );
      for (let number = top; number <= bottom && number - top < ROW_LIMIT; number++) {
        const row = byNumber.get(number);
        if (row === undefined) continue;
        for (let column = left; column <= right && column < CELL_LIMIT; column++) this.put(row, column, text);
      }
    }
  }
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

/** A whole number between bounds, or null. */
function whole(value: string | undefined, least: number, most: number): number | null {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return null;
  const number = Number(value);
  return number >= least && number <= most ? number : null;
}

/** Column from 0 of `C` or `C12`; null: none. */
function columnOf(reference: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0];
  if (letters === undefined) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + (letter.codePointAt(0) ?? 0) - 0x40;
  return column - 1;
}

/** Days from 1970-01-01 to the day 0 of the two ways to count. ECMA-376 part 1, 18.17.4.1. */
const DAY_ZERO = { 1900: -25_569, 1904: -24_107 } as const;

/** The date of a serial number in ISO 8601, or the time alone below one day; null: beyond the year 9999. */
function dateText(serial: number, is1904: boolean): string | null {
  if (serial < 0 || serial >= 2_958_466) return null;
  const milliseconds = Math.round((serial + (is1904 ? DAY_ZERO[1904] : DAY_ZERO[1900])) * 86_400_000);
  const [day = '', time = ''] = new Date(milliseconds).toISOString().split(/[T.]/);
  if (serial < 1) return time;
  return Number.isInteger(serial) ? day : `${day} ${time}`;
}
