import type { ByteRange } from '#domain/range';
import { DER, DerCursor } from '#engine/bytes/der';
import { privateKeyOf } from '#engine/bytes/keys';
import { dropbearKeyAt } from '#engine/bytes/ssh-keys';
import {
  attempt,
  attemptProof,
  type Finding,
  privateFinding,
  type Trials,
  type View,
} from '#engine/describe/keys/finding';

/** Most bytes of one private key: 16,384 bits of RSA take 9.5 KiB. */
const KEY_LIMIT = 16 * 1024;

/** Dropbear's numbers, the proof among them; the type stands at `at`, its length before it. */
export function dropbearKey({ bytes, base }: View, at: number, trials: Trials): Finding | null {
  const start = at - 4;
  const found = attemptProof(trials, () => dropbearKeyAt(bytes.subarray(start, start + KEY_LIMIT)));
  return found === null
    ? null
    : privateFinding([base + start, base + start + found.end], 'dropbear', found.key);
}

/** A key in DER whose version stands at `at`: PKCS#1, DSA, SEC 1, or the PKCS#8 around it. Without a curve inside, SEC 1 is a
 *  key only within PKCS#8. */
export function derPrivateKey(view: View, at: number, trials: Trials): Finding | null {
  const inner = sequenceBefore(view.bytes, at);
  return inner === null ? null : (wrapped(view, inner, trials) ?? bare(view, inner, trials));
}

/** PKCS#8 of RFC 8410: the algorithm stands at `at`, the version before it. Any 32 bytes are a key, so the ones of a template
 *  that a program fills in later are told by their sameness. */
export function edwardsPrivateKey(view: View, at: number, trials: Trials): Finding | null {
  const { bytes } = view;
  const isVersion =
    at >= 3 && bytes[at - 3] === DER.integer && bytes[at - 2] === 1 && (bytes[at - 1] ?? 2) <= 1;
  const outer = isVersion ? sequenceBefore(bytes, at - 3) : null;
  if (outer === null) return null;
  const secret = bytes.subarray(at + 11, at + 11 + 32);
  return new Set(secret).size < LEAST_VARIETY ? null : bare(view, outer, trials);
}

/** Different values among 32 random bytes: 30 as a rule, fewer than 20 once in 10^9. */
const LEAST_VARIETY = 20;

function bare({ bytes, base }: View, [start, end]: ByteRange, trials: Trials): Finding | null {
  const found = attemptProof(trials, () => privateKeyOf(bytes.subarray(start, end)));
  return found === null ? null : privateFinding([base + start, base + end], 'der', found.key);
}

/** The SEQUENCE whose first content byte stands at `at`, when its header says so and it ends in view. */
function sequenceBefore(bytes: Uint8Array, at: number): ByteRange | null {
  for (const header of [4, 3, 2]) {
    const start = at - header;
    if (start < 0 || bytes[start] !== DER.sequence) continue;
    const value = attempt(() => new DerCursor(bytes, start).next());
    if (value?.content === at && value.end - start <= KEY_LIMIT) return [start, value.end];
  }
  return null;
}

/** Bytes between the headers of PKCS#8 and of the key inside: version, algorithm with a curve, length of the string. */
const WRAPPING = { least: 16, most: 64 };

/** The PKCS#8 around a key, if there is one. */
function wrapped(view: View, [start, end]: ByteRange, trials: Trials): Finding | null {
  const { bytes } = view;
  for (let back = WRAPPING.least; back <= WRAPPING.most && back <= start; back++) {
    const value =
      bytes[start - back] === DER.sequence ? attempt(() => new DerCursor(bytes, start - back).next()) : null;
    if (value === null || value.end < end || value.end - value.start > KEY_LIMIT) continue;
    const found = bare(view, [value.start, value.end], trials);
    if (found !== null) return found;
  }
  return null;
}
