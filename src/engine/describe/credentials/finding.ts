import { createHash } from 'node:crypto';
import type { SecretForm, SecretKind } from '#domain/observed-access';
import type { ByteRange } from '#domain/range';
import { schemeOf } from '#engine/bytes/password';

/** A secret where it stands. The value never leaves this plug-in. */
export interface Finding {
  readonly secret: SecretKind;
  readonly form: SecretForm;
  readonly user: string | null;
  readonly taker: string;
  /** One character a byte. */
  readonly value: string;
  /** The line or string that holds it. */
  readonly range: ByteRange;
}

/** What may be said of a value. */
export interface Told {
  readonly length: number;
  readonly isProtected: boolean;
  readonly shared: string | null;
  readonly fingerprint: string | null;
}

/** Length, whether it is a hash or ciphertext, and the fingerprint of a hash. */
export function toldOf({ value, secret }: Finding): Told {
  const isProtected = isHash(value);
  const fingerprint = isProtected
    ? createHash('sha256').update(Buffer.from(value, 'latin1')).digest('hex').slice(0, 16)
    : null;
  return { length: value.length, isProtected, shared: sharedName(value, secret), fingerprint };
}

/** A hash of crypt(5), a bare digest in hex, or ciphertext that says so. */
export function isHash(value: string): boolean {
  const scheme = schemeOf(value);
  return (
    // thirteen letters may be a word where no field says that a hash must stand there
    (scheme !== null && !(scheme === 'des-crypt' && /^[A-Za-z]+$/.test(value))) ||
    /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i.test(value) ||
    /^\{[A-Za-z0-9-]{2,16}\}[A-Za-z0-9+/=]{16,}$/.test(value)
  );
}

/** Communities that every SNMP agent was delivered with: RFC 1157 left them open, all makers chose these. */
function sharedName(value: string, secret: SecretKind): string | null {
  return secret === 'community' && /^(?:public|private)$/i.test(value) ? 'default community of SNMP' : null;
}
