import { Malformed } from '#domain/error';
import { type BlockCodec, decompressBlock } from '#engine/bytes/block';
import { METADATA_SIZE, type Superblock } from '#engine/decode/squashfs/superblock';

/** The content of one compressed block.
 *  @param at     where the block stands in the image
 *  @param limit  bytes it may have
 *  @throws Malformed when it does not unpack */
export type Unpack = (packed: Uint8Array, at: number, limit: number) => Uint8Array;

/** What images were found to hold whatever they state; the strict ones first, for LZMA takes nearly any bytes. */
const CODECS: readonly BlockCodec[] = ['xz', 'gzip', 'zstd', 'lzma', 'lzma-short', 'lzo', 'lz4'];

/** By the number in the superblock. Source: squashfs_fs.h, "definitions of supported compressors" */
const STATED: Readonly<Record<number, BlockCodec>> = {
  1: 'gzip',
  2: 'lzma',
  3: 'lzo',
  4: 'xz',
  5: 'lz4',
  6: 'zstd',
};

/** Unpacks the blocks of one image by the compression that it really has: vendors state one and use another. */
export class Unpacker {
  /** Null until the first compressed block was unpacked. */
  codec: BlockCodec | null = null;
  private readonly superblock: Superblock;

  constructor(superblock: Superblock) {
    this.superblock = superblock;
  }

  readonly unpack: Unpack = (packed, at, limit) => {
    if (this.codec === null) return this.settle(packed, at, limit);
    try {
      return decompressBlock(this.codec, packed, limit);
    } catch (error) {
      throw error instanceof Malformed ? new Malformed(error.message, at) : error;
    }
  };

  /** Takes the first compression that gives something sensible for the first block. */
  private settle(packed: Uint8Array, at: number, limit: number): Uint8Array {
    const stated = STATED[this.superblock.compression];
    for (const codec of stated === undefined ? CODECS : [stated, ...CODECS]) {
      const bytes = attempt(codec, packed, limit);
      if (bytes === null || bytes.length === 0 || !this.fits(bytes, at)) continue;
      this.codec = codec;
      return bytes;
    }
    throw new Malformed('block of no known compression', at);
  }

  /** True when the block of the root directory's inode has a directory's inode there. Of other blocks nothing is known. */
  private fits(bytes: Uint8Array, at: number): boolean {
    const { inodeTable, root } = this.superblock;
    if (at !== inodeTable + root.block + 2) return true;
    // The inode may begin in the next block when this one is full.
    if (root.offset + 2 > bytes.length) return bytes.length === METADATA_SIZE;
    const type = (bytes[root.offset] ?? 0) + 256 * (bytes[root.offset + 1] ?? 0);
    return type === 1 || type === 8;
  }
}

function attempt(codec: BlockCodec, packed: Uint8Array, limit: number): Uint8Array | null {
  try {
    return decompressBlock(codec, packed, limit);
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
