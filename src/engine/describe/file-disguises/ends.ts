import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { readElf } from '#engine/bytes/elf';

/** Chunks and segments of one picture. */
const STEPS = 100_000;
/** Bytes read at once in the data of a picture. */
const STEP = 1024 * 1024;

/** Where the content of a file ends by what it says itself; null: it does not say.
 *  @throws Malformed when headers leave the file */
export function endOfContent(source: Source, format: 'elf' | 'png' | 'jpeg'): number | null {
  switch (format) {
    case 'elf':
      return endOfElf(source);
    case 'png':
      return endOfPng(source);
    case 'jpeg':
      return endOfJpeg(source);
  }
}

/** The last byte that a header, segment or section names. */
function endOfElf(source: Source): number | null {
  const elf = readElf(source);
  // without sections what follows the segments may be anything the linker left
  if (elf === null || elf.sectionsUnusable !== null || elf.sections.length === 0) return null;
  const ranges = [
    elf.header,
    elf.programHeaders,
    elf.sectionHeaders,
    ...elf.segments.flatMap(({ range }) => (range === null ? [] : [range])),
    ...elf.sections.flatMap(({ range }) => (range === null ? [] : [range])),
  ];
  return ranges.reduce((end, [, to]) => Math.max(end, to), 0);
}

/** Behind IEND.
 *  Source: ISO/IEC 15948, 5.3 and 11.2.5 */
function endOfPng(source: Source): number | null {
  let at = 8; // signature
  for (let steps = 0; steps < STEPS && at + 12 <= source.size; steps++) {
    const c = new Cursor(source.bytes(at, at + 8));
    const length = c.u32be();
    const type = c.u32be();
    if (length > source.size - at - 12) return null;
    at += 12 + length; // length, type, data, checksum
    if (type === 0x49454e44) return at;
  }
  return null;
}

const EOI = 0xd9;
const SOS = 0xda;

/** Behind the marker EOI that ends the scans.
 *  Source: ITU-T T.81, B.1.1 and B.2 */
function endOfJpeg(source: Source): number | null {
  let at = 2; // SOI
  for (let steps = 0; steps < STEPS && at + 4 <= source.size; steps++) {
    const c = new Cursor(source.bytes(at, at + 4));
    if (c.u8() !== 0xff) return null;
    const marker = c.u8();
    if (marker === EOI) return at + 2;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    const length = c.u16be();
    if (length < 2 || length > source.size - at - 2) return null;
    at += 2 + length;
    if (marker !== SOS) continue;
    const next = nextMarker(source, at);
    if (next === null) return null;
    at = next;
  }
  return at + 2 <= source.size && source.bytes(at, at + 2)[1] === EOI ? at + 2 : null;
}

/** The next marker in coded data: `FF` followed by neither zero nor a restart. */
function nextMarker(source: Source, from: number): number | null {
  for (let base = from; base < source.size; base += STEP) {
    const bytes = source.bytes(base, Math.min(source.size, base + STEP + 1));
    for (
      let i = bytes.indexOf(0xff);
      i !== -1 && i < Math.min(STEP, bytes.length - 1);
      i = bytes.indexOf(0xff, i + 1)
    ) {
      const marker = bytes[i + 1] ?? 0;
      if (marker !== 0 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd7)) return base + i;
    }
  }
  return null;
}
