import type { Change, PlantingGround } from '#domain/plugin';
import { programAt } from '#engine/ground/logins';
import { nameOfPath, type Tree, treeOf } from '#engine/ground/tree';

/** Web servers that check names against a file. */
const SERVERS = [
  'httpd',
  'uhttpd',
  'lighttpd',
  'nginx',
  'apache2',
  'boa',
  'mini_httpd',
  'thttpd',
  'goahead',
  'mongoose',
  'webs',
];

/** Largest file of names that is looked at. */
const SIZE_LIMIT = 256 * 1024;

/** True: a web server of the tree checks names against this file, and somebody stands in it. */
export function isWebFile(tree: Tree, path: string): boolean {
  if (!/^(\.?htpasswd.*|.*\.htpasswd|httpd\.conf|lighttpd\.user|webpasswd)$/.test(nameOfPath(path)))
    return false;
  const text = tree.text(path);
  return text !== null && text.length <= SIZE_LIMIT && hasServer(tree) && webLogins(path, text).size > 0;
}

/** Programs may lie below any root of the tree: a file of names says nothing of which. */
function hasServer(tree: Tree): boolean {
  return (
    SERVERS.some((name) => programAt(tree, '', name) !== null) ||
    tree.paths.some((path) => /s?bin\//.test(path) && SERVERS.includes(nameOfPath(path)))
  );
}

/** Names with passwords that the server accepts, as `name hash`.
 *  Source: htpasswd(1) of Apache httpd 2.4; httpd of BusyBox 1.36 (`/page:name:password`, crypt where it begins with $) */
export function webLogins(path: string, text: string): ReadonlySet<string> {
  const guarded = nameOfPath(path).endsWith('httpd.conf');
  const allowed = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const fields = line.split(':');
    const [name = '', hash = ''] = guarded ? fields.slice(1) : fields;
    if (guarded && (!line.startsWith('/') || fields.length !== 3)) continue;
    if (!guarded && (line.startsWith('#') || fields.length < 2)) continue;
    if (/^[^\s:]+$/.test(name) && isWebHash(hash, guarded)) allowed.add(`${name} ${hash}`);
  }
  return allowed;
}

function isWebHash(hash: string, guarded: boolean): boolean {
  const crypt =
    /^\$1\$[^$]{0,8}\$[./0-9A-Za-z]{22}$|^\$5\$[^$]{0,16}\$[./0-9A-Za-z]{43}$|^\$6\$[^$]{0,16}\$[./0-9A-Za-z]{86}$/.test(
      hash,
    );
  if (guarded) return crypt;
  return (
    crypt ||
    /^\$apr1\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}$|^\$2[aby]\$\d\d\$[./0-9A-Za-z]{53}$|^\{SHA\}[+/0-9A-Za-z]{27}=$|^[./0-9A-Za-z]{13}$/.test(
      hash,
    )
  );
}

/** True: a web server of the changed tree lets in somebody whom the unchanged one does not. */
export function opensWebAccess(ground: PlantingGround, changes: readonly Change[]): boolean {
  const before = treeOf(ground);
  const after = treeOf(ground, changes);
  return changes.some(({ path }) => {
    const resolved = after.paths.find((one) => after.stored(one) === path) ?? path;
    if (!isWebFile(after, resolved)) return false;
    const known = webLogins(resolved, before.text(resolved) ?? '');
    return [...webLogins(resolved, after.text(resolved) ?? '')].some((login) => !known.has(login));
  });
}
