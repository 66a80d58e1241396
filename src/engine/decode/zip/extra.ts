import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';

/** What the extra fields of one header say. Absent blocks leave null. */
export interface Extra {
  /** Numbers of 64 bits, in the order of the standard, one for each field of the header that is all ones. */
  readonly wide: Uint8Array | null;
  /** Seconds since 1970-01-01T00:00Z. */
  readonly modifiedAt: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** A name in UTF-8 that stands in place of the header's when that one has this CRC-32. */
  readonly unicodeName: { readonly sum: number; readonly bytes: Uint8Array } | null;
  /** What AES encryption hides: the compression under it, and the bits of the key. */
  readonly aes: { readonly method: number; readonly bits: number } | null;
  /** Ids of all blocks, in order. */
  readonly ids: readonly number[];
  /** True when a block leaves the field. */
  readonly isBroken: boolean;
}

/** Reads the blocks of an extra field, each an id, a length and that many bytes. A block that leaves the field ends it.
 *  Source: APPNOTE.TXT 6.3.10, §4.5 and §4.6; Info-ZIP, proginfo/extrafld.txt */
export function readExtra(field: Uint8Array): Extra {
  const found: { -readonly [K in keyof Extra]: Extra[K] } = {
    wide: null,
    modifiedAt: null,
    uid: null,
    gid: null,
    unicodeName: null,
    aes: null,
    ids: [],
    isBroken: false,
  };
  const ids: number[] = [];
  const c = new Cursor(field);
  while (c.left >= 4) {
    const id = c.u16le();
    const size = c.u16le();
    if (size > c.left) break;
    ids.push(id);
    readBlock(found, id, c.take(size));
  }
  // aligning tools fill up with fewer than four zeros
  const rest = field.subarray(c.at);
  return { ...found, ids, isBroken: rest.some((byte) => byte !== 0) };
}

function readBlock(found: { -readonly [K in keyof Extra]: Extra[K] }, id: number, block: Uint8Array): void {
  const c = new Cursor(block);
  try {
    switch (id) {
      case 0x0001: // zip64
        found.wide = block;
        return;
      case 0x000a: // NTFS
        found.modifiedAt ??= ntfsTime(c);
        return;
      case 0x5455: // extended timestamp of Info-ZIP
        if ((c.u8() & 1) !== 0) found.modifiedAt = c.u32le() | 0;
        return;
      case 0x5855: // old Info-ZIP for Unix
        c.skip(4); // last access
        found.modifiedAt ??= c.u32le() | 0;
        owners(found, c, 2, 2);
        return;
      case 0x7855: // Info-ZIP for Unix, second form
        owners(found, c, 2, 2);
        return;
      case 0x7875: // Info-ZIP for Unix, third form
        if (c.u8() !== 1) return;
        found.uid = numberOf(c.take(c.u8()));
        found.gid = numberOf(c.take(c.u8()));
        return;
      case 0x7075: // Unicode path of Info-ZIP
        if (c.u8() !== 1) return;
        found.unicodeName = { sum: c.u32le(), bytes: c.take(c.left) };
        return;
      case 0x9901: {
        c.skip(2 + 2); // version, vendor
        const bits = 64 + 64 * c.u8();
        found.aes = { bits, method: c.u16le() };
        return;
      }
    }
  } catch (error) {
    // blocks of central headers are often shorter than those of local ones
    if (!(error instanceof Malformed)) throw error;
  }
}

function owners(
  found: { uid: number | null; gid: number | null },
  c: Cursor,
  uidSize: number,
  gidSize: number,
): void {
  if (c.left < uidSize + gidSize) return;
  found.uid ??= numberOf(c.take(uidSize));
  found.gid ??= numberOf(c.take(gidSize));
}

/** Little endian, of any length; null above 2^53. */
function numberOf(bytes: Uint8Array): number | null {
  const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return bytes.length > 0 && Number.isSafeInteger(value) ? value : null;
}

/** Between 1601 and 1970, in seconds. */
const EPOCHS_APART = 11_644_473_600n;

/** The first time of the attribute of times, in tenths of a microsecond since 1601; null: there is none. */
function ntfsTime(c: Cursor): number | null {
  c.skip(4); // reserved
  while (c.left >= 4) {
    const tag = c.u16le();
    const value = new Cursor(c.take(c.u16le()));
    if (tag === 1) return Number(value.u64leBits() / 10_000_000n - EPOCHS_APART);
  }
  return null;
}
