import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { nameOf } from '#engine/bytes/text';

/** Where the superblock stands, and its bytes. */
export const SUPERBLOCK_AT = 1024;
export const SUPERBLOCK_SIZE = 1024;

/** Features without which nothing can be read, by their bit. Source: ext4.rst, "super block", s_feature_incompat */
export const INCOMPATIBLE = {
  compression: 0x1,
  fileType: 0x2,
  recover: 0x4,
  journalDevice: 0x8,
  metaGroups: 0x10,
  extents: 0x40,
  wide: 0x80,
  mmp: 0x100,
  largeDirectory: 0x4000,
  inlineData: 0x8000,
} as const;

/** Features one may read without. Source: ext4.rst, s_feature_compat, s_feature_ro_compat */
export const COMPATIBLE = { journal: 0x4, sparseSuper2: 0x200, orphanFile: 0x1000 } as const;
export const READ_ONLY = {
  sparseSuper: 0x1,
  groupChecksums: 0x10,
  bigAllocation: 0x200,
  checksums: 0x400,
} as const;

/** What the superblock says. Positions are numbers of blocks, not yet compared with the size of the image. */
export interface Superblock {
  readonly inodes: number;
  readonly freeInodes: number;
  readonly blocks: number;
  /** Number of the block at which groups begin to count. */
  readonly firstDataBlock: number;
  /** Bytes: a power of two, 1 KiB to 64 KiB. */
  readonly blockSize: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  /** Bits: 1 unmounted in order, 2 errors seen, 4 orphans. */
  readonly state: number;
  /** First inode that is not reserved. */
  readonly firstInode: number;
  readonly inodeSize: number;
  readonly compatible: number;
  readonly incompatible: number;
  readonly readOnly: number;
  /** Hex. */
  readonly uuid: string;
  readonly name: string;
  readonly lastMounted: string;
  readonly journalInode: number;
  /** Inodes of quotas and of the list of orphans; 0: none. */
  readonly quotaInodes: readonly number[];
  readonly orphanInode: number;
  readonly descriptorSize: number;
  readonly firstMetaGroup: number;
  readonly mmpBlock: number;
  /** Groups with a copy of the superblock where only two have one. */
  readonly backupGroups: readonly number[];
  /** Seconds since 1970-01-01T00:00Z; 0: not stated. */
  readonly madeAt: number;
  readonly writtenAt: number;
  readonly groups: number;
}

/** Reads the superblock 1 KiB from the beginning.
 *  @returns null when there is none, its fields contradict one another, or it is a copy of another
 *  Source: Linux, Documentation/filesystems/ext4/super.rst */
export function readSuperblock(source: Source): Superblock | null {
  if (source.size < SUPERBLOCK_AT + SUPERBLOCK_SIZE) return null;
  const c = new Cursor(source.bytes(SUPERBLOCK_AT, SUPERBLOCK_AT + SUPERBLOCK_SIZE));
  const inodes = c.u32le();
  const blocksLow = c.u32le();
  c.skip(4 + 4); // reserved blocks, free blocks
  const freeInodes = c.u32le();
  const firstDataBlock = c.u32le();
  const blockLog = c.u32le();
  c.skip(4); // size of a cluster
  const blocksPerGroup = c.u32le();
  c.skip(4); // clusters in a group
  const inodesPerGroup = c.u32le();
  c.skip(4); // time of the last mount
  const writtenAt = c.u32le();
  c.skip(2 + 2); // mounts since the last check, how many there may be
  const magic = c.u16le();
  const state = c.u16le();
  c.skip(2 + 2 + 4 + 4 + 4); // on errors, minor revision, time and interval of checks, system
  const revision = c.u32le();
  c.skip(2 + 2); // owner of reserved blocks
  const firstInode = c.u32le();
  const inodeSize = c.u16le();
  const group = c.u16le(); // that this copy stands in
  const compatible = c.u32le();
  const incompatible = c.u32le();
  const readOnly = c.u32le();
  const uuid = Buffer.from(c.take(16)).toString('hex');
  const name = textOf(c.take(16));
  const lastMounted = textOf(c.take(64));
  if (magic !== 0xef53 || blockLog > 6 || group !== 0) return null;
  const blockSize = 1024 * 2 ** blockLog;
  const isOld = revision === 0;
  c.at = 0xe0;
  const journalInode = c.u32le();
  c.at = 0xfe;
  const descriptorSize = c.u16le();
  c.at = 0x104;
  const firstMetaGroup = c.u32le();
  const madeAt = c.u32le();
  c.at = 0x150;
  const blocksHigh = c.u32le();
  c.at = 0x168;
  const mmpLow = c.u32le();
  const mmpHigh = c.u32le();
  c.at = 0x240;
  const quotaInodes = [c.u32le(), c.u32le()];
  c.at = 0x24c;
  const backupGroups = [c.u32le(), c.u32le()];
  c.at = 0x26c;
  quotaInodes.push(c.u32le());
  c.at = 0x280;
  const orphanInode = c.u32le();
  const isWide = !isOld && (incompatible & INCOMPATIBLE.wide) !== 0;
  const blocks = blocksLow + (isWide ? blocksHigh * 2 ** 32 : 0);
  const groups = Math.ceil((blocks - firstDataBlock) / blocksPerGroup);
  const superblock = {
    inodes,
    freeInodes,
    blocks,
    firstDataBlock,
    blockSize,
    blocksPerGroup,
    inodesPerGroup,
    state,
    firstInode: isOld ? 11 : firstInode,
    inodeSize: isOld ? 128 : inodeSize,
    compatible: isOld ? 0 : compatible,
    incompatible: isOld ? 0 : incompatible,
    readOnly: isOld ? 0 : readOnly,
    uuid,
    name,
    lastMounted,
    journalInode: (compatible & COMPATIBLE.journal) === 0 ? 0 : journalInode,
    quotaInodes,
    orphanInode: (compatible & COMPATIBLE.orphanFile) === 0 ? 0 : orphanInode,
    descriptorSize: isWide ? descriptorSize : 32,
    firstMetaGroup,
    mmpBlock: (incompatible & INCOMPATIBLE.mmp) === 0 ? 0 : mmpLow + mmpHigh * 2 ** 32,
    backupGroups,
    madeAt,
    writtenAt,
    groups,
  };
  return isSound(superblock) ? superblock : null;
}

function isSound(superblock: Superblock): boolean {
  const { blocks, blockSize, firstDataBlock, blocksPerGroup, inodesPerGroup, inodes } = superblock;
  const { inodeSize, descriptorSize, incompatible, readOnly } = superblock;
  if ((incompatible & INCOMPATIBLE.journalDevice) !== 0) return false;
  if (firstDataBlock > 1 || blocks <= firstDataBlock || !Number.isSafeInteger(blocks * blockSize))
    return false;
  // With clusters of blocks a bitmap speaks of more blocks than it has bits.
  const bits = (readOnly & READ_ONLY.bigAllocation) === 0 ? 8 * blockSize : 2 ** 32;
  if (blocksPerGroup === 0 || blocksPerGroup > bits) return false;
  if (inodesPerGroup === 0 || inodesPerGroup > 8 * blockSize || inodes < 2) return false;
  const isPower = (value: number) => 2 ** Math.round(Math.log2(value)) === value;
  if (inodeSize < 128 || inodeSize > blockSize || !isPower(inodeSize)) return false;
  return descriptorSize >= 32 && descriptorSize <= blockSize && isPower(descriptorSize);
}

/** True when a group holds a copy of the superblock, or the superblock itself.
 *  Source: ext4.rst, "blockgroup", sparse_super; s_backup_bgs */
export function hasSuperblock(superblock: Superblock, group: number): boolean {
  if (group === 0) return true;
  if ((superblock.compatible & COMPATIBLE.sparseSuper2) !== 0) return superblock.backupGroups.includes(group);
  if (group === 1 || (superblock.readOnly & READ_ONLY.sparseSuper) === 0) return true;
  return [3, 5, 7].some((base) => isPowerOf(base, group));
}

function isPowerOf(base: number, value: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return nameOf(end === -1 ? bytes : bytes.subarray(0, end));
}
