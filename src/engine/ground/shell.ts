import { gunzipSync } from 'node:zlib';
import { Malformed } from '#domain/error';
import { latin1 } from '#engine/bytes/text';
import { accountTool } from '#engine/ground/account-tools';
import {
  type Command,
  type List,
  parseShell,
  type Piece,
  type Redirection,
  type Statement,
  type Word,
} from '#engine/ground/shell-syntax';

/** What a running script can touch. Paths are absolute, text is one character a byte. */
export interface Machine {
  read(path: string): string | null;
  write(path: string, text: string): void;
  isDirectory(path: string): boolean;
  /** From now on `at` shows what `from` holds. */
  bind(from: string, at: string): void;
  /** True: the system has a program of this name. */
  has(program: string): boolean;
  /** Takes note of a program that this shell does not carry out; absent: such programs cannot be followed. */
  start?(program: string, words: readonly string[]): void;
}

/** The script does something this shell does not know; nothing can be said of what it does. */
export class Unknown extends Error {}

/** Commands one run may carry out: what is planted carries out a dozen. */
const COMMANDS = 2000;

/** Largest text a command may give. */
const TEXT_LIMIT = 1024 * 1024;

interface Shell {
  readonly machine: Machine;
  readonly variables: Map<string, string>;
  readonly functions: Map<string, List>;
  /** Commands still allowed. */
  readonly left: { count: number };
}

interface Result {
  readonly status: number;
  readonly out: string;
}

const NOTHING: Result = { status: 0, out: '' };

/** Carries statements out as sh would.
 *  @param script  path of the script they stand in, `$0`
 *  @throws Unknown when they use a command or an expansion this shell does not know; Malformed when text they run is no script */
export function runShell(statements: List, script: string, machine: Machine): void {
  const variables = new Map([
    ['0', script],
    ['IFS', ' \t\n'],
  ]);
  runList(statements, { machine, variables, functions: new Map(), left: { count: COMMANDS } }, '');
}

function runList(list: List, shell: Shell, input: string): Result {
  let out = '';
  let status = 0;
  for (const statement of list) {
    const result = runStatement(statement, shell, input);
    out += result.out;
    if (out.length > TEXT_LIMIT) throw new Unknown('too much text');
    status = result.status;
  }
  return { status, out };
}

function runStatement({ parts, background }: Statement, shell: Shell, input: string): Result {
  const own = background ? { ...shell, variables: new Map(shell.variables) } : shell;
  let out = '';
  let status = 0;
  for (const { joint, pipeline } of parts) {
    if ((joint === '&&' && status !== 0) || (joint === '||' && status === 0)) continue;
    let piped = input;
    for (const command of pipeline.commands) {
      // Every command of a pipeline is a process of its own.
      const inside = pipeline.commands.length > 1 ? { ...own, variables: new Map(own.variables) } : own;
      const result = runCommand(command, inside, piped);
      piped = result.out;
      status = result.status;
    }
    out += piped;
    if (pipeline.negated) status = status === 0 ? 1 : 0;
  }
  return { status, out };
}

function runCommand(command: Command, shell: Shell, input: string): Result {
  if (shell.left.count-- <= 0) throw new Unknown('too many commands');
  switch (command.kind) {
    case 'simple':
      return redirected(command.redirections, shell, input, (given) => runSimple(command, shell, given));
    case 'group': {
      const inside = command.subshell ? { ...shell, variables: new Map(shell.variables) } : shell;
      return redirected(command.redirections, shell, input, (given) => runList(command.body, inside, given));
    }
    case 'if': {
      const arm = command.arms.find(({ test }) => runList(test, shell, input).status === 0);
      return runList(arm === undefined ? command.otherwise : arm.body, shell, input);
    }
    case 'function':
      shell.functions.set(command.name, command.body);
      return NOTHING;
    case 'loop':
    case 'case':
      throw new Unknown(command.kind);
  }
}

function redirected(
  redirections: readonly Redirection[],
  shell: Shell,
  input: string,
  run: (input: string) => Result,
): Result {
  let given = input;
  let sink: { readonly path: string; readonly append: boolean } | null = null;
  for (const { descriptor, operator, target } of redirections) {
    const name = textOf(target, shell);
    if (operator === '<<') given = name;
    else if (operator === '<') given = shell.machine.read(name) ?? '';
    else if ((operator === '>' || operator === '>>' || operator === '>|') && (descriptor ?? 1) === 1) {
      sink = { path: name, append: operator === '>>' };
      if (operator !== '>>' && !name.startsWith('/dev/')) shell.machine.write(name, '');
    } else if (descriptor !== 2 && !(operator === '>&' && descriptor === null))
      throw new Unknown(`redirection ${operator}`);
  }
  const result = run(given);
  if (sink === null) return result;
  if (!sink.path.startsWith('/dev/')) {
    const before = sink.append ? (shell.machine.read(sink.path) ?? '') : '';
    shell.machine.write(sink.path, before + result.out);
  }
  return { ...result, out: '' };
}

function runSimple(command: Command & { readonly kind: 'simple' }, shell: Shell, input: string): Result {
  for (const { name, value } of command.assignments) shell.variables.set(name, textOf(value, shell));
  const [program, ...words] = command.words.flatMap((word) => fieldsOf(word, shell));
  if (program === undefined) return NOTHING;
  const body = shell.functions.get(program);
  if (body !== undefined) return runList(body, withArguments(shell, words), input);
  return runProgram(program, words, shell, input);
}

function withArguments(shell: Shell, words: readonly string[]): Shell {
  const variables = new Map(shell.variables);
  for (const [index, word] of words.entries()) variables.set(String(index + 1), word);
  return { ...shell, variables };
}

function runProgram(program: string, words: readonly string[], shell: Shell, input: string): Result {
  const { machine } = shell;
  const [first = ''] = words;
  switch (program) {
    case 'exec': {
      const [own, ...rest] = words[0] === '-a' ? words.slice(2) : words;
      if (own === undefined) return NOTHING;
      if (words[0] === '-a') machine.start?.('exec', words);
      return runProgram(own, rest, shell, input);
    }
    case ':':
    case 'true':
    case 'set':
    case 'umask':
    case 'wait':
    case 'export':
      for (const word of words) {
        const [, name, value] = /^(\w+)=([\s\S]*)$/.exec(word) ?? [];
        if (name !== undefined) shell.variables.set(name, value ?? '');
      }
      return NOTHING;
    case 'false':
      return { status: 1, out: '' };
    case 'echo':
      return { status: 0, out: echoed(words) };
    case 'printf':
      return { status: 0, out: formatted(words) };
    case 'eval':
      return runList(parseShell(words.join(' ')), shell, input);
    case '.':
    case 'source': {
      const text = machine.read(first);
      return text === null ? { status: 1, out: '' } : runList(parseShell(text), shell, input);
    }
    case '[':
    case 'test':
      return { status: tested(program === '[' ? words.slice(0, -1) : words, machine) ? 0 : 1, out: '' };
    case 'busybox':
      if (!machine.has('busybox')) throw new Unknown('no busybox');
      return runTool(first, words.slice(1), shell, input);
  }
  const script = program.includes('/') ? machine.read(program) : null;
  if (script?.startsWith('#!') === true) {
    const inside = withArguments(
      {
        ...shell,
        variables: new Map([
          ['0', program],
          ['IFS', ' \t\n'],
        ]),
        functions: new Map(),
      },
      words,
    );
    return runList(parseShell(script), inside, input);
  }
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (!machine.has(name)) throw new Unknown(`no program ${name}`);
  return runTool(name, words, shell, input);
}

/** Programs of the system, as far as a script needs them to change files of accounts. */
function runTool(name: string, words: readonly string[], shell: Shell, input: string): Result {
  const { machine } = shell;
  const [first = ''] = words;
  const options = words.filter((word) => word.startsWith('-') && word !== '-');
  const files = words.filter((word) => !word.startsWith('-') || word === '-');
  const joined = (list: readonly string[]) =>
    list.length === 0
      ? input
      : list.map((file) => (file === '-' ? input : (machine.read(file) ?? ''))).join('');
  switch (name) {
    case 'sleep':
    case 'sync':
    case 'chmod':
    case 'chown':
    case 'mkdir':
    case 'logger':
      return NOTHING;
    case 'nohup':
      return machine.start === undefined ? NOTHING : runProgram(first, words.slice(1), shell, input);
    case 'touch':
      for (const file of files) if (machine.read(file) === null) machine.write(file, '');
      return NOTHING;
    case 'rm':
      machine.start?.(name, words);
      for (const file of files) machine.write(file, '');
      return NOTHING;
    case 'cat':
      return { status: 0, out: joined(files) };
    case 'cp':
    case 'mv':
      return copied(files, machine);
    case 'mount':
      return mounted(words, machine);
    case 'rev':
      return {
        status: 0,
        out: joined(files).replaceAll(/[^\n]+/g, (line) => line.split('').toReversed().join('')),
      };
    case 'base64':
      if (!options.some((option) => /^(-d|-D|--decode)$/.test(option))) throw new Unknown('base64');
      return { status: 0, out: Buffer.from(joined(files), 'base64').toString('latin1') };
    case 'gunzip':
    case 'zcat':
    case 'gzip':
      if (name === 'gzip' && !options.some((option) => option.includes('d'))) throw new Unknown('gzip');
      return { status: 0, out: inflated(joined(files)) };
    case 'tr':
      return { status: 0, out: translated(words, input) };
    case 'grep': {
      const [pattern = '', ...rest] = files;
      const match = expression(pattern);
      const lines = joined(rest)
        .split('\n')
        .filter(
          (line, i, all) =>
            (i < all.length - 1 || line !== '') && match.test(line) !== options.includes('-v'),
        );
      const quiet = options.some((option) => /^-\w*q/.test(option));
      return {
        status: lines.length > 0 ? 0 : 1,
        out: quiet ? '' : lines.map((line) => `${line}\n`).join(''),
      };
    }
    case 'sh':
    case 'ash': {
      if (words[0] === '-c')
        return runList(parseShell(words[1] ?? ''), { ...shell, variables: new Map(shell.variables) }, input);
      const [file, ...given] = words;
      const text = file === undefined ? input : machine.read(file);
      if (text === null) return { status: 127, out: '' };
      return runList(
        parseShell(text),
        withArguments(
          {
            ...shell,
            variables: new Map([
              ['0', file ?? name],
              ['IFS', ' \t\n'],
            ]),
            functions: new Map(),
          },
          given,
        ),
        '',
      );
    }
  }
  const changed = accountTool(name, words, input, machine);
  if (changed === null && machine.start !== undefined) {
    machine.start(name, words);
    return NOTHING;
  }
  if (changed === null) throw new Unknown(`program ${name}`);
  return { status: changed ? 0 : 1, out: '' };
}

function copied(files: readonly string[], machine: Machine): Result {
  const [from, to] = files;
  const text = from === undefined ? null : machine.read(from);
  if (text === null || from === undefined || to === undefined || files.length > 2)
    return { status: 1, out: '' };
  const folder = to.endsWith('/') || machine.isDirectory(to);
  machine.write(folder ? `${to.replace(/\/$/, '')}/${from.slice(from.lastIndexOf('/') + 1)}` : to, text);
  return NOTHING;
}

function mounted(words: readonly string[], machine: Machine): Result {
  const isBind = words.some((word, i) => word === '--bind' || (words[i - 1] === '-o' && word === 'bind'));
  const [from, at] = words.filter((word, i) => !word.startsWith('-') && words[i - 1] !== '-o');
  if (!isBind || from === undefined || at === undefined) throw new Unknown('mount');
  machine.bind(from, at);
  return NOTHING;
}

function inflated(text: string): string {
  try {
    return latin1(gunzipSync(Buffer.from(text, 'latin1'), { maxOutputLength: TEXT_LIMIT }));
  } catch {
    throw new Unknown('no gzip stream');
  }
}

/** `echo` of ash: -n and -e, one blank between words. */
function echoed(words: readonly string[]): string {
  let first = 0;
  while (/^-[neE]+$/.test(words[first] ?? '')) first++;
  const flags = words.slice(0, first).join('');
  const text = words.slice(first).join(' ');
  return (flags.includes('e') ? unescaped(text) : text) + (flags.includes('n') ? '' : '\n');
}

/** `printf` with %s, %b and %%; the format is used again for what is left over. */
function formatted(words: readonly string[]): string {
  const [format = '', ...given] = words;
  let out = '';
  let next = 0;
  do {
    const before = next;
    out += format.replaceAll(
      /\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)|%(.)/g,
      (whole: string, kind: string | undefined) => {
        if (kind === undefined) return unescaped(whole);
        if (kind === '%') return '%';
        if (kind !== 's' && kind !== 'b') throw new Unknown(`printf %${kind}`);
        const value = given[next++] ?? '';
        return kind === 'b' ? unescaped(value) : value;
      },
    );
    if (next === before) break;
  } while (next < given.length);
  return out;
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    '\\': '\\',
    a: '\x07',
    b: '\b',
    f: '\f',
    v: '\v',
  };
  return text.replaceAll(
    /\\(?:(0?[0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))/g,
    (whole, octal?: string, hex?: string, letter?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return named[letter ?? ''] ?? whole;
    },
  );
}

/** `tr SET1 SET2` with ranges. */
function translated(words: readonly string[], input: string): string {
  const [from = '', to = ''] = words;
  if (from.startsWith('-')) throw new Unknown('tr');
  const source = setOf(from);
  const target = setOf(to);
  return input
    .split('')
    .map((char) => {
      const index = source.lastIndexOf(char);
      return index === -1 ? char : (target[index] ?? target.at(-1) ?? char);
    })
    .join('');
}

function setOf(text: string): readonly string[] {
  const set: string[] = [];
  const plain = unescaped(text);
  for (let i = 0; i < plain.length; i++) {
    const from = plain.charCodeAt(i);
    if (plain[i + 1] !== '-' || i + 2 >= plain.length) set.push(plain.charAt(i));
    else {
      for (let code = from; code <= plain.charCodeAt(i + 2); code++) set.push(String.fromCharCode(code));
      i += 2;
    }
  }
  return set;
}

/** A basic regular expression; what stands for something only in extended ones stands for itself.
 *  Patterns come from planted text, never from the target. Source: POSIX.1-2017, XBD 9.3 */
function expression(pattern: string): RegExp {
  const source = pattern.replaceAll(
    /\\([(){}|])|\\(.)|[(){}|+?]|\[\^?\]?[^\]]*\]/g,
    (whole, group: string | undefined, escaped: string | undefined) => {
      if (group !== undefined) return group;
      if (escaped !== undefined) return /[\w]/.test(escaped) ? escaped : `\\${escaped}`;
      return whole.startsWith('[') ? whole.replaceAll('\\', '\\\\') : `\\${whole}`;
    },
  );
  try {
    return new RegExp(source);
  } catch {
    throw new Unknown(`pattern ${pattern}`);
  }
}

function tested(words: readonly string[], machine: Machine): boolean {
  const [a = '', b = '', c = ''] = words;
  if (a === '!') return !tested(words.slice(1), machine);
  if (words.length === 1) return a !== '';
  if (words.length === 2) {
    const path = b;
    switch (a) {
      case '-n':
        return b !== '';
      case '-z':
        return b === '';
      case '-e':
      case '-f':
      case '-r':
      case '-w':
        return machine.read(path) !== null;
      case '-s':
        return (machine.read(path) ?? '') !== '';
      case '-d':
        return machine.isDirectory(path);
    }
  }
  if (words.length === 3 && (b === '=' || b === '==')) return a === c;
  if (words.length === 3 && b === '!=') return a !== c;
  throw new Unknown(`test ${words.join(' ')}`);
}

/** A word as one text. */
function textOf(word: Word, shell: Shell): string {
  return word.map((piece) => pieceOf(piece, shell)).join('');
}

/** A word as the fields it becomes: what is not quoted and comes from an expansion falls apart at blanks. */
function fieldsOf(word: Word, shell: Shell): readonly string[] {
  const fields: string[] = [];
  let open = false;
  const add = (text: string) => {
    if (open) fields[fields.length - 1] += text;
    else fields.push(text);
    open = true;
  };
  for (const piece of word) {
    const text = pieceOf(piece, shell);
    if (piece.kind === 'text' || piece.quoted) {
      add(text);
      continue;
    }
    if (/^[ \t\n]/.test(text)) open = false;
    for (const [index, part] of text.split(/[ \t\n]+/).entries()) {
      if (index > 0) open = false;
      if (part !== '') add(part);
    }
  }
  return fields;
}

function pieceOf(piece: Piece, shell: Shell): string {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'command':
      return runList(piece.body, { ...shell, variables: new Map(shell.variables) }, '').out.replace(
        /\n+$/,
        '',
      );
    case 'opaque':
      throw new Unknown('arithmetic');
    case 'variable': {
      const value = shell.variables.get(piece.name);
      const argument = () => textOf(piece.argument, shell);
      switch (piece.operator) {
        case null:
          return value ?? '';
        case '#':
          if (piece.argument.length === 0) return String((value ?? '').length);
          return removed(value ?? '', argument(), true);
        case '%':
          return removed(value ?? '', argument(), false);
        case ':-':
          return value === undefined || value === '' ? argument() : value;
        case '-':
          return value ?? argument();
        default:
          throw new Unknown(`\${${piece.name}${piece.operator}}`);
      }
    }
  }
}

/** `${value#pattern}` and `${value%pattern}` for patterns without wildcards. */
function removed(value: string, pattern: string, front: boolean): string {
  if (/[*?[]/.test(pattern)) throw new Unknown('wildcard');
  if (front) return value.startsWith(pattern) ? value.slice(pattern.length) : value;
  return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) : value;
}

/** True for errors that mean: nothing can be said of this script. */
export function isUnknown(error: unknown): boolean {
  return error instanceof Unknown || error instanceof Malformed;
}
