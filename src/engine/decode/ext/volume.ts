import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { Walk } from '#engine/bytes/walk';
import {
  hasSuperblock,
  INCOMPATIBLE,
  READ_ONLY,
  type Superblock,
  SUPERBLOCK_AT,
  SUPERBLOCK_SIZE,
} from '#engine/decode/ext/superblock';

/** Where the parts of one group stand: numbers of blocks. */
export interface Group {
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodeTable: number;
  /** True: the bitmap was never written. */
  readonly isBlockBitmapEmpty: boolean;
  readonly isInodeBitmapEmpty: boolean;
}

/** One image while it is read. */
export class Volume {
  readonly source: Source;
  readonly superblock: Superblock;
  readonly walk: Walk;
  private readonly readLimit: number;
  private reads = 0;
  /** Descriptors held against a copy. */
  private compared = 0;

  constructor(source: Source, superblock: Superblock) {
    this.source = source;
    this.superblock = superblock;
    this.walk = new Walk(source);
    // Every block of a map or directory is read once; an image whose inodes all name the same is a bomb.
    this.readLimit = 1000 + 2 * Math.ceil(source.size / superblock.blockSize);
  }

  /** Where a block stands. It may lie beyond the source. */
  place(block: number): ByteRange {
    const { blockSize } = this.superblock;
    return [block * blockSize, (block + 1) * blockSize];
  }

  /** The bytes of a block of a map or directory.
   *  @throws Malformed when it leaves the source, Spent when more were read than there are */
  block(block: number, what: string): Uint8Array {
    if (++this.reads > this.readLimit) throw new Spent(`overlap: blocks of maps and directories read twice`);
    const [start, end] = this.place(block);
    if (block === 0 || end > this.source.size)
      throw new Malformed(
        `${what} in block ${block} of an image of ${this.source.size} bytes`,
        Math.min(start, this.source.size),
      );
    return this.source.bytes(start, end);
  }

  /** First block of a group. */
  firstBlock(group: number): number {
    return this.superblock.firstDataBlock + group * this.superblock.blocksPerGroup;
  }

  /** Where the descriptor of a group stands, bytes.
   *  Source: ext4.rst, "blockgroup", meta_bg */
  descriptorAt(group: number): number {
    const { descriptorSize, blockSize } = this.superblock;
    const perBlock = blockSize / descriptorSize;
    const index = Math.floor(group / perBlock);
    const block = this.isMeta(index)
      ? this.firstBlock(index * perBlock) + this.behindSuperblock(index * perBlock)
      : this.superblockBlock + 1 + index;
    return block * blockSize + (group % perBlock) * descriptorSize;
  }

  /** @throws Malformed when the image ends before */
  group(group: number): Group {
    const { descriptorSize, readOnly } = this.superblock;
    const at = this.descriptorAt(group);
    if (at + descriptorSize > this.source.size)
      throw new Malformed(`descriptor of group ${group} leaves the image`, Math.min(at, this.source.size));
    const c = new Cursor(this.source.bytes(at, at + descriptorSize));
    const low = [c.u32le(), c.u32le(), c.u32le()];
    c.skip(2 + 2 + 2); // free blocks, free inodes, directories
    const flags = (readOnly & (READ_ONLY.groupChecksums | READ_ONLY.checksums)) === 0 ? 0 : c.u16le();
    const isWide = descriptorSize >= 64;
    c.at = isWide ? 32 : 0;
    const high = isWide ? [c.u32le(), c.u32le(), c.u32le()] : [];
    const [blockBitmap = 0, inodeBitmap = 0, inodeTable = 0] = low.map(
      (block, i) => block + (high[i] ?? 0) * 2 ** 32,
    );
    return {
      blockBitmap,
      inodeBitmap,
      inodeTable,
      isInodeBitmapEmpty: (flags & 1) !== 0,
      isBlockBitmapEmpty: (flags & 2) !== 0,
    };
  }

  /** Where an inode stands, bytes.
   *  @throws Malformed when there is no such inode, or not in the source */
  inodeAt(inode: number): number {
    const { inodes, inodesPerGroup, inodeSize, blockSize, groups } = this.superblock;
    const group = Math.floor((inode - 1) / inodesPerGroup);
    if (inode < 1 || inode > inodes || group >= groups)
      throw new Malformed(`inode ${inode} of ${inodes}`, SUPERBLOCK_AT);
    const at = this.group(group).inodeTable * blockSize + ((inode - 1) % inodesPerGroup) * inodeSize;
    if (at === 0 || at + inodeSize > this.source.size)
      throw new Malformed(`inode ${inode} leaves the image`, Math.min(at, this.source.size));
    return at;
  }

  /** Claims superblock, descriptors and bitmaps, and the copies that agree with them. */
  claimGroups(): void {
    const { walk, superblock, source } = this;
    const { groups, blocksPerGroup, inodesPerGroup, descriptorSize, mmpBlock } = superblock;
    walk.claim([SUPERBLOCK_AT, SUPERBLOCK_AT + SUPERBLOCK_SIZE], 'header');
    if (mmpBlock !== 0) walk.claim(this.place(mmpBlock), 'metadata');
    // Where clusters are marked, a bitmap fills its block.
    const blockBits = Math.min(blocksPerGroup, 8 * superblock.blockSize);
    for (let group = 0; group < groups; group++) {
      const at = this.descriptorAt(group);
      if (at + descriptorSize > source.size) break;
      walk.claim([at, at + descriptorSize], 'metadata');
      const { blockBitmap, inodeBitmap, isBlockBitmapEmpty, isInodeBitmapEmpty } = this.group(group);
      if (!isBlockBitmapEmpty) this.claimStart(blockBitmap, Math.ceil(blockBits / 8));
      if (!isInodeBitmapEmpty) this.claimStart(inodeBitmap, Math.ceil(inodesPerGroup / 8));
      if (group > 0 && hasSuperblock(superblock, group)) this.claimCopy(group);
      if (this.isMetaCopy(group))
        this.claimDescriptors(group, this.firstBlock(group) + this.behindSuperblock(group));
    }
  }

  /** The block the superblock stands in. */
  private get superblockBlock(): number {
    return this.superblock.blockSize === 1024 ? 1 : 0;
  }

  private isMeta(descriptorBlock: number): boolean {
    const { incompatible, firstMetaGroup } = this.superblock;
    return (incompatible & INCOMPATIBLE.metaGroups) !== 0 && descriptorBlock >= firstMetaGroup;
  }

  /** Blocks at the beginning of a group that the superblock or its copy takes. */
  private behindSuperblock(group: number): number {
    const { blockSize, firstDataBlock } = this.superblock;
    const isSecond = blockSize === 1024 && group === 0 && firstDataBlock === 0;
    return (hasSuperblock(this.superblock, group) ? 1 : 0) + (isSecond ? 1 : 0);
  }

  /** True for the second and the last of the groups whose descriptors share a block: each has a copy of it. */
  private isMetaCopy(group: number): boolean {
    const perBlock = this.superblock.blockSize / this.superblock.descriptorSize;
    const place = group % perBlock;
    return this.isMeta(Math.floor(group / perBlock)) && (place === 1 || place === perBlock - 1);
  }

  private claimStart(block: number, length: number): void {
    const [start] = this.place(block);
    if (block !== 0) this.walk.claim([start, start + length], 'metadata');
  }

  private claimCopy(group: number): void {
    const { blockSize, descriptorSize, groups, uuid } = this.superblock;
    const [start] = this.place(this.firstBlock(group));
    if (start + SUPERBLOCK_SIZE > this.source.size) return;
    const c = new Cursor(this.source.bytes(start, start + SUPERBLOCK_SIZE));
    c.at = 0x38;
    const isSuperblock = c.u16le() === 0xef53;
    c.at = 0x68;
    const isSame = Buffer.from(c.take(16)).toString('hex') === uuid;
    if (!isSuperblock || !isSame) return;
    this.walk.claim([start, start + SUPERBLOCK_SIZE], 'metadata');
    const perBlock = blockSize / descriptorSize;
    for (let first = 0; first < groups && !this.isMeta(first / perBlock); first += perBlock) {
      this.claimDescriptors(first, this.firstBlock(group) + 1 + first / perBlock);
    }
  }

  /** Claims a copy of the block with a group's descriptor as far as it says the same. Numbers of free blocks may differ. */
  private claimDescriptors(group: number, block: number): void {
    const { blockSize, descriptorSize, groups } = this.superblock;
    const perBlock = blockSize / descriptorSize;
    const first = group - (group % perBlock);
    const [copyAt] = this.place(block);
    for (let i = 0; i < perBlock && first + i < groups; i++) {
      if (this.compared++ > this.readLimit * perBlock) return;
      const [at, other] = [this.descriptorAt(first + i), copyAt + i * descriptorSize];
      if (Math.max(at, other) + descriptorSize > this.source.size) return;
      const places = Buffer.from(this.source.bytes(at, at + 12));
      if (!places.equals(this.source.bytes(other, other + 12))) return;
      this.walk.claim([other, other + descriptorSize], 'metadata');
    }
  }
}
