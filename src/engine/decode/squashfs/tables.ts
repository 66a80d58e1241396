import { Malformed } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import type { Image } from '#engine/decode/squashfs/image';
import type { Metadata } from '#engine/decode/squashfs/metadata';
import type { Superblock } from '#engine/decode/squashfs/superblock';

/** Content of fragment blocks kept unpacked, bytes: files lie in them in the order of the tree, but equal files
 *  point back to where the first one lies. */
const KEPT = 32 * 2 ** 20;

/** Bits of a size field that state the stored length; the bit above says that the block is not packed. */
export const LENGTH_MASK = 0xffffff;

/** How a block is stored. */
export interface StoredBlock {
  readonly length: number;
  readonly packed: boolean;
}

/** What the size field of a data or fragment block says.
 *  Source: squashfs_fs.h, SQUASHFS_COMPRESSED_BIT_BLOCK
 *  @throws Malformed when it is larger than a block can be */
export function storedBlock(word: number, blockSize: number, at: number): StoredBlock {
  const length = word & LENGTH_MASK;
  if (word >= 0x2000000 || length > blockSize)
    throw new Malformed(`block of ${length} bytes where ${blockSize} are the most`, at);
  return { length, packed: word <= LENGTH_MASK };
}

/** Positions of metadata blocks, eight bytes each: the upper level of a table.
 *  @throws Malformed when they leave the image */
function* pointers(image: Image, what: string, at: number, count: number): Generator<number> {
  const STEP = 8192; // a table may be larger than one read
  for (let i = 0; i < count; i += STEP) {
    const c = new Cursor(image.bytes(at + 8 * i, 8 * Math.min(STEP, count - i), what), 0, at + 8 * i);
    while (c.left > 0) yield c.u64le();
  }
}

/** The numbers of users and groups. A table that breaks gives null for what is behind the break. */
export class Ids {
  private readonly numbers: Uint32Array;
  private known = 0;

  constructor(count: number) {
    this.numbers = new Uint32Array(count);
  }

  /** Of an index in an inode; null: the table has no such row, or it could not be read. */
  at(index: number): number | null {
    return index < this.known ? (this.numbers[index] ?? null) : null;
  }

  /** Source: squashfs.rst, clause 3.6 "uid/gid lookup table"
   *  @returns where the upper level stands
   *  @throws Malformed when the table breaks; what was read stands */
  read(image: Image, metadata: Metadata, superblock: Superblock): ByteRange {
    const { ids, idTable } = superblock;
    const blocks = Math.ceil(ids / 2048);
    for (const start of pointers(image, 'table of ids', idTable, blocks)) {
      const { bytes } = metadata.block(start);
      const c = new Cursor(bytes, 0, start);
      while (c.left >= 4 && this.known < ids) this.numbers[this.known++] = c.u32le();
    }
    if (this.known < ids) throw new Malformed(`${this.known} of ${ids} ids`, idTable);
    return [idTable, idTable + 8 * blocks];
  }
}

/** Where one fragment block stands. */
export interface FragmentPlace extends StoredBlock {
  readonly start: number;
}

/** The blocks that hold tails of files. */
export class Fragments {
  private readonly image: Image;
  private readonly metadata: Metadata;
  private readonly superblock: Superblock;
  /** In the order of use, the latest last. */
  private readonly kept = new Map<number, Uint8Array>();
  /** Why a block cannot be had: found out once for all files that lie in it. */
  private readonly broken = new Map<number, Malformed>();
  private keptBytes = 0;
  private latest: { readonly index: number; readonly place: FragmentPlace } | null = null;

  constructor(image: Image, metadata: Metadata, superblock: Superblock) {
    this.image = image;
    this.metadata = metadata;
    this.superblock = superblock;
  }

  /** Source: squashfs.rst, clause 3.5 "fragment table": rows of 16 bytes, 512 a metadata block
   *  @throws Malformed when there is no such fragment */
  place(index: number): FragmentPlace {
    // Files that share a block mostly follow one another.
    if (this.latest?.index === index) return this.latest.place;
    const { fragmentTable, fragments, blockSize } = this.superblock;
    if (fragmentTable === null || index >= fragments)
      throw new Malformed(`fragment ${index} of ${fragments}`, fragmentTable ?? 0);
    const at = fragmentTable + 8 * Math.floor(index / 512);
    const block = new Cursor(this.image.bytes(at, 8, 'fragment table'), 0, at).u64le();
    const c = new Cursor(this.metadata.block(block).bytes, 0, block);
    c.skip(16 * (index % 512));
    const start = c.u64le();
    const word = c.u32le();
    const place = { start, ...storedBlock(word, blockSize, block) };
    this.latest = { index, place };
    return place;
  }

  /** As {@link place}; null: there is no such fragment. */
  find(index: number): FragmentPlace | null {
    try {
      return this.place(index);
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    }
  }

  /** Where the upper level stands; null: there is none.
   *  @throws Malformed when it leaves the image */
  table(): ByteRange | null {
    const { fragmentTable, fragments } = this.superblock;
    if (fragmentTable === null || fragments === 0) return null;
    const end = fragmentTable + 8 * Math.ceil(fragments / 512);
    if (end > this.image.end) throw new Malformed('fragment table leaves the image', fragmentTable);
    return [fragmentTable, end];
  }

  /** The unpacked block.
   *  @throws Malformed when it cannot be had */
  content(index: number): Uint8Array {
    const broken = this.broken.get(index);
    if (broken !== undefined) throw broken;
    const content = this.kept.get(index) ?? this.unpack(index);
    // Deleted and set again, so that the latest stands last.
    if (!this.kept.delete(index)) this.keptBytes += content.length;
    this.kept.set(index, content);
    for (const [oldest, { length }] of this.kept) {
      if (this.keptBytes <= KEPT || oldest === index) break;
      this.kept.delete(oldest);
      this.keptBytes -= length;
    }
    return content;
  }

  private unpack(index: number): Uint8Array {
    try {
      const { start, length, packed } = this.place(index);
      const stored = this.image.bytes(start, length, 'fragment block');
      return packed ? this.image.unpack(stored, start, this.superblock.blockSize) : stored;
    } catch (error) {
      if (error instanceof Malformed) this.broken.set(index, error);
      throw error;
    }
  }
}

/** Reads the table that finds inodes by number, only to know where it stands.
 *  Source: squashfs.rst, clause 3.7 "export table"
 *  @returns where the upper level stands
 *  @throws Malformed when it breaks */
export function readExportTable(image: Image, metadata: Metadata, superblock: Superblock): ByteRange | null {
  const { exportTable, inodes } = superblock;
  if (exportTable === null) return null;
  const blocks = Math.ceil(inodes / 1024);
  for (const start of pointers(image, 'export table', exportTable, blocks)) metadata.block(start);
  return [exportTable, exportTable + 8 * blocks];
}

/** Reads the tables of extended attributes, only to know where they stand.
 *  Source: squashfs.rst, clause 3.8 "xattr table"
 *  @returns where the upper level stands, and how many sets of attributes there are
 *  @throws Malformed when they break */
export function readXattrTable(
  image: Image,
  metadata: Metadata,
  superblock: Superblock,
): { readonly range: ByteRange; readonly sets: number } | null {
  const { xattrTable } = superblock;
  if (xattrTable === null) return null;
  const c = new Cursor(image.bytes(xattrTable, 16, 'xattr table'), 0, xattrTable);
  const values = c.u64le(); // where names and values begin
  const sets = c.u32le();
  const blocks = Math.ceil((16 * sets) / 8192);
  let valuesEnd = xattrTable;
  for (const start of pointers(image, 'xattr table', xattrTable + 16, blocks)) {
    metadata.block(start);
    valuesEnd = Math.min(valuesEnd, start);
  }
  for (let at = values; at < valuesEnd; ) at = metadata.block(at).next;
  return { range: [xattrTable, xattrTable + 16 + 8 * blocks], sets };
}
