import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fold, isZero } from '#engine/bytes/pieces';
import { latin1 } from '#engine/bytes/text';

/** Fonts in TrueType and OpenType. */
export const sfnt: Format = {
  kind: 'format',
  id: 'sfnt',
  version: 1,
  doc: {
    name: 'TrueType or OpenType font',
    says: 'Claims the tables that the standard and common font tools know, and states how many match their checksum.',
    sources: ['ISO/IEC 14496-22:2019, clause 4.5: font file'],
    limits: [
      'Recognised only as a whole artefact: its mark is a small number.',
      'Tables of unknown names are not claimed; collections of fonts are not read.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size < 12 + 16 * TABLES_LEAST) return null;
    if (!MARKS.has(latin1(source.bytes(0, 4)))) return null;
    const tables = readDirectory(source);
    return tables === null ? null : claim(source, tables);
  },
};

const MARKS = new Set(['\0\x01\0\0', 'OTTO', 'true']);

/** Every font has at least a head, a map of characters, and glyphs. */
const TABLES_LEAST = 3;

interface Table {
  readonly tag: string;
  readonly sum: number;
  readonly range: ByteRange;
}

/** Null: no table names, so no font. */
function readDirectory(source: Source): readonly Table[] | null {
  const c = new Cursor(source.bytes(0, 12), 4);
  const count = c.u16be();
  const end = 12 + 16 * count;
  if (count < TABLES_LEAST || end > source.size) return null;
  const list = new Cursor(source.bytes(12, end), 0, 12);
  const tables = Array.from({ length: count }, (): Table => {
    const tag = latin1(list.take(4));
    const sum = list.u32be();
    const at = list.u32be();
    return { tag, sum, range: [at, at + list.u32be()] };
  });
  const isFont = tables.some(({ tag }) => tag === 'head') && tables.some(({ tag }) => tag === 'cmap');
  return isFont && tables.every(({ tag }) => /^[\x20-\x7e]{4}$/.test(tag)) ? tables : null;
}

const KNOWN = new Set(
  (
    'avar|BASE|CBDT|CBLC|CFF |CFF2|cmap|COLR|CPAL|cvar|cvt |DSIG|EBDT|EBLC|EBSC|FFTM|fpgm|fvar|gasp|GDEF|glyf|GPOS|' +
    'GSUB|gvar|hdmx|head|hhea|hmtx|HVAR|JSTF|kern|loca|LTSH|MATH|maxp|MERG|meta|morx|mort|MVAR|name|OS/2|PCLT|PfEd|' +
    'post|prep|sbix|STAT|SVG |TSI0|TSI1|TSI2|TSI3|TSI5|VDMX|vhea|vmtx|VORG|VVAR|webf'
  ).split('|'),
);

function* claim(source: Source, tables: readonly Table[]): Generator<Reading> {
  const directoryEnd = 12 + 16 * tables.length;
  yield { kind: 'extent', range: [0, directoryEnd], role: 'header' };
  let right = 0;
  for (const { tag, sum, range } of tables) {
    if (range[0] < directoryEnd || range[1] > source.size)
      throw new Malformed(`table ${tag} leaves the font`, 12);
    if (KNOWN.has(tag)) yield { kind: 'extent', range, role: 'payload' };
    const filled = Math.min(source.size, Math.ceil(range[1] / 4) * 4);
    if (isZero(source, [range[1], filled])) {
      yield { kind: 'extent', range: [range[1], filled], role: 'padding' };
    }
    if (sumOf(source, range, tag === 'head') === sum) right++;
  }
  yield { kind: 'fact', name: 'checksums', value: `${right} of ${tables.length} right` };
}

/** Sum of big-endian words, zeros filling the last. The head's own word 2 corrects the sum of the file: it counts as zero. */
function sumOf(source: Source, range: ByteRange, isHead: boolean): number {
  let place = 0;
  return fold(source, range, 0, (window, state) => {
    let sum = state;
    for (const byte of window) {
      const isCorrection = isHead && place >= 8 && place < 12;
      if (!isCorrection) sum = (sum + byte * 2 ** (24 - 8 * (place % 4))) % 2 ** 32;
      place++;
    }
    return sum;
  });
}
