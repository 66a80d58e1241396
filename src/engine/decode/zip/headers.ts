import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { type Extra, readExtra } from '#engine/decode/zip/extra';

/** `PK` with the two bytes that tell records apart, as numbers in little endian. */
export const LOCAL = 0x04034b50;
export const CENTRAL = 0x02014b50;
export const DESCRIPTOR = 0x08074b50;

/** Bits of the flags. */
export const ENCRYPTED = 1;
/** Sizes and CRC stand behind the content. In LZMA the next bit up has a meaning of its own. */
export const STREAMED = 8;
const STRONG = 0x40;
const MASKED = 0x2000;

/** What a local and a central header both say. */
export interface Header {
  /** Tenths of the version of the standard that a reader needs. */
  readonly needs: number;
  readonly flags: number;
  readonly method: number;
  /** Date and time of MS-DOS in one number. */
  readonly dosTime: number;
  /** CRC-32 of the content. */
  readonly sum: number;
  /** Bytes of the content as stored. */
  readonly packed: number;
  /** Bytes of the content. */
  readonly size: number;
  /** As stored. */
  readonly name: Uint8Array;
  readonly extra: Extra;
  /** Why the numbers of 64 bits that the header refers to cannot be had; null: they can, or it refers to none. */
  readonly lacks: string | null;
}

export interface LocalHeader extends Header {
  readonly at: number;
  /** Where the content begins. */
  readonly dataAt: number;
}

export interface CentralHeader extends Header {
  readonly at: number;
  /** Where the header ends, comment and all. */
  readonly end: number;
  /** System of the one who made it: 0 MS-DOS, 3 Unix, … */
  readonly system: number;
  /** Permissions and type of Unix above 16 bits, attributes of MS-DOS below. */
  readonly attributes: number;
  /** Volume that has the local header. */
  readonly disk: number;
  /** Where the local header stands, as stated. */
  readonly offset: number;
  readonly comment: Uint8Array;
}

const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;

/** The number that marks a record, or 0 where none can stand. */
export function markAt(source: Source, at: number): number {
  return at >= 0 && at + 4 <= source.size ? new Cursor(source.bytes(at, at + 4)).u32le() : 0;
}

/** Null: no local header stands here in full. Source: APPNOTE.TXT 6.3.10, §4.3.7 */
export function readLocal(source: Source, at: number): LocalHeader | null {
  if (markAt(source, at) !== LOCAL || at + LOCAL_SIZE > source.size) return null;
  const c = new Cursor(source.bytes(at, at + LOCAL_SIZE), 4);
  const needs = c.u16le();
  const flags = c.u16le();
  const method = c.u16le();
  const dosTime = c.u32le();
  const sum = c.u32le();
  const packed = c.u32le();
  const size = c.u32le();
  const nameSize = c.u16le();
  const extraSize = c.u16le();
  const dataAt = at + LOCAL_SIZE + nameSize + extraSize;
  if (dataAt > source.size) return null;
  const tail = source.bytes(at + LOCAL_SIZE, dataAt);
  const extra = readExtra(tail.subarray(nameSize));
  const wide = widened(extra.wide, { size, packed });
  const name = tail.subarray(0, nameSize);
  return { at, dataAt, needs, flags, method, dosTime, sum, name, extra, ...wide };
}

/** Null: no central header stands here in full. Source: APPNOTE.TXT 6.3.10, §4.3.12 */
export function readCentral(source: Source, at: number): CentralHeader | null {
  if (markAt(source, at) !== CENTRAL || at + CENTRAL_SIZE > source.size) return null;
  const c = new Cursor(source.bytes(at, at + CENTRAL_SIZE), 4);
  c.u8(); // version of the one who made it
  const system = c.u8();
  const needs = c.u16le();
  const flags = c.u16le();
  const method = c.u16le();
  const dosTime = c.u32le();
  const sum = c.u32le();
  const packed = c.u32le();
  const size = c.u32le();
  const nameSize = c.u16le();
  const extraSize = c.u16le();
  const commentSize = c.u16le();
  const disk = c.u16le();
  c.skip(2); // internal attributes
  const attributes = c.u32le();
  const offset = c.u32le();
  const end = at + CENTRAL_SIZE + nameSize + extraSize + commentSize;
  if (end > source.size) return null;
  const tail = source.bytes(at + CENTRAL_SIZE, end);
  const extra = readExtra(tail.subarray(nameSize, nameSize + extraSize));
  const wide = widened(extra.wide, { size, packed, offset, disk });
  const comment = tail.subarray(nameSize + extraSize);
  const name = tail.subarray(0, nameSize);
  return { at, end, system, needs, flags, method, dosTime, sum, attributes, name, extra, comment, ...wide };
}

/** Fields that are all ones stand in the zip64 block, in this order. §4.5.3 */
function widened<T extends { size: number; packed: number; offset?: number; disk?: number }>(
  block: Uint8Array | null,
  fields: T,
): T & { lacks: string | null } {
  const c = new Cursor(block ?? new Uint8Array());
  const wide = { ...fields };
  try {
    if (fields.size === FULL_32) wide.size = c.u64le();
    if (fields.packed === FULL_32) wide.packed = c.u64le();
    if (fields.offset === FULL_32) wide.offset = c.u64le();
    if (fields.disk === FULL_16) wide.disk = c.u32le();
    return { ...wide, lacks: null };
  } catch (error) {
    // all ones may be meant as they stand: what they lead to will tell
    if (error instanceof Malformed) return { ...wide, lacks: 'no zip64 number for a field that is all ones' };
    throw error;
  }
}

/** The name that readers show: the Unicode one where there is one. */
export function shownName({ name, extra }: Header): Uint8Array {
  const { unicodeName } = extra;
  return unicodeName !== null && unicodeName.sum === crc32(name) ? unicodeName.bytes : name;
}

/** True when the content, or the whole directory, is locked. */
export function isEncrypted({ flags }: Header): boolean {
  return (flags & (ENCRYPTED | STRONG | MASKED)) !== 0;
}

/** Name of the encryption. */
export function cipherOf({ flags, extra }: Header): string {
  if (extra.aes !== null) return `AES-${extra.aes.bits}`;
  return (flags & (STRONG | MASKED)) === 0 ? 'traditional' : 'strong';
}

/** Names of the compression methods. Source: APPNOTE.TXT 6.3.10, §4.4.5 */
const METHODS: Readonly<Record<number, string>> = {
  0: 'stored',
  1: 'shrunk',
  2: 'reduced 1',
  3: 'reduced 2',
  4: 'reduced 3',
  5: 'reduced 4',
  6: 'imploded',
  8: 'deflate',
  9: 'deflate64',
  10: 'implode of DCL',
  12: 'bzip2',
  14: 'lzma',
  16: 'CMPSC',
  18: 'terse',
  19: 'LZ77',
  20: 'zstd, old number',
  93: 'zstd',
  94: 'mp3',
  95: 'xz',
  96: 'jpeg',
  97: 'wavpack',
  98: 'ppmd',
  99: 'AES',
};

export function methodName(method: number): string {
  return METHODS[method] ?? `method ${method}`;
}

/** True when a header looks like what tools write: said of headers that nothing else points to. */
export function isPlausible({ needs, flags, method, name }: Header): boolean {
  const isKnown = METHODS[method] !== undefined && (needs & 0xff) <= 63 && (flags & 0xc000) === 0;
  return (
    isKnown && name.length > 0 && name.length <= 4096 && name.every((byte) => byte >= 0x20 && byte !== 0x7f)
  );
}
