import type { EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { typeOfMode } from '#engine/bytes/walk';
import type { Volume } from '#engine/decode/erofs/volume';

/** How the content of a file is stored. Source: Linux, fs/erofs/erofs_fs.h, "EROFS inode datalayout" */
export type DataLayout = 'plain' | 'compressed-full' | 'inline' | 'compressed-compact' | 'chunks';

const LAYOUTS: readonly DataLayout[] = ['plain', 'compressed-full', 'inline', 'compressed-compact', 'chunks'];

/** What one inode says. */
export interface Inode {
  readonly number: number;
  /** Where it stands in the image. */
  readonly at: number;
  readonly layout: DataLayout;
  readonly type: Exclude<EntryType, 'hard-link'>;
  /** The low 12 bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modifiedAt: number;
  /** A block, a device number or the form of chunks. */
  readonly union: number;
  /** Where its fields end, and extended attributes behind them. */
  readonly fieldsEnd: number;
  /** What the layout needs follows here. */
  readonly end: number;
}

/** Bytes before the list of extended attributes. */
export const ATTRIBUTES_HEADER = 12;

/** Source: Linux, fs/erofs/erofs_fs.h, struct erofs_inode_compact, struct erofs_inode_extended
 *  @throws Malformed when it leaves the image or its layout or type is none */
export function readInode(volume: Volume, number: number): Inode {
  const { superblock } = volume;
  const at = superblock.inodesAt + 32 * number;
  const isExtended = ((volume.metadata([at, at + 32], `inode ${number}`)[0] ?? 0) & 1) === 1;
  const length = isExtended ? 64 : 32;
  const c = new Cursor(volume.metadata([at, at + length], `inode ${number}`), 0, at);
  const form = c.u16le();
  const attributes = c.u16le();
  const mode = c.u16le();
  c.skip(2); // links; of the long form, reserved
  const size = isExtended ? c.u64le() : c.u32le();
  const early = isExtended ? 0 : c.u32le(); // seconds since the image was made
  const union = c.u32le();
  c.skip(4); // number for 32-bit systems
  const uid = isExtended ? c.u32le() : c.u16le();
  const gid = isExtended ? c.u32le() : c.u16le();
  const own = isExtended ? Number(BigInt.asIntN(64, c.u64leBits())) : superblock.madeAt + early;
  const type = typeOfMode(mode);
  const layout = LAYOUTS[(form >> 1) & 7];
  if (type === null) throw new Malformed(`inode ${number} has mode 0${mode.toString(8)}`, at);
  if (layout === undefined) throw new Malformed(`inode ${number} has layout ${(form >> 1) & 7}`, at);
  const fieldsEnd = at + length;
  return {
    number,
    at,
    layout,
    type,
    mode: mode % 0o10000,
    uid,
    gid,
    size,
    modifiedAt: Number.isSafeInteger(own) ? own : superblock.madeAt,
    union,
    fieldsEnd,
    end: fieldsEnd + (attributes === 0 ? 0 : ATTRIBUTES_HEADER + 4 * (attributes - 1)),
  };
}

/** Source: Linux, include/linux/kdev_t.h, new_decode_dev */
export function deviceOf({ union }: Inode): { readonly major: number; readonly minor: number } {
  return { major: (union >>> 8) & 0xfff, minor: (union & 0xff) + ((union >>> 12) & 0xfff00) };
}
