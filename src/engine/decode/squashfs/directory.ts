import { Malformed } from '#domain/error';
import { stepOf } from '#engine/bytes/walk';
import type { DirectoryInode } from '#engine/decode/squashfs/inode';
import type { Layout } from '#engine/decode/squashfs/layout';
import { MetadataCursor } from '#engine/decode/squashfs/metadata';
import type { Volume } from '#engine/decode/squashfs/volume';

/** Most entries under one header. */
const RUN_LIMIT = 256;

/** Longest name, bytes. */
const NAME_LIMIT = 256;

/** One line of a directory. */
export interface Listed {
  /** As it stands in a path: what would read as more than one step, or as a step that is no name, stands as `\xNN`. */
  readonly name: string;
  /** Where its inode stands: metadata block from the inode table's beginning, offset in it. */
  readonly block: number;
  readonly offset: number;
  /** As the line states it; the inode is what counts. Null: neither of these two. */
  readonly type: 'directory' | 'file' | null;
}

/** Reads the listing of one directory in order.
 *  Source: squashfs.rst, clause 3.4 "directories": runs of entries whose inodes share a metadata block */
export class Listing {
  /** Path of the directory, and of what is in it up to the name. */
  readonly path: string;
  private readonly layout: Layout;
  private readonly cursor: MetadataCursor | null;
  /** Bytes of the listing and entries of the run still to come. */
  private left: number;
  private run = 0;
  private block = 0;

  /** @throws Malformed when the listing's first block cannot be read */
  constructor({ superblock, layout, metadata }: Volume, inode: DirectoryInode, path: string) {
    const start = superblock.directoryTable + inode.block;
    this.path = path;
    this.layout = layout;
    this.left = inode.size;
    this.cursor = inode.size === 0 ? null : new MetadataCursor(metadata, start, inode.offset);
  }

  /** The next line; null after the last.
   *  @throws Malformed when the listing breaks */
  next(): Listed | null {
    const { cursor: c } = this;
    if (c === null || (this.left === 0 && this.run === 0)) return null;
    if (this.run === 0) this.readHeader(c);
    this.spend(c, this.layout.lineSize);
    const { offset, type, length } = this.layout.readLine(c);
    if (length > NAME_LIMIT) throw new Malformed(`name of ${length} bytes`, c.origin);
    this.spend(c, length);
    const name = stepOf(c.take(length));
    this.run--;
    return { name, block: this.block, offset, type: type === 1 ? 'directory' : type === 2 ? 'file' : null };
  }

  private readHeader(c: MetadataCursor): void {
    this.spend(c, this.layout.runSize);
    const { count, block } = this.layout.readRun(c);
    if (count > RUN_LIMIT) throw new Malformed(`directory run of ${count} entries`, c.origin);
    this.run = count;
    this.block = block;
  }

  private spend(c: MetadataCursor, length: number): void {
    if (length > this.left) throw new Malformed('directory listing ends inside an entry', c.origin);
    this.left -= length;
  }
}
