import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { appendRun, type Run } from '#engine/bytes/walk';
import { FLAGS, type Inode, MAP_AT, MAP_SIZE } from '#engine/decode/ext/inode';
import type { Volume } from '#engine/decode/ext/volume';

/** Where the content of an inode stands, in order and up to its size; the blocks of its map are claimed.
 *  @throws Malformed when the map breaks, Spent */
export function runsOf(volume: Volume, inode: Inode): readonly Run[] {
  const map = new BlockList(volume, inode.size);
  if ((inode.flags & FLAGS.extents) === 0) readPointers(volume, inode, map);
  else readExtents(volume, inode, map);
  return map.finish(inode);
}

/** Blocks of one inode in the order of its content. */
class BlockList {
  /** Blocks of content so far. */
  next = 0;
  /** Blocks of content there are to be. */
  readonly count: number;
  private readonly blockSize: number;
  private readonly runs: Run[] = [];
  private readonly limit: number;

  constructor({ superblock, source }: Volume, size: number) {
    this.blockSize = superblock.blockSize;
    this.count = Math.ceil(size / this.blockSize);
    // A block belongs to one file; a hole may stand between every two.
    this.limit = 1000 + 2 * Math.ceil(source.size / this.blockSize);
  }

  get isFull(): boolean {
    return this.next >= this.count;
  }

  /** @param block  null: a hole
   *  @throws Malformed when there are more pieces than the image has blocks */
  add(block: number | null, count: number, at: number): void {
    const wanted = Math.min(count, this.count - this.next);
    if (wanted <= 0) return;
    appendRun(this.runs, block === null ? null : block * this.blockSize, wanted * this.blockSize);
    if (this.runs.length > this.limit)
      throw new Malformed('content in more pieces than there are blocks', at);
    this.next += wanted;
  }

  /** What follows the last block is a hole; the last block is cut to the size. */
  finish({ size, at }: Inode): readonly Run[] {
    this.add(null, this.count - this.next, at);
    const last = this.runs.at(-1);
    if (last === undefined) return [];
    const length = last.length - (this.count * this.blockSize - size);
    return [...this.runs.slice(0, -1), { at: last.at, length }];
  }
}

const EXTENTS_MAGIC = 0xf30a;

/** Levels of a tree of extents. Source: Linux, fs/ext4/ext4_extents.h, EXT4_MAX_EXTENT_DEPTH */
const EXTENT_LEVELS = 5;

/** An extent with more blocks than this is reserved but was never written. */
const WRITTEN_LIMIT = 32_768;

/** Source: Linux, Documentation/filesystems/ext4/ifork.rst, "extent tree" */
function readExtents(volume: Volume, inode: Inode, list: BlockList): void {
  const root = inode.bytes.subarray(MAP_AT, MAP_AT + MAP_SIZE);
  readExtentNode(volume, root, inode.at + MAP_AT, list, null);
}

/** @param at     where the node stands in the image
 *  @param depth  levels below; null: the root says it */
function readExtentNode(
  volume: Volume,
  node: Uint8Array,
  at: number,
  list: BlockList,
  depth: number | null,
): void {
  const c = new Cursor(node, 0, at);
  const magic = c.u16le();
  const entries = c.u16le();
  c.skip(2); // entries there is room for
  const levels = c.u16le();
  c.skip(4); // generation
  if (magic !== EXTENTS_MAGIC) throw new Malformed('no node of extents', at);
  if (levels !== (depth ?? levels) || levels > EXTENT_LEVELS)
    throw new Malformed(`extents ${levels} levels deep`, at);
  for (let i = 0; i < entries; i++) {
    const where = at + c.at;
    const first = c.u32le(); // block of content
    if (levels > 0) {
      const low = c.u32le();
      const high = c.u16le();
      c.skip(2);
      if (first < list.next && i > 0) throw new Malformed('extents that overlap', where);
      readExtentBlock(volume, low + high * 2 ** 32, list, levels - 1);
      continue;
    }
    const length = c.u16le();
    const high = c.u16le();
    const low = c.u32le();
    if (length === 0 || first < list.next) throw new Malformed('extents that overlap', where);
    if (first >= list.count) return;
    list.add(null, first - list.next, where);
    const isWritten = length <= WRITTEN_LIMIT;
    list.add(isWritten ? low + high * 2 ** 32 : null, isWritten ? length : length - WRITTEN_LIMIT, where);
  }
}

function readExtentBlock(volume: Volume, block: number, list: BlockList, depth: number): void {
  const node = volume.block(block, 'extents');
  const [start, end] = volume.place(block);
  readExtentNode(volume, node, start, list, depth);
  // Header, entries and the checksum behind the last there is room for.
  volume.walk.claim([start, start + usedOf(node, volume.superblock.blocks)], 'metadata');
  const room = 12 + 12 * new Cursor(node, 4).u16le();
  if (room + 4 <= end - start) volume.walk.claim([start + room, start + room + 4], 'metadata');
}

/** Bytes of a node that are entries. When one is split, extents that moved stay behind the last: they count too, as long
 *  as they could be extents of this node. */
function usedOf(node: Uint8Array, blocks: number): number {
  const c = new Cursor(node, 2);
  const entries = c.u16le();
  const room = c.u16le();
  const isLeaf = c.u16le() === 0;
  const end = 12 + 12 * Math.min(entries, Math.floor((node.length - 12) / 12));
  if (!isLeaf || entries === 0) return end;
  c.at = end - 12;
  let last = c.u32le();
  for (let at = end; at < 12 + 12 * room && at + 12 <= node.length; at += 12) {
    c.at = at;
    const first = c.u32le();
    const length = c.u16le() % WRITTEN_LIMIT;
    const block = c.u16le() * 2 ** 32 + c.u32le();
    if (first <= last || block === 0 || block + length > blocks) return at;
    last = first;
  }
  return Math.max(end, 12 + 12 * Math.min(room, Math.floor((node.length - 12) / 12)));
}

/** Pointers to blocks that stand in the inode itself; three more lead to blocks of pointers. */
const DIRECT = 12;

/** Source: Linux, Documentation/filesystems/ext4/ifork.rst, "direct/indirect block addressing" */
function readPointers(volume: Volume, inode: Inode, list: BlockList): void {
  const c = new Cursor(inode.bytes, MAP_AT, inode.at);
  for (let i = 0; i < DIRECT && !list.isFull; i++) {
    const block = c.u32le();
    list.add(block === 0 ? null : block, 1, inode.at + MAP_AT + 4 * i);
  }
  c.at = MAP_AT + 4 * DIRECT;
  for (let levels = 1; levels <= 3 && !list.isFull; levels++)
    readPointerBlock(volume, c.u32le(), levels, list);
}

/** @param levels  of pointers, this block's own counted */
function readPointerBlock(volume: Volume, block: number, levels: number, list: BlockList): void {
  const perBlock = volume.superblock.blockSize / 4;
  if (block === 0) {
    list.add(null, perBlock ** levels, 0);
    return;
  }
  const c = new Cursor(volume.block(block, 'pointers'));
  const [at] = volume.place(block);
  while (c.left >= 4 && !list.isFull) {
    const pointer = c.u32le();
    if (levels > 1) readPointerBlock(volume, pointer, levels - 1, list);
    else list.add(pointer === 0 ? null : pointer, 1, at + c.at - 4);
  }
  volume.walk.claim([at, at + c.at], 'metadata');
}

/** Claims the blocks of pointers of the inode that keeps room for more descriptors; the room itself is not claimed.
 *  Source: Linux, Documentation/filesystems/ext4/special_inodes.rst, resize
 *  @throws Malformed when a block leaves the image, Spent */
export function claimGrowthRoom(volume: Volume, inode: Inode): void {
  const top = new Cursor(inode.bytes, MAP_AT + 4 * (DIRECT + 1)).u32le(); // pointers of two levels
  if (top === 0) return;
  for (const kept of claimPointers(volume, top)) claimPointers(volume, kept);
}

/** Claims a block of pointers as far as it holds any; nothing when one of them leads nowhere. */
function claimPointers(volume: Volume, block: number): readonly number[] {
  const c = new Cursor(volume.block(block, 'room for descriptors'));
  const [at] = volume.place(block);
  const pointers: number[] = [];
  let end = 0;
  while (c.left >= 4) {
    const pointer = c.u32le();
    if (pointer === 0) continue;
    if (pointer >= volume.superblock.blocks) return [];
    pointers.push(pointer);
    end = c.at;
  }
  volume.walk.claim([at, at + end], 'metadata');
  return pointers;
}
