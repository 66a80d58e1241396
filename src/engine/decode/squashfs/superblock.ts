import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';

/** Bytes of the superblock. */
export const SUPERBLOCK_SIZE = 96;

/** Bytes of a metadata block when unpacked; the last of a table may have fewer. */
export const METADATA_SIZE = 8192;

/** Compressor options stand behind the superblock. */
const HAS_OPTIONS = 0x0400;

/** What the first 96 bytes say. Positions are bytes from the beginning of the image, not yet compared with its size. */
export interface Superblock {
  /** As text: `hsqs`, or what a vendor put in its place. */
  readonly magic: string;
  readonly inodes: number;
  /** Seconds since 1970-01-01T00:00Z. */
  readonly madeAt: number;
  /** Bytes of a full data block when unpacked: a power of two, 4 KiB to 1 MiB. */
  readonly blockSize: number;
  readonly fragments: number;
  /** As stated: 1 gzip, 2 lzma, 3 lzo, 4 xz, 5 lz4, 6 zstd. Vendors state other numbers. */
  readonly compression: number;
  readonly hasOptions: boolean;
  readonly ids: number;
  /** Where the root directory's inode stands: metadata block from the inode table's beginning, offset in it. */
  readonly root: { readonly block: number; readonly offset: number };
  /** Bytes of the image without the padding behind it. */
  readonly bytesUsed: number;
  readonly idTable: number;
  readonly xattrTable: number | null;
  readonly inodeTable: number;
  readonly directoryTable: number;
  readonly fragmentTable: number | null;
  readonly exportTable: number | null;
}

/** Reads the superblock of SquashFS 4.0, little endian.
 *  @returns null when the fields contradict one another: not this format
 *  Source: Linux, Documentation/filesystems/squashfs.rst, clause 3; fs/squashfs/squashfs_fs.h, struct squashfs_super_block */
export function readSuperblock(source: Source): Superblock | null {
  if (source.size < SUPERBLOCK_SIZE) return null;
  const c = new Cursor(source.bytes(0, SUPERBLOCK_SIZE));
  const magic = String.fromCharCode(...c.take(4));
  const inodes = c.u32le();
  const madeAt = c.u32le();
  const blockSize = c.u32le();
  const fragments = c.u32le();
  const compression = c.u16le();
  const blockLog = c.u16le(); // says the same as the block size
  const flags = c.u16le();
  const ids = c.u16le();
  const major = c.u16le();
  const minor = c.u16le();
  const rootOffset = c.u16le();
  const rootBlock = c.u32le();
  const rootHigh = c.u16le(); // of a 64-bit reference, above 48 bits nothing is used
  const bytesUsed = position(c);
  const idTable = position(c);
  const xattrTable = position(c);
  const inodeTable = position(c);
  const directoryTable = position(c);
  const fragmentTable = position(c);
  const exportTable = position(c);
  if (major !== 4 || minor !== 0) return null;
  if (blockLog < 12 || blockLog > 20 || blockSize !== 2 ** blockLog) return null;
  if (rootHigh !== 0 || rootOffset > METADATA_SIZE) return null;
  if (bytesUsed === null || idTable === null || inodeTable === null || directoryTable === null) return null;
  if (inodeTable < SUPERBLOCK_SIZE || directoryTable <= inodeTable || bytesUsed < directoryTable) return null;
  if (idTable < SUPERBLOCK_SIZE || idTable > bytesUsed || rootBlock >= directoryTable - inodeTable)
    return null;
  return {
    magic,
    inodes,
    madeAt,
    blockSize,
    fragments,
    compression,
    hasOptions: (flags & HAS_OPTIONS) !== 0,
    ids,
    root: { block: rootBlock, offset: rootOffset },
    bytesUsed,
    idTable,
    xattrTable,
    inodeTable,
    directoryTable,
    fragmentTable,
    exportTable,
  };
}

/** A table's position; null when all bits are set (the table is absent) or no image is that large. */
function position(c: Cursor): number | null {
  const bits = c.u64leBits();
  return bits > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(bits);
}
