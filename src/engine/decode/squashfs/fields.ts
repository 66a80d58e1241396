/** Takes numbers of any width in bits out of bytes, in the order in which a compiler lays out bit fields: little-endian
 *  machines fill each byte from its lowest bit, big-endian ones from its highest. */
export class Fields {
  private readonly bytes: Uint8Array;
  private readonly isLittle: boolean;
  /** Bits taken so far. */
  private at = 0;

  constructor(bytes: Uint8Array, isLittle: boolean) {
    this.bytes = bytes;
    this.isLittle = isLittle;
  }

  /** @param width  1 to 32; the caller asks for no more bits than there are */
  take(width: number): number {
    const first = Math.floor(this.at / 8);
    const before = this.at % 8;
    const count = Math.ceil((before + width) / 8);
    this.at += width;
    let value = 0; // at most 39 bits: exact, but no longer for bit operators
    for (let i = 0; i < count; i++) {
      const byte = this.bytes[first + i] ?? 0;
      value = this.isLittle ? value + byte * 2 ** (8 * i) : value * 256 + byte;
    }
    const below = this.isLittle ? before : 8 * count - before - width;
    return Math.floor(value / 2 ** below) % 2 ** width;
  }
}
