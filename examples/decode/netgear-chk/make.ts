// node examples/decode/netgear-chk/make.ts: writes the inputs as Netgear's tool would.
import { be32, bytes, noise, type Part, patched, writeCases, zeros } from '../../craft.ts';

/** Two sums, each folded to 16 bits. */
function sum(part: Part): Buffer {
  let low = 0n;
  let high = 0n;
  for (const byte of bytes(part)) {
    low = (low + BigInt(byte)) & 0xffffffffn;
    high = (high + low) & 0xffffffffn;
  }
  const fold = (value: bigint) => {
    const once = (value & 0xffffn) + (value >> 16n);
    return ((once >> 16n) + once) & 0xffffn;
  };
  return be32(Number((fold(high) << 16n) | fold(low)));
}

function image(kernel: Part, root: Part): Buffer {
  const board = 'U12H000T00_NETGEAR';
  const sizes = [bytes(kernel).length, bytes(root).length].map(be32);
  const sums = [sum(kernel), bytes(root).length === 0 ? zeros(4) : sum(root)];
  const fixed = bytes('*#$^', be32(40 + board.length), [1, 1, 0, 2, 62, 60, 0, 87], ...sums, ...sizes, sum(bytes(kernel, root)));
  return bytes(patched(bytes(fixed, zeros(4), board), 36, sum(bytes(fixed, zeros(4), board))), kernel, root);
}

const kernel = noise(3000);
const both = image(kernel, 'and here the root file system');

writeCases(import.meta.dirname, '../make.ts', {
  'kernel-alone': { input: bytes(image(kernel, ''), 'behind'), note: 'All is in the kernel part; what follows stays.' },
  'kernel-and-root': { input: both, note: 'Both parts, every checksum right.' },
  changed: { input: patched(both, 1000, [0]), note: 'The kernel was changed: its sum and that of the image are wrong.' },
  'header-changed': { input: patched(both, 8, [2]), note: 'The region was changed: the sum of the header is wrong.' },
  'cut-short': { input: both.subarray(0, 3070), note: 'The root file system is cut short: it is not given.' },
  'mark-alone': { input: bytes('*#$^', be32(0xffffffff), zeros(60)), note: 'The look-alike: the mark, but no size that a header has.' },
});
