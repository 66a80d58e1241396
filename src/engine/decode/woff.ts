import { brotliDecompressSync, inflateSync } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { isZero } from '#engine/bytes/pieces';
import { READ_LIMIT } from '#engine/bytes/source';

/** Fonts packed for web pages. */
export const woff: Format = {
  kind: 'format',
  id: 'woff',
  version: 1,
  doc: {
    name: 'web font (WOFF, WOFF 2)',
    says: 'Claims the tables of the font once they unpack to the size that the directory states.',
    sources: ['W3C, WOFF File Format 1.0, sections 4 and 5', 'W3C, WOFF File Format 2.0, sections 4 and 5'],
    limits: [
      'Private data is not claimed.',
      'Tables above 16 MiB are not unpacked, and such a font is not claimed.',
    ],
  },
  magics: [
    { bytes: new TextEncoder().encode('wOFF'), at: 0 },
    { bytes: new TextEncoder().encode('wOF2'), at: 0 },
  ],
  open(source) {
    if (source.size < 48) return null;
    return source.bytes(3, 4)[0] === 0x32 ? claimSecond(source) : claimFirst(source);
  },
};

const TABLES_LIMIT = 4096;

function* claimFirst(source: Source): Generator<Reading> {
  const c = new Cursor(source.bytes(0, 44), 8);
  const size = c.u32be();
  const count = c.u16be();
  c.skip(2 + 4); // reserved, size unpacked
  const metadata = placeOf(c);
  const directoryEnd = 44 + 20 * count;
  if (size > source.size || directoryEnd > size || count === 0 || count > TABLES_LIMIT) {
    throw new Malformed(`font of ${size} bytes, ${source.size} there`, 8);
  }
  yield { kind: 'extent', range: [0, directoryEnd], role: 'header' };
  const list = new Cursor(source.bytes(44, directoryEnd), 0, 44);
  for (let i = 0; i < count; i++) {
    list.skip(4); // tag
    const at = list.u32be();
    const packed = list.u32be();
    const unpacked = list.u32be();
    list.skip(4); // checksum
    checkInside([at, at + packed], size, directoryEnd);
    const isRight = packed === unpacked || unpacksTo(source, [at, at + packed], unpacked, inflateSync);
    if (!isRight) throw new Malformed('table does not unpack to its size', at);
    yield { kind: 'extent', range: [at, at + packed], role: 'payload' };
    yield* fill(source, at + packed, size);
  }
  yield* claimMetadata(source, metadata, size, directoryEnd);
  yield { kind: 'fact', name: 'tables', value: String(count) };
}

/** Offset and size of the description, the size unpacked. */
interface Place {
  readonly range: ByteRange;
  readonly unpacked: number;
}

function placeOf(c: Cursor): Place {
  c.skip(4); // version of the font
  const at = c.u32be();
  const range: ByteRange = [at, at + c.u32be()];
  return { range, unpacked: c.u32be() };
}

function checkInside(range: ByteRange, size: number, from: number): void {
  if (range[0] < from || range[1] > size) throw new Malformed('table leaves the font', range[0]);
}

type Unpack = (packed: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

function unpacksTo(source: Source, range: ByteRange, size: number, unpack: Unpack): boolean {
  if (range[1] - range[0] > READ_LIMIT || size > READ_LIMIT || size === 0) return false;
  try {
    return unpack(source.bytes(...range), { maxOutputLength: size }).length === size;
  } catch {
    return false;
  }
}

function* fill(source: Source, at: number, size: number): Generator<Reading> {
  const end = Math.min(size, Math.ceil(at / 4) * 4);
  if (end > at && isZero(source, [at, end])) yield { kind: 'extent', range: [at, end], role: 'padding' };
}

function* claimMetadata(
  source: Source,
  { range, unpacked }: Place,
  size: number,
  from: number,
): Generator<Reading> {
  if (range[0] === range[1]) return;
  checkInside(range, size, from);
  if (
    unpacksTo(source, range, unpacked, inflateSync) ||
    unpacksTo(source, range, unpacked, brotliDecompressSync)
  ) {
    yield { kind: 'extent', range, role: 'metadata' };
    yield* fill(source, range[1], size);
  }
}

function* claimSecond(source: Source): Generator<Reading> {
  const c = new Cursor(source.bytes(0, 48), 4);
  const flavour = c.u32be();
  const size = c.u32be();
  const count = c.u16be();
  c.skip(2 + 4); // reserved, size unpacked
  const packed = c.u32be();
  const metadata = placeOf(c);
  if (size > source.size || count === 0 || count > TABLES_LIMIT) {
    throw new Malformed(`font of ${size} bytes, ${source.size} there`, 8);
  }
  if (flavour === 0x74746366) throw new Malformed('collection of fonts, which is not read', 4);
  // a table takes at most 1 + 4 + 5 + 5 bytes here
  const list = new Cursor(source.bytes(48, Math.min(size, 48 + 15 * count)), 0, 48);
  let unpacked = 0;
  for (let i = 0; i < count; i++) unpacked += tableSize(list);
  const dataAt = 48 + list.at;
  checkInside([dataAt, dataAt + packed], size, dataAt);
  if (!unpacksTo(source, [dataAt, dataAt + packed], unpacked, brotliDecompressSync)) {
    throw new Malformed('tables do not unpack to their size', dataAt);
  }
  yield { kind: 'extent', range: [0, dataAt], role: 'header' };
  yield { kind: 'extent', range: [dataAt, dataAt + packed], role: 'payload' };
  yield* fill(source, dataAt + packed, size);
  yield* claimMetadata(source, metadata, size, dataAt);
  yield { kind: 'fact', name: 'tables', value: String(count) };
}

/** Bytes that one table takes unpacked: its transformed size where it is transformed. */
function tableSize(c: Cursor): number {
  const flags = c.u8();
  const tag = flags & 63; // 63: written out
  if (tag === 63) c.skip(4);
  const version = flags >> 6;
  const size = variable(c);
  const isGlyphs = tag === 10 || tag === 11; // glyf and loca are transformed by version 0, others by any other
  return (isGlyphs ? version === 0 : version !== 0) ? variable(c) : size;
}

/** Seven bits a byte, the highest first; the last byte has its top bit clear. */
function variable(c: Cursor): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = c.u8();
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) return value;
  }
  throw new Malformed('number of more than five bytes', c.base + c.at);
}
