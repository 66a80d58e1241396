/** Text of a document and how it was written. */
export interface Decoded {
  readonly text: string;
  /** Name of the encoding for people. */
  readonly encoding: string;
  /** True: nothing in the bytes says so, it was told by what the text would be. */
  readonly isGuess: boolean;
}

/** Bytes as text: by byte order mark, else UTF-16 where every second byte is zero, else UTF-8, else GB 18030 where that
 *  gives Chinese, else Windows-1252, in which every byte is a character.
 *  Source: Unicode 15 section 23.8; GB 18030-2005; WHATWG Encoding */
export function decodeText(bytes: Uint8Array): Decoded {
  const marked = byMark(bytes);
  if (marked !== null) return marked;
  const wide = wideOrder(bytes);
  if (wide !== null) return { text: lenient(wide, bytes), encoding: wide, isGuess: true };
  const utf8 = strict('utf-8', bytes);
  if (utf8 !== null) return { text: utf8, encoding: 'utf-8', isGuess: false };
  const chinese = strict('gb18030', bytes);
  if (chinese !== null && isChinese(chinese)) return { text: chinese, encoding: 'gb18030', isGuess: true };
  return { text: lenient('windows-1252', bytes), encoding: 'windows-1252', isGuess: true };
}

function byMark(bytes: Uint8Array): Decoded | null {
  const [a, b, c] = bytes;
  const decoded = (encoding: string, from: number): Decoded => ({
    text: lenient(encoding, bytes.subarray(from)),
    encoding,
    isGuess: false,
  });
  if (a === 0xef && b === 0xbb && c === 0xbf) return decoded('utf-8', 3);
  if (a === 0xff && b === 0xfe) return decoded('utf-16le', 2);
  if (a === 0xfe && b === 0xff) return decoded('utf-16be', 2);
  return null;
}

/** Bytes looked at to tell UTF-16 without a mark. */
const SAMPLE = 4096;

/** Markup, digits and commas of a table are ASCII even where its words are not: half of its high bytes are zero. */
function wideOrder(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const pairs = Math.floor(Math.min(bytes.length, SAMPLE) / 2);
  if (pairs < 2) return null;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs; i++) {
    if (bytes[2 * i] === 0) even++;
    if (bytes[2 * i + 1] === 0) odd++;
  }
  if (odd * 3 > pairs && even * 20 < pairs) return 'utf-16le';
  return even * 3 > pairs && odd * 20 < pairs ? 'utf-16be' : null;
}

function strict(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function lenient(encoding: string, bytes: Uint8Array): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}

/** Of the characters beyond ASCII most are the common ideographs or full-width forms: accented letters of other encodings
 *  read as GB 18030 give rare ones. */
function isChinese(text: string): boolean {
  let common = 0;
  let others = 0;
  for (const character of text.slice(0, 65_536)) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    const isCommon =
      (code >= 0x4e00 && code <= 0x9fa5) ||
      (code >= 0x3000 && code <= 0x303f) ||
      (code >= 0xff00 && code <= 0xff65);
    if (isCommon) common++;
    else others++;
  }
  return common >= 2 && common > others * 4;
}
