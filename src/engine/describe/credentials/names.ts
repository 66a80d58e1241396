import type { SecretKind } from '#domain/observed-access';

const PASSWORDS = new Set(
  `password passwd passphrase passwort passcode pass passwrd pwd pswd psw pword userpass userpwd userpassword
  adminpassword adminpasswd adminpass adminpwd rootpassword rootpasswd rootpass loginpassword loginpasswd loginpass
  superpassword superpass httppasswd httppassword webpassword webpasswd webpass telnetpassword ftppassword ftppass
  smbpassword dbpassword dbpass dbpasswd mysqlpwd pgpassword defaultpassword defpasswd srppassword`.split(
    /\s+/,
  ),
);
const SHARED = new Set(
  'psk wpapsk presharedkey sharedkey sharedsecret secret clientsecret wpapassphrase'.split(' '),
);
const COMMUNITIES = new Set(
  'community rocommunity rwcommunity rocommunity6 rwcommunity6 trapcommunity readcommunity writecommunity'.split(
    ' ',
  ),
);
const TOKENS = new Set('token apikey accesstoken authtoken bearer secretkey'.split(' '));

/** Words that make `key` a secret when they stand before it. */
const BEFORE_KEY: Readonly<Record<string, SecretKind>> = {
  api: 'token',
  access: 'token',
  auth: 'shared-key',
  secret: 'shared-key',
  shared: 'shared-key',
  preshared: 'shared-key',
  wpa: 'shared-key',
  psk: 'shared-key',
  wep: 'shared-key',
  encryption: 'shared-key',
  server: 'shared-key',
};

/** Words that turn a name into something that speaks about a secret instead of holding one. */
const ABOUT = new Set(
  'no empty ask need needs require required requires min max check show hide has is allow disable enable use no wrong bad confirm hint remove delete without'.split(
    ' ',
  ),
);

/** Which kind of secret something of this name holds: the last word decides, so that `password_file` holds none.
 *  @param name  as written: `WEB_PASSWORD`, `userPassword2`, `network.lan.key`
 *  @returns null: none */
export function secretNamed(name: string): SecretKind | null {
  const words = wordsIn(name);
  const last = words.at(-1);
  if (last === undefined || name.length > 100 || words.some((word) => ABOUT.has(word))) return null;
  const before = words.at(-2) ?? '';
  if (PASSWORDS.has(last)) return 'password';
  if (SHARED.has(last) || SHARED.has(before + last)) return 'shared-key';
  if (COMMUNITIES.has(last) || COMMUNITIES.has(before + last)) return 'community';
  if (TOKENS.has(last) || TOKENS.has(before + last)) return 'token';
  return last === 'key' && Object.hasOwn(BEFORE_KEY, before) ? (BEFORE_KEY[before] ?? null) : null;
}

/** True for names of what stands beside a password. */
export function isUserName(name: string): boolean {
  const words = wordsIn(name);
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  return /^(?:user|username|userid|uname|usr|login|loginname|account|uid|acc)$/.test(last)
    ? !/^(?:max|min|num|last|is)$/.test(before)
    : last === 'name' && /^(?:user|login|account|admin)$/.test(before);
}

/** Words of an identifier in lower case; digits at the end of a word are dropped. */
function wordsIn(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase().replace(/\d+$/, ''))
    .filter((word) => word !== '');
}
