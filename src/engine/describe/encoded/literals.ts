import type { ByteRange } from '#domain/range';
import { decodeBase64 } from '#engine/bytes/pem';
import { type Decoded, type Named, rot13 } from '#engine/describe/encoded/layers';

/** An encoded literal of a text. */
export interface Literal {
  /** Ways to read it, the likeliest first: layers and what they give. */
  readonly readings: readonly Decoded[];
  readonly range: ByteRange;
  /** The line that decodes it, or its own. */
  readonly line: string;
}

/** Literals of one text. */
const LITERALS = 200;
/** Characters of a line before a literal. */
const BESIDE = 400;

/** Words by which scripts decode. */
const BASE64 =
  /\bbase64\s+(?:-\w*[dD]|--decode)|\bopenssl\s+(?:enc\s+.{0,60}-d|base64\s.{0,20}-d|.{0,40}-base64\b)|b64decode|base64_decode|decode_base64|\batob\s*\(|fromBase64|Base64\.decode|base64\.decode|b64dec|mime\.unb64|\buudecode\b|unpack\s*\(?\s*["']u/;
const HEX =
  /\bxxd\s+(?:-\w+\s+)*-\w*r|unhexlify|\bfromhex\b|hex2bin|pack\s*\(\s*["']H\*|\bhexdecode\b|bytes\.fromhex|"hex"\)|'hex'\)/;
const ROT13 = /\btr\s+["']?(?:A-Za-z|a-zA-Z)["']?\s+["']?(?:N-ZA-Mn-za-m|n-za-mN-ZA-M)|rot_?13/i;
const REVERSED = /\|\s*rev\b|\brev\s*(?:<|\|)|strrev|\[::-1\]|\breverse\b/;

/** Ways that the text names besides. */
export function namedIn(text: string): Named {
  return { rot13: ROT13.test(text), reversed: REVERSED.test(text) };
}

/** Encoded literals of a text that decodes such. Linear in the text.
 *  @param text  one character a byte */
export function literalsIn(text: string, named: Named): readonly Literal[] {
  const found: Literal[] = [];
  const collect = collector(text, named, found);
  if (BASE64.test(text))
    collect(
      /(?:[A-Za-z0-9+/]{40,200}\r?\n){1,5000}[A-Za-z0-9+/]{0,200}={0,2}|[A-Za-z0-9+/]{24,}={0,2}/g,
      'base64',
    );
  if (HEX.test(text)) collect(/\b(?:[0-9a-fA-F]{2}){12,}\b/g, 'hex');
  if (/\\x[0-9a-fA-F]{2}\\x|\\0?[0-7]{3}\\0?[0-7]{3}/.test(text))
    collect(/(?:\\x[0-9a-fA-F]{2}){8,}|(?:\\0?[0-7]{3}){8,}/g, 'escapes');
  return found;
}

function collector(text: string, named: Named, found: Literal[]) {
  return (pattern: RegExp, encoding: string): void => {
    for (const match of text.matchAll(pattern)) {
      if (found.length >= LITERALS) return;
      const [written] = match;
      const range: ByteRange = [match.index, match.index + written.length];
      const before = text.slice(Math.max(0, range[0] - BESIDE), range[0]);
      // pictures and fonts inside pages and styles; digests and keys that are named
      if (/base64,$|(?:sha\d{1,3}|md5|digest|integrity|fingerprint)["'\s]{0,3}[-:=]\s?["']?$/i.test(before))
        continue;
      const readings = readingsOf(written, encoding, named);
      if (readings.length > 0)
        found.push({ readings, range, line: decodingLine(text, before, range, encoding) });
    }
  };
}

/** As written, and turned or moved before it is decoded where the script does so. */
function readingsOf(
  written: string,
  encoding: string,
  { rot13: moves, reversed }: Named,
): readonly Decoded[] {
  const ways: readonly (readonly [layers: readonly string[], text: string])[] = [
    [[encoding], written],
    ...(reversed
      ? [[['reversed', encoding], written.replaceAll(/\s+/g, '').split('').toReversed().join('')] as const]
      : []),
    ...(moves ? [[['rot13', encoding], rot13(written)] as const] : []),
  ];
  return ways.flatMap(([layers, text]) => {
    const bytes = decoded(text, encoding);
    return bytes === null ? [] : [{ layers, bytes }];
  });
}

function decoded(written: string, encoding: string): Uint8Array | null {
  switch (encoding) {
    case 'base64': {
      const letters = written.replaceAll(/\s+/g, '');
      // without padding the last letters may be missing: what is whole is read
      return decodeBase64(letters.slice(0, letters.length - (letters.length % 4)));
    }
    case 'hex':
      return Buffer.from(written, 'hex');
    default:
      return Buffer.from(
        [...written.matchAll(/\\x([0-9a-fA-F]{2})|\\0?([0-7]{3})/g)].map(([, hex, octal]) =>
          hex === undefined ? Number.parseInt(octal ?? '0', 8) & 0xff : Number.parseInt(hex, 16),
        ),
      );
  }
}

/** The line of a literal; where the line only keeps it under a name, the line that decodes that name. */
function decodingLine(text: string, before: string, [start, end]: ByteRange, encoding: string): string {
  const from = text.lastIndexOf('\n', start) + 1;
  const to = text.indexOf('\n', end);
  const own = `${text.slice(Math.max(from, start - BESIDE), start)}…${text.slice(end, Math.min(to === -1 ? text.length : to, end + BESIDE))}`;
  const name = /([A-Za-z_]\w{0,60})\s{0,4}\+?=\s{0,4}[brf]?["'(]{0,2}$/.exec(before)?.[1];
  if (name === undefined) return own;
  const use = new RegExp(`^.{0,400}(?:\\$\\{?|\\b)${name}\\b.{0,400}$`, 'gm');
  for (const [line] of text.slice(end, end + 64 * 1024).matchAll(use)) {
    if ((encoding === 'hex' ? HEX : BASE64).test(line) || RUNS.test(line)) return line;
  }
  return own;
}

/** What runs the text it is given. */
const RUNS =
  /\|\s*(?:sudo\s+)?(?:\/\S{0,60}\/)?(?:(?:ba|a|da|k|z)?sh|python[\d.]*|perl|lua|php)\b|\beval\b|\bexec\s*\(|\bexec\b.{0,40}(?:b64|decode)|\bsystem\s*\(|os\.(?:system|execute|popen)|\bpopen\b|loadstring|\bload\s*\(|create_function|\bassert\s*\(|new\s+Function|\bsource\s|^\s*\.\s+\/|\bsh\s+-c\b|(?:sh|source|\.)\s+<\(|\bsubprocess\b|^\s*(?:\$\(|`)/m;

/** True when the line runs what it decodes. */
export function isRun(line: string): boolean {
  return RUNS.test(line);
}
