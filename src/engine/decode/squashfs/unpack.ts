import { Malformed } from '#domain/error';
import { BareLzma } from '#engine/bytes/bare-lzma';
import { type BlockCodec, decompressBlock } from '#engine/bytes/block';
import { Fields } from '#engine/decode/squashfs/fields';
import type { Unpack } from '#engine/decode/squashfs/image';
import { layoutOf } from '#engine/decode/squashfs/layout';
import { METADATA_SIZE, metadataHeaderSize, type Superblock } from '#engine/decode/squashfs/superblock';

/** `lzma-bare`: LZMA without a header. */
type Codec = BlockCodec | 'lzma-bare';

/** What images were found to hold whatever they state; the strict ones first, for LZ4 takes nearly any bytes. */
const CODECS: readonly Codec[] = ['xz', 'gzip', 'zstd', 'lzma', 'lzma-short', 'lzma-bare', 'lzo', 'lz4'];

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
  codec: Codec | null = null;
  readonly bare = new BareLzma();
  private readonly superblock: Superblock;
  private readonly stated: BlockCodec;

  constructor(superblock: Superblock) {
    this.superblock = superblock;
    // Before 4.0 there is no number: gzip was the only one.
    this.stated = STATED[superblock.compression ?? 1] ?? 'gzip';
  }

  readonly unpack: Unpack = (packed, at, limit) => {
    if (this.codec === null) return this.settle(packed, at, limit);
    try {
      return this.by(this.codec, packed, limit);
    } catch (error) {
      throw error instanceof Malformed ? new Malformed(error.message, at) : error;
    }
  };

  /** Takes the first compression that gives something sensible for the first block. */
  private settle(packed: Uint8Array, at: number, limit: number): Uint8Array {
    for (const codec of new Set([this.stated, ...CODECS])) {
      const bytes = this.attempt(codec, packed, limit);
      if (bytes === null || bytes.length === 0 || !this.fits(bytes, at)) continue;
      this.codec = codec;
      return bytes;
    }
    throw new Malformed('block of no known compression', at);
  }

  /** True when the block of the root directory's inode has a directory's inode there. Of other blocks nothing is known. */
  private fits(bytes: Uint8Array, at: number): boolean {
    const { inodeTable, isLittle, root } = this.superblock;
    if (at !== inodeTable + root.block + metadataHeaderSize(this.superblock)) return true;
    // The inode may begin in the next block when this one is full.
    if (root.offset + 2 > bytes.length) return bytes.length === METADATA_SIZE;
    return layoutOf(this.superblock).isDirectory(new Fields(bytes.subarray(root.offset), isLittle));
  }

  private attempt(codec: Codec, packed: Uint8Array, limit: number): Uint8Array | null {
    try {
      return this.by(codec, packed, limit);
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    }
  }

  private by(codec: Codec, packed: Uint8Array, limit: number): Uint8Array {
    return codec === 'lzma-bare' ? this.bare.unpack(packed, limit) : decompressBlock(codec, packed, limit);
  }
}
