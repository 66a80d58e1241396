import type { EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { MetadataCursor } from '#engine/decode/squashfs/metadata';

/** Longest target of a symbolic link, bytes. Linux allows 4,096. */
const TARGET_LIMIT = 65536;

/** In place of a fragment's index: the file has no fragment. */
const NO_FRAGMENT = 0xffffffff;

/** What all inodes say. */
interface Common {
  readonly mode: number;
  /** Index in the table of users. */
  readonly uid: number;
  /** Index in the table of groups; null: the group has the number of the user. */
  readonly gid: number | null;
  /** Seconds since 1970-01-01T00:00Z; null: before 3.0 only files and directories have a time. */
  readonly modifiedAt: number | null;
  /** How many directory entries are said to name it; null: before 3.0 it is not said. */
  readonly links: number | null;
}

export interface DirectoryInode extends Common {
  readonly kind: 'directory';
  /** Where its listing stands: metadata block from the directory table's beginning, offset in it. */
  readonly block: number;
  readonly offset: number;
  /** Bytes of the listing. */
  readonly size: number;
}

export interface FileInode extends Common {
  readonly kind: 'file';
  /** Bytes of content. */
  readonly size: number;
  /** Where its first data block stands in the image. */
  readonly start: number;
  /** Its tail inside a fragment block; null: the tail is a data block, or there is none. */
  readonly fragment: { readonly index: number; readonly offset: number } | null;
}

export interface LinkInode extends Common {
  readonly kind: 'link';
  /** As stored. */
  readonly target: Uint8Array;
}

export interface NodeInode extends Common {
  readonly kind: Extract<EntryType, 'character-device' | 'block-device' | 'fifo' | 'socket'>;
  /** Null of a fifo or socket. */
  readonly device: { readonly major: number; readonly minor: number } | null;
}

export type Inode = DirectoryInode | FileInode | LinkInode | NodeInode;

/** Reads the inode of a 4.0 image at the cursor. After a file's, the sizes of its data blocks follow.
 *  Source: squashfs.rst, clause 3.3 "inodes"; squashfs_fs.h, struct squashfs_base_inode and those behind it
 *  @throws Malformed when its type is none or it ends early */
export function readInode(c: MetadataCursor): Inode {
  const type = c.u16();
  const mode = c.u16() & 0o7777;
  const uid = c.u16();
  const gid = c.u16();
  const modifiedAt = c.u32();
  c.u32(); // inode number; inodes are told apart by where they stand
  const common = { mode, uid, gid, modifiedAt };
  switch (type) {
    case 1:
      return basicDirectory(c, common);
    case 2:
      return basicFile(c, common);
    case 3:
      return link(c, common);
    case 4:
      return node(c, common, 'block-device');
    case 5:
      return node(c, common, 'character-device');
    case 6:
      return node(c, common, 'fifo');
    case 7:
      return node(c, common, 'socket');
    case 8:
      return extendedDirectory(c, common);
    case 9:
      return extendedFile(c, common);
    // Extended forms of 3 to 7 only add the index of their extended attributes at the end.
    case 10:
      return link(c, common);
    case 11:
      return node(c, common, 'block-device');
    case 12:
      return node(c, common, 'character-device');
    case 13:
      return node(c, common, 'fifo');
    case 14:
      return node(c, common, 'socket');
    default:
      throw new Malformed(`inode of type ${type}`, c.origin);
  }
}

type Shared = Omit<Common, 'links'>;

function basicDirectory(c: MetadataCursor, common: Shared): DirectoryInode {
  const block = c.u32();
  const links = c.u32();
  const size = c.u16();
  const offset = c.u16();
  c.u32(); // inode number of the parent
  return directory({ ...common, links }, block, offset, size);
}

function extendedDirectory(c: MetadataCursor, common: Shared): DirectoryInode {
  const links = c.u32();
  const size = c.u32();
  const block = c.u32();
  c.u32(); // inode number of the parent
  c.u16(); // entries of the index that follows: it only speeds up look-ups
  const offset = c.u16();
  c.u32(); // index of its extended attributes
  return directory({ ...common, links }, block, offset, size);
}

function directory(common: Common, block: number, offset: number, size: number): DirectoryInode {
  // The size counts three bytes more than the listing has, for `.` and `..`, which are not stored.
  return { kind: 'directory', ...common, block, offset, size: Math.max(0, size - 3) };
}

function basicFile(c: MetadataCursor, common: Shared): FileInode {
  const start = c.u32();
  const index = c.u32();
  const offset = c.u32();
  const size = c.u32();
  return { kind: 'file', ...common, links: 1, size, start, fragment: fragmentOf(index, offset) };
}

function extendedFile(c: MetadataCursor, common: Shared): FileInode {
  const start = c.u64();
  const size = c.u64();
  c.u64(); // bytes in holes
  const links = c.u32();
  const index = c.u32();
  const offset = c.u32();
  c.u32(); // index of its extended attributes
  return { kind: 'file', ...common, links, size, start, fragment: fragmentOf(index, offset) };
}

/** @returns null when the index says that there is none */
export function fragmentOf(index: number, offset: number): FileInode['fragment'] {
  return index === NO_FRAGMENT ? null : { index, offset };
}

function link(c: MetadataCursor, common: Shared): LinkInode {
  const links = c.u32();
  const length = c.u32();
  if (length > TARGET_LIMIT) throw new Malformed(`link target of ${length} bytes`, c.origin);
  return { kind: 'link', ...common, links, target: c.take(length) };
}

function node(c: MetadataCursor, common: Shared, kind: NodeInode['kind']): NodeInode {
  const links = c.u32();
  const device = kind === 'fifo' || kind === 'socket' ? null : deviceOf(c.u32());
  return { kind, ...common, links, device };
}

/** Source: Linux, include/linux/kdev_t.h, new_decode_dev: twelve bits of major between the bits of minor */
function deviceOf(word: number): { major: number; minor: number } {
  return { major: (word >>> 8) & 0xfff, minor: (word & 0xff) | ((word >>> 12) & 0xfff00) };
}
