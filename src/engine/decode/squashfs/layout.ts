import { isDirectory1, readInode1, readInode2, readInode3 } from '#engine/decode/squashfs/early-inode';
import type { Fields } from '#engine/decode/squashfs/fields';
import { type Inode, readInode } from '#engine/decode/squashfs/inode';
import type { MetadataCursor } from '#engine/decode/squashfs/metadata';
import type { Superblock } from '#engine/decode/squashfs/superblock';

/** How the tables of one major version are laid out. */
export interface Layout {
  /** Reads the inode at the cursor. After a file's, the sizes of its data blocks follow.
   *  @throws Malformed when its type is none or it ends early */
  readonly readInode: (c: MetadataCursor) => Inode;
  /** True when a directory's inode begins here. */
  readonly isDirectory: (inode: Fields) => boolean;
  /** The size field of one data block, in the form of 4.0. */
  readonly readBlockSize: (c: MetadataCursor) => number;
  /** Bytes before the entries of a run in a listing. */
  readonly runSize: number;
  readonly readRun: (c: MetadataCursor) => Run;
  /** Bytes before the name of an entry. */
  readonly lineSize: number;
  readonly readLine: (c: MetadataCursor) => Line;
  /** Bytes of a position in an upper level of a table, and of one in the fragment table. */
  readonly pointerSize: 4 | 8;
  /** Bytes of a row of the fragment table. */
  readonly fragmentRow: 8 | 16;
}

/** Entries of a listing whose inodes share a metadata block. */
export interface Run {
  readonly count: number;
  /** Where that block stands, from the inode table's beginning. */
  readonly block: number;
}

/** One entry of a listing without its name. */
export interface Line {
  readonly offset: number;
  readonly type: number;
  /** Bytes of the name. */
  readonly length: number;
}

const early = {
  isDirectory: (inode: Fields) => [1, 8].includes(inode.take(4)),
  readBlockSize: (c: MetadataCursor) => c.u32(),
};

/** Directories of 1.x and 2.x, and the width of positions there.
 *  Source: squashfs-tools, squashfs_compat.h, struct squashfs_dir_header_2, squashfs_dir_entry_2, squashfs_fragment_entry_2 */
const narrow = {
  runSize: 4,
  readRun(c: MetadataCursor): Run {
    const fields = c.fields(4);
    return { count: fields.take(8) + 1, block: fields.take(24) };
  },
  lineSize: 3,
  readLine(c: MetadataCursor): Line {
    const fields = c.fields(3);
    return { offset: fields.take(13), type: fields.take(3), length: fields.take(8) + 1 };
  },
  pointerSize: 4,
  fragmentRow: 8,
} as const;

const LAYOUTS: Readonly<Record<Superblock['major'], Layout>> = {
  1: { ...narrow, readInode: readInode1, isDirectory: isDirectory1, readBlockSize: shortBlockSize },
  2: { ...early, ...narrow, readInode: readInode2 },
  3: {
    ...early,
    readInode: readInode3,
    runSize: 9,
    readRun(c) {
      const count = c.u8() + 1;
      const block = c.u32();
      c.u32(); // inode number that those of the run count from
      return { count, block };
    },
    lineSize: 5,
    readLine(c) {
      const fields = c.fields(5); // the last two bytes are the inode number, from the run's
      return { offset: fields.take(13), type: fields.take(3), length: fields.take(8) + 1 };
    },
    pointerSize: 8,
    fragmentRow: 16,
  },
  4: {
    readInode,
    isDirectory: (inode) => [1, 8].includes(inode.take(16)),
    readBlockSize: early.readBlockSize,
    runSize: 12,
    readRun(c) {
      const count = c.u32() + 1;
      const block = c.u32();
      c.u32(); // inode number that those of the run count from
      return { count, block };
    },
    lineSize: 8,
    readLine(c) {
      const offset = c.u16();
      c.u16(); // inode number, from the run's
      const type = c.u16();
      return { offset, type, length: c.u16() + 1 };
    },
    pointerSize: 8,
    fragmentRow: 16,
  },
};

export function layoutOf({ major }: Superblock): Layout {
  return LAYOUTS[major];
}

/** 1.x states 15 bits, of which none set stand for all 32 KiB, and the highest bit for a block that is not packed.
 *  Source: squashfs-tools, unsquash-1.c, read_block_list_1; squashfs_fs.h, SQUASHFS_COMPRESSED_SIZE */
function shortBlockSize(c: MetadataCursor): number {
  const word = c.u16();
  const length = word % 0x8000 === 0 ? 0x8000 : word % 0x8000;
  return word >= 0x8000 ? 0x1000000 + length : length;
}
