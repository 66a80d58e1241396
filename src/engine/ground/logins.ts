import type { Tree } from '#engine/ground/tree';

/** Files of a system as they are at some moment: below one root, by absolute path. */
export interface Files {
  /** Null: no such file. */
  read(path: string): string | null;
}

/** Programs that let in whoever names an account and its password. */
const DOORS = [
  'login',
  'getty',
  'telnetd',
  'utelnetd',
  'dropbear',
  'sshd',
  'su',
  'sulogin',
  'vsftpd',
  'proftpd',
  'ftpd',
  'bftpd',
];

/** Where programs lie. */
export const PROGRAM_FOLDERS = ['bin', 'sbin', 'usr/bin', 'usr/sbin', 'usr/local/bin', 'usr/local/sbin'];

/** Shells that end at once, by name. */
const CLOSED = /^(nologin|false|true|sync|halt|shutdown|reboot|poweroff)$/;

/** True: some program of the tree asks for accounts. */
export function hasDoor(tree: Tree, root: string): boolean {
  return DOORS.some((name) => programAt(tree, root, name) !== null);
}

/** Resolved path of a program, or null. */
export function programAt(tree: Tree, root: string, name: string): string | null {
  for (const folder of PROGRAM_FOLDERS) {
    const resolved = tree.resolve(`${folder}/${name}`, root);
    if (resolved !== null) return resolved;
  }
  return null;
}

/** Everyone the system would let in by password, as `name hash`; without a password, as `name` and a blank.
 *  Read as login does: the first line of a name counts; the password stands in passwd, or in shadow where passwd says `x`.
 *  Source: passwd(5), shadow(5), crypt(5) of Linux; getpwnam(3) */
export function logins(files: Files, tree: Tree, root: string): ReadonlySet<string> {
  const shadow = new Map<string, readonly string[]>();
  for (const line of (files.read('/etc/shadow') ?? '').split('\n')) {
    const fields = line.split(':');
    const name = fields[0] ?? '';
    if (fields.length >= 2 && name !== '' && !shadow.has(name)) shadow.set(name, fields);
  }
  const known = new Set<string>();
  const allowed = new Set<string>();
  for (const line of (files.read('/etc/passwd') ?? '').split('\n')) {
    if (/^[#+-]/.test(line)) continue;
    const [name = '', password = '', uid = '', gid = '', , , shell] = line.split(':');
    if (shell === undefined || name === '' || known.has(name) || !/^\d+$/.test(uid) || !/^\d+$/.test(gid))
      continue;
    known.add(name);
    const stored = password === 'x' ? storedIn(shadow.get(name)) : password;
    if (stored !== null && (stored === '' || isHash(stored)) && opensShell(shell, tree, root))
      allowed.add(`${name} ${stored}`);
  }
  return allowed;
}

/** The password field of a shadow line; null: no line, or the account has expired. */
function storedIn(fields: readonly string[] | undefined): string | null {
  if (fields === undefined) return null;
  const expires = fields[7] ?? '';
  return expires === '' || expires === '-1' || Number(expires) > 30_000 ? (fields[1] ?? '') : null;
}

/** True for what crypt can have written: anything else equals the hash of no password. */
export function isHash(field: string): boolean {
  return (
    /^[./0-9A-Za-z]{13}$/.test(field) ||
    /^\$1\$[^$:]{0,8}\$[./0-9A-Za-z]{22}$/.test(field) ||
    /^\$5\$(rounds=\d{1,9}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{43}$/.test(field) ||
    /^\$6\$(rounds=\d{1,9}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{86}$/.test(field) ||
    /^\$2[abxy]\$\d\d\$[./0-9A-Za-z]{53}$/.test(field) ||
    /^\$g?y\$[./0-9A-Za-z]+\$[./0-9A-Za-z]*\$[./0-9A-Za-z]{43}$/.test(field)
  );
}

/** True: the shell is there and stays. An empty field means /bin/sh. */
function opensShell(shell: string, tree: Tree, root: string): boolean {
  const path = shell === '' ? '/bin/sh' : shell;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return path.startsWith('/') && !CLOSED.test(name) && tree.resolve(path, root) !== null;
}
