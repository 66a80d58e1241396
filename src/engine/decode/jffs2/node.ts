import { crc32 } from 'node:zlib';
import type { ByteRange } from '#domain/range';
import type { Write } from '#engine/bytes/history';

/** First two bytes of a node, as a number of the file system's own byte order. */
export const MAGIC = 0x1985;

/** Of a node that is still valid. Where flash can clear single bits, this one is cleared when a node becomes obsolete. */
export const ACCURATE = 0x2000;

/** Node types with that bit set. Source: Linux, include/uapi/linux/jffs2.h */
export const DIRENT = 0xe001;
export const INODE = 0xe002;
export const CLEANMARKER = 0x2003;
export const PADDING = 0x2004;
export const SUMMARY = 0x2006;
export const XATTR = 0xe008;
export const XREF = 0xe009;

/** Bytes of a node before what differs: magic, type, length, checksum. */
export const HEADER = 12;

/** Bytes of a dirent before the name, and of an inode node before the data. */
export const DIRENT_HEADER = 40;
export const INODE_HEADER = 68;

/** Checksum of JFFS2: CRC-32 begun with zero and not inverted at the end. */
export function crcOf(bytes: Uint8Array): number {
  return (crc32(bytes, 0xffffffff) ^ 0xffffffff) >>> 0;
}

/** Reads numbers of one byte order. */
export class Fields {
  private readonly view: DataView;
  private readonly isLittle: boolean;

  constructor(bytes: Uint8Array, isLittle: boolean) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isLittle = isLittle;
  }

  u8(at: number): number {
    return this.view.getUint8(at);
  }

  u16(at: number): number {
    return this.view.getUint16(at, this.isLittle);
  }

  u32(at: number): number {
    return this.view.getUint32(at, this.isLittle);
  }

  set16(at: number, value: number): void {
    this.view.setUint16(at, value, this.isLittle);
  }
}

/** Where a node stands and what decides between nodes. */
interface Common {
  readonly at: number;
  /** The highest counts: of one inode, or of the names in one directory. */
  readonly version: number;
  /** Marked as replaced by the file system itself. */
  readonly isObsolete: boolean;
  /** Checksums of the node and of its name or data: nodes with the same are copies. */
  readonly sum: number;
}

/** A name in a directory, or its removal. */
export interface NameNode extends Common {
  readonly parent: number;
  /** Zero: the name is removed. */
  readonly inode: number;
  /** As it stands in a path. */
  readonly step: string;
  /** File type as readdir has it. */
  readonly type: number;
}

/** State of an inode and, with it, data of a file: `from` and `to` are bytes of the file. */
export interface InodeNode extends Common, Write {
  readonly inode: number;
  /** File type and permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970-01-01T00:00Z. */
  readonly modifiedAt: number;
  /** Bytes of the file after this write. */
  readonly size: number;
  readonly codec: number;
  /** Where the data stand in the image; empty for a hole. */
  readonly data: ByteRange;
  /** Checksum of the data as stored. */
  readonly dataSum: number;
}

/** Source: struct jffs2_raw_dirent */
export function nameNodeOf(f: Fields, at: number, isObsolete: boolean, step: string): NameNode {
  return {
    at,
    isObsolete,
    parent: f.u32(12),
    version: f.u32(16),
    inode: f.u32(20),
    type: f.u8(29),
    sum: (f.u32(32) * 31 + f.u32(36)) % 2 ** 32,
    step,
  };
}

/** Source: struct jffs2_raw_inode */
export function inodeNodeOf(f: Fields, at: number, isObsolete: boolean): InodeNode {
  const from = f.u32(44);
  const packed = f.u32(48);
  const data = at + INODE_HEADER;
  return {
    at,
    isObsolete,
    inode: f.u32(12),
    version: f.u32(16),
    mode: f.u32(20),
    uid: f.u16(24),
    gid: f.u16(26),
    size: f.u32(28),
    modifiedAt: f.u32(36), // between the times of access and change
    from,
    to: from + f.u32(52),
    data: [data, data + packed],
    codec: f.u8(56), // behind it the one asked for, and flags
    dataSum: f.u32(60),
    sum: (f.u32(60) * 31 + f.u32(64)) % 2 ** 32,
  };
}
