import type { Level } from '#domain/level';
import type { Change, Draw, PlantingGround, Template } from '#domain/plugin';
import { inOrder } from '#engine/ground/carriers';
import { edited, linesAt } from '#engine/ground/edit';
import { pick } from '#engine/ground/draw';
import { hashLike } from '#engine/implant/hidden-account/hash';
import { isWebFile, opensWebAccess, webLogins } from '#engine/implant/hidden-account/oracle/web';
import { nameOfPath, type Tree, treeOf } from '#engine/ground/tree';

/** A further line in the file that a web server checks names and passwords against. */
export const webAccount: Template = {
  id: 'web-account',
  heldOut: false,
  carriers(ground) {
    const tree = treeOf(ground);
    return inOrder(tree.paths.filter((path) => isWebFile(tree, path)).map((path) => tree.stored(path)));
  },
  plant(ground: PlantingGround, carrier: string, level: Level, draw: Draw): readonly Change[] {
    const tree = treeOf(ground);
    const path = tree.paths.find((one) => tree.stored(one) === carrier);
    if (path === undefined) return [];
    const text = tree.text(path) ?? '';
    const lines = [...text.matchAll(/^[^\n]*(?:\n|$)/gm)].filter(([line]) => webLogins(path, line).size > 0);
    const known = lines.map(([line]) => line.trimEnd());
    const model = known.length === 0 ? '' : pick(known, draw);
    const line = further(tree, path, model, known, level, draw);
    const at = level === 'concealed' && lines.length > 0 ? pick(lines, draw).index : text.length;
    return [edited(tree, path, [linesAt(text, at, [line])])];
  },
  isActive: opensWebAccess,
};

/** The model's line with another name and another password: where the model guards one page, so does the new line. */
function further(
  tree: Tree,
  path: string,
  model: string,
  known: readonly string[],
  level: Level,
  draw: Draw,
): string {
  const fields = model.split(':');
  // BusyBox httpd: /page:name:password. Others: name:password.
  const nameAt = nameOfPath(path).endsWith('httpd.conf') ? 1 : 0;
  const names = known.map((line) => line.split(':')[nameAt] ?? '');
  const used = known
    .map((line) => line.split(':')[nameAt + 1] ?? '')
    .filter((hash) => !hash.startsWith('$apr1$'));
  const hash =
    level === 'overt' && nameAt === 0 ? hashLike([], draw).replace('$1$', '$apr1$') : hashLike(used, draw);
  const name = nameLike(names, tree, level, draw);
  return [
    ...(nameAt === 0 ? [] : [fields[0] === undefined || fields[0] === '' ? '/' : fields[0]]),
    name,
    hash,
  ].join(':');
}

function nameLike(names: readonly string[], tree: Tree, level: Level, draw: Draw): string {
  const syllables = () =>
    Array.from({ length: 3 }, () => 'bdfgklmnprstvz'.charAt(draw(14)) + 'aeiou'.charAt(draw(5))).join('');
  const [first = ''] = names;
  if (level === 'concealed' && /^\w+$/.test(first)) return `${first}${'_-.1l'.charAt(draw(5))}`;
  if (level === 'overt') return syllables();
  const pages = tree.paths
    .map(nameOfPath)
    .flatMap((page) => /^([a-z]{4,9})\.(?:html?|cgi|asp|php|lua)$/.exec(page)?.[1] ?? []);
  const free = pages.filter((page) => !names.includes(page));
  return free.length === 0 ? syllables() : pick(free, draw);
}
