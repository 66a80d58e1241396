import type { Declaration } from '#domain/declaration';
import type { Facts, Statement, Strength } from '#domain/indication';
import type { AccountObservation, PasswordScheme } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Examiner, Sighting } from '#domain/plugin';
import { cut, oneLine, tail } from '#domain/wording';

/** Accounts with a password that everybody who has the image can work on, or without one. */
export const undeclaredAccount: Examiner = {
  kind: 'examiner',
  id: 'undeclared-account',
  version: 1,
  doc: {
    name: 'undeclared account',
    says: 'Speaks for every account that a shipped password lets in: a hash, an empty password, or one in plain text. Declared accounts are silent unless their password is empty or readable. Strength is linked where the account stands in etc/passwd, etc/shadow or etc/master.passwd, which login programs read, and its shell can be started; present in copies, templates, files of single servers, scripts and programs.',
    sources: [
      '3GPP TS 33.117, 4.2.3.4.2.1, 4.2.3.4.2.2, 4.2.3.4.2.3, 4.2.3.2.3, 4.2.4.2.2',
      'CWE-256, CWE-258, CWE-798, CWE-916, CWE-1392',
    ],
    limits: [
      'Whether any service lets the account in from outside is not asked: reachable stays unknown.',
      'An account without a login shell is spoken of all the same, as present: its password may open file sharing, tunnels or a web page. Errs towards speaking.',
      'Locked accounts are silent, also those that an SSH key lets in; the key is another examiner’s.',
      'A name in the declaration silences every account of that name, whatever its password. Errs towards silence.',
      'Accounts written in documentation are silent: nobody logs in there.',
      'Whether a password is a public default is not known here.',
    ],
  },
  question: 'undocumented-access',
  reads: ['account'],
  examine({ sightings, declaration }) {
    const accounts = sightings.flatMap(accountOf);
    const owners = ownersIn(accounts);
    const logins = new Map<string, Login[]>();
    for (const account of accounts) {
      if (!letsIn(account) || isDocumentation(account)) continue;
      const login = withOwner(account, owners);
      const key = JSON.stringify(identityOf(login));
      const same = logins.get(key);
      if (same === undefined) logins.set(key, [login]);
      else same.push(login);
    }
    return [...logins.values()].flatMap((same) => statementOf(same.toSorted(byWeight), declaration));
  },
};

/** An account and where it was seen. */
interface Seen {
  readonly observation: AccountObservation;
  readonly tree: string;
  /** Path of the file, empty: the image itself. */
  readonly path: string;
}

/** One that a password lets in, with what passwd says of its owner. */
interface Login extends Seen {
  readonly uid: number | null;
  readonly shell: string | null;
  /** The line of passwd that says it; null: the same line, or none. */
  readonly owner: Place | null;
}

function accountOf({ observation, tree }: Sighting): readonly Seen[] {
  if (observation.kind !== 'account') return [];
  return [{ observation, tree, path: observation.place.path ?? '' }];
}

function letsIn({ observation: { password } }: Seen): boolean {
  return password === 'usable' || password === 'empty' || password === 'reversible';
}

/** Texts about a system, not its own files: folders of documentation, and by their names pages of the manual and the like
 *  that quote a line. */
function isDocumentation(account: Seen): boolean {
  const { path } = account;
  if (/(?:^|\/)(?:doc|docs|documentation|man|info|locale)\//i.test(path)) return true;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isText = /^(?:readme|news|change-?log)|\.(?:info(?:-\d+)?|md|rst|pod|texi)$/i.test(name);
  const isPage = /\.[1-9][a-z]{0,4}$/.test(name) && !name.includes('.so.');
  // what was compressed alone has lost its name: mostly pages of the manual
  const isUnnamed = name === 'content' && account.observation.password === 'reversible';
  return isMade(account) && (isText || isPage || isUnnamed);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** What makes copies of one account file: `passwd` and `shadow` have ``, `passwd-` and `shadow-` have `-`. */
function copyOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/passwd|shadow/, '');
}

/** Lines of passwd by tree and name. */
type Owners = ReadonlyMap<string, readonly Seen[]>;

function ownersIn(accounts: readonly Seen[]): Owners {
  const owners = new Map<string, Seen[]>();
  for (const account of accounts) {
    if (account.observation.store !== 'passwd' || account.observation.uid === null) continue;
    const list = owners.get(ownerKey(account));
    if (list === undefined) owners.set(ownerKey(account), [account]);
    else if (list.length < OWNERS_LIMIT) list.push(account);
  }
  return owners;
}

/** Lines of one name in one tree that are compared; copies of passwd are few. */
const OWNERS_LIMIT = 100;

function ownerKey({ tree, observation }: Seen): string {
  return JSON.stringify([tree, observation.name]);
}

/** Takes user number and shell from passwd where the password stands in a file without them: from the same folder and the same
 *  copy, else from any passwd of the tree if all agree. */
function withOwner(login: Seen, owners: Owners): Login {
  const { uid, shell, store } = login.observation;
  if (uid !== null || store !== 'shadow') return { ...login, uid, shell, owner: null };
  const named = owners.get(ownerKey(login)) ?? [];
  const beside = named.filter(({ path }) => folderOf(path) === folderOf(login.path));
  const same = beside.find(({ path }) => copyOf(path) === copyOf(login.path)) ?? beside[0] ?? agreed(named);
  const { uid: number = null, shell: program = null, place = null } = same?.observation ?? {};
  return { ...login, uid: number, shell: program, owner: place };
}

function agreed(owners: readonly Seen[]): Seen | undefined {
  const [first] = owners;
  const agree = owners.every(
    ({ observation }) =>
      observation.uid === first?.observation.uid && observation.shell === first?.observation.shell,
  );
  return agree ? first : undefined;
}

/** The same name with the same stored password is the same account wherever it lies; an empty password says nothing by itself,
 *  so there the folder counts. */
function identityOf({ observation, path }: Login): readonly string[] {
  const { name, password, passwordFingerprint } = observation;
  return ['account', name, passwordFingerprint ?? `${password} in ${folderOf(path)}`];
}

/** Files that login programs read. */
function isLive({ path }: Seen): boolean {
  return /(?:^|\/)etc\/(?:passwd|shadow|master\.passwd)$/.test(path);
}

function canStartShell({ shell }: Login): boolean {
  return shell === null || !/\/(?:nologin|false|true|null)$/.test(shell);
}

/** The file that counts most first; the rest as they were. */
function byWeight(a: Login, b: Login): number {
  return weightOf(b) - weightOf(a);
}

function weightOf(login: Login): number {
  return (isLive(login) ? 2 : 0) + (isMade(login) ? 0 : 1);
}

/** Stated by a script, a program or a list, not by an account file. */
function isMade({ observation: { store } }: Seen): boolean {
  return /^(?:chpasswd|useradd|passwd-command|passwd-line|shadow-line|user-list)$/.test(store);
}

function statementOf(same: readonly Login[], declaration: Declaration | null): readonly Statement[] {
  const [login] = same;
  if (login === undefined) return [];
  const { name, password } = login.observation;
  const declared = declaration?.accounts?.some((account) => account.name === name) ?? null;
  if (declared === true && password === 'usable') return [];
  return [
    {
      question: 'undocumented-access',
      title: titleOf(login),
      strength: strengthOf(same),
      facts: factsOf(declared),
      weaknesses: weaknessesOf(login.observation, declared),
      requirements: requirementsOf(login, declared),
      identity: identityOf(login),
      places: [
        ...same.map(({ observation }) => observation.place),
        ...same.flatMap(({ owner }) => owner ?? []),
      ],
      matters: mattersOf(login),
      disproof: disproofOf(login, declared),
    },
  ];
}

function strengthOf(same: readonly Login[]): Strength {
  return same.some((login) => isLive(login) && canStartShell(login)) ? 'linked' : 'present';
}

/** @param declared  null: nothing was declared of accounts */
function factsOf(declared: boolean | null): Facts {
  return { undocumented: declared === null ? null : !declared, hardCoded: true, reachable: null, used: null };
}

const SCHEMES: Readonly<Record<PasswordScheme, string>> = {
  'des-crypt': 'DES-crypt',
  'bsdi-crypt': 'BSDi-crypt',
  'md5-crypt': 'MD5-crypt',
  'sha256-crypt': 'SHA-256-crypt',
  'sha512-crypt': 'SHA-512-crypt',
  bcrypt: 'bcrypt',
  yescrypt: 'yescrypt',
  scrypt: 'scrypt',
  'nt-hash': 'NT-hash',
  apr1: 'apr1-MD5',
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  pbkdf2: 'PBKDF2',
  'vendor-hash': 'vendor-hashed',
  'vendor-cipher': 'vendor-encrypted',
  'vendor-encoding': 'vendor-encoded',
  plain: 'plain-text',
  unknown: 'hashed',
};

/** Schemes whose digest is computed millions of times a second on one machine. */
const QUICK: readonly (PasswordScheme | null)[] = [
  'des-crypt',
  'bsdi-crypt',
  'md5-crypt',
  'apr1',
  'nt-hash',
  'sha1',
  'sha256',
];

const TITLE_LIMIT = 100;

function titleOf(login: Login): string {
  const { name, password, scheme } = login.observation;
  const owner = `account "${cut(oneLine(name), 24)}"${isSecondRoot(login) ? ' (uid 0)' : ''}`;
  const how = {
    usable: `a usable ${SCHEMES[scheme ?? 'unknown']} password`,
    empty: 'an empty password',
    reversible: 'a readable password',
    locked: 'a locked password',
    unset: 'no password',
  }[password];
  const shell = canStartShell(login) ? '' : ', no login shell';
  const head = `${owner} with ${how} in `;
  return `${head}${tail(placeName(login), TITLE_LIMIT - head.length - shell.length)}${shell}`;
}

function placeName({ path }: Seen): string {
  return path === '' ? 'the image itself' : oneLine(path);
}

function isSecondRoot({ uid, observation }: Login): boolean {
  return uid === 0 && observation.name !== 'root';
}

function weaknessesOf(
  { password, scheme, sharedHash }: AccountObservation,
  declared: boolean | null,
): readonly string[] {
  const own = password === 'empty' ? ['CWE-258'] : password === 'reversible' ? ['CWE-256'] : [];
  const fixed = password !== 'empty' && declared !== true ? ['CWE-798'] : [];
  const quick = QUICK.includes(scheme) ? ['CWE-916'] : [];
  return [...own, ...fixed, ...quick, ...(sharedHash === null ? [] : ['CWE-1392'])];
}

function requirementsOf(login: Login, declared: boolean | null): readonly string[] {
  const { password, scheme } = login.observation;
  const clauses = [
    ...(password === 'reversible' || QUICK.includes(scheme) ? ['4.2.3.2.3'] : []),
    ...(password === 'empty' ? ['4.2.3.4.2.1'] : []),
    ...(declared === true ? [] : ['4.2.3.4.2.2']),
    ...(password === 'empty' ? [] : ['4.2.3.4.2.3']),
    ...(isSecondRoot(login) ? ['4.2.4.2.2'] : []),
  ];
  return clauses.map((clause) => `TS 33.117 ${clause}`);
}

function mattersOf(login: Login): string {
  const power = login.uid === 0 ? ' The account has all rights of the system.' : '';
  const { password, scheme } = login.observation;
  if (password === 'empty') {
    return `Whoever reaches a service that asks for this account gets in without a password.${power}`;
  }
  if (password === 'reversible') {
    return `The password can be read in every copy of this image, and is the same on every device that runs it unchanged.${power}`;
  }
  const quick = QUICK.includes(scheme) ? ' The scheme is quick to try passwords against.' : '';
  return `The password is the same on every device that runs this image unchanged, and whoever has the image can try passwords without being seen.${quick}${power}`;
}

function disproofOf(login: Login, declared: boolean | null): string {
  if (isMade(login))
    return 'The file is never run or read on the device, or the password is replaced before any service starts.';
  if (!isLive(login)) {
    return 'No start-up step copies this file to where login programs read, and no server is configured to read it here; or the password is replaced first.';
  }
  const shown = declared === true ? '' : ', or the vendor shows the account in its declaration';
  return `The password is replaced or the account locked on each device before any service that asks for it starts${shown}.`;
}
