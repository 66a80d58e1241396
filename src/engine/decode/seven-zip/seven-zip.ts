import { crc32 } from 'node:zlib';
import type { EntryHead } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts } from '#engine/bytes/parts';
import { closedMembers, type Member, solidMembers } from '#engine/bytes/solid';
import { READ_LIMIT } from '#engine/bytes/source';
import { OutputBudget } from '#engine/bytes/stream';
import { typeOfMode } from '#engine/bytes/walk';
import { coderName, folderPieces, isEncrypted } from '#engine/decode/seven-zip/folder';
import { type Folder, type Item, type Listing, readListing } from '#engine/decode/seven-zip/header';

/** Archives of 7-Zip. */
export const sevenZip: Format = {
  kind: 'format',
  id: 'seven-zip',
  version: 1,
  doc: {
    name: '7z archive',
    says: 'Gives files packed with LZMA, LZMA2, deflate, bzip2 or not at all, also behind filters for branches, after their checksums; lists the others.',
    sources: ['7-Zip 23.01, DOC/7zFormat.txt and DOC/Methods.txt'],
    limits: [
      'Files packed with PPMd, BCJ2, deflate64 or Zstandard are listed and stay closed.',
      'Encrypted files are listed and stay closed; where the list itself is encrypted, nothing is listed. No password is tried.',
      'Behind a break, the files of the same folder have no content. Where a folder breaks, or one of its files does not match its checksum, all bytes of the folder count as unexplained.',
      'An archive in several volumes is not read. Comments and times of creation and access are not given.',
      'The list of an archive has at most 16 MiB packed and 64 MiB unpacked.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0x00), at: 0 }],
  open(source, whole) {
    const start = readStart(source);
    if (start === null) return null;
    return start.range[1] <= source.size || whole ? readArchive(source, start) : null;
  },
};

/** Bytes of the header in front. */
const START = 32;

/** Bytes of the list once it is unpacked. */
const LIST_LIMIT = 64 * 1024 * 1024;

interface Start {
  /** Where the list stands. */
  readonly range: ByteRange;
  readonly sum: number;
  readonly version: string;
}

/** Null: the header in front does not match its checksum. */
function readStart(source: Source): Start | null {
  if (source.size < START) return null;
  const bytes = source.bytes(0, START);
  const c = new Cursor(bytes, 6);
  const version = `${c.u8()}.${c.u8()}`;
  const stated = c.u32le();
  if (crc32(bytes.subarray(12)) !== stated) return null;
  try {
    const from = START + c.u64le();
    return { range: [from, from + c.u64le()], sum: c.u32le(), version };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

function* readArchive(source: Source, { range, sum, version }: Start): Generator<Reading> {
  yield { kind: 'extent', range: [0, START], role: 'header' };
  yield* facts({ version });
  if (range[1] > source.size) throw new Malformed('list leaves the archive', Math.min(range[0], source.size));
  if (range[0] === range[1]) {
    yield* facts({ files: '0' });
    return;
  }
  if (range[1] - range[0] > READ_LIMIT) throw new Spent(`7z list of ${READ_LIMIT} bytes`);
  const bytes = source.bytes(...range);
  if (crc32(bytes) !== sum) throw new Malformed('list does not match its CRC', range[0]);
  yield { kind: 'extent', range, role: 'metadata' };
  const budget = new OutputBudget(source.size);
  let listing = located(range[0], () => readListing(bytes, source.size));
  // a list may be packed more than once; no writer does that often
  for (let depth = 0; listing.kind === 'packed' && depth < 4; depth++) {
    const { folder } = listing;
    if (isEncrypted(folder)) {
      yield* facts({ files: 'not listed: the list is encrypted' });
      const closed: ByteRange = [START, range[0]];
      yield { kind: 'extent', range: closed, role: 'unexplained', reason: 'encrypted (password)' };
      return;
    }
    const list: Uint8Array = unpackedList(source, folder, budget);
    for (const packed of folder.packed) yield { kind: 'extent', range: packed, role: 'metadata' };
    const at = folder.packed[0]?.[0] ?? range[0];
    listing = located(at, () => readListing(list, source.size), false);
  }
  if (listing.kind === 'packed') throw new Malformed('list packed again and again', range[0]);
  yield* readListed(source, listing, budget);
}

/** @throws Malformed when it cannot be unpacked or does not match its checksum */
function unpackedList(source: Source, folder: Folder, budget: OutputBudget): Uint8Array {
  const at = folder.packed[0]?.[0] ?? 0;
  if (folder.size > LIST_LIMIT) throw new Spent(`7z list of ${LIST_LIMIT} bytes unpacked`);
  const pieces = folderPieces(source, folder);
  if (typeof pieces === 'string') throw new Malformed(`list packed with ${pieces}, not read`, at);
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const piece of budget.count(pieces)) {
    size += piece.length;
    if (size > folder.size) throw new Malformed('list is longer than stated', at);
    parts.push(piece.slice());
  }
  const list = Buffer.concat(parts);
  if (size !== folder.size || (folder.sum !== null && crc32(list) !== folder.sum)) {
    throw new Malformed('list does not match its size or CRC', at);
  }
  return list;
}

/** A break of the list as an offset in the archive.
 *  @param isPlain  false: the list was packed, its offsets mean nothing there */
function located(base: number, read: () => Listing, isPlain = true): Listing {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new Malformed(error.message, isPlain ? base + error.at : base);
  }
}

function* readListed(
  source: Source,
  { folders, items }: Extract<Listing, { kind: 'list' }>,
  budget: OutputBudget,
): Generator<Reading> {
  const methods = new Map<string, number>();
  const withStream = items.filter((item) => item.hasStream);
  let next = 0;
  let whole = 0;
  let spare = 0;
  let first: Malformed | Spent | null = null;
  for (const item of items) {
    if (item.hasStream || item.isAnti) continue;
    yield { kind: 'entry', entry: headOf(item, []) };
    whole++;
  }
  for (const folder of folders) {
    const method = folder.coders.map(coderName).toReversed().join(' + ');
    methods.set(method, (methods.get(method) ?? 0) + 1);
    const members: Member[] = [];
    let from = 0;
    for (const { size, sum } of folder.parts) {
      const item = withStream[next++];
      if (item !== undefined) members.push({ head: headOf(item, folder.packed), from, size, sum });
      from += size;
    }
    const end = yield* readFolder(source, folder, members, budget);
    whole += end.whole;
    spare += end.spare;
    first ??= end.stopped;
    if (end.stopped instanceof Spent) break;
  }
  const anti = items.filter(({ isAnti }) => isAnti).length;
  yield* facts({
    files: String(items.length),
    methods: [...methods]
      .map(([method, count]) => `${method} ${count}`)
      .toSorted()
      .join(', '),
    'files-to-remove': anti === 0 ? null : String(anti),
    'spare-bytes': spare === 0 ? null : `${spare} bytes of content belong to no file`,
    'without-content':
      next >= withStream.length ? null : `${withStream.length - next} files have no part of a folder`,
  });
  if (first === null) return;
  const where = first instanceof Malformed ? ` at 0x${first.at.toString(16)}` : '';
  yield* facts({ 'first-break': `${first.message}${where}` });
  // where not one file could be read, a break would take the list away
  if (whole > 0) throw first;
}

function* readFolder(
  source: Source,
  folder: Folder,
  members: readonly Member[],
  budget: OutputBudget,
): Generator<Reading, { whole: number; spare: number; stopped: Malformed | Spent | null }> {
  if (isEncrypted(folder)) {
    yield* closedMembers(members, 'encrypted (password)', 'encrypted with a password');
    return { whole: 0, spare: 0, stopped: null };
  }
  let pieces: ReturnType<typeof folderPieces>;
  try {
    pieces = folderPieces(source, folder);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    yield* closedMembers(members, null, error.message);
    return { whole: 0, spare: 0, stopped: error };
  }
  if (typeof pieces === 'string') {
    const why = `compressed or encrypted: ${pieces}, not read`;
    yield* closedMembers(members, why, why);
    return { whole: 0, spare: 0, stopped: null };
  }
  const end = yield* solidMembers(pieces, members, budget);
  const { stopped } = end;
  const to = stopped === null ? Number.POSITIVE_INFINITY : stopped instanceof Malformed ? stopped.at : 0;
  for (const [start, limit] of folder.packed) {
    const range: ByteRange = [start, Math.max(start, Math.min(limit, to))];
    yield { kind: 'extent', range, role: 'payload' };
  }
  return end;
}

/** Attributes that say that the upper half is a Unix mode, and that the item is a directory. */
const HAS_MODE = 0x8000;
const DIRECTORY = 0x10;

function headOf(item: Item, stored: readonly ByteRange[]): EntryHead {
  const { path, modifiedAt, attributes } = item;
  const full = attributes !== null && (attributes & HAS_MODE) !== 0 ? attributes >>> 16 : null;
  const isDirectory =
    !item.hasStream && !item.isEmptyFile && (attributes === null || (attributes & DIRECTORY) !== 0);
  const type = isDirectory ? 'directory' : full !== null && typeOfMode(full) === 'link' ? 'link' : 'file';
  return {
    path,
    type,
    mode: full === null ? null : full & 0o7777,
    uid: null,
    gid: null,
    modifiedAt,
    target: null,
    device: null,
    stored,
  };
}
