import { Malformed, Spent } from '#domain/error';
import type { KeyHolding } from '#domain/observation';
import type { ByteRange } from '#domain/range';
import type { Certificate } from '#engine/bytes/certificate';
import type { Key } from '#engine/bytes/keys';

/** A key or certificate and its bytes, before it has a place. */
export type Finding = KeyFinding | CertificateFinding;

export interface KeyFinding {
  readonly kind: 'key';
  readonly range: ByteRange;
  readonly holding: KeyHolding;
  readonly container: string;
  readonly key: Key;
  readonly cipher: string | null;
  readonly comment: string | null;
}

export interface CertificateFinding {
  readonly kind: 'certificate';
  readonly range: ByteRange;
  readonly certificate: Certificate;
}

/** Some bytes of a source around a place. */
export interface View {
  readonly bytes: Buffer;
  /** Offset of the first of them in the source. */
  readonly base: number;
}

/** Looks at one place where a mark stands.
 *  @param at  index of the mark in the view
 *  @returns the finding, its range in the source; null: nothing that decodes */
export type Finder = (view: View, at: number, trials: Trials) => Finding | null;

/** How many more places may look like a key in binary and prove to be none. */
export interface Trials {
  left: number;
}

/** As {@link attempt} where the answer costs arithmetic on long numbers, so that made-up candidates cannot hold it up.
 *  @throws Spent when too many were none */
export function attemptProof<T>(trials: Trials, read: () => T): T | null {
  const result = attempt(read);
  if (result === null && --trials.left < 0) throw new Spent('candidates of binary keys');
  return result;
}

/** A private key that nothing protects. */
export function privateFinding(range: ByteRange, container: string, key: Key): KeyFinding {
  return { kind: 'key', range, holding: 'private', container, key, cipher: null, comment: null };
}

/** A private key behind a passphrase, of which nothing but a name may be known. */
export function sealedFinding(
  range: ByteRange,
  container: string,
  cipher: string,
  algorithm = 'unknown',
): KeyFinding {
  const key = { algorithm, bits: null, spki: null };
  return { kind: 'key', range, holding: 'encrypted-private', container, key, cipher, comment: null };
}

export function publicFinding(
  range: ByteRange,
  container: string,
  key: Key,
  comment: string | null = null,
): KeyFinding {
  return { kind: 'key', range, holding: 'public', container, key, cipher: null, comment };
}

/** What `read` gives, or null when the bytes are not what it reads. */
export function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
