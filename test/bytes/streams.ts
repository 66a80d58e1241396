// What tests of decoders share: the tools that pack, what a format gives, and bytes bent in every way.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { Malformed, Spent } from '#domain/error';
import type { Format } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import { memorySource } from '#engine/bytes/source';

/** False when the tool is there, else why a test is skipped. */
export function withoutTool(tool: string): false | string {
  return spawnSync(tool, ['--version']).error === undefined ? false : `${tool} is not installed`;
}

/** What a tool writes when it is given `input`. */
export function packed(input: Uint8Array, tool: string, ...options: readonly string[]): Buffer {
  return execFileSync(tool, options, { input, maxBuffer: 1e9, stdio: ['pipe', 'pipe', 'ignore'] });
}

export interface Given {
  /** Content of all entries, one after another; null: none came to its end. */
  readonly content: Buffer | null;
  /** Why it stopped; null: it did not. */
  readonly why: string | null;
  /** Where the last extent ends. */
  readonly end: number;
}

/** What a format gives for bytes; null: it is not there.
 *  @throws what may not leave a format */
export function given(format: Format, bytes: Uint8Array, whole = true): Given | null {
  const pieces: Uint8Array[] = [];
  const extents: ByteRange[] = [];
  let why: string | null = null;
  let isWhole = false;
  try {
    for (const reading of format.open(memorySource(bytes), whole) ?? []) {
      if (reading.kind === 'extent') extents.push(reading.range);
      else if (reading.kind === 'entry') isWhole = true;
      else if (reading.kind === 'piece') {
        assert.ok(reading.bytes.length <= 1024 * 1024, 'pieces have at most 1 MiB');
        pieces.push(reading.bytes.slice());
      } else if (reading.kind === 'broken') {
        assert.ok(reading.at >= 0 && reading.at <= bytes.length, `break at ${reading.at} of ${bytes.length}`);
        why = reading.why;
        isWhole = false;
      }
    }
  } catch (error) {
    why = stopOf(error, bytes.length);
    isWhole = false;
  }
  if (extents.length === 0 && !isWhole && why === null) return null;
  for (const [start, end] of extents) assert.ok(start >= 0 && start <= end && end <= bytes.length);
  const end = extents.reduce((last, range) => Math.max(last, range[1]), 0);
  return { content: isWhole ? Buffer.concat(pieces) : null, why, end };
}

/** The words of a stop that decoders may make.
 *  @throws anything else */
export function stopOf(error: unknown, size: number): string {
  if (error instanceof Malformed) {
    assert.ok(error.at >= 0 && error.at <= size, `${error.message} at ${error.at} of ${size} bytes`);
    return error.message;
  }
  if (error instanceof Spent) return error.message;
  throw error;
}

/** Cut at every byte and with every single bit turned. */
export function* bends(bytes: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length++) yield bytes.slice(0, length);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const bent = bytes.slice();
    bent[bit >>> 3] = (bent[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    yield bent;
  }
}
