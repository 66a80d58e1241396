import { isStacked, terminal } from '#engine/report/escape';

/** Columns of every line of a report as text. */
export const WIDTH = 80;

/** Code points that may take two columns. Errs towards two: a line is then shorter than it could be, never longer.
 *  After Unicode Standard Annex #11 (wide, fullwidth) and the emoji, whole blocks taken together. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2300, 0x24ff],
  [0x2580, 0x2bff],
  [0x2e80, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe6f],
  [0xff00, 0xffef],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d35f],
  [0x1f000, 0x1faff],
  [0x20000, 0x3fffd],
];

function columnsOfCode(code: number): number {
  if (code < 0x300) return 1;
  if (isStacked(code)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** Columns that escaped text takes on a terminal, at most. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCode(character.codePointAt(0) ?? 0);
  return columns;
}

/** Text with spaces behind it up to so many columns. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** Escaped lines of at most `columns` columns: broken between words, inside a word only where it is longer than a line.
 *  @param columns  ≥ 2 */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  // a percent sign stays with its number
  for (const word of terminal(text).split(/ (?!%)/)) {
    const width = columnsOf(word);
    if (line !== '' && used + 1 + width <= columns) {
      line += ` ${word}`;
      used += 1 + width;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = broken(word, columns);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
    used = columnsOf(line);
  }
  return [...lines, line];
}

/** A word in pieces that fit; a stacked mark stays with its letter. */
function broken(word: string, columns: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of word) {
    const width = columnsOfCode(character.codePointAt(0) ?? 0);
    if (used + width > columns) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += character;
    used += width;
  }
  return [...pieces, piece];
}

/** Wrapped text behind a label, all lines after the first indented below the text.
 *  @param label   empty: the text is only indented
 *  @param column  where the text begins; a longer label pushes it into the next line */
export function labelled(
  label: string,
  text: string,
  column: number,
  width: number = WIDTH,
): readonly string[] {
  const lines = wrapped(text, width - column).map((line) => ' '.repeat(column) + line);
  const head = terminal(label);
  if (columnsOf(head) + 1 > column) return head === '' ? lines : [...wrapped(head, width), ...lines];
  return lines.map((line, i) => (i === 0 ? padded(head, column) + line.slice(column) : line));
}

/** One row of cells side by side, each wrapped in its own column; two spaces between columns.
 *  @param cells  a list begins a new line with each of its texts */
export function tabled(
  cells: readonly (string | readonly string[])[],
  widths: readonly number[],
  indent = 2,
): readonly string[] {
  const columns = cells.map((cell, i) =>
    (typeof cell === 'string' ? [cell] : cell).flatMap((text) => wrapped(text, widths[i] ?? 2)),
  );
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) => {
    const line = columns.map((lines, i) => padded(lines[row] ?? '', widths[i] ?? 2)).join('  ');
    return (' '.repeat(indent) + line).trimEnd();
  });
}

/** Long text with its middle left out and counted; the rest stands in the record.
 *  @param limit  characters that are kept, ≥ 2 */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text);
  if (characters.length <= limit) return text;
  const tail = Math.floor(limit / 3);
  const head = limit - tail;
  const gone = characters.length - limit;
  return `${characters.slice(0, head).join('')}[${gone} more characters]${characters.slice(-tail).join('')}`;
}
