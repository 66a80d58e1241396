// node examples/decode/asus-tail/make.ts: writes the inputs as the tool of OpenWrt would.
import { be16, be32, bytes, patched, writeCases, zeros } from '../../craft.ts';

/** Words of 16 bits, little endian, one over the other, turned. */
function sum(part: Buffer): number {
  let value = 0xffff;
  for (let at = 0; at < part.length; at += 2) value ^= part.readUInt16LE(at);
  return value;
}

const content = bytes(be32(51_234), be16(388), zeros(6));
const empty = bytes([0x10, 0, 0, 12], be16(0), be16(sum(content)), [0x2a, 0xfe, 0xd4, 0x14]);
const tail = bytes(content, patched(empty, 4, be16(sum(empty))));

writeCases(import.meta.dirname, '../make.ts', {
  'behind-an-image': { input: bytes('the image ends here ', tail), note: 'The tail behind an image, both sums right.' },
  changed: { input: patched(tail, 4, be16(389)), note: 'The number of the build was changed: the sum of the tail is wrong.' },
  'cut-short': { input: tail.subarray(0, 23), note: 'The mark is not whole: nothing is recognised.' },
  'mark-alone': { input: bytes('twenty bytes of text', [0x2a, 0xfe, 0xd4, 0x14], 'and more of it'), note: 'The look-alike: the mark, without a length before it.' },
});
