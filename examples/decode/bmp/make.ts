// node examples/decode/bmp/make.ts: writes the inputs field by field.
import { bytes, le16, le32, writeCases, zeros } from '../../craft.ts';

const bitmap = (width: number, height: number, gap = 0) =>
  bytes(
    'BM',
    le32(0),
    le32(0),
    le32(14 + 40 + gap),
    bytes(le32(40), le32(width), le32(height), le16(1), le16(24), zeros(24)),
    zeros(gap),
    zeros(Math.ceil((width * 24) / 32) * 4 * height),
  );

writeCases(import.meta.dirname, '../make.ts', {
  colours: { input: bitmap(3, 2), note: 'A picture of 3 × 2 pixels; rows are filled up to four bytes.' },
  'gap-before-the-pixels': { input: bytes(bitmap(3, 2, 10), 'more'), note: 'Zeros before the pixels are padding; what follows them stays unexplained.' },
  'old-header': { input: bytes('BM', le32(0), le32(0), le32(26), le32(12), le16(2), le16(1), le16(1), le16(24), zeros(8)), note: 'The header of OS/2, which is shorter.' },
  'pixels-cut-short': { input: bitmap(3, 2).subarray(0, -1), note: 'The last row is not whole.' },
  'two-letters': { input: bytes('BM is how this text begins, and nothing more'), note: 'The look-alike: the mark stands there, but no header.' },
});
