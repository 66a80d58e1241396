import { Malformed, Spent } from '#domain/error';
import { deflatePieces } from '#engine/bytes/deflate';
import { decodeBase64 } from '#engine/bytes/pem';
import { memorySource } from '#engine/bytes/source';
import { latin1 } from '#engine/bytes/text';

/** What came out of encodings, outermost first. */
export interface Decoded {
  readonly layers: readonly string[];
  readonly bytes: Uint8Array;
}

/** Further ways that the text around names: they change text without a mark of their own. */
export interface Named {
  readonly rot13: boolean;
  readonly reversed: boolean;
}

/** Encodings inside encodings. */
const DEPTH = 6;
/** Bytes of one result. */
const OUTPUT_LIMIT = 1024 * 1024;

/** Takes layer after layer away until what is left has no mark of another.
 *  @param first  how the literal was read, and what that gave */
export function unwrap(first: Decoded, named: Named): Decoded {
  let current = first;
  for (let depth = 0; depth < DEPTH; depth++) {
    const next =
      packed(current.bytes) ?? spelled(current.bytes) ?? turned(current, named) ?? masked(current.bytes);
    if (next === null) break;
    current = { layers: [...current.layers, next.layer], bytes: next.bytes };
  }
  return current;
}

interface Layer {
  readonly layer: string;
  readonly bytes: Uint8Array;
}

/** gzip (RFC 1952, 2.3) or zlib (RFC 1950, 2.2) by their marks. */
function packed(bytes: Uint8Array): Layer | null {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) {
    const at = gzipContent(bytes);
    const content = at === null ? null : inflated(bytes, at);
    return content === null ? null : { layer: 'gzip', bytes: content };
  }
  const check = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  if (((bytes[0] ?? 0) & 0x0f) !== 8 || check % 31 !== 0 || bytes.length < 8) return null;
  const content = inflated(bytes, 2);
  return content === null ? null : { layer: 'zlib', bytes: content };
}

/** Where the compressed data begins; null: the header leaves the bytes. */
function gzipContent(bytes: Uint8Array): number | null {
  const flags = bytes[3] ?? 0;
  let at = 10; // marks, method, flags, time, extra flags, system
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at); // name, comment
    if (end === -1) return null;
    at = end + 1;
  }
  if ((flags & 2) !== 0) at += 2; // checksum of the header
  return at < bytes.length ? at : null;
}

function inflated(bytes: Uint8Array, at: number): Uint8Array | null {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (const piece of deflatePieces(memorySource(bytes), at)) {
      size += piece.length;
      if (size > OUTPUT_LIMIT) return null;
      pieces.push(new Uint8Array(piece));
    }
  } catch (error) {
    if (error instanceof Malformed || error instanceof Spent) return null;
    throw error;
  }
  return size === 0 ? null : Buffer.concat(pieces);
}

/** All of it is base64 or hexadecimal again. */
function spelled(bytes: Uint8Array): Layer | null {
  if (bytes.length < 16) return null;
  const text = latin1(bytes).replaceAll(/\s+/g, '');
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return { layer: 'hex', bytes: Buffer.from(text, 'hex') };
  if (
    !/^[A-Za-z0-9+/]+={0,2}$/.test(text) ||
    text.length % 4 !== 0 ||
    !/[A-Z]/.test(text) ||
    !/\d|[+/=]/.test(text)
  )
    return null;
  const content = decodeBase64(text);
  return content === null ? null : { layer: 'base64', bytes: content };
}

/** Letters moved by thirteen, or the text turned round, where the script says so and the result reads better. */
function turned({ layers, bytes }: Decoded, { rot13: moves, reversed }: Named): Layer | null {
  if (!isText(bytes)) return null;
  const text = latin1(bytes);
  if (moves && !layers.includes('rot13')) {
    const moved = rot13(text);
    if (speaksMore(moved, text)) return { layer: 'rot13', bytes: Buffer.from(moved, 'latin1') };
  }
  if (reversed && !layers.includes('reversed')) {
    const back = new Uint8Array(bytes).toReversed();
    if (speaksMore(latin1(back), text) || spelled(back) !== null) return { layer: 'reversed', bytes: back };
  }
  return null;
}

/** Every letter moved by half the alphabet. */
export function rot13(text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode((((letter.codePointAt(0) ?? base) - base + 13) % 26) + base);
  });
}

const TOKENS =
  /\/bin\/|\/etc\/|https?:\/\/|\becho\b|\bwget\b|\bcurl\b|\beval\b|\bexec\b|\bimport\b|\bpasswd\b|#!\/|\/tmp\/|\/dev\//g;

function tokens(text: string): number {
  return [...text.slice(0, 64 * 1024).matchAll(TOKENS)].length;
}

function speaksMore(a: string, b: string): boolean {
  return tokens(a) > tokens(b);
}

/** One byte over all: the key that makes it a text with words of scripts. */
function masked(bytes: Uint8Array): Layer | null {
  const isAlready = isText(bytes);
  if (bytes.length < 16 || (isAlready && tokens(latin1(bytes)) > 0)) return null;
  // what can be read already must read much better
  const least = isAlready ? 2 : 1;
  const head = bytes.subarray(0, 512);
  for (let key = 1; key < 256; key++) {
    if (!isText(head.map((byte) => byte ^ key))) continue;
    const content = bytes.map((byte) => byte ^ key);
    if (isText(content) && tokens(latin1(content)) >= least)
      return { layer: `xor 0x${key.toString(16).padStart(2, '0')}`, bytes: content };
  }
  return null;
}

/** Printable characters and white space, a few others at most. */
export function isText(bytes: Uint8Array): boolean {
  let odd = 0;
  const limit = Math.floor(bytes.length / 50);
  for (const byte of bytes) {
    if ((byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) || byte >= 0x7f) odd++;
    if (odd > limit) return false;
  }
  return bytes.length > 0;
}
