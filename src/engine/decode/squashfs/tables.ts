import { Malformed } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import type { Image } from '#engine/decode/squashfs/image';
import { layoutOf } from '#engine/decode/squashfs/layout';
import { type Metadata, MetadataCursor } from '#engine/decode/squashfs/metadata';
import { METADATA_SIZE, type NumberTable, type Superblock } from '#engine/decode/squashfs/superblock';

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

/** Positions of metadata blocks: the upper level of a table.
 *  @throws Malformed when they leave the image */
function* pointers(
  image: Image,
  superblock: Superblock,
  what: string,
  at: number,
  count: number,
): Generator<number> {
  const STEP = 8192; // a table may be larger than one read
  const { pointerSize } = layoutOf(superblock);
  for (let i = 0; i < count; i += STEP) {
    const from = at + pointerSize * i;
    const c = new Cursor(image.bytes(from, pointerSize * Math.min(STEP, count - i), what), 0, from);
    while (c.left > 0) yield readPointer(c, superblock);
  }
}

function readPointer(c: Cursor, superblock: Superblock): number {
  const { isLittle } = superblock;
  if (layoutOf(superblock).pointerSize === 4) return isLittle ? c.u32le() : c.u32be();
  return isLittle ? c.u64le() : c.u64be();
}

/** The numbers of users or groups. A table that breaks gives null for what is behind the break. */
export class Ids {
  private readonly place: NumberTable;
  private readonly numbers: Uint32Array;
  private known = 0;

  constructor(place: NumberTable) {
    this.place = place;
    this.numbers = new Uint32Array(place.count);
  }

  /** Of an index in an inode; null: the table has no such row, or it could not be read. */
  at(index: number): number | null {
    return index < this.known ? (this.numbers[index] ?? null) : null;
  }

  /** Source: squashfs.rst, clause 3.6 "uid/gid lookup table"; before 4.0 the numbers stand there themselves
   *  @returns where the table or, in 4.0, its upper level stands
   *  @throws Malformed when the table breaks; what was read stands */
  read(image: Image, metadata: Metadata, superblock: Superblock): ByteRange {
    const { at, count } = this.place;
    const { isLittle } = superblock;
    if (superblock.major < 4) {
      const c = new Cursor(image.bytes(at, 4 * count, 'table of ids'), 0, at);
      while (c.left > 0) this.numbers[this.known++] = isLittle ? c.u32le() : c.u32be();
      return [at, at + 4 * count];
    }
    const blocks = Math.ceil((4 * count) / METADATA_SIZE);
    for (const start of pointers(image, superblock, 'table of ids', at, blocks)) {
      const { bytes } = metadata.block(start);
      const c = new Cursor(bytes, 0, start);
      while (c.left >= 4 && this.known < count) this.numbers[this.known++] = isLittle ? c.u32le() : c.u32be();
    }
    if (this.known < count) throw new Malformed(`${this.known} of ${count} ids`, at);
    return [at, at + 8 * blocks];
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

  /** Source: squashfs.rst, clause 3.5 "fragment table": rows in metadata blocks; squashfs_compat.h for those before 4.0
   *  @throws Malformed when there is no such fragment */
  place(index: number): FragmentPlace {
    // Files that share a block mostly follow one another.
    if (this.latest?.index === index) return this.latest.place;
    const { image, metadata, superblock } = this;
    const { fragmentTable, fragments, blockSize } = superblock;
    const { fragmentRow, pointerSize } = layoutOf(superblock);
    if (fragmentTable === null || index >= fragments)
      throw new Malformed(`fragment ${index} of ${fragments}`, fragmentTable ?? 0);
    const rows = METADATA_SIZE / fragmentRow;
    const at = fragmentTable + pointerSize * Math.floor(index / rows);
    const block = readPointer(new Cursor(image.bytes(at, pointerSize, 'fragment table'), 0, at), superblock);
    const c = new MetadataCursor(metadata, block, fragmentRow * (index % rows));
    const start = pointerSize === 4 ? c.u32() : c.u64();
    const word = c.u32();
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
    const { fragmentRow, pointerSize } = layoutOf(this.superblock);
    if (fragmentTable === null || fragments === 0) return null;
    const end = fragmentTable + pointerSize * Math.ceil((fragmentRow * fragments) / METADATA_SIZE);
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
  const blocks = Math.ceil((8 * inodes) / METADATA_SIZE);
  for (const start of pointers(image, superblock, 'export table', exportTable, blocks)) metadata.block(start);
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
  const values = readPointer(c, superblock); // where names and values begin
  const sets = superblock.isLittle ? c.u32le() : c.u32be();
  const blocks = Math.ceil((16 * sets) / METADATA_SIZE);
  let valuesEnd = xattrTable;
  for (const start of pointers(image, superblock, 'xattr table', xattrTable + 16, blocks)) {
    metadata.block(start);
    valuesEnd = Math.min(valuesEnd, start);
  }
  for (let at = values; at < valuesEnd; ) at = metadata.block(at).next;
  return { range: [xattrTable, xattrTable + 16 + 8 * blocks], sets };
}
