import type { ByteRange } from '#domain/range';
import { latin1 } from '#engine/bytes/text';

/** What a textual encoding of RFC 7468 or RFC 1421 begins with. */
export const PEM_MARK = '-----BEGIN ';

/** One block between its two lines. */
export interface PemBlock {
  /** `RSA PRIVATE KEY`, `CERTIFICATE`, … */
  readonly label: string;
  /** Lines `Name: value` before the body (RFC 1421, 4.4), names in lower case; empty: none. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded body, at least one byte. */
  readonly body: Uint8Array;
  /** From the first hyphen to the last, in the bytes given. */
  readonly range: ByteRange;
}

/** Most characters of one block that are read: a key of 16,384 bits or a certificate with many names stays far below. */
export const PEM_LIMIT = 64 * 1024;

/** The block that begins at the first byte, or null when there is none: no end line of the same label, or a body that is
 *  not base64. Line breaks may be written as a program's source, a script or JSON writes them (`\n`, quotes, a backslash at
 *  the end of the line) or be zero bytes between strings of a program.
 *  @param bytes  from the mark on, at most PEM_LIMIT of them are looked at */
export function pemAt(bytes: Uint8Array): PemBlock | null {
  const head = latin1(bytes.subarray(0, 64));
  if (!head.startsWith(PEM_MARK)) return null;
  const label = /^[A-Z0-9][A-Z0-9 .+/-]{0,40}?(?=-----)/.exec(head.slice(PEM_MARK.length))?.[0];
  if (label === undefined) return null;
  const start = PEM_MARK.length + label.length + HYPHENS.length;
  // the next five hyphens end the body, whatever stands behind them
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PEM_LIMIT)).indexOf(
    HYPHENS,
    start,
  );
  if (end === -1) return null;
  const last = `-----END ${label}-----`;
  if (latin1(bytes.subarray(end, end + last.length)) !== last) return null;
  const { headers, rest } = headersOf(latin1(bytes.subarray(start, end)));
  const body = base64Of(rest);
  return body === null ? null : { label, headers, body, range: [0, end + last.length] };
}

const HYPHENS = '-----';

/** How a line ends, in a file or in the source of a program. */
const LINE_END = /\r?\n|\\r\\n|\\n|\\r|\r|\0+/;

/** Most header lines: RFC 1421 has two for a key, PuTTY and PGP a few. */
const HEADERS_LIMIT = 16;

function headersOf(text: string): { readonly headers: ReadonlyMap<string, string>; readonly rest: string } {
  const headers = new Map<string, string>();
  if (!text.slice(0, 1024).includes(':')) return { headers, rest: text };
  let rest = text;
  for (let count = 0; count < HEADERS_LIMIT; count++) {
    const end = LINE_END.exec(rest);
    const line = trimmedLine(end === null ? rest : rest.slice(0, end.index));
    const pair = /^([A-Za-z][A-Za-z0-9-]{0,40}): ?(.{0,200})$/.exec(line);
    if (line !== '' && pair === null) break;
    if (pair !== null) headers.set((pair[1] ?? '').toLowerCase(), (pair[2] ?? '').trim());
    if (end === null) return { headers, rest: '' };
    rest = rest.slice(end.index + end[0].length);
    if (line === '' && headers.size > 0) break;
  }
  return { headers, rest };
}

/** The beginning of a line without the white space and quotes that source code puts around it. */
function trimmedLine(line: string): string {
  return line
    .slice(0, 256)
    .replace(/^[\s"'\\,+]+/, '')
    .replace(/[\s"'\\,+]+$/, '');
}

/** What the text of a body says, or null. */
function base64Of(text: string): Uint8Array | null {
  const letters = text.replaceAll(/\\[rnt]/g, '').replaceAll(/[\s"'\\,\0]/g, '');
  return decodeBase64(letters);
}

/** Strict base64 with padding (RFC 4648, 4), or null. Bits that carry nothing are not looked at. */
export function decodeBase64(letters: string): Uint8Array | null {
  if (letters === '' || letters.length % 4 !== 0) return null;
  const padding = letters.endsWith('==') ? 2 : letters.endsWith('=') ? 1 : 0;
  if (!isBase64(letters, letters.length - padding)) return null;
  return Buffer.from(letters, 'base64');
}

function isBase64(letters: string, end: number): boolean {
  for (let i = 0; i < end; i++) {
    const code = letters.charCodeAt(i);
    const fits =
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x2b ||
      code === 0x2f;
    if (!fits) return false;
  }
  return true;
}
