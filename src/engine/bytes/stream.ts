import type { EntryHead } from '#domain/artefact';
import { Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { ByteRange } from '#domain/range';

/** Most bytes of input that a compressed stream is read from at once. Firmware images stay below. */
export const INPUT_LIMIT = 512 * 1024 * 1024;

/** Most bytes one stream may give: above every image, below what fills a disk. */
export const OUTPUT_LIMIT = 1024 * 1024 * 1024;

/** Most bytes of output for each byte of input: DEFLATE reaches 1,032, LZMA and bzip2 far more for empty flash. */
const EXPANSION_LIMIT = 10_000;

/** The one thing inside a compressed stream.
 *  @param name  as the container states it; null: it states none */
export function contentHead(name: string | null, stored: readonly ByteRange[], modifiedAt: number | null = null): EntryHead {
  return {
    path: name ?? 'content',
    type: 'file',
    mode: null,
    uid: null,
    gid: null,
    modifiedAt,
    target: null,
    device: null,
    stored,
  };
}

/** Gives pieces on while the stream keeps its budget.
 *  @param inputSize  bytes there are to read from
 *  @throws Spent */
export function* withinBudget<T>(pieces: Iterable<Uint8Array> & { next(): IteratorResult<Uint8Array, T> }, inputSize: number): Generator<Reading, T> {
  const limit = Math.min(OUTPUT_LIMIT, inputSize * EXPANSION_LIMIT + 64 * 1024);
  let given = 0;
  for (;;) {
    const step = pieces.next();
    if (step.done === true) return step.value;
    given += step.value.length;
    if (given > limit) throw new Spent(`${limit} bytes from one stream`);
    yield { kind: 'piece', bytes: step.value };
  }
}
