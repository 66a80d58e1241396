import type { Level } from '#domain/level';
import type { Draw } from '#domain/plugin';
import { pick } from '#engine/ground/draw';
import { below, nameOfPath, parentOf, type StartedScript, type Tree } from '#engine/ground/tree';

/** Where a helper is called from. */
interface HelperPlace {
  readonly tree: Tree;
  /** Plain path of the root directory of the system; empty: the tree itself. */
  readonly root: string;
  readonly script: StartedScript;
}

/** A further file for a script to call. */
export interface Helper {
  /** Absolute path in the system. */
  readonly path: string;
  readonly call: string;
  readonly mode: number;
  readonly head: readonly string[];
}

/** Overt: a script beside its caller. Careful: a program among programs, named in their way. Concealed: a data file
 *  among data files, read in by the caller. */
export function helperAt(place: HelperPlace, level: Level, draw: Draw): Helper {
  const shell = ['#!/bin/sh'];
  if (level === 'overt') {
    const path = freePath(place, inSystem(place, parentOf(place.script.path)), '.sh', draw);
    return { path, call: path, mode: 0o755, head: shell };
  }
  if (level === 'careful') {
    const folder =
      ['usr/sbin', 'sbin', 'usr/bin', 'bin'].find(
        (one) => place.tree.list(below(place.root, one)).length > 0,
      ) ?? 'etc';
    const path = freePath(place, `/${folder}`, '', draw);
    return { path, call: path, mode: 0o755, head: shell };
  }
  const data = place.tree.paths.filter(
    (path) =>
      /(^|\/)(lib|usr\/share|usr\/lib|etc)\/.*\.(conf|dat|cfg|bin|txt|db)$/.test(path) &&
      path.startsWith(place.root),
  );
  const neighbour = data.length === 0 ? 'etc/x.conf' : inSystem(place, pick(data, draw));
  const path = freePath(
    place,
    `/${parentOf(neighbour.replace(/^\//, ''))}`,
    nameOfPath(neighbour).replace(/^.*(?=\.)/, ''),
    draw,
  );
  return { path, call: `. ${path}`, mode: 0o644, head: [] };
}

/** Path as the running system has it. */
export function inSystem({ root }: HelperPlace, path: string): string {
  return `/${path.slice(root.length).replace(/^\//, '')}`;
}

/** A path in a folder that nothing has, its name put together from names in use there. */
export function freePath({ tree, root }: HelperPlace, folder: string, ending: string, draw: Draw): string {
  const names = tree.list(below(root, folder)).map((path) =>
    nameOfPath(path)
      .replace(/\..*$/, '')
      .replace(/^[SK]\d\d/, ''),
  );
  const stems = names.filter((name) => /^[a-z][\w-]{1,11}$/.test(name));
  for (let attempt = 0; ; attempt++) {
    const first = stems.length < 2 ? 'net' : pick(stems, draw);
    const others = stems.filter((stem) => stem !== first);
    const second = others.length === 0 ? 'sys' : pick(others, draw);
    const name = `${first}${pick(['-', '_'], draw)}${second}${attempt < 4 ? '' : attempt}${ending}`;
    const path = `${folder === '/' ? '' : folder}/${name}`;
    if (tree.resolve(path, root) === null) return path;
  }
}
