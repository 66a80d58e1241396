import type { PlantingGround } from '#domain/plugin';
import { hasDoor } from '#engine/ground/logins';
import { copiesAtStart, startedScripts } from '#engine/ground/start-up';
import { type StartedScript, type Tree, treeOf } from '#engine/ground/tree';

/** One system in a tree: a root directory with the accounts of the system that runs from it. */
export interface System {
  /** Plain path of its root directory; empty: the tree itself. */
  readonly root: string;
  /** Resolved path of the file that holds what becomes /etc/passwd: itself, or what start-up copies there. */
  readonly passwd: string;
  /** The same of /etc/shadow; null: passwords stand in passwd. */
  readonly shadow: string | null;
  readonly scripts: readonly StartedScript[];
}

export interface Survey {
  readonly tree: Tree;
  readonly systems: readonly System[];
}

/** A ground does not change: what was found in it once is found again. */
const surveys = new WeakMap<PlantingGround, Survey>();

/** The systems of a ground that have accounts and a program that asks for them. */
export function surveyOf(ground: PlantingGround): Survey {
  const known = surveys.get(ground);
  if (known !== undefined) return known;
  const tree = treeOf(ground);
  const systems = rootsOf(tree)
    .filter((root) => hasDoor(tree, root))
    .flatMap((root) => {
      const scripts = startedScripts(tree, root);
      const passwd = accountFile('etc/passwd', tree, root, scripts);
      return passwd === null
        ? []
        : [{ root, passwd, shadow: accountFile('etc/shadow', tree, root, scripts), scripts }];
    });
  const survey = { tree, systems };
  surveys.set(ground, survey);
  return survey;
}

/** Systems of one tree that are looked at; containers on routers are a handful. */
const SYSTEMS = 32;

/** Root directories that have a file or link etc/passwd, the first {@link SYSTEMS}. */
export function rootsOf(tree: Tree): readonly string[] {
  const end = 'etc/passwd';
  return tree.paths
    .filter((path) => path === end || path.endsWith(`/${end}`))
    .map((path) => path.slice(0, Math.max(0, path.length - end.length - 1)))
    .slice(0, SYSTEMS);
}

/** Where the content of an account file lies in the tree; null: nowhere. */
function accountFile(
  path: string,
  tree: Tree,
  root: string,
  scripts: readonly StartedScript[],
): string | null {
  const live = tree.aim(path, root);
  if (live === null) return null;
  if (tree.text(live) !== null) return live;
  const seed = copiesAtStart(scripts, tree, root).find(({ to }) => to === live)?.from;
  return seed !== undefined && tree.text(seed) !== null ? seed : null;
}
