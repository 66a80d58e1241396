import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { bitmapEnd } from '#engine/bytes/bitmap';
import { Cursor } from '#engine/bytes/cursor';
import { latin1 } from '#engine/bytes/text';

/** Icons and pointers of Windows, as web servers give them to browsers. */
export const ico: Format = {
  kind: 'format',
  id: 'ico',
  version: 1,
  doc: {
    name: 'Windows icon or pointer',
    says: 'Claims the directory and each bitmap to the end of its pixels; pictures in PNG are left to that format.',
    sources: ['Microsoft, Icons, 1995: ICONDIR, ICONIMAGE', 'Microsoft, BITMAPINFOHEADER structure'],
    limits: [
      'Recognised only as a whole artefact: it has no mark of its own.',
      'Compressed bitmaps are not claimed.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole || source.size < 6 + 16 + 8) return null;
    const c = new Cursor(source.bytes(0, 6));
    const reserved = c.u16le();
    const type = c.u16le(); // 1 icon, 2 pointer
    const count = c.u16le();
    const isLikely = reserved === 0 && (type === 1 || type === 2) && count >= 1 && count <= IMAGES_LIMIT;
    return isLikely ? claim(source, count) : null;
  },
};

/** Images of one icon. */
const IMAGES_LIMIT = 256;

function* claim(source: Source, count: number): Generator<Reading> {
  const directoryEnd = 6 + 16 * count;
  if (directoryEnd > source.size) throw new Malformed('directory cut short', 6);
  const c = new Cursor(source.bytes(6, directoryEnd), 0, 6);
  yield { kind: 'extent', range: [0, directoryEnd], role: 'header' };
  for (let i = 0; i < count; i++) {
    c.skip(8); // width, height, colours, reserved, planes or hot spot, depth or hot spot
    const size = c.u32le();
    const at = c.u32le();
    if (at < directoryEnd || at + size > source.size || size < 8)
      throw new Malformed('image leaves the file', 6 + 16 * i);
    if (latin1(source.bytes(at, at + 8)) === '\x89PNG\r\n\x1a\n') continue;
    const bitmap = bitmapEnd(source, at, at + size, true);
    if (bitmap === null) throw new Malformed('image is no bitmap', at);
    yield { kind: 'extent', range: [at, bitmap.pixelsAt], role: 'header' };
    yield { kind: 'extent', range: [bitmap.pixelsAt, Math.min(bitmap.end, at + size)], role: 'payload' };
  }
  yield { kind: 'fact', name: 'images', value: String(count) };
}
