import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { UnpackBudget } from '#engine/bytes/unpack-budget';

/** The content of one compressed block.
 *  @param at     where the block stands in the image
 *  @param limit  bytes it may have
 *  @throws Malformed when it does not unpack */
export type Unpack = (packed: Uint8Array, at: number, limit: number) => Uint8Array;

/** The bytes of one image and the work spent on them. */
export class Image {
  readonly source: Source;
  /** First byte after what can be read: where the image ends, or the source before it. */
  readonly end: number;
  private readonly unpacker: Unpack;
  private readonly budget: UnpackBudget;

  constructor(source: Source, bytesUsed: number, unpacker: Unpack) {
    this.source = source;
    this.end = Math.min(source.size, bytesUsed);
    this.unpacker = unpacker;
    this.budget = new UnpackBudget(this.end);
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
    this.budget.take(packed.length);
    // A view of the plain kind: where the source reads into a Buffer, slices of it would cost the decoders dearly.
    const plain = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
    const bytes = this.unpacker(plain, at, limit);
    this.budget.give(bytes.length);
    return bytes;
  }
}
