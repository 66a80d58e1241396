import { Malformed } from '#domain/error';

/* The command language of POSIX.1-2017, XCU 2, as far as scripts of start-up use it. Text is one character a byte. */

/** Commands one after another. */
export type List = readonly Statement[];

/** Pipelines joined by `&&` and `||`. */
export interface Statement {
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  readonly parts: readonly { readonly joint: '&&' | '||' | null; readonly pipeline: Pipeline }[];
  /** True: it ends in `&`. */
  readonly background: boolean;
}

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

export type Command =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'group';
      readonly subshell: boolean;
      readonly body: List;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'if';
      readonly arms: readonly { readonly test: List; readonly body: List }[];
      readonly otherwise: List;
    }
  | { readonly kind: 'loop' }
  | { readonly kind: 'case'; readonly subject: Word; readonly branches: readonly Branch[] }
  | { readonly kind: 'function'; readonly name: string; readonly body: List };

export interface Branch {
  readonly patterns: readonly Word[];
  readonly body: List;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

export interface Redirection {
  /** Left of the operator; null: the default of the operator. */
  readonly descriptor: number | null;
  readonly operator: '<' | '>' | '>>' | '>&' | '<&' | '<>' | '>|' | '<<';
  /** File, descriptor, or the whole here-document. */
  readonly target: Word;
}

export type Word = readonly Piece[];

export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  /** `${name}`; `operator` and `argument` as in `${name:-argument}`, `#` alone is the length. */
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly operator: string | null;
      readonly argument: Word;
      readonly quoted: boolean;
    }
  | { readonly kind: 'command'; readonly body: List; readonly quoted: boolean }
  /** Arithmetic, and tests of other shells: passed over, never worked out. */
  | { readonly kind: 'opaque'; readonly quoted: boolean };

/** Commands and expansions inside one another; scripts nest two dozen deep. */
const DEPTH = 128;

/** Takes a script apart.
 *  @throws Malformed where the text is no shell script, or uses what only other shells know */
export function parseShell(text: string): List {
  return parseAt(text, 0);
}

/** @param outside  how deep in others the text stands */
function parseAt(text: string, outside: number): List {
  let at = 0;
  let depth = outside;
  const heredocs: {
    readonly end: string;
    readonly raw: boolean;
    readonly strip: boolean;
    readonly fill: (word: Word) => void;
  }[] = [];

  const fail = (why: string): never => {
    throw new Malformed(why, at);
  };
  const peek = (length = 1) => text.slice(at, at + length);

  /** Blanks, comments and joined lines, not line breaks. */
  function skipBlanks(): void {
    for (;;) {
      if (text[at] === ' ' || text[at] === '\t' || text[at] === '\r') at++;
      else if (peek(2) === '\\\n') at += 2;
      else if (text[at] === '#') while (at < text.length && text[at] !== '\n') at++;
      else return;
    }
  }

  function skipBreaks(): void {
    for (;;) {
      skipBlanks();
      if (text[at] === '\n') lineBreak();
      else return;
    }
  }

  function lineBreak(): void {
    at++;
    for (const { end, raw, strip, fill } of heredocs.splice(0)) {
      let body = '';
      for (;;) {
        if (at >= text.length) fail(`here-document without ${end}`);
        const stop = text.indexOf('\n', at) === -1 ? text.length : text.indexOf('\n', at);
        const line = strip ? text.slice(at, stop).replace(/^\t+/, '') : text.slice(at, stop);
        at = Math.min(text.length, stop + 1);
        if (line.replace(/\r$/, '') === end) break;
        body += `${line}\n`;
      }
      fill(raw ? [{ kind: 'text', text: body, quoted: true }] : expandable(body));
    }
  }

  /** The reserved word here, if the next word is one that closes a block. */
  function closing(): string | null {
    skipBlanks();
    if (peek(2) === ';;') return ';;';
    if (text[at] === ')') return ')';
    const word = /^(?:then|else|elif|fi|done|do|esac|\})(?=[\s;&|)]|$)/.exec(text.slice(at, at + 6))?.[0];
    return word ?? null;
  }

  function expect(word: string): void {
    skipBreaks();
    if (!text.startsWith(word, at)) fail(`${word} expected`);
    at += word.length;
  }

  function deeper<T>(read: () => T): T {
    if (++depth > DEPTH) fail(`more than ${DEPTH} commands inside one another`);
    const result = read();
    depth--;
    return result;
  }

  function list(): List {
    const statements: Statement[] = [];
    for (;;) {
      skipBreaks();
      if (at >= text.length || closing() !== null) break;
      statements.push(statement());
    }
    return statements;
  }

  function statement(): Statement {
    const start = at;
    const parts: { joint: '&&' | '||' | null; pipeline: Pipeline }[] = [
      { joint: null, pipeline: pipeline() },
    ];
    let end = at;
    for (;;) {
      skipBlanks();
      const joint = peek(2);
      if (joint !== '&&' && joint !== '||') break;
      at += 2;
      skipBreaks();
      parts.push({ joint, pipeline: pipeline() });
      end = at;
    }
    let background = false;
    if (text[at] === '&') {
      background = true;
      end = ++at;
    } else if (text[at] === ';' && peek(2) !== ';;') end = ++at;
    else if (at < text.length && text[at] !== '\n' && closing() === null) fail('a command does not end here');
    return { start, end, parts, background };
  }

  function pipeline(): Pipeline {
    const commands: Command[] = [];
    let negated = false;
    skipBlanks();
    while (/^![ \t]/.test(peek(2))) {
      negated = !negated;
      at++;
      skipBlanks();
    }
    for (;;) {
      commands.push(deeper(command));
      skipBlanks();
      if (text[at] !== '|' || peek(2) === '||') break;
      at++;
      skipBreaks();
    }
    return { negated, commands };
  }

  function command(): Command {
    skipBlanks();
    const reserved = /^(?:if|for|while|until|case|function|\{|\[\[)(?=[\s(]|$)/.exec(
      text.slice(at, at + 9),
    )?.[0];
    if (text[at] === '(') {
      if (peek(2) === '((') return opaque('))');
      at++;
      const body = list();
      expect(')');
      return { kind: 'group', subshell: true, body, redirections: redirections() };
    }
    switch (reserved) {
      case undefined:
        return simpleOrFunction();
      case 'if':
        return conditional();
      case 'case':
        return choice();
      case '{': {
        at++;
        const body = list();
        expect('}');
        return { kind: 'group', subshell: false, body, redirections: redirections() };
      }
      case '[[':
        return opaque(']]');
      case 'function': {
        at += reserved.length;
        skipBlanks();
        const name = /^[\w.-]+/.exec(text.slice(at, at + 64))?.[0] ?? fail('a function has a name');
        at += name.length;
        skipBlanks();
        if (text[at] === '(') {
          at++;
          expect(')');
        }
        return functionBody(name);
      }
      default: {
        // for, while, until: what stands inside runs any number of times, which nobody here has to know.
        at += reserved.length;
        if (reserved === 'for') {
          skipBlanks();
          at += /^\w+/.exec(text.slice(at, at + 64))?.[0].length ?? fail('a loop has a variable');
          skipBreaks();
          if (/^in(?=\s)/.test(peek(3))) {
            at += 2;
            for (let next = word(); next !== null; next = word());
          }
          skipBlanks();
          if (text[at] === ';') at++;
        } else list();
        expect('do');
        list();
        expect('done');
        redirections();
        return { kind: 'loop' };
      }
    }
  }

  /** A command that is passed over up to its end. */
  function opaque(end: string): Command {
    passOver(end);
    return {
      kind: 'simple',
      assignments: [],
      words: [[{ kind: 'opaque', quoted: false }]],
      redirections: redirections(),
    };
  }

  function passOver(end: string): void {
    const stop = text.indexOf(end, at);
    if (stop === -1) fail(`${end} expected`);
    at = stop + end.length;
  }

  function conditional(): Command {
    at += 2;
    const arms: { test: List; body: List }[] = [];
    let otherwise: List = [];
    for (;;) {
      const test = list();
      expect('then');
      arms.push({ test, body: list() });
      const word = closing();
      if (word === 'elif') {
        at += 4;
        continue;
      }
      if (word === 'else') {
        at += 4;
        otherwise = list();
      }
      expect('fi');
      redirections();
      return { kind: 'if', arms, otherwise };
    }
  }

  function choice(): Command {
    at += 4;
    const subject = word() ?? fail('case of nothing');
    expect('in');
    const branches: Branch[] = [];
    for (;;) {
      skipBreaks();
      if (closing() === 'esac') break;
      if (text[at] === '(') at++;
      const patterns: Word[] = [];
      do {
        patterns.push(word() ?? fail('a branch has a pattern'));
        skipBlanks();
      } while (text[at] === '|' && ++at > 0);
      expect(')');
      const body = list();
      branches.push({ patterns, body });
      if (closing() === ';;') at += 2;
    }
    expect('esac');
    redirections();
    return { kind: 'case', subject, branches };
  }

  function functionBody(name: string): Command {
    skipBreaks();
    const body = deeper(command);
    if (body.kind === 'group') return { kind: 'function', name, body: body.body };
    return fail('a function is a group');
  }

  function simpleOrFunction(): Command {
    const name = /^([\w.-]+)[ \t]*\([ \t]*\)/.exec(text.slice(at, at + 80));
    if (name?.[1] !== undefined) {
      at += name[0].length;
      return functionBody(name[1]);
    }
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirected: Redirection[] = [];
    for (;;) {
      redirected.push(...redirections());
      const assigned = words.length === 0 ? /^([A-Za-z_]\w*)=/.exec(text.slice(at, at + 128)) : null;
      if (assigned?.[1] !== undefined) {
        at += assigned[0].length;
        const blank = at >= text.length || /[\s;&|()<>]/.test(text[at] ?? '');
        assignments.push({ name: assigned[1], value: (blank ? null : word()) ?? [] });
        continue;
      }
      const next = word();
      if (next === null) break;
      words.push(next);
    }
    if (assignments.length + words.length + redirected.length === 0)
      fail(`no command at ${JSON.stringify(peek())}`);
    return { kind: 'simple', assignments, words, redirections: redirected };
  }

  function redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      skipBlanks();
      const match = /^(\d?)(<<-?|>>|>&|<&|<>|>\||<|>)/.exec(text.slice(at, at + 4));
      if (match === null) return found;
      const [whole, number, operator] = match;
      at += whole.length;
      const descriptor = number === '' ? null : Number(number);
      skipBlanks();
      if (operator === '<<' || operator === '<<-') {
        const from = at;
        const end = word() ?? fail('a here-document has an end');
        const body: Piece[] = [];
        found.push({ descriptor, operator: '<<', target: body });
        heredocs.push({
          end: end.map((piece) => (piece.kind === 'text' ? piece.text : '')).join(''),
          raw: /["'\\]/.test(text.slice(from, at)),
          strip: operator === '<<-',
          fill: (pieces) => void body.push(...pieces),
        });
        continue;
      }
      const target = word() ?? fail('a redirection has a target');
      found.push({ descriptor, operator: operator as Redirection['operator'], target });
    }
  }

  /** The word here, or null where none begins. */
  function word(): Word | null {
    skipBlanks();
    const pieces: Piece[] = [];
    const from = at;
    for (;;) {
      const char = text[at];
      if (char === undefined || /[\s;&|()<>]/.test(char)) break;
      deeper(() => piece(pieces, false));
    }
    return at === from ? null : pieces;
  }

  /** Reads one quoting, expansion or run of plain characters. */
  function piece(pieces: Piece[], quoted: boolean): void {
    const char = text[at] ?? '';
    if (char === '\\') {
      const next = text[at + 1] ?? '';
      at += 2;
      // Between double quotes a backslash stands for itself before most characters.
      if (quoted && !/[$`"\\\n]/.test(next)) pieces.push({ kind: 'text', text: `\\${next}`, quoted: true });
      else if (next !== '\n') pieces.push({ kind: 'text', text: next, quoted: true });
    } else if (char === "'" && !quoted) {
      const stop = text.indexOf("'", at + 1);
      if (stop === -1) fail('a quote stays open');
      pieces.push({ kind: 'text', text: text.slice(at + 1, stop), quoted: true });
      at = stop + 1;
    } else if (char === '"' && !quoted) {
      at++;
      pieces.push({ kind: 'text', text: '', quoted: true });
      while (text[at] !== '"') {
        if (at >= text.length) fail('a quote stays open');
        piece(pieces, true);
      }
      at++;
    } else if (char === '`') {
      const stop = /(?:[^`\\]|\\[\s\S])*/y;
      stop.lastIndex = at + 1;
      const inner = stop.exec(text)?.[0] ?? '';
      if (text[at + 1 + inner.length] !== '`') fail('a quote stays open');
      at += inner.length + 2;
      pieces.push({ kind: 'command', body: nested(inner.replaceAll(/\\([$`\\])/g, '$1')), quoted });
    } else if (char === '$') dollar(pieces, quoted);
    else {
      const run = quoted ? /[^\\`"$]+/y : /[^\\`"$'\s;&|()<>]+/y;
      run.lastIndex = at;
      const plain = run.exec(text)?.[0] ?? fail(`unexpected ${JSON.stringify(char)}`);
      at += plain.length;
      pieces.push({ kind: 'text', text: plain, quoted });
    }
  }

  function dollar(pieces: Piece[], quoted: boolean): void {
    if (peek(3) === '$((') {
      passOver('))');
      pieces.push({ kind: 'opaque', quoted });
      return;
    }
    if (peek(2) === '$(') {
      at += 2;
      const body = list();
      expect(')');
      pieces.push({ kind: 'command', body, quoted });
      return;
    }
    if (peek(2) === '${') {
      const head = /^\$\{(#?)(\w+|[@*#?$!-])/.exec(text.slice(at, at + 80)) ?? fail('no name in braces');
      at += head[0].length;
      const operator = head[1] === '#' ? '#' : (/^(?::?[-=+?]|##?|%%?|\/\/?|:)/.exec(peek(2))?.[0] ?? null);
      if (head[1] !== '#') at += operator?.length ?? 0;
      const argument: Piece[] = [];
      while (text[at] !== '}') {
        if (at >= text.length) fail('a brace stays open');
        if (/[\s;&|()<>]/.test(text[at] ?? '') || text[at] === "'")
          argument.push({ kind: 'text', text: text[at++] ?? '', quoted });
        else if (text[at] === '"') at++;
        else braced(argument, quoted);
      }
      at++;
      pieces.push({ kind: 'variable', name: head[2] ?? '', operator, argument, quoted });
      return;
    }
    const name = /^\$([A-Za-z_]\w*|[0-9@*#?$!-])/.exec(text.slice(at, at + 80));
    if (name === null) {
      at++;
      pieces.push({ kind: 'text', text: '$', quoted });
      return;
    }
    at += name[0].length;
    pieces.push({ kind: 'variable', name: name[1] ?? '', operator: null, argument: [], quoted });
  }

  /** A piece of an argument in braces: plain characters end before the brace. */
  function braced(argument: Piece[], quoted: boolean): void {
    const plain = /[^\\`"$'}\s;&|()<>]+/y;
    plain.lastIndex = at;
    const run = plain.exec(text)?.[0];
    if (run === undefined) deeper(() => piece(argument, quoted));
    else {
      at += run.length;
      argument.push({ kind: 'text', text: run, quoted });
    }
  }

  function nested(inner: string): List {
    return deeper(() => parseAt(inner, depth));
  }

  /** The pieces of a here-document whose end is not quoted. */
  function expandable(body: string): Word {
    const command = nested(`: "${body.replaceAll('"', '\\"')}"`)[0]?.parts[0]?.pipeline.commands[0];
    return command?.kind === 'simple' ? (command.words[1] ?? []) : [];
  }

  const statements = list();
  if (at < text.length) fail(`${closing() ?? 'something'} closes nothing`);
  if (heredocs.length > 0) fail('a here-document has no body');
  return statements;
}
