import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, filePart, hex } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';
import { latin1 } from '#engine/bytes/text';

/** What an image is, by its mark. */
const KINDS: Readonly<Record<string, string>> = {
  cs6c: 'kernel',
  cr6c: 'kernel with root file system',
  cs6b: 'kernel',
  cr6b: 'kernel with root file system',
  csro: 'kernel',
  r6cr: 'root file system',
  r6br: 'root file system',
  w6cg: 'web pages',
  w6bg: 'web pages',
};

/** Images for Realtek's routers: kernel, root file system and web pages, each behind a header of sixteen bytes. */
export const realtekImage: Format = {
  kind: 'format',
  id: 'realtek-image',
  version: 1,
  doc: {
    name: 'Realtek firmware image (cvimg)',
    says: 'Gives the image and states what it is, where it is loaded and written, and whether it matches its sum.',
    sources: [
      'Realtek SDK for RTL819x, users/goahead or boa, tools/cvimg.c and apmib.h: IMG_HEADER_T, as kept by OpenWrt for RTL8196',
    ],
    limits: [
      'Inside other bytes only images with a right sum are recognised.',
      'Web pages are packed in a way of their own and are given as stored.',
      'An image cut short is not given; its bytes are searched.',
    ],
  },
  magics: magics(),
  open(source, whole) {
    const header = readHeader(source);
    if (header === null) return null;
    const isRight = header.range[1] <= source.size && sumsToZero(source, header.range);
    return whole || isRight ? readImage(source, header, isRight) : null;
  },
};

const HEADER = 16;

/** Bytes of an image. */
const SIZE_LIMIT = 64 * 1024 * 1024;

function magics(): readonly Magic[] {
  return Object.keys(KINDS).map((mark) => ({ bytes: new TextEncoder().encode(mark), at: 0 }));
}

interface Header {
  readonly mark: string;
  readonly load: number;
  readonly place: number;
  /** Of what follows the header, the sum at its end included. */
  readonly range: ByteRange;
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const c = new Cursor(source.bytes(0, HEADER));
  const mark = latin1(c.take(4));
  const load = c.u32be();
  const place = c.u32be();
  const size = c.u32be();
  const isSane = size > 4 && size % 2 === 0 && size <= SIZE_LIMIT && place < SIZE_LIMIT && load % 4 === 0;
  return isSane ? { mark, load, place, range: [HEADER, HEADER + size] } : null;
}

/** Words of 16 bits, the one at the end makes their sum zero. */
function sumsToZero(source: Source, range: ByteRange): boolean {
  const sum = fold(source, range, 0, (window, state) => {
    const view = new DataView(window.buffer, window.byteOffset, window.byteLength);
    let total = state;
    for (let at = 0; at + 1 < window.length; at += 2) total = (total + view.getUint16(at)) & 0xffff;
    return total;
  });
  return sum === 0;
}

function* readImage(
  source: Source,
  { mark, load, place, range }: Header,
  isRight: boolean,
): Generator<Reading> {
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield* facts({ mark, kind: KINDS[mark] ?? null, load: hex(load), place: hex(place) });
  if (range[1] > source.size) {
    yield* facts({ data: `cut short: ${source.size - HEADER} of ${range[1] - HEADER} bytes` });
    return;
  }
  yield* facts({ sum: isRight ? 'right' : 'wrong' });
  yield* filePart(source, (KINDS[mark] ?? mark).replaceAll(' ', '-'), [HEADER, range[1] - 2]);
  yield { kind: 'extent', range: [range[1] - 2, range[1]], role: 'metadata' };
}
