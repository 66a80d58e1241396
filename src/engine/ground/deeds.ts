import type { ByteRange } from '#domain/range';
import type { Change, PlantingGround } from '#domain/plugin';
import { Malformed } from '#domain/error';
import { latin1, plainPath } from '#engine/bytes/text';
import { programAt } from '#engine/ground/logins';
import { isUnknown, type Machine, runShell } from '#engine/ground/shell';
import { type List, parseShell } from '#engine/ground/shell-syntax';
import { scriptAt, startedScripts } from '#engine/ground/start-up';
import { rootsOf } from '#engine/ground/survey';
import { type Tree, treeOf } from '#engine/ground/tree';

/** One program that planted lines start, with its arguments as they are when it starts. */
export interface Deed {
  /** Without folders. */
  readonly program: string;
  readonly words: readonly string[];
}

/** What planted lines lead to, read by a shell of our own that starts nothing. */
export interface Deeds {
  readonly started: readonly Deed[];
  /** Files they write, by absolute path, as they are in the end. */
  readonly written: ReadonlyMap<string, string>;
}

/** Everything that is done because of the changes, at start-up, by the clock or on an event of the system.
 *  Of a file only what is planted is carried out; what of it cannot be followed counts for nothing. */
export function deedsOf(ground: PlantingGround, changes: readonly Change[]): Deeds {
  const started: Deed[] = [];
  const written = new Map<string, string>();
  const after = treeOf(ground, changes);
  for (const root of rootsOf(after)) {
    const own = changes.filter(({ path }) => root === '' || plainPath(path).startsWith(`${root}/`));
    const scripts = new Set(startedScripts(after, root).map(({ path }) => path));
    for (const change of own) {
      const path = plainPath(change.path);
      const inRoot = `/${path.slice(root.length).replace(/^\//, '')}`;
      const run = (list: List) => carryOut(list, inRoot, machineOf(after, root, started, written));
      if (scripts.has(path) || isHook(inRoot)) run(plantedIn(after, path, change.planted));
      else if (isCrontab(inRoot))
        for (const command of commandsOfCrontab(inRoot, change)) run(parsed(command));
    }
  }
  return { started, written };
}

function carryOut(list: List, script: string, machine: Machine): void {
  try {
    runShell(list, script, machine);
  } catch (error) {
    if (!isUnknown(error)) throw error;
  }
}

function parsed(text: string): List {
  try {
    return parseShell(text);
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}

function plantedIn(tree: Tree, path: string, planted: readonly ByteRange[]): List {
  const reached = scriptAt(tree, path)?.reached ?? [];
  return reached.filter(({ start, end }) => planted.some(([from, to]) => from < end && start < to));
}

/** Scripts that the kernel, the network or a log-in starts. Source: hotplug.d of OpenWrt, ppp(8), interfaces(5), udhcpc */
export function isHook(path: string): boolean {
  return /^\/etc\/(?:hotplug\.d\/[^/]+\/[^/]+|ppp\/ip-(?:up|down)(?:\.d\/[^/]+)?|network\/if-(?:up|down|pre-up|post-down)\.d\/[^/]+|udhcpc(?:\.d|\.script|\/[^/]+)?[^/]*|profile|profile\.d\/[^/]+)$|^\/usr\/share\/udhcpc\/[^/]+$/.test(
    path,
  );
}

/** Tables of times. Source: crontab(5), BusyBox crond */
export function isCrontab(path: string): boolean {
  return /^\/etc\/(?:crontab|crontabs\/[^/]+|cron\.d\/[^/]+)$|^\/var\/spool\/cron\/(?:crontabs\/)?[^/]+$/.test(
    path,
  );
}

/** True: a line of this table names the account it runs as. */
export function namesAccount(path: string): boolean {
  return path === '/etc/crontab' || path.startsWith('/etc/cron.d/');
}

function commandsOfCrontab(path: string, { bytes, planted }: Change): readonly string[] {
  const text = latin1(bytes);
  const fields = namesAccount(path) ? 6 : 5;
  return planted.flatMap(([from, to]) =>
    text
      .slice(from, to)
      .split('\n')
      .flatMap((line) => {
        const found = new RegExp(String.raw`^(?:@\w+|\S+(?:\s+\S+){${fields - 1}})\s+(.+)$`).exec(
          line.trim(),
        );
        return found?.[1] === undefined || line.trim().startsWith('#') ? [] : [found[1]];
      }),
  );
}

function machineOf(tree: Tree, root: string, started: Deed[], written: Map<string, string>): Machine {
  return {
    read(path) {
      const known = written.get(path);
      if (known !== undefined) return known;
      const place = tree.aim(path, root);
      return place === null ? null : tree.text(place);
    },
    write(path, text) {
      written.set(path, text);
    },
    isDirectory(path) {
      const place = tree.aim(path, root);
      return place !== null && tree.isDirectory(place);
    },
    bind(from, at) {
      started.push({ program: 'mount', words: ['-o', 'bind', from, at] });
    },
    has: (program) => programAt(tree, root, program) !== null,
    start(program, words) {
      started.push({ program, words });
    },
  };
}
