import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { latin1 } from '#engine/bytes/text';
import { longTime, shortTime } from '#engine/decode/iso9660/record';
import { SECTOR, type Volume } from '#engine/decode/iso9660/volume';

/** What the extensions say of one record. */
export interface SystemUse {
  /** With the bits of the type; null: not stated. */
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Number that names of one file share; null: not stated. */
  readonly serial: number | null;
  /** Null: none, or the name of the record counts. */
  readonly name: Uint8Array | null;
  readonly target: Uint8Array | null;
  readonly device: { readonly major: number; readonly minor: number } | null;
  readonly modifiedAt: number | null;
  /** Block of a directory that was moved elsewhere, in place of which this record stands; null: none. */
  readonly movedTo: number | null;
  /** The directory was moved here; its place in the tree is where a record leads to it. */
  readonly isMoved: boolean;
  /** The content is compressed by zisofs and has so many bytes. */
  readonly unpackedSize: number | null;
  /** Compressed in another way than the one that is read. */
  readonly otherCompression: string | null;
}

type Found = { -readonly [K in keyof SystemUse]: SystemUse[K] } & {
  targetParts: string[];
  targetGoesOn: boolean;
};

/** Continuations that one record may have: one is ordinary. */
const CONTINUATION_LIMIT = 32;

/** Reads the entries behind a record and in its continuations. Those of other extensions are claimed with it, not read.
 *  @param skip  bytes before the first, as the root directory states
 *  Source: System Use Sharing Protocol (IEEE P1281), draft 1.12; Rock Ridge Interchange Protocol (IEEE P1282), draft 1.12
 *  @throws Malformed, Spent */
export function systemUseOf(
  volume: Volume,
  bytes: Uint8Array,
  at: number,
  skip: number,
  blockSize: number,
): SystemUse {
  const found: Found = {
    mode: null,
    uid: null,
    gid: null,
    serial: null,
    name: null,
    target: null,
    device: null,
    modifiedAt: null,
    movedTo: null,
    isMoved: false,
    unpackedSize: null,
    otherCompression: null,
    targetParts: [],
    targetGoesOn: false,
  };
  let area = new Cursor(bytes, Math.min(skip, bytes.length), at);
  for (let count = 0; ; count++) {
    const next = entriesIn(area, found);
    volume.walk.claim([area.base, area.base + area.at], 'metadata');
    if (next === null) break;
    if (count === CONTINUATION_LIMIT) throw new Malformed('too many continuations of a record', at);
    // It stands in one sector, as Linux wants it: a longer one would hide what is no entry.
    if (next.offset + next.length > SECTOR) throw new Malformed(`continuation of ${next.length} bytes`, at);
    const start = next.block * blockSize + next.offset;
    area = new Cursor(volume.metadata([start, start + next.length], 'continuation of a record'), 0, start);
  }
  const { targetParts } = found;
  const target = targetParts.join('/');
  if (targetParts.length > 0) found.target = Buffer.from(target === '' ? '/' : target, 'latin1');
  return found;
}

interface Continuation {
  readonly block: number;
  readonly offset: number;
  readonly length: number;
}

/** Reads entries to the end of their area.
 *  @returns where they go on; null: nowhere */
function entriesIn(area: Cursor, found: Found): Continuation | null {
  let next: Continuation | null = null;
  while (area.left >= 4) {
    const start = area.at;
    const signature = latin1(area.take(2));
    const length = area.u8();
    area.skip(1); // version
    // Zeros fill the area up.
    if (signature === '\0\0') break;
    if (length < 4 || length > area.bytes.length - start)
      throw new Malformed(`entry of ${length} bytes behind a record`, area.base + start);
    const c = new Cursor(area.bytes.subarray(start, start + length), 4, area.base + start);
    if (signature === 'CE') next = { block: both(c), offset: both(c), length: both(c) };
    else if (signature === 'ST') break;
    else readEntry(signature, c, found);
    area.at = start + length;
  }
  return next;
}

/** A number that stands in both byte orders. */
function both(c: Cursor): number {
  const value = c.u32le();
  c.skip(4);
  return value;
}

function readEntry(signature: string, c: Cursor, found: Found): void {
  switch (signature) {
    case 'PX':
      found.mode = both(c);
      c.skip(8); // links
      found.uid = both(c);
      found.gid = both(c);
      found.serial = c.left >= 8 ? both(c) : null;
      break;
    case 'PN': {
      const high = both(c);
      const low = both(c);
      found.device = high === 0 && low > 0xff ? joined(low) : { major: high, minor: low };
      break;
    }
    case 'NM': {
      const flags = c.u8();
      // These two bits stand for the directory itself and the one above.
      if ((flags & 6) === 0) found.name = Buffer.concat([found.name ?? new Uint8Array(), c.take(c.left)]);
      break;
    }
    case 'SL':
      c.skip(1); // whether another entry follows: the last part says the same
      readTarget(c, found);
      break;
    case 'TF':
      found.modifiedAt = modifiedIn(c) ?? found.modifiedAt;
      break;
    case 'CL':
      found.movedTo = both(c);
      break;
    case 'RE':
      found.isMoved = true;
      break;
    case 'ZF': {
      const kind = latin1(c.take(2));
      c.skip(2); // bytes of its header in words, size of blocks
      if (kind === 'pz') found.unpackedSize = both(c);
      else found.otherCompression = kind;
      break;
    }
  }
}

/** Makers of images write the number that the system has for both halves, in which small ones are as of old.
 *  Sources: Linux, fs/isofs/rock.c, "PN"; glibc, bits/sysmacros.h */
function joined(number: number): { readonly major: number; readonly minor: number } {
  return { major: (number >>> 8) & 0xfff, minor: (number & 0xff) + ((number >>> 12) & 0xfff00) };
}

/** Parts of a link's target, as text of Latin-1 until it is whole. */
function readTarget(c: Cursor, found: Found): void {
  while (c.left >= 2) {
    const flags = c.u8();
    const text = latin1(c.take(c.u8()));
    const part = (flags & 2) !== 0 ? '.' : (flags & 4) !== 0 ? '..' : (flags & 8) !== 0 ? '' : text;
    const { targetParts } = found;
    if (found.targetGoesOn) targetParts.push(`${targetParts.pop() ?? ''}${part}`);
    else targetParts.push(part);
    found.targetGoesOn = (flags & 1) !== 0;
  }
}

/** Times in the order of their bits; only that of the last change is wanted. */
function modifiedIn(c: Cursor): number | null {
  const flags = c.u8();
  const isLong = (flags & 0x80) !== 0;
  const length = isLong ? 17 : 7;
  if ((flags & 2) === 0) return null;
  if ((flags & 1) !== 0) c.skip(length);
  const bytes = c.take(length);
  return isLong ? longTime(bytes) : shortTime(bytes);
}

/** Bytes to skip in every area, as the first record of the root directory states.
 *  @returns null: the extensions are not used */
export function skipOf({ systemUse }: { readonly systemUse: Uint8Array }): number | null {
  const isThere = latin1(systemUse.subarray(0, 2)) === 'SP' && systemUse[4] === 0xbe && systemUse[5] === 0xef;
  return isThere ? (systemUse[6] ?? 0) : null;
}
