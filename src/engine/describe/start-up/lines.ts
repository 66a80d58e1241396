import type { ByteRange } from '#domain/range';
import { latin1 } from '#engine/bytes/text';

/** One line of a table: its text without blanks around it, and its bytes without the newline. */
export interface Line {
  readonly text: string;
  readonly range: ByteRange;
}

/** Lines of one table; real ones have a few hundred. */
const LINE_LIMIT = 20_000;

/** Lines that hold something, in the order of the file.
 *  @param joined  true: a backslash at the end joins the next line, as in units of systemd and rules of udev
 *  @param comment characters that begin a comment line */
export function linesIn(bytes: Uint8Array, joined = false, comment = '#'): readonly Line[] {
  const text = latin1(bytes);
  const lines: Line[] = [];
  for (let at = 0; at < text.length && lines.length < LINE_LIMIT; ) {
    const start = at;
    let whole = '';
    for (let more = true; more && at < text.length; ) {
      const found = text.indexOf('\n', at);
      const end = found === -1 ? text.length : found;
      const line = text.slice(at, end).replace(/\r$/, '');
      more = joined && line.endsWith('\\');
      whole += more ? `${line.slice(0, -1)} ` : line;
      at = end + 1;
    }
    const trimmed = whole.trim();
    const end = Math.min(at - 1, text.length);
    if (trimmed !== '' && !comment.includes(trimmed[0] ?? ''))
      lines.push({ text: trimmed, range: [start, text[end - 1] === '\r' ? end - 1 : end] });
  }
  return lines;
}

/** Words of a line: split at blanks outside quotes, quotes removed. */
export function wordsIn(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let begun = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"') word += text[++i] ?? '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      begun = true;
    } else if (char === ' ' || char === '\t') {
      if (begun || word !== '') words.push(word);
      word = '';
      begun = false;
    } else if (char === '\\') word += text[++i] ?? '';
    else word += char;
  }
  if (begun || word !== '') words.push(word);
  return words;
}
