import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { dosTime } from '#engine/bytes/dos-time';
import { livingStep } from '#engine/bytes/history';
import { nameOf } from '#engine/bytes/text';
import { utf16Name } from '#engine/bytes/utf16';

/** Bytes of a line of a directory. */
export const LINE = 32;

/** Attributes of a line. Source: Microsoft, FAT 1.03, "FAT directory structure", DIR_Attr */
export const ATTRIBUTES = { readOnly: 1, hidden: 2, system: 4, label: 8, directory: 16 } as const;

/** These together: the line holds part of the long name of the line that follows. */
const LONG = 0x0f;

/** In place of the first character: the line was removed; the character is a Japanese one; no line follows. */
const REMOVED = 0xe5;
const KANJI = 0x05;
const END = 0;

/** One thing that a directory names. */
export interface Listed {
  /** As one step of a path. Of a removed name without a long one the first character, which is lost, stands as `?`. */
  readonly step: string;
  readonly isRemoved: boolean;
  readonly attributes: number;
  readonly cluster: number;
  readonly size: number;
  /** Seconds since 1970 as if the clock had shown UTC; null: not stated. */
  readonly modifiedAt: number | null;
  /** Where the line stands. */
  readonly at: number;
  /** Where its lines stand, those of the long name too. */
  readonly lines: readonly ByteRange[];
}

/** Parts that a long name can have: 255 characters, 13 in each. */
const PARTS = 20;

/** A part of a long name. */
interface Part {
  readonly at: number;
  /** Place in the name, from 1; of a removed one it is lost. */
  readonly order: number;
  readonly isLast: boolean;
  readonly sum: number;
  readonly units: Uint8Array;
}

/** A line with its place. */
export interface Line {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** What a directory names, up to its end mark. Parts of long names that belong to no line are not part of anything.
 *  @param isWide  the cluster has 32 bits
 *  Source: Microsoft, FAT 1.03, "FAT directory structure", "FAT long directory entries" */
export function* listingOf(lines: Iterable<Line>, isWide: boolean): Generator<Listed> {
  let parts: Part[] = [];
  for (const { bytes, at } of lines) {
    const first = bytes[0];
    if (first === END) return;
    const attributes = bytes[11] ?? 0;
    if ((attributes & 0x3f) === LONG) {
      const part = partOf(bytes, at);
      const before = parts.at(-1);
      if (part.isLast || before === undefined || !follows(before, part) || parts.length === PARTS) parts = [];
      parts.push(part);
      continue;
    }
    yield listed(bytes, at, parts, isWide);
    parts = [];
  }
}

function partOf(bytes: Uint8Array, at: number): Part {
  const order = bytes[0] ?? 0;
  const isRemoved = order === REMOVED;
  return {
    at,
    order: isRemoved ? REMOVED : order & 0x3f,
    isLast: !isRemoved && (order & 0x40) !== 0,
    sum: bytes[13] ?? 0,
    units: Buffer.concat([bytes.subarray(1, 11), bytes.subarray(14, 26), bytes.subarray(28, 32)]),
  };
}

/** The last part stands first. Of removed ones the order is lost; they are as many as belong to one short name. */
function follows(before: Part, part: Part): boolean {
  const inOrder = part.order === REMOVED ? before.order === REMOVED : part.order === before.order - 1;
  return inOrder && part.sum === before.sum;
}

function listed(bytes: Uint8Array, at: number, parts: readonly Part[], isWide: boolean): Listed {
  const c = new Cursor(bytes);
  const short = c.take(11);
  const attributes = c.u8();
  const lower = c.u8();
  c.skip(1 + 2 + 2 + 2); // time of creation, day of last access
  const high = c.u16le();
  const time = c.u16le();
  const day = c.u16le();
  const low = c.u16le();
  const size = c.u32le();
  const isRemoved = short[0] === REMOVED;
  const long = belongs(parts, short, isRemoved) ? parts : [];
  const longName = utf16Name(Buffer.concat(long.toReversed().map((part) => part.units)));
  return {
    step: livingStep(longName === '' ? shortName(short, lower, isRemoved) : longName),
    isRemoved,
    attributes,
    cluster: low + (isWide ? high * 0x10000 : 0),
    size,
    modifiedAt: dosTime(day, time),
    at,
    lines: [...long.map((part) => part.at), at].map((from): ByteRange => [from, from + LINE]),
  };
}

/** True when the parts are whole and their sum is that of the short name. */
function belongs(parts: readonly Part[], short: Uint8Array, isRemoved: boolean): boolean {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return false;
  if (!isRemoved) return first.isLast && last.order === 1 && sumOf(short) === first.sum;
  if (first.order !== REMOVED) return false;
  // The character that was lost is the one that makes the sum right: there is always one, but not always one of a name.
  const candidate = Uint8Array.from(short);
  for (let character = 0x21; character <= 0xff; character++) {
    candidate[0] = character;
    if (sumOf(candidate) === first.sum) return !'"*+,./:;<=>?[\\]|'.includes(String.fromCharCode(character));
  }
  return false;
}

/** Source: Microsoft, FAT 1.03, "FAT long directory entries", ChkSum */
function sumOf(short: Uint8Array): number {
  return short.reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
}

/** Eight and three characters, filled up with spaces.
 *  @param lower  bits that Windows NT and Linux use: write the name, or the ending, in small letters */
function shortName(short: Uint8Array, lower: number, isRemoved: boolean): string {
  const bytes = Uint8Array.from(short);
  if (bytes[0] === KANJI) bytes[0] = 0xe5;
  if (isRemoved) bytes[0] = 0x3f;
  const text = (part: Uint8Array, isLower: boolean) => {
    const end = part.findLastIndex((byte) => byte !== 0x20) + 1;
    const small = part
      .subarray(0, end)
      .map((byte) => (isLower && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));
    return nameOf(small);
  };
  const base = text(bytes.subarray(0, 8), (lower & 0x08) !== 0);
  const ending = text(bytes.subarray(8), (lower & 0x10) !== 0);
  if (base === '' && ending === '') return nameOf(bytes);
  return ending === '' ? base : `${base}.${ending}`;
}
