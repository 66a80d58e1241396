import type { ByteRange } from '#domain/range';

/** One statement of a configuration with what it stands under. */
export interface Statement {
  /** Without indentation, comment and closing mark. */
  readonly text: string;
  /** The statements it stands under, outermost first. */
  readonly under: readonly string[];
  /** In the file. */
  readonly range: ByteRange;
}

/** Longest line that is read; a certificate in base64 has less. */
const LINE_LIMIT = 8192;
/** Deepest nesting that is followed; deeper statements stand under what is above. */
const DEPTH_LIMIT = 64;

export interface ConfigLine {
  readonly text: string;
  /** Spaces before it; a tab counts as eight. */
  readonly indent: number;
  readonly range: ByteRange;
}

/** Lines that hold anything, without trailing space. */
export function* configLines(text: string): Generator<ConfigLine> {
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, Math.min(end, at + LINE_LIMIT)).trimEnd();
    const bare = line.trimStart();
    if (bare !== '') {
      const start = at + line.length - bare.length;
      const indent = line.slice(0, line.length - bare.length).replaceAll('\t', ' '.repeat(8)).length;
      yield { text: bare, indent, range: [start, start + bare.length] };
    }
    at = end + 1;
  }
}

/** Statements by indentation, as IOS, VRP and SR OS print them. A comment ends no block by itself: the next line's
 *  indentation tells.
 *  @param isComment  lines that say nothing */
export function indentedStatements(text: string, isComment: (line: string) => boolean): readonly Statement[] {
  const found: Statement[] = [];
  const open: { readonly text: string; readonly indent: number }[] = [];
  for (const line of configLines(text)) {
    if (isComment(line.text)) continue;
    while (open.length > 0 && (open.at(-1)?.indent ?? 0) >= line.indent) open.pop();
    found.push({ text: line.text, under: open.map((each) => each.text), range: line.range });
    if (open.length < DEPTH_LIMIT) open.push(line);
  }
  return found;
}

/** Statements in braces, each closed by a semicolon, as Junos and nginx write them. `#` and C comments say nothing.
 *  The statement before a brace is one of its own. */
export function bracedStatements(text: string): readonly Statement[] {
  const found: Statement[] = [];
  const open: string[] = [];
  let start = -1;
  const close = (end: number) => {
    if (start === -1) return null;
    const statement = text
      .slice(start, Math.min(end, start + LINE_LIMIT))
      .replaceAll(/\s+/g, ' ')
      .trim();
    const range: ByteRange = [start, end];
    start = -1;
    if (statement === '') return null;
    found.push({ text: statement, under: [...open], range });
    return statement;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"' || char === "'") {
      if (start === -1) start = at;
      const end = endOfQuote(text, at, char);
      // without its end a quote is a letter: a configuration of prose loses no more than this line
      if (end !== -1) at = end;
    } else if (char === '#' && (start === -1 || /\s/.test(text.charAt(at - 1)))) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (char === '/' && text.charAt(at + 1) === '*') {
      const end = text.indexOf('*/', at + 2);
      at = end === -1 ? text.length : end + 1;
    } else if (char === '{') {
      const statement = close(at);
      if (open.length < DEPTH_LIMIT) open.push(statement ?? '');
    } else if (char === '}') {
      close(at);
      open.pop();
    } else if (char === ';') {
      close(at);
    } else if (start === -1 && !/\s/.test(char)) {
      start = at;
    }
  }
  close(text.length);
  return found;
}

function endOfQuote(text: string, at: number, quote: string): number {
  const limit = Math.min(text.length, at + LINE_LIMIT);
  for (let i = at + 1; i < limit; i++) {
    const char = text.charAt(i);
    if (char === '\\') i++;
    else if (char === quote) return i;
  }
  return -1;
}
