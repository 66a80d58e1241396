/** Largest prime below 2^16. */
const BASE = 65521;

/** Bytes after which the second sum could leave 32 bits. */
const RUN = 5552;

/** Adler-32, as zlib streams end with.
 *  @param before  the sum so far; 1 at the start. Source: RFC 1950 §8.2 */
export function adler32(bytes: Uint8Array, before = 1): number {
  let low = before & 0xffff;
  let high = before >>> 16;
  for (let from = 0; from < bytes.length; from += RUN) {
    const to = Math.min(bytes.length, from + RUN);
    for (let i = from; i < to; i++) {
      low += bytes[i] as number; // i < length
      high += low;
    }
    low %= BASE;
    high %= BASE;
  }
  return ((high << 16) | low) >>> 0;
}
