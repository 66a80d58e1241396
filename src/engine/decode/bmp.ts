import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { type Bitmap, bitmapEnd } from '#engine/bytes/bitmap';
import { Cursor } from '#engine/bytes/cursor';
import { isZero } from '#engine/bytes/pieces';

/** Pictures in Windows bitmaps. */
export const bmp: Format = {
  kind: 'format',
  id: 'bmp',
  version: 1,
  doc: {
    name: 'Windows bitmap',
    says: 'Claims headers, colour table and pixels.',
    sources: ['Microsoft, Bitmap Storage; BITMAPFILEHEADER, BITMAPINFOHEADER, BITMAPV5HEADER'],
    limits: [
      'Recognised only as a whole artefact: its mark is two letters.',
      'Colour profiles behind the pixels are not claimed.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size < 26) return null;
    const c = new Cursor(source.bytes(0, 14));
    if (c.u16be() !== 0x424d) return null; // BM
    c.skip(8); // size of the file, which many writers get wrong; reserved
    const bitmap = bitmapEnd(source, 14, source.size, false);
    return bitmap === null ? null : claim(source, bitmap, c.u32le());
  },
};

/** @param pixelsAt  as the header states it */
function* claim(source: Source, bitmap: Bitmap, pixelsAt: number): Generator<Reading> {
  const end = pixelsAt + bitmap.size;
  if (pixelsAt < bitmap.pixelsAt || end > source.size) throw new Malformed('pixels leave the file', 10);
  yield { kind: 'extent', range: [0, bitmap.pixelsAt], role: 'header' };
  if (isZero(source, [bitmap.pixelsAt, pixelsAt])) {
    yield { kind: 'extent', range: [bitmap.pixelsAt, pixelsAt], role: 'padding' };
  }
  yield { kind: 'extent', range: [pixelsAt, end], role: 'payload' };
  yield { kind: 'fact', name: 'pixels', value: `${bitmap.width} × ${bitmap.height}` };
}
