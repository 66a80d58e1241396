// node examples/decode/zimage/make.ts: writes the inputs as the build of the kernel would.
import { bytes, field, le32, patched, writeCases, zeros } from '../../craft.ts';

const NOTHING = [0x00, 0x00, 0xa0, 0xe1];

/** @param extended  with the table of extensions */
function image(extended: boolean, start = 0): Buffer {
  const table = bytes(le32(5), le32(0x5a534c4b), le32(136), le32(4096), le32(0x8000));
  const fields = [0x016f2818, start, start + 160, 0x04030201, ...(extended ? [0x45454545, 80] : [])];
  const head = bytes(...Array.from({ length: 8 }, () => NOTHING), [0x05, 0, 0, 0xea], ...fields.map(le32));
  const code = field(bytes(head, zeros(extended ? 20 : 28), extended ? table : ''), 108);
  return bytes(code, field('a packed kernel stands here', 28), le32(1000), zeros(20));
}

// code and words in the other byte order; what is packed has none
const turned = (from: number, to: number) => Buffer.from(image(true).subarray(from, to)).swap32();
const big = bytes(turned(0, 100), image(true).subarray(100));

writeCases(import.meta.dirname, '../make.ts', {
  extended: { input: bytes(image(true), 'device tree'), note: 'With the table of extensions, which names the size of the unpacked kernel; what is appended stays.' },
  plain: { input: image(false, 0x8000), note: 'Linked for an address, without extensions.' },
  'big-endian': { input: big, note: 'Code and words of the header in the other byte order.' },
  'cut-short': { input: image(true).subarray(0, 100), note: 'The image is longer than the file: only the header is claimed.' },
  'table-beyond-the-image': { input: patched(image(true), 0x38, le32(0xfffffff0)), note: 'The table of extensions is outside: there is none.' },
  'mark-in-code': { input: patched(zeros(100), 0x24, [0x18, 0x28, 0x6f, 0x01]), note: 'The look-alike: the mark, but the end stands before the start.' },
});
