import { Malformed, Spent } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { Fields } from '#engine/decode/squashfs/fields';
import type { Image } from '#engine/decode/squashfs/image';
import { METADATA_SIZE, metadataHeaderSize, type Superblock } from '#engine/decode/squashfs/superblock';

/** Blocks kept unpacked, 16 MiB of them: the tables of 200,000 files whole. */
const KEPT = 2048;

/** Different blocks of one image: 2 GiB of them unpacked, a hundred times what a million entries need. */
const BLOCK_LIMIT = 262_144;

/** One unpacked metadata block. */
export interface MetadataBlock {
  /** Where it stands in the image, and where the block behind it begins. */
  readonly start: number;
  readonly next: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** The metadata blocks of an image, unpacked as they are asked for; knows which were. */
export class Metadata {
  readonly isLittle: boolean;
  private readonly image: Image;
  /** Bytes before the content of a block. */
  private readonly headerSize: number;
  private readonly kept = new Map<number, MetadataBlock>();
  private readonly seen = new Map<number, number>();

  constructor(image: Image, superblock: Superblock) {
    this.image = image;
    this.isLittle = superblock.isLittle;
    this.headerSize = metadataHeaderSize(superblock);
  }

  /** The block that begins at `start`.
   *  Source: squashfs.rst, clause 3.3 "metadata blocks": two bytes of length, the highest bit set for a block that is
   *  not compressed
   *  @throws Malformed when none can be read there; Spent */
  block(start: number): MetadataBlock {
    const known = this.kept.get(start);
    if (known !== undefined) return known;
    const word = new Fields(this.image.bytes(start, 2, 'metadata block'), this.isLittle).take(16);
    const length = word & 0x7fff;
    if (length === 0 || length > METADATA_SIZE)
      throw new Malformed(`metadata block of ${length} bytes`, start);
    const at = start + this.headerSize;
    const stored = this.image.bytes(at, length, 'metadata block');
    const bytes = word >= 0x8000 ? stored : this.image.unpack(stored, at, METADATA_SIZE);
    const block: MetadataBlock = { start, next: at + length, bytes, view: viewOf(bytes) };
    const [oldest] = this.kept.keys();
    if (this.kept.size >= KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(start, block);
    this.seen.set(start, block.next);
    if (this.seen.size > BLOCK_LIMIT) throw new Spent(`${BLOCK_LIMIT} metadata blocks`);
    return block;
  }

  /** Where the blocks stand that were read, in no order. */
  ranges(): ByteRange[] {
    return [...this.seen];
  }
}

/** Reads numbers and bytes in order through metadata blocks that follow one another, in the byte order of the image. */
export class MetadataCursor {
  private readonly metadata: Metadata;
  private block: MetadataBlock;
  private at: number;

  /** @param start   where a block begins in the image
   *  @param offset  in the unpacked block
   *  @throws Malformed when the block cannot be read or ends before the offset */
  constructor(metadata: Metadata, start: number, offset: number) {
    this.metadata = metadata;
    this.block = metadata.block(start);
    this.at = offset;
    if (offset > this.block.bytes.length)
      throw new Malformed(`offset ${offset} in a metadata block of ${this.block.bytes.length} bytes`, start);
  }

  /** Where the block that is being read stands in the image. */
  get origin(): number {
    return this.block.start;
  }

  u8(): number {
    return this.within(1) ? this.block.view.getUint8(this.at++) : (this.gather(1)[0] ?? 0);
  }

  u16(): number {
    const { isLittle } = this.metadata;
    const from = this.at;
    if (!this.within(2)) return viewOf(this.gather(2)).getUint16(0, isLittle);
    this.at = from + 2;
    return this.block.view.getUint16(from, isLittle);
  }

  u32(): number {
    const { isLittle } = this.metadata;
    const from = this.at;
    if (!this.within(4)) return viewOf(this.gather(4)).getUint32(0, isLittle);
    this.at = from + 4;
    return this.block.view.getUint32(from, isLittle);
  }

  /** @throws Malformed above 2^53 − 1 */
  u64(): number {
    const first = this.u32();
    const second = this.u32();
    const [high, low] = this.metadata.isLittle ? [second, first] : [first, second];
    if (high >= 0x200000) throw new Malformed('number above 2^53', this.block.start);
    return high * 2 ** 32 + low;
  }

  /** The next `length` bytes as bit fields. */
  fields(length: number): Fields {
    return new Fields(this.take(length), this.metadata.isLittle);
  }

  /** The next `length` bytes: a view where one block holds them, else a copy. */
  take(length: number): Uint8Array {
    const from = this.at;
    if (!this.within(length)) return this.gather(length);
    this.at = from + length;
    return this.block.bytes.subarray(from, from + length);
  }

  private within(length: number): boolean {
    return this.at + length <= this.block.bytes.length;
  }

  /** Bytes that lie in more than one block. Memory grows with what is read, not with `length`. */
  private gather(length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; ) {
      if (this.at === this.block.bytes.length) this.advance();
      const part = this.block.bytes.subarray(this.at, this.at + left);
      parts.push(part);
      this.at += part.length;
      left -= part.length;
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
  }

  private advance(): void {
    const { start, next, bytes } = this.block;
    if (bytes.length === 0) throw new Malformed('empty metadata block', start);
    this.block = this.metadata.block(next);
    this.at = 0;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
