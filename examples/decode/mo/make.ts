// node examples/decode/mo/make.ts: writes the inputs as msgfmt would.
import { be32, bytes, le32, patched, writeCases } from '../../craft.ts';

function catalogue(pairs: readonly (readonly [string, string])[], word: (value: number) => Buffer): Buffer {
  const texts = [...pairs.map(([original]) => original), ...pairs.map(([, translation]) => translation)];
  let at = 28 + 16 * pairs.length;
  const places = texts.map((text) => {
    const place = bytes(word(text.length), word(at));
    at += text.length + 1;
    return place;
  });
  const head = [0x950412de, 0, pairs.length, 28, 28 + 8 * pairs.length, 0, 28].map(word);
  return bytes(...head, ...places, ...texts.map((text) => `${text}\0`));
}

const PAIRS = [
  ['', 'Content-Type: text/plain\n'],
  ['Password', 'Passwort'],
  ['Reboot', 'Neustart'],
] as const;
const german = catalogue(PAIRS, le32);

writeCases(import.meta.dirname, '../make.ts', {
  'three-messages': { input: german, note: 'Two messages and the header message, little endian.' },
  'big-endian': { input: bytes(catalogue(PAIRS, be32), 'more'), note: 'The same, big endian; what follows the last text stays unexplained.' },
  'text-leaves-the-file': { input: patched(german, 36, le32(4096)), note: 'A message points beyond the end.' },
  'mark-alone': { input: bytes(le32(0x950412de), 'and then something else, long enough'), note: 'The look-alike: the mark stands there, but no tables.' },
});
