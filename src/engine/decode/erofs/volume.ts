import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { UnpackBudget } from '#engine/bytes/unpack-budget';
import { Walk } from '#engine/bytes/walk';
import type { Superblock } from '#engine/decode/erofs/superblock';

/** One image while it is read. */
export class Volume {
  readonly source: Source;
  readonly superblock: Superblock;
  readonly walk: Walk;
  readonly budget: UnpackBudget;
  private readonly readLimit: number;
  private read = 0;

  constructor(source: Source, superblock: Superblock) {
    this.source = source;
    this.superblock = superblock;
    this.walk = new Walk(source);
    this.budget = new UnpackBudget(source.size);
    // What describes files is read once or twice; an image whose inodes all name the same is a bomb.
    this.readLimit = 2 ** 20 + 8 * source.size;
  }

  /** @throws Malformed when the range leaves the source */
  bytes([start, end]: ByteRange, what: string): Uint8Array {
    const { size } = this.source;
    if (!(start >= 0 && end <= size))
      throw new Malformed(`${what} at ${start}–${end} leaves ${size} bytes`, Math.min(start, size));
    return this.source.bytes(start, end);
  }

  /** Bytes of a directory or of what describes a file.
   *  @throws Malformed when the range leaves the source, Spent when more was read than there can be */
  metadata(range: ByteRange, what: string): Uint8Array {
    const bytes = this.bytes(range, what);
    this.read += bytes.length;
    if (this.read > this.readLimit) throw new Spent('overlap: directories and indexes read too often');
    return bytes;
  }
}
