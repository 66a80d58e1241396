import { Cursor } from '#engine/bytes/cursor';
import type { Inode } from '#engine/decode/ext/inode';
import { runsOf } from '#engine/decode/ext/mapping';
import type { Volume } from '#engine/decode/ext/volume';

/** At the beginning of every block of the journal that is not a copy of another. */
const MAGIC = 0xc03b3998;

/** Kinds of such blocks. Source: Linux, Documentation/filesystems/ext4/journal.rst */
const DESCRIPTOR = 1;
const SUPERBLOCK_OLD = 3;
const SUPERBLOCK = 4;

/** Features of a journal. */
const WIDE = 0x2;
const CHECKSUMS_3 = 0x10;

/** What was found in the journal. */
export interface Journal {
  /** Blocks it has, and of them those with something of the journal in them. */
  readonly blocks: number;
  readonly used: number;
}

/** Claims what of the journal is the journal's: its own blocks, and the copies that they announce. The rest stays
 *  unclaimed: nobody reads it, so that anything may stand there.
 *  Source: Linux, Documentation/filesystems/ext4/journal.rst
 *  @throws Malformed when its map breaks, Spent */
export function claimJournal(volume: Volume, inode: Inode): Journal {
  const { source, walk, superblock } = volume;
  const { blockSize } = superblock;
  let blocks = 0;
  let used = 0;
  let features = 0;
  let announced = 0;
  for (const { at, length } of runsOf(volume, inode)) {
    for (let from = 0; from < length; from += blockSize) {
      blocks++;
      const start = (at ?? 0) + from;
      if (at === null || start + blockSize > source.size) continue;
      const kind = kindOf(source.bytes(start, start + 8));
      if (kind === null && announced === 0) continue;
      used++;
      walk.claim([start, start + blockSize], 'metadata');
      if (kind === SUPERBLOCK || kind === SUPERBLOCK_OLD)
        features = featuresOf(source.bytes(start, start + 44), kind);
      if (kind === DESCRIPTOR) announced = copiesIn(source.bytes(start, start + blockSize), features);
      else if (kind === null) announced--;
    }
  }
  return { blocks, used };
}

/** Null: no block of the journal's own. */
function kindOf(head: Uint8Array): number | null {
  const c = new Cursor(head);
  return c.u32be() === MAGIC ? c.u32be() : null;
}

/** Those one may not read without. */
function featuresOf(head: Uint8Array, kind: number): number {
  return kind === SUPERBLOCK ? new Cursor(head, 40).u32be() : 0;
}

/** How many copies of blocks follow a descriptor. */
function copiesIn(block: Uint8Array, features: number): number {
  const c = new Cursor(block, 12);
  const size = (features & CHECKSUMS_3) !== 0 ? 16 : (features & WIDE) !== 0 ? 12 : 8;
  let copies = 0;
  while (c.left >= size) {
    const at = c.at;
    c.skip(4); // number of the block
    const flags = (features & CHECKSUMS_3) !== 0 ? c.u32be() : c.u32be() & 0xffff; // a checksum above
    copies++;
    if ((flags & 8) !== 0) break; // the last
    c.at = at + size;
    if ((flags & 2) === 0) c.skip(Math.min(c.left, 16)); // with the number of the file system
  }
  return copies;
}
