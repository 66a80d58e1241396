import type { EntryHead, EntryType, Role } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { isZero, PIECE_LIMIT } from '#engine/bytes/pieces';
import { union } from '#engine/bytes/ranges';
import { nameOf } from '#engine/bytes/text';

/** Steps of a path: no firmware comes near. */
export const DEPTH_LIMIT = 256;

/** Entries of one file system. */
const ENTRY_LIMIT = 1_000_000;

/** Characters of all paths and link targets together: one long path may be the beginning of a million others. */
const TEXT_LIMIT = 256 * 2 ** 20;

/** Breaks one file system may have before reading it further is given up. */
const BREAK_LIMIT = 1000;

/** Bytes of content over all files, holes included: above every image. */
const OUTPUT_LIMIT = 4 * 2 ** 30;

/** What every file system may give, however small, and what each of its bytes may become: holes and packed blocks are
 *  ordinary, a gigabyte from a kilobyte is not. */
const OUTPUT_LEAST = 64 * 2 ** 20;
const EXPANSION_LIMIT = 1000;

/** Where content stands, in order: a range of the source, or so many zeros that are not stored. */
export interface Run {
  /** Null: a hole. */
  readonly at: number | null;
  readonly length: number;
}

/** Collects what a file system gives while it is read, goes on after breaks and keeps the work within its bounds. */
export class Walk {
  readonly source: Source;
  /** Null: none so far. The first is thrown at the end, when everything readable was given. */
  first: Malformed | Spent | null = null;
  entries = 0;
  private readonly outputLimit: number;
  private readonly rangeLimit: number;
  private readonly claims = new Map<Role, ByteRange[]>();
  private breaks = 0;
  private text = 0;
  private output = 0;
  private ranges = 0;

  constructor(source: Source) {
    this.source = source;
    this.outputLimit = Math.min(OUTPUT_LIMIT, OUTPUT_LEAST + EXPANSION_LIMIT * source.size);
    // A block belongs to one file, and none is smaller than this.
    this.rangeLimit = 10_000 + Math.ceil(source.size / 256);
  }

  /** Keeps a Malformed. Throws anything else on, and the first of too many. */
  note(error: unknown): void {
    if (!(error instanceof Malformed)) throw error;
    this.keep(error);
    if (++this.breaks > BREAK_LIMIT) throw this.first ?? error;
  }

  /** Keeps a Malformed or Spent that ended a part of the reading. Throws anything else on: it is our bug. */
  keep(error: unknown): void {
    if (!(error instanceof Malformed || error instanceof Spent)) throw error;
    this.first ??= error;
  }

  /** Says what bytes serve for; what lies beyond the source is left out. */
  claim(range: ByteRange, role: Role): void {
    const end = Math.min(range[1], this.source.size);
    if (range[0] >= end) return;
    const known = this.claims.get(role);
    if (known === undefined) {
      this.claims.set(role, [[range[0], end]]);
      return;
    }
    // Files mostly follow one another, so that few ranges are kept.
    const last = known.at(-1);
    if (last !== undefined && last[1] === range[0]) known[known.length - 1] = [last[0], end];
    else known.push([range[0], end]);
  }

  /** Gives something without content.
   *  @throws Spent */
  *entry(head: EntryHead): Generator<Reading> {
    this.spend(head);
    yield { kind: 'entry', entry: head };
  }

  /** Gives a file whose content stands in runs of the source.
   *  @throws Spent */
  *laidOut(head: EntryHead, runs: readonly Run[]): Generator<Reading> {
    const size = runs.reduce((sum, run) => sum + run.length, 0);
    const stored = runs
      .filter((run) => run.at !== null)
      .map(({ at, length }): ByteRange => [at ?? 0, (at ?? 0) + length]);
    yield* this.file({ ...head, stored }, size, () => this.piecesOf(runs));
  }

  /** Gives a file with its content. The first break ends the content; one that would give too much has none.
   *  @param head    with the ranges its content is stored in; they are claimed as payload
   *  @param size    bytes of content as stated
   *  @param pieces  at most {@link PIECE_LIMIT} each
   *  @throws Spent */
  *file(head: EntryHead, size: number, pieces: () => Iterable<Uint8Array>): Generator<Reading> {
    this.spend(head);
    if (size > this.outputLimit - this.output) {
      // The other files may be ordinary: they are read before the budget is named.
      const spent = new Spent(`${this.outputLimit} bytes of content`);
      yield* this.without(head, `${size} bytes, ${spent.message}`, 0);
      this.keep(spent);
      return;
    }
    const stored = this.within(head.stored);
    this.count(stored);
    for (const range of stored) this.claim(range, 'payload');
    yield { kind: 'entry', entry: { ...head, stored } };
    try {
      for (const bytes of pieces()) {
        // Counted as it comes: a file that breaks at once must not use up what the others need.
        this.output += bytes.length;
        yield { kind: 'piece', bytes };
      }
    } catch (error) {
      if (error instanceof Malformed) {
        yield { kind: 'broken', why: error.message, at: error.at };
        // With nothing stored no gap would tell of it.
        if (stored.length === 0) this.note(error);
        return;
      }
      if (error instanceof Spent) yield { kind: 'broken', why: error.message, at: 0 };
      throw error;
    }
  }

  /** Gives a file whose content cannot be had; what is stored of it becomes a gap.
   *  @throws Spent */
  *broken(head: EntryHead, why: string, at: number): Generator<Reading> {
    this.spend(head);
    yield* this.without(head, why, at);
  }

  /** Zeros from the last claimed byte to `end` fill the file system up; anything else there stays unclaimed. */
  fill(end: number): void {
    const last = [...this.claims.values()].flat().reduce((most, range) => Math.max(most, range[1]), 0);
    const to = Math.min(end, this.source.size);
    if (last < to && isZero(this.source, [last, to])) this.claim([last, to], 'padding');
  }

  /** Everything claimed, and the first break.
   *  @throws Malformed or Spent, the first that was kept */
  *end(): Generator<Reading> {
    yield { kind: 'end' };
    for (const [role, ranges] of this.claims) {
      for (const range of union(ranges)) yield { kind: 'extent', range, role };
    }
    if (this.first === null) return;
    // Stands here too: where every byte has a meaning all the same, no gap would tell of it.
    const where = this.first instanceof Malformed ? ` at 0x${this.first.at.toString(16)}` : '';
    yield { kind: 'fact', name: 'first-break', value: `${this.first.message}${where}` };
    throw this.first;
  }

  private *without(head: EntryHead, why: string, at: number): Generator<Reading> {
    const stored = this.within(head.stored);
    this.count(stored);
    yield { kind: 'entry', entry: { ...head, stored } };
    yield { kind: 'broken', why, at };
  }

  private spend({ path, target }: EntryHead): void {
    if (this.entries++ === ENTRY_LIMIT) throw new Spent(`${ENTRY_LIMIT} entries`);
    this.text += path.length + (target?.length ?? 0);
    if (this.text > TEXT_LIMIT) throw new Spent(`${TEXT_LIMIT} characters of paths and link targets`);
  }

  private count(stored: readonly ByteRange[]): void {
    this.ranges += stored.length;
    if (this.ranges > this.rangeLimit) throw new Spent(`overlap: content in ${this.rangeLimit} pieces`);
  }

  private within(ranges: readonly ByteRange[]): readonly ByteRange[] {
    const { size } = this.source;
    return ranges
      .filter(([start, end]) => start < end && start < size)
      .map(([start, end]): ByteRange => [start, Math.min(end, size)]);
  }

  private *piecesOf(runs: readonly Run[]): Generator<Uint8Array> {
    const { source } = this;
    for (const { at, length } of runs) {
      if (at === null) {
        yield* zeroPieces(length);
        continue;
      }
      const end = at + length;
      if (end > source.size) {
        const from = Math.min(at, source.size);
        throw new Malformed(`content at ${at}–${end} leaves ${source.size} bytes`, from);
      }
      for (let from = at; from < end; from += PIECE_LIMIT)
        yield source.bytes(from, Math.min(end, from + PIECE_LIMIT));
    }
  }
}

const ZEROS = new Uint8Array(64 * 1024);

/** So many zero bytes in pieces. */
export function* zeroPieces(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= ZEROS.length)
    yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
}

/** Adds a run at the end; what continues the last one becomes part of it. */
export function appendRun(runs: Run[], at: number | null, length: number): void {
  if (length === 0) return;
  const last = runs.at(-1);
  const continues =
    last !== undefined && (at === null ? last.at === null : last.at !== null && last.at + last.length === at);
  if (continues) runs[runs.length - 1] = { at: last.at, length: last.length + length };
  else runs.push({ at, length });
}

/** A path of one step more.
 *  @param above  of the directory; empty for the root */
export function pathBelow(above: string, step: string): string {
  return above === '' ? step : `${above}/${step}`;
}

/** A name as one step of a path: what would read as more than one step, or as a step that is no name, stands as `\xNN`.
 *  File systems do not write such names; they are kept, but must not pass for another path. */
export function stepOf(name: Uint8Array): string {
  return plainStep(nameOf(name));
}

/** As {@link stepOf}, of a name that is text already, a literal backslash doubled. */
export function plainStep(name: string): string {
  if (name === '.') return '\\x2e';
  if (name === '..') return '\\x2e\\x2e';
  return name.includes('/') ? name.replaceAll('/', '\\x2f') : name;
}

/** What the file type in the upper bits of a mode is; null: none that exists.
 *  Source: IEEE Std 1003.1-2017, sys/stat.h; the values are those of every Unix */
export function typeOfMode(mode: number): Exclude<EntryType, 'hard-link'> | null {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'directory';
    case 0o120000:
      return 'link';
    case 0o020000:
      return 'character-device';
    case 0o060000:
      return 'block-device';
    case 0o010000:
      return 'fifo';
    case 0o140000:
      return 'socket';
    default:
      return null;
  }
}
