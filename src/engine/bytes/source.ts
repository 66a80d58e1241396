import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';

/** Bytes one call may ask for: what a reader needs at once, far below any image, so that memory stays bounded. */
export const READ_LIMIT = 16 * 1024 * 1024;

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): Source {
  return {
    size: bytes.length,
    bytes(start, end) {
      checkRange(start, end, bytes.length);
      return bytes.subarray(start, end);
    },
  };
}

/** The part of a source from `start` to `end` as a source of its own; offsets count from `start`.
 *  @throws Malformed when the range leaves the source */
export function windowOf(source: Source, start: number, end: number = source.size): Source {
  if (!(start >= 0 && start <= end && end <= source.size)) {
    throw new Malformed(`range ${start}–${end} leaves ${source.size} bytes`, Math.max(0, start));
  }
  return {
    size: end - start,
    bytes(from, to) {
      checkRange(from, to, end - start);
      return source.bytes(start + from, start + to);
    },
  };
}

/** All of a source in one array: a view where one read suffices, else a copy.
 *  @throws Malformed when it is larger than `limit` bytes */
export function wholeOf(source: Source, limit: number): Uint8Array {
  if (source.size > limit) throw new Malformed(`${source.size} bytes, more than ${limit} at once`, 0);
  if (source.size <= READ_LIMIT) return source.bytes(0, source.size);
  const whole = new Uint8Array(source.size);
  for (let at = 0; at < source.size; at += READ_LIMIT) {
    whole.set(source.bytes(at, Math.min(source.size, at + READ_LIMIT)), at);
  }
  return whole;
}

/** @throws Malformed when [start, end) is not inside `size` or spans more than {@link READ_LIMIT} */
export function checkRange(start: number, end: number, size: number): void {
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end >= start && end <= size)) {
    throw new Malformed(`read of ${start}–${end} in ${size} bytes`, start >= 0 && start <= size ? start : 0);
  }
  if (end - start > READ_LIMIT) throw new Malformed(`read of ${end - start} bytes at once`, start);
}
