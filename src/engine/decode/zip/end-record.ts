import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import {
  CENTRAL,
  DESCRIPTOR,
  isPlausible,
  LOCAL,
  type LocalHeader,
  markAt,
  readCentral,
  readLocal,
  STREAMED,
} from '#engine/decode/zip/headers';

const END = 0x06054b50;
const WIDE_END = 0x06064b50;
const LOCATOR = 0x07064b50;

const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const WIDE_END_SIZE = 56;

/** What stands at the end of an archive, and where it leads. */
export interface Ending {
  /** Headers of the central directory. */
  readonly directory: ByteRange;
  /** Added to a stated offset to get one in the source: offsets may count from in front of the archive, or from a stub. */
  readonly base: number;
  /** As stated. */
  readonly entries: number;
  /** Number of this volume, and of the one that has the directory. */
  readonly disk: number;
  readonly directoryDisk: number;
  /** The end record with its comment, those of zip64 before it. */
  readonly records: ByteRange;
  readonly isWide: boolean;
  readonly comment: Uint8Array;
  /** What the records say that is not so; null: nothing. */
  readonly problem: string | null;
}

/** Finds the end of an archive: behind all that there is, else by going from member to member.
 *  @param whole  false: only an ending whose first member stands at `first` is taken from the end of the source
 *  @param first  where the first member stands
 *  @returns null: there is none, or it leads nowhere */
export function findEnding(source: Source, whole: boolean, first: number): Ending | null {
  return endingFromBehind(source, whole ? null : first) ?? endingByMembers(source, first);
}

/** The record, with the longest comment. §4.3.16 */
const SEARCHED = END_SIZE + 65_535;

/** The last record that leads to a directory; one whose comment ends with the source before others.
 *  @param first  where its first member has to stand; null: anywhere */
function endingFromBehind(source: Source, first: number | null): Ending | null {
  const from = Math.max(0, source.size - SEARCHED);
  const bytes = Buffer.from(source.bytes(from, source.size));
  let other: Ending | null = null;
  for (
    let at = bytes.lastIndexOf('PK\x05\x06');
    at !== -1;
    at = at === 0 ? -1 : bytes.lastIndexOf('PK\x05\x06', at - 1)
  ) {
    const ending = endingAt(source, from + at);
    if (ending === null || (first !== null && firstMember(source, ending) !== first)) continue;
    if (ending.records[1] === source.size) return ending;
    other ??= ending;
  }
  return other;
}

/** Where the first member that the directory lists stands; null: nowhere. */
function firstMember(source: Source, { directory, base }: Ending): number | null {
  const header = readCentral(source, directory[0]);
  return header === null ? null : header.offset + base;
}

/** The end record at `at`. Null: there is none, or no directory where it leads. §4.3.14 to §4.3.16 */
function endingAt(source: Source, at: number): Ending | null {
  if (markAt(source, at) !== END || at + END_SIZE > source.size) return null;
  const c = new Cursor(source.bytes(at, at + END_SIZE), 4);
  const disk = c.u16le();
  const directoryDisk = c.u16le();
  c.skip(2); // entries of the directory on this volume
  const entries = c.u16le();
  const size = c.u32le();
  const offset = c.u32le();
  const commentEnd = at + END_SIZE + c.u16le();
  const end = Math.min(commentEnd, source.size);
  const narrow = { disk, directoryDisk, entries, size, offset };
  const wide = wideEnd(source, at);
  const isWide = wide !== null && typeof wide === 'object';
  const stated = isWide ? wide.stated : narrow;
  const recordsFrom = isWide ? wide.at : at;
  const directory = directoryOf(source, stated, recordsFrom);
  if (directory === null) return null;
  const cut =
    commentEnd > source.size ? `comment of ${commentEnd - at - END_SIZE} bytes leaves the file` : null;
  return {
    directory,
    base: directory[0] - stated.offset,
    entries: stated.entries,
    disk: stated.disk,
    directoryDisk: stated.directoryDisk,
    records: [recordsFrom, end],
    isWide,
    comment: source.bytes(at + END_SIZE, end),
    problem: typeof wide === 'string' ? wide : (cut ?? (isWide ? disagreement(narrow, wide.stated) : null)),
  };
}

interface Stated {
  readonly disk: number;
  readonly directoryDisk: number;
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
}

/** A directory ends where the records begin, or stands where they say. */
function directoryOf(
  source: Source,
  { size, offset, entries }: Stated,
  recordsFrom: number,
): ByteRange | null {
  for (const start of [recordsFrom - size, offset]) {
    if (start < 0 || start + size > recordsFrom) continue;
    if (size === 0 && entries === 0) return [start, start];
    if (markAt(source, start) === CENTRAL) return [start, start + size];
  }
  return null;
}

/** The end record of zip64 that the locator before `at` leads to. Null: no locator; text: it leads nowhere. */
function wideEnd(
  source: Source,
  at: number,
): { readonly stated: Stated; readonly at: number } | string | null {
  const locatorAt = at - LOCATOR_SIZE;
  if (markAt(source, locatorAt) !== LOCATOR) return null;
  try {
    const offset = new Cursor(source.bytes(locatorAt + 8, locatorAt + 16)).u64le();
    // mostly it stands right before; the stated offset may count from elsewhere
    for (const from of [locatorAt - WIDE_END_SIZE, offset]) {
      if (markAt(source, from) !== WIDE_END || from + WIDE_END_SIZE > locatorAt) continue;
      const c = new Cursor(source.bytes(from, from + WIDE_END_SIZE), 4);
      c.skip(8 + 2 + 2); // length of the rest, version of maker and reader
      const disk = c.u32le();
      const directoryDisk = c.u32le();
      c.skip(8); // entries of the directory on this volume
      const entries = c.u64le();
      const size = c.u64le();
      return { at: from, stated: { disk, directoryDisk, entries, size, offset: c.u64le() } };
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return error.message;
  }
  return 'no zip64 end record where the locator leads';
}

/** Both records say the same, unless a field of the short one is all ones. */
function disagreement(narrow: Stated, wide: Stated): string | null {
  const full = { disk: 0xffff, directoryDisk: 0xffff, entries: 0xffff, size: 0xffffffff, offset: 0xffffffff };
  const fields = ['disk', 'directoryDisk', 'entries', 'size', 'offset'] as const;
  const other = fields.find((field) => narrow[field] !== full[field] && narrow[field] !== wide[field]);
  return other === undefined ? null : `end record and zip64 end record disagree on ${WORDS[other]}`;
}

const WORDS = {
  disk: 'the volume',
  directoryDisk: 'the volume of the directory',
  entries: 'the number of entries',
  size: 'the size of the directory',
  offset: 'the offset of the directory',
} as const;

/** Goes from member to member and through the directory behind them. Null: something else stands in between. */
function endingByMembers(source: Source, first: number): Ending | null {
  let at = first;
  for (;;) {
    const header = readLocal(source, at);
    if (header === null || !isPlausible(header)) break;
    const end = memberEnd(source, header);
    if (end === null) return null;
    at = end;
  }
  const start = signingBlock(source, at)?.[1] ?? at;
  let entries = 0;
  at = start;
  for (let header = readCentral(source, at); header !== null; header = readCentral(source, at)) {
    entries++;
    at = header.end;
  }
  const endAt = markAt(source, at) === WIDE_END ? endBehindWide(source, at) : at;
  return endingAt(source, endAt) ?? endless(source, first, [start, at], entries);
}

/** Where the end record stands behind that of zip64 and the locator. */
function endBehindWide(source: Source, at: number): number {
  if (at + 12 > source.size) return source.size;
  const length = Number(new Cursor(source.bytes(at + 4, at + 12)).u64leBits());
  return Math.min(source.size, at + 12 + length + LOCATOR_SIZE);
}

/** A directory that is there though no end record leads to it; null: there is none. */
function endless(source: Source, first: number, directory: ByteRange, entries: number): Ending | null {
  const header = readCentral(source, directory[0]);
  if (header === null) return null;
  return {
    directory,
    base: markAt(source, header.offset) === LOCAL ? 0 : first - header.offset,
    entries,
    disk: 0,
    directoryDisk: 0,
    records: [directory[1], directory[1]],
    isWide: false,
    comment: new Uint8Array(),
    problem: 'no end record behind the central directory',
  };
}

/** Bytes that a member of unstated length is searched for its descriptor. */
const SEARCH_LIMIT = 16 * 1024 * 1024;

/** Where the next record begins; null: the header does not tell, and no descriptor does. */
function memberEnd(source: Source, header: LocalHeader): number | null {
  const { flags, dataAt, packed } = header;
  if ((flags & STREAMED) === 0 || packed > 0) {
    const end = dataAt + packed;
    if (end > source.size) return null;
    return (flags & STREAMED) === 0 ? end : (descriptorAt(source, end, null)?.range[1] ?? end);
  }
  const to = Math.min(source.size, dataAt + SEARCH_LIMIT);
  const bytes = Buffer.from(source.bytes(dataAt, to));
  for (let at = bytes.indexOf('PK\x07\x08'); at !== -1; at = bytes.indexOf('PK\x07\x08', at + 1)) {
    const found = descriptorAt(source, dataAt + at, at);
    if (found !== null) return found.range[1];
  }
  return null;
}

/** What stands behind the content of a streamed member. */
export interface Descriptor {
  readonly range: ByteRange;
  readonly sum: number;
  readonly packed: number;
  readonly size: number;
}

/** A descriptor, with or without its mark, with sizes of 32 or 64 bits: the form that fits what is known, before others the one
 *  behind which a record stands.
 *  @param packed  bytes of the content as stored; null: not known, then a record has to follow
 *  @returns null: none. §4.3.9 */
export function descriptorAt(source: Source, at: number, packed: number | null): Descriptor | null {
  const isMarked = markAt(source, at) === DESCRIPTOR;
  let other: Descriptor | null = null;
  for (const [skipped, width] of isMarked ? FORMS : FORMS.slice(2)) {
    const end = at + skipped + 4 + 2 * width;
    if (end > source.size) continue;
    const c = new Cursor(source.bytes(at + skipped, end));
    const sum = c.u32le();
    const number = () => (width === 4 ? c.u32le() : Number(c.u64leBits()));
    const found: Descriptor = { sum, packed: number(), size: number(), range: [at, end] };
    if (found.packed !== (packed ?? found.packed) || !Number.isSafeInteger(found.size)) continue;
    if ([LOCAL, CENTRAL, WIDE_END, END].includes(markAt(source, end))) return found;
    if (packed !== null) other ??= found;
  }
  return other;
}

/** Bytes of the mark, and of one size. */
const FORMS = [
  [4, 4],
  [4, 8],
  [0, 4],
  [0, 8],
] as const;

/** Bytes that a signing block may have: certificates and digests. */
const BLOCK_LIMIT = 64 * 1024 * 1024;

/** The block of signatures that Android packages have between the last member and the directory.
 *  @param at  where it begins
 *  Source: Android Open Source Project, APK Signature Scheme v2, "APK Signing Block" */
export function signingBlock(source: Source, at: number): ByteRange | null {
  if (at + 32 > source.size) return null;
  const size = Number(new Cursor(source.bytes(at, at + 8)).u64leBits());
  const end = at + 8 + size;
  if (!(size >= 24 && size <= BLOCK_LIMIT && end <= source.size)) return null;
  return Buffer.from(source.bytes(end - 16, end)).equals(SIGNING_MARK) ? [at, end] : null;
}

/** The block that ends where the directory begins. */
export function signingBlockBefore(source: Source, end: number): ByteRange | null {
  if (end < 32 || !Buffer.from(source.bytes(end - 16, end)).equals(SIGNING_MARK)) return null;
  const size = Number(new Cursor(source.bytes(end - 24, end - 16)).u64leBits());
  const at = end - 8 - size;
  return size >= 24 && at >= 0 && signingBlock(source, at)?.[1] === end ? [at, end] : null;
}

const SIGNING_MARK = Buffer.from('APK Sig Block 42');
