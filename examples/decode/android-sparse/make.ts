// node examples/decode/android-sparse/make.ts: writes the inputs as AOSP's libsparse would.
import { crc32 } from 'node:zlib';
import { bytes, field, le16, le32, type Part, patched, writeCases, zeros } from '../../craft.ts';

const BLOCK = 16;

/** @param blocks  of the image; @param data  as the type has it */
const chunk = (type: number, blocks: number, data: Part) =>
  bytes(le16(type), le16(0), le32(blocks), le32(12 + bytes(data).length), data);

function sparse(blocks: number, sum: number, ...chunks: readonly Part[]): Buffer {
  return bytes(le32(0xed26ff3a), le16(1), le16(0), le16(28), le16(12), ...[BLOCK, blocks, chunks.length, sum].map(le32), ...chunks);
}

const text = field('two blocks that are stored', 2 * BLOCK);
const fill = bytes(...Array.from({ length: 8 }, () => [1, 2, 3, 4]));
const whole = bytes(text, fill, zeros(3 * BLOCK));
const parts = [chunk(0xcac1, 2, text), chunk(0xcac2, 2, [1, 2, 3, 4]), chunk(0xcac3, 3, '')];
const image = sparse(7, crc32(whole), ...parts);

writeCases(import.meta.dirname, '../make.ts', {
  image: { input: bytes(image, 'behind'), note: 'Stored blocks, a run and blocks of which nothing is stated, with a checksum in the header.' },
  'sum-as-chunk': { input: sparse(7, 0, ...parts, chunk(0xcac4, 0, le32(crc32(whole)))), note: 'The checksum is a chunk of its own.' },
  changed: { input: patched(image, 45, 'X'), note: 'A stored block was changed: the checksum is wrong.' },
  'a-gigabyte-of-nothing': { input: sparse(0xffffffff, 0, chunk(0xcac3, 0xffffffff, '')), note: 'Forty bytes that stand for 64 GiB: the budget ends it.' },
  'chunk-beyond-the-file': { input: sparse(7, 0, parts[0] ?? '', patched(bytes(parts[1] ?? ''), 8, le32(0xfffffff0))), note: 'The second chunk leaves the file.' },
  'more-blocks-than-stated': { input: sparse(3, 0, ...parts), note: 'The chunks have more blocks than the image.' },
  'cut-short': { input: image.subarray(0, 80), note: 'The second chunk is cut: nothing is given, the rest is a gap.' },
  'mark-alone': { input: patched(image, 12, le32(3)), note: 'The look-alike: the mark, but blocks of three bytes.' },
});
