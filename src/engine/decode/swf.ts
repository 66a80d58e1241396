import { inflateSync } from 'node:zlib';
import type { EntryHead } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { piecesOf } from '#engine/bytes/pieces';
import { memorySource, READ_LIMIT } from '#engine/bytes/source';

/** Flash films, as old web pages of equipment hold them. */
export const swf: Format = {
  kind: 'format',
  id: 'swf',
  version: 1,
  doc: {
    name: 'Flash film (SWF)',
    says: 'Claims the tags of a plain film; a compressed film becomes an entry that is opened as a plain one.',
    sources: ['Adobe, SWF File Format Specification 19, chapters 2 and 3, appendix A'],
    limits: [
      'Films compressed with LZMA are not read.',
      'Programs inside are claimed, not read; attached binary data and unknown tags are not claimed.',
      'Compressed films above 16 MiB packed or 64 MiB unpacked are not read.',
    ],
  },
  magics: [
    { bytes: new TextEncoder().encode('FWS'), at: 0 },
    { bytes: new TextEncoder().encode('CWS'), at: 0 },
  ],
  open(source) {
    if (source.size < 12) return null;
    const c = new Cursor(source.bytes(0, 8));
    const isPlain = c.u8() === 0x46;
    c.skip(2);
    const version = c.u8();
    const size = c.u32le(); // unpacked, with these eight bytes
    if (version < 1 || version > 60 || size < 12) return null;
    // three letters are little: a plain film must be there in full, a packed one begin as zlib does
    if (isPlain) return size > source.size ? null : claimPlain(source, version, size);
    return source.bytes(8, 9)[0] === 0x78 ? unpack(source, version, size) : null;
  },
};

const UNPACKED_LIMIT = 64 * 1024 * 1024;

function* claimPlain(source: Source, version: number, size: number): Generator<Reading> {
  const [first = 0] = source.bytes(8, 9);
  const frameEnd = 8 + Math.ceil((5 + 4 * (first >> 3)) / 8); // four numbers of as many bits as the first five say
  let at = frameEnd + 4; // frame rate, frame count
  yield { kind: 'extent', range: [0, at], role: 'header' };
  for (;;) {
    if (at + 2 > size) throw new Malformed('film ends without its end tag', at);
    const c = new Cursor(source.bytes(at, Math.min(size, at + 6)), 0, at);
    const head = c.u16le();
    const code = head >>> 6;
    const short = head & 63;
    const length = short === 63 ? c.u32le() : short;
    const dataAt = at + c.at;
    if (dataAt + length > size) throw new Malformed(`tag of ${length} bytes leaves the film`, at);
    yield { kind: 'extent', range: [at, dataAt], role: 'header' };
    if (isKnown(code)) yield { kind: 'extent', range: [dataAt, dataAt + length], role: 'payload' };
    at = dataAt + length;
    if (code === 0) break;
  }
  yield { kind: 'fact', name: 'version', value: String(version) };
}

/** Tags of the specification; 87 holds any data its author likes. */
function isKnown(code: number): boolean {
  return code <= 91 && code !== 87;
}

function* unpack(source: Source, version: number, size: number): Generator<Reading> {
  if (size > UNPACKED_LIMIT) throw new Malformed(`film of ${size} bytes`, 4);
  const packed = source.bytes(8, Math.min(source.size, 8 + READ_LIMIT));
  const { body, used } = inflated(packed, size - 8);
  const film = new Uint8Array(size);
  film.set(source.bytes(0, 8));
  film[0] = 0x46; // as the plain film begins
  film.set(body, 8);
  const none = { mode: null, uid: null, gid: null, modifiedAt: null, target: null, device: null };
  const entry: EntryHead = { path: 'film', type: 'file', ...none, stored: [[0, 8 + used]] };
  yield { kind: 'extent', range: [0, 8], role: 'header' };
  yield { kind: 'entry', entry };
  yield* piecesOf(memorySource(film), [0, film.length]);
  yield { kind: 'extent', range: [8, 8 + used], role: 'payload' };
  yield { kind: 'fact', name: 'version', value: String(version) };
  yield { kind: 'fact', name: 'compression', value: 'zlib' };
}

/** @throws Malformed when the stream does not give exactly `size` bytes */
function inflated(packed: Uint8Array, size: number): { readonly body: Uint8Array; readonly used: number } {
  try {
    // typed as bytes alone, but with `info` the result also tells how far the stream was read
    const { buffer, engine } = inflateSync(packed, { maxOutputLength: size, info: true }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    if (buffer.length === size) return { body: buffer, used: engine.bytesWritten };
  } catch {
    // the reason is the same for the reader: these bytes are no such film
  }
  throw new Malformed(`film does not unpack to ${size} bytes`, 8);
}
