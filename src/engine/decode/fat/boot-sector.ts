import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { fieldText } from '#engine/bytes/parts';

/** Bytes of the boot sector that say how the volume is divided. */
export const PARAMETERS = { 12: 62, 16: 62, 32: 90 } as const;

/** What the boot sector says. Places are in bytes from the beginning of the volume. */
export interface BootSector {
  /** Bits of an entry of the table. */
  readonly bits: 12 | 16 | 32;
  readonly maker: string;
  readonly sectorSize: number;
  /** Bytes. */
  readonly clusterSize: number;
  readonly media: number;
  readonly tablesAt: number;
  readonly tables: number;
  /** Bytes of one table. */
  readonly tableSize: number;
  /** Where the root directory stands, and its bytes; of FAT32 the cluster it begins with. */
  readonly root: { readonly at: number; readonly size: number } | { readonly cluster: number };
  /** Where cluster 2 begins. */
  readonly dataAt: number;
  /** Number of clusters; the first has number 2. */
  readonly clusters: number;
  /** Bytes of the volume. */
  readonly size: number;
  readonly label: string;
  /** Null: not stated. */
  readonly serial: number | null;
  /** Of FAT32: where the sector with numbers of free clusters and the copy of the boot sector stand; null: none. */
  readonly infoAt: number | null;
  readonly copyAt: number | null;
}

const isPowerOfTwo = (n: number) => n > 0 && (n & (n - 1)) === 0;

/** @returns null: no boot sector of a FAT file system
 *  Source: Microsoft, FAT: General Overview of On-Disk Format 1.03, "boot sector and BPB" */
export function readBootSector(source: Source): BootSector | null {
  if (source.size < 512) return null;
  const c = new Cursor(source.bytes(0, 512));
  const jump = c.u8();
  c.skip(2);
  const maker = fieldText(c.take(8)).trimEnd();
  const sectorSize = c.u16le();
  const perCluster = c.u8();
  const reserved = c.u16le();
  const tables = c.u8();
  const rootEntries = c.u16le();
  const sectorsShort = c.u16le();
  const media = c.u8();
  const tableShort = c.u16le();
  c.skip(2 + 2 + 4); // sectors of a track, heads, sectors before the volume
  const sectors = sectorsShort === 0 ? c.u32le() : sectorsShort;
  // As Linux does; the number of clusters alone would take small volumes with wide entries for narrow ones.
  const isWide = tableShort === 0;
  c.at = 36;
  const tableSectors = isWide ? c.u32le() : tableShort;
  c.skip(isWide ? 2 + 2 : 0); // which table counts, version
  const rootCluster = isWide ? c.u32le() : 0;
  const infoSector = isWide ? c.u16le() : 0;
  const copySector = isWide ? c.u16le() : 0;
  c.at = isWide ? 66 : 38;
  const isNamed = c.u8() === 0x29;
  const serial = c.u32le();
  const label = fieldText(c.take(11)).trimEnd();
  const isSane =
    (jump === 0xeb || jump === 0xe9) &&
    isPowerOfTwo(sectorSize) &&
    sectorSize >= 512 &&
    sectorSize <= 4096 &&
    isPowerOfTwo(perCluster) &&
    reserved > 0 &&
    tables > 0 &&
    tables <= 4 &&
    (media === 0xf0 || media >= 0xf8) &&
    (rootEntries * 32) % sectorSize === 0 &&
    (rootEntries === 0) === isWide &&
    tableSectors > 0;
  if (!isSane) return null;
  const tablesAt = reserved * sectorSize;
  const tableSize = tableSectors * sectorSize;
  const rootAt = tablesAt + tables * tableSize;
  const dataAt = rootAt + rootEntries * 32;
  const size = sectors * sectorSize;
  const clusters = Math.floor((size - dataAt) / (perCluster * sectorSize));
  const bits = isWide ? 32 : clusters < 4085 ? 12 : 16;
  if (clusters < 1 || (bits === 16 && clusters >= 65_525) || clusters >= 0x0ffffff5) return null;
  return {
    bits,
    maker,
    sectorSize,
    clusterSize: perCluster * sectorSize,
    media,
    tablesAt,
    tables,
    tableSize,
    root: isWide ? { cluster: rootCluster } : { at: rootAt, size: rootEntries * 32 },
    dataAt,
    clusters,
    size,
    label: isNamed && label !== 'NO NAME' ? label : '',
    serial: isNamed ? serial : null,
    infoAt: placeOf(infoSector, reserved, sectorSize),
    copyAt: placeOf(copySector, reserved, sectorSize),
  };
}

/** Sectors 0 and 0xffff stand for none. */
function placeOf(sector: number, reserved: number, sectorSize: number): number | null {
  return sector === 0 || sector >= reserved ? null : sector * sectorSize;
}
