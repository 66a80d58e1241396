import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { latin1 } from '#engine/bytes/text';

/** The line with which a kernel names itself. */
export interface Banner {
  /** `Linux version 5.10.0 (builder@host) (compiler) #1 SMP date`. */
  readonly text: string;
  /** The release: `5.10.0`. */
  readonly release: string;
  readonly range: ByteRange;
}

/** Longest banner; Linux has room for 512 bytes or so. */
const BANNER_LIMIT = 1024;

/** Bytes read at once. */
const STEP = 1024 * 1024;

const START = 'Linux version ';

/** The first banner of Linux (init/version.c: linux_banner) in a range; null: none.
 *  Formats of messages, which begin alike, are no banner. */
export function linuxBanner(source: Source, [start, end]: ByteRange): Banner | null {
  for (let base = start; base < end; base += STEP) {
    const window = source.bytes(base, Math.min(end, base + STEP + BANNER_LIMIT));
    const bytes = Buffer.from(window.buffer, window.byteOffset, window.byteLength);
    for (let at = bytes.indexOf(START); at !== -1 && at < STEP; at = bytes.indexOf(START, at + 1)) {
      const match = /^Linux version (\d+\.\d+[^ \0\n]*) \([ -~]*/.exec(
        latin1(bytes.subarray(at, at + BANNER_LIMIT)),
      );
      if (match?.[1] === undefined) continue;
      return { text: match[0], release: match[1], range: [base + at, base + at + match[0].length] };
    }
  }
  return null;
}
