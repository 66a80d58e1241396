import { Malformed } from '#domain/error';
import { inflateBlock, zstdBlock } from '#engine/bytes/inflate';
import { lzoBlock } from '#engine/bytes/lzo';

/** By the number in a node. Source: Linux, fs/ubifs/ubifs-media.h, UBIFS_COMPR_NONE and those behind it */
const CODECS = ['none', 'lzo', 'zlib', 'zstd'] as const;

/** Name of a codec for people. */
export function codecName(codec: number): string {
  return CODECS[codec] ?? `number ${codec}`;
}

/** The content of one block.
 *  @param size  bytes it unpacks to, as stated
 *  @throws Malformed when it does not, or the codec is not read */
export function unpack(codec: number, packed: Uint8Array, size: number): Uint8Array {
  const out = unpacked(codec, packed, size);
  if (out.length !== size)
    throw new Malformed(`${codecName(codec)} data of ${out.length} bytes, not ${size}`, 0);
  return out;
}

function unpacked(codec: number, packed: Uint8Array, size: number): Uint8Array {
  switch (codecName(codec)) {
    case 'none':
      return packed;
    case 'lzo':
      return lzoBlock(packed, size);
    case 'zlib':
      // Without the header and the checksum that the name promises.
      return inflateBlock('raw', packed, size).out;
    case 'zstd':
      return zstdBlock(packed, size);
    default:
      throw new Malformed(`compression ${codecName(codec)} is not read`, 0);
  }
}
