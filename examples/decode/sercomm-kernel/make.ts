// node examples/decode/sercomm-kernel/make.ts: writes the inputs as the script of OpenWrt would.
import { crc32 } from 'node:zlib';
import { bytes, field, le32, patched, writeCases } from '../../craft.ts';

const KERNEL = bytes('the kernel would stand here');
const ROOT = bytes('and here the root file system');

function header(rootAt: number, rootSize: number): Buffer {
  let out = bytes(Buffer.alloc(256, 0xff));
  const kernelAt = 0x400100;
  const fields: readonly (readonly [at: number, value: number])[] = [
    [0x0c, 0xffffff02],
    [0x1c, 0],
    [0x34, 0],
    [0x10, kernelAt],
    [0x28, rootAt],
    [0x2c, rootSize],
    [0x30, crc32(ROOT.subarray(0, rootSize))],
    [0x14, KERNEL.length],
    [0x04, kernelAt + KERNEL.length],
    [0x18, crc32(KERNEL)],
  ];
  for (const [at, value] of fields) out = patched(out, at, le32(value));
  return patched(patched(out, 8, le32(crc32(out))), 0, bytes('Ser', [0]));
}

const together = bytes(header(0x400140, ROOT.length), field(KERNEL, 64), ROOT);

writeCases(import.meta.dirname, '../make.ts', {
  'kernel-and-root': { input: together, note: 'The root file system stands 64 bytes behind the kernel’s beginning, as in flash; its bytes are searched.' },
  'kernel-alone': { input: bytes(header(0x800000, 4), KERNEL), note: 'The root file system is elsewhere, and only its mark is summed.' },
  changed: { input: patched(together, 260, 'K'), note: 'The kernel was changed: its checksum is wrong.' },
  'cut-short': { input: together.subarray(0, 270), note: 'The kernel is cut short: it is not given.' },
  'header-changed': { input: patched(together, 0x20, [0]), note: 'The look-alike: the mark, but the header does not match its checksum.' },
});
