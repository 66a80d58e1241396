import type { ByteRange } from '#domain/range';
import type { Password } from '#engine/bytes/password';

/** One line of a file, without its ending. */
export interface Line {
  /** One character a byte. */
  readonly text: string;
  readonly range: ByteRange;
}

/** What one line says of one account. */
export interface Account extends Password {
  readonly name: string;
  readonly store: string;
  readonly uid: number | null;
  readonly shell: string | null;
}

/** An account and the bytes that state it. */
export interface Stated {
  readonly account: Account;
  readonly range: ByteRange;
}

/** The lines of a text, ended by line feed, carriage return and line feed, or a zero byte.
 *  @param base  offset of the first character */
export function* linesOf(text: string, base = 0): Generator<Line> {
  // oxlint-disable-next-line no-control-regex -- programs keep their texts between zero bytes
  const ending = /\r?[\n\0]/g;
  for (let at = 0; at < text.length; ) {
    ending.lastIndex = at;
    const found = ending.exec(text);
    const end = found?.index ?? text.length;
    if (end > at) yield { text: text.slice(at, end), range: [base + at, base + end] };
    at = found === null ? text.length : ending.lastIndex;
  }
}

/** A number of a user or group; null: none, or above 32 bits. */
export function idOf(field: string | undefined): number | null {
  if (field === undefined || !/^\d{1,10}$/.test(field)) return null;
  const id = Number(field);
  return id <= 0xffffffff ? id : null;
}

/** A name as an account may have it: printable, no white space at its ends, none of the marks that NIS and comments begin with. */
export function isName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return /^[^\0-\x20:+#-][^\0-\x1f\x7f:]{0,62}$/.test(name) && !name.endsWith(' ');
}

/** A name as text: what is not UTF-8 stays one character a byte. */
export function nameText(name: string): string {
  const text = Buffer.from(name, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? name : text;
}
