import type { EntryHead } from '#domain/artefact';
import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { piecesOf } from '#engine/bytes/pieces';
import { nameOf } from '#engine/bytes/text';

/** Head of a file of which a container knows a name and a place.
 *  @param stored  where its content stands in the container; empty: nowhere as it is */
export function fileHead(
  path: string,
  stored: readonly ByteRange[],
  modifiedAt: number | null = null,
): EntryHead {
  const none = { mode: null, uid: null, gid: null, target: null, device: null };
  return { path, type: 'file', ...none, modifiedAt, stored: stored.filter(([start, end]) => start < end) };
}

/** A file whose content stands in one range as it is; the range is claimed as payload.
 *  @param range  inside the source */
export function* filePart(
  source: Source,
  path: string,
  range: ByteRange,
  modifiedAt: number | null = null,
): Generator<Reading> {
  yield { kind: 'entry', entry: fileHead(path, [range], modifiedAt) };
  yield* piecesOf(source, range);
  yield { kind: 'extent', range, role: 'payload' };
  yield { kind: 'end' };
}

/** The same where the range may leave the source: what is cut short is not given, so that its bytes are searched. */
export function* wholePart(source: Source, path: string, range: ByteRange): Generator<Reading> {
  if (range[1] <= source.size) yield* filePart(source, path, range);
  else {
    const left = Math.max(0, source.size - range[0]);
    yield { kind: 'fact', name: path, value: `cut short: ${left} of ${range[1] - range[0]} bytes` };
  }
}

/** Facts in the order given; those that are null are left out. */
export function* facts(stated: Readonly<Record<string, string | null>>): Generator<Reading> {
  for (const [name, value] of Object.entries(stated)) {
    if (value !== null) yield { kind: 'fact', name, value };
  }
}

/** Text in a field of fixed length, which ends with the field or at the first NUL. */
export function fieldText(field: Uint8Array): string {
  const end = field.indexOf(0);
  return nameOf(end === -1 ? field : field.subarray(0, end));
}

/** A number as people write addresses: `0x80060000`. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
