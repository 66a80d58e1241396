import { crc32 } from 'node:zlib';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { facts, fieldText, filePart } from '#engine/bytes/parts';
import { fold, isZero } from '#engine/bytes/pieces';

/** Broadcom's container for loader, kernel and file system. */
export const trx: Format = {
  kind: 'format',
  id: 'trx',
  version: 1,
  doc: {
    name: 'TRX firmware image',
    says: 'Gives each part by its offset in the header and states whether the whole matches its checksum. Behind the images of ASUS, states product and version.',
    sources: [
      'OpenWrt wiki, TRX vs. TRX2 vs. BIN',
      'OpenWrt, asustrx.c: the 64 bytes behind an image',
      'Linux v6.1, drivers/mtd/parsers/parser_trx.c',
    ],
    limits: [
      'The header does not say what the parts are: they are numbered.',
      'An image cut short gives only the parts that are there in full.',
      'What ASUS puts behind an image is read when it is the last of the file.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('HDR0'), at: 0 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

interface Header {
  /** Bytes from the mark to the end. */
  readonly length: number;
  /** CRC-32 without its last inversion, from the flags to the end. */
  readonly sum: number;
  readonly flags: number;
  readonly version: number;
  /** Where parts begin, as stored; 0: absent. */
  readonly offsets: readonly number[];
  /** Bytes of the header. */
  readonly size: number;
}

function readHeader(source: Source): Header | null {
  if (source.size < 32) return null;
  const c = new Cursor(source.bytes(0, 32), 4);
  const length = c.u32le();
  const sum = c.u32le();
  const flags = c.u16le();
  const version = c.u16le();
  if (version !== 1 && version !== 2) return null;
  const size = version === 1 ? 28 : 32;
  const offsets = Array.from({ length: version === 1 ? 3 : 4 }, () => c.u32le());
  const isSane = offsets.every((offset) => offset === 0 || (offset >= size && offset <= length));
  return length >= size && isSane ? { length, sum, flags, version, offsets, size } : null;
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  const { length, sum, flags, version, offsets, size } = header;
  yield { kind: 'extent', range: [0, size], role: 'header' };
  yield { kind: 'fact', name: 'version', value: String(version) };
  yield { kind: 'fact', name: 'flags', value: `0x${flags.toString(16)}` };
  if (length <= source.size) {
    const found = fold(source, [12, length], 0, (window, state) => crc32(window, state));
    yield { kind: 'fact', name: 'crc', value: ~found >>> 0 === sum ? 'right' : 'wrong' };
  } else {
    yield { kind: 'fact', name: 'data', value: `cut short: ${source.size} of ${length} bytes` };
  }
  const starts = [...new Set(offsets)]
    .filter((offset) => offset !== 0 && offset < length)
    .toSorted((a, b) => a - b);
  const first = starts[0] ?? length;
  if (first <= source.size && isZero(source, [size, first])) {
    yield { kind: 'extent', range: [size, first], role: 'padding' };
  }
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? length;
    // what is cut short stays unclaimed, so that it is searched
    if (end > source.size) return;
    // parts are numbered as the header lists them, which need not be the order of their offsets
    yield* filePart(source, `part-${offsets.indexOf(start)}`, [start, end]);
  }
  if (source.size - length === TAIL) yield* readTail(source, length);
}

/** Bytes that ASUS puts behind an image. */
const TAIL = 64;

/** Versions of kernel and file system, the product, versions of the hardware. Nothing where no product stands. */
function* readTail(source: Source, at: number): Generator<Reading> {
  const c = new Cursor(source.bytes(at, at + TAIL));
  const versions = [c.u8(), c.u8(), c.u8(), c.u8()];
  const product = fieldText(c.take(12));
  if (!/^[A-Za-z0-9][\x20-\x7e]{2,11}$/.test(product)) return;
  yield { kind: 'extent', range: [at, at + TAIL], role: 'metadata' };
  yield* facts({
    product,
    'kernel-version': versions.slice(0, 2).join('.'),
    'rootfs-version': versions.slice(2).join('.'),
  });
}
