import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';

/** The content of one compressed block.
 *  @param at     where the block stands in the image
 *  @param limit  bytes it may have
 *  @throws Malformed when it does not unpack */
export type Unpack = (packed: Uint8Array, at: number, limit: number) => Uint8Array;

/** How often all bytes of an image may be read as compressed blocks. Blocks are shared by equal files, so a few
 *  readings are ordinary; an image whose files all name the same block is a bomb. */
const READINGS = 64;

/** Images below this size count as this large: a few equal files in a tiny image are no bomb. */
const READINGS_LEAST = 2 ** 20;

/** Bytes that all compressed blocks of an image may unpack to, each reading counted. */
const UNPACKED_LIMIT = 4 * 2 ** 30;

/** The bytes of one image and the work spent on them. */
export class Image {
  readonly source: Source;
  /** First byte after what can be read: where the image ends, or the source before it. */
  readonly end: number;
  private readonly unpacker: Unpack;
  private readonly packedLimit: number;
  private packed = 0;
  private unpacked = 0;

  constructor(source: Source, bytesUsed: number, unpacker: Unpack) {
    this.source = source;
    this.end = Math.min(source.size, bytesUsed);
    this.unpacker = unpacker;
    this.packedLimit = READINGS * Math.max(this.end, READINGS_LEAST);
  }

  /** A view of `length` bytes at `at`.
   *  @throws Malformed when they leave the image */
  bytes(at: number, length: number, what: string): Uint8Array {
    if (at + length > this.end)
      throw new Malformed(`${what} leaves the ${this.end} bytes of the image`, Math.min(at, this.end));
    return this.source.bytes(at, at + length);
  }

  /** The content of the compressed block `packed`, which stands at `at`.
   *  @param limit  bytes it may unpack to
   *  @throws Malformed when it does not unpack, Spent when the image names the same bytes too often */
  unpack(packed: Uint8Array, at: number, limit: number): Uint8Array {
    this.packed += packed.length;
    if (this.packed > this.packedLimit)
      throw new Spent(`overlap: compressed bytes read more than ${READINGS} times`);
    // A view of the plain kind: where the source reads into a Buffer, slices of it would cost the decoders dearly.
    const plain = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
    const bytes = this.unpacker(plain, at, limit);
    this.unpacked += bytes.length;
    if (this.unpacked > UNPACKED_LIMIT) throw new Spent(`${UNPACKED_LIMIT} bytes unpacked`);
    return bytes;
  }
}
