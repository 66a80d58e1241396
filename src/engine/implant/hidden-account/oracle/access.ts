import type { Change, PlantingGround } from '#domain/plugin';
import { plainPath } from '#engine/bytes/text';
import type { ByteRange } from '#domain/range';
import { hasDoor, logins, programAt } from '#engine/ground/logins';
import { isUnknown, type Machine, runShell } from '#engine/ground/shell';
import { copiesAtStart, startedScripts } from '#engine/ground/start-up';
import { rootsOf } from '#engine/ground/survey';
import { type StartedScript, type Tree, treeOf } from '#engine/ground/tree';

/** True: after start-up, the changed tree lets somebody in by password whom the unchanged one does not.
 *  Of scripts only what is planted is carried out; what of it cannot be followed counts for nothing. */
export function opensAccess(ground: PlantingGround, changes: readonly Change[]): boolean {
  const before = treeOf(ground);
  const after = treeOf(ground, changes);
  const touched = (root: string) =>
    changes.some(({ path }) => root === '' || plainPath(path).startsWith(`${root}/`));
  return rootsOf(before).some((root) => {
    if (!touched(root) || !hasDoor(after, root)) return false;
    const known = logins(started(before, root, startedScripts(before, root), new Map()), before, root);
    const planted = new Map(changes.map((change) => [plainPath(change.path), change.planted]));
    const now = logins(started(after, root, startedScripts(after, root), planted), after, root);
    return [...now].some((login) => !known.has(login));
  });
}

/** The system as it is when start-up is over. */
function started(
  tree: Tree,
  root: string,
  scripts: readonly StartedScript[],
  planted: ReadonlyMap<string, readonly ByteRange[]>,
): Machine {
  const machine = machineOf(tree, root);
  for (const { from, to } of copiesAtStart(scripts, tree, root)) {
    const text = /passwd|shadow/.test(to) ? tree.text(from) : null;
    if (text !== null) machine.lay(to, text);
  }
  for (const { path, reached } of scripts) {
    const ranges = planted.get(path) ?? [];
    const own = reached.filter(({ start, end }) => ranges.some(([from, to]) => from < end && start < to));
    try {
      runShell(own, `/${path.slice(root.length).replace(/^\//, '')}`, machine);
    } catch (error) {
      if (!isUnknown(error)) throw error;
    }
  }
  return machine;
}

/** Most text that is laid over a tree. */
const TEXT_LIMIT = 16 * 1024 * 1024;

function machineOf(tree: Tree, root: string): Machine & { lay(resolved: string, text: string): void } {
  const laid = new Map<string, string>();
  const bound = new Map<string, string>();
  let size = 0;
  const placeOf = (path: string): string | null => {
    const aimed = tree.aim(path, root);
    return aimed === null ? null : (bound.get(aimed) ?? aimed);
  };
  const lay = (resolved: string, text: string) => {
    size += text.length;
    if (size <= TEXT_LIMIT) laid.set(resolved, text);
  };
  return {
    lay,
    read(path) {
      const place = placeOf(path);
      return place === null ? null : (laid.get(place) ?? tree.text(place));
    },
    write(path, text) {
      const place = placeOf(path);
      if (place !== null) lay(place, text);
    },
    isDirectory(path) {
      const place = placeOf(path);
      return place !== null && tree.isDirectory(place);
    },
    bind(from, at) {
      const source = placeOf(from);
      const target = tree.aim(at, root);
      if (source !== null && target !== null) bound.set(target, source);
    },
    has: (program) => programAt(tree, root, program) !== null,
  };
}
