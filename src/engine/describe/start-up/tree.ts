import type { ByteRange } from '#domain/range';
import { byteOrder } from '#domain/range';
import type { Observation } from '#domain/observation';
import type { Source } from '#domain/ports';
import type { TreeEntry } from '#domain/task';
import { plainPath } from '#engine/bytes/text';

/** One file of a system that can be read. */
export interface SystemFile {
  readonly entry: TreeEntry;
  /** Inside the system, without leading slash. */
  readonly path: string;
}

/** The entries of one system: a tree has one at its top and perhaps others in folders of their own. */
export interface System {
  /** Paths, inside the system and without leading slash, in byte order. */
  readonly paths: readonly string[];
  /** The file at a path, links followed; null: none, or links lead out of the tree. */
  file(path: string): SystemFile | null;
  /** True when the path leads to an entry or to a folder that holds one. */
  has(path: string): boolean;
  /** Where a link points, as stored; null: not a link. */
  linkAt(path: string): string | null;
  /** Names in a folder, links to it followed, in byte order. */
  names(folder: string): readonly string[];
  /** Content of a text file of at most {@link TEXT_LIMIT} bytes; null: other, or no content. */
  text(file: SystemFile): Uint8Array | null;
  /** Content of any file of at most `limit` bytes. */
  bytes(file: SystemFile, limit: number): Uint8Array | null;
  place(file: SystemFile, range: ByteRange): Observation['place'];
}

/** Scripts and tables of start-up are far smaller. */
export const TEXT_LIMIT = 1024 * 1024;
/** Bytes of text read in one tree. */
const READ_BUDGET = 64 * 1024 * 1024;
/** Links followed on the way to one file, as Linux does. */
const LINK_LIMIT = 40;
const PATH_LIMIT = 4096;
/** Paths whose way is remembered. */
const RESOLVED_LIMIT = 50_000;

export type Open = (entry: TreeEntry) => Source | null;
export type PlaceOf = (entry: TreeEntry, range: ByteRange | null) => Observation['place'];

/** Folders of a tree that are systems of their own: they hold `etc` beside programs, or are the top of the tree. */
export function systemsOf(entries: readonly TreeEntry[], open: Open, place: PlaceOf): readonly System[] {
  const placed = entries.map((entry) => ({ entry, path: plainPath(entry.path) }));
  const roots = rootsOf(placed.map(({ path }) => path));
  const budget = { left: READ_BUDGET };
  return roots.map((root) => {
    const inner = roots.filter((other) => other !== root && other.startsWith(root));
    const own = placed.filter(
      ({ path }) => path.startsWith(root) && !inner.some((other) => path.startsWith(other)),
    );
    return systemOf(
      own.map(({ entry, path }) => ({ entry, path: path.slice(root.length) })),
      open,
      place,
      budget,
    );
  });
}

/** Prefixes of systems, the top first. A folder `usr` or `local` has the same folders and is none. */
function rootsOf(paths: readonly string[]): readonly string[] {
  const holds = new Map<string, Set<string>>();
  for (const path of paths) {
    const match = /^(.*\/)?(etc|bin|sbin)(?:\/|$)/.exec(path.slice(0, PATH_LIMIT));
    if (match === null) continue;
    for (const step of stepsNamed(path)) {
      const names = holds.get(step.prefix) ?? new Set();
      holds.set(step.prefix, names.add(step.name));
    }
  }
  const roots = [...holds]
    .filter(([prefix, names]) => names.has('etc') && (names.has('bin') || names.has('sbin')) && prefix !== '')
    .filter(([prefix]) => !/(?:^|\/)(?:usr|local)\/$/.test(prefix))
    .map(([prefix]) => prefix);
  return ['', ...roots.toSorted(byteOrder)];
}

/** Every step of a path that is named `etc`, `bin` or `sbin`, with what stands before it. */
function stepsNamed(path: string): readonly { readonly prefix: string; readonly name: string }[] {
  const names = path.split('/').slice(0, 32);
  return names.flatMap((name, i) =>
    name === 'etc' || name === 'bin' || name === 'sbin'
      ? [{ prefix: i === 0 ? '' : `${names.slice(0, i).join('/')}/`, name }]
      : [],
  );
}

function systemOf(
  placed: readonly SystemFile[],
  open: Open,
  placeOf: PlaceOf,
  budget: { left: number },
): System {
  const entries = new Map(placed.map((file) => [file.path, file]));
  const folders = foldersOf(placed);
  const texts = new Map<string, Uint8Array | null>();

  const resolved = new Map<string, string | null>();
  function resolve(path: string): string | null {
    const known = resolved.get(path);
    if (known !== undefined) return known;
    const real = followLinks(path);
    if (resolved.size < RESOLVED_LIMIT) resolved.set(path, real);
    return real;
  }

  /** The path with every link on the way followed; null: a circle, or out of the tree. */
  function followLinks(path: string): string | null {
    let steps = path.slice(0, PATH_LIMIT).split('/');
    let done: string[] = [];
    for (let hops = 0; steps.length > 0; ) {
      const [step = '', ...rest] = steps;
      steps = rest;
      if (step === '' || step === '.') continue;
      if (step === '..') {
        done.pop();
        continue;
      }
      const here = [...done, step].join('/');
      const entry = entries.get(here)?.entry;
      const target = entry?.type === 'link' || entry?.type === 'hard-link' ? entry.target : null;
      if (target === null || entry === undefined) {
        done.push(step);
        continue;
      }
      if (++hops > LINK_LIMIT || target.length > PATH_LIMIT) return null;
      // a hard link names its file from the top of the container
      if (target.startsWith('/') || entry.type === 'hard-link') done = [];
      steps = [...target.split('/'), ...steps];
    }
    return done.join('/');
  }

  function file(path: string): SystemFile | null {
    const real = resolve(path);
    const found = real === null ? undefined : entries.get(real);
    return found !== undefined && found.entry.type === 'file' ? found : null;
  }

  function bytes({ entry }: SystemFile, limit: number): Uint8Array | null {
    const size = entry.content?.size ?? 0;
    if (entry.content === null || size > limit || size > budget.left) return null;
    budget.left -= size;
    return open(entry)?.bytes(0, size) ?? null;
  }

  return {
    paths: [...entries.keys()].toSorted(byteOrder),
    file,
    has(path) {
      const real = resolve(path);
      return real !== null && (entries.has(real) || folders.has(real));
    },
    linkAt: (path) => entries.get(plainPath(path))?.entry.target ?? null,
    names(folder) {
      const real = resolve(folder);
      return real === null ? [] : [...(folders.get(real) ?? [])];
    },
    bytes,
    text(wanted) {
      const known = texts.get(wanted.path);
      if (known !== undefined) return known;
      const isText = isTextHead(wanted, open);
      const content = isText ? bytes(wanted, TEXT_LIMIT) : null;
      texts.set(wanted.path, content);
      return content;
    },
    place: (wanted, range) => placeOf(wanted.entry, range),
  };
}

/** Names by folder, in byte order. */
function foldersOf(placed: readonly SystemFile[]): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, Set<string>>();
  for (const { path } of placed) {
    for (let inner = path; inner !== ''; ) {
      const slash = inner.lastIndexOf('/');
      const folder = slash === -1 ? '' : inner.slice(0, slash);
      const names = folders.get(folder) ?? new Set();
      if (names.has(inner.slice(slash + 1))) break;
      folders.set(folder, names.add(inner.slice(slash + 1)));
      inner = folder;
    }
  }
  return new Map([...folders].map(([folder, names]) => [folder, [...names].toSorted(byteOrder)]));
}

/** Text has no zero byte near its beginning. */
function isTextHead({ entry }: SystemFile, open: Open): boolean {
  if (entry.content === null || entry.content.size > TEXT_LIMIT || entry.format === 'elf') return false;
  const head = open(entry)?.bytes(0, Math.min(1024, entry.content.size));
  return head !== undefined && !head.includes(0);
}

/** Last step of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Paths of the system that a shell pattern with `*`, `?` and `[…]` matches, in byte order; each with a leading slash. */
export function matchesOf(system: System, pattern: string): readonly string[] {
  let found = [''];
  for (const step of plainPath(pattern).split('/').slice(0, 32)) {
    const matcher = /[*?[]/.test(step) ? step : null;
    found = found.flatMap((folder) =>
      matcher === null
        ? [`${folder}/${step}`]
        : system
            .names(folder)
            .filter((name) => (!name.startsWith('.') || step.startsWith('.')) && fits(name, matcher))
            .map((name) => `${folder}/${name}`),
    );
    if (found.length > MATCH_LIMIT) found = found.slice(0, MATCH_LIMIT);
  }
  return found.filter((path) => system.has(path));
}

const MATCH_LIMIT = 512;

/** Shell pattern matching (IEEE Std 1003.1-2017, 2.13) without backtracking over more than one `*`. */
export function fits(text: string, pattern: string): boolean {
  let t = 0;
  let p = 0;
  let starAt = -1;
  let resume = 0;
  while (t < text.length) {
    const one = oneOf(pattern, p, text[t] ?? '');
    if (pattern[p] === '*') {
      starAt = p++;
      resume = t;
    } else if (one > 0) {
      p += one;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Length of the pattern's element at `p` that matches one character, 0: it does not match. */
function oneOf(pattern: string, p: number, char: string): number {
  const element = pattern[p];
  if (element === undefined || element === '*') return 0;
  if (element === '?') return 1;
  if (element === '\\') return pattern[p + 1] === char ? 2 : 0;
  const close = element === '[' ? pattern.indexOf(']', p + 2) : -1;
  if (close === -1) return element === char ? 1 : 0;
  const negated = pattern[p + 1] === '!' || pattern[p + 1] === '^';
  const set = pattern.slice(p + (negated ? 2 : 1), close);
  return inSet(set, char) === negated ? 0 : close - p + 1;
}

function inSet(set: string, char: string): boolean {
  for (let i = 0; i < set.length; i++) {
    if (set[i + 1] === '-' && i + 2 < set.length) {
      if (char >= (set[i] ?? '') && char <= (set[i + 2] ?? '')) return true;
      i += 2;
    } else if (set[i] === char) return true;
  }
  return false;
}
