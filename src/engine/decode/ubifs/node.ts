import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { livingStep, type Write } from '#engine/bytes/history';
import { nameOf } from '#engine/bytes/text';

/** First bytes of every node. */
export const MAGIC = Uint8Array.of(0x31, 0x18, 0x10, 0x06);

/** Bytes of a node before what differs. Source: Linux, fs/ubifs/ubifs-media.h, struct ubifs_ch */
export const HEADER = 24;

/** Nodes begin at multiples of this. */
export const ALIGNMENT = 8;

/** What padding that is too short for a node is made of. */
export const PADDING_BYTE = 0xce;

/** Bytes of a file that one node holds at most. */
export const BLOCK = 4096;

/** Node types. Source: enum of UBIFS_INO_NODE and those behind it */
export const TYPE = {
  inode: 0,
  data: 1,
  name: 2,
  attribute: 3,
  cut: 4,
  padding: 5,
  superblock: 6,
  master: 7,
  reference: 8,
  index: 9,
  commit: 10,
  orphans: 11,
  authentication: 12,
  signature: 13,
} as const;

/** Bytes of an inode and of a block of a file before their data. */
const INODE_HEADER = 160;
const DATA_HEADER = 48;

/** Longest node: an index with as many branches as a superblock may ask for stays below. */
const LENGTH_LIMIT = 64 * 1024;

/** In the flags of an inode: it is an extended attribute of another; its content is encrypted. */
export const IS_ATTRIBUTE = 0x20;
export const IS_ENCRYPTED = 0x40;

/** What begins a node. */
export interface Head {
  readonly at: number;
  readonly length: number;
  readonly type: number;
  /** The highest counts; a node that was only moved keeps its own. */
  readonly sequence: number;
}

/** State of an inode. */
export interface InodeNode extends Head {
  readonly kind: 'inode';
  readonly inode: number;
  /** Bytes of a file. */
  readonly size: number;
  /** Names it has; zero: it is removed. */
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** File type and permissions. */
  readonly mode: number;
  readonly flags: number;
  /** Seconds since 1970-01-01T00:00Z. */
  readonly modifiedAt: number;
  /** Target of a link, number of a device, value of an attribute. */
  readonly data: ByteRange;
}

/** A name in a directory, or its removal. */
export interface NameNode extends Head {
  readonly kind: 'name';
  readonly parent: number;
  /** Zero: the name is removed. */
  readonly inode: number;
  /** As it stands in a path. */
  readonly step: string;
  /** In the key, lowest bits. */
  readonly hash: number;
}

/** A name of an extended attribute. */
export interface AttributeNode extends Head {
  readonly kind: 'attribute';
  readonly parent: number;
  readonly hash: number;
  readonly inode: number;
}

/** One block of a file: `from` and `to` are bytes of the file. */
export interface DataNode extends Head, Write {
  readonly kind: 'data';
  readonly inode: number;
  /** Number of the block in the file. */
  readonly block: number;
  readonly codec: number;
  /** Where it stands in the image. */
  readonly data: ByteRange;
}

/** A file was cut. */
export interface CutNode extends Head {
  readonly kind: 'cut';
  readonly inode: number;
  /** Bytes before and after. */
  readonly from: number;
  readonly to: number;
}

/** A node that says something about files. */
export type Leaf = InodeNode | NameNode | AttributeNode | DataNode | CutNode;

/** CRC-32 without the inversion at its end. */
function crcOf(bytes: Uint8Array): number {
  return ~crc32(bytes) >>> 0;
}

/** Reads the header of a node; null: none of a known type begins there.
 *  @param bytes  at least {@link HEADER}
 *  @param at     where they stand */
export function headOf(bytes: Uint8Array, at: number): Head | null {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) return null;
  const c = new Cursor(bytes, 8, at);
  const sequence = c.u64leBits();
  const length = c.u32le();
  const type = c.u8();
  if (type > TYPE.signature || length < HEADER || length > LENGTH_LIMIT) return null;
  if (sequence > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return { at, length, type, sequence: Number(sequence) };
}

/** True when the checksum is right over a whole node. */
export function isWhole(node: Uint8Array): boolean {
  return new Cursor(node, 4).u32le() === crcOf(node.subarray(8));
}

/** Reads a node that says something about files; null: it is another one.
 *  @param node  all of it, with a right checksum
 *  @throws Malformed when it breaks its promises */
export function leafOf(head: Head, node: Uint8Array): Leaf | null {
  const c = new Cursor(node, HEADER, head.at);
  switch (head.type) {
    case TYPE.inode:
      return inodeOf(head, c);
    case TYPE.name:
    case TYPE.attribute:
      return namedOf(head, c);
    case TYPE.data:
      return dataOf(head, c);
    case TYPE.cut:
      return cutOf(head, c);
    default:
      return null;
  }
}

/** What a key says: number of the inode, and below the three bits of its kind a hash or the number of a block. */
export interface Key {
  readonly inode: number;
  readonly kind: number;
  readonly rest: number;
}

/** Source: Linux, fs/ubifs/key.h: the simple format */
export function keyOf(c: Cursor): Key {
  const inode = c.u32le();
  const word = c.u32le();
  return { inode, kind: word >>> 29, rest: word & 0x1fff_ffff };
}

/** Key of the first kind at the beginning of a field of 16 bytes. */
function keyField(c: Cursor): Key {
  const key = keyOf(c);
  c.skip(8);
  return key;
}

/** Source: struct ubifs_ino_node */
function inodeOf(head: Head, c: Cursor): InodeNode {
  const { inode } = keyField(c);
  c.skip(8); // sequence number when it was made
  const size = c.u64le();
  c.skip(16); // times of access and of change
  const modifiedAt = c.u64leBits();
  c.skip(12); // nanoseconds
  const links = c.u32le();
  const uid = c.u32le();
  const gid = c.u32le();
  const mode = c.u32le();
  const flags = c.u32le();
  const length = c.u32le();
  if (length > head.length - INODE_HEADER)
    throw new Malformed(`data of ${length} bytes leave an inode`, head.at);
  const from = head.at + INODE_HEADER;
  const data: ByteRange = [from, from + length];
  const seconds = Number(BigInt.asIntN(64, modifiedAt));
  return { ...head, kind: 'inode', inode, size, links, uid, gid, mode, flags, modifiedAt: seconds, data };
}

/** Source: struct ubifs_dent_node */
function namedOf(head: Head, c: Cursor): NameNode | AttributeNode {
  const key = keyField(c);
  const inode = c.u64le();
  c.skip(2); // padding, type
  const length = c.u16le();
  c.skip(4); // cookie
  const place = { parent: key.inode, hash: key.rest, inode };
  if (head.type === TYPE.attribute) return { ...head, kind: 'attribute', ...place };
  const step = livingStep(nameOf(c.take(length)));
  if (length === 0) throw new Malformed('name of no bytes', head.at);
  return { ...head, kind: 'name', ...place, step };
}

/** Source: struct ubifs_data_node */
function dataOf(head: Head, c: Cursor): DataNode {
  const { inode, rest: block } = keyField(c);
  const size = c.u32le();
  const codec = c.u16le();
  if (size > BLOCK || head.length < DATA_HEADER)
    throw new Malformed(`block of ${size} bytes in a node of ${head.length}`, head.at);
  const data: ByteRange = [head.at + DATA_HEADER, head.at + head.length];
  return {
    ...head,
    kind: 'data',
    inode,
    block,
    codec,
    from: block * BLOCK,
    to: block * BLOCK + size,
    data,
  };
}

/** Source: struct ubifs_trun_node */
function cutOf(head: Head, c: Cursor): CutNode {
  const inode = c.u32le();
  c.skip(12);
  const from = c.u64le();
  return { ...head, kind: 'cut', inode, from, to: c.u64le() };
}
