/** Code points that act instead of being seen, beside the controls of C0, DEL and C1: joiners and other marks without
 *  width, bidirectional controls, line and paragraph separators, fillers, selectors, tags, halves of a pair, and what
 *  is no character. Ranges with both ends inside. Written out, so that every runtime escapes the same. */
const UNSEEN: readonly (readonly [number, number])[] = [
  [0x00ad, 0x00ad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x0600, 0x0605], // Arabic signs that reach over what follows
  [0x061c, 0x061c], // Arabic letter mark
  [0x06dd, 0x06dd], // end of ayah
  [0x070f, 0x070f], // Syriac abbreviation mark
  [0x0890, 0x0891], // Arabic pound and piastre marks
  [0x08e2, 0x08e2], // disputed end of ayah
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5], // Khmer inherent vowels
  [0x180b, 0x180f], // Mongolian selectors and vowel separator
  [0x200b, 0x200f], // zero width space and joiners, marks of direction
  [0x2028, 0x202e], // separators; embeddings, overrides
  [0x2060, 0x206f], // word joiner, invisible operators, isolates, deprecated format characters
  [0x3164, 0x3164], // Hangul filler
  [0xd800, 0xdfff], // a surrogate alone
  [0xfdd0, 0xfdef], // no characters
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff], // zero width no-break space
  [0xffa0, 0xffa0], // halfwidth Hangul filler
  [0xfff0, 0xfffb], // unassigned; interlinear annotation
  [0x110bd, 0x110bd], // Kaithi number signs
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f], // hieroglyph joiners
  [0x1bca0, 0x1bca3], // shorthand format controls
  [0x1d173, 0x1d17a], // musical format controls
  [0xe0000, 0xe0fff], // tags, supplementary selectors
];

/** Marks that are stacked on the letter before them. */
const STACKED: readonly (readonly [number, number])[] = [
  [0x0300, 0x036f],
  [0x0483, 0x0489],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0xfe20, 0xfe2f],
];

/** Languages stack two; more climbs into the lines around. */
const STACK_LIMIT = 3;

/** True for a mark that is stacked on the letter before it and takes no column of its own. */
export function isStacked(code: number): boolean {
  return isIn(STACKED, code);
}

/** Text for a terminal or a plain file: nothing in it acts, every character is seen. Controls become `\xNN`, other
 *  unseen characters `\u{…}`, a line break too: what is escaped stays on its line. Text escaped once stays as it is. */
export function terminal(text: string): string {
  // Printable ASCII is by far the most common.
  if (/^[ -~]*$/.test(text)) return text;
  let escaped = '';
  let stacked = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    stacked = isStacked(code) ? stacked + 1 : 0;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) escaped += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (stacked > STACK_LIMIT || isIn(UNSEEN, code) || (code & 0xfffe) === 0xfffe)
      escaped += `\\u{${code.toString(16)}}`;
    else escaped += character;
  }
  return escaped;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text for the content of an HTML or SVG element and for a quoted attribute: no mark-up, and nothing that acts on the
 *  order or the place of what stands around it, as in {@link terminal}. */
export function html(text: string): string {
  return terminal(text).replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

function isIn(ranges: readonly (readonly [number, number])[], code: number): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}
