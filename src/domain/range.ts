/** Half-open range of bytes: `start` is the first byte, `end` the first byte after it. 0 ≤ start ≤ end. */
export type ByteRange = readonly [start: number, end: number];

/** Bytes in a range. */
export function lengthOf(range: ByteRange): number {
  return range[1] - range[0];
}

/** True when the two ranges have a byte in common. */
export function overlaps(a: ByteRange, b: ByteRange): boolean {
  return a[0] < b[1] && b[0] < a[1];
}

/** Order of two texts by Unicode code point, which is the order of their UTF-8 bytes. Negative, zero or positive. */
export function byteOrder(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate stands for a code point above every other unit, though its own number is below 0xe000.
    const high = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
    return high(x) - high(y);
  }
  return a.length - b.length;
}
