import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Image } from '#engine/decode/squashfs/image';
import { type Layout, layoutOf } from '#engine/decode/squashfs/layout';
import { Metadata } from '#engine/decode/squashfs/metadata';
import { Problems } from '#engine/decode/squashfs/problems';
import type { Superblock } from '#engine/decode/squashfs/superblock';
import { Fragments, Ids, readExportTable, readXattrTable } from '#engine/decode/squashfs/tables';
import { Unpacker } from '#engine/decode/squashfs/unpack';

/** One image while it is read. */
export interface Volume {
  readonly superblock: Superblock;
  readonly layout: Layout;
  readonly unpacker: Unpacker;
  readonly image: Image;
  readonly metadata: Metadata;
  readonly users: Ids;
  /** In 4.0 the table of users. */
  readonly groups: Ids;
  readonly fragments: Fragments;
  readonly problems: Problems;
}

/** An image of which nothing but the superblock was read. */
export function volumeOf(source: Source, superblock: Superblock): Volume {
  const unpacker = new Unpacker(superblock);
  const image = new Image(source, superblock.bytesUsed, unpacker.unpack);
  const metadata = new Metadata(image, superblock);
  const users = new Ids(superblock.users);
  const groups = superblock.major === 4 ? users : new Ids(superblock.groups);
  const fragments = new Fragments(image, metadata, superblock);
  const layout = layoutOf(superblock);
  return {
    superblock,
    layout,
    unpacker,
    image,
    metadata,
    users,
    groups,
    fragments,
    problems: new Problems(),
  };
}

/** What was learnt of the tables beside the tree. */
export interface Tables {
  /** Where their upper levels stand. */
  readonly ranges: readonly ByteRange[];
  /** Sets of extended attributes. */
  readonly xattrs: number;
}

/** Reads the tables beside the tree. One that breaks is noted: the tree can be read without it.
 *  @throws Spent; Malformed when the block of the root directory's inode cannot be read */
export function readTables(volume: Volume): Tables {
  const { superblock, image, metadata, users, groups, fragments, problems } = volume;
  // First of all blocks: by this one the compression is settled.
  metadata.block(superblock.inodeTable + superblock.root.block);
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      problems.note(error);
      return null;
    }
  };
  const xattrs = attempt(() => readXattrTable(image, metadata, superblock));
  const ranges = [
    attempt(() => users.read(image, metadata, superblock)),
    groups === users ? null : attempt(() => groups.read(image, metadata, superblock)),
    attempt(() => fragments.table()),
    attempt(() => readExportTable(image, metadata, superblock)),
    xattrs?.range ?? null,
  ];
  return { ranges: ranges.filter((range) => range !== null), xattrs: xattrs?.sets ?? 0 };
}
