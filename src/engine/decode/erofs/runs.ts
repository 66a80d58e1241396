import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { appendRun, type Run } from '#engine/bytes/walk';
import type { Inode } from '#engine/decode/erofs/inode';
import type { Volume } from '#engine/decode/erofs/volume';

/** In the form of chunks: entries of eight bytes with a device, not of four. */
const WITH_DEVICE = 0x20;

/** Bits of that form that mean something here. */
const KNOWN_FORM = 0x3f;

/** In place of a block: the chunk is a hole. */
const HOLE = 0xffffffff;

/** Where content that is not compressed stands, in order and up to its size; what describes it is claimed.
 *  @throws Malformed when it cannot be, Spent */
export function runsOf(volume: Volume, inode: Inode): readonly Run[] {
  switch (inode.layout) {
    case 'plain':
      return flatRuns(volume, inode, inode.size);
    case 'inline': {
      // All but the last block, which may be part of one.
      const { blockSize } = volume.superblock;
      return flatRuns(
        volume,
        inode,
        inode.size === 0 ? 0 : (Math.ceil(inode.size / blockSize) - 1) * blockSize,
      );
    }
    case 'chunks':
      return chunkRuns(volume, inode);
    case 'compressed-full':
    case 'compressed-compact':
      throw new Malformed('compressed where nothing is', inode.at);
  }
}

/** @param inBlocks  bytes that stand in blocks one after another; what is left follows the inode */
function flatRuns({ superblock }: Volume, { union, size, end }: Inode, inBlocks: number): readonly Run[] {
  const runs: Run[] = [];
  appendRun(runs, union * superblock.blockSize, inBlocks);
  appendRun(runs, end, size - inBlocks);
  return runs;
}

function chunkRuns(volume: Volume, inode: Inode): readonly Run[] {
  const { blockSize, blockBits } = volume.superblock;
  const form = inode.union & 0xffff;
  const hasDevice = (form & WITH_DEVICE) !== 0;
  const bits = blockBits + (form & 0x1f);
  if ((form & ~KNOWN_FORM) !== 0 || bits > 40)
    throw new Malformed(`chunks of form 0x${form.toString(16)}`, inode.at);
  const chunkSize = 2 ** bits;
  const unit = hasDevice ? 8 : 4;
  const count = Math.ceil(inode.size / chunkSize);
  const at = Math.ceil(inode.end / unit) * unit;
  const c = new Cursor(volume.metadata([at, at + count * unit], 'table of chunks'), 0, at);
  volume.walk.claim([at, at + count * unit], 'metadata');
  const runs: Run[] = [];
  for (let i = 0; i < count; i++) {
    if (hasDevice) c.skip(2); // advice
    const device = hasDevice ? c.u16le() : 0;
    const block = c.u32le();
    if (device !== 0 && block !== HOLE) throw new Malformed(`content on device ${device}`, at + i * unit);
    const length = Math.min(chunkSize, inode.size - i * chunkSize);
    appendRun(runs, block === HOLE ? null : block * blockSize, length);
  }
  return runs;
}
