import { Malformed } from '#domain/error';
import type { Fields } from '#engine/decode/squashfs/fields';
import { fragmentOf, type Inode, type NodeInode } from '#engine/decode/squashfs/inode';
import type { MetadataCursor } from '#engine/decode/squashfs/metadata';

/** In place of the index of a group: the group has the number of the user. */
const SAME_AS_USER = { 1: 15, 2: 255, 3: 255 } as const;

/** Types of 1.x come in groups, each for another sixteen users. */
const TYPES_1 = 5;
const USERS_1 = 16;

/** What all inodes of a version say first; before 3.0 neither time nor links. */
interface Owned {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number | null;
}

/** What they say first in 3.x. */
interface Timed extends Owned {
  readonly modifiedAt: number;
  readonly links: number;
}

/** Reads the inode of a 1.x image at the cursor.
 *  Source: squashfs-tools, squashfs_compat.h, struct squashfs_base_inode_header_1 and those behind it
 *  @throws Malformed when its type is none or it ends early */
export function readInode1(c: MetadataCursor): Inode {
  const base = c.fields(3);
  const type = base.take(4);
  const mode = base.take(12);
  const user = base.take(4);
  const group = base.take(4);
  const gid = group === SAME_AS_USER[1] ? null : group;
  if (type === 0) {
    const rest = c.fields(1);
    const isSocket = rest.take(4) === 7;
    const uid = rest.take(4) * USERS_1 + user;
    return node({ mode, uid, gid }, isSocket ? 'socket' : 'fifo', null);
  }
  const owned = { mode, uid: Math.floor((type - 1) / TYPES_1) * USERS_1 + user, gid };
  switch (((type - 1) % TYPES_1) + 1) {
    case 1:
      return directory(c.fields(11), owned, 19);
    case 2: {
      const modifiedAt = c.u32();
      const start = c.u32();
      const size = c.u32();
      return { kind: 'file', ...owned, modifiedAt, links: null, size, start, fragment: null };
    }
    case 3:
      return link(c, owned, null, null);
    case 4:
      return node(owned, 'block-device', c.u16());
    default:
      return node(owned, 'character-device', c.u16());
  }
}

/** True when a directory's inode of a 1.x image begins here. */
export function isDirectory1(inode: Fields): boolean {
  const type = inode.take(4);
  return type > 0 && (type - 1) % TYPES_1 === 0;
}

/** Reads the inode of a 2.x image at the cursor.
 *  Source: squashfs-tools, squashfs_compat.h, struct squashfs_base_inode_header_2 and those behind it
 *  @throws Malformed when its type is none or it ends early */
export function readInode2(c: MetadataCursor): Inode {
  const { type, owned } = base(c);
  switch (type) {
    case 1:
      return directory(c.fields(11), owned, 19);
    case 2: {
      const modifiedAt = c.u32();
      const start = c.u32();
      const index = c.u32();
      const offset = c.u32();
      const size = c.u32();
      const fragment = fragmentOf(index, offset);
      return { kind: 'file', ...owned, modifiedAt, links: null, size, start, fragment };
    }
    case 3:
      return link(c, owned, null, null);
    case 4:
      return node(owned, 'block-device', c.u16());
    case 5:
      return node(owned, 'character-device', c.u16());
    case 6:
      return node(owned, 'fifo', null);
    case 7:
      return node(owned, 'socket', null);
    case 8:
      return directory(c.fields(14), owned, 27); // an index follows: it only speeds up look-ups
    default:
      throw new Malformed(`inode of type ${type}`, c.origin);
  }
}

/** Reads the inode of a 3.x image at the cursor.
 *  Source: squashfs-tools, squashfs_compat.h, struct squashfs_base_inode_header_3 and those behind it
 *  @throws Malformed when its type is none or it ends early */
export function readInode3(c: MetadataCursor): Inode {
  const { type, owned } = base(c);
  const modifiedAt = c.u32();
  c.u32(); // inode number; inodes are told apart by where they stand
  if (type === 2) return file3(c, { ...owned, modifiedAt, links: 1 }, false);
  const links = c.u32();
  const timed = { ...owned, modifiedAt, links };
  switch (type) {
    case 1:
      return directory3(c, timed, 19);
    case 3:
      return link(c, owned, modifiedAt, links);
    case 4:
      return { ...node(owned, 'block-device', c.u16()), ...timed };
    case 5:
      return { ...node(owned, 'character-device', c.u16()), ...timed };
    case 6:
      return { ...node(owned, 'fifo', null), ...timed };
    case 7:
      return { ...node(owned, 'socket', null), ...timed };
    case 8:
      return directory3(c, timed, 27);
    case 9:
      return file3(c, timed, true);
    default:
      throw new Malformed(`inode of type ${type}`, c.origin);
  }
}

/** The first four bytes of 2.x and 3.x. */
function base(c: MetadataCursor): { readonly type: number; readonly owned: Owned } {
  const fields = c.fields(4);
  const type = fields.take(4);
  const mode = fields.take(12);
  const uid = fields.take(8);
  const group = fields.take(8);
  return { type, owned: { mode, uid, gid: group === SAME_AS_USER[2] ? null : group } };
}

/** @param width  bits of the listing's size */
function directory(fields: Fields, owned: Owned, width: 19 | 27): Inode {
  const size = fields.take(width);
  const offset = fields.take(13);
  const modifiedAt = fields.take(32);
  const block = fields.take(24);
  return { kind: 'directory', ...owned, modifiedAt, links: null, block, offset, size };
}

function directory3(c: MetadataCursor, timed: Timed, width: 19 | 27): Inode {
  const fields = c.fields(width === 19 ? 4 : 5);
  const size = fields.take(width);
  const offset = fields.take(13);
  const block = c.u32();
  // As in 4.0 the size counts three bytes more than the listing has.
  return { kind: 'directory', ...timed, block, offset, size: Math.max(0, size - 3) };
}

/** Only the longer form states how many names the file has, and a size of more than 32 bits. */
function file3(c: MetadataCursor, timed: Timed, isLong: boolean): Inode {
  const start = c.u64();
  const index = c.u32();
  const offset = c.u32();
  const size = isLong ? c.u64() : c.u32();
  return { kind: 'file', ...timed, size, start, fragment: fragmentOf(index, offset) };
}

function link(c: MetadataCursor, owned: Owned, modifiedAt: number | null, links: number | null): Inode {
  const target = c.take(c.u16());
  return { kind: 'link', ...owned, modifiedAt, links, target };
}

/** @param number  of a device: major and minor in a byte each; null: it is none */
function node(owned: Owned, kind: NodeInode['kind'], number: number | null): NodeInode {
  const device = number === null ? null : { major: number >> 8, minor: number & 0xff };
  return { kind, ...owned, modifiedAt: null, links: null, device };
}
