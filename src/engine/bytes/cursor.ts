import { Malformed } from '#domain/error';

/** Reads a byte sequence in order; every read is checked and says where it failed. */
export class Cursor {
  readonly bytes: Uint8Array;
  /** Where the next read begins. */
  at: number;
  /** Added to offsets in errors: where `bytes` stands in what the caller reads. */
  readonly base: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, at = 0, base = 0) {
    this.bytes = bytes;
    this.at = at;
    this.base = base;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes from here to the end. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** A view of the next `length` bytes.
   *  @throws Malformed when fewer are left */
  take(length: number): Uint8Array {
    const from = this.step(length);
    return this.bytes.subarray(from, from + length);
  }

  skip(length: number): void {
    this.step(length);
  }

  u8(): number {
    return this.view.getUint8(this.step(1));
  }

  u16le(): number {
    return this.view.getUint16(this.step(2), true);
  }

  u16be(): number {
    return this.view.getUint16(this.step(2), false);
  }

  i16le(): number {
    return this.view.getInt16(this.step(2), true);
  }

  u32le(): number {
    return this.view.getUint32(this.step(4), true);
  }

  u32be(): number {
    return this.view.getUint32(this.step(4), false);
  }

  /** @throws Malformed above 2^53 − 1: no size or offset of a real file is that large */
  u64le(): number {
    return this.whole(this.view.getBigUint64(this.step(8), true));
  }

  /** @throws Malformed above 2^53 − 1 */
  u64be(): number {
    return this.whole(this.view.getBigUint64(this.step(8), false));
  }

  /** All 64 bits, where the field is not a size or offset. */
  u64leBits(): bigint {
    return this.view.getBigUint64(this.step(8), true);
  }

  u64beBits(): bigint {
    return this.view.getBigUint64(this.step(8), false);
  }

  private whole(value: bigint): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new Malformed(`number ${value} too large`, this.base + this.at - 8);
    return Number(value);
  }

  private step(length: number): number {
    const from = this.at;
    if (!(length >= 0 && length <= this.bytes.length - from)) {
      throw new Malformed(`${length} bytes wanted, ${this.bytes.length - from} left`, this.base + from);
    }
    this.at = from + length;
    return from;
  }
}
