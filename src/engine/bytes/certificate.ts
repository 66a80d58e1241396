import { Malformed } from '#domain/error';
import { contextTag, DER, DerCursor, type DerValue } from '#engine/bytes/der';
import { publicKeyOf } from '#engine/bytes/keys';
import { latin1 } from '#engine/bytes/text';

/** What an X.509 certificate states. Nothing of it is verified. */
export interface Certificate {
  /** Names as RFC 4514 writes them, most specific part last as in the certificate; at most 256 characters. */
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601 UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Subject and issuer are the same name. */
  readonly selfSigned: boolean;
  /** Basic constraints say that it may sign certificates. */
  readonly authority: boolean;
  /** Public key as SubjectPublicKeyInfo, in canonical form where the algorithm is known. */
  readonly spki: Uint8Array;
}

/** A certificate that fills `bytes`: RFC 5280, 4.1.
 *  @throws Malformed when it is none */
export function certificateOf(bytes: Uint8Array): Certificate {
  const { certificate, end } = certificateAt(bytes);
  if (end !== bytes.length) throw new Malformed(`${bytes.length - end} bytes behind the certificate`, end);
  return certificate;
}

/** A certificate that begins at the first byte, and where it ends.
 *  @throws Malformed when none does */
export function certificateAt(bytes: Uint8Array): {
  readonly certificate: Certificate;
  readonly end: number;
} {
  const outer = new DerCursor(bytes);
  const signed = outer.sequence('certificate');
  const body = signed.sequence('certificate body');
  signed.sequence('signature algorithm').oid('signature algorithm');
  signed.expect(DER.bitString, 'signature');
  signed.finish('the signature');
  return { certificate: bodyOf(body), end: outer.at };
}

function bodyOf(body: DerCursor): Certificate {
  const { bytes } = body;
  if (body.peek() === contextTag(0)) body.next(); // version; 1 has none
  body.expect(DER.integer, 'serial number');
  body.sequence('signature algorithm').oid('signature algorithm');
  const issuer = body.expect(DER.sequence, 'issuer');
  const validity = body.sequence('validity');
  const notBefore = timeOf(bytes, validity.next());
  const notAfter = timeOf(bytes, validity.next());
  const subject = body.expect(DER.sequence, 'subject');
  const publicKey = body.expect(DER.sequence, 'public key');
  const whole = bytes.subarray(publicKey.start, publicKey.end);
  return {
    subject: nameIn(bytes, subject),
    issuer: nameIn(bytes, issuer),
    notBefore,
    notAfter,
    selfSigned: Buffer.from(slice(bytes, subject)).equals(slice(bytes, issuer)),
    authority: isAuthority(body),
    spki: canonical(whole),
  };
}

/** A key of a size or curve unknown here is one all the same: then the bytes of the certificate stand for it. */
function canonical(spki: Uint8Array): Uint8Array {
  try {
    return publicKeyOf(spki).spki ?? spki;
  } catch (error) {
    if (error instanceof Malformed) return spki;
    throw error;
  }
}

function slice(bytes: Uint8Array, { start, end }: DerValue): Uint8Array {
  return bytes.subarray(start, end);
}

/** More extensions than any certificate has. */
const EXTENSIONS_LIMIT = 128;

/** Behind the public key: two rare identifiers, then extensions. RFC 5280, 4.1.2.9, 4.2.1.9. */
function isAuthority(body: DerCursor): boolean {
  while (!body.isDone && body.peek() !== contextTag(3)) body.next();
  if (body.isDone) return false;
  const list = body.inside(contextTag(3), 'extensions').sequence('extensions');
  let isCa = false;
  for (let count = 0; !list.isDone; count++) {
    if (count === EXTENSIONS_LIMIT) throw new Malformed(`more than ${EXTENSIONS_LIMIT} extensions`, list.at);
    const extension = list.sequence('extension');
    const oid = extension.oid('extension');
    if (extension.peek() === DER.boolean) extension.next(); // critical
    const value = extension.octets('value of an extension');
    if (oid === '2.5.29.19') isCa = saysAuthority(value);
  }
  return isCa;
}

function saysAuthority(value: Uint8Array): boolean {
  const constraints = new DerCursor(value).sequence('basic constraints');
  if (constraints.peek() !== DER.boolean) return false;
  const { content, end } = constraints.next();
  return end - content === 1 && constraints.bytes[content] !== 0;
}

/** Short names of RFC 4514, 3, and those that certificates of devices use besides. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/** Parts of a name that are read, and characters that are kept. */
const PARTS_LIMIT = 32;
const NAME_LIMIT = 256;

function nameIn(bytes: Uint8Array, { content, end }: DerValue): string {
  const parts: string[] = [];
  const name = new DerCursor(bytes, content, end);
  while (!name.isDone) {
    const relative = name.inside(DER.set, 'part of a name');
    while (!relative.isDone) {
      const pair = relative.sequence('attribute');
      const oid = pair.oid('attribute');
      const value = pair.next();
      if (parts.length < PARTS_LIMIT) parts.push(`${ATTRIBUTES[oid] ?? oid}=${textIn(bytes, value)}`);
    }
  }
  return parts.join(', ').slice(0, NAME_LIMIT).toWellFormed();
}

function textIn(bytes: Uint8Array, { tag, content, end }: DerValue): string {
  const octets = bytes.subarray(content, Math.min(end, content + NAME_LIMIT * 2));
  const text = tag === DER.bmpString ? utf16(octets) : tag === DER.utf8String ? utf8(octets) : latin1(octets);
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replaceAll(/[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g, ' ');
}

function utf16(octets: Uint8Array): string {
  return Buffer.from(octets.subarray(0, octets.length - (octets.length % 2)))
    .swap16()
    .toString('utf16le');
}

function utf8(octets: Uint8Array): string {
  return Buffer.from(octets).toString('utf8');
}

/** RFC 5280, 4.1.2.5: two digits of a year below 50 stand for this century. */
function timeOf(bytes: Uint8Array, { tag, start, content, end }: DerValue): string {
  const text = latin1(bytes.subarray(content, Math.min(end, content + 32)));
  const full = tag === DER.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/.exec(full);
  if ((tag !== DER.utcTime && tag !== DER.generalizedTime) || match === null)
    throw new Malformed('no time', start);
  const [, year, month, day, hour, minute, second = '00'] = match;
  const at = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  if (Number.isNaN(Date.parse(at))) throw new Malformed('no such time', start);
  return at;
}
