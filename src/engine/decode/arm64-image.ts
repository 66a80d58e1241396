import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { readKallsyms } from '#engine/bytes/kallsyms';
import { kernelSymbols, linuxBanner } from '#engine/bytes/linux';
import { facts, hex } from '#engine/bytes/parts';

/** Kernels of Linux for AArch64 and RISC-V as they lie in memory, behind a header of 64 bytes. */
export const arm64Image: Format = {
  kind: 'format',
  id: 'arm64-image',
  version: 1,
  doc: {
    name: 'Linux kernel for AArch64 or RISC-V (Image)',
    says: 'Claims the kernel as far as its header says that it is loaded and gives the symbols that it carries; states version, byte order, page size and placement.',
    sources: [
      'Linux v6.1, Documentation/arm64/booting.rst: the decompressed kernel image header',
      'Linux v6.1, Documentation/riscv/boot-image-header.rst',
    ],
    limits: [
      'Code is claimed as payload because it is loaded, not because it is understood; it is searched for other formats.',
      'The size in the header counts memory that the file does not hold; bytes up to it are the kernel’s, whoever put them there.',
      'Before Linux 3.17 no size is stated, and only the header is claimed.',
    ],
  },
  magics: [
    { bytes: Uint8Array.of(0x41, 0x52, 0x4d, 0x64), at: 0x38 },
    { bytes: Uint8Array.of(0x52, 0x53, 0x43, 0x05), at: 0x38 },
  ],
  open(source, whole) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header, whole);
  },
};

const HEADER = 64;

interface Header {
  readonly processor: 'aarch64' | 'riscv';
  readonly isEfi: boolean;
  readonly offset: number;
  /** Bytes in memory; 0: not stated. */
  readonly size: number;
  readonly flags: number;
  readonly version: number;
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const c = new Cursor(source.bytes(0, HEADER));
  const isEfi = c.u16le() === 0x5a4d; // an instruction that reads as the mark of a program for UEFI
  c.skip(2 + 4); // two instructions
  const offset = c.u64leBits();
  const size = c.u64leBits();
  const flags = c.u64leBits();
  const version = c.u32le();
  c.at = 0x38;
  const processor = c.u32le() === 0x644d5241 ? 'aarch64' : 'riscv';
  const header = c.u32le(); // offset of the header for UEFI
  const limit = BigInt(2 ** 32);
  if (offset > limit || size > limit || flags > limit || (header !== 0 && (!isEfi || header < HEADER)))
    return null;
  return { processor, isEfi, offset: Number(offset), size: Number(size), flags: Number(flags), version };
}

const PAGES = ['not stated', '4 KiB', '16 KiB', '64 KiB'];

function* readImage(source: Source, header: Header, whole: boolean): Generator<Reading> {
  const { processor, isEfi, offset, size, flags, version } = header;
  const end = Math.min(size, source.size);
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  const banner = whole || size > 0 ? linuxBanner(source, [0, whole ? source.size : end]) : null;
  yield* facts({
    processor,
    banner: banner?.text ?? null,
    version: banner?.release ?? null,
    'efi-stub': isEfi ? 'yes' : 'no',
    offset: hex(offset),
    'size-in-memory': size === 0 ? 'not stated' : `${size} bytes`,
    'byte-order': (flags & 1) === 1 ? 'big endian' : 'little endian',
    pages: processor === 'aarch64' ? (PAGES[(flags >>> 1) & 3] ?? null) : null,
    placement:
      processor === 'aarch64' && size > 0
        ? (flags & 8) === 8
          ? 'anywhere'
          : 'near the beginning of memory'
        : null,
    'header-version': processor === 'riscv' ? `${version >>> 16}.${version & 0xffff}` : null,
  });
  yield { kind: 'extent', range: [HEADER, Math.max(HEADER, end)], role: 'payload', isSearched: true };
  const table = banner === null ? null : readKallsyms(source);
  if (table !== null) yield* kernelSymbols(table);
}
