import { crc32 } from 'node:zlib';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { type KernelCompression, kernelCompression } from '#engine/bytes/compressed';
import { Cursor } from '#engine/bytes/cursor';
import { facts, fieldText, filePart } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';
import { complement } from '#engine/bytes/ranges';

/** Kernels of Linux for x86 with the boot code that unpacks them. */
export const bzimage: Format = {
  kind: 'format',
  id: 'bzimage',
  version: 1,
  doc: {
    name: 'Linux kernel for x86 (bzImage, zImage)',
    says: 'Gives the packed kernel, claims the boot code around it, and states the version of the kernel and of the boot protocol and whether the image matches its checksum.',
    sources: [
      'Linux v6.1, Documentation/x86/boot.rst: the real-mode kernel header; details of header fields; the image checksum',
    ],
    limits: [
      'Boot code is claimed as payload because it is loaded, not because it is understood; it is searched for other formats.',
      'Before protocol 2.08 (Linux 2.6.26) the header does not say where the packed kernel is: it is searched for.',
      'Signing for UEFI changes the header after the checksum was made, and kernels since Linux 6.14 have none: both count as not matching.',
      'A signature for UEFI behind the image is not read.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('HdrS'), at: 0x202 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

/** Where the header begins, and the largest that there is. */
const HEADER_AT = 0x1f1;
const HEADER_MOST = 0x300;

const SECTOR = 512;

interface Header {
  readonly end: number;
  /** Bytes of the first sector and the code for real mode. */
  readonly setup: number;
  /** Bytes of setup and code for protected mode. */
  readonly size: number;
  /** Major version in the high byte. */
  readonly protocol: number;
  /** Where the text of the version stands; null: nowhere. */
  readonly versionAt: number | null;
  readonly isHigh: boolean;
  readonly isRelocatable: boolean;
  /** Most bytes of the command line; null: not stated. */
  readonly commandLine: number | null;
  readonly preferred: bigint | null;
  /** The packed kernel with its size behind it; null: not stated. */
  readonly payload: ByteRange | null;
}

/** The fields in the order of the header; each protocol added some at its end. */
function readHeader(source: Source): Header | null {
  if (source.size < HEADER_MOST) return null;
  const c = new Cursor(source.bytes(0, HEADER_MOST), HEADER_AT);
  const sectors = c.u8() || 4;
  c.skip(2); // flags of the root device
  const paragraphs = c.u32le();
  c.skip(2 + 2 + 2); // size of a memory disk, video mode, root device
  if (c.u16le() !== 0xaa55) return null;
  c.skip(1); // jump
  const end = 0x202 + c.u8();
  c.skip(4); // the mark
  const protocol = c.u16le();
  if (protocol < 0x200 || protocol > 0x2ff || end > HEADER_MOST) return null;
  c.skip(4 + 2); // hook for switching modes, segment
  const version = c.u16le();
  c.skip(1); // loader
  const isHigh = (c.u8() & 1) === 1;
  c.skip(2 + 4 + 4 + 4 + 4 + 2 + 2 + 4 + 4); // up to the highest address of a memory disk
  c.skip(4); // alignment
  const isRelocatable = protocol >= 0x205 && c.u8() !== 0;
  c.at = 0x238;
  const commandLine = protocol >= 0x206 ? c.u32le() : null;
  c.at = 0x248;
  const offset = c.u32le();
  const length = c.u32le();
  c.skip(8); // further data for the setup
  const preferred = protocol >= 0x20a ? c.u64leBits() : null;
  const setup = (sectors + 1) * SECTOR;
  const size = setup + (protocol >= 0x204 ? paragraphs : paragraphs & 0xffff) * 16;
  const payload: ByteRange = [setup + offset, setup + offset + length];
  const isStated = protocol >= 0x208 && length > 0;
  if (end > setup || (isStated && payload[1] > size)) return null;
  return {
    end,
    setup,
    size,
    protocol,
    versionAt: version === 0 || version + SECTOR >= setup ? null : version + SECTOR,
    isHigh,
    isRelocatable,
    commandLine,
    preferred,
    payload: isStated ? payload : null,
  };
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  const { end, setup, size, payload } = header;
  yield { kind: 'extent', range: [HEADER_AT, end], role: 'header' };
  yield* stated(source, header);
  const isWhole = size <= source.size;
  const packed = payload === null || payload[1] > source.size ? null : payload;
  if (packed !== null) yield* givePacked(source, packed);
  // of an image cut short only the setup is known to be there
  const code = complement(
    [[HEADER_AT, end], ...(packed === null ? [] : [packed])],
    [0, isWhole ? size : Math.min(setup, source.size)],
  );
  for (const range of code) yield { kind: 'extent', range, role: 'payload', isSearched: true };
}

function* stated(source: Source, header: Header): Generator<Reading> {
  const { protocol, versionAt, setup, size, isHigh, isRelocatable, commandLine, preferred } = header;
  const isHere = versionAt !== null && setup <= source.size;
  yield* facts({
    protocol: `${protocol >>> 8}.${String(protocol & 0xff).padStart(2, '0')}`,
    version: isHere ? fieldText(source.bytes(versionAt, Math.min(setup, versionAt + SECTOR))) : null,
    kind: isHigh ? 'bzImage' : 'zImage',
    relocatable: isRelocatable ? 'yes' : 'no',
    'command-line': commandLine === null ? null : `at most ${commandLine} bytes`,
    address: preferred === null ? null : `0x${preferred.toString(16)}`,
    'efi-stub': source.bytes(0, 2).every((byte, i) => byte === 'MZ'.charCodeAt(i)) ? 'yes' : 'no',
    ...(size <= source.size
      ? { crc: isSumRight(source, size) ? 'right' : 'does not match' }
      : { data: `cut short: ${source.size} of ${size} bytes` }),
  });
}

/** The CRC-32 of the whole, without its last inversion, is zero. */
function isSumRight(source: Source, size: number): boolean {
  return fold(source, [0, size], 0, (window, state) => crc32(window, state)) === 0xffffffff;
}

/** The size of the kernel stands behind it; the trailer of gzip holds it already. */
function* givePacked(source: Source, [start, end]: ByteRange): Generator<Reading> {
  const compression = kernelCompression(source, start);
  const hasSize = compression !== null && compression !== 'gzip' && end - start > 4;
  const packedEnd = hasSize ? end - 4 : end;
  yield* facts({ compression: compression ?? 'unknown' });
  yield* filePart(source, compression === null ? 'kernel' : `kernel.${ENDINGS[compression]}`, [
    start,
    packedEnd,
  ]);
  if (!hasSize) return;
  yield { kind: 'extent', range: [packedEnd, end], role: 'metadata' };
  yield* facts({ 'unpacked-size': `${new Cursor(source.bytes(packedEnd, end)).u32le()} bytes` });
}

const ENDINGS: Readonly<Record<KernelCompression, string>> = {
  gzip: 'gz',
  bzip2: 'bz2',
  lzma: 'lzma',
  xz: 'xz',
  lzop: 'lzo',
  lz4: 'lz4',
  zstd: 'zst',
};
