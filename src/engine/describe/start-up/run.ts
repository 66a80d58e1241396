import type { ByteRange } from '#domain/range';
import {
  asWritten,
  linesOf,
  type Script,
  type ShellCommand,
  type ShellFor,
  type ShellFunction,
  type ShellWord,
} from '#engine/bytes/shell';
import type { Reader } from '#engine/describe/start-up/reader';
import { baseName, type Context } from '#engine/describe/start-up/starts';
import { matchesOf, type SystemFile } from '#engine/describe/start-up/tree';
import { type Argument, argumentsOf, type Constants, type Scope } from '#engine/bytes/shell-values';

/** How one script is being run. */
export interface Run {
  readonly reader: Reader;
  readonly file: SystemFile;
  readonly script: Script;
  readonly constants: Constants;
  readonly functions: Map<string, Defined>;
  readonly bound: ReadonlyMap<string, string>;
  /** Changes with `set` and `shift`. */
  readonly arguments: { list: readonly (string | null)[] | null };
  /** What procd was told of an instance so far. */
  readonly instance: { open: OpenInstance | null };
  /** Where everything stands when the text is no file of its own; null: each command on its own line. */
  readonly line: ByteRange | null;
  readonly depth: number;
  readonly calls: number;
}

export interface Defined {
  readonly node: ShellFunction;
  readonly run: Run;
  readonly called: Map<string, Flow>;
}

export interface OpenInstance {
  readonly range: ByteRange;
  readonly file: SystemFile;
  readonly context: Context;
  command: readonly Argument[];
  user: string | null;
}

/** What a command does to those after it: leaves the script, the function or the loop. Null: nothing. */
export type Flow = {
  readonly leaves: 'script' | 'function' | 'loop';
  readonly sure: boolean;
  readonly why: string;
} | null;

export function freshRun(
  reader: Reader,
  file: SystemFile,
  constants: Constants,
  args: readonly (string | null)[] | null,
): Run {
  return {
    reader,
    file,
    script: { text: '', body: [], cut: null },
    constants,
    functions: new Map(),
    bound: new Map(),
    arguments: { list: args },
    instance: { open: null },
    line: null,
    depth: 0,
    calls: 0,
  };
}

/** A process of its own: its arguments do not come back. Functions do, which only makes more of them known. */
export function subshellOf(run: Run): Run {
  return { ...run, arguments: { list: run.arguments.list } };
}

export function scopeOf(run: Run): Scope {
  const { constants, bound, file } = run;
  return { constants, bound, args: run.arguments.list, self: `/${file.path}` };
}

export function lineOf(range: ByteRange, run: Run): ByteRange {
  return run.line ?? linesOf(run.script.text, range);
}

/** The written text of a range, on one line. */
export function written(run: Run, [start, end]: ByteRange): string {
  return run.script.text.slice(start, Math.min(end, start + 1000)).replaceAll(/\s+/g, ' ');
}

export function unsure(flow: Flow, why: string): Flow {
  return flow === null ? null : { ...flow, sure: false, why };
}

/** `break` and `continue` end with the loop; whatever leaves further may do so. */
export function outOfLoop(flow: Flow, why: string): Flow {
  return flow === null || flow.leaves === 'loop' ? null : unsure(flow, `${why} ${flow.why}`);
}

/** What a loop goes through: null for words whose value is not known. */
export function valuesOf(node: ShellFor, run: Run): readonly (string | null)[] {
  return (node.words ?? []).flatMap((word): readonly (string | null)[] =>
    (listedBy(word, run) ?? argumentsOf(word, scopeOf(run))).flatMap(
      ({ known, pattern }): readonly (string | null)[] => {
        if (known === null) return [null];
        return pattern && known.startsWith('/') ? matchesOf(run.reader.system, known) : [known];
      },
    ),
  );
}

/** `$(ls folder/*)`, also sorted: what is listed; null: another word. */
function listedBy(word: ShellWord, run: Run): readonly Argument[] | null {
  const [part] = word.parts;
  if (word.parts.length !== 1 || part?.kind !== 'substitution' || part.body.length !== 1) return null;
  const [node] = part.body;
  const command = node?.kind === 'pipeline' && !node.negated ? node.parts[0] : node;
  const later = node?.kind === 'pipeline' ? node.parts.slice(1) : [];
  if (
    command?.kind !== 'command' ||
    !later.every((next) => next.kind === 'command' && nameOf(next) === 'sort')
  )
    return null;
  const name = nameOf(command);
  if (name !== 'ls' && name !== 'echo') return null;
  const args = command.words.slice(1).flatMap((inner) => argumentsOf(inner, scopeOf(run)));
  const listed = args.filter(({ text }) => !text.startsWith('-'));
  return listed.flatMap((argument): readonly Argument[] => {
    const { known, pattern } = argument;
    if (name === 'echo' || pattern || known === null) return [argument];
    const names = run.reader.system.names(known);
    return names.length === 0
      ? [argument]
      : names.map((inner) => ({ text: inner, known: inner, pattern: false }));
  });
}

function nameOf(command: ShellCommand): string {
  const [first] = command.words;
  return first === undefined ? '' : baseName(asWritten(first));
}

/** `set -- a b` replaces the arguments; options alone leave them. */
export function setArguments(args: readonly Argument[], run: Run): void {
  const dashes = args.findIndex(({ text }) => text === '--');
  const words = dashes === -1 ? args.filter(({ text }) => !/^[-+]/.test(text)) : args.slice(dashes + 1);
  if (dashes !== -1 || words.length > 0) run.arguments.list = words.map(({ known }) => known);
}

/** `$PREFIX/lib/x`: a variable that the file never sets is empty on the system itself. */
export function withoutUnset(text: string, { constants }: Run): string | null {
  const match = /^\$\{?([A-Za-z_]\w*)\}?(\/[^$`]+)$/.exec(text);
  return match === null || constants.set.has(match[1] ?? '') ? null : (match[2] ?? null);
}

/** Remembers folders that are put into PATH. */
export function notePath(node: ShellCommand, run: Run): void {
  for (const { name, value } of node.assignments)
    if (name === 'PATH' && value !== null) note(asWritten(value));
  for (const word of node.words) {
    const text = asWritten(word);
    if (text.startsWith('PATH=')) note(text.slice('PATH='.length));
  }
  function note(value: string): void {
    for (const folder of value.split(':').slice(0, 64))
      if (/^[/.]/.test(folder) && run.reader.searched.size < 256) run.reader.searched.add(folder);
  }
}

export function noteMount(args: readonly Argument[], run: Run, context: Context): void {
  const target = args.at(-1)?.known;
  if (context.reached && target?.startsWith('/') && run.reader.mounts.size < 256)
    run.reader.mounts.add(target);
}
