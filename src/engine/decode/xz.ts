import { Malformed, Spent } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { lzma2Pieces } from '#engine/bytes/lzma-stream';
import { zeroesFrom } from '#engine/bytes/pieces';
import { contentHead, damaged, OutputBudget, type Pieces } from '#engine/bytes/stream';
import { READ_LIMIT } from '#engine/bytes/source';
import {
  checkName,
  checkSize,
  runningCheck,
  unfiltered,
  XZ_HEADER,
  XZ_MAGIC,
  xzBlockHeader,
  xzHeader,
  type XzRecord,
  xzTail,
  xzTailLimit,
} from '#engine/bytes/xz';

/** Streams of xz, also one after another. */
export const xz: Format = {
  kind: 'format',
  id: 'xz',
  version: 1,
  doc: {
    name: 'xz stream',
    says: 'Gives the content after the checks of header, blocks, index and footer. Streams that follow one another are one content.',
    sources: ['The .xz File Format, version 1.2.1 (2024)', 'XZ Utils 5.4: filters of branches'],
    limits: [
      'Content that does not match its check is not given; checks other than CRC-32, CRC-64 and SHA-256 are not verified.',
      'The filter for RISC-V is not known.',
      'A stream gives at most 1 GiB and reaches back at most 128 MiB.',
    ],
  },
  magics: [{ bytes: XZ_MAGIC, at: 0 }],
  open(source) {
    return isHeader(source, 0) ? readStreams(source) : null;
  },
};

/** True when a stream header with the right CRC stands here: 80 bits that are no accident. */
function isHeader(source: Source, at: number): boolean {
  if (at + XZ_HEADER > source.size) return false;
  try {
    xzHeader(source.bytes(at, at + XZ_HEADER));
    return true;
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

function* readStreams(source: Source): Generator<Reading> {
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  const { check } = xzHeader(source.bytes(0, XZ_HEADER));
  yield { kind: 'fact', name: 'check', value: checkName(check) };
  yield { kind: 'entry', entry: contentHead(null, stored) };
  let streams = 0;
  for (let at: number | null = 0; at !== null; ) {
    streams++;
    const end: number | null = yield* readStream(source, at, budget, stored);
    at = end === null ? null : yield* nextStream(source, end);
  }
  if (streams > 1) yield { kind: 'fact', name: 'streams', value: String(streams) };
}

/** Where a further stream begins, behind zeros in fours; null: none does. §2.2 */
function* nextStream(source: Source, at: number): Generator<Reading, number | null> {
  const next = zeroesFrom(source, at);
  if ((next - at) % 4 !== 0 || (next < source.size && !isHeader(source, next))) return null;
  yield { kind: 'extent', range: [at, next], role: 'padding' };
  return next < source.size ? next : null;
}

/** Gives the content of one stream. Returns where it ends; null: it broke. */
function* readStream(
  source: Source,
  from: number,
  budget: OutputBudget,
  stored: ByteRange[],
): Generator<Reading, number | null> {
  const { check } = xzHeader(source.bytes(from, from + XZ_HEADER));
  yield { kind: 'extent', range: [from, from + XZ_HEADER], role: 'header' };
  const blocks: XzRecord[] = [];
  let at = from + XZ_HEADER;
  try {
    for (;;) {
      if (at >= source.size) throw new Malformed('xz stream has no index', at);
      if (source.bytes(at, at + 1)[0] === 0) break;
      const block = yield* readBlock(source, at, check, budget, stored);
      blocks.push(block);
      at += Math.ceil(block.packed / 4) * 4;
    }
  } catch (error) {
    yield* damaged(error, true, budget, stored, at);
    return null;
  }
  try {
    const end = at + tailSize(source, at, blocks, check);
    yield { kind: 'extent', range: [at, end], role: 'metadata' };
    return end;
  } catch (error) {
    // an index stands behind the last block: the content is whole
    yield { kind: 'end' };
    throw error;
  }
}

/** Bytes of index and footer.
 *  @throws Malformed when they do not state the blocks that were read */
function tailSize(source: Source, at: number, blocks: readonly XzRecord[], check: number): number {
  const limit = Math.min(xzTailLimit(blocks.length), source.size - at);
  if (limit > READ_LIMIT) throw new Spent(`xz index ${READ_LIMIT} bytes`);
  try {
    return xzTail(source.bytes(at, at + limit), blocks, check);
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, at + error.at) : error;
  }
}

/** Bytes of the largest block header. */
const BLOCK_HEADER_LIMIT = 1024;

/** Gives the content of one block.
 *  @throws Malformed when it breaks, or its sizes or check are not right */
function* readBlock(
  source: Source,
  at: number,
  check: number,
  budget: OutputBudget,
  stored: ByteRange[],
): Generator<Reading, XzRecord> {
  const header = headerAt(source, at);
  const from = at + header.size;
  const before = budget.given;
  const running = runningCheck(check);
  let pieces: Pieces = lzma2Pieces(source, from, header.dictionarySize);
  for (const filter of header.filters) pieces = unfiltered(pieces, filter);
  const end = yield* budget.give(pieces, (piece) => running.update(piece));
  const unpacked = budget.given - before;
  if (header.packedSize !== null && header.packedSize !== end - from)
    throw new Malformed('xz block does not have its size', end);
  if (header.unpackedSize !== null && header.unpackedSize !== unpacked) {
    throw new Malformed('content of an xz block does not have its size', end);
  }
  const checkAt = at + Math.ceil((end - at) / 4) * 4;
  const blockEnd = checkAt + checkSize(check);
  if (blockEnd > source.size) throw new Malformed('xz block ends before its check', end);
  const tail = source.bytes(end, blockEnd);
  if (tail.subarray(0, checkAt - end).some((byte) => byte !== 0))
    throw new Malformed('xz block is not padded with zeros', end);
  if (running.matches(tail.subarray(checkAt - end)) === false)
    throw new Malformed('content of an xz block does not match its check', blockEnd);
  yield { kind: 'extent', range: [at, from], role: 'header' };
  yield { kind: 'extent', range: [from, end], role: 'payload' };
  yield { kind: 'extent', range: [end, blockEnd], role: 'metadata' };
  stored.push([from, end]);
  return { packed: end - at + checkSize(check), unpacked };
}

function headerAt(source: Source, at: number): ReturnType<typeof xzBlockHeader> {
  try {
    return xzBlockHeader(source.bytes(at, Math.min(source.size, at + BLOCK_HEADER_LIMIT)), 0);
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, at + error.at) : error;
  }
}
