import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { BZIP2_HEADER, BZIP2_STARTS, bzip2BlockSize, bzip2Pieces } from '#engine/bytes/bzip2';
import { contentHead, damaged, OutputBudget } from '#engine/bytes/stream';

/** Streams of bzip2, also one after another. */
export const bzip2: Format = {
  kind: 'format',
  id: 'bzip2',
  version: 1,
  doc: {
    name: 'bzip2 stream',
    says: 'Gives the content after the CRC of every block and of the stream. Streams that follow one another are one content.',
    sources: [
      'bzip2 and libbzip2, version 1.0.8: A program and library for data compression',
      'J. Tsai, BZIP2: Format Specification (2016)',
    ],
    limits: [
      'Randomised blocks, which no encoder has written since 1999, are not read.',
      'Content of a stream with one wrong CRC is not given, though other blocks may be whole.',
      'A stream gives at most 1 GiB.',
    ],
  },
  magics: BZIP2_STARTS.map((bytes) => ({ bytes, at: 0 })),
  open(source) {
    return blockSizeAt(source, 0) === null ? null : readStreams(source);
  },
};

/** Bytes of header and first mark. */
const MARKS = BZIP2_HEADER + 6;

function blockSizeAt(source: Source, at: number): number | null {
  return bzip2BlockSize(source.bytes(at, Math.min(source.size, at + MARKS)));
}

function* readStreams(source: Source): Generator<Reading> {
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  yield { kind: 'entry', entry: contentHead(null, stored) };
  let streams = 0;
  let at = 0;
  for (let size = blockSizeAt(source, 0); size !== null; size = blockSizeAt(source, at)) {
    const from = at + BZIP2_HEADER;
    try {
      const end: number = yield* budget.give(bzip2Pieces(source, from, size));
      yield { kind: 'extent', range: [at, from], role: 'header' };
      yield { kind: 'extent', range: [from, end], role: 'payload' };
      stored.push([from, end]);
      at = end;
    } catch (error) {
      yield { kind: 'extent', range: [at, from], role: 'header' };
      yield* damaged(error, true, budget, stored, from);
      break;
    }
    if (streams++ === 0) yield { kind: 'fact', name: 'block-size', value: `${size} bytes` };
  }
  if (streams > 1) yield { kind: 'fact', name: 'streams', value: String(streams) };
}
