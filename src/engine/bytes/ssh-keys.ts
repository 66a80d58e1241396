import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { DerCursor, trimmed } from '#engine/bytes/der';
import {
  dsaKey,
  dsaPublic,
  ecKey,
  ecPublic,
  edwardsKey,
  edwardsPublic,
  type Key,
  rsaKey,
  rsaPublic,
  SSH_CURVES,
} from '#engine/bytes/keys';
import { latin1 } from '#engine/bytes/text';

const ED25519 = '1.3.101.112';
const ED448 = '1.3.101.113';

/** Longest number of a key: 16,384 bits and a sign octet. */
const NUMBER_LIMIT = 2049;

/** Reads the types of RFC 4251, 5. Every method throws Malformed where the bytes are not what is asked for. */
class SshCursor {
  readonly cursor: Cursor;

  constructor(bytes: Uint8Array) {
    this.cursor = new Cursor(bytes);
  }

  get at(): number {
    return this.cursor.at;
  }

  /** `string`, at most `most` bytes. */
  string(most: number): Uint8Array {
    const at = this.cursor.at;
    const length = this.cursor.u32be();
    if (length > most) throw new Malformed(`string of ${length} bytes`, at);
    return this.cursor.take(length);
  }

  text(most: number): string {
    return latin1(this.string(most));
  }

  /** `mpint` that is not negative: its magnitude without leading zeros. */
  natural(): Uint8Array {
    const at = this.cursor.at;
    const octets = this.string(NUMBER_LIMIT);
    const [first = 0, second = 0] = octets;
    const isShortest = octets.length === 0 || first !== 0 || (octets.length > 1 && second >= 0x80);
    if (first >= 0x80 || !isShortest) throw new Malformed('number negative or not in its shortest form', at);
    return trimmed(octets);
  }

  u32(): number {
    return this.cursor.u32be();
  }

  get isDone(): boolean {
    return this.cursor.left === 0;
  }

  rest(): Uint8Array {
    return this.cursor.take(this.cursor.left);
  }
}

/** A public key as it travels in SSH and stands in base64 in `authorized_keys`; it fills `bytes`.
 *  RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4; OpenSSH PROTOCOL.u2f.
 *  @returns the key and its type as named inside
 *  @throws Malformed when it is none */
export function sshPublicKeyOf(bytes: Uint8Array): { readonly type: string; readonly key: Key } {
  const blob = new SshCursor(bytes);
  const type = blob.text(64);
  const key = publicFields(type, blob);
  if (!blob.isDone) throw new Malformed('bytes behind the key', blob.at);
  return { type, key };
}

function publicFields(type: string, blob: SshCursor): Key {
  switch (type) {
    case 'ssh-rsa': {
      const e = blob.natural();
      return rsaPublic(blob.natural(), e);
    }
    case 'ssh-dss':
      return dsaPublic(blob.natural(), blob.natural(), blob.natural(), blob.natural());
    case 'ssh-ed25519':
      return edwardsPublic(ED25519, blob.string(32));
    case 'ssh-ed448':
      return edwardsPublic(ED448, blob.string(57));
    case 'sk-ssh-ed25519@openssh.com': {
      const key = edwardsPublic(ED25519, blob.string(32));
      blob.string(256); // application
      return key;
    }
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const key = ecPublic(curveOf(blob.text(16)), blob.string(133));
      blob.string(256); // application
      return key;
    }
    default: {
      const curve = ecdsaCurve(type);
      if (blob.text(16) !== curve) throw new Malformed('curve does not fit the type', blob.at);
      return ecPublic(curveOf(curve), blob.string(133));
    }
  }
}

/** The public key as SSH sends it, which its fingerprints are made of. RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4.
 *  @param spki  SubjectPublicKeyInfo in DER
 *  @returns null: SSH knows no such key */
export function sshBlobOf(spki: Uint8Array): Uint8Array | null {
  try {
    return blobOf(spki);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

function blobOf(spki: Uint8Array): Uint8Array | null {
  const info = new DerCursor(spki).sequence('key');
  const algorithm = info.sequence('algorithm');
  const bits = info.bits('key');
  switch (algorithm.oid('algorithm')) {
    case '1.2.840.113549.1.1.1': {
      const numbers = new DerCursor(bits).sequence('numbers');
      const n = numbers.natural('modulus');
      return sshStrings(bytesOf('ssh-rsa'), mpint(numbers.natural('exponent')), mpint(n));
    }
    case '1.2.840.10040.4.1': {
      const domain = algorithm.sequence('domain');
      const numbers = ['p', 'q', 'g'].map((name) => mpint(domain.natural(name)));
      return sshStrings(bytesOf('ssh-dss'), ...numbers, mpint(new DerCursor(bits).natural('y')));
    }
    case '1.2.840.10045.2.1': {
      const oid = algorithm.oid('curve');
      const curve = Object.entries(SSH_CURVES).find(([, known]) => known === oid)?.[0];
      return curve === undefined ? null : sshStrings(bytesOf(`ecdsa-sha2-${curve}`), bytesOf(curve), bits);
    }
    case ED25519:
      return sshStrings(bytesOf('ssh-ed25519'), bits);
    case ED448:
      return sshStrings(bytesOf('ssh-ed448'), bits);
    default:
      return null;
  }
}

function sshStrings(...strings: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    strings.flatMap((string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(string.length);
      return [length, string];
    }),
  );
}

/** RFC 4251, 5: a zero octet before a number whose first bit is set. */
function mpint(magnitude: Uint8Array): Uint8Array {
  return (magnitude[0] ?? 0) >= 0x80 ? Buffer.concat([new Uint8Array(1), magnitude]) : magnitude;
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function ecdsaCurve(type: string): string {
  const curve = type.startsWith('ecdsa-sha2-') ? type.slice('ecdsa-sha2-'.length) : '';
  if (SSH_CURVES[curve] === undefined) throw new Malformed('unknown type of key', 0);
  return curve;
}

function curveOf(name: string): string {
  const oid = SSH_CURVES[name];
  if (oid === undefined) throw new Malformed('unknown curve', 0);
  return oid;
}

/** A private key as Dropbear stores it, from the first byte on: type, then public and private numbers.
 *  Source: Dropbear, manual dropbearkey(1) and the order in which `buf_get_priv_key` reads; n = p·q, y = g^x and the public
 *  point are proved.
 *  @returns the key and where it ends
 *  @throws Malformed when it is none */
export function dropbearKeyAt(bytes: Uint8Array): { readonly key: Key; readonly end: number } {
  const blob = new SshCursor(bytes);
  const type = blob.text(32);
  const key = dropbearFields(type, blob);
  return { key, end: blob.at };
}

function dropbearFields(type: string, blob: SshCursor): Key {
  switch (type) {
    case 'ssh-rsa': {
      const [e, n] = [blob.natural(), blob.natural()];
      blob.natural(); // d
      return rsaKey(n, e, [blob.natural(), blob.natural()]);
    }
    case 'ssh-dss': {
      const [p, q, g] = [blob.natural(), blob.natural(), blob.natural()];
      const y = blob.natural();
      return dsaKey(p, q, g, y, blob.natural());
    }
    case 'ssh-ed25519':
      return ed25519Pair(blob.string(64));
    default: {
      const curve = ecdsaCurve(type);
      if (blob.text(16) !== curve) throw new Malformed('curve does not fit the type', blob.at);
      const point = blob.string(133);
      return ecKey(curveOf(curve), blob.natural(), point);
    }
  }
}

/** Seed and public key in one string, as Dropbear and OpenSSH store them. */
function ed25519Pair(pair: Uint8Array): Key {
  if (pair.length !== 64) throw new Malformed(`pair of ${pair.length} bytes`, 0);
  const key = edwardsKey(ED25519, pair.subarray(0, 32));
  const stored = edwardsPublic(ED25519, pair.subarray(32));
  if (key.spki === null || stored.spki === null || !Buffer.from(key.spki).equals(stored.spki))
    throw new Malformed('public key does not follow from the seed', 0);
  return key;
}

/** What an OpenSSH private key holds. */
export interface OpensshKey {
  readonly key: Key;
  /** Null: not encrypted. */
  readonly cipher: string | null;
  /** Null: none, or encrypted. */
  readonly comment: string | null;
}

const OPENSSH_MAGIC = 'openssh-key-v1\0';

/** The body of `BEGIN OPENSSH PRIVATE KEY`: OpenSSH PROTOCOL.key. The public half stands outside the encryption.
 *  @throws Malformed when it is none */
export function opensshKeyOf(bytes: Uint8Array): OpensshKey {
  if (latin1(bytes.subarray(0, OPENSSH_MAGIC.length)) !== OPENSSH_MAGIC)
    throw new Malformed('no openssh-key-v1', 0);
  const outer = new SshCursor(bytes.subarray(OPENSSH_MAGIC.length));
  const cipher = outer.text(64);
  const derivation = outer.text(64);
  outer.string(1024); // options of the derivation: salt and rounds
  const count = outer.u32();
  if (count !== 1) throw new Malformed(`${count} keys in one file`, outer.at);
  const { type, key } = sshPublicKeyOf(outer.string(8192));
  const content = outer.string(64 * 1024);
  // with an authenticated cipher its tag follows
  if ((cipher === 'none') !== (derivation === 'none'))
    throw new Malformed('cipher and derivation disagree', outer.at);
  if (cipher !== 'none') {
    if (!/^[a-z0-9@.-]{3,64}$/.test(cipher) || content.length < 16)
      throw new Malformed('no encrypted key', outer.at);
    return { key, cipher, comment: null };
  }
  const fields = new SshCursor(content);
  if (fields.u32() !== fields.u32()) throw new Malformed('check numbers differ', outer.at);
  if (fields.text(64) !== type) throw new Malformed('types of public and private half differ', outer.at);
  const secret = opensshFields(type, fields);
  if (!sameKey(secret, key)) throw new Malformed('public and private half differ', outer.at);
  return { key: secret, cipher: null, comment: commentOf(latin1(fields.string(1024))) };
}

/** A key whose secret lies in a token has no secret here: it ends as a type without a curve. */
function opensshFields(type: string, fields: SshCursor): Key {
  switch (type) {
    case 'ssh-rsa': {
      const [n, e] = [fields.natural(), fields.natural()];
      fields.natural(); // d
      fields.natural(); // coefficient
      return rsaKey(n, e, [fields.natural(), fields.natural()]);
    }
    case 'ssh-dss': {
      const [p, q, g] = [fields.natural(), fields.natural(), fields.natural()];
      const y = fields.natural();
      return dsaKey(p, q, g, y, fields.natural());
    }
    case 'ssh-ed25519':
      fields.string(32); // public key
      return ed25519Pair(fields.string(64));
    default: {
      const curve = ecdsaCurve(type);
      if (fields.text(16) !== curve) throw new Malformed('curve does not fit the type', fields.at);
      const point = fields.string(133);
      return ecKey(curveOf(curve), fields.natural(), point);
    }
  }
}

function sameKey(a: Key, b: Key): boolean {
  return a.spki !== null && b.spki !== null && Buffer.from(a.spki).equals(b.spki);
}

/** A comment as text for people: one line of printable characters, at most 128; null: nothing is left. */
export function commentOf(given: string): string | null {
  const text = Buffer.from(given, 'latin1')
    .toString('utf8')
    // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
    .replaceAll(/[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]+/g, ' ')
    .trim()
    .slice(0, 128)
    .toWellFormed();
  return text === '' ? null : text;
}

// --- PuTTY

/** What PuTTY private key files begin with, before the number of their version. */
export const PUTTY_MARK = 'PuTTY-User-Key-File-';

/** Longest line of base64 with its ending. */
const PUTTY_LINE = 66;

/** A key file of PuTTY, version 2 or 3, that begins at the first character: PuTTY user manual, appendix C.
 *  @returns null when it is none */
export function puttyKeyAt(text: string): (OpensshKey & { readonly length: number }) | null {
  const head =
    /^PuTTY-User-Key-File-[23]: ([a-z0-9@.-]{3,64})\r?\nEncryption: (none|aes256-cbc)\r?\nComment: (.{0,200}?)\r?\nPublic-Lines: (\d{1,2})\r?\n/.exec(
      text.slice(0, 512),
    );
  if (head === null) return null;
  const [whole, , cipher = 'none', comment = '', count] = head;
  // every key begins with the length of its type
  if (!text.startsWith('AAAA', whole.length)) return null;
  const lines = text
    .slice(whole.length, whole.length + Number(count) * PUTTY_LINE)
    .split('\n', Number(count));
  const blob = Buffer.from(lines.join('').replaceAll('\r', ''), 'base64');
  const rest = text.slice(whole.length + lines.join('\n').length + 1);
  const last = /^(?:Key-Derivation|Argon2-\w{1,16}|Private-Lines|Private-MAC): /m.exec(rest.slice(0, 128));
  const end = /Private-MAC: [0-9a-f]{40,64}/.exec(rest);
  if (last?.index !== 0 || end === null) return null;
  const length = text.length - rest.length + end.index + end[0].length;
  const { key } = sshPublicKeyOf(blob);
  return { key, cipher: cipher === 'none' ? null : cipher, comment: commentOf(comment), length };
}
