import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
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
    const images = readDirectory(source);
    return images === null ? null : claim(source, images);
  },
};

/** Images of one icon. */
const IMAGES_LIMIT = 256;

/** Where each image stands. Null: no directory, or an image that is neither bitmap nor PNG: the few small numbers of a
 *  directory occur in other files too. */
function readDirectory(source: Source): readonly ByteRange[] | null {
  const c = new Cursor(source.bytes(0, 6));
  const reserved = c.u16le();
  const type = c.u16le(); // 1 icon, 2 pointer
  const count = c.u16le();
  const end = 6 + 16 * count;
  const isLikely = reserved === 0 && (type === 1 || type === 2) && count >= 1 && count <= IMAGES_LIMIT;
  if (!isLikely || end > source.size) return null;
  const list = new Cursor(source.bytes(6, end));
  const images = Array.from({ length: count }, (): ByteRange => {
    list.skip(8); // width, height, colours, reserved, planes or hot spot, depth or hot spot
    const size = list.u32le();
    const at = list.u32le();
    return [at, at + size];
  });
  const isImage = (range: ByteRange) =>
    range[0] >= end &&
    range[1] <= source.size &&
    (isPng(source, range) || bitmapEnd(source, range[0], range[1], true) !== null);
  return images.every(isImage) ? images : null;
}

function isPng(source: Source, [start, end]: ByteRange): boolean {
  return end - start >= 8 && latin1(source.bytes(start, start + 8)) === '\x89PNG\r\n\x1a\n';
}

function* claim(source: Source, images: readonly ByteRange[]): Generator<Reading> {
  yield { kind: 'extent', range: [0, 6 + 16 * images.length], role: 'header' };
  for (const range of images) {
    const bitmap = isPng(source, range) ? null : bitmapEnd(source, range[0], range[1], true);
    if (bitmap === null) continue;
    yield { kind: 'extent', range: [range[0], bitmap.pixelsAt], role: 'header' };
    yield { kind: 'extent', range: [bitmap.pixelsAt, Math.min(bitmap.end, range[1])], role: 'payload' };
  }
  yield { kind: 'fact', name: 'images', value: String(images.length) };
}
