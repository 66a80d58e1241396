import type { Role } from '#domain/artefact';
import { Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { facts, fileHead } from '#engine/bytes/parts';
import { PIECE_LIMIT } from '#engine/bytes/pieces';

/** Bytes of memory with their address. */
export interface Loaded {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** One record of a text that says what memory holds. */
export interface TextRecord {
  /** Characters, without the end of the line. */
  readonly length: number;
  readonly isSumRight: boolean;
  /** Empty for a record that holds no data. */
  readonly data: readonly Loaded[];
}

/** Reads the records of one such text in their order; may remember what went before. */
export interface RecordReader {
  /** @param text  from the first character of a line on, at least the whole record
   *  @returns null: no record begins here */
  read(text: Uint8Array): TextRecord | null;
  /** What records without data said, when all were read. */
  facts(): Readonly<Record<string, string | null>>;
}

/** Characters of the longest record: a mark, a kind, a count of at most 255, two digits for each byte. */
const RECORD_LIMIT = 2 + 2 + 2 * 264;

/** Characters of a text. */
const TEXT_LIMIT = 256 * 1024 * 1024;

/** Lines in a row that are no records: what a person may have written between them. Behind more the text is over. */
const STRAY_LIMIT = 100;

/** Pieces of memory apart from one another. */
const SEGMENT_LIMIT = 10_000;

/** Lines and addresses that are named. */
const NAMED = 20;

/** True when the first two records can be read and are right, or the only one is. */
export function beginsWithRecords(source: Source, reader: RecordReader): boolean {
  const text = new Text(source);
  const from = text.pastBlank(0);
  const first = reader.read(text.from(from));
  if (first?.isSumRight !== true) return false;
  const next = text.pastBlank(from + first.length);
  if (next === source.size) return true;
  return reader.read(text.from(next))?.isSumRight === true;
}

/** Gives the memory that records describe, one file for each run of addresses, and claims the records.
 *  @throws Spent */
export function* readRecords(source: Source, reader: RecordReader): Generator<Reading> {
  if (source.size > TEXT_LIMIT) throw new Spent(`${TEXT_LIMIT} characters of records`);
  const text = new Text(source);
  const memory = new Memory();
  const wrong: number[] = [];
  const counts = { records: 0, wrong: 0, strays: 0 };
  const claims = new Claims();
  let strays = 0;
  let line = 1;
  for (let at = 0; at < source.size; line++) {
    const record = reader.read(text.from(at));
    if (record === null) {
      const blankEnd = text.endOfBlankRest(at);
      if (blankEnd !== null) yield* claims.add([at, blankEnd], null);
      else if (++strays > STRAY_LIMIT) break;
      else counts.strays++;
      at = blankEnd ?? text.lineEnd(at);
      continue;
    }
    strays = 0;
    counts.records++;
    if (!record.isSumRight && counts.wrong++ < NAMED) wrong.push(line);
    const end = at + record.length;
    for (const loaded of record.data) memory.load(loaded, [at, end]);
    if (memory.isFull) break;
    const next = text.endOfBlankRest(end);
    yield* claims.add([at, next ?? end], record.data.length > 0 ? 'payload' : 'metadata');
    at = next ?? text.lineEnd(end);
  }
  yield* claims.rest();
  yield* memory.files();
  const { records } = counts;
  yield* facts({
    records: String(records),
    checksums: `${records - counts.wrong} right, ${counts.wrong} wrong`,
    'wrong-lines': wrong.length === 0 ? null : listed(wrong.map(String), counts.wrong),
    'lines-without-record': counts.strays === 0 ? null : String(counts.strays),
    ...reader.facts(),
  });
  if (memory.isFull) throw new Spent(`${SEGMENT_LIMIT} pieces of memory`);
}

function listed(words: readonly string[], total: number): string {
  return `${words.join(', ')}${total > words.length ? ' and more' : ''}`;
}

/** Ranges of lines that serve for the same, as few as can be: a text has millions of lines. */
class Claims {
  private range: ByteRange = [0, 0];
  private role: Role = 'metadata';

  /** @param role  null: that of the line before */
  *add(range: ByteRange, role: Role | null): Generator<Reading> {
    if (range[0] === this.range[1] && (role ?? this.role) === this.role) {
      this.range = [this.range[0], range[1]];
      return;
    }
    yield* this.rest();
    this.range = range;
    this.role = role ?? this.role;
  }

  *rest(): Generator<Reading> {
    if (this.range[0] < this.range[1]) yield { kind: 'extent', range: this.range, role: this.role };
  }
}

/** Lines of a source, read through a window. */
class Text {
  private readonly source: Source;
  private window: Uint8Array = new Uint8Array(0);
  private base = 0;

  constructor(source: Source) {
    this.source = source;
  }

  /** At least the longest record from `at` on, or all that is left. */
  from(at: number): Uint8Array {
    const { source } = this;
    const wanted = Math.min(source.size, at + RECORD_LIMIT);
    if (at < this.base || wanted > this.base + this.window.length) {
      this.window = source.bytes(at, Math.min(source.size, at + PIECE_LIMIT));
      this.base = at;
    }
    return this.window.subarray(at - this.base);
  }

  /** Where the next line begins. */
  lineEnd(at: number): number {
    for (let from = at; from < this.source.size; ) {
      const text = this.from(from);
      const end = text.indexOf(0x0a);
      if (end !== -1) return from + end + 1;
      from += text.length;
    }
    return this.source.size;
  }

  /** Where something else than white space stands. */
  pastBlank(at: number): number {
    for (let from = at; from < this.source.size; ) {
      const text = this.from(from);
      const other = text.findIndex((byte) => !isBlank(byte));
      if (other !== -1) return from + other;
      from += text.length;
    }
    return this.source.size;
  }

  /** Where the next line begins when only white space is left of this one, else null. */
  endOfBlankRest(at: number): number | null {
    const text = this.from(at).subarray(0, RECORD_LIMIT);
    for (const [i, byte] of text.entries()) {
      if (byte === 0x0a) return at + i + 1;
      // a carriage return alone ends a line too
      if (!isBlank(byte)) return i > 0 && text[i - 1] === 0x0d ? at + i : null;
    }
    return at + text.length;
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

interface Segment {
  readonly address: number;
  /** Where its bytes begin in memory. */
  readonly from: number;
  to: number;
  /** From its first record to its last; records that set addresses may stand between. */
  stored: ByteRange;
}

/** What records put into memory. */
class Memory {
  private bytes = new Uint8Array(64 * 1024);
  private length = 0;
  private readonly segments: Segment[] = [];

  get isFull(): boolean {
    return this.segments.length > SEGMENT_LIMIT;
  }

  load({ address, bytes }: Loaded, record: ByteRange): void {
    if (this.length + bytes.length > this.bytes.length) {
      const grown = new Uint8Array(this.bytes.length * 2);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(bytes, this.length);
    const from = this.length;
    this.length += bytes.length;
    const last = this.segments.at(-1);
    if (last === undefined || last.address + last.to - last.from !== address) {
      this.segments.push({ address, from, to: this.length, stored: record });
      return;
    }
    last.to = this.length;
    last.stored = [last.stored[0], record[1]];
  }

  *files(): Generator<Reading> {
    const names = new Map<string, number>();
    const runs = runsOf(this.segments);
    for (const [first, ...others] of runs) {
      if (first === undefined) continue;
      const name = `0x${first.address.toString(16).padStart(8, '0')}`;
      const times = (names.get(name) ?? 0) + 1;
      names.set(name, times);
      const all = [first, ...others];
      const stored = all.map((segment) => segment.stored);
      yield { kind: 'entry', entry: fileHead(times === 1 ? name : `${name}-${times}`, stored) };
      for (const { from, to } of all) {
        for (let at = from; at < to; at += PIECE_LIMIT) {
          yield { kind: 'piece', bytes: this.bytes.subarray(at, Math.min(to, at + PIECE_LIMIT)) };
        }
      }
      yield { kind: 'end' };
    }
    const ends = runs.map(([first], i) => [first?.address ?? 0, endOf(runs[i] ?? [])] as const);
    let reached = 0;
    let overlaps = 0;
    for (const [address, end] of ends) {
      if (address < reached) overlaps++;
      reached = Math.max(reached, end);
    }
    yield* facts({
      data: `${this.length} bytes`,
      addresses: listed(
        ends.slice(0, NAMED).map(([address, end]) => `0x${address.toString(16)}–0x${end.toString(16)}`),
        ends.length,
      ),
      overlapping: overlaps === 0 ? null : String(overlaps),
    });
  }
}

function endOf(run: readonly Segment[]): number {
  const last = run.at(-1);
  return last === undefined ? 0 : last.address + last.to - last.from;
}

/** Segments in order of their addresses; those that follow one another without a gap are one run. */
function runsOf(segments: readonly Segment[]): readonly (readonly Segment[])[] {
  const runs: Segment[][] = [];
  const byEnd = new Map<number, Segment[]>();
  for (const segment of segments.toSorted((a, b) => a.address - b.address || a.from - b.from)) {
    const run = byEnd.get(segment.address) ?? [];
    if (run.length === 0) runs.push(run);
    else byEnd.delete(segment.address);
    run.push(segment);
    byEnd.set(endOf(run), run);
  }
  return runs;
}

/** Two hexadecimal digits at `at`; -1: there are none. */
export function hexByte(text: Uint8Array, at: number): number {
  const high = digitOf(text[at] ?? 0);
  const low = digitOf(text[at + 1] ?? 0);
  return high === -1 || low === -1 ? -1 : high * 16 + low;
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
