import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { inflateBlock } from '#engine/bytes/inflate';
import { zeroPieces } from '#engine/bytes/walk';

const MAGIC = [0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07];

/** Bytes of the header and of a block at most. Source: zisofs-tools, mkzftree(1); Linux, fs/isofs/compress.c */
const HEADER = 16;
const BLOCK_BITS = [15, 16, 17] as const;

/** Content of a file that zisofs compressed, block by block.
 *  @param size  bytes of content as the record states
 *  @throws Malformed when header, pointers or a block break */
export function* zisofsPieces(source: Source, [start, end]: ByteRange, size: number): Generator<Uint8Array> {
  if (end > source.size || end - start < HEADER)
    throw new Malformed('compressed file leaves the volume', Math.min(start, source.size));
  const c = new Cursor(source.bytes(start, start + HEADER), 0, start);
  if (MAGIC.some((byte) => byte !== c.u8())) throw new Malformed('no header of zisofs', start);
  const stated = c.u32le();
  const words = c.u8();
  const bits = BLOCK_BITS.find((each) => each === c.bytes[c.at]);
  if (words !== HEADER / 4 || bits === undefined || stated !== size)
    throw new Malformed('header of zisofs contradicts the record', start);
  const blockSize = 2 ** bits;
  const count = Math.ceil(size / blockSize);
  const pointersEnd = HEADER + 4 * (count + 1);
  if (pointersEnd > end - start) throw new Malformed('pointers of zisofs leave the file', start + HEADER);
  const pointers = new Cursor(source.bytes(start + HEADER, start + pointersEnd), 0, start + HEADER);
  let from = pointers.u32le();
  for (let i = 0; i < count; i++) {
    const to = pointers.u32le();
    const wanted = Math.min(blockSize, size - i * blockSize);
    if (from < pointersEnd || to < from || to > end - start || to - from > 2 * blockSize)
      throw new Malformed(`block ${i} of zisofs at ${from}–${to}`, start + HEADER + 4 * i);
    yield* from === to ? zeroPieces(wanted) : [unpacked(source, [start + from, start + to], wanted)];
    from = to;
  }
}

function unpacked(source: Source, range: ByteRange, wanted: number): Uint8Array {
  const [at] = range;
  try {
    const { out } = inflateBlock('zlib', source.bytes(...range), wanted);
    if (out.length === wanted) return out;
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, at) : error;
  }
  throw new Malformed('block of zisofs is too short', at);
}
