import { createHash } from 'node:crypto';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fieldText, facts } from '#engine/bytes/parts';
import { PIECE_LIMIT } from '#engine/bytes/pieces';
import { contentHead } from '#engine/bytes/stream';

/** Images of Senao, sold by EnGenius and D-Link, with every byte turned by the mark in the header. */
export const senaoImage: Format = {
  kind: 'format',
  id: 'senao-image',
  version: 1,
  doc: {
    name: 'Senao firmware image (EnGenius)',
    says: 'Gives the image in clear; states vendor, product, version and kind, and whether header and image match their checksums.',
    sources: ['OpenWrt firmware-utils, mksenaofw.c: header, header for access points, checksum, encoding'],
    limits: [
      'Only the usual mark 0x12345678 is recognised, and only where the sum of the header is right.',
      'Kinds of image above 4 mean something else with each vendor; they are stated as numbers.',
      'An image cut short is not given.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x12, 0x34, 0x56, 0x78), at: 92 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

const HEADER = 96;
const MARK = 0x12345678;

/** Bytes of the second header up to the name of the model, and the longest name. */
const ACCESS_POINT = 40;
const MODEL_LIMIT = 256;

const KINDS = ['several', 'boot loader', 'kernel', 'kernel with programs', 'programs'];

interface Header {
  readonly words: Readonly<Record<string, string | null>>;
  readonly md5: Uint8Array;
  readonly range: ByteRange;
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const bytes = source.bytes(0, HEADER);
  const c = new Cursor(bytes, 4);
  const vendor = c.u32be();
  const product = c.u32be();
  const version = fieldText(c.take(16));
  const kind = c.u32be();
  const size = c.u32be();
  c.skip(4); // zero
  const md5 = c.take(16);
  c.skip(32);
  const sum = c.u32be();
  // the sum was made with zeros in its own place
  const plain = sumOf(bytes.subarray(0, 88)) + sumOf(bytes.subarray(92));
  const second = kind === 0 ? readSecond(source) : null;
  const start = plain === sum ? HEADER : second !== null && plain + second.sum === sum ? second.end : null;
  if (start === null || size === 0) return null;
  return {
    words: {
      vendor: String(vendor),
      product: String(product),
      version,
      kind: KINDS[kind] ?? `kind ${kind}`,
      model: start === HEADER ? null : (second?.model ?? null),
      firmware: start === HEADER ? null : (second?.firmware ?? null),
    },
    md5,
    range: [start, start + size],
  };
}

interface Second {
  readonly model: string;
  readonly firmware: string;
  readonly sum: number;
  readonly end: number;
}

/** Of access points that a controller manages. */
function readSecond(source: Source): Second | null {
  if (source.size < HEADER + ACCESS_POINT) return null;
  const c = new Cursor(source.bytes(HEADER, HEADER + ACCESS_POINT), 8);
  const firmware = [c.u32be(), c.u32be(), c.u32be()].join('.');
  c.skip(4 + 12); // date, version for the controller
  const length = c.u32be();
  const end = HEADER + ACCESS_POINT + length;
  if (length > MODEL_LIMIT || end > source.size) return null;
  const bytes = source.bytes(HEADER, end);
  return { model: fieldText(bytes.subarray(ACCESS_POINT)), firmware, sum: sumOf(bytes), end };
}

function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + byte, 0);
}

function* readImage(source: Source, { words, md5, range }: Header): Generator<Reading> {
  yield { kind: 'extent', range: [0, range[0]], role: 'header' };
  yield* facts(words);
  if (range[1] > source.size) {
    yield* facts({ data: `cut short: ${source.size - range[0]} of ${range[1] - range[0]} bytes` });
    return;
  }
  const hash = createHash('md5');
  yield { kind: 'entry', entry: contentHead('image', [range]) };
  for (const bytes of inClear(source, range)) {
    hash.update(bytes);
    yield { kind: 'piece', bytes };
  }
  yield { kind: 'end' };
  yield* facts({ md5: hash.digest().equals(md5) ? 'right' : 'wrong' });
  yield { kind: 'extent', range, role: 'payload' };
}

/** Each byte was turned by one of eight bytes that the mark gives, shifted bit by bit. */
function* inClear(source: Source, [start, end]: ByteRange): Generator<Uint8Array> {
  for (let at = start; at < end; at += PIECE_LIMIT) {
    yield source
      .bytes(at, Math.min(end, at + PIECE_LIMIT))
      .map((byte, i) => byte ^ ((MARK >>> (i % 8)) & 0xff));
  }
}
