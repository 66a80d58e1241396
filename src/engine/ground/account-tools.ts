/** Files of accounts as a tool sees them. */
interface Desk {
  read(path: string): string | null;
  write(path: string, text: string): void;
}

const PASSWD = '/etc/passwd';
const SHADOW = '/etc/shadow';

/** Options of each tool that take a value. */
const VALUES: Readonly<Record<string, string>> = {
  adduser: 'hgsGuk',
  useradd: 'bcdegGkpsu',
  usermod: 'cdegGlpsu',
  chpasswd: 'c',
};

/** Carries out what a tool of the system does to the files of accounts.
 *  @returns whether it succeeded; null: no such tool
 *  Source: adduser and chpasswd of BusyBox 1.36 (`--help`); useradd(8), usermod(8), chpasswd(8) of shadow-utils */
export function accountTool(
  name: string,
  words: readonly string[],
  input: string,
  desk: Desk,
): boolean | null {
  const valued = VALUES[name];
  if (valued === undefined) return null;
  const options = new Map<string, string>();
  let account: string | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const letter = /^-(\w)$/.exec(word)?.[1];
    if (letter === undefined) {
      if (word.startsWith('-')) return null;
      account = word;
    } else options.set(letter, valued.includes(letter) ? (words[++i] ?? '') : '');
  }
  if (name === 'chpasswd')
    return (
      options.has('e') &&
      input
        .split('\n')
        .filter((line) => line !== '')
        .every((line) => setPassword(line, desk))
    );
  if (account === null) return false;
  if (name === 'usermod') return modify(account, options, desk);
  return add(account, name, options, desk);
}

function add(account: string, tool: string, options: ReadonlyMap<string, string>, desk: Desk): boolean {
  const passwd = desk.read(PASSWD) ?? '';
  if (lineOf(passwd, account) !== null) return false;
  const uid = options.get('u') ?? String(freeUid(passwd));
  const gecos = options.get(tool === 'adduser' ? 'g' : 'c') ?? (tool === 'adduser' ? 'Linux User,,,' : '');
  const home = options.get(tool === 'adduser' ? 'h' : 'd') ?? `/home/${account}`;
  const shell = options.get('s') ?? (options.has('S') ? '/bin/false' : '/bin/sh');
  const hash = options.get('p') ?? '!';
  const shadow = desk.read(SHADOW);
  // The g of adduser is a description, that of useradd a group.
  const gid = (tool === 'useradd' ? options.get('g') : undefined) ?? uid;
  const line = [account, shadow === null ? hash : 'x', uid, gid, gecos, home, shell].join(':');
  desk.write(PASSWD, `${ended(passwd)}${line}\n`);
  if (shadow !== null) desk.write(SHADOW, `${ended(shadow)}${account}:${hash}:19000:0:99999:7:::\n`);
  return true;
}

function modify(account: string, options: ReadonlyMap<string, string>, desk: Desk): boolean {
  const passwd = desk.read(PASSWD) ?? '';
  const line = lineOf(passwd, account);
  if (line === null) return false;
  const fields = line.split(':');
  const shell = options.get('s');
  const uid = options.get('u');
  if (shell !== undefined) fields[6] = shell;
  if (uid !== undefined) fields[2] = uid;
  desk.write(PASSWD, replaced(passwd, line, fields.join(':')));
  const hash = options.get('p');
  if (hash !== undefined) return setPassword(`${account}:${hash}`, desk);
  return true;
}

/** Writes a hash where the account's password stands: in shadow, or in passwd where shadow has no such line. */
function setPassword(pair: string, desk: Desk): boolean {
  const colon = pair.indexOf(':');
  const account = pair.slice(0, colon);
  for (const path of [SHADOW, PASSWD]) {
    const text = desk.read(path);
    const line = text === null ? null : lineOf(text, account);
    if (text === null || line === null) continue;
    const fields = line.split(':');
    fields[1] = pair.slice(colon + 1);
    desk.write(path, replaced(text, line, fields.join(':')));
    return true;
  }
  return false;
}

function lineOf(text: string, account: string): string | null {
  return text.split('\n').find((line) => line.startsWith(`${account}:`)) ?? null;
}

function replaced(text: string, line: string, by: string): string {
  return text
    .split('\n')
    .map((one) => (one === line ? by : one))
    .join('\n');
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function freeUid(passwd: string): number {
  const taken = passwd.split('\n').map((line) => Number(line.split(':')[2]));
  let uid = 1000;
  while (taken.includes(uid)) uid++;
  return uid;
}
