import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';

/** Bytes read at once. */
const WINDOW = 256 * 1024;

/** Zero bytes behind what there is: a decoder may read this far past the end before it asks where it stands. */
const PADDING = 64;

/** A source read in order through a window, so that a stream of any length needs no more memory than that. */
export class Feed {
  readonly bytes: Uint8Array;
  /** Where the bytes of the source end in `bytes`; zeros follow. */
  end = 0;
  /** Where `bytes` begins in the source. */
  base: number;
  private readonly source: Source;

  /** @param at  where reading begins, 0..size */
  constructor(source: Source, at: number) {
    this.source = source;
    this.base = at;
    this.bytes = new Uint8Array(Math.min(WINDOW, source.size - at) + PADDING);
    this.load();
  }

  /** True when nothing follows the window. */
  get isLast(): boolean {
    return this.base + this.end >= this.source.size;
  }

  /** Moves the window: what stood at `at` stands at 0. The array stays the same. */
  moveTo(at: number): void {
    this.base = Math.min(this.base + at, this.source.size);
    this.load();
  }

  /** Makes at least `length` bytes stand in the window from `at` on, or all that are left.
   *  @param length  at most 128 KiB: an LZMA2 chunk with its header fits
   *  @returns where `at` stands now */
  reach(at: number, length: number): number {
    if (at + length <= this.end || this.isLast) return at;
    this.moveTo(at);
    return 0;
  }

  /** An error of a decoder that counts in the window, with the offset in the source. */
  located(error: unknown): unknown {
    return error instanceof Malformed ? new Malformed(error.message, this.base + error.at) : error;
  }

  private load(): void {
    const to = Math.min(this.base + WINDOW, this.source.size);
    this.bytes.set(this.source.bytes(this.base, to));
    this.end = to - this.base;
    this.bytes.fill(0, this.end, this.end + PADDING);
  }
}
