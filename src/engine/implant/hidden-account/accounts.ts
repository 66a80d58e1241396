import type { Draw } from '#domain/plugin';
import { pick } from '#engine/ground/draw';
import { hashLike } from '#engine/implant/hidden-account/hash';
import { isHash, PROGRAM_FOLDERS } from '#engine/ground/logins';
import type { System } from '#engine/ground/survey';
import { below, nameOfPath, type Tree } from '#engine/ground/tree';

/** One line of passwd or shadow with where it stands. */
export interface Line {
  readonly start: number;
  /** Behind the line, its line break included. */
  readonly next: number;
  readonly fields: readonly string[];
  /** Offset of each field. */
  readonly at: readonly number[];
}

/** Lines of an account file that have at least so many fields. */
export function linesWith(text: string, least: number): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    const stop = text.indexOf('\n', start);
    const next = stop === -1 ? text.length : stop + 1;
    const fields = text
      .slice(start, next)
      .replace(/\r?\n$/, '')
      .split(':');
    const at: number[] = [];
    let offset = start;
    for (const field of fields) {
      at.push(offset);
      offset += field.length + 1;
    }
    if (fields.length >= least && fields[0] !== '' && !/^[#+-]/.test(fields[0] ?? ''))
      lines.push({ start, next, fields, at });
    start = next;
  }
  return lines;
}

/** The accounts of a system as its files give them. */
export interface Accounts {
  readonly passwd: string;
  readonly shadow: string | null;
  readonly lines: readonly Line[];
  readonly shadowLines: readonly Line[];
  /** True: passwords stand in shadow. */
  readonly shadowed: boolean;
  /** The first shadow line of each name. */
  readonly secrets: ReadonlyMap<string, Line>;
  /** Every name in either file. */
  readonly names: ReadonlySet<string>;
}

export function accountsOf(tree: Tree, system: System): Accounts {
  const passwd = tree.text(system.passwd) ?? '';
  const shadow = system.shadow === null ? null : tree.text(system.shadow);
  const lines = linesWith(passwd, 7);
  const shadowed = shadow !== null && lines.some(({ fields }) => fields[1] === 'x');
  const shadowLines = shadow === null ? [] : linesWith(shadow, 2);
  const names = new Set([...lines, ...shadowLines].map(({ fields }) => fields[0] ?? ''));
  const secrets = new Map(shadowLines.toReversed().map((line) => [line.fields[0] ?? '', line]));
  return { passwd, shadow, lines, shadowLines, shadowed, secrets, names };
}

/** A new account, field by field. */
export interface Identity {
  readonly name: string;
  readonly uid: string;
  readonly gid: string;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export function passwdLine(identity: Identity, password: string): string {
  const { name, uid, gid, gecos, home, shell } = identity;
  return [name, password, uid, gid, gecos, home, shell].join(':');
}

/** A shadow line whose dates and periods are those of another line. */
export function shadowLine(name: string, hash: string, accounts: Accounts, draw: Draw): string {
  const models = accounts.shadowLines.filter(({ fields }) => fields.length >= 8 && (fields[7] ?? '') === '');
  const rest =
    models.length === 0 ? ['0', '0', '99999', '7', '', '', ''] : pick(models, draw).fields.slice(2);
  return [name, hash, ...rest].join(':');
}

/** A hash in the form the system uses. */
export function newHash(accounts: Accounts, draw: Draw): string {
  return hashLike(
    [...accounts.lines, ...accounts.shadowLines].map(({ fields }) => fields[1] ?? ''),
    draw,
  );
}

/** An account that stands out: a name of its own, its own user number, the plain shell. */
export function plainIdentity(accounts: Accounts, draw: Draw): Identity {
  const uid = String(freeUid(accounts, 1000));
  return { name: ownName(accounts, draw), uid, gid: uid, gecos: '', home: '/', shell: '/bin/sh' };
}

/** An account like those around it: named after a program of the system, with the next user number behind a
 *  neighbour, and description, home and shell in the neighbour's way. */
export function likeNeighbour(
  accounts: Accounts,
  tree: Tree,
  system: System,
  draw: Draw,
): { readonly identity: Identity; readonly neighbour: Line | null } {
  const { lines } = accounts;
  const neighbour = lines.length === 0 ? null : pick(lines.length > 1 ? lines.slice(1) : lines, draw);
  const [model = '', , uid = '0', gid = '0', gecos = '', home = '/'] = neighbour?.fields ?? [];
  const name = programName(accounts, tree, system, draw);
  const own = (text: string) => (model === '' ? text : text.replaceAll(model, name));
  const number = freeUid(accounts, Math.max(1, Number(uid) % 65534) + 1);
  const identity = {
    name,
    uid: String(number),
    gid: gid === uid ? String(number) : gid,
    gecos: own(gecos),
    home: own(home),
    shell: shellInUse(accounts, tree, system, draw),
  };
  return { identity, neighbour };
}

/** A shell that stays and that some account has; the plain one where none has. */
export function shellInUse(accounts: Accounts, tree: Tree, system: System, draw: Draw): string {
  const used = accounts.lines
    .map(({ fields }) => fields[6] ?? '')
    .filter((shell) => shell !== '' && staysOpen(shell) && tree.resolve(shell, system.root) !== null);
  return used.length === 0 ? '/bin/sh' : pick(used, draw);
}

/** A name that could be told from another only by looking twice. */
export function twinName(model: string, accounts: Accounts, draw: Draw): string {
  const like: Readonly<Record<string, string>> = {
    l: '1',
    o: '0',
    i: 'l',
    m: 'n',
    n: 'm',
    v: 'u',
    u: 'v',
    s: 'z',
    e: 'c',
    b: 'd',
  };
  const twins = [
    ...model
      .split('')
      .flatMap((letter, i) =>
        i > 0 && like[letter] !== undefined ? [model.slice(0, i) + like[letter] + model.slice(i + 1)] : [],
      ),
    ...model.split('').flatMap((letter, i) => (i > 0 ? [model.slice(0, i) + letter + model.slice(i)] : [])),
    `${model}d`,
    `${model}_`,
  ].filter((twin) => /^[a-z][\w-]{1,30}$/.test(twin) && isFree(twin, accounts));
  return twins.length === 0 ? ownName(accounts, draw) : pick(twins, draw);
}

export function isFree(name: string, accounts: Accounts): boolean {
  return !accounts.names.has(name);
}

/** The first user number from here that nobody has. */
export function freeUid(accounts: Accounts, from: number): number {
  const taken = new Set(accounts.lines.map(({ fields }) => Number(fields[2])));
  let uid = Number.isFinite(from) ? from : 1000;
  while (taken.has(uid)) uid++;
  return uid;
}

/** A name that can be spoken and means nothing. */
export function ownName(accounts: Accounts, draw: Draw): string {
  const syllable = () => 'bdfgklmnprstvz'.charAt(draw(14)) + 'aeiou'.charAt(draw(5));
  for (;;) {
    const name = Array.from({ length: 3 + draw(2) }, syllable).join('');
    if (isFree(name, accounts)) return name;
  }
}

/** The name of a program of the system, with the beginning that account names here have in common. */
function programName(accounts: Accounts, tree: Tree, { root }: System, draw: Draw): string {
  const names = accounts.lines.map(({ fields }) => fields[0] ?? '');
  const beginnings = names.flatMap((name) => /^([a-z]{2,6}[_-])/.exec(name)?.[1] ?? []);
  const common = beginnings.length * 3 > names.length ? pick(beginnings, draw) : '';
  const programs = PROGRAM_FOLDERS.flatMap((folder) => tree.list(below(root, folder)))
    .map(nameOfPath)
    .filter((name) => /^[a-z]{3,9}$/.test(name) && isFree(common + name, accounts));
  // What runs on its own has an account more often than what people call.
  const services = programs.filter((name) => name.endsWith('d'));
  if (services.length > 0) return common + pick(services, draw);
  return programs.length === 0 ? ownName(accounts, draw) : common + pick(programs, draw);
}

/** True: nobody gets in by the password that stands here. */
export function isLocked(password: string): boolean {
  return password !== '' && !isHash(password);
}

/** True: the name of the shell says that it stays; an empty field means the plain one. */
export function staysOpen(shell: string): boolean {
  return shell === '' || shell.endsWith('sh');
}
