/** The polynomial, its bits in the order in which they are shifted out. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) === 0 ? 0 : POLYNOMIAL);
  return value >>> 0;
});

/** CRC-32C (Castagnoli) without the inversion at its end.
 *  @param state  of the bytes before. Source: RFC 3720, appendix B.4 */
export function crc32c(bytes: Uint8Array, state = 0xffffffff): number {
  let sum = state;
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] as number); // < 256
  return sum >>> 0;
}
