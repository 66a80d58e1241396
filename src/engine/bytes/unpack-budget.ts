import { Spent } from '#domain/error';

/** How often all bytes of an image may be read as compressed blocks. Blocks are shared by equal files, so a few
 *  readings are ordinary; an image whose files all name the same block is a bomb. */
const READINGS = 64;

/** Images below this size count as this large: a few equal files in a tiny image are no bomb. */
const READINGS_LEAST = 2 ** 20;

/** Bytes that all compressed blocks of an image may unpack to, each reading counted. */
const UNPACKED_LIMIT = 4 * 2 ** 30;

/** The work that the compressed blocks of one image may cost. */
export class UnpackBudget {
  private readonly packedLimit: number;
  private packed = 0;
  private unpacked = 0;

  /** @param size  of the image, bytes */
  constructor(size: number) {
    this.packedLimit = READINGS * Math.max(size, READINGS_LEAST);
  }

  /** Before a block of so many bytes is unpacked.
   *  @throws Spent when the image names the same bytes too often */
  take(packed: number): void {
    this.packed += packed;
    if (this.packed > this.packedLimit)
      throw new Spent(`overlap: compressed bytes read more than ${READINGS} times`);
  }

  /** After a block gave so many bytes.
   *  @throws Spent */
  give(unpacked: number): void {
    this.unpacked += unpacked;
    if (this.unpacked > UNPACKED_LIMIT) throw new Spent(`${UNPACKED_LIMIT} bytes unpacked`);
  }
}
