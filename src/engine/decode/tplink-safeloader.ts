import { createHash } from 'node:crypto';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fillersIn } from '#engine/bytes/filler';
import { facts, fileHead, filePart, hex } from '#engine/bytes/parts';
import { fold, piecesOf } from '#engine/bytes/pieces';
import { complement } from '#engine/bytes/ranges';
import { latin1 } from '#engine/bytes/text';

/** Images for TP-Link's SafeLoader: a table of parts in text, and the parts. */
export const tplinkSafeloader: Format = {
  kind: 'format',
  id: 'tplink-safeloader',
  version: 1,
  doc: {
    name: 'TP-Link SafeLoader firmware image',
    says: 'Gives each part under its name; states versions, supported models, the layout of flash, and whether the image matches its salted MD5.',
    sources: [
      'OpenWrt firmware-utils, tplink-safeloader.c: factory image, tables of parts, headers of texts, salt',
    ],
    limits: [
      'The MD5 is made with the published salt; newer images are signed instead and count as not matching.',
      'A signature behind the image is not read.',
      'A part that is cut short, or lies outside of the image, is not given; its bytes are searched.',
      'At most 64 parts.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('fwup-ptn '), at: 0x1014 }],
  open(source) {
    const image = readHeader(source);
    return image === null ? null : readImage(source, image);
  },
};

/** Where the table stands, and where places in it count from. */
const TABLE_AT = 0x1014;
const TABLE = 0x800;

const VENDOR_AT = 0x14;

const PART_LIMIT = 64;

/** Bytes of an image; a text in place of the size says more. */
const SIZE_LIMIT = 256 * 1024 * 1024;

interface Part {
  readonly name: string;
  readonly range: ByteRange;
}

interface Image {
  /** Bytes. */
  readonly size: number;
  readonly md5: Uint8Array;
  /** Text of the vendor; empty: none. */
  readonly vendor: string;
  /** Where the table ends, with the zero behind its last line. */
  readonly tableEnd: number;
  readonly parts: readonly Part[];
}

function readHeader(source: Source): Image | null {
  if (source.size < TABLE_AT + TABLE) return null;
  const c = new Cursor(source.bytes(0, TABLE_AT + TABLE));
  const size = c.u32be();
  const md5 = c.take(16);
  const vendorSize = c.u32be();
  const text = latin1(c.bytes.subarray(TABLE_AT));
  const lines = [
    ...text.matchAll(/fwup-ptn ([\x21-\x7e]{1,31}) base 0x([0-9a-f]{1,8}) size 0x([0-9a-f]{1,8})[\t\r\n]+/gy),
  ];
  if (lines.length === 0 || size < TABLE_AT + TABLE || size > SIZE_LIMIT) return null;
  const end = lines.reduce((sum, { 0: line }) => sum + line.length, 0);
  const isText = vendorSize <= TABLE_AT - VENDOR_AT - 4;
  return {
    size,
    md5,
    vendor: isText ? printable(c.take(vendorSize)) : '',
    tableEnd: TABLE_AT + end + (text[end] === '\0' ? 1 : 0),
    parts: lines.slice(0, PART_LIMIT).map(({ 1: name = '', 2: base = '', 3: length = '' }) => {
      const start = TABLE_AT + Number.parseInt(base, 16);
      return { name, range: [start, start + Number.parseInt(length, 16)] };
    }),
  };
}

/** Text in one line: ends of lines as commas, what is not printable left out. */
function printable(bytes: Uint8Array): string {
  return latin1(bytes)
    .split(/[\r\n\0]+/)
    .map((line) => line.replaceAll(/[^\x20-\x7e]/g, ''))
    .filter((line) => line !== '')
    .join(', ');
}

function* readImage(source: Source, image: Image): Generator<Reading> {
  const { size, vendor, tableEnd, parts } = image;
  yield { kind: 'extent', range: [0, VENDOR_AT + 4], role: 'header' };
  yield { kind: 'extent', range: [TABLE_AT, tableEnd], role: 'metadata' };
  const vendorEnd = VENDOR_AT + 4 + new Cursor(source.bytes(VENDOR_AT, VENDOR_AT + 4)).u32be();
  const hasVendor = vendor !== '' && vendorEnd <= TABLE_AT;
  if (hasVendor) yield { kind: 'extent', range: [VENDOR_AT + 4, vendorEnd], role: 'metadata' };
  yield* facts({
    vendor: hasVendor ? vendor : null,
    md5: size <= source.size ? checkMd5(source, image) : null,
    data: size <= source.size ? null : `cut short: ${source.size} of ${size} bytes`,
  });
  const known: ByteRange[] = [
    [0, hasVendor ? vendorEnd : VENDOR_AT + 4],
    [TABLE_AT, tableEnd],
  ];
  for (const part of parts) {
    if (part.range[1] > Math.min(size, source.size)) {
      yield* facts({ [part.name]: `cut short or outside: ends at ${hex(part.range[1])}` });
      continue;
    }
    yield* givePart(source, part);
    known.push(part.range);
  }
  const end = known.reduce((most, range) => Math.max(most, range[1]), 0);
  for (const { range, role } of fillersIn(source, complement(known, [0, end])))
    yield { kind: 'extent', range, role };
}

/** The salt, then everything behind the MD5. */
function checkMd5(source: Source, { size, md5 }: Image): string {
  if (md5.every((byte) => byte === 0)) return 'not stated';
  const hash = createHash('md5').update(SALT);
  fold(source, [VENDOR_AT, size], hash, (window, state) => state.update(window));
  return hash.digest().equals(md5) ? 'right' : 'does not match';
}

const SALT = Buffer.from('7a2b15ed9b98596de504ab44ac2a9f4e', 'hex');

/** Small parts have their length and a zero in front of them, and perhaps a byte of filling behind. */
function* givePart(source: Source, { name, range }: Part): Generator<Reading> {
  const inner = withoutHeader(source, range);
  if (inner === null) {
    yield* filePart(source, name, range);
    if (name === 'partition-table') yield* statedLayout(source, range);
    return;
  }
  yield { kind: 'entry', entry: fileHead(name, [inner]) };
  yield* piecesOf(source, inner);
  yield { kind: 'end' };
  yield { kind: 'extent', range: [range[0], inner[0]], role: 'header' };
  yield { kind: 'extent', range: inner, role: 'payload' };
  yield { kind: 'extent', range: [inner[1], range[1]], role: 'padding' };
  if (name === 'soft-version') yield* statedVersion(source.bytes(...inner));
  if (name === 'support-list')
    yield* facts({ 'supported-models': printable(source.bytes(...inner)).replace(/^SupportList:, /, '') });
}

/** Largest part that has a header. */
const SMALL = 64 * 1024;

function withoutHeader(source: Source, [start, end]: ByteRange): ByteRange | null {
  if (end - start < 8 || end - start > SMALL) return null;
  const c = new Cursor(source.bytes(start, start + 8));
  const length = c.u32be();
  const rest = end - start - 8 - length;
  return c.u32be() === 0 && length > 0 && (rest === 0 || rest === 1) ? [start + 8, start + 8 + length] : null;
}

/** Version, date in decimal digits, revision; or a text. */
function* statedVersion(bytes: Uint8Array): Generator<Reading> {
  if (bytes[0] !== 0xff) {
    yield* facts({ version: printable(bytes) });
    return;
  }
  if (bytes.length < 12) return;
  const c = new Cursor(bytes, 1);
  const version = [c.u8(), c.u8(), c.u8()].join('.');
  const digits = Buffer.from(c.take(4)).toString('hex');
  yield* facts({
    version,
    date: /^\d{8}$/.test(digits) ? `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}` : null,
    revision: String(c.u32be()),
  });
}

/** The layout of flash behind four bytes, one partition a line. */
function* statedLayout(source: Source, [start, end]: ByteRange): Generator<Reading> {
  const text = latin1(source.bytes(start, Math.min(end, start + SMALL)));
  const lines = [
    ...text.matchAll(
      /^(?:[\s\S]{4})?partition ([\x21-\x7e]{1,31}) base 0x([0-9a-f]{1,8}) size 0x([0-9a-f]{1,8})\s/gm,
    ),
  ];
  for (const { 1: name = '', 2: base = '', 3: size = '' } of lines.slice(0, PART_LIMIT)) {
    yield* facts({
      [`partition.${name}`]: `${hex(Number.parseInt(base, 16))}, ${Number.parseInt(size, 16)} bytes`,
    });
  }
}
