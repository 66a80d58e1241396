import { readShell, type Script } from '#engine/bytes/shell';
import { isShell } from '#engine/bytes/interpreter';
import { baseName, type Context, type Starts } from '#engine/describe/start-up/starts';
import { isFilledLater } from '#engine/describe/start-up/tests';
import type { System, SystemFile } from '#engine/describe/start-up/tree';
import { type Constants, constantsOf } from '#engine/bytes/shell-values';

/** Ways of calling that one script or function is read for. */
export const WAYS = 8;

/** A script to be read as start-up runs it. */
export interface Call {
  readonly path: string;
  readonly args: readonly (string | null)[] | null;
  readonly context: Context;
  readonly depth: number;
}

/** Everything that has been read of one system. */
export interface Reader {
  readonly system: System;
  readonly starts: Starts;
  /** Scripts that start-up calls, oldest first. */
  readonly waiting: Call[];
  /** Folders that something is mounted on while the system starts. */
  readonly mounts: Set<string>;
  /** Folders that a script puts into PATH. */
  readonly searched: Set<string>;
  /** Units and services named to systemctl or service. */
  readonly units: { readonly name: string; readonly context: Context }[];
  /** Paths of files read by a start-up that reaches them. */
  readonly reachedFiles: Set<string>;
  readonly ways: Map<string, number>;
  readonly scripts: Map<string, ReadScript | null>;
  /** Names of functions that any script of the system defines. */
  readonly functions: Set<string>;
  steps: number;
  rounds: number;
}

export interface ReadScript {
  readonly script: Script;
  readonly constants: Constants;
}

export function readerOf(system: System, starts: Starts): Reader {
  return {
    system,
    starts,
    waiting: [],
    mounts: new Set(),
    searched: new Set(),
    units: [],
    reachedFiles: new Set(),
    ways: new Map(),
    scripts: new Map(),
    functions: new Set(),
    steps: 0,
    rounds: 0,
  };
}

export function scriptOf(reader: Reader, file: SystemFile): ReadScript | null {
  const known = reader.scripts.get(file.path);
  if (known !== undefined) return known;
  const bytes = reader.system.text(file);
  const script = bytes === null || !isShell(bytes) ? null : readShell(bytes);
  const read = script === null ? null : { script, constants: constantsOf(script) };
  reader.scripts.set(file.path, read);
  return read;
}

/** False when the file was already read that way at least as certainly, or in enough other ways. */
export function isNewWay(reader: Reader, way: string, owner: string, context: Context): boolean {
  const rank = !context.reached ? 1 : context.conditions.length > 0 ? 2 : 3;
  const before = reader.ways.get(way) ?? 0;
  if (before >= rank) return false;
  const count = reader.ways.get(`#${owner}`) ?? 0;
  if (count >= WAYS * 3) return false;
  reader.ways.set(`#${owner}`, count + 1);
  reader.ways.set(way, rank);
  return true;
}

/** A script that both branches call is called whatever the condition says. */
export function mergeCalls(reader: Reader, from: number, context: Context): void {
  const fresh = reader.waiting.splice(from);
  const groups = Map.groupBy(fresh, (call) => JSON.stringify([call.path, call.args]));
  const depth = context.conditions.length;
  for (const group of groups.values()) {
    const heads = new Set(group.map(({ context: own }) => own.conditions[depth]));
    const tails = group.map(({ context: own }) => JSON.stringify(own.conditions.slice(depth + 1)));
    const [first] = group;
    if (first === undefined) continue;
    const isBoth = heads.size === 2 && tails.every((tail) => tail === tails[0]);
    const conditions = [...context.conditions, ...first.context.conditions.slice(depth + 1)];
    reader.waiting.push(...(isBoth ? [{ ...first, context: { ...first.context, conditions } }] : group));
  }
}

/** Where programs without a folder are looked for. */
const SEARCHED = ['/sbin', '/usr/sbin', '/bin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'];

/** Path of a program as the shell would find it; null: the tree has none. */
export function locate(
  program: string,
  { system, searched }: Pick<Reader, 'system' | 'searched'>,
): string | null {
  if (program.includes('/')) return system.file(program) === null ? null : program;
  for (const folder of [...SEARCHED, ...searched]) {
    const path = `${folder}/${program}`;
    if (system.file(path) !== null) return path;
  }
  return null;
}

/** Whether the system has a program: true, false, or null where the tree cannot tell.
 *  Not told: names with variables, folders that are filled or mounted later, trees without programs, and names that
 *  only BusyBox itself may know.
 *  @param isApplet  whether BusyBox knows the name; null: no BusyBox in the tree */
export function presenceOf(
  program: string,
  applet: boolean,
  reader: Reader,
  isApplet: (name: string) => boolean | null,
): boolean | null {
  if (/[$`*?[]/.test(program)) return null;
  if (applet) return isApplet(baseName(program));
  if (locate(program, reader) !== null) return true;
  if (!SEARCHED.some((folder) => reader.system.names(folder).length > 0)) return null;
  const folders = program.includes('/') ? [program] : [...reader.searched];
  const mounted = folders.some(
    (path) =>
      path.startsWith('.') ||
      isFilledLater(path) ||
      [...reader.mounts].some((mount) => mount !== '/' && `${path}/`.startsWith(`${mount}/`)),
  );
  if (mounted) return null;
  // a shell built into BusyBox may run its own applets without a file of their name
  return !program.includes('/') && isApplet(program) === true ? null : false;
}
