import type { SecretKind } from '#domain/observed-access';
import type { ByteRange } from '#domain/range';
import { asWritten, readShell, type ShellNode, type ShellWord } from '#engine/bytes/shell';
import type { Script, ShellCase, ShellCommand, ShellPipeline } from '#engine/bytes/shell';
import { launchOf } from '#engine/bytes/shell-launch';
import { type Argument, argumentsOf, constantsOf, type Scope, textOf } from '#engine/bytes/shell-values';
import { visitNodes } from '#engine/bytes/shell-walk';
import { configured } from '#engine/describe/credentials/configuration';
import type { Finding } from '#engine/describe/credentials/finding';
import { isUserName, secretNamed } from '#engine/describe/credentials/names';
import { DIALOGUES, PROGRAMS, READS_SECRET, type Takes } from '#engine/describe/credentials/programs';
import { isPassphrase, isSecret } from '#engine/describe/credentials/values';

/** Secrets in a shell script: set, handed to a program, compared with what somebody gave, or written into a file. */
export function inShell(bytes: Uint8Array, path: string): readonly Finding[] {
  return inScript(readShell(bytes), path, [0, 0]);
}

/** Secrets in a command that a program holds as a string.
 *  @param range  of the string */
export function inCommand(text: string, range: ByteRange): readonly Finding[] {
  const found = inScript(readShell(Buffer.from(text, 'latin1')), '', range);
  return found.filter(({ form }) => form === 'argument').map((finding) => ({ ...finding, range }));
}

/** Variables of one script that hold what somebody typed without an echo. */
type Typed = ReadonlySet<string>;

interface Reading {
  readonly scope: Scope;
  readonly typed: Typed;
  readonly add: (finding: Finding) => void;
}

function inScript(script: Script, path: string, base: ByteRange): readonly Finding[] {
  const found: Finding[] = [];
  const scope: Scope = { constants: constantsOf(script), bound: new Map(), args: null, self: path };
  const add = (finding: Finding): void => {
    const [start, end] = finding.range;
    found.push({ ...finding, range: [base[0] + start, base[0] + end] });
  };
  const reading: Reading = { scope, typed: typedIn(script), add };
  visitNodes(script.body, (node) => {
    if (node.kind === 'command') readCommand(node, reading);
    else if (node.kind === 'case') readCase(node, reading);
    else if (node.kind === 'pipeline') readPipeline(node, reading);
  });
  return [...found, ...inDocuments(script.text)];
}

function typedIn(script: Script): Typed {
  const typed = new Set<string>();
  visitNodes(script.body, (node) => {
    if (node.kind !== 'command') return;
    const [program, ...words] = node.words.map(asWritten);
    if (program !== 'read') return;
    const silent = words.some((word) => /^-[a-z]*s/.test(word) || /pass|pin\b|secret/i.test(word));
    if (silent) for (const word of words) if (/^[A-Za-z_]\w*$/.test(word)) typed.add(word);
  });
  return typed;
}

// --- one command

function readCommand(node: ShellCommand, reading: Reading): void {
  readAssignments(node, reading);
  if (node.words.length === 0) return;
  const given = node.words.flatMap((word) => argumentsOf(word, reading.scope));
  const first = given[0]?.known ?? '';
  if (/^(?:\[|\[\[|test)$/.test(first)) {
    readTest(node, reading);
    return;
  }
  const launch = launchOf(given);
  if (launch.script !== null) {
    for (const finding of inCommand(launch.script, node.range)) reading.add(finding);
    return;
  }
  const program = baseOf(launch.program?.known ?? '');
  if (!/^[\w.+-]+$/.test(program) || program.startsWith('-')) return;
  if (/^(?:echo|printf)$/.test(program)) readEcho(node, launch.arguments, reading);
  else readArguments(program, launch.arguments, node.range, reading.add);
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `NAME=value` where the value is written out; `PWD` is the folder a shell stands in. */
function readAssignments({ assignments, range }: ShellCommand, { add }: Reading): void {
  for (const { name, value } of assignments) {
    const secret = /^(?:OLD)?PWD$/.test(name) ? null : secretNamed(name);
    if (secret === null || value === null || !isLiteral(value)) continue;
    const text = asWritten(value);
    if (!isGiven(text, secret)) continue;
    const user = assignments.find((other) => isUserName(other.name))?.value ?? null;
    add({
      secret,
      form: 'setting',
      user: user === null || !isLiteral(user) ? null : userText(asWritten(user)),
      taker: `${name}=`,
      value: text,
      range,
    });
  }
}

function isLiteral(word: ShellWord): boolean {
  return word.parts.every(({ kind }) => kind === 'text');
}

function isGiven(text: string, kind: SecretKind): boolean {
  return isSecret(text, kind) || isPassphrase(text);
}

/** Text that is written to a file or handed on is a line of some configuration. */
function readEcho(node: ShellCommand, args: readonly Argument[], { add }: Reading): void {
  if (!node.redirections.some(({ operator }) => operator.includes('>') && !operator.startsWith('2'))) return;
  const text = args
    .filter(({ text: word }) => !/^-[neE]+$/.test(word))
    .map(({ text: word }) => word)
    .join(' ');
  for (const line of text.split(/\\n|\n/))
    for (const finding of configured(line, 0)) add({ ...finding, range: node.range });
}

// --- arguments

/** Secrets among the arguments of a program. */
function readArguments(
  program: string,
  args: readonly Argument[],
  range: ByteRange,
  add: (finding: Finding) => void,
): void {
  const takes: Takes = Object.hasOwn(PROGRAMS, program) ? (PROGRAMS[program] ?? {}) : {};
  const holds = takes.only === undefined || args.some(({ text }) => takes.only?.test(text));
  const user = userAmong(args, takes.user ?? []);
  const sets = /set|nvram/.test(program) || args.some(({ known }) => known === 'set' || known === 'setenv');
  const seen = new Set<number>();
  const give = (at: number, secret: SecretKind, taker: string, value: string, owner = user): void => {
    if (seen.has(at)) return;
    seen.add(at);
    add({ secret, form: 'argument', user: owner, taker: `${program} ${taker}`, value, range });
  };
  for (const [i, { known }] of args.entries()) {
    if (known === null) continue;
    const next = args[i + 1]?.known ?? null;
    const secret = takes.secret ?? 'password';
    if (holds && takes.next?.includes(known) === true && next !== null) {
      const value = next.replace(/^pass:/, '');
      if (isSecret(value, secret) && !/^(?:env|file|fd):/.test(next)) give(i + 1, secret, known, value);
    }
    const attached = takes.attached?.find(
      (option) => known.startsWith(option) && known.length > option.length,
    );
    if (holds && attached !== undefined && isSecret(known.slice(attached.length), secret))
      give(i, secret, attached, known.slice(attached.length));
    if (takes.pair?.includes(known) === true && next !== null) {
      const [name = '', ...rest] = next.split(takes.between ?? ':');
      const value = rest.join(takes.between ?? ':');
      if (isSecret(value, secret)) give(i + 1, secret, known, value, userText(name));
    }
    readNamed(known, next, i, sets, give);
  }
  const last = args.at(takes.at ?? 0)?.known ?? '';
  if (
    holds &&
    takes.at !== undefined &&
    args.length > 2 - takes.at - 1 &&
    isSecret(last, takes.secret ?? 'password')
  )
    give(
      args.length + takes.at,
      takes.secret ?? 'password',
      'argument',
      last,
      userText(args.at(takes.at - 1)?.known ?? ''),
    );
}

/** `--password=value`, `--password value`, `name.password=value`, `set password value`. */
function readNamed(
  known: string,
  next: string | null,
  at: number,
  sets: boolean,
  give: (at: number, secret: SecretKind, taker: string, value: string) => void,
): void {
  const form = /^(-{0,2}[A-Za-z][\w.@[\]-]{0,98})=(.{1,300})$/s.exec(known);
  if (form !== null) {
    const [, name = '', written = ''] = form;
    const value = written.replace(/^(["'])(.*)\1$/s, '$2');
    const secret = secretNamed(name);
    if (secret !== null && isSecret(value, secret)) give(at, secret, `${name}=`, value);
    readOptionList(name, written, at, give);
  }
  if (known === '-o' && next !== null) readOptionList('-o', next, at + 1, give);
  const isName = /^--[a-z]/.test(known) || (sets && /^[A-Za-z][\w.-]*$/.test(known));
  const secret = isName ? secretNamed(known) : null;
  if (secret !== null && next !== null && !next.startsWith('-') && isSecret(next, secret))
    give(at + 1, secret, known, next);
}

/** `username=a,password=b`, as mount takes. */
function readOptionList(
  option: string,
  list: string,
  at: number,
  give: (at: number, secret: SecretKind, taker: string, value: string) => void,
): void {
  for (const item of list.split(',')) {
    const [name = '', ...rest] = item.split('=');
    const secret = rest.length === 0 ? null : secretNamed(name);
    const value = rest.join('=');
    if (secret !== null && isSecret(value, secret)) give(at, secret, `${option} ${name}=`, value);
  }
}

function userAmong(args: readonly Argument[], options: readonly string[]): string | null {
  for (const [i, { known }] of args.entries()) {
    if (known === null) continue;
    if (options.includes(known)) return userText(args[i + 1]?.known ?? '');
    const short = options.find(
      (option) => /^-\w$/.test(option) && known.startsWith(option) && known.length > 2,
    );
    if (short !== undefined) return userText(known.slice(2));
    const form = /^-{0,2}([A-Za-z][\w-]*)=(.+)$/.exec(known);
    if (form !== null && isUserName(form[1] ?? '')) return userText(form[2] ?? '');
    if (/^--[a-z]/.test(known) && isUserName(known)) return userText(args[i + 1]?.known ?? '');
  }
  return null;
}

/** A name as somebody may have it; null: none, or filled in later. */
export function userText(text: string): string | null {
  return /^[\w.@+-]{1,64}$/.test(text) ? text : null;
}

// --- what somebody gave held against a literal

/** `[ "$password" = literal ]`. */
function readTest(node: ShellCommand, { typed, add }: Reading): void {
  for (let i = 1; i + 1 < node.words.length; i++) {
    const operator = asWritten(node.words[i] ?? { parts: [], range: [0, 0] });
    const [left, right] = [node.words[i - 1], node.words[i + 1]];
    if (!/^(?:=|==|!=)$/.test(operator) || left === undefined || right === undefined) continue;
    const value = isLiteral(right) ? right : left;
    const asked = value === right ? left : right;
    const name = askedIn(asked, typed);
    // a letter before both keeps an empty variable from breaking old shells
    const text = withoutGuard(asWritten(value), asWritten(asked));
    const secret = name === null ? null : (secretNamed(name) ?? 'password');
    if (name === null || secret === null || !isLiteral(value) || !isSecret(text, secret)) continue;
    add({
      secret,
      form: 'comparison',
      user: null,
      taker: asked.parts
        .map((part) => ('written' in part ? part.written : part.text))
        .join('')
        .slice(0, 80),
      value: text,
      range: node.range,
    });
  }
}

function withoutGuard(value: string, asked: string): string {
  const guard = /^[A-Za-z_]/.exec(asked)?.[0];
  return guard !== undefined && value.startsWith(guard) ? value.slice(1) : value;
}

/** Name of the variable in a word when it holds a secret: by its name, or because it was typed without an echo; also inside
 *  a substitution that hashes it. */
function askedIn(word: ShellWord, typed: Typed): string | null {
  for (const part of word.parts) {
    if (part.kind === 'variable' && isAsked(part.name, typed)) return part.name;
    if (
      part.kind === 'substitution' &&
      /\b(?:md5sum|sha\d+sum|openssl|mkpasswd|cryptpw)\b/.test(part.written)
    ) {
      const piped = /(?:echo|printf)\b[^|]*\$\{?([A-Za-z_]\w*)[^|]*\|/.exec(part.written.slice(0, 400))?.[1];
      if (piped !== undefined && isAsked(piped, typed)) return piped;
    }
  }
  return null;
}

function isAsked(name: string, typed: Typed): boolean {
  return typed.has(name) || (secretNamed(name) !== null && !/^(?:OLD)?PWD$/.test(name));
}

/** `case "$password" in literal)`. */
function readCase({ subject, arms, range }: ShellCase, { typed, add }: Reading): void {
  const name = askedIn(subject, typed);
  if (name === null) return;
  const secret = secretNamed(name) ?? 'password';
  for (const pattern of arms.flatMap(({ patterns }) => patterns)) {
    const text = asWritten(pattern);
    if (!isLiteral(pattern) || /[*?[]/.test(text) || !isSecret(text, secret)) continue;
    add({
      secret,
      form: 'comparison',
      user: null,
      taker: `$${name}`,
      value: text,
      range: [pattern.range[0], Math.min(pattern.range[1], range[1])],
    });
  }
}

// --- pipelines

function readPipeline({ parts, range }: ShellPipeline, { scope, add }: Reading): void {
  for (const [i, part] of parts.entries()) {
    const reader = commandOf(part, scope);
    const before = parts[i - 1];
    if (reader === null || before === undefined) continue;
    const said = saidBy(before, scope);
    const takes = READS_SECRET.find(([program, how]) => program === reader.program && how.test(reader.text));
    const last = said.at(-1)?.replace(/(?:\\n)+$/, '') ?? '';
    if (takes !== undefined && isSecret(last, 'password'))
      add({
        secret: 'password',
        form: 'argument',
        user: null,
        taker: `${reader.program}, standard input`,
        value: last,
        range,
      });
    if (DIALOGUES.has(reader.program)) {
      const lines = said.flatMap((text) => text.split(/\\r\\n|\\n|\\r|\n/)).filter((text) => text !== '');
      const [user = '', value = ''] = lines;
      if (
        /^[\w.-]{2,32}$/.test(user) &&
        isSecret(value, 'password') &&
        lines.length > 2 &&
        !/^[a-z]+_[a-z_]+$/.test(value)
      )
        add({
          secret: 'password',
          form: 'argument',
          user,
          taker: `${reader.program}, standard input`,
          value,
          range,
        });
    }
  }
}

interface Called {
  readonly program: string;
  /** Arguments, with a blank between. */
  readonly text: string;
}

function commandOf(node: ShellNode, scope: Scope): Called | null {
  if (node.kind !== 'command') return null;
  const given = node.words.flatMap((word) => argumentsOf(word, scope));
  if (given[0]?.known === 'sudo')
    return {
      program: 'sudo',
      text: given
        .slice(1)
        .map(({ text }) => text)
        .join(' '),
    };
  const { program, arguments: args } = launchOf(given);
  if (given[0]?.known !== null && /(?:^|\/)su$/.test(given[0]?.known ?? ''))
    return { program: 'su', text: '' };
  if (program === null || program.known === null) return null;
  return { program: baseOf(program.known), text: args.map(({ text }) => text).join(' ') };
}

/** What a command or a group of them prints, literal texts alone. */
function saidBy(node: ShellNode, scope: Scope): readonly string[] {
  const said: string[] = [];
  visitNodes([node], (inner) => {
    if (inner.kind !== 'command') return;
    const [program, ...words] = inner.words;
    if (program === undefined || !/(?:^|\/)(?:echo|printf)$/.test(asWritten(program))) return;
    const texts = words.map((word) => textOf(word, scope)).filter(({ text }) => !/^-[neE]+$/.test(text));
    const known = texts.length === 1 ? (texts[0]?.known ?? null) : null;
    if (known !== null) said.push(known);
  });
  return said;
}

// --- here-documents

const DOCUMENT = /<<-?[ \t]*["'\\]?([A-Za-z_]\w{0,63})["']?[^\n]*\n/g;
/** Here-documents of one script that are looked at, and bytes of each. */
const DOCUMENTS = 200;
const DOCUMENT_LIMIT = 65_536;

/** Text that a script writes into files or gives to programs. */
function inDocuments(text: string): readonly Finding[] {
  const found: Finding[] = [];
  DOCUMENT.lastIndex = 0;
  for (let n = 0; n < DOCUMENTS; n++) {
    const head = DOCUMENT.exec(text);
    if (head === null) break;
    const start = head.index + head[0].length;
    const end = endOfDocument(text, start, head[1] ?? '');
    const line = text.slice(text.lastIndexOf('\n', head.index) + 1, start);
    found.push(...inDocument(text.slice(start, Math.min(end, start + DOCUMENT_LIMIT)), start, line));
    DOCUMENT.lastIndex = end;
  }
  return found;
}

/** @param line  the command that is given the document */
function inDocument(body: string, start: number, line: string): readonly Finding[] {
  if (!/\bl?ftp\b|\btelnet\b/.test(line)) return configured(body, start);
  return [...body.matchAll(/^\s*(?:quote\s+)?user\s+(\S{1,64})\s+(\S{3,64})\s*$/gim)].flatMap(
    ([whole, user = '', value = ''], i, all): readonly Finding[] => {
      const at = start + (all[i]?.index ?? 0);
      if (!isSecret(value, 'password')) return [];
      return [
        {
          secret: 'password',
          form: 'argument',
          user: userText(user),
          taker: 'ftp user',
          value,
          range: [at, at + whole.length],
        },
      ];
    },
  );
}

/** Where the line begins that holds the delimiter alone; the end of the text: none does. */
function endOfDocument(text: string, start: number, delimiter: string): number {
  for (let at = start; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    if (text.slice(at, end).replace(/^\t+|\r$/g, '') === delimiter) return at;
    at = end + 1;
  }
  return text.length;
}
