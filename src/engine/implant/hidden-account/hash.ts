import type { Draw } from '#domain/plugin';
import { pick } from '#engine/ground/draw';
import { isHash } from '#engine/ground/logins';

/** Digits of crypt's own base 64, in order of value. Source: crypt(5) */
const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** What crypt writes: before the salt, digits of salt, digits of hash, and how many values the last digit can have. */
interface Form {
  readonly mark: string;
  readonly salt: number;
  readonly hash: number;
  readonly last: number;
}

const DES: Form = { mark: '', salt: 2, hash: 11, last: 16 };
const MD5: Form = { mark: '$1$', salt: 8, hash: 22, last: 4 };
const FORMS: readonly Form[] = [
  MD5,
  { mark: '$5$', salt: 16, hash: 43, last: 16 },
  { mark: '$6$', salt: 16, hash: 86, last: 4 },
];

/** A hash of no known password, of the form that one of these has; every crypt can tell the form used where there is none.
 *  @param fields  password fields of the surroundings */
export function hashLike(fields: readonly string[], draw: Draw): string {
  const used = fields.filter(isHash);
  const model = used.length === 0 ? '$1$' : pick(used, draw);
  const form = model.startsWith('$') ? (FORMS.find(({ mark }) => model.startsWith(mark)) ?? MD5) : DES;
  const random = (count: number) => Array.from({ length: count }, () => DIGITS.charAt(draw(64))).join('');
  // In the last digit of DES the low bits are the ones left over, in the others the high ones.
  const last = draw(form.last) * (form === DES ? 4 : 1);
  const end = random(form.hash - 1) + DIGITS.charAt(last);
  return form === DES ? random(2) + end : `${form.mark}${random(form.salt)}$${end}`;
}
