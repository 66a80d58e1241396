import type { Source } from '#domain/ports';
import { overlaps } from '#domain/range';
import { latin1 } from '#engine/bytes/text';
import { passwd, shadow } from '#engine/describe/accounts/files';
import { type Account, isName, type Line, type Stated } from '#engine/describe/accounts/line';
import { isPlain, schemeOf, stored, unixPassword } from '#engine/bytes/password';

/** Bytes looked at in one step, and how much of a line is looked at before and behind a mark: a line with a yescrypt hash and
 *  long paths stays below 600 characters. */
const STEP = 1024 * 1024;
const AROUND = 2048;

/** Most bytes of a file that is no account file; what a script or program writes stands in the file itself. */
const FILE_LIMIT = 16 * 1024 * 1024;

/** What every line holds that states an account: a hash behind a colon, an absolute path behind one, the days after which a
 *  password ends in shadow, or a command. */
const MARKS = [':$', ':\\$', ':/', ':99999:', 'passwd', 'useradd', 'usermod'].map((mark) =>
  Buffer.from(mark),
);

/** Accounts that a line of any file states or makes: a whole line of passwd or shadow inside a script or program, a name with
 *  a hash, or a command that sets a password. Every form is strict: there is no file name to lean on. */
export function elsewhere(source: Source): readonly Stated[] {
  const size = Math.min(source.size, FILE_LIMIT);
  const found: Stated[] = [];
  let lookedTo = 0;
  for (let at = 0; at < size; at += STEP) {
    const base = Math.max(0, at - AROUND);
    const window = source.bytes(base, Math.min(size, at + STEP + AROUND));
    const bytes = Buffer.from(window.buffer, window.byteOffset, window.byteLength);
    for (const hit of hitsIn(bytes, at - base, at + STEP - base)) {
      if (base + hit < lookedTo) continue;
      const line = lineAround(bytes, hit, base);
      lookedTo = line.range[1];
      found.push(...accountsIn(line));
    }
  }
  return found;
}

/** Where marks stand in [from, to), in order. A path of a URL is none. */
function hitsIn(bytes: Buffer, from: number, to: number): readonly number[] {
  const hits: number[] = [];
  for (const mark of MARKS) {
    let at = bytes.indexOf(mark, from);
    while (at !== -1 && at < to) {
      if (bytes[at + 2] !== 0x2f || bytes[at + 1] !== 0x2f) hits.push(at);
      at = bytes.indexOf(mark, at + 1);
    }
  }
  return hits.toSorted((a, b) => a - b);
}

function lineAround(bytes: Buffer, at: number, base: number): Line {
  let start = at;
  while (start > 0 && at - start < AROUND && !isLineEnd(bytes[start - 1])) start--;
  let end = at;
  while (end < bytes.length && end - at < AROUND && !isLineEnd(bytes[end])) end++;
  return { text: latin1(bytes.subarray(start, end)), range: [base + start, base + end] };
}

/** Programs keep their texts between zero bytes. */
function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d || byte === 0;
}

/** Accounts in one line, each with the bytes that state it. */
export function accountsIn(line: Line): readonly Stated[] {
  const whole = [...passwdInside(line), ...shadowInside(line)];
  const hashes = hashesInside(line).filter(
    ({ range }) => !whole.some((other) => overlaps(other.range, range)),
  );
  const stated = [...whole, ...hashes];
  return stated.length > 0 ? stated : byCommand(line);
}

/** A field of a password: in a script a backslash stands before its dollars, and before nothing else. */
const FIELD = String.raw`(?:[^:\s"'\x60\\]|\\\$)`;
const NAME = '[A-Za-z_][A-Za-z0-9_.-]{0,31}';
/** What stands before a name: quotes, assignment, redirection, `\n` of a string. */
const BEFORE = String.raw`(?<=^|[\s"'\x60(=>/|,]|\\n)`;
const BEHIND = String.raw`(?=$|[\s"'\x60\\;|)/])`;

/** name:password:uid:gid:comment:home:shell with an absolute home and an absolute or no shell. */
const PASSWD_LINE = new RegExp(
  String.raw`${BEFORE}(${NAME}):(${FIELD}{0,120}):(\d{1,10}):(\d{1,10}):[^:"'\x60]{0,80}:\/[^:\s"'\x60]{0,120}:(\/[^:\s"'\x60\\;)|]{1,120})?${BEHIND}`,
  'g',
);

function passwdInside({ text, range }: Line): readonly Stated[] {
  return [...text.matchAll(PASSWD_LINE)].flatMap((found): readonly Stated[] => {
    const [whole, name = '', written = '', uid = '', gid = '', shell = ''] = found;
    const field = withDollars(written);
    if (isTemplate(field)) return [];
    const account = passwd([name, field, uid, gid, '', '/', shell].join(':'));
    return account === null
      ? []
      : [statedAt(range[0] + found.index, whole, { ...account, store: 'passwd-line' })];
  });
}

/** name:password, then the days that tools write: last change, least, most, warning. */
const SHADOW_LINE = new RegExp(
  String.raw`${BEFORE}(${NAME}):(${FIELD}{0,180}):(\d{0,6}):(\d{1,6}):(99999):(\d{1,6}):(?:\d{0,6}:){0,2}${BEHIND}`,
  'g',
);

function shadowInside({ text, range }: Line): readonly Stated[] {
  return [...text.matchAll(SHADOW_LINE)].flatMap((found): readonly Stated[] => {
    const [whole, name = '', written = '', ...days] = found;
    const field = withDollars(written);
    if (isTemplate(field)) return [];
    const account = shadow([name, field, ...days, '', '', ''].join(':'));
    return account === null
      ? []
      : [statedAt(range[0] + found.index, whole, { ...account, store: 'shadow-line' })];
  });
}

/** name:hash; the hash begins with the name of its scheme. */
const HASH_INSIDE = new RegExp(
  String.raw`${BEFORE}(${NAME}):(\\?\$${FIELD}{16,180}?)(?::-?\d{0,6}){0,7}${BEHIND}`,
  'g',
);

function hashesInside({ text, range }: Line): readonly Stated[] {
  return [...text.matchAll(HASH_INSIDE)].flatMap((found): readonly Stated[] => {
    const [whole, name = '', written = ''] = found;
    const field = withDollars(written);
    const account = schemeOf(field) === null ? null : shadow(`${name}:${field}`);
    return account === null
      ? []
      : [statedAt(range[0] + found.index, whole, { ...account, store: 'user-list' })];
  });
}

function statedAt(start: number, whole: string, account: Account): Stated {
  return { account, range: [start, start + whole.length] };
}

function withDollars(field: string): string {
  return field.replaceAll('\\$', '$');
}

/** A field that a program fills in. */
function isTemplate(field: string): boolean {
  return /^%|^[<{@]|^\$[A-Za-z_{(]/.test(field) && schemeOf(field) === null;
}

// --- commands

/** Commands of scripts that give an account its password. A comment or a message that names one is none. */
function byCommand({ text, range }: Line): readonly Stated[] {
  if (/^\s*(?:#|echo\s+["'](?:usage|try))/i.test(text)) return [];
  const account = byChpasswd(text) ?? byUseradd(text) ?? byPipe(text);
  return account === null ? [] : [{ account, range }];
}

const SAID = String.raw`\b(?:echo|printf)\s{1,8}(?:-[a-z]{1,3}\s{1,8}){0,2}["']?`;
const PROGRAM = String.raw`["']?\s{0,8}\|\s{0,8}(?:\/[^\s|]{1,60}\/|busybox\s{1,8}|sudo\s{1,8})?`;

/** chpasswd(8) reads name:password. */
const CHPASSWD = new RegExp(String.raw`${SAID}(${NAME}):([^"'|\s]{1,128})${PROGRAM}chpasswd\b`);

function byChpasswd(text: string): Account | null {
  const found = CHPASSWD.exec(text);
  if (found === null) return null;
  const [, name = '', field = ''] = found;
  return made('chpasswd', name, field.replace(/(?:\\n)+$/, ''));
}

/** useradd(8), usermod(8): the encrypted password follows -p; the name is the last argument. */
const USERADD = /(?:^|[\s/;&|("'])user(?:add|mod)\s([^|;&#]{1,400})/;

function byUseradd(text: string): Account | null {
  const words = USERADD.exec(text)?.[1]?.trim().split(/\s+/).map(unquoted) ?? [];
  const at = words.findIndex((word) => word === '-p' || word === '--password');
  const name = words.at(-1) ?? '';
  const field = withDollars(words[at + 1] ?? '');
  if (at === -1 || at + 1 >= words.length - 1 || schemeOf(field) === null || !isName(name)) return null;
  return { name, store: 'useradd', uid: null, shell: null, ...unixPassword(field, false) };
}

/** passwd(1) asks twice for the same word; without a name it is the account that runs the script. */
const PIPE = new RegExp(
  String.raw`${SAID}([^"'|\s\\]{1,64})\\n\1(?:\\n)?${PROGRAM}passwd(?:\s{1,8}(${NAME}))?\s{0,8}(?:$|[;&>)"'#\d])`,
);

function byPipe(text: string): Account | null {
  const found = PIPE.exec(text);
  return found === null ? null : made('passwd-command', found[2] ?? 'root', found[1] ?? '');
}

/** An account that a command makes; a variable in place of the password says nothing. */
function made(store: string, name: string, written: string): Account | null {
  const field = withDollars(written);
  const hash = schemeOf(field);
  if (hash !== null) return { name, store, uid: null, shell: null, ...stored('usable', hash, field) };
  if (/\$[A-Za-z_{(\d@*]|[`{}<>]|^%/.test(written) || !isPlain(field)) return null;
  return { name, store, uid: null, shell: null, ...stored('reversible', 'plain', field) };
}

function unquoted(word: string): string {
  return word.replace(/^["']+/, '').replace(/["']+$/, '');
}
