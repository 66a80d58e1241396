import type { Level } from '#domain/level';
import type { Draw, Template } from '#domain/plugin';
import { added } from '#engine/implant/hidden-account/edit';
import { pick } from '#engine/implant/hidden-account/hash';
import { newcomerAt } from '#engine/implant/hidden-account/newcomers';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import {
  scriptCarriers,
  type StartPlace,
  startPlace,
  withLines,
} from '#engine/implant/hidden-account/script-places';
import { below, nameOfPath, parentOf } from '#engine/implant/hidden-account/tree';
import { appending } from '#engine/implant/hidden-account/wording';

/** A script of start-up calls a further file, and that one writes the account. */
export const bootHelper: Template = {
  id: 'boot-helper',
  heldOut: false,
  carriers: (ground) => scriptCarriers(ground),
  plant(ground, carrier, level, draw) {
    const place = startPlace(ground, carrier);
    if (place === null) return [];
    const { line } = newcomerAt(place, level, draw);
    const body = appending(line, '/etc/passwd', level, place.has, draw);
    const { path, call, mode, head } = helper(place, level, draw);
    const text = `${[...head, ...body].join('\n')}\n`;
    return [added(below(place.system.root, path), text, mode), withLines(place, [call], level, draw)];
  },
  isActive: opensAccess,
};

interface Helper {
  /** Absolute path in the system. */
  readonly path: string;
  readonly call: string;
  readonly mode: number;
  readonly head: readonly string[];
}

/** Overt: a script beside its caller. Careful: a program among programs, named in their way. Concealed: a data file
 *  among data files, read in by the caller. */
function helper(place: StartPlace, level: Level, draw: Draw): Helper {
  const shell = ['#!/bin/sh'];
  if (level === 'overt') {
    const path = free(place, inSystem(place, parentOf(place.script.path)), '.sh', draw);
    return { path, call: path, mode: 0o755, head: shell };
  }
  if (level === 'careful') {
    const folder =
      ['usr/sbin', 'sbin', 'usr/bin', 'bin'].find(
        (one) => place.tree.list(below(place.system.root, one)).length > 0,
      ) ?? 'etc';
    const path = free(place, `/${folder}`, '', draw);
    return { path, call: path, mode: 0o755, head: shell };
  }
  const data = place.tree.paths.filter(
    (path) =>
      /(^|\/)(lib|usr\/share|usr\/lib|etc)\/.*\.(conf|dat|cfg|bin|txt|db)$/.test(path) &&
      path.startsWith(place.system.root),
  );
  const neighbour = data.length === 0 ? 'etc/x.conf' : inSystem(place, pick(data, draw));
  const path = free(
    place,
    `/${parentOf(neighbour.replace(/^\//, ''))}`,
    nameOfPath(neighbour).replace(/^.*(?=\.)/, ''),
    draw,
  );
  return { path, call: `. ${path}`, mode: 0o644, head: [] };
}

/** Path as the running system has it. */
function inSystem({ system }: StartPlace, path: string): string {
  return `/${path.slice(system.root.length).replace(/^\//, '')}`;
}

/** A path in a folder that nothing has, its name put together from names in use there. */
function free({ tree, system }: StartPlace, folder: string, ending: string, draw: Draw): string {
  const names = tree.list(below(system.root, folder)).map((path) =>
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
    if (tree.resolve(path, system.root) === null) return path;
  }
}
