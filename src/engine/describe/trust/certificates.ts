import { createHash } from 'node:crypto';
import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { type Certificate, certificateOf } from '#engine/bytes/certificate';
import { PEM_LIMIT, PEM_MARK, pemAt } from '#engine/bytes/pem';

/** Bundles of all public authorities have about 250 KiB. */
export const BUNDLE_LIMIT = 2 * 1024 * 1024;
/** Blocks read of one file. */
const CERTIFICATES = 1000;

/** A certificate with its place in its file. */
export interface StoredCertificate {
  readonly certificate: Certificate;
  /** SHA-256 of the public key, hex. */
  readonly publicFingerprint: string;
  readonly range: ByteRange;
}

/** Certificates of a file: one in DER, or any number in PEM. Blocks that are none are passed over. */
export function certificatesIn(source: Source): readonly StoredCertificate[] {
  if (source.size > BUNDLE_LIMIT) return [];
  const bytes = source.bytes(0, source.size);
  if (bytes[0] === 0x30) return stored(bytes, [0, bytes.length]);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: StoredCertificate[] = [];
  let at = buffer.indexOf(PEM_MARK);
  for (let tries = 0; at !== -1 && tries < CERTIFICATES; tries++) {
    const block = pemAt(bytes.subarray(at, at + PEM_LIMIT));
    const end = at + (block?.range[1] ?? PEM_MARK.length);
    if (block !== null && /^(?:X509 |TRUSTED )?CERTIFICATE$/.test(block.label))
      found.push(...stored(block.body, [at, end]));
    at = buffer.indexOf(PEM_MARK, end);
  }
  return found;
}

function stored(der: Uint8Array, range: ByteRange): readonly StoredCertificate[] {
  try {
    const certificate = certificateOf(der);
    const publicFingerprint = createHash('sha256').update(certificate.spki).digest('hex');
    return [{ certificate, publicFingerprint, range }];
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}
