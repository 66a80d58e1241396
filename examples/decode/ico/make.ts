// node examples/decode/ico/make.ts: writes the inputs field by field.
import { bytes, le16, le32, type Part, writeCases, zeros } from '../../craft.ts';

const BITMAP = bytes(le32(40), le32(8), le32(16), le16(1), le16(1), zeros(24), [0, 0, 0, 0, 255, 255, 255, 0], zeros(64));
const PNG = bytes([0x89], 'PNG\r\n\x1a\n and so on');

function icon(images: readonly Part[], sizes = images.map((image) => bytes(image).length)): Buffer {
  const from = 6 + 16 * images.length;
  const entries = sizes.map((size, i) => {
    const at = from + images.slice(0, i).reduce<number>((sum, image) => sum + bytes(image).length, 0);
    return bytes([8, 8, 2, 0], le16(1), le16(1), le32(size), le32(at));
  });
  return bytes(le16(0), le16(1), le16(images.length), ...entries, ...images);
}

writeCases(import.meta.dirname, '../make.ts', {
  'one-bitmap': { input: icon([BITMAP]), note: 'A bitmap of 8 × 8 pixels with its mask.' },
  'bitmap-and-png': { input: icon([BITMAP, PNG]), note: 'A picture in PNG is left to that format, which opens it where it stands.' },
  'size-too-large': { input: icon([bytes(BITMAP, 'hidden behind the mask')]), note: 'The directory states more bytes than the bitmap takes: the rest stays unexplained.' },
  'image-leaves-the-file': { input: icon([BITMAP], [4096]), note: 'The directory points beyond the end.' },
  'small-numbers': { input: bytes(le16(0), le16(1), le16(2), Buffer.alloc(60, 1)), note: 'The look-alike: numbers as a directory has them, but no images.' },
});
