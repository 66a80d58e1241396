import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { contentHead, damaged, OutputBudget } from '#engine/bytes/stream';
import {
  skippableEnd,
  ZSTD_MAGIC,
  ZSTD_WINDOW_LIMIT,
  ZstdFrame,
  type ZstdHeader,
  zstdHeader,
} from '#engine/bytes/zstd';

/** Streams of Zstandard with all their frames. */
export const zstd: Format = {
  kind: 'format',
  id: 'zstd',
  version: 1,
  doc: {
    name: 'Zstandard stream',
    says: 'Gives the content of all frames, one after another, as one file. Checksums are verified where there are any.',
    sources: ['RFC 8878 (Zstandard), 3.1'],
    limits: [
      'Frames that need a dictionary are not opened, and recognised only as a whole artefact.',
      `Frames that reach back more than ${ZSTD_WINDOW_LIMIT / 2 ** 20} MiB are not opened.`,
      'Skippable frames are claimed as metadata without a look at what they hold.',
      'Frames of versions before 0.8 are not recognised.',
    ],
  },
  magics: [
    { bytes: ZSTD_MAGIC, at: 0 },
    // parallel compressors put a skippable frame first
    { bytes: Uint8Array.of(0x50, 0x2a, 0x4d, 0x18), at: 0 },
  ],
  open(source, whole) {
    const at = pastSkippable(source, 0);
    const header = zstdHeader(source, at);
    if (header === null || (header.dictionary !== 0 && !whole)) return null;
    return readFrames(source, at, header, whole);
  },
};

/** Where the skippable frames that begin at `from` end. */
function pastSkippable(source: Source, from: number): number {
  for (let at = from; ; ) {
    const end = skippableEnd(source, at);
    if (end === null) return at;
    at = end;
  }
}

function* readFrames(source: Source, from: number, first: ZstdHeader, whole: boolean): Generator<Reading> {
  const budget = new OutputBudget(source.size);
  const stored: ByteRange[] = [];
  yield* facts(first);
  yield { kind: 'extent', range: [0, from], role: 'metadata' };
  yield { kind: 'entry', entry: contentHead(null, stored) };
  let frames = 0;
  let at = from;
  for (let header: ZstdHeader | null = first; header !== null; header = zstdHeader(source, at)) {
    frames++;
    const frame = new ZstdFrame(source, at, header);
    yield { kind: 'extent', range: [at, header.end], role: 'header' };
    try {
      const end: number = yield* budget.give(frame.pieces());
      at = pastSkippable(source, end);
      yield { kind: 'extent', range: [end, at], role: 'metadata' };
      yield* body(source, frame, stored, 'payload');
    } catch (error) {
      yield* body(source, frame, stored, null);
      yield* damaged(error, whole || frames > 1, budget, stored, frame.blocksEnd ?? header.end);
      break;
    }
  }
  if (frames > 1) yield { kind: 'fact', name: 'frames', value: String(frames) };
}

/** Blocks and checksum, as far as the frame is known.
 *  @param role  null: what the blocks hold is not known */
function* body(
  source: Source,
  { header, blocksEnd }: ZstdFrame,
  stored: ByteRange[],
  role: 'payload' | null,
): Generator<Reading> {
  if (blocksEnd === null) return;
  stored.push([header.end, blocksEnd]);
  if (role !== null) yield { kind: 'extent', range: [header.end, blocksEnd], role };
  const end = Math.min(source.size, blocksEnd + (header.isChecked ? 4 : 0));
  yield { kind: 'extent', range: [blocksEnd, end], role: 'metadata' };
}

function* facts({ window, size, dictionary, isChecked }: ZstdHeader): Generator<Reading> {
  yield { kind: 'fact', name: 'window', value: `${window} bytes` };
  if (size !== null) yield { kind: 'fact', name: 'size', value: `${size} bytes` };
  if (dictionary !== 0) yield { kind: 'fact', name: 'dictionary', value: String(dictionary) };
  yield { kind: 'fact', name: 'check', value: isChecked ? 'xxh64' : 'none' };
}
