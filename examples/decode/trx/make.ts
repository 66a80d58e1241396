// node examples/decode/trx/make.ts: writes the inputs as Broadcom's trx tool would.
import { crc32 } from 'node:zlib';
import { bytes, field, le16, le32, padded, patched, writeCases } from '../../craft.ts';

/** @param offsets  in place of those of the parts */
function image(version: number, parts: readonly string[], offsets?: readonly number[]): Buffer {
  const size = version === 1 ? 28 : 32;
  const bodies = parts.map((part) => padded(part, 16));
  const starts = bodies.map((_, i) => size + bodies.slice(0, i).reduce((sum, body) => sum + body.length, 0));
  const length = size + bytes(...bodies).length;
  const listed = (offsets ?? starts).concat(0, 0, 0, 0).slice(0, version === 1 ? 3 : 4);
  const summed = bytes(le16(0), le16(version), ...listed.map(le32), ...bodies);
  return bytes('HDR0', le32(length), le32(~crc32(summed) >>> 0), summed);
}

const three = image(1, ['loader', 'kernel', 'root file system']);

writeCases(import.meta.dirname, '../make.ts', {
  'three-parts': { input: bytes(three, Buffer.alloc(80, 0xff)), note: 'Version 1 with three parts and erased flash behind.' },
  'four-parts': { input: image(2, ['loader', 'kernel', 'root', 'data']), note: 'Version 2 has a fourth offset.' },
  'one-offset-absent': { input: image(1, ['kernel', 'root'], [28, 0, 44]), note: 'An offset of zero: no such part.' },
  'tail-of-asus': {
    input: bytes(three, [3, 0, 0, 4], field('RT-AC56U', 12), field('', 48)),
    note: 'ASUS puts versions and the name of the product behind the image.',
  },
  'tail-without-a-product': { input: bytes(three, Buffer.alloc(64, 1)), note: 'The look-alike: 64 bytes behind the image, but no name of a product.' },
  'order-turned': { input: image(1, ['kernel', 'root'], [44, 28]), note: 'Offsets need not ascend; parts keep their numbers.' },
  'part-changed': { input: patched(three, 44, 'KERNEL'), note: 'The whole does not match its checksum; the parts are given.' },
  'cut-in-the-second-part': { input: three.subarray(0, 50), note: 'Only the first part is there in full.' },
  'offset-beyond-the-end': { input: image(1, ['kernel'], [4096]), note: 'The look-alike: an offset leaves the image.' },
});
