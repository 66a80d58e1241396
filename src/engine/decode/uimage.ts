import { crc32 } from 'node:zlib';
import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, fieldText, filePart, hex } from '#engine/bytes/parts';
import { fold, isZero } from '#engine/bytes/pieces';

/** Images of the boot loader U-Boot in its first form: a header of 64 bytes with two checksums. */
export const uimage: Format = {
  kind: 'format',
  id: 'uimage',
  version: 1,
  doc: {
    name: 'U-Boot legacy image (uImage)',
    says: 'Gives the image, or each image of several, under the name in the header, and states whether the data matches its checksum.',
    sources: ['U-Boot v2023.01, include/image.h: struct legacy_img_hdr; doc/uImage.FIT/howto.txt'],
    limits: [
      'A header whose own checksum is wrong is not recognised.',
      'With a vendor’s own mark in place of U-Boot’s, only kernels of Linux for ARM, MIPS and PowerPC are recognised, by the numbers that say so and the checksum.',
      'The image is given as stored: what it is compressed with is a fact, opening it is left to the format inside.',
      'An image cut short is not given; its bytes are searched for what they hold.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x27, 0x05, 0x19, 0x56), at: 0 }, ...ofLinux()],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

const HEADER = 64;

const MARK = 0x27051956;

/** System, processor, type and compression of a kernel: what remains where a vendor changed the mark. */
function ofLinux(): readonly Magic[] {
  const processors = [2, 5, 7, 22];
  return processors.flatMap((processor) =>
    [0, 1, 2, 3, 4, 5, 6].map((compression) => ({
      bytes: Uint8Array.of(5, processor, 2, compression),
      at: 28,
    })),
  );
}

interface Header {
  readonly mark: number;
  readonly time: number;
  /** Bytes of data behind the header. */
  readonly size: number;
  readonly load: number;
  readonly entryPoint: number;
  readonly dataSum: number;
  readonly system: number;
  readonly processor: number;
  readonly type: number;
  readonly compression: number;
  readonly name: string;
  /** What stands behind the NUL that ends the name; empty: nothing but zeros. */
  readonly behindName: Uint8Array;
}

/** Null: no header, or its checksum is wrong. */
function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const bytes = source.bytes(0, HEADER);
  const c = new Cursor(bytes);
  const mark = c.u32be();
  const sum = c.u32be(); // over this header with zeros in its place
  if (crc32(Uint8Array.from([...bytes.subarray(0, 4), 0, 0, 0, 0, ...bytes.subarray(8)])) !== sum)
    return null;
  const header = {
    mark,
    time: c.u32be(),
    size: c.u32be(),
    load: c.u32be(),
    entryPoint: c.u32be(),
    dataSum: c.u32be(),
    system: c.u8(),
    processor: c.u8(),
    type: c.u8(),
    compression: c.u8(),
  };
  const field = c.take(32);
  const end = field.indexOf(0);
  const behindName = end === -1 ? new Uint8Array() : field.subarray(end);
  return {
    ...header,
    name: fieldText(field),
    behindName: behindName.some((byte) => byte !== 0) ? behindName : new Uint8Array(),
  };
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield* stated(header);
  const end = HEADER + header.size;
  if (end > source.size) {
    yield { kind: 'fact', name: 'data', value: `cut short: ${source.size - HEADER} of ${header.size} bytes` };
    return;
  }
  const sum = fold(source, [HEADER, end], 0, (window, state) => crc32(window, state));
  yield { kind: 'fact', name: 'data-crc', value: sum === header.dataSum ? 'right' : 'wrong' };
  const parts = isList(header) ? readList(source, [HEADER, end]) : null;
  if (parts === null) {
    yield* filePart(source, header.name === '' ? 'image' : header.name, [HEADER, end], header.time);
    return;
  }
  yield { kind: 'extent', range: [HEADER, parts.from], role: 'metadata' };
  for (const [index, part] of parts.ranges.entries()) {
    yield* filePart(source, `${header.name === '' ? 'image' : header.name}.${index}`, part, header.time);
    const next = parts.ranges[index + 1]?.[0] ?? end;
    if (isZero(source, [part[1], next])) {
      yield { kind: 'extent', range: [part[1], next], role: 'padding' };
    }
  }
}

/** Several images and scripts begin with a list of sizes. */
function isList({ type }: Header): boolean {
  return type === 4 || type === 6;
}

/** Images of one file; far above any seen. */
const LIST_LIMIT = 256;

interface List {
  /** Where the first image begins. */
  readonly from: number;
  readonly ranges: readonly ByteRange[];
}

/** Sizes up to a zero, then the images, each on a multiple of four bytes. Null: the list does not fit the data. */
function readList(source: Source, data: ByteRange): List | null {
  const window = Math.min(data[1] - data[0], 4 * (LIST_LIMIT + 1));
  const c = new Cursor(source.bytes(data[0], data[0] + window));
  const sizes: number[] = [];
  for (;;) {
    if (c.left < 4) return null;
    const size = c.u32be();
    if (size === 0) break;
    sizes.push(size);
  }
  const from = data[0] + c.at;
  let at = from;
  const ranges = sizes.map((size): ByteRange => {
    const range: ByteRange = [at, at + size];
    at += Math.ceil(size / 4) * 4;
    return range;
  });
  const last = ranges.at(-1)?.[1];
  return last === undefined || last > data[1] ? null : { from, ranges };
}

function* stated(header: Header): Generator<Reading> {
  yield* facts({
    mark: header.mark === MARK ? null : hex(header.mark),
    name: header.name,
    system: SYSTEMS[header.system] ?? `system-${header.system}`,
    processor: PROCESSORS[header.processor] ?? `processor-${header.processor}`,
    type: TYPES[header.type] ?? `type-${header.type}`,
    compression: COMPRESSIONS[header.compression] ?? `compression-${header.compression}`,
    load: hex(header.load),
    'entry-point': hex(header.entryPoint),
    'behind-name': header.behindName.length === 0 ? null : Buffer.from(header.behindName).toString('hex'),
  });
}

/** Numbers of U-Boot's image.h. */
const SYSTEMS: Readonly<Record<number, string>> = {
  1: 'openbsd',
  2: 'netbsd',
  3: 'freebsd',
  4: '4.4bsd',
  5: 'linux',
  6: 'svr4',
  8: 'solaris',
  13: 'lynxos',
  14: 'vxworks',
  15: 'psos',
  16: 'qnx',
  17: 'u-boot',
  18: 'rtems',
  19: 'artos',
  20: 'unity',
  21: 'integrity',
  22: 'ose',
  23: 'plan 9',
  24: 'openrtos',
  25: 'arm trusted firmware',
  26: 'trusted execution environment',
  27: 'opensbi',
  28: 'efi',
};

const PROCESSORS: Readonly<Record<number, string>> = {
  1: 'alpha',
  2: 'arm',
  3: 'x86',
  4: 'ia64',
  5: 'mips',
  6: 'mips64',
  7: 'powerpc',
  8: 's390',
  9: 'sh',
  10: 'sparc',
  11: 'sparc64',
  12: 'm68k',
  14: 'microblaze',
  15: 'nios2',
  16: 'blackfin',
  17: 'avr32',
  18: 'st200',
  20: 'nds32',
  21: 'openrisc',
  22: 'aarch64',
  23: 'arc',
  24: 'x86-64',
  25: 'xtensa',
  26: 'riscv',
};

const TYPES: Readonly<Record<number, string>> = {
  1: 'standalone program',
  2: 'kernel',
  3: 'memory disk',
  4: 'several images',
  5: 'firmware',
  6: 'script',
  7: 'file system',
  8: 'device tree',
  14: 'kernel for any address',
  20: 'setup of x86',
  22: 'loadable',
  29: 'fpga',
  31: 'trusted execution environment',
  39: 'coprocessor',
};

const COMPRESSIONS: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'gzip',
  2: 'bzip2',
  3: 'lzma',
  4: 'lzo',
  5: 'lz4',
  6: 'zstd',
};
