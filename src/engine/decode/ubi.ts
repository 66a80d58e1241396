import { crc32 } from 'node:zlib';
import { Malformed, Spent } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { fillersIn } from '#engine/bytes/filler';
import { livingStep, olderPath } from '#engine/bytes/history';
import { facts, fileHead } from '#engine/bytes/parts';
import { PIECE_LIMIT } from '#engine/bytes/pieces';
import { complement } from '#engine/bytes/ranges';
import { nameOf } from '#engine/bytes/text';
import { Walk } from '#engine/bytes/walk';

const MAGIC = Uint8Array.from([0x55, 0x42, 0x49, 0x23]); // UBI#
const VOLUME_MAGIC = 0x55424921; // UBI!
const HEADER = 64;

/** Volumes of UBI itself have numbers from here on; the first is the table of volumes. */
const INTERNAL = 0x7fff_efff;
const FASTMAP = [INTERNAL + 1, INTERNAL + 2] as const;

/** Sizes that an erase block may have, in bytes. */
const LEAST_BLOCK = 4096;
const MOST_BLOCK = 16 * 2 ** 20;

/** Erase blocks in a row without a header before the image counts as ended: bad blocks come alone or in twos. */
const BLANK_LIMIT = 16;

/** Erase blocks of one image: 8 GiB in blocks of 16 KiB. */
const BLOCK_LIMIT = 524_288;

/** Record of the table of volumes. Source: Linux, drivers/mtd/ubi/ubi-media.h, struct ubi_vtbl_record */
const RECORD = 172;
const RECORDS = 128;

/** What unwritten flash reads as. */
const ERASED = new Uint8Array(PIECE_LIMIT).fill(0xff);

/** The layer that lets volumes live on raw flash and wears all of it evenly. */
export const ubi: Format = {
  kind: 'format',
  id: 'ubi',
  version: 1,
  doc: {
    name: 'UBI',
    says: 'Every volume as one file, put together from the newest copy of each of its blocks; what it does not hold reads as erased. An older copy of a block that the flash still has is given too, as volume@older/block.number.',
    sources: [
      'Linux, drivers/mtd/ubi/ubi-media.h: the headers, the table of volumes; attach.c: which of two copies counts',
    ],
    limits: [
      'A fastmap is named, not used: every block is read instead.',
      'A copy that was being made when power failed is told by its checksum only where it states one.',
      'An image of a single erase block has the size of what follows it in the file.',
      'Dumps with the spare bytes of NAND between the pages are not read.',
    ],
  },
  magics: [{ bytes: MAGIC, at: 0 }],
  open(source) {
    return eraseCounter(source, 0) === null ? null : readings(source);
  },
};

interface Block {
  readonly at: number;
  readonly volume: number;
  readonly isStatic: boolean;
  readonly isCopy: boolean;
  /** Number within the volume. */
  readonly number: number;
  /** Counts writes: the higher is the newer. */
  readonly sequence: bigint;
  /** Where its content stands. */
  readonly data: ByteRange;
  /** Bytes of every block of the volume. */
  readonly length: number;
  /** Null: not stated. */
  readonly sum: number | null;
}

interface Record {
  readonly name: string;
  readonly isUpdating: boolean;
}

/** CRC-32 without the inversion at its end. */
function crcOf(bytes: Uint8Array): number {
  return ~crc32(bytes) >>> 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Offsets of what follows the header of an erase block; null: there is none with a right checksum. */
function eraseCounter(
  source: Source,
  at: number,
): { readonly volumeHeader: number; readonly data: number; readonly image: number } | null {
  if (at + HEADER > source.size) return null;
  const bytes = source.bytes(at, at + HEADER);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) return null;
  const view = viewOf(bytes);
  if (crcOf(bytes.subarray(0, 60)) !== view.getUint32(60)) return null;
  return { volumeHeader: view.getUint32(16), data: view.getUint32(20), image: view.getUint32(24) };
}

/** Distance from the first header to the next one. */
function blockSize(source: Source): number {
  for (let size = LEAST_BLOCK; size <= MOST_BLOCK && size < source.size; size *= 2) {
    if (eraseCounter(source, size) !== null) return size;
  }
  return Math.min(source.size, MOST_BLOCK);
}

function* readings(source: Source): Generator<Reading> {
  const walk = new Walk(source);
  const size = blockSize(source);
  const blocks: Block[] = [];
  const images = new Set<number>();
  const known: ByteRange[] = [];
  let headers = 0;
  let end = 0;
  for (let at = 0, blank = 0; at < source.size && blank < BLANK_LIMIT; at += size) {
    const counter = eraseCounter(source, at);
    if (counter === null) {
      blank++;
      continue;
    }
    blank = 0;
    if (++headers > BLOCK_LIMIT) {
      walk.keep(new Spent(`${BLOCK_LIMIT} erase blocks`));
      break;
    }
    end = Math.min(at + size, source.size);
    if (end - at < size)
      walk.keep(new Malformed(`erase block of ${size} bytes leaves ${source.size} bytes`, at));
    images.add(counter.image);
    walk.claim([at, at + HEADER], 'header');
    known.push([at, at + HEADER]);
    try {
      const block = blockAt(source, at, end, counter);
      if (block === null) continue;
      const header = at + counter.volumeHeader;
      walk.claim([header, header + HEADER], 'header');
      known.push([header, header + HEADER], block.data);
      blocks.push(block);
    } catch (error) {
      walk.note(error);
    }
  }
  const { living, older } = newest(source, blocks);
  const records = tableOf(source, living.get(INTERNAL));
  for (const block of living.get(INTERNAL)?.values() ?? []) claimTable(source, walk, block);
  for (const [volume, own] of living) {
    if (volume >= INTERNAL) {
      if (volume > INTERNAL) for (const block of own.values()) walk.claim(block.data, 'metadata');
      continue;
    }
    const path = livingStep(records.get(volume)?.name ?? `volume-${volume}`);
    yield* volumeFile(source, walk, path, own);
    for (const block of older.get(volume) ?? []) {
      const head = fileHead(`${olderPath(path, block.number)}.${block.sequence}`, [block.data]);
      yield* walk.laidOut(head, [{ at: block.data[0], length: block.data[1] - block.data[0] }]);
    }
  }
  for (const volume of [...older.keys()].filter((each) => each >= INTERNAL))
    for (const block of older.get(volume) ?? []) walk.claim(block.data, 'metadata');
  for (const { range, role } of holesOf(source, size, end, known)) walk.claim(range, role);
  const left = [...older.values()].reduce((sum, list) => sum + list.length, 0);
  const updating = [...records.values()].filter(({ isUpdating }) => isUpdating).map(({ name }) => name);
  yield* facts({
    'erase-block': `${size}`,
    'erase-blocks': `${headers}, ${blocks.length} in use`,
    volumes: namesOf(records, living),
    'updates-interrupted': updating.length === 0 ? null : updating.join(', '),
    'older-blocks': left === 0 ? null : `${left}`,
    images: images.size > 1 ? `${images.size} image numbers: written by more than one tool run` : null,
    fastmap: FASTMAP.some((volume) => living.has(volume)) ? 'present, not used' : null,
  });
  yield* walk.end();
}

/** Erased flash and zeros between headers and data. */
function holesOf(
  source: Source,
  size: number,
  end: number,
  known: readonly ByteRange[],
): ReturnType<typeof fillersIn> {
  const perBlock = complement(known, [0, end]).flatMap(([from, to]) => {
    const pieces: ByteRange[] = [];
    // A hole is judged block by block: one foreign byte in a gigabyte must not hide that the rest is erased.
    for (let at = from; at < to; ) {
      const next = Math.min(to, (Math.floor(at / size) + 1) * size);
      pieces.push([at, next]);
      at = next;
    }
    return pieces;
  });
  return fillersIn(source, perBlock);
}

/** @returns null: nothing is written in the block
 *  @throws Malformed when its header is damaged */
function blockAt(
  source: Source,
  at: number,
  end: number,
  counter: { readonly volumeHeader: number; readonly data: number },
): Block | null {
  const headerAt = at + counter.volumeHeader;
  if (
    counter.volumeHeader < HEADER ||
    counter.data < counter.volumeHeader + HEADER ||
    at + counter.data > end
  )
    throw new Malformed(`headers at ${counter.volumeHeader} and data at ${counter.data} of a block`, at);
  const bytes = source.bytes(headerAt, headerAt + HEADER);
  if (bytes.every((byte) => byte === 0xff)) return null;
  const view = viewOf(bytes);
  if (view.getUint32(0) !== VOLUME_MAGIC || crcOf(bytes.subarray(0, 60)) !== view.getUint32(60))
    throw new Malformed('header of a volume is damaged', headerAt);
  const pad = view.getUint32(28);
  const length = end - at - counter.data - pad;
  const isStatic = view.getUint8(5) === 2;
  const isCopy = view.getUint8(6) !== 0;
  const used = view.getUint32(20);
  const stated = isStatic || isCopy ? used : length;
  if (length <= 0 || stated > length)
    throw new Malformed(`${stated} bytes in a block of ${length}`, headerAt);
  const data = at + counter.data;
  return {
    at,
    volume: view.getUint32(8),
    isStatic,
    isCopy,
    number: view.getUint32(12),
    sequence: view.getBigUint64(40),
    data: [data, data + (isStatic ? stated : length)],
    length,
    sum: isStatic || isCopy ? view.getUint32(32) : null,
  };
}

interface Copies {
  /** Volume → number of a block → its newest copy, volumes and blocks in order. */
  readonly living: ReadonlyMap<number, ReadonlyMap<number, Block>>;
  readonly older: ReadonlyMap<number, readonly Block[]>;
}

/** Of two copies the newer counts, unless it was moved and its data do not have their checksum: power failed then. */
function newest(source: Source, blocks: readonly Block[]): Copies {
  const living = new Map<number, Map<number, Block>>();
  const older = new Map<number, Block[]>();
  const sorted = blocks.toSorted(
    (a, b) =>
      a.volume - b.volume ||
      a.number - b.number ||
      (a.sequence < b.sequence ? -1 : a.sequence > b.sequence ? 1 : a.at - b.at),
  );
  for (const block of sorted) {
    const own = living.get(block.volume) ?? new Map<number, Block>();
    living.set(block.volume, own);
    const before = own.get(block.number);
    const isWorse = before !== undefined && block.isCopy && !hasSum(source, block);
    const replaced = isWorse ? block : before;
    if (replaced !== undefined) {
      const list = older.get(block.volume);
      if (list === undefined) older.set(block.volume, [replaced]);
      else list.push(replaced);
    }
    if (!isWorse) own.set(block.number, block);
  }
  return { living, older };
}

/** True when the data have the checksum stated for them, or none is stated. */
function hasSum(source: Source, { data, sum }: Block): boolean {
  if (sum === null) return true;
  let crc = 0;
  for (let at = data[0]; at < data[1]; at += PIECE_LIMIT)
    crc = crc32(source.bytes(at, Math.min(data[1], at + PIECE_LIMIT)), crc);
  return ~crc >>> 0 === sum;
}

/** Names of volumes by number. The table is kept twice; records with a wrong checksum say nothing. */
function tableOf(
  source: Source,
  copies: ReadonlyMap<number, Block> | undefined,
): ReadonlyMap<number, Record> {
  const records = new Map<number, Record>();
  for (const { data } of copies?.values() ?? []) {
    for (let i = 0; i < RECORDS && data[0] + (i + 1) * RECORD <= data[1]; i++) {
      const bytes = source.bytes(data[0] + i * RECORD, data[0] + (i + 1) * RECORD);
      const view = viewOf(bytes);
      const length = view.getUint16(14);
      const isRight = crcOf(bytes.subarray(0, RECORD - 4)) === view.getUint32(RECORD - 4);
      if (!isRight || view.getUint32(0) === 0 || length === 0 || length > 127 || records.has(i)) continue;
      records.set(i, { name: nameOf(bytes.subarray(16, 16 + length)), isUpdating: view.getUint8(13) !== 0 });
    }
  }
  return records;
}

/** The table itself; what follows it in its block stays to be looked at. */
function claimTable(source: Source, walk: Walk, { data }: Block): void {
  const to = Math.min(data[1], data[0] + RECORDS * RECORD);
  walk.claim([data[0], to], 'metadata');
  for (const { range, role } of fillersIn(source, [[to, data[1]]])) walk.claim(range, role);
}

/** A volume from its first block to its last one. */
function* volumeFile(
  source: Source,
  walk: Walk,
  path: string,
  blocks: ReadonlyMap<number, Block>,
): Generator<Reading> {
  const sorted = [...blocks.values()];
  const last = sorted.at(-1);
  if (last === undefined) return;
  const size = last.number * last.length + last.data[1] - last.data[0];
  const head = fileHead(
    path,
    sorted.map(({ data }) => data),
  );
  const bad = sorted.find((block) => block.isStatic && !hasSum(source, block));
  if (bad !== undefined)
    walk.keep(new Malformed(`checksum of block ${bad.number} of ${path} is wrong`, bad.data[0]));
  yield* walk.file(head, size, () => pieces(source, sorted));
}

function* pieces(source: Source, blocks: readonly Block[]): Generator<Uint8Array> {
  let at = 0;
  for (const { number, length, data } of blocks) {
    for (let left = number * length - at; left > 0; left -= PIECE_LIMIT)
      yield ERASED.subarray(0, Math.min(left, PIECE_LIMIT));
    for (let from = data[0]; from < data[1]; from += PIECE_LIMIT)
      yield source.bytes(from, Math.min(data[1], from + PIECE_LIMIT));
    at = number * length + data[1] - data[0];
  }
}

/** What the table names, with how many blocks of each are there. */
function namesOf(records: ReadonlyMap<number, Record>, living: Copies['living']): string | null {
  const all = [...records].map(([number, { name }]) => `${name} (${living.get(number)?.size ?? 0} blocks)`);
  return all.length === 0 ? null : all.join(', ');
}
