import { Malformed, Spent } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { certificateOf } from '#engine/bytes/certificate';
import { contextTag, DER, DerCursor } from '#engine/bytes/der';
import { checkPkcs12, privateKeyOf, publicKeyOf, rsaPublicKeyOf, sealedKeyOf } from '#engine/bytes/keys';
import { piecesOf } from '#engine/bytes/pieces';
import { READ_LIMIT } from '#engine/bytes/source';

/** A file of keys or certificates in DER. */
export const der: Format = {
  kind: 'format',
  id: 'der',
  version: 1,
  doc: {
    name: 'key, certificate or signature in DER',
    says: 'Claims files that hold certificates, keys, requests, revocation lists or signed data in DER, one after another, and states what they hold. Content inside signed data is given as a file.',
    sources: [
      'ITU-T X.690 (DER)',
      'RFC 5280 (certificates, revocation lists); RFC 2986 (requests); RFC 5652, 5 (signed data)',
      'RFC 8017, A.1; RFC 5208; RFC 5915; RFC 7292 (keys and key stores)',
    ],
    limits: [
      'Recognised only from the first byte of an artefact: DER bears no mark.',
      'Other values in DER are not claimed, nor is BER with open lengths, in which some tools write signed data.',
      'Encrypted keys and key stores are stated as encrypted; nothing is tried to open them.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size < 16 || source.size > READ_LIMIT) return null;
    if (source.bytes(0, 1)[0] !== DER.sequence) return null;
    const first = valueAt(source.bytes(0, source.size), 0);
    return first === null ? null : claim(source, first);
  },
};

type Kind =
  | 'certificate'
  | 'certificate request'
  | 'encrypted private key'
  | 'key store (PKCS#12)'
  | 'private key'
  | 'public key'
  | 'revocation list'
  | 'signed data';

interface Value {
  readonly kind: Kind;
  readonly range: ByteRange;
  /** Where the header ends. */
  readonly content: number;
}

/** A bundle of all certificates that browsers trust has 150. */
const VALUES_LIMIT = 1000;

function* claim(source: Source, first: Value): Generator<Reading> {
  const bytes = source.bytes(0, source.size);
  const kinds = new Map<Kind, number>();
  let count = 0;
  for (let value: Value | null = first; value !== null; value = valueAt(bytes, value.range[1])) {
    if (++count > VALUES_LIMIT) throw new Spent(`${VALUES_LIMIT} values in one file`);
    kinds.set(value.kind, (kinds.get(value.kind) ?? 0) + 1);
    yield { kind: 'extent', range: [value.range[0], value.content], role: 'header' };
    yield* contentOf(source, bytes, value);
  }
  const list = [...kinds].map(([kind, count]) => (count === 1 ? kind : `${kind} × ${count}`));
  yield { kind: 'fact', name: 'holds', value: list.join(', ') };
}

function* contentOf(source: Source, bytes: Uint8Array, { kind, range, content }: Value): Generator<Reading> {
  const rest: ByteRange = [content, range[1]];
  if (kind === 'encrypted private key' || kind === 'key store (PKCS#12)') {
    yield { kind: 'extent', range: rest, role: 'opaque', reason: 'encrypted (passphrase)' };
    return;
  }
  const inner = kind === 'signed data' ? signedContent(bytes, range) : null;
  if (inner === null) {
    yield { kind: 'extent', range: rest, role: 'payload' };
    return;
  }
  yield { kind: 'extent', range: [content, inner[0]], role: 'metadata' };
  yield { kind: 'extent', range: inner, role: 'payload' };
  yield { kind: 'extent', range: [inner[1], range[1]], role: 'metadata' };
  const nothing = { mode: null, uid: null, gid: null, modifiedAt: null, target: null, device: null };
  yield { kind: 'entry', entry: { path: 'content', type: 'file', ...nothing, stored: [inner] } };
  yield* piecesOf(source, inner);
}

function valueAt(bytes: Uint8Array, at: number): Value | null {
  if (bytes[at] !== DER.sequence) return null;
  const outer = attempt(() => new DerCursor(bytes, at).next());
  if (outer === null) return null;
  const kind = kindOf(bytes.subarray(outer.start, outer.end));
  return kind === null ? null : { kind, range: [outer.start, outer.end], content: outer.content };
}

/** Each check reads the whole structure; the first that holds tells what it is. */
const CHECKS: readonly (readonly [kind: Kind, check: (bytes: Uint8Array) => unknown])[] = [
  ['certificate', certificateOf],
  ['private key', privateKeyOf],
  ['encrypted private key', sealedKeyOf],
  ['public key', publicKeyOf],
  ['public key', rsaPublicKeyOf],
  ['key store (PKCS#12)', checkPkcs12],
  ['signed data', checkSignedData],
  ['certificate request', checkRequest],
  ['revocation list', checkRevocations],
];

function kindOf(bytes: Uint8Array): Kind | null {
  return CHECKS.find(([, check]) => attempt(() => (check(bytes), true)) !== null)?.[0] ?? null;
}

const SIGNED_DATA = '1.2.840.113549.1.7.2';

/** RFC 5652, 3 and 5.1, up to the content. */
function signedFields(bytes: Uint8Array): DerCursor {
  const outer = new DerCursor(bytes).sequence('signed data');
  if (outer.oid('type of content') !== SIGNED_DATA) throw new Malformed('no signed data', 0);
  const fields = outer.inside(contextTag(0), 'content').sequence('signed data');
  fields.small('version');
  fields.expect(DER.set, 'digest algorithms');
  return fields;
}

function checkSignedData(bytes: Uint8Array): void {
  const fields = signedFields(bytes);
  fields.sequence('content').oid('type of content');
  while (!fields.isDone) fields.next();
}

/** Bytes that were signed, where they lie inside; null: the signature stands apart from them. */
function signedContent(bytes: Uint8Array, [start, end]: ByteRange): ByteRange | null {
  return attempt((): ByteRange => {
    const content = signedFields(bytes.subarray(start, end)).sequence('content');
    content.oid('type of content');
    const value = content.inside(contextTag(0), 'content').expect(DER.octetString, 'content');
    return [start + value.content, start + value.end];
  });
}

/** RFC 2986, 4. */
function checkRequest(bytes: Uint8Array): void {
  const outer = new DerCursor(bytes).sequence('request');
  const info = outer.sequence('request');
  if (info.small('version') !== 0) throw new Malformed('no request', 0);
  info.expect(DER.sequence, 'subject');
  info.sequence('public key').sequence('algorithm').oid('algorithm');
  finishSigned(outer);
}

/** RFC 5280, 5.1. */
function checkRevocations(bytes: Uint8Array): void {
  const outer = new DerCursor(bytes).sequence('revocation list');
  const list = outer.sequence('revocation list');
  if (list.peek() === DER.integer) list.next(); // version
  list.sequence('signature algorithm').oid('signature algorithm');
  list.expect(DER.sequence, 'issuer');
  const { tag, start } = list.next(); // this update
  if (tag !== DER.utcTime && tag !== DER.generalizedTime) throw new Malformed('no time', start);
  finishSigned(outer);
}

function finishSigned(outer: DerCursor): void {
  outer.sequence('signature algorithm').oid('signature algorithm');
  outer.bits('signature');
  outer.finish('the signature');
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
