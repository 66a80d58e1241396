import { Malformed } from '#domain/error';

/** Decompresses one raw LZO1X block that fills `bytes`, up to its end marker.
 *  @throws Malformed when it breaks or gives more than `limit` bytes.
 *  Source: LZO stream format as understood by Linux, Documentation/staging/lzo.rst */
export function lzoBlock(bytes: Uint8Array, limit: number): Uint8Array {
  const out = new Uint8Array(limit);
  let at = 0;
  let outAt = 0;

  const next = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw new Malformed('LZO block ends early', at);
    at++;
    return byte;
  };
  /** Zero bytes count 255 each. */
  const longLength = (base: number): number => {
    let length = base;
    for (;;) {
      const byte = next();
      if (byte !== 0) return length + byte;
      length += 255;
    }
  };
  const copyLiterals = (count: number) => {
    if (at + count > bytes.length || outAt + count > limit)
      throw new Malformed('LZO literals leave the block', at);
    out.set(bytes.subarray(at, at + count), outAt);
    at += count;
    outAt += count;
  };
  const copyMatch = (distance: number, length: number) => {
    if (distance > outAt || outAt + length > limit) throw new Malformed('LZO match leaves the block', at);
    for (let from = outAt - distance, end = outAt + length; outAt < end; )
      out[outAt++] = out[from++] as number;
  };

  /** Literals copied by the last instruction: 0, 1 to 3, or 4 standing for more. Decides what codes 0–15 mean. */
  let state = 0;
  const first = bytes[0] ?? 0;
  if (first > 17) {
    at = 1;
    copyLiterals(first - 17);
    state = first - 17 < 4 ? first - 17 : 4;
  }
  for (;;) {
    const code = next();
    let trailing: number;
    if (code >= 64) {
      const length = (code >>> 5) + 1;
      trailing = code & 3;
      copyMatch((next() << 3) + ((code >>> 2) & 7) + 1, length);
    } else if (code >= 32) {
      const length = (code & 31) === 0 ? longLength(31) + 2 : (code & 31) + 2;
      const word = next() | (next() << 8);
      trailing = word & 3;
      copyMatch((word >>> 2) + 1, length);
    } else if (code >= 16) {
      const length = (code & 7) === 0 ? longLength(7) + 2 : (code & 7) + 2;
      const word = next() | (next() << 8);
      const distance = 16384 + ((code & 8) << 11) + (word >>> 2);
      // A distance of just 16384 ends the block.
      if (distance === 16384) return out.subarray(0, outAt);
      trailing = word & 3;
      copyMatch(distance, length);
    } else if (state === 0) {
      copyLiterals(code === 0 ? longLength(15) + 3 : code + 3);
      state = 4;
      continue;
    } else {
      trailing = code & 3;
      const high = next() << 2;
      if (state === 4) copyMatch(high + (code >>> 2) + 2049, 3);
      else copyMatch(high + (code >>> 2) + 1, 2);
    }
    copyLiterals(trailing);
    state = trailing;
  }
}
