import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, fieldText, filePart, hex } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';

/** Images of Edimax's routers with a header of twenty bytes and a sum at the end. */
export const edimaxImage: Format = {
  kind: 'format',
  id: 'edimax-image',
  version: 1,
  doc: {
    name: 'Edimax firmware image (CSYS)',
    says: 'Gives the image and states model, addresses, byte order, and whether it matches its sum.',
    sources: ['OpenWrt firmware-utils, mkedimaximg.c: header, sum'],
    limits: [
      'Only the mark CSYS is recognised; inside other bytes only with a right sum.',
      'An image cut short is not given; its bytes are searched.',
      'One byte of filling in front of the sum cannot be told from content: it is given as content.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('CSYS'), at: 0 }],
  open(source, whole) {
    const header = readHeader(source);
    if (header === null) return null;
    const isRight = header.range[1] <= source.size && isSumRight(source, header);
    return whole || isRight ? readImage(source, header, isRight) : null;
  },
};

const HEADER = 20;

/** Bytes of an image. */
const SIZE_LIMIT = 64 * 1024 * 1024;

interface Header {
  readonly isLittle: boolean;
  readonly start: number;
  readonly flash: number;
  readonly model: string;
  /** Of what follows the header, the sum at its end included. */
  readonly range: ByteRange;
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const bytes = source.bytes(0, HEADER);
  return (
    [true, false]
      .map((isLittle) => readFields(new Cursor(bytes, 4), isLittle))
      .find((header) => header !== null) ?? null
  );
}

function readFields(c: Cursor, isLittle: boolean): Header | null {
  const word = () => (isLittle ? c.u32le() : c.u32be());
  const start = word();
  const flash = word();
  const model = fieldText(c.take(4));
  const size = word();
  const isSane = size > 4 && size <= SIZE_LIMIT && size % 2 === 0 && /^[\x20-\x7e]{2,4}$/.test(model);
  return isSane ? { isLittle, start, flash, model, range: [HEADER, HEADER + size] } : null;
}

/** What makes the sum of the words of 16 bits zero. */
function isSumRight(source: Source, { isLittle, range }: Header): boolean {
  const sum = fold(source, range, 0, (window, state) => {
    const view = new DataView(window.buffer, window.byteOffset, window.byteLength);
    let total = state;
    for (let at = 0; at + 1 < window.length; at += 2) total = (total + view.getUint16(at, isLittle)) & 0xffff;
    return total;
  });
  return sum === 0;
}

function* readImage(source: Source, header: Header, isRight: boolean): Generator<Reading> {
  const { isLittle, start, flash, model, range } = header;
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield* facts({
    model,
    'byte-order': isLittle ? 'little endian' : 'big endian',
    load: hex(start),
    place: hex(flash),
  });
  if (range[1] > source.size) {
    yield* facts({ data: `cut short: ${source.size - HEADER} of ${range[1] - HEADER} bytes` });
    return;
  }
  yield* facts({ sum: isRight ? 'right' : 'wrong' });
  yield* filePart(source, 'image', [HEADER, range[1] - 2]);
  yield { kind: 'extent', range: [range[1] - 2, range[1]], role: 'metadata' };
}
