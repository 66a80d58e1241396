import type { EntryHead } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { dosTime } from '#engine/bytes/dos-time';
import { inflateBlock } from '#engine/bytes/inflate';
import { facts, fileHead } from '#engine/bytes/parts';
import { closedMembers, type Member, solidMembers } from '#engine/bytes/solid';
import { windowOf } from '#engine/bytes/source';
import { OutputBudget, type Pieces } from '#engine/bytes/stream';
import { nameOf } from '#engine/bytes/text';

/** Cabinets of Microsoft. */
export const cab: Format = {
  kind: 'format',
  id: 'cab',
  version: 1,
  doc: {
    name: 'cabinet (CAB)',
    says: 'Gives the files of folders that are stored or compressed with MSZIP, after the checksum of every block; lists the others.',
    sources: ['Microsoft, [MS-CAB]: Cabinet File Format, 2.1 to 2.4', 'Microsoft, [MS-MCI]: MSZIP'],
    limits: [
      'Folders compressed with LZX or Quantum are listed and stay closed.',
      'A file that begins or ends in another cabinet of a set has no content.',
      'A file whose content overlaps that of a file before it has no content.',
      'Behind a block that cannot be read, the files of its folder have no content.',
      'Names are divided at backslashes, as the format has them. Times without a zone are taken as UTC.',
      'Cabinets of InstallShield are another format.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('MSCF\0\0\0\0'), at: 0 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readCabinet(source, header);
  },
};

/** Bytes of the header without what may follow, and of the fixed parts of a folder, a file and a block. */
const HEADER = 36;
const FOLDER = 8;
const FILE = 16;
const BLOCK = 8;

/** Bytes that one block gives, and those it may be stored in. */
const BLOCK_LIMIT = 32 * 1024;
const PACKED_LIMIT = BLOCK_LIMIT + 6144;

/** Bytes of a name. */
const NAME_LIMIT = 257;

/** How often the bytes of a cabinet may be read as blocks. */
const READINGS = 2;

interface Header {
  /** Bytes of the whole cabinet as stated. */
  readonly size: number;
  /** Where the files are listed. */
  readonly filesAt: number;
  readonly folders: number;
  readonly files: number;
  readonly set: number;
  readonly number: number;
  readonly previous: string | null;
  readonly next: string | null;
  /** Bytes kept free in each folder and each block. */
  readonly folderReserve: number;
  readonly blockReserve: number;
  /** Where the folders are listed. */
  readonly end: number;
}

/** §2.1. Null: no cabinet. */
function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const c = new Cursor(source.bytes(0, Math.min(source.size, HEADER + 4 + 0x10000 + 4 * NAME_LIMIT)), 8);
  const size = c.u32le();
  c.skip(4); // reserved
  const filesAt = c.u32le();
  c.skip(4); // reserved
  const [minor, major] = [c.u8(), c.u8()];
  const folders = c.u16le();
  const files = c.u16le();
  const flags = c.u16le();
  const set = c.u16le();
  const number = c.u16le();
  if (major !== 1 || minor > 3 || folders === 0 || files === 0 || flags > 7) return null;
  if (filesAt < HEADER || filesAt >= source.size || size < filesAt) return null;
  try {
    const reserves = (flags & 4) === 0 ? [0, 0, 0] : [c.u16le(), c.u8(), c.u8()];
    const [headerReserve = 0, folderReserve = 0, blockReserve = 0] = reserves;
    c.skip(headerReserve);
    const previous = (flags & 1) === 0 ? null : `${textOf(c)} (${textOf(c)})`;
    const next = (flags & 2) === 0 ? null : `${textOf(c)} (${textOf(c)})`;
    const end = c.at;
    if (end + folders * (FOLDER + folderReserve) > filesAt) return null;
    return { size, filesAt, folders, files, set, number, previous, next, folderReserve, blockReserve, end };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** @throws Malformed when no zero byte ends it */
function textOf(c: Cursor): string {
  const length = c.bytes.subarray(c.at, c.at + NAME_LIMIT).indexOf(0);
  if (length === -1) throw new Malformed('text of a cabinet has no end', c.base + c.at);
  const text = nameOf(c.take(length));
  c.skip(1);
  return text;
}

type Method = 'stored' | 'MSZIP' | 'Quantum' | 'LZX' | 'unknown';

const METHODS: readonly Method[] = ['stored', 'MSZIP', 'Quantum', 'LZX'];

interface Block {
  /** Of the header. */
  readonly at: number;
  /** Of what it holds. */
  readonly range: ByteRange;
  /** Bytes that the folder gives before it, and with it. */
  readonly from: number;
  readonly to: number;
}

interface Folder {
  readonly method: Method;
  readonly blocks: readonly Block[];
  /** Why further blocks cannot be had; null: all are there. */
  readonly broken: Malformed | null;
}

/** §2.2, §2.4: the folder's entry and the headers of its blocks.
 *  @param spend  is told of the bytes of every block */
function readFolder(
  source: Source,
  entryAt: number,
  reserve: number,
  spend: (bytes: number) => void,
): Folder {
  const c = new Cursor(source.bytes(entryAt, entryAt + FOLDER), 0, entryAt);
  let at = c.u32le();
  const count = c.u16le();
  const method = METHODS[c.u16le() & 0x0f] ?? 'unknown';
  const blocks: Block[] = [];
  let given = 0;
  try {
    for (let i = 0; i < count; i++) {
      if (at + BLOCK + reserve > source.size) {
        throw new Malformed('block leaves the cabinet', Math.min(at, source.size));
      }
      const block = new Cursor(source.bytes(at, at + BLOCK), 4, at);
      const packed = block.u16le();
      const unpacked = block.u16le();
      const from = at + BLOCK + reserve;
      if (packed > PACKED_LIMIT || unpacked > BLOCK_LIMIT) {
        throw new Malformed(`block of ${packed} bytes for ${unpacked}`, at);
      }
      if (from + packed > source.size) throw new Malformed('block leaves the cabinet', at);
      spend(BLOCK + reserve + packed);
      blocks.push({ at, range: [from, from + packed], from: given, to: given + unpacked });
      given += unpacked;
      at = from + packed;
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { method, blocks, broken: error };
  }
  return { method, blocks, broken: null };
}

interface File {
  readonly head: EntryHead;
  readonly size: number;
  /** Where its content begins in what the folder gives. */
  readonly from: number;
  /** Number of the folder; above the last one: the content continues from or in another cabinet. */
  readonly folder: number;
}

/** The content begins or ends in another cabinet. */
const CONTINUED = 0xfffd;

function* readCabinet(whole: Source, header: Header): Generator<Reading> {
  const source = windowOf(whole, 0, Math.min(whole.size, header.size));
  yield* new CabinetReading(source, header).all();
}

class CabinetReading {
  private readonly source: Source;
  private readonly header: Header;
  private readonly budget: OutputBudget;
  private blockBytes = 0;
  private first: Malformed | Spent | null = null;
  private spare = 0;
  private whole = 0;

  constructor(source: Source, header: Header) {
    this.source = source;
    this.header = header;
    this.budget = new OutputBudget(source.size);
  }

  *all(): Generator<Reading> {
    const { header } = this;
    const { files, end } = this.list();
    yield { kind: 'extent', range: [0, header.end], role: 'header' };
    const foldersEnd = header.end + header.folders * (FOLDER + header.folderReserve);
    yield { kind: 'extent', range: [header.end, foldersEnd], role: 'metadata' };
    yield { kind: 'extent', range: [header.filesAt, end], role: 'metadata' };
    const byFolder = Map.groupBy(files, ({ folder }) => folder);
    const methods = new Set<string>();
    for (let i = 0; i < header.folders; i++) {
      const folder = this.folder(i);
      methods.add(folder.method);
      yield* this.give(folder, byFolder.get(i) ?? []);
    }
    for (const file of files.filter(({ folder }) => folder >= header.folders)) {
      const isSet = file.folder >= CONTINUED;
      const why = isSet ? 'begins or ends in another cabinet of the set' : `no folder ${file.folder}`;
      yield* closedMembers([file], why, why);
    }
    const { set, number, previous, next, size } = header;
    yield* facts({
      files: String(header.files),
      compression: [...methods].toSorted().join(', '),
      size: size > this.source.size ? `${size} bytes stated, ${this.source.size} are there` : `${size} bytes`,
      set: previous === null && next === null ? null : `${set}, number ${number}`,
      previous,
      next,
      'spare-bytes': this.spare === 0 ? null : `${this.spare} bytes of content belong to no file`,
    });
    const { first } = this;
    if (first === null) return;
    const where = first instanceof Malformed ? ` at 0x${first.at.toString(16)}` : '';
    yield* facts({ 'first-break': `${first.message}${where}` });
    // where not one file could be read, a break would take the list away
    if (this.whole > 0) throw first;
  }

  /** §2.3 */
  private list(): { readonly files: readonly File[]; readonly end: number } {
    const { source, header } = this;
    const files: File[] = [];
    let at = header.filesAt;
    try {
      for (let i = 0; i < header.files; i++) {
        const c = new Cursor(source.bytes(at, Math.min(source.size, at + FILE + NAME_LIMIT)), 0, at);
        const size = c.u32le();
        const from = c.u32le();
        const folder = c.u16le();
        const date = c.u16le();
        const time = c.u16le();
        c.skip(2); // attributes
        const length = c.bytes.subarray(c.at).indexOf(0);
        if (length === -1) throw new Malformed('name in a cabinet has no end', at + FILE);
        const name = c.take(length);
        files.push({ head: fileHead(pathOf(name), [], dosTime(date, time)), size, from, folder });
        at += FILE + length + 1;
      }
    } catch (error) {
      this.keep(error);
    }
    return { files, end: Math.min(at, source.size) };
  }

  private folder(number: number): Folder {
    const { source, header } = this;
    const at = header.end + number * (FOLDER + header.folderReserve);
    return readFolder(source, at, header.blockReserve, (bytes) => {
      this.blockBytes += bytes;
      if (this.blockBytes > READINGS * source.size) {
        throw new Spent(`overlap: bytes of blocks read more than ${READINGS} times`);
      }
    });
  }

  private *give(folder: Folder, files: readonly File[]): Generator<Reading> {
    const { method, blocks } = folder;
    const members = files
      .toSorted((a, b) => a.from - b.from || a.size - b.size)
      .map(({ head, from, size }): Member => {
        return { head: { ...head, stored: storedIn(blocks, from, size) }, from, size, sum: null };
      });
    for (const { at, range } of blocks) yield { kind: 'extent', range: [at, range[0]], role: 'header' };
    if (method !== 'stored' && method !== 'MSZIP') {
      const why = `compressed or encrypted: ${method}, not read`;
      for (const { range } of blocks) yield { kind: 'extent', range, role: 'unexplained', reason: why };
      yield* closedMembers(members, why, why);
      return;
    }
    const pieces = folderPieces(this.source, folder, this.header.blockReserve);
    const { stopped, spare, whole } = yield* solidMembers(pieces, members, this.budget);
    this.spare += spare;
    this.whole += whole;
    if (stopped !== null) this.keep(stopped);
    const end = stopped instanceof Malformed ? stopped.at : stopped === null ? Number.POSITIVE_INFINITY : 0;
    for (const { at, range } of blocks) {
      if (at < end) yield { kind: 'extent', range, role: 'payload' };
    }
  }

  private keep(error: unknown): void {
    if (!(error instanceof Malformed || error instanceof Spent)) throw error;
    this.first ??= error;
  }
}

/** The name with the slashes that paths have everywhere else. */
function pathOf(name: Uint8Array): string {
  return nameOf(name.map((byte) => (byte === 0x5c ? 0x2f : byte)));
}

/** From the first to the last block that hold some of what a folder gives. */
function storedIn(blocks: readonly Block[], from: number, size: number): readonly ByteRange[] {
  if (size === 0) return [];
  const first = blocks[indexAt(blocks, from)];
  const last = blocks[indexAt(blocks, from + size - 1)] ?? blocks.at(-1);
  return first === undefined || last === undefined ? [] : [[first.range[0], last.range[1]]];
}

/** Number of the block that gives a byte; that behind the last one when none does. */
function indexAt(blocks: readonly Block[], at: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.to ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What the blocks of a folder give, one after another.
 *  @throws Malformed with the offset of the block that cannot be read */
function* folderPieces(source: Source, { method, blocks, broken }: Folder, reserve: number): Pieces {
  let history: Uint8Array = new Uint8Array(0);
  for (const { at, range, from, to } of blocks) {
    const packed = source.bytes(range[0], range[1]);
    const stated = new Cursor(source.bytes(at, at + 4)).u32le();
    if (stated !== 0 && stated !== sumOf(source.bytes(at + 4, at + BLOCK + reserve), sumOf(packed, 0))) {
      throw new Malformed('block does not match its checksum', at);
    }
    if (from === to) throw new Malformed('block continues in another cabinet', at);
    const bytes = method === 'stored' ? packed : unzipped(packed, history, at);
    if (bytes.length !== to - from)
      throw new Malformed(`block gives ${bytes.length} of ${to - from} bytes`, at);
    history = bytes.length === BLOCK_LIMIT ? bytes : joined(history, bytes);
    yield bytes;
  }
  if (broken !== null) throw broken;
  return blocks.at(-1)?.range[1] ?? source.size;
}

/** One block of MSZIP: a mark, then a DEFLATE stream that may reach back into the blocks before. Source: [MS-MCI] */
function unzipped(packed: Uint8Array, history: Uint8Array, at: number): Uint8Array {
  if (packed[0] !== 0x43 || packed[1] !== 0x4b) throw new Malformed('no mark of an MSZIP block', at);
  try {
    return inflateBlock('raw', packed.subarray(2), BLOCK_LIMIT, history).out;
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, at) : error;
  }
}

/** The last bytes that a match may reach. */
function joined(history: Uint8Array, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([history, bytes]).subarray(-BLOCK_LIMIT);
}

/** §3.1: words of four bytes, the rest most significant byte first. */
function sumOf(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = start;
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) sum ^= view.getUint32(i, true);
  let rest = 0;
  for (; i < bytes.length; i++) rest = (rest << 8) | (bytes[i] ?? 0);
  return (sum ^ rest) >>> 0;
}
