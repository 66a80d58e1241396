import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { deflatePieces } from '#engine/bytes/deflate';
import { lzmaProperties } from '#engine/bytes/lzma';
import { lzmaPieces } from '#engine/bytes/lzma-stream';
import { windowOf } from '#engine/bytes/source';
import { bzip2Content, storedPieces, xzContent } from '#engine/bytes/stored-streams';
import type { Pieces } from '#engine/bytes/stream';
import { skippableEnd, ZstdFrame, zstdHeader } from '#engine/bytes/zstd';
import { type Header, STREAMED } from '#engine/decode/zip/headers';

/** In LZMA: an end marker ends the stream. */
const HAS_MARKER = 2;

/** The content of a member piece by piece.
 *  @param at   where it begins
 *  @param end  where it ends at the latest
 *  @returns (of the generator) where it really ends; null: the method is not read */
export function contentPieces(source: Source, header: Header, at: number, end: number): Pieces | null {
  const window = windowOf(source, 0, end);
  switch (header.method) {
    case 0:
      return storedPieces(window, at);
    case 8:
      return deflatePieces(window, at);
    case 12:
      return bzip2Content(window, at);
    case 14:
      return lzmaContent(window, at, header);
    case 20:
    case 93:
      return zstdContent(window, at);
    case 95:
      return xzContent(window, at);
    default:
      return null;
  }
}

/** §5.8: version of the encoder, length of the properties, then those of an LZMA stream. */
function* lzmaContent(source: Source, at: number, { flags, size }: Header): Pieces {
  const c = new Cursor(source.bytes(at, Math.min(source.size, at + 9)), 0, at);
  c.skip(2); // version
  const length = c.u16le();
  const properties = lzmaProperties(c.u8());
  const dictionary = c.u32le();
  if (length !== 5 || properties === null) throw new Malformed('no LZMA properties', at);
  const isOpen = (flags & HAS_MARKER) !== 0 || ((flags & STREAMED) !== 0 && size === 0);
  const { end } = yield* lzmaPieces(source, at + 9, properties, dictionary, isOpen ? null : size);
  return end;
}

function* zstdContent(source: Source, from: number): Pieces {
  let at = skippableEnd(source, from) ?? from;
  let header = zstdHeader(source, at);
  if (header === null) throw new Malformed('no zstd frame', at);
  while (header !== null) {
    at = yield* new ZstdFrame(source, at, header).pieces();
    at = skippableEnd(source, at) ?? at;
    header = at < source.size ? zstdHeader(source, at) : null;
  }
  return at;
}
