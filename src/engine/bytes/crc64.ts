/** Polynomial of CRC-64/XZ, reversed: ECMA-182, in two halves of 32 bits. */
const POLY_HIGH = 0xc96c5795;
const POLY_LOW = 0xd7870f42;

const HIGH = new Int32Array(256);
const LOW = new Int32Array(256);
for (let i = 0; i < 256; i++) {
  let high = 0;
  let low = i;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | ((high & 1) << 31);
    high >>>= 1;
    if (carry === 1) {
      low ^= POLY_LOW;
      high ^= POLY_HIGH;
    }
  }
  HIGH[i] = high;
  LOW[i] = low;
}

/** A CRC-64/XZ over bytes that come in pieces. Source: ECMA-182; The .xz File Format 1.2.1, §6 */
export function crc64(): { update(bytes: Uint8Array): void; value(): bigint } {
  let high = -1;
  let low = -1;
  return {
    update(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        const index = (low ^ (bytes[i] as number)) & 0xff; // i < length, index < 256
        low = ((low >>> 8) | (high << 24)) ^ (LOW[index] as number);
        high = (high >>> 8) ^ (HIGH[index] as number);
      }
    },
    value: () => (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0),
  };
}
