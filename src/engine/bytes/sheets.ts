import type { Remark, Sheet, SheetRow } from '#domain/elicited';

/* What every reader of tables shares: how places are named, how much of a table is read. */

/** Rows read of one sheet: a matrix of the largest products has a few thousand. */
export const ROW_LIMIT = 100_000;
/** Cells read of one row. */
export const CELL_LIMIT = 256;
/** Cells read of one sheet, empty ones between others too. */
export const CELLS_LIMIT = 4_000_000;
/** Characters read of one cell. */
export const TEXT_LIMIT = 4000;
/** Remarks one sheet may bring along. */
const REMARK_LIMIT = 2000;

/** `A`, `Z`, `AA`: the column from 0 as a spreadsheet names it. */
export function columnName(column: number): string {
  const letter = String.fromCodePoint(0x41 + (column % 26));
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}

/** What names the places of a table. */
export type Placing = Pick<Sheet, 'name' | 'unit'>;

/** `Flows, C12`; `C12` where the sheet has no name; `line 12, column 3` in a text.
 *  @param column  from 0 */
export function cellAt(sheet: Placing, row: number, column: number): string {
  const place = sheet.unit === 'row' ? `${columnName(column)}${row}` : `line ${row}, column ${column + 1}`;
  return within(sheet, place);
}

/** `Flows, row 12`. */
export function rowAt(sheet: Placing, row: number): string {
  return within(sheet, `${sheet.unit} ${row}`);
}

/** `Flows, column C`, of a table that has a flow in each.
 *  @param column  from 0 */
export function columnAt(sheet: Placing, column: number): string {
  return within(sheet, sheet.unit === 'row' ? `column ${columnName(column)}` : `column ${column + 1}`);
}

function within({ name }: Placing, place: string): string {
  return name === null ? place : `${name}, ${place}`;
}

/** A sheet while it is read: bounded, and honest about what it left out. */
export class SheetBuilder {
  private readonly rows: SheetRow[] = [];
  private readonly remarks: Remark[] = [];
  private unread = 0;
  private readonly placing: Placing;
  private readonly isHidden: boolean;

  constructor(placing: Placing, isHidden = false) {
    this.placing = placing;
    this.isHidden = isHidden;
  }

  /** True: another row would not be kept. */
  get isFull(): boolean {
    return this.rows.length >= ROW_LIMIT;
  }

  /** Takes a row; one without any text is left out.
   *  @param total  cells it has, where not all are given */
  add(number: number, given: readonly string[], isHidden = false, total = given.length): void {
    if (total <= CELL_LIMIT && given.every((text) => text === '')) return;
    if (this.isFull) {
      this.unread++;
      return;
    }
    if (total > CELL_LIMIT)
      this.remark(
        'unusable',
        rowAt(this.placing, number),
        `Has ${total} cells; the first ${CELL_LIMIT} are read.`,
      );
    const cells = given.slice(0, CELL_LIMIT).map((text, column) => {
      if (text.length <= TEXT_LIMIT) return text;
      this.remark(
        'unusable',
        cellAt(this.placing, number, column),
        `Holds ${text.length} characters; the first ${TEXT_LIMIT} are read.`,
      );
      return text.slice(0, TEXT_LIMIT).toWellFormed();
    });
    this.rows.push({ number, isHidden, cells });
  }

  /** Rows that nobody read. */
  leaveOut(rows: number): void {
    this.unread += rows;
  }

  remark(kind: Remark['kind'], at: string, text: string): void {
    if (this.remarks.length < REMARK_LIMIT) this.remarks.push({ kind, at, text });
  }

  build(): Sheet {
    const { placing, isHidden, rows, unread, remarks } = this;
    return { ...placing, isHidden, rows, unread, remarks };
  }
}
