import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import {
  type BootRecord,
  bootRecords,
  claimBootSector,
  givePartitions,
  isOpticalDisc,
  type Partition,
  RECORDS,
  SECTOR,
  typeName,
} from '#engine/bytes/partitions';
import { facts, hex } from '#engine/bytes/parts';
import { isZero } from '#engine/bytes/pieces';
import { Walk } from '#engine/bytes/walk';

/** The partition table of disks, memory cards and eMMC in the boot sector. */
export const mbr: Format = {
  kind: 'format',
  id: 'mbr',
  version: 1,
  doc: {
    name: 'MBR partition table',
    says: 'Every partition of a disk as one file, logical ones too, and which of them overlap. Boot code and what lies between partitions stay unclaimed, so that what is hidden there is searched.',
    sources: [
      'UEFI Specification 2.10, clause 5.2 "LBA 0 format"',
      'Linux, block/partitions/msdos.c: chain of extended partitions',
    ],
    limits: [
      'Only recognised where the disk is a whole artefact: its signature is two bytes.',
      'Sectors have 512 bytes; tables of disks with larger ones are read only where they are GPT.',
      'A partition cut short, and what goes beyond 2 GiB of partitions, is not given as a file; its bytes are searched where they stand.',
      'Subpartitions of BSD, Solaris, Minix and UnixWare inside a partition are not taken apart.',
    ],
  },
  magics: [],
  open(source, whole) {
    if (!whole) return null;
    const records = bootRecords(source, 0);
    return records === null || records.length === 0 || isOpticalDisc(source)
      ? null
      : readings(source, records);
  },
};

const EXTENDED: readonly number[] = [0x05, 0x0f, 0x85];

/** The rest of the disk has a GPT, or had one. */
const PROTECTIVE = 0xee;

/** Links of the chain of logical partitions: Linux stops after 100. */
const CHAIN_LIMIT = 256;

/** Number of the first logical partition. */
const FIRST_LOGICAL = 5;

function* readings(source: Source, records: readonly BootRecord[]): Generator<Reading> {
  const walk = new Walk(source);
  claimBootSector(walk);
  try {
    const extended = records.filter(({ type }) => EXTENDED.includes(type));
    const logical: Partition[] = [];
    for (const record of extended) followChain(walk, record, logical);
    const primary = records
      .filter(({ type }) => !EXTENDED.includes(type) && type !== PROTECTIVE)
      .map((record) => partitionOf(record, 0, record.number, 0));
    for (const { number, start, length, type } of extended) {
      const value = `${hex(start * SECTOR)}–${hex((start + length) * SECTOR)}, ${typeName(type)}`;
      yield { kind: 'fact', name: `partition-${number}`, value };
    }
    yield* givePartitions(walk, [...primary, ...logical]);
  } catch (error) {
    walk.keep(error);
  }
  yield* facts({
    'disk-signature': isZero(source, [440, 444]) ? null : hex(new Cursor(source.bytes(440, 444)).u32le()),
    'boot-code': isZero(source, [0, 440]) ? null : 'present',
    protective: records.some(({ type }) => type === PROTECTIVE) ? 'the table says GPT, none was read' : null,
  });
  yield* walk.end();
}

function partitionOf(record: BootRecord, base: number, number: number, at: number): Partition {
  const start = base + record.start;
  return {
    path: `partition-${number}`,
    range: [start * SECTOR, (start + record.length) * SECTOR],
    says: `${typeName(record.type)}${record.isActive ? ', active' : ''}`,
    at: at + RECORDS[0] + 16 * (record.number - 1),
  };
}

/** Follows the chain of boot sectors in an extended partition. In each the partition counts from that sector, the next
 *  link from the beginning of the extended partition. A link that breaks is noted; what came before it stands. */
function followChain(walk: Walk, { start, number }: BootRecord, found: Partition[]): void {
  const seen = new Set<number>();
  let from = RECORDS[0] + 16 * (number - 1);
  try {
    for (let sector: number | undefined = start; sector !== undefined; ) {
      const at: number = sector * SECTOR;
      if (seen.has(sector)) throw new Malformed('chain of logical partitions is a loop', from);
      if (seen.size === CHAIN_LIMIT) throw new Malformed(`${CHAIN_LIMIT} logical partitions`, from);
      seen.add(sector);
      const records = bootRecords(walk.source, at);
      if (records === null) throw new Malformed(`no table of a logical partition at ${hex(at)}`, from);
      walk.claim([at + RECORDS[0], at + RECORDS[1]], 'header');
      for (const record of records) {
        if (!EXTENDED.includes(record.type))
          found.push(partitionOf(record, sector, FIRST_LOGICAL + found.length, at));
      }
      const next = records.find(({ type }) => EXTENDED.includes(type));
      from = at + RECORDS[0] + 16;
      sector = next === undefined ? undefined : start + next.start;
    }
  } catch (error) {
    walk.note(error);
  }
}
