import { createHash } from 'node:crypto';
import type { PasswordScheme, PasswordState } from '#domain/observation';

/** What a stored password field says. */
export interface Password {
  readonly password: PasswordState;
  readonly scheme: PasswordScheme | null;
  /** First 16 hex digits of the SHA-256 of the field; null: nothing is stored that a password could be checked against. */
  readonly passwordFingerprint: string | null;
}

/** Forms of crypt(5) whose length and letters leave no doubt. The last letter of a digest carries fewer bits than the others:
 *  a string that ends otherwise was never computed. */
const FORMS: readonly (readonly [scheme: PasswordScheme, form: RegExp])[] = [
  ['yescrypt', /^\$g?y\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43}$/],
  ['scrypt', /^\$7\$[./A-Za-z0-9]{11,97}\$[./A-Za-z0-9]{43}$/],
  ['bcrypt', /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/],
  ['sha512-crypt', /^\$6\$(?:rounds=[1-9]\d{0,8}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{85}[./01]$/],
  ['sha256-crypt', /^\$5\$(?:rounds=[1-9]\d{0,8}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{42}[./0-9A-D]$/],
  ['md5-crypt', /^\$1\$[^$:]{0,8}\$[./0-9A-Za-z]{21}[./01]$/],
  ['apr1', /^\$apr1\$[^$:]{0,8}\$[./0-9A-Za-z]{21}[./01]$/],
  ['nt-hash', /^\$3\$\$[0-9a-fA-F]{32}$/],
  ['bsdi-crypt', /^_[./0-9A-Za-z]{18}[.26AEIMQUYcgkosw]$/],
  ['des-crypt', /^[./0-9A-Za-z]{12}[.26AEIMQUYcgkosw]$/],
  ['sha1', /^\{SSHA\}[A-Za-z0-9+/]{32,}={0,2}$/i],
  ['sha1', /^\{SHA\}[A-Za-z0-9+/]{27}=$/i],
];

/** Schemes that crypt(5) and common libraries write as `$name$…` and that have no name here: PBKDF2, Argon2, phpass, SunMD5,
 *  PBKDF1 of NetBSD, SM3. */
const OTHER_FORM =
  /^\$(?:argon2(?:id|i|d)|pbkdf2[a-z0-9-]*|P|H|S|md5(?:,rounds=\d+)?|sha1|sm3|shiro1|[a-z]{1,8}\d{0,3}|8|9|10)\$[./0-9A-Za-z$=,+_-]{20,}$/;

/** The scheme of a string that could be a stored hash; null: it is none.
 *  `unknown`: written as hashes are, by a scheme that has no name here. */
export function schemeOf(field: string): PasswordScheme | null {
  const known = FORMS.find(([, form]) => form.test(field));
  if (known !== undefined) return known[0];
  // a known name before a digest of the wrong length is no hash of any other scheme
  if (/^\$(?:[1-7]|2[abxy]|g?y|apr1)\$/.test(field)) return null;
  return OTHER_FORM.test(field) ? 'unknown' : null;
}

/** Words that system administrators and vendors write where no password is wanted. */
const NO_PASSWORD =
  /^(?:x+|[*!#-]+|\*?(?:NP|LK|UP|NL|K|LOCKED|NOLOGIN|NOPASSWORD)\*?|\*NP\*|no-?login|no-?password|disabled?|locked|none|null|invalid|unset)$/i;

/** What the password field of a Unix account file says: passwd(5), shadow(5), crypt(5).
 *  Errs towards locked: a string that no scheme can have computed never lets anybody in where crypt(3) compares.
 *  @param points  true: `x` means that another file decides, as in passwd */
export function unixPassword(field: string, points: boolean): Password {
  if (field === '') return { password: 'empty', scheme: null, passwordFingerprint: null };
  if (points && (field === 'x' || field.startsWith('##'))) return nothing('unset');
  const scheme = schemeOf(field);
  if (scheme !== null) return stored('usable', scheme, field);
  if (NO_PASSWORD.test(field)) return nothing('locked');
  if (/^[!*]/.test(field)) return lockedHash(field);
  return isPlain(field) ? stored('reversible', 'plain', field) : stored('locked', 'unknown', field);
}

/** `!` or `*` before a hash keeps it for later and lets nobody in. */
function lockedHash(field: string): Password {
  const rest = field.replace(/^[!*]+(?:LK\*|LOCKED\*)?/, '');
  return stored('locked', schemeOf(rest) ?? 'unknown', field);
}

/** What the password field of a file for a server says, which may keep plain text: htpasswd, httpd.conf, secrets. */
export function serverPassword(field: string): Password {
  if (field === '') return { password: 'empty', scheme: null, passwordFingerprint: null };
  if (field === '*') return nothing('unset');
  if (/^\{PLAIN\}/i.test(field)) return stored('reversible', 'plain', field);
  const scheme = schemeOf(field);
  if (scheme !== null) return stored('usable', scheme, field);
  if (/^[0-9a-f]{32}$|^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(field)) return stored('usable', 'unknown', field);
  if (/^[!*]/.test(field)) return lockedHash(field);
  return isPlain(field) ? stored('reversible', 'plain', field) : stored('locked', 'unknown', field);
}

/** Text that a person could have chosen as a password, and no broken hash or place to be filled in. */
export function isPlain(field: string): boolean {
  return (
    /^[!-~\x80-\xff](?:[ -~\x80-\xff]{0,126}[!-~\x80-\xff])?$/.test(field) &&
    !/^\$|^%[a-z]|^\{\{|^<.*>$|^@.*@$/.test(field)
  );
}

export function stored(password: PasswordState, scheme: PasswordScheme, field: string): Password {
  // The digest of plain text would give it away to whoever guesses.
  return { password, scheme, passwordFingerprint: password === 'reversible' ? null : fingerprintOf(field) };
}

export function nothing(password: 'locked' | 'unset' | 'empty'): Password {
  return { password, scheme: null, passwordFingerprint: null };
}

/** @param field  one character a byte */
function fingerprintOf(field: string): string {
  return createHash('sha256').update(Buffer.from(field, 'latin1')).digest('hex').slice(0, 16);
}
