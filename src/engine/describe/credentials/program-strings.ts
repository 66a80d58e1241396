import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { readElf, SECTION, SECTION_ALLOC } from '#engine/bytes/elf';
import { latin1 } from '#engine/bytes/text';
import { inAddresses } from '#engine/describe/credentials/addresses';
import type { Finding } from '#engine/describe/credentials/finding';
import { isUserName, secretNamed } from '#engine/describe/credentials/names';
import { PROGRAMS } from '#engine/describe/credentials/programs';
import { inCommand } from '#engine/describe/credentials/shell';
import { isSecret } from '#engine/describe/credentials/values';

/** Bytes of constants of one program that are looked at. */
const LIMIT = 16 * 1024 * 1024;
/** Strings before and behind a prompt that are looked at: compilers keep the texts of one function together. */
const NEAR = 4;
/** Bytes between two strings of one function: the ending zero and what aligns the next. */
const APART = 16;

/** Secrets among the strings of a program: in commands it runs, in addresses, in lines of settings, and beside the words with
 *  which it asks somebody to log in. */
export function inProgram(source: Source): readonly Finding[] {
  const found: Finding[] = [];
  for (const range of constantsOf(source)) {
    const text = latin1(source.bytes(range[0], range[1]));
    if (!/pass|pwd|secret|psk|community|token|:\/\/|login/i.test(text)) continue;
    const strings = stringsIn(text, range[0]);
    for (const string of strings) found.push(...inString(string));
    found.push(...besidePrompts(strings));
  }
  return found;
}

/** Sections of constants and of data; the whole file where there is no table of sections. */
function constantsOf(source: Source): readonly ByteRange[] {
  const elf = readElf(source);
  const sections = elf?.sections.filter(
    ({ type, flags }) =>
      type === SECTION.progbits && (flags & SECTION_ALLOC) !== 0n && (flags & EXECUTABLE) === 0n,
  );
  const ranges =
    sections?.flatMap(({ range }) => (range === null || range[1] <= range[0] ? [] : [range])) ?? [];
  const whole: ByteRange = [0, source.size];
  let left = LIMIT;
  return (ranges.length === 0 ? [whole] : ranges).flatMap((range): readonly ByteRange[] => {
    const end = Math.min(range[1], range[0] + left);
    left -= end - range[0];
    return end > range[0] ? [[range[0], end]] : [];
  });
}

/** `sh_flags`: instructions. */
const EXECUTABLE = 4n;

interface Text {
  readonly text: string;
  readonly range: ByteRange;
}

/** Longest string that is looked at; what is longer is no text of a program. */
const LONGEST = 2048;

/** Runs of printable characters that a zero byte ends. */
function stringsIn(text: string, base: number): readonly Text[] {
  const strings: Text[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    if (isPrintable(code)) continue;
    const length = at - start;
    if (code === 0 && length >= 3 && length <= LONGEST)
      strings.push({ text: text.slice(start, at), range: [base + start, base + at] });
    start = at + 1;
  }
  return strings;
}

/** Tab, line feed, return, and ASCII from blank to tilde. */
function isPrintable(code: number): boolean {
  return (code >= 0x20 && code < 0x7f) || code === 0x09 || code === 0x0a || code === 0x0d;
}

const COMMAND = new RegExp(
  String.raw`(?:^|[\s/;|&(])(?:${Object.keys(PROGRAMS).join('|')})\s|--[a-z-]*(?:pass|token|secret)`,
);

function inString({ text, range }: Text): readonly Finding[] {
  if (text.length < 8) return [];
  const found: Finding[] = text.includes('://') ? [...inAddresses(text, range[0])] : [];
  if (/pass|pwd|secret|psk|token|community/i.test(text)) found.push(...inPairs(text, range));
  if (COMMAND.test(text)) found.push(...inCommand(text, range));
  return found;
}

/** `user=a&password=b`, `password=b`. */
function inPairs(text: string, range: ByteRange): readonly Finding[] {
  const pairs = [
    ...text.matchAll(/(?:^|[?&;,\s])([A-Za-z_][\w.]{1,63})=(?:"([^"&\s]{3,128})"|([^"'&;,\s]{3,128}))/g),
  ];
  const user = pairs.find(([, name = '']) => isUserName(name));
  return pairs.flatMap(([, name = '', quoted, bare]): readonly Finding[] => {
    const value = quoted ?? bare ?? '';
    const secret = secretNamed(name);
    if (secret === null || !isSecret(value, secret)) return [];
    const owner = user?.[2] ?? user?.[3] ?? null;
    return [
      {
        secret,
        form: 'text',
        user: owner !== null && /^[\w.@+-]{1,64}$/.test(owner) ? owner : null,
        taker: `${name}=`,
        value,
        range,
      },
    ];
  });
}

// --- strings beside the words of a log-in

const PROMPT =
  /^[^%=<>{}]{0,40}\b(?:password|passwd|passphrase|login(?: name)?|username)\s?[:?]\s*$|\b(?:log-?in|password|authentication)\s+(?:incorrect|failed|failure|invalid|wrong|error|denied)\b|\b(?:incorrect|invalid|wrong|bad)\s+(?:log-?in|password|passwd|user ?name)\b/i;

function besidePrompts(strings: readonly Text[]): readonly Finding[] {
  const found = new Map<number, Finding>();
  for (const [i, { text }] of strings.entries()) {
    if (text.length > 80 || !PROMPT.test(text)) continue;
    for (const step of [-1, 1]) {
      let last = strings[i];
      for (let n = 1; n <= NEAR; n++) {
        const next = strings[i + step * n];
        if (next === undefined || last === undefined || isApart(last, next)) break;
        last = next;
        if (!isDevised(next.text) || found.has(next.range[0])) continue;
        found.set(next.range[0], {
          secret: 'password',
          form: 'text',
          user: null,
          taker: `beside "${text.trim().replaceAll(/\s+/g, ' ').slice(0, 60)}"`,
          value: next.text,
          range: next.range,
        });
      }
    }
  }
  return [...found.values()];
}

function isApart(a: Text, b: Text): boolean {
  return Math.max(a.range[0], b.range[0]) - Math.min(a.range[1], b.range[1]) > APART;
}

/** A text that only a person devising a password writes: letters, digits and marks by turns, none of the forms that names in
 *  programs have. */
function isDevised(text: string): boolean {
  if (text.length < 6 || text.length > 32 || !/^[!-~]+$/.test(text) || !isSecret(text, 'password'))
    return false;
  if (
    new Set(text).size < Math.max(5, text.length * 0.7) ||
    /%|\\|\/|^[-.]|\(|\[|\.\w{1,4}$|^[\w.]+@|^0x|^_Z|^[\w=-]+[:=]\w*:?$|^[A-Za-z:+-]*:[A-Za-z:]*$|^\d+(?:\.\d+)+/.test(
      text,
    )
  )
    return false;
  return turnsIn(text) >= 3 && !isIdentifier(text);
}

/** A name as programs have: words of letters with digits behind, joined by capitals, underscores, dots or hyphens. */
function isIdentifier(text: string): boolean {
  if (/^[A-Za-z]+\d*(?:[_.-][A-Za-z]*\d*)*$/.test(text)) return true;
  if (!/^\w+$/.test(text)) return false;
  const words = text.match(/[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+/g) ?? [];
  return text.includes('_') || text.length / Math.max(1, words.length) >= WORD;
}

/** Characters of an average word of an identifier; in a devised password they are fewer. */
const WORD = 3.5;

/** How often one class of characters follows another. */
function turnsIn(text: string): number {
  const classes = text
    .replaceAll(/[a-z]/g, 'a')
    .replaceAll(/[A-Z]/g, 'A')
    .replaceAll(/\d/g, '0')
    .replaceAll(/[^aA0]/g, '!');
  return [...classes.matchAll(/(.)(?!\1|$)/g)].length;
}
