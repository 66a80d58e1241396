import {
  asWritten,
  type Script,
  type ShellCommand,
  type ShellPart,
  type ShellWord,
} from '#engine/bytes/shell';
import { visitNodes } from '#engine/bytes/shell-walk';

/** One argument of a command. */
export interface Argument {
  /** Quotes removed, constants put in, everything else as written. */
  readonly text: string;
  /** The value when it is certain, else null. */
  readonly known: string | null;
  /** True when an unquoted `*`, `?` or `[` stands in it. */
  readonly pattern: boolean;
}

/** What the words of a script are read with. */
export interface Scope {
  readonly constants: Constants;
  /** Loop variables with their value in this round. */
  readonly bound: ReadonlyMap<string, string>;
  /** Arguments of the script or function, null where one is not known; null: nothing is known of them. */
  readonly args: readonly (string | null)[] | null;
  /** Path of the script. */
  readonly self: string;
}

/** Variables that one file sets to one literal text and to nothing else. */
export interface Constants {
  /** As written, for showing. */
  readonly shown: ReadonlyMap<string, ShellWord>;
  /** Those among them that are set whatever happens: at the top of the file, outside every construct. */
  readonly certain: ReadonlySet<string>;
  /** Every variable that the file may set in any way. */
  readonly set: ReadonlySet<string>;
}

/** Texts longer than this are not put in. */
const VALUE_LIMIT = 4096;
/** Constants inside constants. */
const DEPTH = 8;

/** Finds the constants of a script: assigned once, or always the same, and never named to a command that may set it. */
export function constantsOf(script: Script): Constants {
  const values = new Map<string, Set<string>>();
  const words = new Map<string, ShellWord>();
  const spoilt = new Set<string>();
  const certain = new Set<string>();
  const assign = (command: ShellCommand, atTop: boolean): void => {
    for (const { name, value, adds } of command.assignments) {
      if (command.words.length > 0) continue; // holds for one command alone
      if (value === null || adds || !isConstant(value)) spoilt.add(name);
      else note(name, value, atTop);
    }
    const [first, ...rest] = command.words.map(asWritten);
    const declares = first !== undefined && DECLARES.has(first);
    for (const [i, text] of rest.entries()) {
      const word = command.words[i + 1];
      const equals = text.indexOf('=');
      if (declares && equals > 0 && word !== undefined) {
        const value = behind(word, equals + 1);
        if (isConstant(value)) note(text.slice(0, equals), value, atTop && first !== 'local');
        else spoilt.add(text.slice(0, equals));
      } else if (first !== 'export' && first !== 'readonly') spoilt.add(text);
    }
  };
  function note(name: string, value: ShellWord, atTop: boolean): void {
    const known = values.get(name) ?? new Set();
    values.set(name, known.add(asWritten(value)));
    words.set(name, value);
    if (atTop && known.size === 1) certain.add(name);
  }
  visitNodes(script.body, (node, around) => {
    if (node.kind === 'command') assign(node, around.length === 0);
    else if (node.kind === 'for') spoilt.add(node.variable);
  });
  const single = [...words].filter(([name]) => values.get(name)?.size === 1 && !spoilt.has(name));
  const shown = new Map(single);
  return {
    shown,
    certain: new Set([...certain].filter((name) => shown.has(name))),
    set: new Set([...words.keys(), ...spoilt]),
  };
}

const DECLARES = new Set(['export', 'readonly', 'local', 'declare', 'typeset']);

/** A literal, or one made of other variables: whether those are constants is seen when it is put in. */
function isConstant(word: ShellWord): boolean {
  return word.parts.every((part) => part.kind === 'text' || (part.kind === 'variable' && part.plain));
}

/** The word without its first characters. */
function behind(word: ShellWord, skip: number): ShellWord {
  let left = skip;
  const parts = word.parts.flatMap((part): ShellPart[] => {
    if (left === 0) return [part];
    if (part.kind !== 'text') return [];
    const taken = Math.min(left, part.text.length);
    left -= taken;
    return taken === part.text.length ? [] : [{ ...part, text: part.text.slice(taken) }];
  });
  return { parts, range: word.range };
}

/** The arguments a word becomes: an unquoted constant with blanks in it becomes several. */
export function argumentsOf(word: ShellWord, scope: Scope, depth = 0): readonly Argument[] {
  const done: Argument[] = [];
  let text = '';
  let known: string | null = '';
  let pattern = false;
  let begun = false;
  const end = (): void => {
    if (begun) done.push({ text, known, pattern });
    text = '';
    known = '';
    pattern = false;
    begun = false;
  };
  for (const part of word.parts) {
    const piece = valueOf(part, scope, depth);
    const split = !part.quoted && part.kind === 'variable' && piece.known !== null;
    const fields = split ? piece.text.split(/[ \t\n]+/) : [piece.text];
    for (const [i, field] of fields.entries()) {
      if (i > 0) end();
      text += field;
      known = known === null || piece.known === null ? null : known + (split ? field : piece.known);
      pattern ||= !part.quoted && /[*?[]/.test(field);
      begun ||= part.quoted || field !== '' || !split;
    }
    if (text.length > VALUE_LIMIT) break;
  }
  end();
  return done;
}

/** The word as one text, without splitting. */
export function textOf(word: ShellWord, scope: Scope, depth = 0): Argument {
  const pieces = word.parts.map((part) => valueOf(part, scope, depth));
  const known = pieces.every((piece) => piece.known !== null)
    ? pieces.map((piece) => piece.known).join('')
    : null;
  return {
    text: pieces.map((piece) => piece.text).join(''),
    known,
    pattern: word.parts.some((part) => part.kind === 'text' && !part.quoted && /[*?[]/.test(part.text)),
  };
}

interface Piece {
  readonly text: string;
  readonly known: string | null;
}

function valueOf(part: ShellPart, scope: Scope, depth: number): Piece {
  if (part.kind === 'text') return { text: part.text, known: part.text };
  const unknown = { text: part.written, known: null };
  if (part.kind !== 'variable' || depth >= DEPTH) return unknown;
  const argument = positional(part.name, scope);
  if (argument !== undefined) {
    if (argument === null || !part.plain) return unknown;
    const value = argument === '' && part.otherwise !== null ? part.otherwise : argument;
    return { text: value, known: value };
  }
  if (!part.plain) return unknown;
  const bound = scope.bound.get(part.name);
  if (bound !== undefined) return { text: bound, known: bound };
  const constant = scope.constants.shown.get(part.name);
  if (constant === undefined) return unknown;
  const value = textOf(constant, scope, depth + 1);
  // a constant made of something unknown is shown by its own name
  if (value.known === null || value.text.length > VALUE_LIMIT) return unknown;
  return { text: value.text, known: value.known };
}

/** Value of `$0`, `$1`, …, `$@`; null: not known; undefined: no such variable. */
function positional(name: string, { args, self }: Scope): string | null | undefined {
  if (name === '0') return self;
  if (/^[1-9]\d{0,2}$/.test(name))
    return args === null ? null : (args[Number(name) - 1] ?? unset(args, name));
  if (name === '@' || name === '*') return args === null || args.includes(null) ? null : args.join(' ');
  if (name === '#') return args === null ? null : String(args.length);
  return undefined;
}

/** An argument that was not given is empty; one given but unknown stays unknown. */
function unset(args: readonly (string | null)[], name: string): string | null {
  return Number(name) <= args.length ? null : '';
}

/** The word with `*` for everything that is not known, constants followed through. */
export function patternOf(word: ShellWord, scope: Scope, depth = 0): string {
  return word.parts
    .map((part) => {
      const value = valueOf(part, scope, depth).known;
      if (value !== null) return value;
      const inner = part.kind === 'variable' && part.plain ? scope.constants.shown.get(part.name) : undefined;
      return inner === undefined || depth >= DEPTH ? '*' : patternOf(inner, scope, depth + 1);
    })
    .join('')
    .slice(0, VALUE_LIMIT);
}

/** True when no variable of the word may have another value than the one put in. */
export function isCertain(word: ShellWord, scope: Scope): boolean {
  return word.parts.every(
    (part) =>
      part.kind === 'text' ||
      (part.kind === 'variable' &&
        (scope.bound.has(part.name) ||
          /^[0-9@*#]/.test(part.name) ||
          scope.constants.certain.has(part.name))),
  );
}
