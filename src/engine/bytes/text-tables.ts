import type { Sheet } from '#domain/elicited';
import { SheetBuilder } from '#engine/bytes/sheets';

/* Tables as they stand in texts: with pipes, with borders, or with columns set apart by blanks. */

/** Most tables read of one text. */
const TABLE_LIMIT = 500;

/** Every table of a text, each named after the heading it stands under where there is one. Work is linear in the text. */
export function tablesInText(text: string): readonly Sheet[] {
  const tables: Sheet[] = [];
  let heading: string | null = null;
  let block: Line[] = [];
  let number = 0;
  const close = () => {
    const table = block.length >= 2 ? tableOf(block, heading) : null;
    if (table !== null && tables.length < TABLE_LIMIT) tables.push(table);
    block = [];
  };
  for (const line of linesOf(text)) {
    number++;
    const trimmed = line.trim();
    if (trimmed === '') close();
    else if (/^#{1,6}\s/.test(trimmed)) {
      close();
      heading = trimmed
        .replace(/^#+\s*/, '')
        .slice(0, 200)
        .toWellFormed();
    } else block.push({ number, text: line });
  }
  close();
  return tables;
}

/** Lines of a text one after another, without their breaks. */
export function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf('\n', at);
    if (end === -1) end = text.length;
    yield text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end);
    at = end + 1;
  }
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Lines that belong together as a table; null: they are none. */
function tableOf(block: readonly Line[], heading: string | null): Sheet | null {
  const piped = block.filter(({ text }) => text.includes('|'));
  if (piped.length >= 2 && piped.length * 2 > block.length) return sheetOf(piped, heading, pipedCells);
  const aligned = alignedLines(block);
  return aligned.length < 2 ? null : sheetOf(aligned, heading, ({ text }) => alignedCells(text));
}

function sheetOf(
  lines: readonly Line[],
  heading: string | null,
  cellsOf: (line: Line) => readonly string[] | null,
): Sheet {
  const sheet = new SheetBuilder({ name: heading, unit: 'line' });
  for (const line of lines) {
    const cells = cellsOf(line);
    if (cells !== null) sheet.add(line.number, cells);
  }
  return sheet.build();
}

/** Cells between pipes; null: a rule, such as `|---|:-:|` or `+---+---+`. */
function pipedCells({ text }: Line): readonly string[] | null {
  const trimmed = text.trim();
  if (/^[|+\-=: ]+$/.test(trimmed)) return null;
  const inner = trimmed.slice(
    trimmed.startsWith('|') ? 1 : 0,
    trimmed.endsWith('|') && !trimmed.endsWith('\\|') ? -1 : undefined,
  );
  return inner
    .replaceAll('\\|', '\0')
    .split('|')
    .map((cell) => withoutMarkup(cell.replaceAll('\0', '|')));
}

/** Text of a cell in Markdown or HTML: breaks become line breaks, marks of emphasis go. */
function withoutMarkup(cell: string): string {
  return cell
    .replaceAll(/<br ?\/?>/gi, '\n')
    .replaceAll(/<\/?[a-z][^<>]{0,200}>/gi, '')
    .replaceAll(/\*\*|`/g, '')
    .trim();
}

/** Lines with two columns or more; a rule of dashes below the head is none of them. */
function alignedLines(block: readonly Line[]): readonly Line[] {
  return block.filter(({ text }) => alignedCells(text).length >= 2 && !/^[-=+ \t]+$/.test(text));
}

/** Columns are set apart by a tab or two blanks. */
function alignedCells(text: string): readonly string[] {
  return text
    .trim()
    .split(/\t+| {2,}/)
    .map((cell) => cell.trim());
}
