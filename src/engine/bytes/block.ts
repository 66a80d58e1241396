import { Malformed } from '#domain/error';
import { inflateBlock, zstdBlock } from '#engine/bytes/inflate';
import { lz4Block } from '#engine/bytes/lz4';
import { lzmaBlock, LzmaDecoder, type LzmaProperties, lzmaProperties } from '#engine/bytes/lzma';
import { lzoBlock } from '#engine/bytes/lzo';
import { xzBlock } from '#engine/bytes/xz';

/** How a file system compresses its blocks. `lzma-short`: the LZMA header has no size. */
export type BlockCodec = 'gzip' | 'lzma' | 'lzma-short' | 'xz' | 'zstd' | 'lz4' | 'lzo';

/** Decompresses one block that fills `bytes`.
 *  @param limit  most bytes of output; a block size of the file system
 *  @throws Malformed when the block breaks or gives more */
export function decompressBlock(codec: BlockCodec, bytes: Uint8Array, limit: number): Uint8Array {
  switch (codec) {
    case 'gzip':
      return inflateBlock('zlib', bytes, limit).out;
    case 'lzma':
      return headedLzma(bytes, 13, limit);
    case 'lzma-short':
      return headedLzma(bytes, 5, limit);
    case 'xz':
      return xzBlock(bytes, limit);
    case 'zstd':
      return zstdBlock(bytes, limit);
    case 'lz4':
      return lz4Block(bytes, limit);
    case 'lzo':
      return lzoBlock(bytes, limit);
  }
}

/** A block with properties (1 byte), dictionary size (4) and, in the common form, output size (8, all ones: not stated).
 *  The vendor form states no size: the block ends with its input. */
function headedLzma(bytes: Uint8Array, headerSize: 5 | 13, limit: number): Uint8Array {
  const properties = lzmaProperties(bytes[0] ?? 255);
  if (properties === null || bytes.length < headerSize + 5) throw new Malformed('no LZMA header', 0);
  if (headerSize === 5) return openEnded(bytes, properties, limit);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const low = view.getUint32(5, true);
  const high = view.getUint32(9, true);
  const stated = high === 0xffffffff && low === 0xffffffff ? null : high * 2 ** 32 + low;
  return lzmaBlock(bytes, headerSize, properties, stated, limit).out;
}

function openEnded(bytes: Uint8Array, properties: LzmaProperties, limit: number): Uint8Array {
  const decoder = new LzmaDecoder(bytes, 5, bytes.length, new Uint8Array(limit));
  decoder.setProperties(properties);
  decoder.startRange();
  decoder.run(limit, true);
  return decoder.out.subarray(0, decoder.outAt);
}
