import { Malformed } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import type { FileInode } from '#engine/decode/squashfs/inode';
import type { MetadataCursor } from '#engine/decode/squashfs/metadata';
import { LENGTH_MASK, storedBlock } from '#engine/decode/squashfs/tables';
import type { Volume } from '#engine/decode/squashfs/volume';

/** The content of one file after the other. */
export class Content {
  private readonly volume: Volume;
  /** A hole as large as a data block. */
  private readonly hole: Uint8Array;
  private inode: FileInode | null = null;
  /** Stored sizes of its data blocks in order, as stated; zero is a hole. */
  private sizes = new Uint32Array(64);
  private count = 0;
  /** Bytes of its data blocks as stored. */
  private length = 0;

  constructor(volume: Volume) {
    this.volume = volume;
    this.hole = new Uint8Array(volume.superblock.blockSize);
  }

  /** Begins a file: reads the sizes of its data blocks, which follow its inode.
   *  @throws Malformed when the inode table ends before */
  begin(c: MetadataCursor, inode: FileInode): void {
    const { layout, superblock } = this.volume;
    const { blockSize } = superblock;
    const blocks = inode.size / blockSize;
    const count = inode.fragment === null ? Math.ceil(blocks) : Math.floor(blocks);
    this.inode = inode;
    this.count = 0;
    this.length = 0;
    while (this.count < count) {
      const size = layout.readBlockSize(c);
      // Grown by the sizes that are really there, not by the number of them that is stated.
      if (this.count === this.sizes.length) this.sizes = doubled(this.sizes);
      this.sizes[this.count++] = size;
      this.length += size & LENGTH_MASK;
    }
  }

  /** Where the content stands: the data blocks in one run, the tail in a fragment block. Cut where the image ends. */
  stored(): readonly ByteRange[] {
    if (this.inode === null) return [];
    const { start, fragment } = this.inode;
    const { image, fragments } = this.volume;
    const cut = (from: number, to: number): ByteRange => [Math.min(from, image.end), Math.min(to, image.end)];
    const data = cut(start, start + this.length);
    const place = fragment === null ? null : fragments.find(fragment.index);
    const tail = place === null ? cut(start, start) : cut(place.start, place.start + place.length);
    if (data[0] === data[1]) return tail[0] === tail[1] ? [] : [tail];
    if (tail[0] === tail[1]) return [data];
    return data[1] === tail[0] ? [[data[0], tail[1]]] : [data, tail];
  }

  /** A piece for every block. The first block that cannot be read ends the content. */
  *pieces(): Generator<Reading> {
    if (this.inode === null) return;
    const { size, start, fragment } = this.inode;
    const { blockSize } = this.volume.superblock;
    let at = start;
    try {
      for (let i = 0; i < this.count; i++) {
        const word = this.sizes[i] ?? 0;
        yield { kind: 'piece', bytes: this.block(word, at, Math.min(blockSize, size - i * blockSize)) };
        at += word & LENGTH_MASK;
      }
      const left = size - this.count * blockSize;
      if (fragment !== null && left > 0)
        yield { kind: 'piece', bytes: this.tail(fragment.index, fragment.offset, left) };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      yield { kind: 'broken', why: error.message, at: error.at };
    }
  }

  private block(word: number, at: number, want: number): Uint8Array {
    if (word === 0) return this.hole.subarray(0, want);
    const { image, superblock } = this.volume;
    const { length, packed } = storedBlock(word, superblock.blockSize, at);
    const stored = image.bytes(at, length, 'data block');
    const bytes = packed ? image.unpack(stored, at, want) : stored;
    if (bytes.length !== want) throw new Malformed(`data block of ${bytes.length} bytes, not ${want}`, at);
    return bytes;
  }

  private tail(index: number, offset: number, want: number): Uint8Array {
    const { fragments } = this.volume;
    const block = fragments.content(index);
    const end = offset + want;
    if (end > block.length) {
      const at = fragments.find(index)?.start ?? 0;
      throw new Malformed(`file tail at ${offset}–${end} of a fragment block of ${block.length} bytes`, at);
    }
    return block.subarray(offset, end);
  }
}

function doubled(sizes: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * sizes.length);
  larger.set(sizes);
  return larger;
}
