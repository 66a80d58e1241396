/** Whole numbers as large as keys need, from big-endian bytes. Empty bytes stand for zero. */
export function numberOf(magnitude: Uint8Array): bigint {
  return magnitude.length === 0 ? 0n : BigInt(`0x${Buffer.from(magnitude).toString('hex')}`);
}

/** Bits of a big-endian magnitude from its highest set one; 0 for zero. */
export function bitLength(magnitude: Uint8Array): number {
  const first = magnitude.findIndex((octet) => octet !== 0);
  if (first === -1) return 0;
  return (magnitude.length - first) * 8 - Math.clz32(magnitude[first] ?? 0) + 24;
}

/** base^exponent mod modulus, by squaring.
 *  @param exponent  ≥ 0; the work grows with its bits
 *  @param modulus   > 0 */
export function powerOf(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
