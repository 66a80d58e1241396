import type { Role } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { latin1 } from '#engine/bytes/text';

/** Pictures in GIF. */
export const gif: Format = {
  kind: 'format',
  id: 'gif',
  version: 1,
  doc: {
    name: 'GIF picture',
    says: 'Claims the blocks of the picture from its header to its trailer.',
    sources: ['CompuServe, Graphics Interchange Format 89a, 1990: sections 17 to 27'],
    limits: [
      'Compressed pixels are claimed without unpacking.',
      'Extensions of unknown applications are not claimed.',
      'A picture that ends without its trailer is claimed to its last whole block.',
    ],
  },
  magics: [
    { bytes: new TextEncoder().encode('GIF87a'), at: 0 },
    { bytes: new TextEncoder().encode('GIF89a'), at: 0 },
  ],
  open(source) {
    return source.size < 14 ? null : claim(source);
  },
};

function* claim(source: Source): Generator<Reading> {
  const c = new Cursor(source.bytes(6, 13), 0, 6);
  const width = c.u16le();
  const height = c.u16le();
  const flags = c.u8();
  c.skip(2); // background, aspect
  if (width === 0 || height === 0) throw new Malformed('picture without an area', 6);
  let at = 13 + tableSize(flags);
  if (at > source.size) throw new Malformed('colour table leaves the picture', 13);
  yield { kind: 'extent', range: [0, at], role: 'header' };
  yield { kind: 'fact', name: 'pixels', value: `${width} × ${height}` };
  let images = 0;
  while (at < source.size) {
    const [kind] = source.bytes(at, at + 1);
    if (kind === 0x3b) {
      yield { kind: 'extent', range: [at, at + 1], role: 'header' };
      break;
    }
    if (kind === 0x2c) {
      at = yield* claimImage(source, at);
      images++;
    } else if (kind === 0x21) at = yield* claimExtension(source, at);
    else if (images > 0 && kind === 0) {
      // some writers leave a terminator too much
      yield { kind: 'extent', range: [at, at + 1], role: 'padding' };
      at++;
    } else throw new Malformed(`block of unknown kind ${kind}`, at);
  }
  if (images === 0) throw new Malformed('picture without an image', at);
  if (at >= source.size) yield { kind: 'fact', name: 'trailer', value: 'missing' };
}

/** Bytes of the colour table that follows, by the flags in front of it. */
function tableSize(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function* claimImage(source: Source, at: number): Generator<Reading, number> {
  if (at + 11 > source.size) throw new Malformed('image cut short', at);
  const [flags = 0] = source.bytes(at + 9, at + 10);
  const dataAt = at + 10 + tableSize(flags) + 1; // the last byte: smallest code size
  if (dataAt > source.size) throw new Malformed('image cut short', at);
  const end = blocksEnd(source, dataAt);
  yield { kind: 'extent', range: [at, dataAt], role: 'header' };
  yield { kind: 'extent', range: [dataAt, end], role: 'payload' };
  return end;
}

/** Sub-blocks, each behind its length, up to an empty one. */
function blocksEnd(source: Source, from: number): number {
  for (let at = from; at < source.size; ) {
    const [length = 0] = source.bytes(at, at + 1);
    at += 1 + length;
    if (length === 0) return at;
  }
  throw new Malformed('data without an end', from);
}

const APPLICATIONS = new Set([
  'NETSCAPE2.0',
  'ANIMEXTS1.0',
  'XMP DataXMP',
  'ICCRGBG1012',
  'ICCRGBG1015',
  'ADOBE:IR1.0',
]);

function* claimExtension(source: Source, at: number): Generator<Reading, number> {
  if (at + 3 > source.size) throw new Malformed('extension cut short', at);
  const [label = 0] = source.bytes(at + 1, at + 2);
  const end = blocksEnd(source, at + 2);
  yield { kind: 'extent', range: [at, at + 2], role: 'header' };
  const role = roleOf(source, label, at + 2);
  if (role !== null) yield { kind: 'extent', range: [at + 2, end], role };
  return end;
}

/** Null: nobody says what the extension holds. */
function roleOf(source: Source, label: number, at: number): Role | null {
  if (label === 0xf9 || label === 0x01 || label === 0xfe) return 'metadata'; // control, text, comment
  if (label !== 0xff || at + 12 > source.size) return null;
  return APPLICATIONS.has(latin1(source.bytes(at + 1, at + 12))) ? 'metadata' : null;
}
