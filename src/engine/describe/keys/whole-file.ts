import type { Source } from '#domain/ports';
import { certificateAt } from '#engine/bytes/certificate';
import { DER } from '#engine/bytes/der';
import { checkPkcs12, privateKeyOf, publicKeyOf, rsaPublicKeyOf, sealedKeyOf } from '#engine/bytes/keys';
import {
  attempt,
  type Finding,
  privateFinding,
  publicFinding,
  sealedFinding,
} from '#engine/describe/keys/finding';

/** Largest file that is read as one value of DER: a key store with a chain of certificates stays below 64 KiB. */
const DER_LIMIT = 1024 * 1024;

/** What a file in DER holds as a whole, or null when it is none of the known forms. */
export function wholeFileOf(source: Source): readonly Finding[] | null {
  if (source.size > DER_LIMIT || source.bytes(0, 1)[0] !== DER.sequence) return null;
  const bytes = source.bytes(0, source.size);
  return certificatesOf(bytes) ?? single(bytes);
}

/** Certificates one after another, to the last byte. */
function certificatesOf(bytes: Uint8Array): readonly Finding[] | null {
  const found: Finding[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = attempt(() => certificateAt(bytes.subarray(at)));
    if (next === null) return null;
    found.push({ kind: 'certificate', range: [at, at + next.end], certificate: next.certificate });
    at += next.end;
  }
  return found;
}

function single(bytes: Uint8Array): readonly Finding[] | null {
  const range = [0, bytes.length] as const;
  const open = attempt(() => privateKeyOf(bytes));
  if (open !== null) return [privateFinding(range, 'der', open.key)];
  const sealed = attempt(() => sealedKeyOf(bytes));
  if (sealed !== null) return [sealedFinding(range, 'der', sealed.cipher)];
  const known = attempt(() => publicKeyOf(bytes)) ?? attempt(() => rsaPublicKeyOf(bytes));
  if (known !== null) return [publicFinding(range, 'der', known)];
  // what protects a store is named inside its parts, each in its own way
  const isStore = attempt(() => checkPkcs12(bytes)) !== null;
  return isStore ? [sealedFinding(range, 'pkcs12', 'PKCS#12')] : null;
}
