import type { Digest } from '#domain/artefact';
import type { ByteRange } from '#domain/range';
import type { AssayRecord } from '#domain/record';

/* How numbers are written. Where a figure is rounded it errs against us: explained bytes and bounds downwards, what
   nobody could explain upwards. */

/** A count with its thousands told apart: `1,140`. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 indication`, `3 indications`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** 0.29 times 100 is 28.99…96: the last bit of a product is no reason to round down. */
const LAST_BIT = 1e-9;

/** A share in percent, rounded down to a tenth: `93.2 %`. Not reached means not said. */
export function atLeast(share: number): string {
  const floor = Math.floor(share * 1000 + LAST_BIT);
  return tenths(share < 1 ? Math.min(floor, 999) : floor);
}

/** Tenths of a percent as text: `93.2 %`, `95 %`. */
export function tenths(value: number): string {
  return `${String(value / 10)} %`;
}

/** How a total falls into kinds, in tenths of a percent that add up to 1000. A kind that is a gap is rounded up and
 *  takes its rounding from the others, so that it is never hidden and nothing is said to be explained that is not.
 *  @returns all 0 when the total is 0 */
export function tenthsOf(
  total: number,
  kinds: readonly { readonly bytes: number; readonly gap: boolean }[],
): readonly number[] {
  if (total <= 0) return kinds.map(() => 0);
  const exact = kinds.map(({ bytes }) => (bytes / total) * 1000);
  const result = kinds.map(({ bytes, gap }, i) => {
    const value = exact[i] ?? 0;
    return gap ? Math.max(Math.ceil(value - LAST_BIT), bytes > 0 ? 1 : 0) : Math.floor(value + LAST_BIT);
  });
  const byRemainder = kinds
    .map(({ gap }, i) => ({ i, gap, rest: (exact[i] ?? 0) - (result[i] ?? 0) }))
    .filter(({ gap }) => !gap)
    .toSorted((a, b) => b.rest - a.rest || a.i - b.i);
  let left = 1000 - result.reduce((sum, value) => sum + value, 0);
  for (const { i } of byRemainder) {
    if (left <= 0) break;
    result[i] = (result[i] ?? 0) + 1;
    left--;
  }
  // Gaps rounded up may have taken more than there is: the largest explained kind gives way, then the largest gap.
  const giving = kinds
    .map(({ gap }, i) => ({ i, gap }))
    .toSorted((a, b) => Number(a.gap) - Number(b.gap) || (result[b.i] ?? 0) - (result[a.i] ?? 0));
  for (const { i, gap } of giving) {
    if (left >= 0) break;
    const taken = Math.min(Math.max(0, (result[i] ?? 0) - (gap ? 1 : 0)), -left);
    result[i] = (result[i] ?? 0) - taken;
    left += taken;
  }
  return result;
}

/** Bytes for people: `512 bytes`, `341.0 MiB`. Rounded down. */
export function sized(bytes: number): string {
  if (bytes < 1024) return counted(bytes, 'byte');
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${(Math.floor(value * 10) / 10).toFixed(1)} ${units[unit] ?? ''}`;
}

/** An offset: `0x01f3a4`, at least six digits so that offsets stand below one another. */
export function offset(bytes: number): string {
  return `0x${bytes.toString(16).padStart(6, '0')}`;
}

/** A range for people: `bytes 120-164` (half-open). Null: the entry itself. */
export function ranged(range: ByteRange | null): string {
  return range === null ? 'the entry itself' : `bytes ${range[0]}-${range[1]}`;
}

/** Fewest hex digits of a digest that the command takes. */
const SHORT = 12;

/** Writes digests as short as no two of the record are the same, from 12 hex digits on. */
export function shortDigests(record: AssayRecord): (digest: Digest) => string {
  const all = new Set<string>(
    [
      ...record.inputs.map(({ digest }) => digest),
      ...record.indications.flatMap(({ evidence }) => evidence.map(({ artefact }) => artefact)),
      ...record.coverage.bytes.gaps.listed.map(({ artefact }) => artefact),
      ...record.facilities.flatMap(({ evidence }) => evidence.map(({ artefact }) => artefact)),
      ...record.talk.listed.map(({ evidence }) => evidence.artefact),
    ].map(hexOf),
  );
  let length = SHORT;
  while (length < 64 && new Set([...all].map((hex) => hex.slice(0, length))).size < all.size) length += 4;
  return (digest) => `sha256:${hexOf(digest).slice(0, length)}`;
}

function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The command that prints the bytes of a place. */
export function showCommand(digest: string, range: ByteRange | null): string {
  return `assay show ${digest}${range === null ? '' : `@${range[0]}-${range[1]}`}`;
}
