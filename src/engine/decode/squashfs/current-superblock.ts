import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { METADATA_SIZE, position, type Superblock } from '#engine/decode/squashfs/superblock';

/** Bytes of the superblock. */
const SIZE = 96;

/** Compressor options stand behind the superblock. */
const HAS_OPTIONS = 0x0400;

/** Reads the superblock of version 4.0. By its documentation it is always little endian; vendors built it big endian
 *  all the same.
 *  @returns null when the fields contradict one another: not this format
 *  Source: Linux, Documentation/filesystems/squashfs.rst, clause 3; fs/squashfs/squashfs_fs.h, struct squashfs_super_block */
export function readCurrentSuperblock(source: Source, isLittle: boolean): Superblock | null {
  if (source.size < SIZE) return null;
  const c = new Cursor(source.bytes(0, SIZE));
  const half = () => (isLittle ? c.u16le() : c.u16be());
  const word = () => (isLittle ? c.u32le() : c.u32be());
  const place = () => position(isLittle ? c.u64leBits() : c.u64beBits());
  const magic = String.fromCharCode(...c.take(4));
  const inodes = word();
  const madeAt = word();
  const blockSize = word();
  const fragments = word();
  const compression = half();
  const blockLog = half(); // says the same as the block size
  const flags = half();
  const ids = half();
  const major = half();
  const minor = half();
  const root = isLittle ? c.u64leBits() : c.u64beBits(); // block and offset, above 48 bits nothing is used
  const bytesUsed = place();
  const idTable = place();
  const xattrTable = place();
  const inodeTable = place();
  const directoryTable = place();
  const fragmentTable = place();
  const exportTable = place();
  const rootBlock = Number(root >> 16n);
  const rootOffset = Number(root & 0xffffn);
  if (major !== 4 || minor !== 0) return null;
  if (blockLog < 12 || blockLog > 20 || blockSize !== 2 ** blockLog) return null;
  if (rootOffset > METADATA_SIZE) return null;
  if (bytesUsed === null || idTable === null || inodeTable === null || directoryTable === null) return null;
  if (inodeTable < SIZE || directoryTable <= inodeTable || bytesUsed < directoryTable) return null;
  if (idTable < SIZE || idTable > bytesUsed || rootBlock >= directoryTable - inodeTable) return null;
  return {
    magic,
    major,
    minor,
    isLittle,
    size: SIZE,
    inodes,
    madeAt,
    blockSize,
    fragments,
    compression,
    hasOptions: (flags & HAS_OPTIONS) !== 0,
    hasCheckBytes: false,
    users: { at: idTable, count: ids },
    groups: { at: idTable, count: ids },
    root: { block: rootBlock, offset: rootOffset },
    bytesUsed,
    xattrTable,
    inodeTable,
    directoryTable,
    fragmentTable,
    exportTable,
  };
}
