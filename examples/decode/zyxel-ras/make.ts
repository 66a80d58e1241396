// node examples/decode/zyxel-ras/make.ts: writes the inputs as the script of OpenWrt would.
import { be32, bytes, type Part, patched, writeCases } from '../../craft.ts';

/** As `sum -s`. */
function sum(part: Part): Buffer {
  const total = bytes(part).reduce((value, byte) => value + byte, 0);
  const once = (total & 0xffff) + (total >>> 16);
  return be32((once & 0xffff) + (once >>> 16));
}

const filled = (part: Part, size: number) => bytes(part, Buffer.alloc(size - bytes(part).length, 0xff));

const ROOT = bytes('the root file system would stand here');
const KERNEL = bytes('and here the kernel');

function image(block: number): Buffer {
  const board = bytes(filled(bytes('NBG6617', [0]), 64), sum(KERNEL), be32(KERNEL.length));
  const first = bytes(sum(ROOT), be32(ROOT.length), filled(bytes('V1.00(ABCT.9)C0', [0]), 32));
  const summed = filled(bytes(first, sum(ROOT), board), 2048);
  return bytes(filled(bytes(first, sum(summed), board), block), ROOT, KERNEL);
}

const whole = image(65_536);

writeCases(import.meta.dirname, '../make.ts', {
  'block-of-64-kib': { input: bytes(whole, 'behind'), note: 'Root file system and kernel behind a header of 64 KiB; what follows stays.' },
  'block-of-128-kib': { input: image(131_072), note: 'The header fills an erase block of 128 KiB, which the sum of the root file system shows.' },
  changed: { input: patched(whole, whole.length - 2, 'X'), note: 'The kernel was changed: its sum is wrong.' },
  'cut-short': { input: whole.subarray(0, whole.length - 10), note: 'The kernel is cut short: it is not given.' },
  'header-changed': { input: patched(whole, 8, 'X'), note: 'The look-alike: texts where they belong, but the sum of the header is wrong.' },
});
