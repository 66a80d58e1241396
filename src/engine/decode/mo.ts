import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { union } from '#engine/bytes/ranges';
import { windowOf, wholeOf } from '#engine/bytes/source';

/** Translations of the texts of a program. */
export const mo: Format = {
  kind: 'format',
  id: 'mo',
  version: 1,
  doc: {
    name: 'gettext message catalogue (mo)',
    says: 'Claims the tables and every message with its translation.',
    sources: ['GNU gettext manual 0.21, chapter 10.3: The Format of GNU MO Files'],
    limits: [
      'Messages that depend on the system (minor revision 1) are claimed by the tables of revision 0 only.',
    ],
  },
  magics: [
    { bytes: Uint8Array.of(0xde, 0x12, 0x04, 0x95), at: 0 },
    { bytes: Uint8Array.of(0x95, 0x04, 0x12, 0xde), at: 0 },
  ],
  open(source) {
    return source.size < 28 ? null : claim(source);
  },
};

/** Messages of one catalogue; the largest seen have some ten thousand. */
const MESSAGES_LIMIT = 1_000_000;

function* claim(source: Source): Generator<Reading> {
  const isLittle = source.bytes(0, 1)[0] === 0xde;
  const word = (c: Cursor) => (isLittle ? c.u32le() : c.u32be());
  const c = new Cursor(source.bytes(0, 28), 4);
  const revision = word(c);
  const count = word(c);
  const originals = word(c);
  const translations = word(c);
  const hashSize = word(c); // entries of four bytes
  const hashAt = word(c);
  if (revision >>> 16 > 1 || (revision & 0xffff) > 1) throw new Malformed(`revision ${revision}`, 4);
  if (count > MESSAGES_LIMIT) throw new Malformed(`${count} messages`, 8);
  yield { kind: 'extent', range: [0, 28], role: 'header' };
  const tables: readonly ByteRange[] = [
    [originals, originals + 8 * count],
    [translations, translations + 8 * count],
    [hashAt, hashAt + 4 * hashSize],
  ];
  const texts: ByteRange[] = [];
  for (const [index, range] of tables.entries()) {
    const isAbsent = range[0] === range[1];
    if (isAbsent) continue;
    if (range[0] < 28 || range[1] > source.size)
      throw new Malformed('table leaves the catalogue', 12 + 4 * index);
    yield { kind: 'extent', range, role: 'metadata' };
    if (index < 2) texts.push(...textsOf(source, range, word));
  }
  for (const range of union(texts)) yield { kind: 'extent', range, role: 'payload' };
  yield { kind: 'fact', name: 'messages', value: String(count) };
}

/** Texts with the NUL behind each. */
function textsOf(source: Source, table: ByteRange, word: (c: Cursor) => number): readonly ByteRange[] {
  const c = new Cursor(wholeOf(windowOf(source, ...table), 8 * MESSAGES_LIMIT), 0, table[0]);
  const texts: ByteRange[] = [];
  while (c.left > 0) {
    const length = word(c);
    const at = word(c);
    if (at < 28 || at + length + 1 > source.size || source.bytes(at + length, at + length + 1)[0] !== 0) {
      throw new Malformed('message leaves the catalogue', table[0] + c.at - 8);
    }
    texts.push([at, at + length + 1]);
  }
  return texts;
}
