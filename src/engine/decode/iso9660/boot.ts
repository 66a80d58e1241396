import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { nameOf } from '#engine/bytes/text';
import { SECTOR, type Volume } from '#engine/decode/iso9660/volume';

/** Bytes of an entry of the catalog. */
const ENTRY = 32;

/** Images in one catalog: it has room for so many in its first sectors. */
const IMAGE_LIMIT = 64;

/** What an image is started as. Source: "El Torito" Bootable CD-ROM Format Specification 1.0, figure 3 */
const MEDIA: readonly { readonly name: string; readonly size: number | null }[] = [
  { name: 'no emulation', size: null },
  { name: 'diskette', size: 1200 * 1024 },
  { name: 'diskette', size: 1440 * 1024 },
  { name: 'diskette', size: 2880 * 1024 },
  { name: 'hard disk', size: null },
];

/** Source: the same, figure 2; UEFI Specification 2.10, clause 13.3.2.1 for the last */
const PLATFORMS: Readonly<Record<number, string>> = { 0: 'x86', 1: 'PowerPC', 2: 'Mac', 0xef: 'UEFI' };

/** An image that a computer may start from. */
export interface BootImage {
  readonly platform: string;
  readonly isBootable: boolean;
  readonly media: string;
  /** Where it begins, bytes. */
  readonly at: number;
  /** Bytes that are loaded, or, of a diskette, of all of it. */
  readonly size: number;
}

/** The images in a boot catalog; what is read of it is claimed.
 *  @throws Malformed when it is none; images before a break were given. Spent */
export function* bootImages(volume: Volume, at: number): Generator<BootImage> {
  const validation = entryAt(volume, at);
  const c = new Cursor(validation, 1, at);
  let platform = c.u8();
  if (validation[0] !== 1 || validation[30] !== 0x55 || validation[31] !== 0xaa || sumOf(validation) !== 0)
    throw new Malformed('boot catalog without a right validation entry', at);
  yield imageOf(entryAt(volume, at + ENTRY), platform);
  let next = at + 2 * ENTRY;
  for (let images = 1, isLast = false; !isLast; ) {
    const header = new Cursor(volume.metadata([next, next + ENTRY], 'boot catalog'), 0, next);
    const kind = header.u8();
    // Zeros: there are no sections.
    if (kind !== 0x90 && kind !== 0x91) return;
    entryAt(volume, next);
    isLast = kind === 0x91;
    platform = header.u8();
    const entries = header.u16le();
    next += ENTRY;
    for (let i = 0; i < entries; next += ENTRY) {
      const entry = entryAt(volume, next);
      if (entry[0] === 0x44) continue; // more of the criteria of the entry before
      if (++images > IMAGE_LIMIT) throw new Malformed(`${IMAGE_LIMIT} boot images`, next);
      yield imageOf(entry, platform);
      i++;
    }
  }
}

/** Name of whoever wrote the catalog. */
export function catalogMaker(volume: Volume, at: number): string {
  const bytes = volume.metadata([at, at + ENTRY], 'boot catalog').subarray(4, 28);
  return nameOf(bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0 && byte !== 0x20) + 1));
}

function entryAt(volume: Volume, at: number): Uint8Array {
  const bytes = volume.metadata([at, at + ENTRY], 'boot catalog');
  volume.walk.claim([at, at + ENTRY], 'metadata');
  return bytes;
}

/** All words together. */
function sumOf(entry: Uint8Array): number {
  const c = new Cursor(entry);
  let sum = 0;
  while (c.left > 0) sum += c.u16le();
  return sum & 0xffff;
}

function imageOf(entry: Uint8Array, platform: number): BootImage {
  const c = new Cursor(entry);
  const indicator = c.u8();
  const media = MEDIA[c.u8() & 0x0f];
  c.skip(2 + 1 + 1); // segment to load to, type of system, not used
  const sectors = c.u16le(); // of 512 bytes
  const block = c.u32le();
  return {
    platform: PLATFORMS[platform] ?? `platform 0x${platform.toString(16)}`,
    isBootable: indicator === 0x88,
    media: media?.name ?? 'unknown media',
    at: block * SECTOR,
    size: media?.size ?? sectors * 512,
  };
}
