import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { facts, hex } from '#engine/bytes/parts';

/** Kernels of Linux for ARM with the boot code that unpacks them. */
export const zimage: Format = {
  kind: 'format',
  id: 'zimage',
  version: 1,
  doc: {
    name: 'Linux kernel for ARM (zImage)',
    says: 'Claims the boot code by the addresses in its header; the packed kernel inside is found by its own format. States byte order, sizes and what the extension tells.',
    sources: [
      'Linux v6.1, arch/arm/boot/compressed/head.S: the words from offset 0x24',
      'Linux v6.1, arch/arm/boot/compressed/vmlinux.lds.S: table of extensions',
    ],
    limits: [
      'The header does not say where the packed kernel begins: it is recognised by what it is packed with.',
      'Boot code is claimed as payload because it is loaded, not because it is understood; it is searched for other formats.',
      'A device tree or memory disk appended behind the image is a format of its own.',
    ],
  },
  magics: [
    { bytes: Uint8Array.of(0x18, 0x28, 0x6f, 0x01), at: 0x24 },
    { bytes: Uint8Array.of(0x01, 0x6f, 0x28, 0x18), at: 0x24 },
  ],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

/** Where the words begin, and where the longest header ends. */
const WORDS_AT = 0x24;
const HEADER = 0x3c;

/** Stands in the byte order of the kernel; the other words stand in that of the boot loader. */
const ORDER = 0x04030201;

const EXTENDED = 0x45454545;

interface Header {
  readonly isLittle: boolean;
  /** Address the code was linked for; most are linked for 0. */
  readonly start: number;
  /** Bytes. */
  readonly size: number;
  /** Byte order of the kernel; null: before Linux 3.17 the header does not say. */
  readonly kernelIsLittle: boolean | null;
  /** Where the table of extensions begins; null: none. */
  readonly table: number | null;
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const isLittle = source.bytes(WORDS_AT, WORDS_AT + 1)[0] === 0x18;
  const [mark, start, end, , extended, table] = words(source, WORDS_AT, 6, isLittle);
  const [order] = words(source, WORDS_AT + 12, 1, true);
  if (mark !== 0x016f2818 || start === undefined || end === undefined || end <= start + HEADER) return null;
  const size = end - start;
  const isExtended = extended === EXTENDED && table !== undefined && table >= HEADER && table + 12 <= size;
  return {
    isLittle,
    start,
    size,
    kernelIsLittle: order === ORDER ? true : order === 0x01020304 ? false : null,
    table: isExtended ? table : null,
  };
}

function words(source: Source, at: number, count: number, isLittle: boolean): readonly number[] {
  const c = new Cursor(source.bytes(at, at + count * 4));
  return Array.from({ length: count }, () => (isLittle ? c.u32le() : c.u32be()));
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  const { isLittle, start, size, kernelIsLittle, table } = header;
  yield {
    kind: 'extent',
    range: [WORDS_AT, WORDS_AT + (kernelIsLittle === null ? 12 : table === null ? 16 : 24)],
    role: 'header',
  };
  yield* facts({
    'boot-code': isLittle ? 'little endian' : 'big endian',
    kernel: kernelIsLittle === null ? null : kernelIsLittle ? 'little endian' : 'big endian',
    start: hex(start),
    size: `${size} bytes`,
  });
  if (size > source.size) {
    yield* facts({ data: `cut short: ${source.size} of ${size} bytes` });
    return;
  }
  if (table !== null) yield* extensions(source, header, table);
  yield { kind: 'extent', range: [0, size], role: 'payload', isSearched: true };
}

/** Entries begin with their size in words and a tag; the one that is known names the size word of the packed kernel and
 *  the room that the kernel needs beyond its image. */
function* extensions(source: Source, { size, isLittle }: Header, from: number): Generator<Reading> {
  for (let at = from; at + 8 <= size; ) {
    const [length, tag] = words(source, at, 2, isLittle);
    if (length === undefined || length < 2 || length > 64 || at + length * 4 > size) return;
    yield { kind: 'extent', range: [at, at + length * 4], role: 'metadata' };
    if (tag === 0x5a534c4b && length >= 4) {
      const [sizeAt, beyond] = words(source, at + 8, 2, isLittle);
      if (sizeAt !== undefined && sizeAt + 4 <= size) {
        yield* facts({
          'unpacked-size': `${new Cursor(source.bytes(sizeAt, sizeAt + 4)).u32le()} bytes`,
          'room-beyond': `${beyond} bytes`,
        });
      }
    }
    at += length * 4;
  }
}
