import { Malformed } from '#domain/error';

/** Decompresses one raw LZ4 block that fills `bytes`.
 *  @throws Malformed when it breaks or gives more than `limit` bytes. Source: LZ4 Block Format Description (2022) */
export function lz4Block(bytes: Uint8Array, limit: number): Uint8Array {
  const out = new Uint8Array(limit);
  return out.subarray(0, lz4Into(bytes, out, 0, limit));
}

/** The first `length` bytes of one raw LZ4 block that begins `bytes`; what follows is not looked at.
 *  @throws Malformed when it breaks before, or gives less */
export function lz4Start(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  const end = decode(bytes, out, 0, length, true);
  if (end < length) throw new Malformed(`LZ4 block of ${end} bytes, not ${length}`, 0);
  return out;
}

/** Decompresses one raw LZ4 block behind what it may reach back to.
 *  @param out    holds the output of earlier blocks up to `from`
 *  @param limit  where output must end, at most `out.length`
 *  @returns where the output ends in `out`
 *  @throws Malformed as {@link lz4Block} */
export function lz4Into(bytes: Uint8Array, out: Uint8Array, from: number, limit: number): number {
  return decode(bytes, out, from, limit, false);
}

/** @param stops  true: decoding ends where `limit` is reached; false: a block that goes on there is too long */
function decode(bytes: Uint8Array, out: Uint8Array, from: number, limit: number, stops: boolean): number {
  let at = 0;
  let outAt = from;
  while (at < bytes.length) {
    if (stops && outAt === limit) break;
    const token = bytes[at++] as number; // at < length
    let literals = token >>> 4;
    if (literals === 15) [literals, at] = longLength(bytes, at, literals);
    if (stops) literals = Math.min(literals, limit - outAt);
    if (at + literals > bytes.length || outAt + literals > limit)
      throw new Malformed('LZ4 literals leave the block', at);
    out.set(bytes.subarray(at, at + literals), outAt);
    at += literals;
    outAt += literals;
    if (at === bytes.length || (stops && outAt === limit)) break;
    if (at + 2 > bytes.length) throw new Malformed('LZ4 block ends in an offset', at);
    const distance = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    at += 2;
    let length = token & 15;
    if (length === 15) [length, at] = longLength(bytes, at, length);
    length += 4;
    if (stops) length = Math.min(length, limit - outAt);
    if (distance === 0 || distance > outAt || outAt + length > limit)
      throw new Malformed('LZ4 match leaves the block', at);
    for (let copied = outAt - distance, end = outAt + length; outAt < end; )
      out[outAt++] = out[copied++] as number;
  }
  return outAt;
}

/** A length of 15 goes on in further bytes, each up to 255. */
function longLength(bytes: Uint8Array, from: number, base: number): [length: number, at: number] {
  let at = from;
  let length = base;
  for (;;) {
    const byte = bytes[at++];
    if (byte === undefined) throw new Malformed('LZ4 block ends in a length', from);
    length += byte;
    if (byte !== 255) return [length, at];
  }
}
