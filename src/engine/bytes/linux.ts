import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import type { Kallsyms } from '#engine/bytes/kallsyms';
import { fileHead } from '#engine/bytes/parts';
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
      if (match?.[1] === undefined || !endsAsText(bytes, at + match[0].length)) continue;
      return { text: match[0], release: match[1], range: [base + at, base + at + match[0].length] };
    }
  }
  return null;
}

/** In the memory of a kernel a line ends with NUL behind it; in a log, another line follows. */
function endsAsText(bytes: Buffer, at: number): boolean {
  return bytes[bytes[at] === 0x0a ? at + 1 : at] === 0;
}

/** The symbols of a kernel as text, as `/proc/kallsyms` shows them, and what bytes hold them. */
export function* kernelSymbols(table: Kallsyms): Generator<Reading> {
  yield { kind: 'fact', name: 'symbols', value: String(table.count) };
  yield { kind: 'entry', entry: fileHead('kallsyms', table.ranges) };
  let text = '';
  for (const { address, type, name } of table.symbols()) {
    text += `${address.toString(16).padStart(table.wordSize * 2, '0')} ${plain(type)} ${plain(name)}\n`;
    if (text.length < PIECE) continue;
    yield { kind: 'piece', bytes: Buffer.from(text, 'latin1') };
    text = '';
  }
  yield { kind: 'piece', bytes: Buffer.from(text, 'latin1') };
  yield { kind: 'end' };
  for (const range of table.ranges) yield { kind: 'extent', range, role: 'payload' };
}

/** Characters of text given at once. */
const PIECE = 256 * 1024;

/** A name that keeps to its line and column. */
function plain(name: string): string {
  return name.replaceAll(/[^!-~]/g, (c) => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
}
