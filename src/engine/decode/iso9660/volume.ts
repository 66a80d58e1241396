import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Walk } from '#engine/bytes/walk';

/** Bytes of a sector; descriptors and boot catalogs count in these. */
export const SECTOR = 2048;

/** One image while it is read. */
export class Volume {
  readonly source: Source;
  readonly walk: Walk;
  private readonly readLimit: number;
  private read = 0;

  constructor(source: Source) {
    this.source = source;
    this.walk = new Walk(source);
    // A directory is read once for each of a few trees; an image whose directories overlap is a bomb.
    this.readLimit = 2 ** 20 + 8 * source.size;
  }

  /** Bytes of a directory or of what describes a file.
   *  @throws Malformed when the range leaves the source, Spent when more was read than there can be */
  metadata([start, end]: ByteRange, what: string): Uint8Array {
    const { size } = this.source;
    if (end > size)
      throw new Malformed(`${what} at ${start}–${end} leaves ${size} bytes`, Math.min(start, size));
    this.read += end - start;
    if (this.read > this.readLimit) throw new Spent('overlap: directories read too often');
    return this.source.bytes(start, end);
  }
}
