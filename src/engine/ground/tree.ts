import type { Change, PlantingGround } from '#domain/plugin';
import type { TreeEntry } from '#domain/task';
import { latin1, plainPath } from '#engine/bytes/text';
import type { Statement } from '#engine/ground/shell-syntax';

/** Links followed before giving up; Linux follows 40. */
const HOPS = 40;

/** Characters of a path; PATH_MAX of Linux. */
const PATH_LIMIT = 4096;

/** A script that start-up runs, taken apart. */
export interface StartedScript {
  /** Resolved path in the tree. */
  readonly path: string;
  readonly text: string;
  /** Statements that run whenever the script is started, in order. */
  readonly reached: readonly Statement[];
  /** True: what stands behind the last character would run as well. */
  readonly open: boolean;
}

/** A tree with its links followed and, where given, some files changed. Paths are plain: no leading slash. */
export interface Tree {
  /** Plain path of what a path leads to, links followed; null: nothing there, a dangling or circular link.
   *  @param root  plain path of the root directory that absolute links start from; empty: the tree itself */
  resolve(path: string, root: string): string | null;
  /** The same, but a path whose last steps do not exist is given as it would be created. Null: circular. */
  aim(path: string, root: string): string | null;
  /** Text of a resolved file, one character a byte; null: no file, not readable, or larger than what may be read. */
  text(resolved: string): string | null;
  /** True: a file that may be run. Where no file of the tree may, its modes were lost on the way and say nothing. */
  runs(resolved: string): boolean;
  isDirectory(resolved: string): boolean;
  /** Plain paths of the entries directly in a resolved directory, in byte order. */
  list(directory: string): readonly string[];
  /** The path as the entry states it; the plain one for added files. */
  stored(resolved: string): string;
  /** Plain paths of all entries, in the order of the tree. */
  readonly paths: readonly string[];
  /** Scripts taken apart so far, by path and text; null: not understood. */
  readonly parsed: Map<string, StartedScript | null>;
}

/** What stays the same in every copy of a ground. */
interface Basis {
  readonly entries: ReadonlyMap<string, TreeEntry>;
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** False: no file may be run, so that modes say nothing. */
  readonly modesTell: boolean;
  readonly parsed: Map<string, StartedScript | null>;
}

/** Copies of a ground differ in a file or two: the rest is put in order once. */
const bases = new WeakMap<PlantingGround, Basis>();

function basisOf(ground: PlantingGround): Basis {
  const known = bases.get(ground);
  if (known !== undefined) return known;
  const entries = new Map(ground.entries.map((entry) => [plainPath(entry.path), entry]));
  const runs = ({ type, mode }: TreeEntry) => type === 'file' && mode !== null && (mode & 0o111) !== 0;
  const basis: Basis = {
    entries,
    children: Map.groupBy(entries.keys(), parentOf),
    modesTell: ground.entries.some(runs),
    parsed: new Map(),
  };
  bases.set(ground, basis);
  return basis;
}

/** The ground with changes laid over it. */
export function treeOf(ground: PlantingGround, changes: readonly Change[] = []): Tree {
  const { entries, children, modesTell, parsed } = basisOf(ground);
  const laid = new Map(changes.map((change) => [plainPath(change.path), change]));
  const fresh = [...laid.keys()].filter((path) => !entries.has(path));
  const list = (directory: string) => [
    ...(children.get(directory) ?? []),
    ...fresh.filter((path) => parentOf(path) === directory),
  ];
  const hasChildren = (path: string) => children.has(path) || fresh.some((one) => parentOf(one) === path);
  const linkAt = (path: string) => (laid.has(path) ? null : linkOf(entries.get(path)));
  // Directories need not stand in the tree as entries of their own.
  const exists = (path: string) => path === '' || entries.has(path) || laid.has(path) || hasChildren(path);

  function follow(path: string, root: string): { readonly path: string; readonly exists: boolean } | null {
    // The next step stands last.
    const ahead = stepsOf(path);
    let at = root;
    for (let hops = 0; ahead.length > 0; ) {
      const step = ahead.pop() ?? '';
      if (step === '..') {
        if (at !== root) at = parentOf(at);
        continue;
      }
      const next = at === '' ? step : `${at}/${step}`;
      const target = linkAt(next);
      if (target === null) {
        at = next;
        continue;
      }
      if (++hops > HOPS) return null;
      if (target.startsWith('/')) at = root;
      ahead.push(...stepsOf(target));
    }
    return { path: at, exists: exists(at) };
  }

  return {
    paths: [...entries.keys(), ...fresh],
    parsed,
    resolve(path, root) {
      const end = follow(path, root);
      return end?.exists === true ? end.path : null;
    },
    aim: (path, root) => follow(path, root)?.path ?? null,
    text(resolved) {
      const change = laid.get(resolved);
      if (change !== undefined) return latin1(change.bytes);
      const entry = entries.get(resolved);
      const bytes = entry === undefined || entry.type !== 'file' ? null : ground.read(entry.path);
      return bytes === null ? null : latin1(bytes);
    },
    runs(resolved) {
      const entry = entries.get(resolved);
      const change = laid.get(resolved);
      if (change === undefined && entry?.type !== 'file') return false;
      const mode = change?.mode ?? entry?.mode ?? null;
      return !modesTell || mode === null || (mode & 0o111) !== 0;
    },
    isDirectory: (resolved) => hasChildren(resolved) || entries.get(resolved)?.type === 'directory',
    list,
    stored: (resolved) => entries.get(resolved)?.path ?? resolved,
  };
}

function linkOf(entry: TreeEntry | undefined): string | null {
  if (entry?.type === 'link') return entry.target;
  // A hard link names its file from the top of the container.
  return entry?.type === 'hard-link' ? `/${entry.target ?? ''}` : null;
}

/** Steps of a path, the last first; none of a path longer than Linux takes. */
function stepsOf(path: string): string[] {
  return path.length > PATH_LIMIT
    ? []
    : plainPath(path)
        .split('/')
        .filter((step) => step !== '')
        .toReversed();
}

/** `a/b/c` → `a/b`; empty for a first step. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Last step of a path. */
export function nameOfPath(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path below a root as a plain path of the tree. */
export function below(root: string, path: string): string {
  const plain = plainPath(path);
  return root === '' ? plain : `${root}/${plain}`;
}
