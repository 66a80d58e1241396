import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import type { Volume } from '#engine/decode/ext/volume';

/** Inodes that no directory names. */
export interface Unnamed {
  /** Emptied when their file was deleted: a time of deletion is all that is certain of them. */
  readonly deleted: number;
  /** In use all the same: nothing leads to their content. */
  readonly inUse: number;
}

/** Looks at every place of the inode tables. Claims those of named and reserved inodes; what stands in others, a deleted
 *  file's inode or anything else, stays unclaimed.
 *  Source: Linux, Documentation/filesystems/ext4/inodes.rst, i_dtime, i_links_count */
export function claimSlots(volume: Volume, named: ReadonlySet<number>): Unnamed {
  const { source, superblock, walk } = volume;
  const { inodeSize, inodesPerGroup, inodes, firstInode, blockSize, groups } = superblock;
  let deleted = 0;
  let inUse = 0;
  // Tables do not overlap: more places than the image has room for were named twice.
  let left = Math.ceil(source.size / inodeSize);
  for (let group = 0; group < groups && group * inodesPerGroup < inodes && left > 0; group++) {
    const table = tableOf(volume, group) * blockSize;
    if (table === 0) continue;
    for (let i = 0; i < inodesPerGroup && left-- > 0; i++) {
      const at = table + i * inodeSize;
      const number = group * inodesPerGroup + i + 1;
      if (at + inodeSize > source.size) break;
      if (named.has(number) || number < firstInode) {
        walk.claim([at, at + inodeSize], 'metadata');
        continue;
      }
      const c = new Cursor(source.bytes(at, at + 28));
      const mode = c.u16le();
      c.at = 20;
      const deletedAt = c.u32le();
      c.skip(2); // group
      const links = c.u16le();
      if (mode !== 0 && links > 0) inUse++;
      else if (deletedAt !== 0) deleted++;
    }
  }
  return { deleted, inUse };
}

/** 0: the descriptor is not there. */
function tableOf(volume: Volume, group: number): number {
  try {
    return volume.group(group).inodeTable;
  } catch (error) {
    if (error instanceof Malformed) return 0;
    throw error;
  }
}
