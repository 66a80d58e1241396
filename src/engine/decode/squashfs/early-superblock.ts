import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { METADATA_SIZE, position, type Superblock } from '#engine/decode/squashfs/superblock';

/** Bytes of the superblock by major version: each adds to the one before. */
const SIZES = { 1: 51, 2: 63, 3: 119 } as const;

/** Bits of the flags: metadata blocks have a check byte; the image has an export table. */
const HAS_CHECK_BYTES = 0x04;
const HAS_EXPORTS = 0x80;

/** Reads the superblock of versions 1.x to 3.x. Any minor version is taken: vendors mark their variants by it.
 *  @returns null when the fields contradict one another: not this format
 *  Source: squashfs-tools, squashfs_compat.h, struct squashfs_super_block_3 */
export function readEarlySuperblock(source: Source, isLittle: boolean): Superblock | null {
  if (source.size < SIZES[1]) return null;
  const c = new Cursor(source.bytes(0, Math.min(source.size, SIZES[3])));
  const half = () => (isLittle ? c.u16le() : c.u16be());
  const word = () => (isLittle ? c.u32le() : c.u32be());
  const place = () => position(isLittle ? c.u64leBits() : c.u64beBits());
  const magic = String.fromCharCode(...c.take(4));
  const inodes = word();
  const short = { bytesUsed: word(), users: word(), groups: word(), inodes: word(), directories: word() };
  const major = half();
  const minor = half();
  const shortBlockSize = half();
  const blockLog = half(); // says the same as the block size
  const flags = c.u8();
  const users = c.u8();
  const groups = c.u8();
  const madeAt = word();
  const root = isLittle ? c.u64leBits() : c.u64beBits(); // block and offset
  if (major !== 1 && major !== 2 && major !== 3) return null;
  const size = SIZES[major];
  if (source.size < size) return null;
  const blockSize = major === 1 ? shortBlockSize : word();
  const fragments = major === 1 ? 0 : word();
  const shortFragmentTable = major === 1 ? 0 : word();
  // From 3.0 on positions have 64 bits and stand behind everything else; the short ones are not used any more.
  const isWide = major === 3;
  const bytesUsed = isWide ? place() : short.bytesUsed;
  const userTable = isWide ? place() : short.users;
  const groupTable = isWide ? place() : short.groups;
  const inodeTable = isWide ? place() : short.inodes;
  const directoryTable = isWide ? place() : short.directories;
  const fragmentTable = isWide ? place() : shortFragmentTable;
  const exportTable = isWide && (flags & HAS_EXPORTS) !== 0 ? place() : null;
  const rootBlock = Number(root >> 16n);
  const rootOffset = Number(root & 0xffffn);
  if (blockLog < 9 || blockLog > 20 || blockSize !== 2 ** blockLog) return null;
  if (rootOffset > METADATA_SIZE) return null;
  if (bytesUsed === null || inodeTable === null || directoryTable === null) return null;
  if (inodeTable < size || directoryTable <= inodeTable || bytesUsed < directoryTable) return null;
  if (rootBlock >= directoryTable - inodeTable) return null;
  return {
    magic,
    major,
    minor,
    isLittle,
    size,
    inodes,
    madeAt,
    blockSize,
    fragments,
    compression: null,
    hasOptions: false,
    hasCheckBytes: (flags & HAS_CHECK_BYTES) !== 0,
    users: { at: userTable ?? 0, count: users },
    groups: { at: groupTable ?? 0, count: groups },
    root: { block: rootBlock, offset: rootOffset },
    bytesUsed,
    xattrTable: null,
    inodeTable,
    directoryTable,
    fragmentTable: fragments === 0 ? null : fragmentTable,
    exportTable,
  };
}
