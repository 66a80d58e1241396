import { Malformed } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { type ByteRange, overlaps } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fileHead, hex } from '#engine/bytes/parts';
import type { Walk } from '#engine/bytes/walk';

/** Bytes of a sector, where the table does not say otherwise. */
export const SECTOR = 512;

/** Where the four records of a boot sector and its signature stand. */
export const RECORDS: ByteRange = [446, 512];

/** One record of the table in a boot sector. Numbers count sectors. */
export interface BootRecord {
  /** 1 to 4. */
  readonly number: number;
  readonly isActive: boolean;
  /** What the partition is for; {@link typeName}. */
  readonly type: number;
  /** From what it counts depends on the table. */
  readonly start: number;
  readonly length: number;
}

/** The records that name something in a boot sector.
 *  Source: UEFI 2.10, clause 5.2.1 "legacy master boot record"
 *  @returns null: no table of partitions, by signature or by what the records say */
export function bootRecords(source: Source, at: number): readonly BootRecord[] | null {
  if (at + SECTOR > source.size) return null;
  const c = new Cursor(source.bytes(at, at + SECTOR), RECORDS[0], at);
  const records: BootRecord[] = [];
  for (let number = 1; number <= 4; number++) {
    const bytes = c.bytes.subarray(c.at, c.at + 16);
    const status = c.u8();
    c.skip(3); // first cylinder, head and sector
    const type = c.u8();
    c.skip(3); // last cylinder, head and sector
    const start = c.u32le();
    const length = c.u32le();
    if (status !== 0 && status !== 0x80) return null;
    // Of a record of no sectors nothing else may be said: code and boot sectors of file systems do.
    if (length === 0 && bytes.some((byte) => byte !== 0)) return null;
    if (length !== 0) records.push({ number, isActive: status === 0x80, type, start, length });
  }
  return c.u8() === 0x55 && c.u8() === 0xaa ? records : null;
}

/** Claims the table in a boot sector, not the code before it. */
export function claimBootSector(walk: Walk): void {
  walk.claim([440, 446], 'metadata'); // signature of the disk; two bytes that may say that it is not to be written
  walk.claim(RECORDS, 'header');
}

/** Types that say of a partition what is in it. Source: UEFI 2.10, clause 5.2.2; Linux, block/partitions/msdos.c and
 *  include/linux/msdos_partition.h */
const TYPES: Readonly<Record<number, string>> = {
  0x00: 'unused',
  0x01: 'FAT12',
  0x04: 'FAT16',
  0x05: 'extended',
  0x06: 'FAT16',
  0x07: 'NTFS or exFAT',
  0x0b: 'FAT32',
  0x0c: 'FAT32',
  0x0e: 'FAT16',
  0x0f: 'extended',
  0x82: 'Linux swap',
  0x83: 'Linux',
  0x85: 'extended',
  0x8e: 'Linux LVM',
  0xda: 'data without file system',
  0xee: 'GPT protective',
  0xef: 'EFI system',
  0xfd: 'Linux RAID',
};

/** A type as a number and, where it is a usual one, by name. */
export function typeName(type: number): string {
  const name = TYPES[type];
  return `type 0x${type.toString(16).padStart(2, '0')}${name === undefined ? '' : ` (${name})`}`;
}

/** A part of a disk that a table names. */
export interface Partition {
  readonly path: string;
  /** Bytes, from the beginning of the table's disk. It may lie beyond the source. */
  readonly range: ByteRange;
  /** What the table says of it, for a fact. */
  readonly says: string;
  /** Where the table says so. */
  readonly at: number;
}

/** Pairs of partitions that overlap and are named. */
const PAIRS_SHOWN = 8;

/** Bytes of content over all partitions: what lies beyond is searched where it stands, which needs no copy of it. */
const CONTENT_LIMIT = 2 ** 31;

/** Gives every partition as one file, and says which overlap. One that leaves the source, or of a very large disk, has no
 *  content: its bytes stay unclaimed, so that they are searched.
 *  @throws Spent */
export function* givePartitions(walk: Walk, partitions: readonly Partition[]): Generator<Reading> {
  const { size } = walk.source;
  const given: Partition[] = [];
  const shared: string[] = [];
  let pairs = 0;
  let twice = 0;
  let content = 0;
  for (const partition of partitions) {
    const { path, range, says, at } = partition;
    const isCut = range[1] > size;
    const length = range[1] - range[0];
    const isLarge = !isCut && content + length > CONTENT_LIMIT;
    const state = isCut ? ', cut short' : isLarge ? ', searched in place' : '';
    const value = `${hex(range[0])}–${hex(range[1])}, ${says}${state}`;
    yield { kind: 'fact', name: path, value };
    const others = given.filter((other) => overlaps(other.range, range));
    pairs += others.length;
    for (const other of others.slice(0, PAIRS_SHOWN - shared.length))
      shared.push(`${other.path} and ${path}`);
    given.push(partition);
    if (isCut) {
      yield* walk.broken(fileHead(path, []), `${path} ends at ${range[1]}, behind ${size} bytes`, at);
    } else if (isLarge) {
      yield* walk.broken(fileHead(path, []), `budget: ${CONTENT_LIMIT} bytes of partitions`, at);
    } else if (others.length > 0 && twice + length > size) {
      // As often as they like, tables can name the same bytes: once more is enough to see what each says.
      yield* walk.broken(fileHead(path, []), `overlap: more than ${size} bytes named twice`, at);
      walk.note(new Malformed('partitions overlap too often', at));
    } else {
      if (others.length > 0) twice += length;
      content += length;
      yield* walk.laidOut(fileHead(path, []), [{ at: range[0], length }]);
    }
  }
  if (pairs === 0) return;
  const more = pairs > shared.length ? `; ${pairs - shared.length} more` : '';
  yield { kind: 'fact', name: 'overlap', value: `${shared.join('; ')}${more}` };
}

/** True when an ISO 9660 file system begins here: its first sectors may hold a table of partitions beside it, for
 *  disks, and the table names the file system itself. */
export function isOpticalDisc(source: Source): boolean {
  const at = 16 * 2048 + 1;
  return at + 5 <= source.size && Buffer.from(source.bytes(at, at + 5)).toString('latin1') === 'CD001';
}
