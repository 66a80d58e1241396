import type { Sheet } from '#domain/elicited';
import { CELL_LIMIT, type Placing, rowAt, SheetBuilder } from '#engine/bytes/sheets';

const DELIMITERS = ['\t', ';', ',', '|', '^'] as const;

/** Lines looked at to tell the delimiter. */
const SAMPLE = 200;

/** Text with delimited values as one sheet: quoted values may hold delimiters, doubled quotes and line breaks. The
 *  delimiter is the one that gives the most rows of the same length.
 *  Source: RFC 4180; `sep=` as spreadsheets write it
 *  @returns null: no delimiter divides it into two columns or more */
export function delimitedSheet(text: string): Sheet | null {
  const stated = /^sep=([^\r\n])\r?\n/i.exec(text);
  const delimiter = stated?.[1] ?? likelyDelimiter(text);
  if (delimiter === null) return null;
  const placing: Placing = { name: null, unit: 'row' };
  const sheet = new SheetBuilder(placing);
  const from = stated === null ? 0 : stated[0].length;
  let number = stated === null ? 0 : 1;
  for (const { cells, total, isOpen } of records(text, from, delimiter)) {
    number++;
    if (isOpen)
      sheet.remark(
        'mended',
        rowAt(placing, number),
        'A quote opens and never closes; it is read as a character.',
      );
    sheet.add(number, cells, false, total);
  }
  return sheet.build();
}

interface DelimitedRecord {
  /** The first {@link CELL_LIMIT}. */
  readonly cells: readonly string[];
  readonly total: number;
  /** True: a quote opens and never closes. */
  readonly isOpen: boolean;
}

/** Records one after another; work is linear in the text. */
function* records(text: string, from: number, delimiter: string): Generator<DelimitedRecord> {
  let at = from;
  while (at < text.length) {
    const cells: string[] = [];
    let isOpen = false;
    let total = 0;
    for (let isLast = false; !isLast; ) {
      const field = text[at] === '"' ? quoted(text, at, delimiter) : plain(text, at, delimiter);
      // One row of a million empty values must not cost a million cells.
      if (total++ < CELL_LIMIT) cells.push(field.value.trim());
      isLast = text[field.end] !== delimiter;
      isOpen ||= field.isOpen;
      at = field.end + 1;
      if (isLast && text[field.end] === '\r' && text[at] === '\n') at++;
    }
    yield { cells, total, isOpen };
  }
}

interface Field {
  readonly value: string;
  /** Of the delimiter, the line break or the end of the text behind it. */
  readonly end: number;
  readonly isOpen: boolean;
}

function plain(text: string, from: number, delimiter: string): Field {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
  return { value: text.slice(from, end), end, isOpen: false };
}

function quoted(text: string, from: number, delimiter: string): Field {
  const parts: string[] = [];
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    // One quote too many must not swallow the rows behind it. No other field can be open too: every quote behind this one
    // was passed as half of a pair, and a field that begins with a pair closes at once.
    if (quote === -1) return { ...plain(text, from, delimiter), isOpen: true };
    parts.push(text.slice(at, quote));
    at = quote + 1;
    if (text[at] !== '"') break;
    parts.push('"');
    at++;
  }
  // what stands between the closing quote and the delimiter belongs to the value, as spreadsheets take it
  const rest = plain(text, at, delimiter);
  return { value: parts.join('') + rest.value, end: rest.end, isOpen: false };
}

/** Null: there is none. */
function likelyDelimiter(text: string): string | null {
  let best: string | null = null;
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const lengths = new Map<number, number>();
    let seen = 0;
    for (const { cells } of records(text.slice(0, 65_536), 0, delimiter)) {
      if (cells.length > 1) lengths.set(cells.length, (lengths.get(cells.length) ?? 0) + 1);
      if (++seen === SAMPLE) break;
    }
    // of delimiters that give as many even rows, the one with more columns
    const weight = Math.max(0, ...[...lengths].map(([length, count]) => count * 100 + Math.min(length, 50)));
    if (weight > most) {
      best = delimiter;
      most = weight;
    }
  }
  return best;
}
