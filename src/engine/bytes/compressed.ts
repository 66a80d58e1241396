import type { Source } from '#domain/ports';

/** What the boot code of a kernel unpacks, by the mark it begins with. `lz4`: the old form, without a frame. */
export type KernelCompression = 'gzip' | 'bzip2' | 'lzma' | 'xz' | 'lzop' | 'lz4' | 'zstd';

const MARKS: readonly (readonly [KernelCompression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['lzop', [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['lz4', [0x02, 0x21, 0x4c, 0x18]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lzma', [0x5d, 0x00, 0x00]],
];

/** Bytes of the longest mark. */
const LONGEST = 9;

/** How the bytes from `at` on are compressed; null: with nothing that kernels use. */
export function kernelCompression(source: Source, at: number): KernelCompression | null {
  const start = source.bytes(at, Math.min(source.size, at + LONGEST));
  return MARKS.find(([, mark]) => mark.every((byte, i) => start[i] === byte))?.[0] ?? null;
}
