import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import { dropbearKeyAt } from '#engine/bytes/ssh-keys';

/** Largest file that is tried: a key of 16,384 bits has 6 KiB. */
const LARGEST = 16 * 1024;

/** A host key of the SSH server Dropbear. */
export const dropbearKey: Format = {
  kind: 'format',
  id: 'dropbear-key',
  version: 1,
  doc: {
    name: 'Dropbear private key',
    says: 'Claims a file that is a private key as Dropbear stores it, and states its type. The numbers must fit together.',
    sources: [
      'Dropbear: dropbearkey(1), dropbearconvert(1)',
      'RFC 4251, 5 (types); RFC 4253, 6.6; RFC 5656, 3.1',
    ],
    limits: [
      'Recognised only as a whole artefact; keys inside other bytes are left to the observer of keys.',
      'RSA keys without their primes, which versions before 0.33 wrote, are not recognised.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size < 64 || source.size > LARGEST) return null;
    const bytes = source.bytes(0, source.size);
    if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 0) return null;
    try {
      const { key, end } = dropbearKeyAt(bytes);
      return claim(key.algorithm, key.bits, end);
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    }
  },
};

function* claim(algorithm: string, bits: number | null, end: number): Generator<Reading> {
  yield { kind: 'extent', range: [0, end], role: 'payload' };
  yield { kind: 'fact', name: 'algorithm', value: algorithm };
  if (bits !== null) yield { kind: 'fact', name: 'bits', value: String(bits) };
}
