/** A source text taken apart. */
export interface Anatomy {
  /** The text with comments, contents of strings and regular expressions as spaces; same length, same lines. */
  readonly code: string;
  /** Contents of strings and of the fixed parts of templates, as written. */
  readonly strings: readonly Piece[];
  readonly comments: readonly Piece[];
}

export interface Piece {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Before one of these a slash begins a regular expression, after anything else it divides. */
const BEFORE_REGEX = /(?:^|[([{,;:=!&|?+\-*%^~<>]|\b(?:return|case|typeof|in|of|yield|await))$/;

/** Takes TypeScript or JavaScript apart. Knows what our own formatted sources contain, no more. */
export function anatomyOf(text: string): Anatomy {
  const strings: Piece[] = [];
  const comments: Piece[] = [];
  let code = '';
  let at = 0;
  /** Depth of braces at which each open template goes on. */
  const templates: number[] = [];
  let depth = 0;

  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const blank = (to: number) => {
    code += text.slice(at, to).replaceAll(/[^\n]/g, ' ');
    at = to;
  };
  const take = (list: Piece[], end: number, open: number, close: number) => {
    list.push({ text: text.slice(at + open, end - close), line: lineAt(at) });
    blank(end);
  };
  const endOf = (pattern: RegExp, from: number) => {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    return match === null ? text.length : match.index + match[0].length;
  };
  /** From the backtick or closing brace at `at` to the next `${` or backtick. */
  const templatePart = () => {
    const end = endOf(/(?:[^\\`$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y, at + 1);
    const goesOn = text.startsWith('${', end - 2);
    take(strings, end, 1, goesOn ? 2 : 1);
    if (goesOn) templates.push(depth);
  };

  while (at < text.length) {
    const char = text.charAt(at);
    const two = text.slice(at, at + 2);
    if (two === '//') take(comments, endOf(/[^\n]*/y, at), 2, 0);
    else if (two === '/*') take(comments, endOf(/[\s\S]*?\*\//y, at), 2, 2);
    else if (char === "'" || char === '"') {
      take(
        strings,
        endOf(char === "'" ? /'(?:[^\\'\n]|\\[\s\S])*'/y : /"(?:[^\\"\n]|\\[\s\S])*"/y, at),
        1,
        1,
      );
    } else if (char === '`') templatePart();
    else if (char === '}' && templates.at(-1) === depth) {
      templates.pop();
      templatePart();
    } else if (char === '/' && BEFORE_REGEX.test(code.trimEnd())) {
      blank(endOf(/\/(?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])+\/[a-z]*/y, at));
    } else {
      if (char === '{') depth++;
      if (char === '}') depth--;
      code += char;
      at++;
    }
  }
  return { code, strings, comments };
}
