import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { BZIP2_HEADER, bzip2BlockSize, bzip2Pieces } from '#engine/bytes/bzip2';
import { Cursor } from '#engine/bytes/cursor';
import { deflatePieces } from '#engine/bytes/deflate';
import { lzmaProperties } from '#engine/bytes/lzma';
import { lzma2Pieces, lzmaPieces } from '#engine/bytes/lzma-stream';
import { PIECE_LIMIT } from '#engine/bytes/pieces';
import { windowOf } from '#engine/bytes/source';
import type { Pieces } from '#engine/bytes/stream';
import {
  checkSize,
  runningCheck,
  unfiltered,
  XZ_HEADER,
  xzBlockHeader,
  xzHeader,
  type XzRecord,
  xzTail,
  xzTailLimit,
} from '#engine/bytes/xz';
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

function* storedPieces(source: Source, from: number): Pieces {
  for (let at = from; at < source.size; at += PIECE_LIMIT) {
    yield source.bytes(at, Math.min(source.size, at + PIECE_LIMIT));
  }
  return source.size;
}

function* bzip2Content(source: Source, at: number): Pieces {
  const blockSize = bzip2BlockSize(source.bytes(at, Math.min(source.size, at + BZIP2_HEADER + 6))); // with the mark of a block
  if (blockSize === null) throw new Malformed('no bzip2 stream', at);
  return yield* bzip2Pieces(source, at + BZIP2_HEADER, blockSize);
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

/** Bytes of the largest block header. */
const XZ_BLOCK_HEADER_LIMIT = 1024;

/** Blocks of one stream; the largest encoders make of a gibibyte has a few thousand. */
const XZ_BLOCK_LIMIT = 100_000;

function* xzContent(source: Source, from: number): Pieces {
  const { check } = xzHeader(source.bytes(from, Math.min(source.size, from + XZ_HEADER)));
  const blocks: XzRecord[] = [];
  let at = from + XZ_HEADER;
  for (;;) {
    const window = source.bytes(at, Math.min(source.size, at + XZ_BLOCK_HEADER_LIMIT));
    if (window.length === 0) throw new Malformed('xz stream has no index', at);
    if (window[0] === 0) break;
    if (blocks.length === XZ_BLOCK_LIMIT) throw new Malformed(`more than ${XZ_BLOCK_LIMIT} xz blocks`, at);
    const header = located(at, () => xzBlockHeader(window, 0));
    const running = runningCheck(check);
    let unpacked = 0;
    let pieces: Pieces = lzma2Pieces(source, at + header.size, header.dictionarySize);
    for (const filter of header.filters) pieces = unfiltered(pieces, filter);
    let step = pieces.next();
    for (; step.done !== true; step = pieces.next()) {
      unpacked += step.value.length;
      running.update(step.value);
      yield step.value;
    }
    const checkAt = at + Math.ceil((step.value - at) / 4) * 4;
    const blockEnd = checkAt + checkSize(check);
    if (blockEnd > source.size) throw new Malformed('xz block ends before its check', step.value);
    if (running.matches(source.bytes(checkAt, blockEnd)) === false)
      throw new Malformed('content of an xz block does not match its check', blockEnd);
    blocks.push({ packed: step.value - at + checkSize(check), unpacked });
    at = blockEnd;
  }
  const tail = source.bytes(at, Math.min(source.size, at + xzTailLimit(blocks.length)));
  return at + located(at, () => xzTail(tail, blocks, check));
}

/** A break that counts from `base`, as an offset in the source. */
function located<T>(base: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, base + error.at) : error;
  }
}
