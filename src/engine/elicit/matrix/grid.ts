import type { Sheet } from '#domain/elicited';
import { CELL_LIMIT, cellAt, columnAt, rowAt } from '#engine/bytes/sheets';

/** Rows of flows with the way back to the places they stand at. */
export interface Grid {
  readonly rows: readonly GridRow[];
  /** True: in the document every column is a flow. */
  readonly isTurned: boolean;
}

export interface GridRow {
  readonly cells: readonly string[];
  readonly isHidden: boolean;
  /** The row, or in a turned grid the column, as a person finds it. */
  readonly at: string;
  /** @param position  from 0 */
  cellAt(position: number): string;
}

/** A sheet as it stands. */
export function gridOf(sheet: Sheet): Grid {
  return {
    isTurned: false,
    rows: sheet.rows.map(({ cells, isHidden, number }) => ({
      cells,
      isHidden,
      at: rowAt(sheet, number),
      cellAt: (position) => cellAt(sheet, number, position),
    })),
  };
}

/** Rows of a sheet with a flow in each column; a matrix has some twenty attributes. */
const ATTRIBUTE_LIMIT = 200;

/** A sheet turned so that its columns are rows; null: it has more rows than attributes a flow can have. */
export function turnedGrid(sheet: Sheet): Grid | null {
  const { rows } = sheet;
  if (rows.length > ATTRIBUTE_LIMIT) return null;
  const width = Math.min(CELL_LIMIT, Math.max(0, ...rows.map(({ cells }) => cells.length)));
  return {
    isTurned: true,
    rows: Array.from({ length: width }, (_, column) => ({
      cells: rows.map(({ cells }) => cells[column] ?? ''),
      isHidden: false,
      at: columnAt(sheet, column),
      cellAt: (position) => cellAt(sheet, rows[position]?.number ?? 1, column),
    })),
  };
}
