import { crc32 } from 'node:zlib';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fillersIn } from '#engine/bytes/filler';
import { facts, fieldText, filePart, hex, wholePart } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';
import { complement } from '#engine/bytes/ranges';

/** Images of Xiaomi's routers: up to eight files and a signature. */
export const xiaomiHdr: Format = {
  kind: 'format',
  id: 'xiaomi-hdr',
  version: 1,
  doc: {
    name: 'Xiaomi firmware image (HDR1, HDR2)',
    says: 'Gives each file under its name and the signature; states the device and whether the image matches its checksum.',
    sources: [
      'OpenWrt firmware-utils, xiaomifw.c: header, files, checksum',
      'unblob, handlers/archive/xiaomi/hdr.py: HDR2, signature',
    ],
    limits: [
      'The signature is given, not checked.',
      'A file that is cut short is not given; its bytes are searched.',
    ],
  },
  magics: ['HDR1', 'HDR2'].map((mark) => ({ bytes: new TextEncoder().encode(mark), at: 0 })),
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

const FILE_HEADER = 48;

/** Files that a header can name. */
const FILES = 8;

interface File {
  readonly at: number;
  readonly name: string;
  readonly kind: number;
  readonly place: number;
  readonly range: ByteRange;
}

interface Header {
  readonly end: number;
  readonly signatureAt: number;
  readonly sum: number;
  readonly words: Readonly<Record<string, string | null>>;
  readonly files: readonly File[];
}

function readHeader(source: Source): Header | null {
  if (source.size < 96) return null;
  const c = new Cursor(source.bytes(0, 96), 3);
  const isSecond = c.u8() === 0x32;
  const signatureAt = c.u32le();
  const sum = c.u32le();
  const words = isSecond ? readSecond(c) : readFirst(c);
  const offsets = Array.from({ length: FILES }, () => c.u32le());
  const used = offsets.slice(0, Math.max(0, offsets.indexOf(0)));
  const files = (offsets.includes(0) ? used : offsets).map((at) => readFile(source, at));
  if (files.length === 0 || signatureAt < c.at) return null;
  const known = files.filter((file) => file !== null && file.at >= c.at);
  return known.length === files.length
    ? { end: c.at, signatureAt, sum, words, files: known.filter((file) => file !== null) }
    : null;
}

function readFirst(c: Cursor): Header['words'] {
  c.skip(2);
  return { version: '1', device: String(c.u16le()) };
}

function readSecond(c: Cursor): Header['words'] {
  c.skip(4);
  const device = fieldText(c.take(8));
  const region = fieldText(c.take(8));
  c.skip(16);
  return { version: '2', device, region };
}

/** Null: no file there. */
function readFile(source: Source, at: number): File | null {
  if (at + FILE_HEADER > source.size) return null;
  const c = new Cursor(source.bytes(at, at + FILE_HEADER));
  if (c.u32le() !== 0xbabe) return null;
  const place = c.u32le();
  const size = c.u32le();
  const kind = c.u16le();
  c.skip(2);
  const name = fieldText(c.take(32));
  return {
    at,
    name: name === '' ? 'file' : name,
    kind,
    place,
    range: [at + FILE_HEADER, at + FILE_HEADER + size],
  };
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  const { end, signatureAt, sum, words, files } = header;
  yield { kind: 'extent', range: [0, end], role: 'header' };
  const signature = readSignature(source, signatureAt);
  const last = signature?.[1] ?? signatureAt;
  yield* facts({
    ...words,
    crc: last > source.size ? null : compare(source, [12, last], sum),
    data: last > source.size ? `cut short: ${source.size} of ${last} bytes` : null,
  });
  const known: ByteRange[] = [[0, end]];
  for (const { at, name, kind, place, range } of files) {
    yield { kind: 'extent', range: [at, range[0]], role: 'header' };
    yield* facts({ [`file.${name}`]: `kind ${kind}${place === 0xffffffff ? '' : `, flash ${hex(place)}`}` });
    yield* wholePart(source, name, range);
    known.push([at, Math.min(range[1], source.size)]);
  }
  if (signature !== null) {
    yield { kind: 'extent', range: [signatureAt, signature[0]], role: 'header' };
    yield* filePart(source, 'signature', signature);
    known.push([signatureAt, signature[1]]);
  }
  const holes = complement(known, [0, known.reduce((most, range) => Math.max(most, range[1]), 0)]);
  for (const { range, role } of fillersIn(source, holes)) yield { kind: 'extent', range, role };
}

/** Bytes of a signature with RSA; its own header has the size and zeros. */
const SIGNATURE_LIMIT = 1024;

function readSignature(source: Source, at: number): ByteRange | null {
  if (at + 16 > source.size) return null;
  const size = new Cursor(source.bytes(at, at + 4)).u32le();
  const range: ByteRange = [at + 16, at + 16 + size];
  return size > 0 && size <= SIGNATURE_LIMIT && range[1] <= source.size ? range : null;
}

/** CRC-32 without its last inversion. */
function compare(source: Source, range: ByteRange, stated: number): string {
  return ~fold(source, range, 0, (window, state) => crc32(window, state)) >>> 0 === stated
    ? 'right'
    : 'does not match';
}
