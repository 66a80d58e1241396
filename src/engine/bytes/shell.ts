import type { ByteRange } from '#domain/range';
import { latin1 } from '#engine/bytes/text';

/** A shell script as it is written, read without running it. */
export interface Script {
  /** The script, one character a byte; ranges count in it. */
  readonly text: string;
  readonly body: readonly ShellNode[];
  /** Why reading ended early: nesting or number of commands; null: it did not. */
  readonly cut: string | null;
}

/** What a script does, in the order of the file. */
export type ShellNode =
  | ShellCommand
  | ShellChain
  | ShellPipeline
  | ShellIf
  | ShellLoop
  | ShellFor
  | ShellCase
  | ShellGroup
  | ShellFunction;

interface Placed {
  /** From the first byte to the last. */
  readonly range: ByteRange;
}

/** One program, builtin or function with its arguments; without words: assignments or redirections alone. */
export interface ShellCommand extends Placed {
  readonly kind: 'command';
  readonly words: readonly ShellWord[];
  readonly assignments: readonly ShellAssignment[];
  readonly redirections: readonly ShellRedirection[];
}

export interface ShellAssignment {
  readonly name: string;
  /** Null: a list in parentheses. */
  readonly value: ShellWord | null;
  /** True for `NAME+=…`. */
  readonly adds: boolean;
}

export interface ShellRedirection {
  /** `>`, `>>`, `<`, `>&`, … with the number before it, if any. */
  readonly operator: string;
  readonly target: ShellWord;
}

/** `first && node || node …`; also a single node that is put into the background. */
export interface ShellChain extends Placed {
  readonly kind: 'chain';
  readonly first: ShellNode;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly node: ShellNode }[];
  readonly background: boolean;
}

export interface ShellPipeline extends Placed {
  readonly kind: 'pipeline';
  readonly parts: readonly ShellNode[];
  readonly negated: boolean;
}

export interface ShellIf extends Placed {
  readonly kind: 'if';
  readonly branches: readonly ShellBranch[];
  /** Null: no `else`. */
  readonly otherwise: readonly ShellNode[] | null;
}

export interface ShellBranch {
  readonly condition: readonly ShellNode[];
  readonly conditionRange: ByteRange;
  readonly body: readonly ShellNode[];
}

export interface ShellLoop extends Placed {
  readonly kind: 'loop';
  readonly until: boolean;
  readonly condition: readonly ShellNode[];
  readonly conditionRange: ByteRange;
  readonly body: readonly ShellNode[];
}

export interface ShellFor extends Placed {
  readonly kind: 'for';
  readonly variable: string;
  /** Null: over the arguments of the script. */
  readonly words: readonly ShellWord[] | null;
  readonly body: readonly ShellNode[];
}

export interface ShellCase extends Placed {
  readonly kind: 'case';
  readonly subject: ShellWord;
  readonly arms: readonly ShellArm[];
}

export interface ShellArm {
  readonly patterns: readonly ShellWord[];
  readonly body: readonly ShellNode[];
}

export interface ShellGroup extends Placed {
  readonly kind: 'group';
  /** True for `( … )`, whose exit and variables stay inside. */
  readonly subshell: boolean;
  readonly body: readonly ShellNode[];
}

export interface ShellFunction extends Placed {
  readonly kind: 'function';
  readonly name: string;
  readonly body: readonly ShellNode[];
}

export interface ShellWord extends Placed {
  readonly parts: readonly ShellPart[];
}

export type ShellPart =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  /** `$name`, `${name}`; `otherwise`: the text of `${name:-text}`; `plain` is false when the expansion changes the value. */
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly otherwise: string | null;
      readonly plain: boolean;
      readonly written: string;
      readonly quoted: boolean;
    }
  /** `$( … )` and backquotes. */
  | {
      readonly kind: 'substitution';
      readonly body: readonly ShellNode[];
      readonly written: string;
      readonly quoted: boolean;
    }
  /** `$(( … ))`. */
  | { readonly kind: 'arithmetic'; readonly written: string; readonly quoted: boolean };

/** The word with its quotes removed and its expansions as written. */
export function asWritten(word: ShellWord): string {
  return word.parts.map((part) => (part.kind === 'text' ? part.text : part.written)).join('');
}

/** The whole lines a range lies on, without the last newline (nor a carriage return before it). */
export function linesOf(text: string, [start, end]: ByteRange): ByteRange {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const found = text.indexOf('\n', Math.max(start, end - 1));
  const to = found === -1 ? text.length : found;
  return [start === 0 ? 0 : from, to > start && text[to - 1] === '\r' ? to - 1 : to];
}

/** Constructs inside constructs; scripts of real systems stay below ten. */
const NESTING = 64;
/** Commands of one script; the longest configure scripts have about half of it. */
const COMMANDS = 50_000;

/** Reads a script: POSIX shell and what ash, dash and bash add to its grammar. Here-documents are passed over.
 *  Never fails: what does not fit the grammar is passed over, an open construct ends with the file. Linear in the bytes.
 *  Source: IEEE Std 1003.1-2017, Shell Command Language, 2.2–2.10 */
export function readShell(bytes: Uint8Array): Script {
  const text = latin1(bytes);
  const reader = new ShellReader(text, 0, text.length, 0);
  const body = reader.script();
  return { text, body, cut: reader.state.cut };
}

/** What all readers of one script share. */
interface ReaderState {
  commands: number;
  cut: string | null;
}

const BLANK = ' \t';
const META = ' \t\r\n;&|<>()';
/** Words that close or divide a construct. */
const CLOSERS = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}']);

/** Moves through one script, or through one backquoted part of it. */
class ShellReader {
  readonly state: ReaderState;
  private readonly text: string;
  private readonly end: number;
  private at: number;
  private depth: number;
  /** Closers that an open construct waits for, innermost last. */
  private readonly open: string[][] = [];
  /** Here-documents whose text begins after the next newline. */
  private readonly pending: { readonly delimiter: string; readonly tabs: boolean }[] = [];

  constructor(
    text: string,
    at: number,
    end: number,
    depth: number,
    state: ReaderState = { commands: 0, cut: null },
  ) {
    this.text = text;
    this.at = at;
    this.end = end;
    this.depth = depth;
    this.state = state;
  }

  /** Everything up to the end; closers that nothing opened are passed over. */
  script(): readonly ShellNode[] {
    const nodes: ShellNode[] = [];
    while (this.at < this.end) {
      const before = this.at;
      nodes.push(...this.list(false));
      if (this.at === before) this.at++;
    }
    return nodes;
  }

  /** Commands up to a closer that some open construct waits for, `)`, the end of a case's arm, or the end. */
  private list(inArm: boolean): ShellNode[] {
    const nodes: ShellNode[] = [];
    while (this.at < this.end) {
      this.skipSeparators();
      const before = this.at;
      if (this.at >= this.end || this.char() === ')') break;
      if (this.text.startsWith(';;', this.at) || this.text.startsWith(';&', this.at)) {
        if (inArm || this.isInCase()) break;
        this.at += 2;
        continue;
      }
      const word = this.bareWord();
      if (CLOSERS.has(word)) {
        if (this.open.some((closers) => closers.includes(word))) break;
        this.at += word.length;
        continue;
      }
      const node = this.chain();
      if (node !== null) nodes.push(node);
      if (this.at === before) this.at++;
    }
    return nodes;
  }

  private isInCase(): boolean {
    return this.open.some((closers) => closers.includes('esac'));
  }

  private chain(): ShellNode | null {
    const start = this.at;
    const first = this.pipeline();
    if (first === null) return null;
    const rest: { operator: '&&' | '||'; node: ShellNode }[] = [];
    for (;;) {
      this.skipBlank();
      const operator = this.text.slice(this.at, this.at + 2);
      if ((operator !== '&&' && operator !== '||') || this.at + 2 > this.end) break;
      this.at += 2;
      this.skipNewlines();
      const node = this.pipeline();
      if (node === null) break;
      rest.push({ operator, node });
    }
    const end = this.lastEnd;
    const background = this.char() === '&' && this.text[this.at + 1] !== '&';
    if (background) this.at++;
    if (rest.length === 0 && !background) return first;
    return { kind: 'chain', first, rest, background, range: [start, end] };
  }

  private pipeline(): ShellNode | null {
    const start = this.at;
    let negated = false;
    while (this.bareWord() === '!') {
      negated = !negated;
      this.at++;
      this.skipBlank();
    }
    const first = this.element();
    if (first === null) return null;
    const parts = [first];
    for (;;) {
      this.skipBlank();
      if (this.char() !== '|' || this.text[this.at + 1] === '|') break;
      this.at += this.text[this.at + 1] === '&' ? 2 : 1;
      this.skipNewlines();
      const part = this.element();
      if (part === null) break;
      parts.push(part);
    }
    if (parts.length === 1 && !negated) return first;
    return { kind: 'pipeline', parts, negated, range: [start, this.lastEnd] };
  }

  /** Where the last thing read ended, without the blanks after it. */
  private lastEnd = 0;

  private element(): ShellNode | null {
    if (++this.state.commands > COMMANDS) return this.giveUp(`${COMMANDS} commands`);
    if (this.depth >= NESTING) return this.giveUp(`nesting ${NESTING}`);
    const start = this.at;
    const word = this.char() === '(' ? '(' : this.bareWord();
    this.depth++;
    const node = this.compound(word, start) ?? this.simple(start);
    this.depth--;
    return node;
  }

  private giveUp(why: string): null {
    this.state.cut ??= why;
    this.at = this.end;
    return null;
  }

  private compound(word: string, start: number): ShellNode | null {
    switch (word) {
      case '(':
        return this.group(start, ')');
      case '{':
        return this.group(start, '}');
      case 'if':
        return this.ifNode(start);
      case 'while':
      case 'until':
        return this.loop(start, word);
      case 'for':
      case 'select':
        return this.forNode(start, word);
      case 'case':
        return this.caseNode(start);
      case 'function':
        return this.namedFunction(start);
      default:
        return null;
    }
  }

  private group(start: number, close: ')' | '}'): ShellNode {
    this.at++;
    const body = this.until([close]);
    if (this.char() === close) this.at++;
    this.redirections();
    return { kind: 'group', subshell: close === ')', body, range: this.since(start) };
  }

  private ifNode(start: number): ShellNode {
    this.at += 'if'.length;
    const branches: ShellBranch[] = [];
    let otherwise: readonly ShellNode[] | null = null;
    for (;;) {
      const { nodes: condition, range: conditionRange } = this.placed(['then', 'fi']);
      this.accept('then');
      const body = this.until(['elif', 'else', 'fi']);
      branches.push({ condition, conditionRange, body });
      if (this.accept('elif')) continue;
      if (this.accept('else')) otherwise = this.until(['fi']);
      this.accept('fi');
      break;
    }
    this.redirections();
    return { kind: 'if', branches, otherwise, range: this.since(start) };
  }

  private loop(start: number, word: 'while' | 'until'): ShellNode {
    this.at += word.length;
    const { nodes: condition, range: conditionRange } = this.placed(['do', 'done']);
    this.accept('do');
    const body = this.until(['done']);
    this.accept('done');
    this.redirections();
    return {
      kind: 'loop',
      until: word === 'until',
      condition,
      conditionRange,
      body,
      range: this.since(start),
    };
  }

  private forNode(start: number, word: string): ShellNode {
    this.at += word.length;
    this.skipBlank();
    if (this.text.startsWith('((', this.at)) this.skipArithmetic();
    const variable = this.bareWord();
    this.at += variable.length;
    this.skipNewlines();
    let words: ShellWord[] | null = null;
    if (this.accept('in')) {
      words = [];
      for (this.skipBlank(); this.at < this.end && !this.isMeta(); this.skipBlank())
        words.push(this.readWord());
    }
    this.skipSeparators();
    const braces = this.accept('{');
    if (!braces) this.accept('do');
    const body = this.until([braces ? '}' : 'done']);
    this.accept(braces ? '}' : 'done');
    this.redirections();
    return { kind: 'for', variable, words, body, range: this.since(start) };
  }

  private caseNode(start: number): ShellNode {
    this.at += 'case'.length;
    this.skipBlank();
    const subject = this.isMeta() ? { parts: [], range: this.since(this.at) } : this.readWord();
    this.skipNewlines();
    this.accept('in');
    const arms: ShellArm[] = [];
    this.open.push(['esac']);
    while (this.at < this.end) {
      this.skipSeparators();
      if (this.bareWord() === 'esac' || this.at >= this.end) break;
      const before = this.at;
      const patterns = this.patterns();
      arms.push({ patterns, body: this.list(true) });
      if (this.text.startsWith(';', this.at)) this.at += this.text.startsWith(';;&', this.at) ? 3 : 2;
      // a closer of an outer construct: this case was never closed
      else if (this.bareWord() !== 'esac' && (this.char() !== ')' || this.at === before)) break;
    }
    this.open.pop();
    this.accept('esac');
    this.redirections();
    return { kind: 'case', subject, arms, range: this.since(start) };
  }

  /** `(a | b)`: patterns of one arm, with the parenthesis that ends them. */
  private patterns(): ShellWord[] {
    const patterns: ShellWord[] = [];
    if (this.char() === '(') this.at++;
    while (this.at < this.end) {
      this.skipBlank();
      if (this.char() === ')') {
        this.at++;
        break;
      }
      if (this.char() === '|') this.at++;
      else if (this.isMeta()) break;
      else patterns.push(this.readWord());
    }
    return patterns;
  }

  private namedFunction(start: number): ShellNode | null {
    const before = this.at;
    this.at += 'function'.length;
    this.skipBlank();
    const name = this.bareWord();
    if (name === '') {
      this.at = before;
      return null;
    }
    this.at += name.length;
    this.skipBlank();
    if (this.char() === '(') this.skipParentheses();
    return this.functionBody(start, name);
  }

  /** The body of a function is one compound command. */
  private functionBody(start: number, name: string): ShellNode {
    this.skipNewlines();
    const node = this.element();
    const body = node === null ? [] : node.kind === 'group' && !node.subshell ? node.body : [node];
    return { kind: 'function', name, body, range: this.since(start) };
  }

  private simple(start: number): ShellNode | null {
    const words: ShellWord[] = [];
    const assignments: ShellAssignment[] = [];
    const redirections: ShellRedirection[] = [];
    for (;;) {
      this.skipBlank();
      if (this.at >= this.end) break;
      if (this.readRedirection(redirections)) continue;
      if (this.char() === '(' && words.length === 1 && assignments.length === 0 && this.isFunctionHead()) {
        this.skipParentheses();
        return this.functionBody(start, words.map(asWritten).join(''));
      }
      if (this.isMeta()) break;
      if (words.length === 0 && this.readAssignment(assignments)) continue;
      words.push(this.readWord());
    }
    if (words.length + assignments.length + redirections.length === 0) return null;
    return { kind: 'command', words, assignments, redirections, range: [start, this.lastEnd] };
  }

  private isFunctionHead(): boolean {
    let at = this.at + 1;
    while (BLANK.includes(this.text[at] ?? '\n')) at++;
    return this.text[at] === ')';
  }

  private skipParentheses(): void {
    const close = this.text.indexOf(')', this.at);
    this.at = close === -1 || close >= this.end ? this.end : close + 1;
  }

  private readAssignment(assignments: ShellAssignment[]): boolean {
    ASSIGNMENT.lastIndex = this.at;
    const head = ASSIGNMENT.exec(this.text);
    if (head === null || this.at + head[0].length > this.end) return false;
    const [whole, name = '', adds = ''] = head;
    this.at += whole.length;
    this.lastEnd = this.at;
    if (this.char() === '(') {
      this.at++;
      this.skipList();
      assignments.push({ name, value: null, adds: adds !== '' });
      return true;
    }
    const value =
      this.at >= this.end || this.isMeta()
        ? { parts: [], range: [this.at, this.at] as const }
        : this.readWord();
    assignments.push({ name, value, adds: adds !== '' });
    return true;
  }

  /** Words up to `)`. */
  private skipList(): void {
    while (this.at < this.end) {
      this.skipNewlines();
      if (this.char() === ')') {
        this.at++;
        break;
      }
      if (this.isMeta()) this.at++;
      else this.readWord();
    }
    this.lastEnd = this.at;
  }

  private redirections(): void {
    const ignored: ShellRedirection[] = [];
    do this.skipBlank();
    while (this.readRedirection(ignored));
  }

  private readRedirection(redirections: ShellRedirection[]): boolean {
    REDIRECTION.lastIndex = this.at;
    const operator = REDIRECTION.exec(this.text)?.[0];
    if (operator === undefined || this.at + operator.length > this.end) return false;
    this.at += operator.length;
    this.lastEnd = this.at;
    this.skipBlank();
    if (this.at >= this.end || this.isMeta()) return true;
    const target = this.readWord();
    if (/<<-?$/.test(operator))
      this.pending.push({ delimiter: asWritten(target), tabs: operator.endsWith('-') });
    else redirections.push({ operator, target });
    return true;
  }

  /** Reads one word; the caller has seen that one begins here. */
  private readWord(): ShellWord {
    const start = this.at;
    const parts: ShellPart[] = [];
    let plain = '';
    const flush = (): void => {
      if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: false });
      plain = '';
    };
    while (this.at < this.end) {
      const char = this.char();
      if (META.includes(char)) break;
      if (char === '\\') {
        // an escaped newline joins two lines
        if (this.text[this.at + 1] !== '\n') plain += this.text.slice(this.at + 1, this.at + 2);
        this.at = Math.min(this.end, this.at + 2);
      } else if (char === "'") {
        flush();
        parts.push({ kind: 'text', text: this.singleQuoted(), quoted: true });
      } else if (char === '"') {
        flush();
        this.doubleQuoted(parts);
      } else if (char === '$' || char === '`') {
        const part = this.expansion(false);
        if (part === null) {
          plain += char;
          this.at++;
        } else {
          flush();
          parts.push(part);
        }
      } else {
        const from = this.at;
        while (this.at < this.end && !STOPS.includes(this.char())) this.at++;
        plain += this.text.slice(from, this.at);
      }
    }
    flush();
    return { parts, range: this.since(start) };
  }

  private singleQuoted(): string {
    const close = this.text.indexOf("'", this.at + 1);
    const to = close === -1 || close >= this.end ? this.end : close;
    const inner = this.text.slice(this.at + 1, to);
    this.at = Math.min(this.end, to + 1);
    return inner;
  }

  private doubleQuoted(parts: ShellPart[]): void {
    this.at++;
    let plain = '';
    const flush = (): void => {
      if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: true });
      plain = '';
    };
    const before = parts.length;
    while (this.at < this.end && this.char() !== '"') {
      const char = this.char();
      if (char === '\\') {
        const next = this.text.slice(this.at + 1, this.at + 2);
        if (next !== '\n') plain += '$`"\\'.includes(next) ? next : `\\${next}`;
        this.at = Math.min(this.end, this.at + 2);
        continue;
      }
      const part = char === '$' || char === '`' ? this.expansion(true) : null;
      if (part === null) {
        plain += char;
        this.at++;
      } else {
        flush();
        parts.push(part);
      }
    }
    this.at = Math.min(this.end, this.at + 1);
    flush();
    // "" is a word too
    if (parts.length === before) parts.push({ kind: 'text', text: '', quoted: true });
  }

  /** What begins with `$` or a backquote; null: nothing does, the character stands for itself. */
  private expansion(quoted: boolean): ShellPart | null {
    const start = this.at;
    if (this.char() === '`') return this.backquoted(quoted);
    const next = this.text[this.at + 1] ?? '';
    if (this.at + 1 >= this.end) return null;
    if (next === '(' && this.text[this.at + 2] === '(') {
      this.at++;
      this.skipArithmetic();
      return { kind: 'arithmetic', written: this.text.slice(start, this.at), quoted };
    }
    if (next === '(') {
      if (this.depth >= NESTING) {
        this.giveUp(`nesting ${NESTING}`);
        return { kind: 'arithmetic', written: this.text.slice(start, this.end), quoted };
      }
      this.at += 2;
      this.depth++;
      const body = this.until([')']);
      this.depth--;
      if (this.char() === ')') this.at++;
      return { kind: 'substitution', body, written: this.text.slice(start, this.at), quoted };
    }
    if (next === '{') return this.braced(quoted);
    if (next === "'" && !quoted) {
      this.at++;
      return { kind: 'text', text: this.singleQuoted(), quoted: true };
    }
    VARIABLE.lastIndex = this.at + 1;
    const name = VARIABLE.exec(this.text)?.[0];
    if (name === undefined || this.at + 1 + name.length > this.end) return null;
    this.at += 1 + name.length;
    return { kind: 'variable', name, otherwise: null, plain: true, written: `$${name}`, quoted };
  }

  private braced(quoted: boolean): ShellPart {
    const start = this.at;
    let depth = 0;
    while (this.at < this.end) {
      const char = this.char();
      if (char === '\\') this.at++;
      else if (char === "'" && !quoted) {
        this.singleQuoted();
        continue;
      } else if (char === '{') depth++;
      else if (char === '}' && --depth === 0) break;
      // an unclosed brace ends with its line
      else if (char === '\n') break;
      this.at++;
    }
    this.at = Math.min(this.end, this.at + 1);
    const written = this.text.slice(start, this.at);
    const form = /^\$\{([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!])(?::?-([^{}$`"']*))?\}$/.exec(
      written.slice(0, 400),
    );
    const name = form?.[1] ?? /^\$\{[#!]?(\w*)/.exec(written.slice(0, 400))?.[1] ?? '';
    return {
      kind: 'variable',
      name,
      otherwise: form?.[2] ?? null,
      plain: form !== null,
      written,
      quoted,
    };
  }

  private backquoted(quoted: boolean): ShellPart {
    const start = this.at;
    let close = start + 1;
    while (close < this.end && this.text[close] !== '`') close += this.text[close] === '\\' ? 2 : 1;
    close = Math.min(close, this.end);
    const inner = new ShellReader(this.text, start + 1, close, this.depth + 1, this.state);
    const body = this.depth < NESTING ? inner.script() : [];
    this.at = Math.min(this.end, close + 1);
    return { kind: 'substitution', body, written: this.text.slice(start, this.at), quoted };
  }

  /** From `((` to the matching `))`, or to the end of the line where none is. */
  private skipArithmetic(): void {
    let depth = 0;
    for (; this.at < this.end && this.char() !== '\n'; this.at++) {
      if (this.char() === '(') depth++;
      else if (this.char() === ')' && --depth === 0) {
        this.at++;
        break;
      }
    }
    this.lastEnd = this.at;
  }

  private until(closers: string[]): ShellNode[] {
    this.open.push(closers);
    const nodes: ShellNode[] = [];
    for (;;) {
      nodes.push(...this.list(false));
      // a stray `)` inside a construct that does not wait for one
      if (this.char() !== ')' || this.open.some((open) => open.includes(')')) || this.at >= this.end) break;
      this.at++;
    }
    this.open.pop();
    return nodes;
  }

  private placed(closers: string[]): { readonly nodes: ShellNode[]; readonly range: ByteRange } {
    this.skipSeparators();
    const start = this.at;
    const nodes = this.until(closers);
    const end = nodes.at(-1)?.range[1] ?? start;
    return { nodes, range: [start, Math.max(start, end)] };
  }

  private accept(word: string): boolean {
    this.skipSeparators();
    if (this.bareWord() !== word) return false;
    this.at += word.length;
    this.lastEnd = this.at;
    return true;
  }

  /** The unquoted word that begins here, without moving; empty: none, or one with quotes or expansions. */
  private bareWord(): string {
    let to = this.at;
    while (to < this.end && !STOPS.includes(this.text[to] ?? ' ')) to++;
    const next = this.text[to];
    if (to < this.end && next !== undefined && !META.includes(next)) return '';
    return to - this.at > 255 ? '' : this.text.slice(this.at, to);
  }

  private skipBlank(): void {
    for (;;) {
      const char = this.char();
      if (char === ' ' || char === '\t' || char === '\r') this.at++;
      else if (char === '\\' && this.text[this.at + 1] === '\n') this.at += 2;
      else if (char === '#') {
        const newline = this.text.indexOf('\n', this.at);
        this.at = newline === -1 || newline > this.end ? this.end : newline;
      } else return;
      if (this.at >= this.end) {
        this.at = this.end;
        return;
      }
    }
  }

  private skipNewlines(): void {
    for (;;) {
      this.skipBlank();
      if (this.at >= this.end || this.char() !== '\n') return;
      this.newline();
    }
  }

  private skipSeparators(): void {
    for (;;) {
      this.skipNewlines();
      const char = this.char();
      if (char !== ';' && char !== '&') return;
      // `;;` and `;&` end an arm; what is left of an operator after a broken command is passed over
      if (char === ';' && /[;&]/.test(this.text[this.at + 1] ?? '')) return;
      this.at++;
    }
  }

  /** Steps over a newline and the here-documents that begin after it. */
  private newline(): void {
    this.at++;
    for (const { delimiter, tabs } of this.pending) {
      while (this.at < this.end) {
        const found = this.text.indexOf('\n', this.at);
        const to = found === -1 || found > this.end ? this.end : found;
        const line = this.text.slice(this.at, to).replace(/\r$/, '');
        this.at = Math.min(this.end, to + 1);
        if ((tabs ? line.replace(/^\t+/, '') : line) === delimiter) break;
      }
    }
    this.pending.length = 0;
  }

  private char(): string {
    return this.at < this.end ? (this.text[this.at] ?? '') : '';
  }

  private isMeta(): boolean {
    const char = this.char();
    return char === '' || META.includes(char);
  }

  private since(start: number): ByteRange {
    this.lastEnd = this.at;
    return [start, this.at];
  }
}

const ASSIGNMENT = /([A-Za-z_][A-Za-z0-9_]{0,255})(?:\[[^\]\n]{0,64}\])?(\+?)=/y;
const REDIRECTION = /[0-9]{0,4}(?:<<<|<<-|<<|<>|<&|>\||>>|>&|<|>)|&>>?/y;
const VARIABLE = /[A-Za-z_][A-Za-z0-9_]{0,255}|[0-9@*#?$!-]/y;
/** What ends a run of plain characters in a word. */
const STOPS = `${META}\\'"$\``;
