import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import {
  bootRecords,
  givePartitions,
  isOpticalDisc,
  type Partition,
  claimBootSector,
  RECORDS,
  typeName,
} from '#engine/bytes/partitions';
import { facts, hex } from '#engine/bytes/parts';
import { fold, isZero } from '#engine/bytes/pieces';
import { utf16Name } from '#engine/bytes/utf16';
import { Walk } from '#engine/bytes/walk';

/** Sizes of a sector that disks have. */
const SECTORS = [512, 4096] as const;

const SIGNATURE = new TextEncoder().encode('EFI PART');

/** Where the first record of a boot sector says that a GPT follows. Tools differ in the sector that it begins with. */
const PROTECTIVE = [1, 2].map(
  (sector): Magic => ({ bytes: Uint8Array.of(0, 0, sector, 0, 0xee), at: RECORDS[0] }),
);

/** The partition table of larger disks and of eMMC in newer devices. */
export const gpt: Format = {
  kind: 'format',
  id: 'gpt',
  version: 1,
  doc: {
    name: 'GUID partition table',
    says: 'Every partition of a disk as one file, and which of them overlap; states the checksums of both copies of the table. What only the other copy of the table or only the boot sector names is given too, as backup/…, primary/… and mbr/….',
    sources: ['UEFI Specification 2.10, clause 5.3 "GUID partition table (GPT) disk layout"'],
    limits: [
      'The copy at the end is looked for where the first header says, and in the last sector; nowhere else.',
      'A table whose checksum is wrong in both copies is read all the same, from the first one that can be.',
      'A partition cut short, and what goes beyond 2 GiB of partitions, is not given as a file; its bytes are searched where they stand.',
      'Attributes of partitions are given as a number.',
      'Tables of more than 1024 entries are not read.',
    ],
  },
  magics: [...SECTORS.map((at): Magic => ({ bytes: SIGNATURE, at })), ...PROTECTIVE],
  open(source) {
    if (isOpticalDisc(source)) return null;
    for (const sector of SECTORS) {
      const copies = copiesOf(source, sector);
      if (copies.length > 0) return readings(source, sector, copies);
    }
    return null;
  },
};

/** Bytes of the fields of a header. */
const HEADER = 92;

/** Bytes of the name in an entry. */
const NAME = 72;

/** Entries of a table: makers write 128. */
const ENTRY_LIMIT = 1024;

interface Header {
  readonly at: number;
  /** Bytes that its checksum covers. */
  readonly size: number;
  readonly isRight: boolean;
  /** Where the other copy should be, in bytes. */
  readonly otherAt: number;
  readonly disk: string;
  readonly entriesAt: number;
  readonly entries: number;
  readonly entrySize: number;
  readonly entriesSum: number;
}

/** One of the two tables. */
interface Copy {
  readonly name: 'primary' | 'backup';
  readonly header: Header;
  /** Null: it leaves the source. */
  readonly areEntriesRight: boolean | null;
}

/** The copies that are there, the one to go by first. */
function copiesOf(source: Source, sector: number): readonly Copy[] {
  const primary = copyAt(source, sector, sector, 'primary');
  const lastSector = (Math.floor(source.size / sector) - 1) * sector;
  const backup =
    (primary === null ? null : copyAt(source, primary.header.otherAt, sector, 'backup')) ??
    // Without a first copy the boot sector must say so: the second alone begins no disk.
    (primary !== null || isProtective(source) ? copyAt(source, lastSector, sector, 'backup') : null);
  const copies = [primary, backup].filter((copy) => copy !== null);
  const isRight = ({ header, areEntriesRight }: Copy) => header.isRight && areEntriesRight === true;
  return primary !== null && !isRight(primary) && backup !== null && isRight(backup)
    ? copies.toReversed()
    : copies;
}

function isProtective(source: Source): boolean {
  return (bootRecords(source, 0) ?? []).some(({ type }) => type === 0xee);
}

function copyAt(source: Source, at: number, sector: number, name: Copy['name']): Copy | null {
  const header = headerAt(source, at, sector);
  if (header === null) return null;
  const { entriesAt, entries, entrySize, entriesSum } = header;
  const end = entriesAt + entries * entrySize;
  if (end > source.size) return { name, header, areEntriesRight: null };
  const sum = fold(source, [entriesAt, end], 0, (window, state) => crc32(window, state));
  return { name, header, areEntriesRight: sum === entriesSum };
}

/** Null: there is no header, or one that says that it stands elsewhere. */
function headerAt(source: Source, at: number, sector: number): Header | null {
  // Before it stands the boot sector.
  if (at < sector || at + sector > source.size) return null;
  const bytes = source.bytes(at, at + sector);
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) return null;
  const c = new Cursor(bytes, SIGNATURE.length);
  const revision = c.u32le();
  const size = c.u32le();
  const sum = c.u32le();
  c.skip(4); // reserved
  const own = c.u64leBits();
  const other = c.u64leBits();
  c.skip(8 + 8); // first and last sector that partitions may use
  const disk = guid(c.take(16));
  const entriesAt = Number(c.u64leBits()) * sector;
  const entries = c.u32le();
  const entrySize = c.u32le();
  const entriesSum = c.u32le();
  const isSane =
    revision >>> 16 === 1 &&
    size >= HEADER &&
    size <= sector &&
    own === BigInt(at / sector) &&
    entries > 0 &&
    entries <= ENTRY_LIMIT &&
    entrySize >= 128 &&
    entrySize <= sector &&
    Number.isSafeInteger(entriesAt) &&
    entriesAt > 0;
  if (!isSane) return null;
  const summed = Uint8Array.from(bytes.subarray(0, size));
  summed.fill(0, 16, 20);
  return {
    at,
    size,
    isRight: crc32(summed) === sum,
    otherAt: Number(other) * sector,
    disk,
    entriesAt,
    entries,
    entrySize,
    entriesSum,
  };
}

function* readings(source: Source, sector: number, copies: readonly Copy[]): Generator<Reading> {
  const walk = new Walk(source);
  const [first] = copies;
  try {
    if (bootRecords(source, 0) !== null) claimBootSector(walk);
    const named: Partition[] = [];
    for (const copy of copies) {
      const folder = copy === first ? '' : `${copy.name}/`;
      addNew(named, readCopy(walk, copy, sector, folder));
    }
    const ranges = new Set(named.map(rangeText));
    const boot = ofBootSector(source, sector).filter((partition) => !ranges.has(rangeText(partition)));
    yield* givePartitions(walk, [...named, ...boot]);
  } catch (error) {
    walk.keep(error);
  }
  yield* facts({
    'disk-guid': first?.header.disk ?? null,
    'sector-size': `${sector}`,
    'primary-table': stateOf(copies, 'primary'),
    'backup-table': stateOf(copies, 'backup'),
    'table-used': first?.name ?? null,
    'boot-code': isZero(source, [0, 440]) ? null : 'present',
  });
  yield* walk.end();
}

/** Adds what a second table says otherwise than the first, or besides. */
function addNew(named: Partition[], others: readonly Partition[]): void {
  const text = (partition: Partition) => `${rangeText(partition)} ${partition.says}`;
  const known = new Set(named.map(text));
  named.push(...others.filter((partition) => !known.has(text(partition))));
}

function rangeText({ range }: Partition): string {
  return range.join('–');
}

/** What can be said of a copy of the table. */
function stateOf(copies: readonly Copy[], name: Copy['name']): string {
  const copy = copies.find((each) => each.name === name);
  if (copy === undefined) {
    const at = name === 'backup' ? copies[0]?.header.otherAt : undefined;
    return at === undefined ? 'none' : `none, should be at ${hex(at)}`;
  }
  const { header, areEntriesRight } = copy;
  const entries = areEntriesRight === null ? 'not there' : areEntriesRight ? 'right' : 'wrong';
  return `checksum of the header ${header.isRight ? 'right' : 'wrong'}, of the entries ${entries}`;
}

/** Claims one copy and lists what it names.
 *  @param folder  that the names stand in */
function readCopy(walk: Walk, copy: Copy, sector: number, folder: string): readonly Partition[] {
  const { source } = walk;
  const { name, header, areEntriesRight } = copy;
  const { at, size, entriesAt, entries, entrySize } = header;
  walk.claim([at, at + size], 'header');
  if (!header.isRight) walk.note(new Malformed(`checksum of the ${name} header is wrong`, at));
  if (areEntriesRight === null) {
    walk.note(new Malformed(`entries at ${entriesAt} leave ${source.size} bytes`, at));
    return [];
  }
  if (!areEntriesRight) walk.note(new Malformed(`checksum of the ${name} entries is wrong`, entriesAt));
  const listed: Partition[] = [];
  for (let i = 0; i < entries; i++) {
    const from = entriesAt + i * entrySize;
    const range: ByteRange = [from, from + entrySize];
    if (isZero(source, range)) walk.claim(range, 'padding');
    else {
      try {
        const partition = partitionAt(source, range, sector, `${folder}partition-${i + 1}`);
        if (partition === null) continue;
        listed.push(partition);
        walk.claim(range, 'metadata');
      } catch (error) {
        walk.note(error);
      }
    }
  }
  return listed;
}

/** One entry of a table. Source: UEFI 2.10, clause 5.3.3, table 5-6
 *  @returns null: not in use; what stands there stays unclaimed
 *  @throws Malformed when its sectors are none */
function partitionAt(source: Source, range: ByteRange, sector: number, path: string): Partition | null {
  const [at] = range;
  const c = new Cursor(source.bytes(...range), 0, at);
  const type = c.take(16);
  const own = guid(c.take(16));
  const first = c.u64le();
  const last = c.u64le();
  const attributes = c.u64leBits();
  const name = utf16Name(c.take(NAME));
  if (type.every((byte) => byte === 0)) return null;
  if (last < first) throw new Malformed(`${path} ends at sector ${last}, before ${first}`, at + 32);
  const [start, end] = [first * sector, (last + 1) * sector];
  if (!Number.isSafeInteger(end)) throw new Malformed(`${path} ends at sector ${last}`, at + 32);
  const kind = guid(type);
  const what = TYPES[kind] === undefined ? kind : `${kind} (${TYPES[kind]})`;
  const flags = attributes === 0n ? '' : `, attributes 0x${attributes.toString(16)}`;
  return { path, range: [start, end], says: `type ${what}, guid ${own}${flags}, name "${name}"`, at };
}

/** What the boot sector names beside the whole disk: systems that do not know GPT go by it. */
function ofBootSector(source: Source, sector: number): readonly Partition[] {
  return (bootRecords(source, 0) ?? [])
    .filter(({ type }) => type !== 0xee)
    .map(({ number, start, length, type }) => ({
      path: `mbr/partition-${number}`,
      range: [start * sector, (start + length) * sector],
      says: typeName(type),
      at: RECORDS[0] + 16 * (number - 1),
    }));
}

/** The first three fields are numbers, little endian. Source: UEFI 2.10, appendix A */
function guid(bytes: Uint8Array): string {
  const c = new Cursor(bytes);
  const number = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const start = [number(c.u32le(), 8), number(c.u16le(), 4), number(c.u16le(), 4)];
  const rest = Buffer.from(c.take(8)).toString('hex');
  return [...start, rest.slice(0, 4), rest.slice(4)].join('-');
}

/** Types of partitions that network equipment has. Sources: UEFI 2.10, table 5-7; UAPI group, Discoverable Partitions
 *  Specification; GRUB manual, "BIOS installation" */
const TYPES: Readonly<Record<string, string>> = {
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': 'EFI system',
  '024dee41-33e7-11d3-9d69-0008c781f39f': 'MBR scheme',
  '21686148-6449-6e6f-744e-656564454649': 'BIOS boot',
  '0fc63daf-8483-4772-8e79-3d69d8477de4': 'Linux data',
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f': 'Linux swap',
  'e6d6d379-f507-44c2-a23c-238f2a3df928': 'Linux LVM',
  'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7': 'Microsoft basic data',
};
