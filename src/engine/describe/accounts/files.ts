import { type Account, idOf, isName, nameText } from '#engine/describe/accounts/line';
import {
  isPlain,
  nothing,
  type Password,
  schemeOf,
  serverPassword,
  stored,
  unixPassword,
} from '#engine/bytes/password';

/** Reads one line of a file of a known kind; null: the line is none of that kind. */
export type Reader = (line: string) => Account | null;

/** Names of account files, with the copies that tools and vendors leave beside them: `passwd-`, `shadow.bak`, `passwd_default`,
 *  `vsftpd.passwd`. What a line holds decides the rest. */
const READERS: readonly (readonly [name: RegExp, readers: readonly Reader[]])[] = [
  [/smbpasswd/, [smbpasswd]],
  [/htdigest/, [htdigest]],
  [/htpasswd|^\.?htusers|^lighttpd[._-]?(?:user|plain|pass)/, [htpasswd]],
  [/httpd.*\.conf$/, [httpdConf]],
  [/^rsyncd?\.secrets/, [secrets]],
  [/(?:^|[._-])master\.passwd/, [masterPasswd, passwd]],
  [/(?:^|[._-])passwd(?:$|[._\d~-])/, [masterPasswd, passwd, hashList]],
  [/(?:^|[._-])shadow(?:$|[._\d~-])/, [shadow]],
];

/** How the lines of a file of this name are read; null: the name says nothing of accounts.
 *  @param name  last step of the path */
export function readersOf(name: string): readonly Reader[] | null {
  const lower = name.toLowerCase();
  return READERS.find(([form]) => form.test(lower))?.[1] ?? null;
}

function accountOf(
  store: string,
  name: string,
  password: Password,
  more: Partial<Account> = {},
): Account | null {
  return isName(name) ? { name: nameText(name), store, uid: null, shell: null, ...password, ...more } : null;
}

/** passwd(5): name, password, uid, gid, comment, home, shell. Fields behind the gid may be missing, as C libraries allow. */
export function passwd(line: string): Account | null {
  const [name = '', field, uidField, gidField, , , ...shell] = line.split(':');
  const uid = idOf(uidField);
  if (field === undefined || uid === null || idOf(gidField) === null) return null;
  return accountOf('passwd', name, unixPassword(field, true), { uid, shell: shellOf(shell.join(':')) });
}

/** BSD master.passwd(5): name, password, uid, gid, class, change, expire, gecos, home, shell. */
function masterPasswd(line: string): Account | null {
  const fields = line.split(':');
  const [name = '', field = '', uidField, gidField, , change = '', expire = '', , , shell = ''] = fields;
  const uid = idOf(uidField);
  const isTime = /^\d{1,12}$/.test(change) && /^\d{1,12}$/.test(expire);
  if (fields.length !== 10 || uid === null || idOf(gidField) === null || !isTime) return null;
  return accountOf('master.passwd', name, unixPassword(field, true), { uid, shell: shellOf(shell) });
}

/** shadow(5): name, password, then seven numbers of days. Some may be missing at the end, but then only a hash tells that the
 *  line is none of another kind. */
export function shadow(line: string): Account | null {
  const [name = '', field, ...days] = line.split(':');
  if (field === undefined || days.length > 7 || !days.every((day) => /^(?:-?\d{1,10})?$/.test(day)))
    return null;
  const password = unixPassword(field, false);
  return days.length >= DAYS || password.password === 'usable' ? accountOf('shadow', name, password) : null;
}

/** Fields behind the password that every tool writes: 5 to 7. */
const DAYS = 5;

/** Name and hash, as servers that share the format of htpasswd keep them under names of their own. */
export function hashList(line: string): Account | null {
  const [name = '', field = '', ...rest] = line.split(':');
  if (/\s/.test(name) || rest.length > 1 || schemeOf(field) === null) return null;
  return accountOf('user-list', name, serverPassword(field));
}

/** Name and password in plain text, where every line of a file named for passwords has this form. */
export function plainList(line: string): Account | null {
  const entry = /^([^:\s]{1,63}):([^:\s]{1,128})$/.exec(line);
  return entry === null ? null : accountOf('user-list', entry[1] ?? '', serverPassword(entry[2] ?? ''));
}

/** A shell is a path; anything else is none that could be started. */
function shellOf(field: string): string | null {
  const shell = field.trim();
  return /^\/[!-~]{1,255}$/.test(shell) ? shell : null;
}

/** smbpasswd(5): name, uid, LAN Manager hash, NT hash, flags in brackets, time of the last change. */
function smbpasswd(line: string): Account | null {
  const [name = '', uidField, lanManager = '', nt = '', flags = ''] = line.split(':');
  const uid = idOf(uidField);
  if (uid === null || lanManager.length !== 32 || nt.length !== 32) return null;
  return accountOf('smbpasswd', name, sambaPassword(lanManager, nt, flags), { uid });
}

function sambaPassword(lanManager: string, nt: string, flags: string): Password {
  const hash = [nt, lanManager].find((field) => /^[0-9A-Fa-f]{32}$/.test(field));
  if (/^\[[A-Z ]*D/.test(flags))
    return hash === undefined ? nothing('locked') : stored('locked', 'nt-hash', hash);
  if (/^\[[A-Z ]*N/.test(flags) || lanManager.startsWith('NO PASSWORD')) return nothing('empty');
  if (hash === undefined) return nothing('locked');
  return stored('usable', hash === nt ? 'nt-hash' : 'unknown', hash);
}

/** htpasswd(1) and what web servers read besides: name, hash or plain text. */
function htpasswd(line: string): Account | null {
  const [name = '', field, ...rest] = line.split(':');
  if (field === undefined || rest.length > 1 || /\s/.test(field) || /\s/.test(name)) return null;
  return accountOf('htpasswd', name, serverPassword(field));
}

/** htdigest(1): name, realm, MD5 of name, realm and password. */
function htdigest(line: string): Account | null {
  const [name = '', realm, digest = '', ...rest] = line.split(':');
  if (realm === undefined || rest.length > 0 || !/^[0-9a-fA-F]{32}$/.test(digest)) return null;
  return accountOf('htdigest', name, stored('usable', 'unknown', digest));
}

/** BusyBox httpd: path, name, password, then perhaps a comment. `*` asks passwd. */
function httpdConf(line: string): Account | null {
  const entry = /^(\/[^:\s]{0,200}):([^:\s]{1,63}):([^:\s#]{0,128})(?:\s.*)?$/.exec(line);
  if (entry === null) return null;
  const [, , name = '', field = ''] = entry;
  return accountOf('httpd.conf', name, serverPassword(field));
}

/** rsyncd.conf(5), secrets file: name and password in plain text. */
function secrets(line: string): Account | null {
  const entry = /^([^:\s@][^:\s]{0,62}):(\S.*)$/.exec(line);
  if (entry === null) return null;
  const [, name = '', field = ''] = entry;
  return isPlain(field) ? accountOf('rsyncd.secrets', name, stored('reversible', 'plain', field)) : null;
}
