import { crc32 } from 'node:zlib';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, hex, wholePart } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';

/** Kernels in the flash of routers made by Sercomm, with a header that also sums the root file system. */
export const sercommKernel: Format = {
  kind: 'format',
  id: 'sercomm-kernel',
  version: 1,
  doc: {
    name: 'Sercomm kernel header',
    says: 'Gives the kernel; states where kernel and root file system lie in flash and whether both match their checksums.',
    sources: ['OpenWrt, scripts/sercomm-kernel-header.py: header of Sercomm’s devices with MT7621'],
    limits: [
      'The root file system is found by its distance in flash: an image without the space between both has it elsewhere.',
      'A header with a wrong checksum is not recognised.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x53, 0x65, 0x72, 0x00), at: 0 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readKernel(source, header);
  },
};

const HEADER = 256;

interface Header {
  readonly kernel: ByteRange;
  readonly kernelAt: number;
  readonly kernelSum: number;
  readonly root: ByteRange;
  readonly rootAt: number;
  readonly rootSum: number;
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const bytes = source.bytes(0, HEADER);
  const c = new Cursor(bytes, 8);
  const sum = c.u32le(); // over the header with all ones in place of mark and sum
  if (crc32(Uint8Array.from(bytes).fill(0xff, 0, 4).fill(0xff, 8, 12)) !== sum) return null;
  c.skip(4);
  const kernelAt = c.u32le();
  const kernelSize = c.u32le();
  const kernelSum = c.u32le();
  c.at = 0x28;
  const rootAt = c.u32le();
  const rootSize = c.u32le();
  const rootSum = c.u32le();
  const rootFrom = HEADER + rootAt - kernelAt;
  return {
    kernel: [HEADER, HEADER + kernelSize],
    kernelAt,
    kernelSum,
    root: [Math.max(0, rootFrom), Math.max(0, rootFrom) + rootSize],
    rootAt,
    rootSum,
  };
}

function* readKernel(source: Source, header: Header): Generator<Reading> {
  const { kernel, kernelAt, kernelSum, root, rootAt, rootSum } = header;
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield* facts({
    'kernel-place': hex(kernelAt),
    'kernel-crc': compare(source, kernel, kernelSum),
    'rootfs-place': hex(rootAt),
    // the sum may be made over the mark at its beginning alone
    'rootfs-crc': root[0] < kernel[1] ? null : compare(source, root, rootSum),
    'rootfs-summed': `${root[1] - root[0]} bytes`,
  });
  yield* wholePart(source, 'kernel', kernel);
}

/** Null: not all of it is there. */
function compare(source: Source, range: ByteRange, stated: number): string | null {
  if (range[1] > source.size) return null;
  return fold(source, range, 0, (window, state) => crc32(window, state)) === stated ? 'right' : 'wrong';
}
