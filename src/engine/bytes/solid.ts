import { crc32 } from 'node:zlib';
import type { EntryHead } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { OutputBudget, Pieces } from '#engine/bytes/stream';
import { nameOf } from '#engine/bytes/text';

/** A file whose content is a part of what one stream gives: archives pack many files together. */
export interface Member {
  readonly head: EntryHead;
  /** Where its content begins in what the stream gives. */
  readonly from: number;
  readonly size: number;
  /** CRC-32 of the content; null: not stated. */
  readonly sum: number | null;
}

/** What became of a stream that was cut into its members. */
export interface SolidEnd {
  /** Why the stream stopped early; null: it came to its end. */
  readonly stopped: Malformed | Spent | null;
  /** Bytes it gave that belong to no member. */
  readonly spare: number;
  /** Members with all their content. */
  readonly whole: number;
}

/** Bytes of a link's target. */
const TARGET_LIMIT = 64 * 1024;

/** Gives every member with its part of the stream; of a link that part is the target. Where the stream breaks, the
 *  members behind have no content.
 *  @param members  in the order of their content; those that share bytes with one before have none */
export function* solidMembers(
  pieces: Pieces,
  members: readonly Member[],
  budget: OutputBudget,
): Generator<Reading, SolidEnd> {
  const stream = new Stream(budget.count(pieces));
  let whole = 0;
  let spare = 0;
  let stopped: Malformed | Spent | null = null;
  for (const member of members) {
    const { head, from } = member;
    const isShared = from < stream.at;
    let isGiven = false;
    try {
      if (stopped !== null) throw stopped;
      if (isShared) throw new Malformed('content shared with another file', head.stored[0]?.[0] ?? 0);
      spare += from - stream.at;
      if (head.type === 'link') {
        const target = nameOf(joined(contentOf(stream, member), TARGET_LIMIT));
        yield { kind: 'entry', entry: { ...head, target } };
      } else {
        isGiven = true;
        yield { kind: 'entry', entry: head };
        for (const bytes of contentOf(stream, member)) yield { kind: 'piece', bytes };
        yield { kind: 'end' };
      }
      whole++;
    } catch (error) {
      if (!(error instanceof Malformed || error instanceof Spent)) throw error;
      if (stream.stopped) stopped ??= error;
      // bytes that are shared are explained by the file that came first
      const stored = isShared ? [] : head.stored;
      if (!isGiven) yield { kind: 'entry', entry: { ...head, type: 'file', stored } };
      yield { kind: 'broken', why: error.message, at: error instanceof Malformed ? error.at : 0 };
    }
  }
  try {
    if (stopped === null) for (const bytes of stream.rest()) spare += bytes.length;
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof Spent)) throw error;
    stopped = error;
  }
  return { stopped, spare, whole };
}

/** @throws Malformed when the stream ends or breaks, or the content does not match its checksum */
function* contentOf(stream: Stream, { head, from, size, sum }: Member): Generator<Uint8Array> {
  stream.skip(from - stream.at);
  let found = 0;
  for (const bytes of stream.take(size)) {
    if (sum !== null) found = crc32(bytes, found);
    yield bytes;
  }
  if (sum !== null && sum !== found) {
    throw new Malformed('content does not match its CRC', head.stored[0]?.[0] ?? 0);
  }
}

/** @throws Malformed when there are more bytes */
function joined(pieces: Iterable<Uint8Array>, limit: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const bytes of pieces) {
    size += bytes.length;
    if (size > limit) throw new Malformed(`link target of more than ${limit} bytes`, 0);
    parts.push(bytes.slice());
  }
  return Buffer.concat(parts);
}

/** Files whose content cannot be read.
 *  @param reason  of the gap that their bytes are; null: the bytes broke a promise, and `why` says which */
export function* closedMembers(
  members: readonly Pick<Member, 'head'>[],
  reason: string | null,
  why: string,
): Generator<Reading> {
  for (const { head } of members) {
    yield { kind: 'entry', entry: head };
    if (reason !== null) {
      for (const range of head.stored) yield { kind: 'extent', range, role: 'unexplained', reason };
    }
    yield { kind: 'broken', why, at: head.stored[0]?.[0] ?? 0 };
  }
}

/** Pieces, taken by number of bytes. */
class Stream {
  /** Bytes taken. */
  at = 0;
  /** The pieces came to an end, or broke. */
  stopped = false;
  /** Where they ended in the source. */
  private end = 0;
  private readonly pieces: Pieces;
  private held: Uint8Array = new Uint8Array(0);

  constructor(pieces: Pieces) {
    this.pieces = pieces;
  }

  /** @throws Malformed when the stream is shorter */
  *take(size: number): Generator<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (this.held.length === 0 && !this.next()) {
        throw new Malformed(`stream of ${this.at} bytes, ${left} more are stated`, this.end);
      }
      const bytes = this.held.subarray(0, left);
      this.held = this.held.subarray(bytes.length);
      this.at += bytes.length;
      left -= bytes.length;
      yield bytes;
    }
  }

  skip(size: number): void {
    for (const bytes of this.take(size)) void bytes;
  }

  *rest(): Generator<Uint8Array> {
    while (this.held.length > 0 || this.next()) yield* this.take(this.held.length);
  }

  private next(): boolean {
    try {
      for (;;) {
        const step = this.pieces.next();
        if (step.done === true) {
          this.end = step.value;
          break;
        }
        this.held = step.value;
        if (step.value.length > 0) return true;
      }
    } catch (error) {
      this.stopped = true;
      throw error;
    }
    this.stopped = true;
    return false;
  }
}
