// node examples/decode/arm64-image/make.ts: writes the inputs as the build of the kernel would.
import { bytes, field, le32, patched, writeCases, zeros } from '../../craft.ts';

const BANNER = 'Linux version 5.10.0 (builder@host) (gcc 10.2) #1 SMP\n';
const le64 = (value: number) => bytes(le32(value), zeros(4));

/** @param mark  of the processor; @param efi  offset of the header for UEFI, 0: none */
function header(mark: string, size: number, flags: number, efi = 64): Buffer {
  const first = efi === 0 ? [0x14, 0, 0, 0x14] : [0x4d, 0x5a, 0x40, 0xfa];
  return bytes(first, zeros(4), le64(0x80000), le64(size), le64(flags), zeros(24), mark, le32(efi));
}

const code = field(bytes('Linux version %s\n', [0], BANNER, [0], 'code'), 160);
const kernel = bytes(header('ARMd', 0x200000, 0xa), code);

writeCases(import.meta.dirname, '../make.ts', {
  kernel: { input: kernel, note: 'A kernel with pages of 4 KiB that may lie anywhere; its banner is found behind a format of messages that looks alike.' },
  'bytes-behind-the-size': { input: bytes(header('ARMd', 200, 0xa), code, 'appended'), note: 'The header says that 200 bytes are loaded: what follows stays unexplained.' },
  'size-not-stated': { input: bytes(header('ARMd', 0, 0, 0), code), note: 'Before Linux 3.17 no size is stated: only the header is claimed.' },
  riscv: { input: bytes(patched(header('RSC\x05', 4096, 0), 32, le32(0x10002)), code), note: 'A kernel for RISC-V.' },
  'mark-in-code': { input: patched(bytes('x'.repeat(200)), 0x38, 'ARMd'), note: 'The look-alike: the mark, but no sizes that a kernel has.' },
});
