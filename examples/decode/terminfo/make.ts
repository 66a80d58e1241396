// node examples/decode/terminfo/make.ts: writes the inputs as term(5) lays them out.
import { bytes, le16, le32, patched, writeCases } from '../../craft.ts';

const NAMES = 'vt0|made up\0';
const old = bytes(le16(0o432), le16(NAMES.length), le16(3), le16(1), le16(2), le16(4), NAMES, [1, 0, 1], [0], le16(80), le16(0), le16(2), 'a\0b\0');
const extended = bytes(
  bytes(le16(0o1036), le16(NAMES.length), le16(2), le16(1), le16(1), le16(2), NAMES, [1, 0], le32(80), le16(0), 'a\0'),
  bytes(le16(1), le16(0), le16(1), le16(3), le16(8), [1], [0], le16(0), le16(0), le16(3), 'x\0AX\0XM\0'),
);

writeCases(import.meta.dirname, '../make.ts', {
  old: { input: old, note: 'Three booleans, a number and two strings; a byte fills up to an even place.' },
  extended: { input: bytes(extended, 'more'), note: 'Numbers of four bytes and extended capabilities; what follows them stays unexplained.' },
  'boolean-that-is-none': { input: patched(old, 25, [7]), note: 'A boolean has a value that no compiler writes.' },
  'strings-cut-short': { input: old.subarray(0, -1), note: 'The table of strings is not whole.' },
  'two-bytes': { input: bytes(le16(0o432), Buffer.alloc(40, 1)), note: 'The look-alike: the mark stands there, but no names.' },
});
