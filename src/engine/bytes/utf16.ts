import { Cursor } from '#engine/bytes/cursor';

/** A name of 16-bit units, up to the first zero or the end, as text: a backslash doubled; half a surrogate pair, which is
 *  no text, as the three bytes that UTF-8 would need for it, each `\xNN`.
 *  @param order  of the bytes of a unit */
export function utf16Name(bytes: Uint8Array, order: 'little' | 'big' = 'little'): string {
  const c = new Cursor(bytes);
  let text = '';
  while (c.left >= 2) {
    const unit = order === 'little' ? c.u16le() : c.u16be();
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text.replaceAll('\\', '\\\\').replaceAll(/\p{Surrogate}/gu, escaped);
}

/** As UTF-8 would write a unit from 0x800 on. */
function escaped(half: string): string {
  const unit = half.charCodeAt(0);
  return [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]
    .map((byte) => `\\x${byte.toString(16)}`)
    .join('');
}
