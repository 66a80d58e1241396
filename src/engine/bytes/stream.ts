import type { EntryHead } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { ByteRange } from '#domain/range';

/** Most bytes one stream may give: above every image, below what fills a disk. */
export const OUTPUT_LIMIT = 1024 * 1024 * 1024;

/** Most bytes of output for each byte of input: DEFLATE reaches 1,032, LZMA and bzip2 far more for empty flash. */
const EXPANSION_LIMIT = 10_000;

/** Output that every stream may have, however small. */
const OUTPUT_LEAST = 1024 * 1024;

/** Bytes that come in pieces; what the generator returns tells where it stopped. A piece is valid until the next. */
export type Pieces<T = number> = Generator<Uint8Array, T>;

/** The one thing inside a compressed stream.
 *  @param name  as the container states it; null or empty: it states none
 *  @param stored  may be filled while the content is read: it is taken when the entry ends */
export function contentHead(
  name: string | null,
  stored: readonly ByteRange[],
  modifiedAt: number | null = null,
): EntryHead {
  return {
    path: name === null || name === '' ? 'content' : name,
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

/** What a stream of so many bytes may give. */
export class OutputBudget {
  given = 0;
  private readonly limit: number;

  /** @param inputSize  bytes there are to read from */
  constructor(inputSize: number) {
    this.limit = Math.min(OUTPUT_LIMIT, inputSize * EXPANSION_LIMIT + OUTPUT_LEAST);
  }

  /** Gives pieces on as content.
   *  @throws Spent */
  *give<T>(pieces: Pieces<T>, look: (piece: Uint8Array) => void = () => {}): Generator<Reading, T> {
    const counted = this.count(pieces);
    for (;;) {
      const step = counted.next();
      if (step.done === true) return step.value;
      look(step.value);
      yield { kind: 'piece', bytes: step.value };
    }
  }

  /** The same pieces, as many as may be.
   *  @throws Spent */
  *count<T>(pieces: Pieces<T>): Pieces<T> {
    for (;;) {
      const step = pieces.next();
      if (step.done === true) return step.value;
      this.given += step.value.length;
      if (this.given > this.limit) throw new Spent(`${this.limit} bytes from one stream`);
      yield step.value;
    }
  }
}

/** Content that a false beginning inside other bytes never gives before it breaks. */
const CERTAIN = 4096;

/** A break inside a stream: an artefact's own stream, or one that gave much before, is damaged; any other was none.
 *  @param stored  of the entry; the bytes up to the break become part of it
 *  @param from    where the bytes begin that broke
 *  @throws the error itself when nothing shows that there was a stream */
export function* damaged(
  error: unknown,
  isCertain: boolean,
  { given }: OutputBudget,
  stored: ByteRange[],
  from: number,
): Generator<Reading> {
  if (!(error instanceof Malformed) || !(isCertain || given >= CERTAIN)) throw error;
  if (error.at > from) stored.push([from, error.at]);
  yield { kind: 'broken', why: error.message, at: error.at };
}
