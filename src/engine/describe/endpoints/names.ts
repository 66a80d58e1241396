import { COMMON, COUNTRY, OPEN, SUFFIX, WHOLE } from '#engine/describe/endpoints/endings';

/** How much of the surroundings speaks for a name being a host. */
export interface Standing {
  /** The name fills its string: quotes, zero bytes or line ends on both sides. */
  readonly whole: boolean;
}

/** First labels of names of packages, which are written like hosts turned round. */
const PACKAGES = new Set([
  'com',
  'org',
  'net',
  'edu',
  'gov',
  'io',
  'de',
  'java',
  'javax',
  'jdk',
  'sun',
  'android',
  'androidx',
  'dalvik',
  'kotlin',
  'system',
  'microsoft',
  'os',
  'self',
  'this',
  'window',
  'document',
  'module',
  'console',
  'math',
  'ngx',
  'luci',
]);
/** Two labels of Java packages that end like a host. */
const LOOKALIKES = new Set([
  'java.net',
  'sun.net',
  'javax.net',
  'system.net',
  'android.net',
  'asp.net',
  'vb.net',
  'ado.net',
  'socket.net',
]);

/** True when a bare name is written as a host and could hardly be a file, a member or a package.
 *  Errs towards silence: a host with two labels under a country is left out where it stands inside a text. */
export function isHost(name: string, { whole }: Standing): boolean {
  const lower = name.toLowerCase();
  if (name.length > 253 || name.length < 5 || name.includes('_')) return false;
  if (name !== lower && name !== name.toUpperCase() && !/\.[a-z]+$/.test(name)) return false;
  const labels = lower.split('.');
  const [first = ''] = labels;
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || !labels.every(isLabel) || LOOKALIKES.has(lower)) return false;
  if (PACKAGES.has(first)) return false;
  const owner = labels.at(-2) ?? '';
  const www = first === 'www' && labels.length > 2;
  if (OPEN.has(last)) return owner.length > 1 || whole || labels.length > 2;
  if (www) return COUNTRY.has(last) || COMMON.has(last) || SUFFIX.has(last);
  if (COUNTRY.has(last))
    return labels.length > 2 ? first.length + owner.length > 3 : whole && WHOLE.has(last) && owner.length > 3;
  return (
    COMMON.has(last) &&
    whole &&
    labels.length > 2 &&
    labels.every((label) => label.length > 1) &&
    name === lower
  );
}

/** True when a name may stand in a URL or behind the `@` of an address: well formed, with a last label of letters.
 *  @param strict  true: the last label must be one that exists here */
export function isNamed(name: string, strict: boolean): boolean {
  const labels = name.toLowerCase().split('.');
  const last = labels.at(-1) ?? '';
  if (name.length > 253 || labels.length < 2) return false;
  if (!labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) return false;
  if (strict) return [OPEN, COUNTRY, COMMON, SUFFIX].some((set) => set.has(last));
  return /^(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})$/.test(last);
}

/** A label of a host name (RFC 1123, 2.1). */
function isLabel(label: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label);
}
