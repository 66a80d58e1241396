import { Malformed } from '#domain/error';
import { inflateBlock } from '#engine/bytes/inflate';
import { decompressBlock } from '#engine/bytes/block';
import { lzmaBlock } from '#engine/bytes/lzma';
import { lzoBlock } from '#engine/bytes/lzo';

/** By the number in a node. Source: Linux, include/uapi/linux/jffs2.h; 8 is OpenWrt's */
const CODECS = ['none', 'zero', 'rtime', 'rubin', 'copy', 'dynamic-rubin', 'zlib', 'lzo', 'lzma'] as const;

/** Name of a codec for people. */
export function codecName(codec: number): string {
  return CODECS[codec] ?? `number ${codec}`;
}

/** A hole: so many zeros, nothing stored. */
export const ZERO = 1;

/** The data of one node.
 *  @param size  bytes they unpack to, as stated
 *  @throws Malformed when they do not, or the codec is not read */
export function unpack(codec: number, packed: Uint8Array, size: number): Uint8Array {
  const name = codecName(codec);
  const out = unpacked(name, packed, size);
  if (out.length !== size) throw new Malformed(`${name} data of ${out.length} bytes, not ${size}`, 0);
  return out;
}

function unpacked(name: string, packed: Uint8Array, size: number): Uint8Array {
  switch (name) {
    case 'none':
    case 'copy':
      return packed;
    case 'zero':
      return new Uint8Array(size);
    case 'rtime':
      return rtime(packed, size);
    case 'zlib':
      return inflateBlock('zlib', packed, size).out;
    case 'lzo':
      return lzoBlock(packed, size);
    case 'lzma':
      return lzma(packed, size);
    default:
      throw new Malformed(`${name} compression is not read`, 0);
  }
}

/** Each byte is followed by how many of those come after it that followed the same byte before.
 *  Source: Linux, fs/jffs2/compr_rtime.c */
function rtime(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  /** Where in the output what follows each byte value began last. */
  const positions = new Uint32Array(256);
  let at = 0;
  for (let to = 0; to < size; ) {
    const value = packed[at++];
    const repeat = packed[at++];
    if (value === undefined || repeat === undefined) throw new Malformed('rtime data end early', at);
    out[to++] = value;
    let from = positions[value] ?? 0;
    positions[value] = to;
    if (repeat > size - to) throw new Malformed('rtime data give too much', at);
    for (const end = to + repeat; to < end; ) out[to++] = out[from++] ?? 0;
  }
  return out;
}

/** Without a header, and with lc, lp and pb of zero, as OpenWrt writes it: the first byte of the range coder is zero then.
 *  Any other first byte begins a header as LZMA files have it. */
function lzma(packed: Uint8Array, size: number): Uint8Array {
  if (packed[0] === 0) return lzmaBlock(packed, 0, { lc: 0, lp: 0, pb: 0 }, size, size).out;
  const stated = packed.length > 13 ? new DataView(packed.buffer, packed.byteOffset).getUint32(5, true) : 0;
  return decompressBlock(stated === size ? 'lzma' : 'lzma-short', packed, size);
}
