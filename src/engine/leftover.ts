import type { Extent } from '#domain/artefact';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { looksRandom, RANDOMNESS_LEAST } from '#engine/bytes/entropy';

/** Fewest equal bytes inside other data that count as padding: code and tables hold shorter runs by chance. */
const RUN_LEAST = 64;

/** Bytes judged at once for randomness. */
const BLOCK = 16 * 1024;

/** Bytes read at once. */
const STEP = 1024 * 1024;

/** Bytes that no format claims, as padding (zeros), erased flash (ones), opaque or unexplained.
 *  @param reason  why they are unexplained */
export function classify(source: Source, hole: ByteRange, reason: string): readonly Extent[] {
  const extents: Extent[] = [];
  let dataFrom = hole[0];
  for (const run of uniformRuns(source, hole)) {
    if (run.range[0] > dataFrom) judgeData(source, [dataFrom, run.range[0]], reason, extents);
    extents.push({ range: run.range, role: run.byte === 0 ? 'padding' : 'erased', reason: null });
    dataFrom = run.range[1];
  }
  if (dataFrom < hole[1]) judgeData(source, [dataFrom, hole[1]], reason, extents);
  return extents;
}

interface Run {
  readonly range: ByteRange;
  readonly byte: number;
}

/** Runs of 0x00 or 0xff that are long, or that are all there is in the hole. */
function uniformRuns(source: Source, hole: ByteRange): readonly Run[] {
  const runs: Run[] = [];
  let byte = -1;
  let from = hole[0];
  const close = (to: number) => {
    const uniform = byte === 0 || byte === 0xff;
    const all = from === hole[0] && to === hole[1];
    if (uniform && to > from && (to - from >= RUN_LEAST || all)) runs.push({ range: [from, to], byte });
  };
  for (let base = hole[0]; base < hole[1]; base += STEP) {
    const window = source.bytes(base, Math.min(hole[1], base + STEP));
    for (let i = 0; i < window.length; i++) {
      const value = window[i] as number; // i < length
      if (value === byte) continue;
      close(base + i);
      byte = value;
      from = base + i;
    }
  }
  close(hole[1]);
  return runs;
}

function judgeData(source: Source, range: ByteRange, reason: string, extents: Extent[]): void {
  for (let at = range[0]; at < range[1]; ) {
    let end = Math.min(range[1], at + BLOCK);
    // A short tail says nothing alone: judge it with the block before it.
    if (range[1] - end < RANDOMNESS_LEAST) end = range[1];
    const bytes = source.bytes(at, end);
    const random = looksRandom(bytes);
    append(extents, {
      range: [at, end],
      role: random ? 'opaque' : 'unexplained',
      reason: random && reason === 'no-format' ? 'compressed or encrypted: evenly random bytes' : reason,
    });
    at = end;
  }
}

function append(extents: Extent[], extent: Extent): void {
  const last = extents.at(-1);
  if (
    last !== undefined &&
    last.range[1] === extent.range[0] &&
    last.role === extent.role &&
    last.reason === extent.reason
  ) {
    extents[extents.length - 1] = { ...last, range: [last.range[0], extent.range[1]] };
  } else extents.push(extent);
}
