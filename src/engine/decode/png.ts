import { crc32, inflateSync } from 'node:zlib';
import type { Role } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fold } from '#engine/bytes/pieces';
import { latin1 } from '#engine/bytes/text';

/** Pictures in PNG. */
export const png: Format = {
  kind: 'format',
  id: 'png',
  version: 1,
  doc: {
    name: 'PNG picture',
    says: 'Claims every chunk that the standard knows, after its checksum; compressed pixels are unpacked to see that they are pixels and no more.',
    sources: ['ISO/IEC 15948:2004, clauses 5, 11 and 12', 'PNG 1.2 extensions, version 1.4.0', 'APNG 1.0'],
    limits: [
      'The data of private chunks is not claimed.',
      'Pixels of pictures above 64 MiB unpacked are claimed without unpacking.',
      'What pixels or comments may hide by their values is not looked for.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), at: 0 }],
  open(source) {
    return source.size < 33 || latin1(source.bytes(12, 16)) !== 'IHDR' ? null : claim(source);
  },
};

/** Role of the data of each chunk type that a standard describes. */
const ROLES: Readonly<Record<string, Role>> = {
  IHDR: 'header',
  PLTE: 'payload',
  IDAT: 'payload',
  IEND: 'header',
  fdAT: 'payload',
  ...Object.fromEntries(
    (
      'tRNS cHRM gAMA iCCP sBIT sRGB tEXt zTXt iTXt bKGD hIST pHYs sPLT tIME eXIf oFFs pCAL sCAL gIFg gIFx gIFt ' +
      'sTER acTL fcTL cICP mDCv cLLi vpAg'
    )
      .split(' ')
      .map((type) => [type, 'metadata' as const]),
  ),
};

interface Chunk {
  readonly type: string;
  readonly data: ByteRange;
}

function* claim(source: Source): Generator<Reading> {
  yield { kind: 'extent', range: [0, 8], role: 'header' };
  const pixels: ByteRange[] = [];
  for (const { type, data } of chunksOf(source)) {
    yield { kind: 'extent', range: [data[0] - 8, data[0]], role: 'header' };
    yield { kind: 'extent', range: [data[1], data[1] + 4], role: 'header' };
    const role = ROLES[type];
    if (type === 'IDAT') pixels.push(data);
    else if (role !== undefined) yield { kind: 'extent', range: data, role };
  }
  const head = readHead(source);
  yield { kind: 'fact', name: 'pixels', value: `${head.width} × ${head.height}` };
  yield* claimPixels(source, pixels, head);
}

/** Chunks up to the end chunk.
 *  @throws Malformed when one is cut short or does not match its checksum */
function* chunksOf(source: Source): Generator<Chunk> {
  for (let at = 8; ; ) {
    if (at + 12 > source.size) throw new Malformed('picture ends without its end chunk', at);
    const c = new Cursor(source.bytes(at, at + 8), 0, at);
    const length = c.u32be();
    const type = latin1(c.take(4));
    const data: ByteRange = [at + 8, at + 8 + length];
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Malformed('chunk type is no word', at + 4);
    if (data[1] + 4 > source.size) throw new Malformed(`chunk of ${length} bytes leaves the picture`, at);
    const stated = new Cursor(source.bytes(data[1], data[1] + 4)).u32be();
    const found = fold(source, [at + 4, data[1]], 0, (window, state) => crc32(window, state));
    if (found !== stated) throw new Malformed(`chunk ${type} does not match its checksum`, at);
    yield { type, data };
    if (type === 'IEND') return;
    at = data[1] + 4;
  }
}

interface Head {
  readonly width: number;
  readonly height: number;
  /** Bytes of the pixels before compression. */
  readonly unpacked: number;
}

/** Samples a pixel has, by colour type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function readHead(source: Source): Head {
  const c = new Cursor(source.bytes(16, 29), 0, 16);
  const width = c.u32be();
  const height = c.u32be();
  const depth = c.u8();
  const samples = SAMPLES[c.u8()];
  c.skip(2); // compression and filter: one of each exists
  const isInterlaced = c.u8() === 1;
  if (samples === undefined || width === 0 || height === 0) throw new Malformed('header of no picture', 16);
  const passes = isInterlaced ? ADAM7 : [[0, 0, 1, 1] as const];
  const unpacked = passes.reduce((sum, [x, y, dx, dy]) => {
    const columns = Math.ceil((width - x) / dx);
    const rows = Math.ceil((height - y) / dy);
    return columns <= 0 || rows <= 0 ? sum : sum + rows * (1 + Math.ceil((columns * samples * depth) / 8));
  }, 0);
  return { width, height, unpacked };
}

/** First column, first row, and distance of columns and rows in each pass. Source: ISO/IEC 15948, 8.2 */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Bytes of pixels unpacked, and of packed ones held together. */
const UNPACK_LIMIT = 64 * 1024 * 1024;
const PACKED_LIMIT = 16 * 1024 * 1024;

/** Claims as much of the pixel chunks as their compressed stream uses; what follows the stream stays open. */
function* claimPixels(source: Source, ranges: readonly ByteRange[], { unpacked }: Head): Generator<Reading> {
  const packed = ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  let left = packed;
  if (unpacked <= UNPACK_LIMIT && packed <= PACKED_LIMIT) {
    const used = usedBytes(Buffer.concat(ranges.map((range) => source.bytes(...range))), unpacked);
    if (used === null)
      throw new Malformed('pixels do not unpack to the size in the header', ranges[0]?.[0] ?? 8);
    left = used;
  }
  for (const [start, end] of ranges) {
    const length = Math.min(left, end - start);
    yield { kind: 'extent', range: [start, start + length], role: 'payload' };
    left -= length;
  }
}

/** How many bytes of a stream its pixels take; null: it does not give as many bytes as it should. */
function usedBytes(packed: Uint8Array, unpacked: number): number | null {
  try {
    // typed as bytes alone, but with `info` the result also tells how far the stream was read
    const result = inflateSync(packed, { maxOutputLength: unpacked, info: true }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    return result.buffer.length === unpacked ? result.engine.bytesWritten : null;
  } catch {
    return null;
  }
}
