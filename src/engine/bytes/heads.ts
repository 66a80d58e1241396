import type { Sheet, SheetRow } from '#domain/elicited';

/* How tables are recognised: by the names of their columns. */

/** A name of a column without case, width, blanks and punctuation. */
export function plainHead(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{P}\p{S}]+/gu, '');
}

/** Names of each kind of column as they are written. */
export type HeadNames<C extends string> = Readonly<Record<C, readonly string[]>>;

/** What a name means, by {@link plainHead}. */
export function headIndex<C extends string>(names: HeadNames<C>): ReadonlyMap<string, C> {
  return new Map(
    (Object.entries(names) as [C, readonly string[]][]).flatMap(([column, written]) =>
      written.map((name) => [plainHead(name), column] as const),
    ),
  );
}

/** A table with its head found. */
export interface Headed<C extends string> {
  readonly sheet: Sheet;
  /** Where each column stands, from 0. */
  readonly columns: ReadonlyMap<C, number>;
  readonly head: SheetRow;
  /** Rows behind the head. */
  readonly rows: readonly SheetRow[];
}

/** Rows at the top of a sheet that may stand above its head, and the longest text that can be a name. */
const ABOVE = 60;
const NAME_LIMIT = 120;

/** The first row that names the columns wanted.
 *  @param isHead  whether these columns make a head
 *  @returns null: no row does, or the table is one of ports */
export function headed<C extends string>(
  sheet: Sheet,
  index: ReadonlyMap<string, C>,
  isHead: (columns: ReadonlyMap<C, number>) => boolean,
): Headed<C> | null {
  for (const [at, head] of sheet.rows.slice(0, ABOVE).entries()) {
    const columns = new Map<C, number>();
    for (const [position, text] of head.cells.entries()) {
      const column = text.length > NAME_LIMIT ? undefined : index.get(plainHead(text));
      if (column !== undefined && !columns.has(column)) columns.set(column, position);
    }
    if (!isHead(columns)) continue;
    // a matrix has components, versions and remarks too
    const isOfPorts = head.cells.some((text) => /\bports?\b|端口/i.test(text));
    return isOfPorts ? null : { sheet, columns, head, rows: sheet.rows.slice(at + 1) };
  }
  return null;
}

/** Text of a cell in one line; null: empty, or a word for none. */
export function cellText(row: SheetRow, position: number | undefined): string | null {
  const text = (row.cells[position ?? -1] ?? '').replaceAll(/\s+/g, ' ').trim();
  return text === '' || isNone(text) ? null : text;
}

/** Words for none. */
export function isNone(text: string): boolean {
  return /^(?:无|没有|不涉及|不适用|n\/?a|n\.a\.?|na|none|nil|null|not (?:applicable|used|required)|[-–—/\\]+)$/i.test(
    text.normalize('NFKC').trim(),
  );
}

/** Controls and format characters that change what a reader sees; line breaks and tabs are usual. */
export function hasUnseen(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- controls are what is looked for
  return /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(
    text,
  );
}
