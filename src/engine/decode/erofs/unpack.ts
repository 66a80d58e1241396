import { Malformed } from '#domain/error';
import { deflatePieces } from '#engine/bytes/deflate';
import { inflateBlock, zstdBlock } from '#engine/bytes/inflate';
import { lz4Start } from '#engine/bytes/lz4';
import { lzmaBlock, lzmaProperties } from '#engine/bytes/lzma';
import { memorySource } from '#engine/bytes/source';
import { ZstdFrame, zstdHeader } from '#engine/bytes/zstd';

/** Names of compressions by their numbers. Source: Linux, fs/erofs/erofs_fs.h, "available compression algorithm types" */
export const COMPRESSIONS = ['LZ4', 'LZMA', 'DEFLATE', 'Zstandard'] as const;

/** The first `length` bytes that a block unpacks to: extents may want less than it holds.
 *  @param packed  without the zeros that stand before
 *  @throws Malformed when it breaks or gives less */
export function unpackStart(compression: number, packed: Uint8Array, length: number): Uint8Array {
  switch (compression) {
    case 0:
      return lz4Start(packed, length);
    case 1:
      return microLzma(packed, length);
    case 2:
      return deflateStart(packed, length);
    case 3:
      return zstdStart(packed, length);
    default:
      throw new Malformed(`compression ${compression} is none`, 0);
  }
}

/** A raw LZMA stream whose first byte, always zero, is used for the properties, inverted.
 *  Source: XZ Utils, liblzma, lzma/container.h, lzma_microlzma_encoder */
function microLzma(packed: Uint8Array, length: number): Uint8Array {
  const properties = lzmaProperties(~(packed[0] ?? 0) & 0xff);
  if (properties === null) throw new Malformed('no properties of LZMA', 0);
  const stream = Uint8Array.from(packed);
  stream[0] = 0;
  const { out } = lzmaBlock(stream, 0, properties, length, length);
  if (out.length < length) throw new Malformed(`LZMA stream of ${out.length} bytes, not ${length}`, 0);
  return out;
}

/** Mostly an extent wants all of it: that is tried first, being far quicker. */
function deflateStart(packed: Uint8Array, length: number): Uint8Array {
  try {
    const { out } = inflateBlock('raw', packed, length);
    if (out.length === length) return out;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return gathered(deflatePieces(memorySource(packed), 0), length);
}

function zstdStart(packed: Uint8Array, length: number): Uint8Array {
  const source = memorySource(packed);
  const header = zstdHeader(source, 0);
  if (header === null) throw new Malformed('no zstd frame', 0);
  if (header.size === length) return zstdBlock(packed, length);
  return gathered(new ZstdFrame(source, 0, header).pieces(), length);
}

/** @throws Malformed when the pieces are less */
function gathered(pieces: Iterable<Uint8Array>, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    const part = piece.subarray(0, length - at);
    out.set(part, at);
    at += part.length;
    if (at === length) return out;
  }
  if (at < length) throw new Malformed(`${at} bytes unpacked, not ${length}`, 0);
  return out;
}
