import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { facts } from '#engine/bytes/parts';

/** What ASUS puts behind its images: the number of the build. */
export const asusTail: Format = {
  kind: 'format',
  id: 'asus-tail',
  version: 1,
  doc: {
    name: 'Tail of an ASUS firmware image',
    says: 'States the numbers of the build and whether tail and footer match their checksums.',
    sources: ['OpenWrt firmware-utils, asusuimage.c: tail_content_t, tail_footer_t'],
    limits: ['Only tails of twelve bytes with a footer are read; the older ones without a mark are not.'],
  },
  magics: [{ bytes: Uint8Array.of(0x2a, 0xfe, 0xd4, 0x14), at: 20 }],
  open(source) {
    if (source.size < SIZE) return null;
    const bytes = source.bytes(0, SIZE);
    // kind and flags, then twelve as the length of what stands before the footer
    return (bytes[12] ?? 0) >>> 4 === 1 &&
      new Cursor(bytes, 13).u8() === 0 &&
      new Cursor(bytes, 14).u16be() === CONTENT
      ? readTail(source)
      : null;
  },
};

const CONTENT = 12;
const SIZE = 24;

function* readTail(source: Source): Generator<Reading> {
  const bytes = source.bytes(0, SIZE);
  const c = new Cursor(bytes);
  const extended = c.u32be();
  const build = c.u16be();
  c.at = 16;
  const footerSum = c.u16be();
  const sum = c.u16be();
  const footer = Uint8Array.from(bytes.subarray(CONTENT)).fill(0, 4, 6);
  yield { kind: 'extent', range: [0, SIZE], role: 'metadata' };
  yield* facts({
    build: String(build),
    'extended-build': String(extended),
    sum: isSum(bytes.subarray(0, CONTENT), sum) ? 'right' : 'wrong',
    'footer-sum': isSum(footer, footerSum) ? 'right' : 'wrong',
  });
}

/** Words of 16 bits, one over the other, turned; in the byte order of whoever made it. */
function isSum(bytes: Uint8Array, stated: number): boolean {
  const c = new Cursor(bytes);
  let sum = 0xffff;
  while (c.left >= 2) sum ^= c.u16be();
  return sum === stated || (((sum << 8) | (sum >>> 8)) & 0xffff) === stated;
}
