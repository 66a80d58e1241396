/** How often each byte value occurs: 256 counts. */
export function histogram(bytes: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number; // i < length
    counts[byte] = (counts[byte] as number) + 1;
  }
  return counts;
}

/** Shannon entropy in bits per byte, 0..8; 0 for no bytes. */
export function entropy(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  let bits = 0;
  for (const count of histogram(bytes)) {
    if (count > 0) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  }
  return bits;
}

/** Entropy that as many evenly random bytes show on average, in bits per byte: few bytes cannot reach 8.
 *  Source: Miller, Note on the bias of information estimates (1955). */
export function expectedEntropy(length: number): number {
  return Math.max(0, 8 - 255 / (2 * length * Math.LN2));
}

/** Fewest bytes whose randomness is worth a statement. */
export const RANDOMNESS_LEAST = 512;

/** True when the bytes look evenly random: compressed or encrypted. False for fewer than {@link RANDOMNESS_LEAST}. */
export function looksRandom(bytes: Uint8Array): boolean {
  return bytes.length >= RANDOMNESS_LEAST && entropy(bytes) >= expectedEntropy(bytes.length) - 0.05;
}
