import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { latin1 } from '#engine/bytes/text';

/** What a terminal can do, compiled by tic. */
export const terminfo: Format = {
  kind: 'format',
  id: 'terminfo',
  version: 1,
  doc: {
    name: 'compiled terminal description (terminfo)',
    says: 'Claims the description of a terminal with its extended capabilities.',
    sources: ['ncurses 6.4, term(5): LEGACY STORAGE FORMAT, EXTENDED STORAGE FORMAT, EXTENDED NUMBER FORMAT'],
    limits: ['Recognised only as a whole artefact: its mark is two bytes.'],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size < 12 || source.size > SIZE_LIMIT) return null;
    const mark = new Cursor(source.bytes(0, 2)).u16le();
    if (mark !== 0o432 && mark !== 0o1036) return null;
    return namesOf(source) === null ? null : claim(source, mark === 0o1036 ? 4 : 2);
  },
};

/** Bytes of the largest description that ncurses reads. */
const SIZE_LIMIT = 32_768;

/** Names of the terminal, parted by bars. Null: no words stand there, so no description. */
function namesOf(source: Source): string | null {
  const size = new Cursor(source.bytes(2, 4)).u16le();
  if (12 + size > source.size) return null;
  const names = latin1(source.bytes(12, 12 + size));
  return /^[\x20-\x7e]+\0$/.test(names) ? names.slice(0, -1) : null;
}

/** @param number  bytes of a number: 2, or 4 since ncurses 6.1 */
function* claim(source: Source, number: 2 | 4): Generator<Reading> {
  const c = new Cursor(source.bytes(0, source.size));
  c.skip(2); // mark
  const namesSize = c.u16le();
  const booleans = c.u16le();
  const numbers = c.u16le();
  const strings = c.u16le();
  const tableSize = c.u16le();
  c.skip(namesSize);
  yield { kind: 'extent', range: [0, c.at], role: 'header' };
  yield { kind: 'fact', name: 'names', value: namesOf(source) ?? '' };
  let at = c.at;
  skipValues(c, booleans, numbers * number + strings * 2 + tableSize);
  yield { kind: 'extent', range: [at, c.at], role: 'payload' };
  if (c.left < 10 + (c.at % 2)) return;
  at = c.at;
  skipExtended(c, number);
  yield { kind: 'extent', range: [at, c.at], role: 'payload' };
}

/** Booleans, each 0, 1 or 254 (absent); a byte up to an even place; then the rest. */
function skipValues(c: Cursor, booleans: number, rest: number): void {
  const at = c.at;
  if (c.take(booleans).some((byte) => byte > 1 && byte < 0xfe))
    throw new Malformed('boolean that is none', at);
  if (c.at % 2 === 1) c.skip(1);
  c.skip(rest);
}

function skipExtended(c: Cursor, number: 2 | 4): void {
  if (c.at % 2 === 1) c.skip(1);
  const booleans = c.u16le();
  const numbers = c.u16le();
  const strings = c.u16le();
  c.skip(2); // items of the table
  const tableSize = c.u16le();
  const offsets = strings + booleans + numbers + strings; // values, then the names of all
  skipValues(c, booleans, numbers * number + offsets * 2 + tableSize);
}
