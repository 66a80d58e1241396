import { crc32 } from 'node:zlib';
import type { EntryHead } from '#domain/artefact';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fold, isZero, piecesOf } from '#engine/bytes/pieces';
import { nameOf } from '#engine/bytes/text';

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
      'A header whose own checksum is wrong is not recognised, nor one with a vendor’s own mark in place of U-Boot’s.',
      'The image is given as stored: what it is compressed with is a fact, opening it is left to the format inside.',
      'An image cut short is not given; its bytes are searched for what they hold.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x27, 0x05, 0x19, 0x56), at: 0 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

const HEADER = 64;

interface Header {
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
}

/** Null: no header, or its checksum is wrong. */
function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const bytes = source.bytes(0, HEADER);
  const c = new Cursor(bytes);
  if (c.u32be() !== 0x27051956) return null;
  const sum = c.u32be(); // over this header with zeros in its place
  if (crc32(Uint8Array.from([...bytes.subarray(0, 4), 0, 0, 0, 0, ...bytes.subarray(8)])) !== sum)
    return null;
  return {
    time: c.u32be(),
    size: c.u32be(),
    load: c.u32be(),
    entryPoint: c.u32be(),
    dataSum: c.u32be(),
    system: c.u8(),
    processor: c.u8(),
    type: c.u8(),
    compression: c.u8(),
    name: nameOf(upToNul(c.take(32))),
  };
}

function upToNul(field: Uint8Array): Uint8Array {
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield* facts(header);
  const end = HEADER + header.size;
  if (end > source.size) {
    yield { kind: 'fact', name: 'data', value: `cut short: ${source.size - HEADER} of ${header.size} bytes` };
    return;
  }
  const sum = fold(source, [HEADER, end], 0, (window, state) => crc32(window, state));
  yield { kind: 'fact', name: 'data-crc', value: sum === header.dataSum ? 'right' : 'wrong' };
  const parts = isList(header) ? readList(source, [HEADER, end]) : null;
  if (parts === null) {
    yield* give(source, header, header.name === '' ? 'image' : header.name, [HEADER, end]);
    return;
  }
  yield { kind: 'extent', range: [HEADER, parts.from], role: 'metadata' };
  for (const [index, part] of parts.ranges.entries()) {
    yield* give(source, header, `${header.name === '' ? 'image' : header.name}.${index}`, part);
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

function* give(source: Source, { time }: Header, path: string, range: ByteRange): Generator<Reading> {
  const entry: EntryHead = {
    path,
    type: 'file',
    mode: null,
    uid: null,
    gid: null,
    modifiedAt: time,
    target: null,
    device: null,
    stored: range[0] === range[1] ? [] : [range],
  };
  yield { kind: 'entry', entry };
  yield* piecesOf(source, range);
  yield { kind: 'extent', range, role: 'payload' };
}

function* facts(header: Header): Generator<Reading> {
  const stated = {
    name: header.name,
    system: SYSTEMS[header.system] ?? `system-${header.system}`,
    processor: PROCESSORS[header.processor] ?? `processor-${header.processor}`,
    type: TYPES[header.type] ?? `type-${header.type}`,
    compression: COMPRESSIONS[header.compression] ?? `compression-${header.compression}`,
    load: `0x${header.load.toString(16)}`,
    'entry-point': `0x${header.entryPoint.toString(16)}`,
  };
  for (const [name, value] of Object.entries(stated)) yield { kind: 'fact', name, value };
}

/** Numbers of U-Boot's image.h; those found in network equipment have names here. */
const SYSTEMS: Readonly<Record<number, string>> = {
  2: 'netbsd',
  5: 'linux',
  14: 'vxworks',
  17: 'u-boot',
  18: 'rtems',
};

const PROCESSORS: Readonly<Record<number, string>> = {
  2: 'arm',
  3: 'x86',
  5: 'mips',
  6: 'mips64',
  7: 'powerpc',
  10: 'sparc',
  12: 'm68k',
  14: 'microblaze',
  15: 'nios2',
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
