import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { BZIP2_HEADER, bzip2BlockSize, bzip2Pieces } from '#engine/bytes/bzip2';
import { lzma2Pieces } from '#engine/bytes/lzma-stream';
import { PIECE_LIMIT } from '#engine/bytes/pieces';
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

// Streams that archives keep as the content of a file: nothing but content is wanted of them.

/** The bytes as they are, up to the end of the source. */
export function* storedPieces(source: Source, from: number): Pieces {
  for (let at = from; at < source.size; at += PIECE_LIMIT) {
    yield source.bytes(at, Math.min(source.size, at + PIECE_LIMIT));
  }
  return source.size;
}

/** One bzip2 stream with its header.
 *  @returns (of the generator) where it ends
 *  @throws Malformed */
export function* bzip2Content(source: Source, at: number): Pieces {
  const blockSize = bzip2BlockSize(source.bytes(at, Math.min(source.size, at + BZIP2_HEADER + 6))); // with the mark of a block
  if (blockSize === null) throw new Malformed('no bzip2 stream', at);
  return yield* bzip2Pieces(source, at + BZIP2_HEADER, blockSize);
}

/** Bytes of the largest block header. */
const XZ_BLOCK_HEADER_LIMIT = 1024;

/** Blocks of one stream; the largest encoders make of a gibibyte has a few thousand. */
const XZ_BLOCK_LIMIT = 100_000;

/** One xz stream, after the checks of its blocks, index and footer.
 *  @returns (of the generator) where it ends
 *  @throws Malformed */
export function* xzContent(source: Source, from: number): Pieces {
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
