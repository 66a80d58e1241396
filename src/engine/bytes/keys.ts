import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { Malformed } from '#domain/error';
import { contextTag, DER, DerCursor, derBits, derNatural, derOf, derOid, trimmed } from '#engine/bytes/der';
import { bitLength, numberOf, powerOf } from '#engine/bytes/numbers';

/** A key whose numbers fit together. */
export interface Key {
  /** `rsa`, `dsa`, `ec`, `ed25519`, `ed448`, `x25519`, `x448`; for other algorithms the dotted identifier. */
  readonly algorithm: string;
  /** Of the modulus or the curve; null: not known. */
  readonly bits: number | null;
  /** The public half as SubjectPublicKeyInfo in DER, the same for the same key whatever it was stored in; null: not stored
   *  and not computable. */
  readonly spki: Uint8Array | null;
}

/** A private key that nobody can use without a passphrase. */
export interface SealedKey {
  /** Cipher or scheme as its identifier names it. */
  readonly cipher: string;
}

/** A private key found in DER, with the form it has. */
export interface PrivateKeyInDer {
  readonly form: 'pkcs1' | 'pkcs8' | 'sec1' | 'dsa';
  readonly key: Key;
}

/** Sizes that are taken for keys: devices have been seen to rely on 256 bits, 16,384 is where libraries stop. */
const RSA_BITS = { least: 128, most: 16_384 };
/** Longest public exponent that OpenSSL takes for a modulus above 3,072 bits. */
const EXPONENT_BITS = 64;

/** FIPS 186-4 knows moduli of 1,024 to 3,072 bits, older editions from 512 on. */
const DSA_BITS = { least: 512, most: 4096 };
const DSA_ORDER_BITS = { least: 128, most: 256 };

const OID = {
  rsa: '1.2.840.113549.1.1.1',
  rsaPss: '1.2.840.113549.1.1.10',
  dsa: '1.2.840.10040.4.1',
  ec: '1.2.840.10045.2.1',
} as const;

/** RFC 8410, 3. Bytes of a private or public key. */
const EDWARDS: Readonly<
  Record<string, { readonly name: string; readonly bits: number; readonly length: number }>
> = {
  '1.3.101.110': { name: 'x25519', bits: 255, length: 32 },
  '1.3.101.111': { name: 'x448', bits: 448, length: 56 },
  '1.3.101.112': { name: 'ed25519', bits: 255, length: 32 },
  '1.3.101.113': { name: 'ed448', bits: 448, length: 57 },
};

interface Curve {
  readonly bits: number;
  /** Name under which node:crypto computes on it; null: it is not asked. */
  readonly name: string | null;
}

/** Named curves: RFC 5480, 2.1.1.1; SEC 2, A.2; RFC 5639, 4.1; GB/T 32918.5. */
const CURVES: Readonly<Record<string, Curve>> = {
  '1.2.840.10045.3.1.1': { bits: 192, name: null },
  '1.3.132.0.33': { bits: 224, name: null },
  '1.2.840.10045.3.1.7': { bits: 256, name: 'prime256v1' },
  '1.3.132.0.34': { bits: 384, name: 'secp384r1' },
  '1.3.132.0.35': { bits: 521, name: 'secp521r1' },
  '1.3.132.0.10': { bits: 256, name: 'secp256k1' },
  '1.3.36.3.3.2.8.1.1.7': { bits: 256, name: null },
  '1.3.36.3.3.2.8.1.1.11': { bits: 384, name: null },
  '1.3.36.3.3.2.8.1.1.13': { bits: 512, name: null },
  '1.2.156.10197.1.301': { bits: 256, name: null },
};

/** Curves of SSH by the name in the key: RFC 5656, 10.1. */
export const SSH_CURVES: Readonly<Record<string, string>> = {
  nistp256: '1.2.840.10045.3.1.7',
  nistp384: '1.3.132.0.34',
  nistp521: '1.3.132.0.35',
};

// --- private keys in DER

/** A private key that fills `bytes`: PKCS#1 (RFC 8017, A.1.2), PKCS#8 (RFC 5208, 5; RFC 5958, 2), SEC 1 (RFC 5915, 3) or the
 *  six integers that OpenSSL writes for DSA.
 *  @throws Malformed when it is none of them, or its numbers do not fit together */
export function privateKeyOf(bytes: Uint8Array): PrivateKeyInDer {
  const outer = new DerCursor(bytes);
  const fields = outer.sequence('private key');
  outer.finish('the private key');
  const version = fields.small('version');
  const next = fields.peek();
  if (next === DER.sequence && version <= 1) return { form: 'pkcs8', key: pkcs8(fields) };
  if (next === DER.octetString && version === 1) return { form: 'sec1', key: sec1(fields, null) };
  if (next !== DER.integer || version > 1) throw new Malformed('no private key of a known form', fields.at);
  const first = fields.natural('first number');
  const second = fields.natural('second number');
  // e of RSA is short; q of DSA is not
  const isDsa = version === 0 && bitLength(second) >= DSA_ORDER_BITS.least && isDsaCount(fields);
  return isDsa
    ? { form: 'dsa', key: dsaNumbers(first, second, fields) }
    : { form: 'pkcs1', key: rsaNumbers(version, first, second, fields) };
}

/** Three numbers follow p and q of DSA, six follow n and e of RSA. */
function isDsaCount(fields: DerCursor): boolean {
  const rest = new DerCursor(fields.bytes, fields.at, fields.end);
  let count = 0;
  while (!rest.isDone && count < 4) {
    rest.next();
    count++;
  }
  return count === 3;
}

function rsaNumbers(version: number, n: Uint8Array, e: Uint8Array, fields: DerCursor): Key {
  fields.natural('private exponent');
  const primes = [fields.natural('first prime'), fields.natural('second prime')];
  fields.natural('first exponent');
  fields.natural('second exponent');
  fields.natural('coefficient');
  if (version === 1) primes.push(...otherPrimes(fields));
  fields.finish('the numbers of an RSA key');
  return rsaKey(n, e, primes);
}

/** More primes than anybody uses. */
const PRIMES_LIMIT = 16;

function otherPrimes(fields: DerCursor): readonly Uint8Array[] {
  const list = fields.sequence('other primes');
  const primes: Uint8Array[] = [];
  while (!list.isDone) {
    if (primes.length === PRIMES_LIMIT) throw new Malformed(`more than ${PRIMES_LIMIT} primes`, list.at);
    const prime = list.sequence('other prime');
    primes.push(prime.natural('prime'));
    prime.natural('exponent');
    prime.natural('coefficient');
    prime.finish('another prime');
  }
  return primes;
}

/** An RSA key whose modulus is the product of its primes: random bytes never are.
 *  @throws Malformed when it is not */
export function rsaKey(n: Uint8Array, e: Uint8Array, primes: readonly Uint8Array[]): Key {
  const key = rsaPublic(n, e);
  const factors = primes.map(numberOf);
  const product = factors.reduce((all, factor) => all * factor, 1n);
  if (factors.some((factor) => factor <= 1n) || product !== numberOf(n))
    throw new Malformed('modulus is not the product of the primes', 0);
  return key;
}

function dsaNumbers(p: Uint8Array, q: Uint8Array, fields: DerCursor): Key {
  const g = fields.natural('generator');
  const y = fields.natural('public number');
  const x = fields.natural('private number');
  fields.finish('the numbers of a DSA key');
  return dsaKey(p, q, g, y, x);
}

/** A DSA key whose public number follows from its private one.
 *  @param y  null: not stored; it is computed
 *  @throws Malformed when it does not */
export function dsaKey(
  p: Uint8Array,
  q: Uint8Array,
  g: Uint8Array,
  y: Uint8Array | null,
  x: Uint8Array,
): Key {
  checkDsa(p, q);
  const modulus = numberOf(p);
  const secret = numberOf(x);
  const base = numberOf(g);
  if (!(base > 1n && base < modulus && secret > 0n && secret < numberOf(q)))
    throw new Malformed('numbers of a DSA key out of their bounds', 0);
  const computed = powerOf(base, secret, modulus);
  if (y !== null && computed !== numberOf(y))
    throw new Malformed('public number does not follow from the private one', 0);
  return dsaPublic(p, q, g, y ?? bytesOf(computed));
}

function bytesOf(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function checkDsa(p: Uint8Array, q: Uint8Array): void {
  const [bits, order] = [bitLength(p), bitLength(q)];
  const fits =
    bits >= DSA_BITS.least &&
    bits <= DSA_BITS.most &&
    order >= DSA_ORDER_BITS.least &&
    order <= DSA_ORDER_BITS.most;
  if (!fits) throw new Malformed(`${bits} and ${order} bits: no sizes of a DSA key`, 0);
}

/** @param version  was read */
function pkcs8(fields: DerCursor): Key {
  const algorithm = fields.sequence('algorithm');
  const oid = algorithm.oid('algorithm');
  const content = fields.octets('private key');
  // attributes [0] and the public key [1] may follow; RFC 5958, 2
  while (!fields.isDone) {
    const { tag, start } = fields.next();
    if (tag !== contextTag(0) && tag !== 0x81 && tag !== contextTag(1))
      throw new Malformed('unknown field', start);
  }
  if (oid === OID.rsa || oid === OID.rsaPss) return pkcs1Inside(content);
  if (oid === OID.ec)
    return sec1Inside(content, algorithm.peek() === DER.oid ? algorithm.oid('curve') : null);
  if (oid === OID.dsa) return dsaInside(content, algorithm);
  if (EDWARDS[oid] !== undefined) return edwardsKey(oid, new DerCursor(content).octets('private key'));
  if (content.length < LEAST_CONTENT) throw new Malformed(`private key of ${content.length} bytes`, 0);
  return { algorithm: oid, bits: null, spki: null };
}

/** Bytes below which the content of an algorithm unknown here is no key. */
const LEAST_CONTENT = 16;

function pkcs1Inside(content: Uint8Array): Key {
  const { form, key } = privateKeyOf(content);
  if (form !== 'pkcs1') throw new Malformed('no RSA key where one was announced', 0);
  return key;
}

function sec1Inside(content: Uint8Array, curve: string | null): Key {
  const outer = new DerCursor(content);
  const fields = outer.sequence('EC key');
  outer.finish('the EC key');
  if (fields.small('version') !== 1) throw new Malformed('EC key of an unknown version', 0);
  return sec1(fields, curve);
}

/** RFC 5912 has p, q, g beside the algorithm and x alone in the key. */
function dsaInside(content: Uint8Array, algorithm: DerCursor): Key {
  const domain = algorithm.sequence('parameters');
  const [p, q, g] = [domain.natural('p'), domain.natural('q'), domain.natural('g')];
  return dsaKey(p, q, g, null, new DerCursor(content).natural('private number'));
}

/** RFC 5915, 3; the version was read.
 *  @param announced  curve from around the key; null: it must stand inside */
function sec1(fields: DerCursor, announced: string | null): Key {
  const secret = fields.octets('private number');
  const inside = fields.peek() === contextTag(0) ? fields.inside(contextTag(0), 'parameters') : null;
  // explicit parameters instead of a name: the curve stays unknown
  const isNamed = inside?.peek() === DER.oid;
  const curve = isNamed ? inside.oid('curve') : announced;
  const point =
    fields.peek() === contextTag(1) ? fields.inside(contextTag(1), 'public key').bits('point') : null;
  fields.finish('the EC key');
  if (curve === null) {
    if (inside?.peek() !== DER.sequence) throw new Malformed('EC key without a curve', 0);
    return { algorithm: 'ec', bits: null, spki: null };
  }
  return ecKey(curve, secret, point);
}

/** An EC key whose public point follows from its private number.
 *  @param curve  dotted identifier
 *  @param point  as SEC 1 writes it, 2.3.3; null: not stored; it is computed where node:crypto knows the curve
 *  @throws Malformed when curve or sizes are unknown, or the point does not follow */
export function ecKey(curve: string, secret: Uint8Array, point: Uint8Array | null): Key {
  const { bits, name } = curveOf(curve);
  if (secret.length === 0 || bitLength(secret) > bits || bitLength(secret) === 0)
    throw new Malformed('private number does not fit the curve', 0);
  const computed = name === null ? null : pointOf(name, secret);
  if (name !== null && computed === null) throw new Malformed('private number is none of the curve', 0);
  if (computed !== null && point !== null && !isSamePoint(computed, point))
    throw new Malformed('public point does not follow from the private number', 0);
  const known = computed ?? point;
  return known === null ? { algorithm: 'ec', bits, spki: null } : ecPublic(curve, known);
}

function curveOf(oid: string): Curve {
  const curve = CURVES[oid];
  if (curve === undefined) throw new Malformed(`unknown curve ${oid}`, 0);
  return curve;
}

/** The uncompressed point, or null when the number is none of the curve. */
function pointOf(curve: string, secret: Uint8Array): Uint8Array | null {
  try {
    const pair = createECDH(curve);
    pair.setPrivateKey(Buffer.from(trimmed(secret)));
    return pair.getPublicKey();
  } catch {
    // zero, or not below the order of the curve
    return null;
  }
}

/** A compressed point is one coordinate and the sign of the other: the coordinate is compared. */
function isSamePoint(uncompressed: Uint8Array, given: Uint8Array): boolean {
  const half = (uncompressed.length - 1) / 2;
  const isCompressed = given.length === half + 1 && (given[0] === 2 || given[0] === 3);
  const expected = isCompressed ? uncompressed.subarray(1, 1 + half) : uncompressed;
  return Buffer.from(expected).equals(isCompressed ? given.subarray(1) : given);
}

/** A key on one of the curves of RFC 7748 and RFC 8032; any bytes of the right length are one.
 *  @param oid  dotted identifier, one of RFC 8410
 *  @throws Malformed at any other length */
export function edwardsKey(oid: string, secret: Uint8Array): Key {
  const curve = EDWARDS[oid];
  if (curve === undefined || secret.length !== curve.length)
    throw new Malformed(`private key of ${secret.length} bytes`, 0);
  const der = derOf(
    DER.sequence,
    derNatural(new Uint8Array(1)),
    derOf(DER.sequence, derOid(oid)),
    derOf(DER.octetString, derOf(DER.octetString, secret)),
  );
  return { algorithm: curve.name, bits: curve.bits, spki: publicFrom(der) };
}

/** Public half of a private key written here; null: this Node does not know the curve. */
function publicFrom(pkcs8Der: Uint8Array): Uint8Array | null {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8Der), format: 'der', type: 'pkcs8' });
    return createPublicKey(key).export({ format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

// --- public keys

/** A public key that fills `bytes`: SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
 *  @throws Malformed when it is none */
export function publicKeyOf(bytes: Uint8Array): Key {
  const outer = new DerCursor(bytes);
  const fields = outer.sequence('public key');
  outer.finish('the public key');
  const algorithm = fields.sequence('algorithm');
  const oid = algorithm.oid('algorithm');
  const bits = fields.bits('public key');
  fields.finish('the public key');
  if (oid === OID.rsa) return rsaPublicKeyOf(bits);
  if (oid === OID.ec && algorithm.peek() === DER.oid) {
    const curve = algorithm.oid('curve');
    // a certificate on a rare curve is one all the same
    return CURVES[curve] === undefined ? { algorithm: 'ec', bits: null, spki: bytes } : ecPublic(curve, bits);
  }
  if (oid === OID.dsa && algorithm.peek() === DER.sequence) {
    const domain = algorithm.sequence('parameters');
    const [p, q, g] = [domain.natural('p'), domain.natural('q'), domain.natural('g')];
    return dsaPublic(p, q, g, new DerCursor(bits).natural('public number'));
  }
  const edwards = EDWARDS[oid];
  if (edwards !== undefined) {
    if (bits.length !== edwards.length) throw new Malformed(`public key of ${bits.length} bytes`, 0);
    return edwardsPublic(oid, bits);
  }
  return { algorithm: oid === OID.ec ? 'ec' : oid, bits: null, spki: bytes };
}

/** A public key as PKCS#1 writes it: RFC 8017, A.1.1.
 *  @throws Malformed when it is none */
export function rsaPublicKeyOf(bytes: Uint8Array): Key {
  const outer = new DerCursor(bytes);
  const fields = outer.sequence('RSA public key');
  outer.finish('the RSA public key');
  const n = fields.natural('modulus');
  const e = fields.natural('public exponent');
  fields.finish('the numbers of an RSA public key');
  // Diffie-Hellman parameters have the same form, and this generator
  if (e.length === 1 && e[0] === 5) throw new Malformed('parameters of Diffie-Hellman', 0);
  return rsaPublic(n, e);
}

/** @throws Malformed when modulus or exponent are of no size that keys have */
export function rsaPublic(n: Uint8Array, e: Uint8Array): Key {
  const bits = bitLength(n);
  if (bits < RSA_BITS.least || bits > RSA_BITS.most) throw new Malformed(`modulus of ${bits} bits`, 0);
  const [exponent, isOdd] = [bitLength(e), ((n.at(-1) ?? 0) & (e.at(-1) ?? 0) & 1) === 1];
  if (!isOdd || exponent < 2 || exponent > EXPONENT_BITS)
    throw new Malformed('modulus or exponent is none of RSA', 0);
  const numbers = derOf(DER.sequence, derNatural(n), derNatural(e));
  const spki = derOf(DER.sequence, derOf(DER.sequence, derOid(OID.rsa), derOf(DER.null)), derBits(numbers));
  return { algorithm: 'rsa', bits, spki };
}

/** @throws Malformed when p or q are of no size that keys have */
export function dsaPublic(p: Uint8Array, q: Uint8Array, g: Uint8Array, y: Uint8Array): Key {
  checkDsa(p, q);
  if (bitLength(y) < 2 || bitLength(y) > bitLength(p))
    throw new Malformed('public number of a wrong size', 0);
  const domain = derOf(DER.sequence, derNatural(p), derNatural(q), derNatural(g));
  const spki = derOf(DER.sequence, derOf(DER.sequence, derOid(OID.dsa), domain), derBits(derNatural(y)));
  return { algorithm: 'dsa', bits: bitLength(p), spki };
}

/** @throws Malformed when the curve is unknown or the point is none of its size */
export function ecPublic(curve: string, point: Uint8Array): Key {
  const { bits } = curveOf(curve);
  const half = Math.ceil(bits / 8);
  const isWhole = point[0] === 4 && point.length === 1 + 2 * half;
  const isHalf = (point[0] === 2 || point[0] === 3) && point.length === 1 + half;
  if (!isWhole && !isHalf) throw new Malformed(`point of ${point.length} bytes`, 0);
  const spki = derOf(DER.sequence, derOf(DER.sequence, derOid(OID.ec), derOid(curve)), derBits(point));
  return { algorithm: 'ec', bits, spki };
}

/** @param oid  one of RFC 8410
 *  @throws Malformed at another length than the curve's */
export function edwardsPublic(oid: string, point: Uint8Array): Key {
  const curve = EDWARDS[oid];
  if (curve === undefined || point.length !== curve.length)
    throw new Malformed(`public key of ${point.length} bytes`, 0);
  const spki = derOf(DER.sequence, derOf(DER.sequence, derOid(oid)), derBits(point));
  return { algorithm: curve.name, bits: curve.bits, spki };
}

// --- sealed keys

/** Ciphers and schemes that protect keys, by identifier: RFC 8018, appendix C; RFC 7292, appendix C; NIST CSOR. */
const CIPHERS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.5.1': 'pbeWithMD2AndDES-CBC',
  '1.2.840.113549.1.5.3': 'pbeWithMD5AndDES-CBC',
  '1.2.840.113549.1.5.6': 'pbeWithMD5AndRC2-CBC',
  '1.2.840.113549.1.5.10': 'pbeWithSHA1AndDES-CBC',
  '1.2.840.113549.1.5.11': 'pbeWithSHA1AndRC2-CBC',
  '1.2.840.113549.1.12.1.1': 'pbeWithSHAAnd128BitRC4',
  '1.2.840.113549.1.12.1.2': 'pbeWithSHAAnd40BitRC4',
  '1.2.840.113549.1.12.1.3': 'pbeWithSHAAnd3-KeyTripleDES-CBC',
  '1.2.840.113549.1.12.1.4': 'pbeWithSHAAnd2-KeyTripleDES-CBC',
  '1.2.840.113549.1.12.1.5': 'pbeWithSHAAnd128BitRC2-CBC',
  '1.2.840.113549.1.12.1.6': 'pbeWithSHAAnd40BitRC2-CBC',
  '1.3.14.3.2.7': 'des-cbc',
  '1.2.840.113549.3.2': 'rc2-cbc',
  '1.2.840.113549.3.7': 'des-ede3-cbc',
  '2.16.840.1.101.3.4.1.2': 'aes-128-cbc',
  '2.16.840.1.101.3.4.1.22': 'aes-192-cbc',
  '2.16.840.1.101.3.4.1.42': 'aes-256-cbc',
  '2.16.840.1.101.3.4.1.6': 'aes-128-gcm',
  '2.16.840.1.101.3.4.1.46': 'aes-256-gcm',
};

const PBES2 = '1.2.840.113549.1.5.13';

/** A PKCS#8 key that is encrypted and fills `bytes`: RFC 5208, 6; for PBES2 RFC 8018, A.4.
 *  @throws Malformed when it is none */
export function sealedKeyOf(bytes: Uint8Array): SealedKey {
  const outer = new DerCursor(bytes);
  const fields = outer.sequence('encrypted private key');
  outer.finish('the encrypted private key');
  const algorithm = fields.sequence('scheme');
  const scheme = algorithm.oid('scheme');
  const content = fields.octets('encrypted content');
  fields.finish('the encrypted private key');
  const oid = scheme === PBES2 ? cipherInside(algorithm) : scheme;
  const cipher = CIPHERS[oid];
  if (cipher === undefined || content.length < 16) throw new Malformed('no encrypted private key', 0);
  return { cipher };
}

function cipherInside(algorithm: DerCursor): string {
  const parameters = algorithm.sequence('parameters');
  parameters.sequence('key derivation');
  return parameters.sequence('cipher').oid('cipher');
}

/** PKCS#12 that fills `bytes` (RFC 7292, 4): version 3 and a content of type data or signed data. What is inside is not
 *  opened: keys lie there behind a passphrase as a rule.
 *  @throws Malformed when it is none */
export function checkPkcs12(bytes: Uint8Array): void {
  const outer = new DerCursor(bytes);
  const fields = outer.sequence('PKCS#12');
  outer.finish('PKCS#12');
  if (fields.small('version') !== 3) throw new Malformed('no PKCS#12 of version 3', 0);
  const type = fields.sequence('content').oid('type of content');
  if (type !== '1.2.840.113549.1.7.1' && type !== '1.2.840.113549.1.7.2')
    throw new Malformed('no PKCS#12 content', 0);
}
