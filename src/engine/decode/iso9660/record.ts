import { Malformed } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { SECTOR, type Volume } from '#engine/decode/iso9660/volume';

/** Flags of a record. Source: ECMA-119, clause 9.1.6 */
export const FLAGS = { hidden: 1, directory: 2, associated: 4, goesOn: 0x80 } as const;

/** One record of a directory. Source: ECMA-119, clause 9.1 */
export interface DirectoryRecord {
  readonly at: number;
  /** As stored: bytes, or units of 16 bits. */
  readonly name: Uint8Array;
  readonly flags: number;
  /** Where content begins, bytes. */
  readonly contentAt: number;
  readonly size: number;
  /** Seconds since 1970; null: not stated. */
  readonly recordedAt: number | null;
  /** Content in units with gaps between. */
  readonly isInterleaved: boolean;
  /** What follows the name, for extensions. */
  readonly systemUse: Uint8Array;
  readonly systemUseAt: number;
}

/** @param at  where the record stands
 *  @throws Malformed when it ends early */
export function recordOf(bytes: Uint8Array, at: number, blockSize: number): DirectoryRecord {
  const c = new Cursor(bytes, 1, at);
  const attributeBlocks = c.u8();
  const block = c.u32le();
  c.skip(4); // the same, the other byte order
  const size = c.u32le();
  c.skip(4);
  const recordedAt = shortTime(c.take(7));
  const flags = c.u8();
  const unit = c.u8();
  const gap = c.u8();
  c.skip(4); // number of the disc
  const nameLength = c.u8();
  const name = c.take(nameLength);
  if (nameLength === 0) throw new Malformed('record without a name', at);
  if (nameLength % 2 === 0 && c.left > 0) c.skip(1);
  return {
    at,
    name,
    flags,
    contentAt: (block + attributeBlocks) * blockSize,
    size,
    recordedAt,
    isInterleaved: unit !== 0 || gap !== 0,
    systemUse: bytes.subarray(c.at),
    systemUseAt: at + c.at,
  };
}

/** Records of a directory in order; each sector begins with one.
 *  @throws Malformed when one breaks; records before it were given. Spent */
export function* recordsIn(
  volume: Volume,
  [start, end]: ByteRange,
  blockSize: number,
): Generator<DirectoryRecord> {
  for (let sector = start; sector < end; sector += SECTOR) {
    const bytes = volume.metadata([sector, Math.min(end, sector + SECTOR)], 'directory');
    for (let at = 0; at < bytes.length; ) {
      const length = bytes[at] ?? 0;
      if (length === 0) break; // the rest of the sector is not used
      if (length < 34 || at + length > bytes.length)
        throw new Malformed(`record of ${length} bytes in a directory`, sector + at);
      volume.walk.claim([sector + at, sector + at + length], 'metadata');
      yield recordOf(bytes.subarray(at, at + length), sector + at, blockSize);
      at += length;
    }
  }
}

/** Seven bytes: years since 1900, month, day, hour, minute, second, quarters of an hour east of Greenwich.
 *  Source: ECMA-119, clause 9.1.5 */
export function shortTime(bytes: Uint8Array): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zone = 0] = bytes;
  if (month === 0 || day === 0) return null;
  const east = (zone << 24) >> 24; // signed
  return Date.UTC(1900 + year, month - 1, day, hour, minute, second) / 1000 - east * 900;
}

/** Seventeen bytes: digits of year to hundredths of a second, then the zone as above.
 *  Source: ECMA-119, clause 8.4.26.1 */
export function longTime(bytes: Uint8Array): number | null {
  const digits = Buffer.from(bytes.subarray(0, 14)).toString('latin1');
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits);
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  if (month === 0 || day === 0) return null;
  const east = ((bytes[16] ?? 0) << 24) >> 24;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - east * 900;
}
