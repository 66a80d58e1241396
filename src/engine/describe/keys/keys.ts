import { createHash } from 'node:crypto';
import type { Observation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { BytesObserver } from '#domain/plugin';
import { sshBlobOf } from '#engine/bytes/ssh-keys';
import { authorisedLinesOf } from '#engine/describe/keys/authorised-lines';
import type { Finding } from '#engine/describe/keys/finding';
import { scan } from '#engine/describe/keys/scan';
import { wholeFileOf } from '#engine/describe/keys/whole-file';

/** Fewer bytes hold no key: a bare Ed25519 key in DER has 48. */
const LEAST_SIZE = 48;

/** Keys and certificates, found by their structure wherever they lie. */
export const keys: BytesObserver = {
  kind: 'observer',
  id: 'keys',
  version: 2,
  doc: {
    name: 'keys and certificates',
    says: 'Names every private, encrypted, public and authorised key and every certificate that decodes, with algorithm and size. The fingerprint is SHA-256 over the public key as SubjectPublicKeyInfo in DER, whatever the container: the same key has the same fingerprint as PEM, DER, OpenSSH, Dropbear or in a certificate. Beside it stands the fingerprint that SSH tools print.',
    sources: [
      'RFC 7468 (PEM); RFC 1421, 4.4 (Proc-Type, DEK-Info)',
      'RFC 8017, A.1 (PKCS#1); RFC 5208, RFC 5958 (PKCS#8); RFC 5915 (SEC 1); RFC 8410; RFC 7292 (PKCS#12)',
      'RFC 5280, 4.1 (certificates); RFC 4253, RFC 5656, RFC 8709 (SSH keys)',
      'OpenSSH PROTOCOL.key; sshd(8), AUTHORIZED_KEYS FILE FORMAT; Dropbear dropbearkey(1); PuTTY user manual, appendix C',
    ],
    limits: [
      'Only standard forms that decode and whose numbers fit together (n = p·q, y = g^x, the point follows from the number). A key that is wrapped, scrambled or split is not seen.',
      'Symmetric keys, WireGuard, PGP and Java key stores are not looked for.',
      'Certificates, encrypted keys and public keys in DER are seen only as whole files; private keys in DER also inside other bytes.',
      'From bytes alone a line of authorized_keys and the public half beside its private key (.pub) look the same: both are given as authorised.',
      'Nothing is verified: not signatures, not validity, not whether a passphrase is known. Self-signed means that subject and issuer are the same name.',
      'A key on a curve without a name has no fingerprint; one on a curve that is uncommon in devices has none when only its private number is stored.',
    ],
  },
  reads: 'bytes',
  wants: ({ size }) => size >= LEAST_SIZE,
  observe(source, place) {
    const whole = wholeFileOf(source) ?? authorisedLinesOf(source);
    return (whole ?? scan(source)).map((finding) => observationOf(finding, place(finding.range)));
  },
};

function observationOf(finding: Finding, place: Place): Observation {
  if (finding.kind === 'certificate') {
    const { spki, ...facts } = finding.certificate;
    return { kind: 'certificate', place, ...facts, publicFingerprint: fingerprintOf(spki) };
  }
  const { holding, container, key, cipher, comment } = finding;
  const { algorithm, bits, spki } = key;
  const publicFingerprint = spki === null ? null : fingerprintOf(spki);
  const blob = spki === null ? null : sshBlobOf(spki);
  const sshFingerprint = blob === null ? null : sshFingerprintOf(blob);
  return {
    kind: 'key',
    place,
    holding,
    container,
    algorithm,
    bits,
    publicFingerprint,
    sshFingerprint,
    cipher,
    comment,
  };
}

/** OpenSSH, sshkey_fingerprint: base64 without its padding. */
function sshFingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function fingerprintOf(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('hex');
}
