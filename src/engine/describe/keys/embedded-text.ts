import { certificateAt } from '#engine/bytes/certificate';
import { privateKeyOf, publicKeyOf, rsaPublicKeyOf, sealedKeyOf } from '#engine/bytes/keys';
import { decodeBase64, pemAt, type PemBlock } from '#engine/bytes/pem';
import { commentOf, opensshKeyOf, puttyKeyAt, sshPublicKeyOf } from '#engine/bytes/ssh-keys';
import { latin1 } from '#engine/bytes/text';
import type { ByteRange } from '#domain/range';
import {
  attempt,
  type Finding,
  privateFinding,
  publicFinding,
  sealedFinding,
  type View,
} from '#engine/describe/keys/finding';

/** A block of RFC 7468 whose body decodes to what its label says; a label alone is no key. */
export function pemBlock({ bytes, base }: View, at: number): Finding | null {
  const block = pemAt(bytes.subarray(at));
  if (block === null) return null;
  const range: ByteRange = [base + at, base + at + block.range[1]];
  return attempt(() => blockFinding(block, range));
}

function blockFinding({ label, headers, body }: PemBlock, range: ByteRange): Finding | null {
  switch (label) {
    case 'CERTIFICATE':
    case 'X509 CERTIFICATE':
    case 'TRUSTED CERTIFICATE':
      // behind a trusted certificate OpenSSL writes what it is trusted for
      return { kind: 'certificate', range, certificate: certificateAt(body).certificate };
    case 'PUBLIC KEY':
      return publicFinding(range, 'pem', publicKeyOf(body));
    case 'RSA PUBLIC KEY':
      return publicFinding(range, 'pem', rsaPublicKeyOf(body));
    case 'ENCRYPTED PRIVATE KEY':
      return sealedFinding(range, 'pem', sealedKeyOf(body).cipher);
    case 'OPENSSH PRIVATE KEY': {
      const { key, cipher, comment } = opensshKeyOf(body);
      const holding = cipher === null ? 'private' : 'encrypted-private';
      return { kind: 'key', range, holding, container: 'openssh', key, cipher, comment };
    }
    default:
      if (!/(?:^| )PRIVATE KEY$/.test(label)) return null;
      return isSealed(headers)
        ? legacySealed(label, headers, body, range)
        : privateFinding(range, 'pem', privateKeyOf(body).key);
  }
}

/** RFC 1421, 4.6.1.1, as OpenSSL uses it. */
function isSealed(headers: ReadonlyMap<string, string>): boolean {
  return /^4,\s?ENCRYPTED$/.test(headers.get('proc-type') ?? '');
}

/** Algorithms by the first word of the label; the body says nothing. */
const LABELS: Readonly<Record<string, string>> = { RSA: 'rsa', DSA: 'dsa', EC: 'ec' };

/** The body is a cipher's output: whole blocks, none fewer than a key needs. */
function legacySealed(
  label: string,
  headers: ReadonlyMap<string, string>,
  body: Uint8Array,
  range: ByteRange,
): Finding | null {
  const info = /^([A-Za-z0-9-]{3,32}),([0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})$/.exec(headers.get('dek-info') ?? '');
  if (info === null || body.length < 48 || body.length % 8 !== 0) return null;
  return sealedFinding(range, 'pem', info[1] ?? '', LABELS[label.split(' ')[0] ?? '']);
}

/** Most characters of a key of PuTTY: 8,192 bits of RSA have 8 KiB. */
const PUTTY_LIMIT = 16 * 1024;

export function puttyKey({ bytes, base }: View, at: number): Finding | null {
  // most places only name the form; a key says next which version it has
  if (!/^PuTTY-User-Key-File-[23]: /.test(latin1(bytes.subarray(at, at + 24)))) return null;
  const found = attempt(() => puttyKeyAt(latin1(bytes.subarray(at, at + PUTTY_LIMIT))));
  if (found === null) return null;
  const { key, cipher, comment, length } = found;
  const holding = cipher === null ? 'private' : 'encrypted-private';
  return {
    kind: 'key',
    range: [base + at, base + at + length],
    holding,
    container: 'putty',
    key,
    cipher,
    comment,
  };
}

/** Most characters of a public key in base64: 16,384 bits. */
const BLOB_LIMIT = 4096;

/** A public key as it stands in a line of authorized_keys, known_hosts or a script: its type, then the key in base64. The
 *  range goes from the type to the end of the comment. */
export function sshLine({ bytes, base }: View, at: number): Finding | null {
  const announced = /([a-z0-9@.-]{5,63})[ \t]$/.exec(latin1(bytes.subarray(Math.max(0, at - 64), at)))?.[1];
  if (announced === undefined) return null;
  const letters = /^[A-Za-z0-9+/]*={0,2}/.exec(latin1(bytes.subarray(at, at + BLOB_LIMIT)))?.[0] ?? '';
  const blob = decodeBase64(letters);
  const known = blob === null ? null : attempt(() => sshPublicKeyOf(blob));
  if (known === null || !announced.endsWith(known.type)) return null;
  const start = at - 1 - known.type.length;
  const end = at + letters.length;
  const comment = commentBehind(latin1(bytes.subarray(end, end + 128)));
  return publicFinding([base + start, base + end + comment.length], 'ssh', known.key, commentOf(comment));
}

/** The rest of the line, up to a quote that a script ends it with. */
function commentBehind(text: string): string {
  // oxlint-disable-next-line no-control-regex -- a comment holds none
  return /^ [^\0-\x1f"'\\<>|;&]*/.exec(text)?.[0].trimEnd() ?? '';
}
