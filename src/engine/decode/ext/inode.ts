import type { EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { typeOfMode } from '#engine/bytes/walk';
import type { Volume } from '#engine/decode/ext/volume';

/** Flags of an inode. Source: ext4.rst, "inodes", i_flags */
export const FLAGS = {
  compressed: 0x4,
  encrypted: 0x800,
  indexed: 0x1000,
  extents: 0x80000,
  inline: 0x10000000,
} as const;

/** Bytes of an inode that every revision has. */
const OLD_SIZE = 128;

/** Where the block map, the extents, a short link or the first bytes of a short file stand in an inode. */
export const MAP_AT = 40;
export const MAP_SIZE = 60;

/** What one inode says. */
export interface Inode {
  readonly number: number;
  /** Where it stands in the image. */
  readonly at: number;
  /** All its bytes. */
  readonly bytes: Uint8Array;
  readonly type: Exclude<EntryType, 'hard-link'>;
  /** The low 12 bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content. */
  readonly size: number;
  readonly modifiedAt: number;
  readonly links: number;
  readonly flags: number;
  /** Block with further extended attributes; 0: none. */
  readonly attributeBlock: number;
  /** Where extended attributes may stand in the inode; null: no room. */
  readonly attributesAt: number | null;
}

/** Source: Linux, Documentation/filesystems/ext4/inodes.rst
 *  @throws Malformed when there is none of this number or its type is none */
export function readInode(volume: Volume, number: number): Inode {
  const at = volume.inodeAt(number);
  const { inodeSize } = volume.superblock;
  const bytes = volume.source.bytes(at, at + inodeSize);
  const c = new Cursor(bytes, 0, at);
  const mode = c.u16le();
  const uidLow = c.u16le();
  const sizeLow = c.u32le();
  c.skip(4 + 4); // times of access and of the last change of the inode
  const modified = c.u32le() | 0; // signed
  c.skip(4); // time of deletion
  const gidLow = c.u16le();
  const links = c.u16le();
  c.skip(4); // blocks in use
  const flags = c.u32le();
  c.at = MAP_AT + MAP_SIZE + 4; // generation
  const attributesLow = c.u32le();
  const sizeHigh = c.u32le();
  c.skip(4 + 2); // place of a fragment, high bits of the blocks in use
  const attributesHigh = c.u16le();
  const uidHigh = c.u16le();
  const gidHigh = c.u16le();
  const type = typeOfMode(mode);
  if (type === null) throw new Malformed(`inode ${number} has mode 0${mode.toString(8)}`, at);
  const extra = extraSize(bytes);
  return {
    number,
    at,
    bytes,
    type,
    mode: mode % 0o10000,
    uid: uidLow + uidHigh * 0x10000,
    gid: gidLow + gidHigh * 0x10000,
    // Of a directory the upper half held something else before there were large ones.
    size: sizeLow + (type === 'file' ? sizeHigh * 2 ** 32 : 0),
    modifiedAt: modified + epochOf(bytes, extra) * 2 ** 32,
    links,
    flags,
    attributeBlock: attributesLow + attributesHigh * 2 ** 32,
    attributesAt: extra === 0 || OLD_SIZE + extra + 4 > bytes.length ? null : OLD_SIZE + extra,
  };
}

/** Bytes of fields behind the old inode; 0: none, or a number that cannot be. */
function extraSize(bytes: Uint8Array): number {
  if (bytes.length < OLD_SIZE + 2) return 0;
  const size = new Cursor(bytes, OLD_SIZE).u16le();
  return size % 4 === 0 && OLD_SIZE + size <= bytes.length ? size : 0;
}

/** How often 2^32 seconds have gone by. Source: inodes.rst, "inode timestamps" */
function epochOf(bytes: Uint8Array, extra: number): number {
  return extra < 12 ? 0 : new Cursor(bytes, OLD_SIZE + 8).u32le() & 3;
}

/** Number of a device node: eight bits of each in the first word, or more in the second.
 *  Source: Linux, fs/ext4/inode.c, ext4_do_update_inode; include/linux/kdev_t.h */
export function deviceOf({ bytes }: Inode): { readonly major: number; readonly minor: number } {
  const c = new Cursor(bytes, MAP_AT);
  const old = c.u32le();
  const wide = c.u32le();
  if (old !== 0) return { major: (old >>> 8) & 0xff, minor: old & 0xff };
  return { major: (wide >>> 8) & 0xfff, minor: (wide & 0xff) + ((wide >>> 12) & 0xfff00) };
}

/** One extended attribute. */
export interface Attribute {
  readonly nameIndex: number;
  readonly name: string;
  /** Where the value stands in the bytes given; null: in an inode of its own. */
  readonly value: ByteRange | null;
}

export interface Attributes {
  readonly list: readonly Attribute[];
  /** Where the list ends. */
  readonly end: number;
}

/** Marks extended attributes, in an inode or a block. */
const ATTRIBUTES_MAGIC = 0xea020000;

/** Attributes in an inode behind its fields. Source: Linux, Documentation/filesystems/ext4/attributes.rst
 *  @returns null when there are none */
export function inodeAttributes({ bytes, attributesAt }: Inode): Attributes | null {
  if (attributesAt === null) return null;
  if (new Cursor(bytes, attributesAt).u32le() !== ATTRIBUTES_MAGIC) return null;
  // Values are counted from behind the mark.
  return listOf(bytes, attributesAt + 4, attributesAt + 4);
}

/** Where inline content stands in the inode that has no room in the map; null: there is none.
 *  Source: Linux, Documentation/filesystems/ext4/inlinedata.rst: the attribute `data` of the kind `system` */
export function inlineRest(inode: Inode): ByteRange | null {
  const attributes = inodeAttributes(inode)?.list ?? [];
  return attributes.find(({ nameIndex, name }) => nameIndex === 7 && name === 'data')?.value ?? null;
}

/** Attributes in a block of their own.
 *  @returns null when it is none */
export function blockAttributes(block: Uint8Array): Attributes | null {
  if (new Cursor(block).u32le() !== ATTRIBUTES_MAGIC) return null;
  return listOf(block, 32, 0);
}

function listOf(bytes: Uint8Array, from: number, base: number): Attributes {
  const list: Attribute[] = [];
  const c = new Cursor(bytes, from);
  // Four zero bytes end the list.
  while (c.left >= 16 && new Cursor(bytes, c.at).u32le() !== 0) {
    const nameLength = c.u8();
    const nameIndex = c.u8();
    const offset = c.u16le();
    const inode = c.u32le(); // that holds the value
    const size = c.u32le();
    c.skip(4); // hash
    if (nameLength > c.left) break;
    const name = Buffer.from(c.take(nameLength)).toString('latin1');
    c.skip(Math.min(c.left, -nameLength & 3));
    const start = base + offset;
    const isInside = inode === 0 && start + size <= bytes.length;
    list.push({ nameIndex, name, value: isInside ? [start, start + size] : null });
  }
  return { list, end: Math.min(bytes.length, c.at + 4) };
}
