import { type MatrixRow, NOTHING_DECLARED } from '#domain/declaration';
import type { Elicited, Sheet, VendorDocument } from '#domain/elicited';
import type { Elicitor } from '#domain/plugin';
import { quoted, RemarkList } from '#engine/bytes/remarks';
import { type Columns, headOf, joinedHead } from '#engine/elicit/matrix/columns';
import { type Grid, gridOf, type GridRow, turnedGrid } from '#engine/elicit/matrix/grid';
import { readRow } from '#engine/elicit/matrix/row';

/** Communication matrices: the flows a vendor documents. */
export const matrix: Elicitor = {
  kind: 'elicitor',
  id: 'matrix',
  version: 1,
  doc: {
    name: 'Communication matrix',
    says: 'Reads documented flows from tables: workbooks, delimited text, tables in Markdown, HTML and plain text. What a row says is read as far as it is understood; every row that is not, or is read otherwise than written, is named with its cell.',
    sources: [
      '3GPP TS 33.117, 4.4.2 and 4.2.6.2 for what a matrix has to say',
      'heads of matrices published by Huawei and Nokia; IANA Service Name and Transport Protocol Port Number Registry',
      'RFC 4180; ECMA-376 part 1, clause 18',
    ],
    limits: [
      'Names of columns are known in English and Chinese. A matrix with other names is not recognised; give it as assay-declaration/1 or rename its head.',
      'Text that is not understood is unresolved, never any port. A port that is a date, a fraction or could be read in two ways stays unresolved.',
      'Which end of a row is the product is not told: a port at the destination counts as documented for it. Errs towards silence.',
      'A row that allows half of all ports or more, from anyone to anyone, is a blanket row and explains nothing.',
      'Formulas are not computed: their stored results are read. Images, drawings, text boxes and comments of a workbook are not read.',
      'Old binary workbooks (.xls, .xlsb), protected workbooks, .ods and PDF are not read.',
    ],
  },
  elicit: (document) => elicit(document),
};

/** Rows at the top of a sheet that may stand above its head. */
const ABOVE = 60;

function elicit({ sheets, text }: VendorDocument): Elicited | null {
  const found = sheets.map((sheet) => ({ sheet, head: findHead(sheet) }));
  if (found.every(({ head }) => head === null)) return null;
  const remarks = new RemarkList();
  const flows: MatrixRow[] = [];
  let rows = 0;
  let unusable = 0;
  for (const { sheet, head } of found) {
    if (head === null) {
      // a text has tables of many things; a sheet of a workbook is there to be read
      if (text === null && sheet.rows.length > 0)
        remarks.say('noted', sheet.name ?? '', 'Has no head of a matrix; it is not read as one.');
      continue;
    }
    const read = readSheet(sheet, head, remarks);
    flows.push(...read.flows);
    rows += read.rows + sheet.unread;
    unusable += read.unusable + sheet.unread;
    if (sheet.unread > 0)
      remarks.say(
        'unusable',
        sheet.name ?? '',
        `${sheet.unread} rows behind the first ${sheet.rows.length} are not read.`,
      );
  }
  const declaration = { ...NOTHING_DECLARED, matrix: flows };
  return { elicitor: 'matrix', subject: 'matrix', declaration, rows, unusable, ...remarks.result };
}

interface Head {
  readonly grid: Grid;
  readonly columns: Columns;
  /** Rows of the grid that the head takes, from 0: [first, behind the last]. */
  readonly rows: readonly [number, number];
}

function findHead(sheet: Sheet): Head | null {
  const upright = headIn(gridOf(sheet));
  if (upright !== null) return upright;
  const turned = turnedGrid(sheet);
  return turned === null ? null : headIn(turned);
}

function headIn(grid: Grid): Head | null {
  // of a turned sheet the names stand first, behind a number at most
  const last = grid.isTurned ? 2 : ABOVE;
  for (let at = 0; at < Math.min(last, grid.rows.length); at++) {
    const head = headAt(grid, at);
    if (head !== null && head.rows[1] < grid.rows.length) return head;
  }
  return null;
}

/** One row as the head, or two where groups stand above names and more is understood together. */
function headAt(grid: Grid, at: number): Head | null {
  const above = grid.rows[at];
  const below = grid.rows[at + 1];
  if (above === undefined) return null;
  const alone = headOf(above.cells);
  const joined = below === undefined ? null : headOf(joinedHead(above.cells, below.cells));
  const single = Math.max(alone?.size ?? 0, headOf(below?.cells ?? [])?.size ?? 0);
  if (joined !== null && joined.size > single && !readsAsFlow(below, alone))
    return { grid, columns: joined, rows: [at, at + 2] };
  return alone === null ? null : { grid, columns: alone, rows: [at, at + 1] };
}

/** A row with a digit under a head is a flow, and no second half of the head. */
function readsAsFlow(row: GridRow | undefined, columns: Columns | null): boolean {
  return columns !== null && /\d/.test(row?.cells[columns.get('toPort') ?? -1] ?? '');
}

function readSheet(
  sheet: Sheet,
  first: Head,
  remarks: RemarkList,
): { readonly flows: readonly MatrixRow[]; readonly rows: number; readonly unusable: number } {
  const { grid } = first;
  const flows: MatrixRow[] = [];
  let head = first;
  let rows = 0;
  let unusable = 0;
  if (grid.isTurned)
    remarks.say(
      'mended',
      sheet.name ?? '',
      'Has a flow in every column and an attribute in every row; it is turned.',
    );
  else if (first.rows[0] > 0)
    remarks.say(
      'noted',
      grid.rows[first.rows[0]]?.at ?? '',
      `Is the head. Rows above it that are no flows: ${first.rows[0]}.`,
    );
  sayMissing(head, remarks);
  for (let at = first.rows[1]; at < grid.rows.length; at++) {
    const row = grid.rows[at];
    if (row === undefined) break;
    const next = readsAsFlow(row, head.columns) ? null : headAt(grid, at);
    if (next !== null) {
      remarks.say('noted', row.at, 'Is another head; the rows below it are read under it.');
      head = next;
      sayMissing(head, remarks);
      at = head.rows[1] - 1;
      continue;
    }
    if (isHeading(row, head.columns)) {
      const text = row.cells.find((cell) => cell !== '') ?? '';
      remarks.say('noted', row.at, `Says ${quoted(text)} alone; it is taken for a heading.`);
      continue;
    }
    const width = grid.rows[head.rows[1] - 1]?.cells.length ?? 0;
    const { columns } = head;
    const read = readRow(row, columns, width, (kind, column, text) => {
      const position = column === null ? undefined : columns.get(column);
      remarks.say(kind, position === undefined ? row.at : row.cellAt(position), text);
    });
    rows++;
    if (!read.isUsable) unusable++;
    flows.push(...read.flows);
  }
  return { flows, rows, unusable };
}

function sayMissing({ grid, columns, rows }: Head, remarks: RemarkList): void {
  if (!columns.has('transport'))
    remarks.say(
      'noted',
      grid.rows[rows[0]]?.at ?? '',
      'Has no column of protocols; only ports that name one themselves can be compared.',
    );
}

/** One text alone in a row, not where a port or protocol stands, divides the table. */
function isHeading({ cells }: GridRow, columns: Columns): boolean {
  const texts = new Set(cells.filter((text) => text !== ''));
  if (texts.size !== 1) return false;
  const filled = cells.flatMap((text, position) => (text === '' ? [] : [position]));
  return filled.length > 1 || (filled[0] !== columns.get('toPort') && filled[0] !== columns.get('transport'));
}
