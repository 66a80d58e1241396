import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Fields } from '#engine/decode/squashfs/fields';
import type { Superblock } from '#engine/decode/squashfs/superblock';

/** How the image was compressed, from the metadata block behind the superblock, which is never compressed itself. */
export interface Options {
  readonly range: ByteRange;
  /** `level 9, window 15`. The numbers of a compression that is not known, or of another length, in hex. */
  readonly text: string;
}

/** Names of the 32-bit numbers by the compression's number.
 *  Source: squashfs-tools, gzip_wrapper.h, lzo_wrapper.h, xz_wrapper.h, lz4_wrapper.h, zstd_wrapper.h, struct …_comp_opts */
const FIELDS: Readonly<Record<number, readonly string[]>> = {
  3: ['algorithm', 'level'],
  4: ['dictionary', 'filters'],
  5: ['version', 'flags'],
  6: ['level'],
};

/** @returns null when the image states none
 *  @throws Malformed when they leave the source */
export function readOptions(source: Source, superblock: Superblock): Options | null {
  if (!superblock.hasOptions) return null;
  const { size: at, isLittle } = superblock;
  if (source.size < at + 2) throw new Malformed('compressor options leave the image', at);
  const length = new Fields(source.bytes(at, at + 2), isLittle).take(16) & 0x7fff;
  if (length > source.size - at - 2 || length > 256)
    throw new Malformed(`compressor options of ${length} bytes`, at);
  const bytes = source.bytes(at + 2, at + 2 + length);
  return { range: [at, at + 2 + length], text: textOf(superblock, bytes) };
}

function textOf({ compression, isLittle }: Superblock, bytes: Uint8Array): string {
  const numbers = new Fields(bytes, isLittle);
  if (compression === 1 && bytes.length === 8) {
    const level = numbers.take(32);
    const window = numbers.take(16); // bits
    const strategies = numbers.take(16); // one bit each
    return `level ${level}, window ${window}, strategies ${strategies}`;
  }
  const fields = FIELDS[compression ?? 0] ?? [];
  if (fields.length === 0 || bytes.length !== 4 * fields.length) return Buffer.from(bytes).toString('hex');
  return fields.map((name) => `${name} ${numbers.take(32)}`).join(', ');
}
