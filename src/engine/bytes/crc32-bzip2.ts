const TABLE = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let value = i << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  TABLE[i] = value >>> 0;
}

/** CRC-32 with the most significant bit first, as bzip2 uses it.
 *  @param before  the sum so far; 0 at the start */
export function crc32MostFirst(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  for (let i = 0; i < bytes.length; i++) {
    value = (value << 8) ^ (TABLE[((value >>> 24) ^ (bytes[i] as number)) & 0xff] as number); // i < length
  }
  return ~value >>> 0;
}
