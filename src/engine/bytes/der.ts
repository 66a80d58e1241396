import { Malformed } from '#domain/error';

/** Identifier octets of the types that keys and certificates are made of (X.690, 8.1.2; X.680, 8.4). */
export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Identifier octet of a context-specific constructed value: `[n]` with an explicit tag.
 *  @param n  0..30 */
export function contextTag(n: number): number {
  return 0xa0 | n;
}

/** One value: where it begins, where its content begins, where both end. */
export interface DerValue {
  /** Identifier octet as it stands. */
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** Octets of a length field that are believed: 2^32 − 1 bytes are more than any key or certificate. */
const LENGTH_OCTETS = 4;

/** Reads DER values in their order; every length is checked against what is left, and a form that is not the shortest
 *  is refused (X.690, 10.1). It never recurses: who reads a nested value opens it by name.
 *  Every method throws Malformed where the bytes are not what is asked for. */
export class DerCursor {
  readonly bytes: Uint8Array;
  /** Where the next value begins. */
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bytes.length);
  }

  get isDone(): boolean {
    return this.at >= this.end;
  }

  /** Identifier octet of the next value; null: there is none. */
  peek(): number | null {
    return this.at < this.end ? (this.bytes[this.at] ?? null) : null;
  }

  /** The next value, whatever its type. */
  next(): DerValue {
    const start = this.at;
    const tag = this.octet(start);
    if ((tag & 0x1f) === 0x1f) throw new Malformed('tag number above 30', start);
    const { length, content } = this.lengthAt(start + 1);
    if (length > this.end - content)
      throw new Malformed(`value of ${length} bytes, ${this.end - content} left`, start);
    this.at = content + length;
    return { tag, start, content, end: content + length };
  }

  /** The next value, which has this identifier octet. */
  expect(tag: number, what: string): DerValue {
    const found = this.peek();
    if (found !== tag) throw new Malformed(`no ${what} where one belongs`, Math.min(this.at, this.end));
    return this.next();
  }

  /** What is inside the next value, which has this identifier octet. */
  inside(tag: number, what: string): DerCursor {
    const value = this.expect(tag, what);
    return new DerCursor(this.bytes, value.content, value.end);
  }

  sequence(what: string): DerCursor {
    return this.inside(DER.sequence, what);
  }

  /** Magnitude of the next INTEGER, big endian, without leading zeros; a view. Empty stands for zero.
   *  Negative numbers do not occur in keys. */
  natural(what: string): Uint8Array {
    const { start, content, end } = this.expect(DER.integer, what);
    const first = this.bytes[content];
    const second = this.bytes[content + 1];
    if (first === undefined || end === content) throw new Malformed(`${what} without a value`, start);
    if (first >= 0x80) throw new Malformed(`${what} is negative`, start);
    if (first !== 0) return this.bytes.subarray(content, end);
    if (end - content > 1 && (second ?? 0) < 0x80)
      throw new Malformed(`${what} begins with needless zeros`, start);
    return this.bytes.subarray(content + 1, end);
  }

  /** The next INTEGER as a number, 0..255. */
  small(what: string): number {
    const at = this.at;
    const magnitude = this.natural(what);
    if (magnitude.length > 1) throw new Malformed(`${what} above 255`, at);
    return magnitude[0] ?? 0;
  }

  /** Content of the next OCTET STRING; a view. */
  octets(what: string): Uint8Array {
    const { content, end } = this.expect(DER.octetString, what);
    return this.bytes.subarray(content, end);
  }

  /** Content of the next BIT STRING, which is whole octets; a view. */
  bits(what: string): Uint8Array {
    const { start, content, end } = this.expect(DER.bitString, what);
    if (end === content || this.bytes[content] !== 0)
      throw new Malformed(`${what} is not whole octets`, start);
    return this.bytes.subarray(content + 1, end);
  }

  /** The next OBJECT IDENTIFIER in dotted form. */
  oid(what: string): string {
    const { start, content, end } = this.expect(DER.oid, what);
    return dotted(this.bytes.subarray(content, end), start);
  }

  /** Nothing follows. */
  finish(what: string): void {
    if (!this.isDone) throw new Malformed(`${this.end - this.at} bytes behind ${what}`, this.at);
  }

  private octet(at: number): number {
    const octet = this.bytes[at];
    if (octet === undefined || at >= this.end)
      throw new Malformed('no further octet', Math.min(at, this.end));
    return octet;
  }

  /** X.690, 8.1.3 with the restrictions of 10.1: definite, and the fewest octets. */
  private lengthAt(at: number): { readonly length: number; readonly content: number } {
    const first = this.octet(at);
    if (first < 0x80) return { length: first, content: at + 1 };
    const octets = first & 0x7f;
    if (octets === 0 || octets > LENGTH_OCTETS) throw new Malformed(`length of ${octets} octets`, at);
    let length = 0;
    for (let i = 1; i <= octets; i++) length = length * 256 + this.octet(at + i);
    const isShortest = length >= 0x80 && length >= 256 ** (octets - 1);
    if (!isShortest) throw new Malformed('length not in its shortest form', at);
    return { length, content: at + 1 + octets };
  }
}

/** Longest identifier, in octets; those of keys and certificates stay below 12. */
const OID_LIMIT = 64;

/** X.690, 8.19. */
function dotted(content: Uint8Array, at: number): string {
  if (content.length === 0 || content.length > OID_LIMIT)
    throw new Malformed('object identifier of odd length', at);
  const arcs: number[] = [];
  let arc = 0;
  let isOpen = false;
  for (const octet of content) {
    if (!isOpen && octet === 0x80) throw new Malformed('object identifier not in its shortest form', at);
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw new Malformed('object identifier with an arc above 2^53', at);
    isOpen = octet >= 0x80;
    if (isOpen) continue;
    arcs.push(arc);
    arc = 0;
  }
  if (isOpen) throw new Malformed('object identifier cut short', at);
  const [head = 0, ...rest] = arcs;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join('.');
}

// --- writing, for the canonical form of public keys

/** A value from its parts. */
export function derOf(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(length)]), ...parts]);
}

/** An INTEGER from a magnitude, big endian; leading zeros do not matter. */
export function derNatural(magnitude: Uint8Array): Uint8Array {
  const digits = trimmed(magnitude);
  const padded = digits.length === 0 || (digits[0] ?? 0) >= 0x80 ? [new Uint8Array(1), digits] : [digits];
  return derOf(DER.integer, ...padded);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function derOid(oid: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left % 128) | 0x80);
    return groups;
  });
  return derOf(DER.oid, Uint8Array.from(octets));
}

/** A BIT STRING of whole octets. */
export function derBits(octets: Uint8Array): Uint8Array {
  return derOf(DER.bitString, new Uint8Array(1), octets);
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return [0x80 | octets.length, ...octets];
}

/** A big-endian magnitude without leading zeros; a view. */
export function trimmed(magnitude: Uint8Array): Uint8Array {
  const first = magnitude.findIndex((octet) => octet !== 0);
  return first === -1 ? magnitude.subarray(magnitude.length) : magnitude.subarray(first);
}
