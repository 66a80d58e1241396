/** Bytes of a metadata block when unpacked; the last of a table may have fewer. */
export const METADATA_SIZE = 8192;

/** Numbers of users or groups. */
export interface NumberTable {
  /** Of the table in 1.x to 3.x, of the positions of its metadata blocks in 4.0. */
  readonly at: number;
  readonly count: number;
}

/** What the first bytes say. Positions are bytes from the beginning of the image, not yet compared with its size. */
export interface Superblock {
  /** As text: `hsqs`, or what a vendor put in its place. */
  readonly magic: string;
  readonly major: 1 | 2 | 3 | 4;
  readonly minor: number;
  readonly isLittle: boolean;
  /** Bytes of the superblock itself. */
  readonly size: number;
  readonly inodes: number;
  /** Seconds since 1970-01-01T00:00Z. */
  readonly madeAt: number;
  /** Bytes of a full data block when unpacked: a power of two, 512 bytes to 1 MiB. */
  readonly blockSize: number;
  readonly fragments: number;
  /** As stated: 1 gzip, 2 lzma, 3 lzo, 4 xz, 5 lz4, 6 zstd. Vendors state other numbers. Null: before 4.0 nothing is. */
  readonly compression: number | null;
  readonly hasOptions: boolean;
  /** A byte more stands between the length of a metadata block and its content. */
  readonly hasCheckBytes: boolean;
  /** One table for both in 4.0. */
  readonly users: NumberTable;
  readonly groups: NumberTable;
  /** Where the root directory's inode stands: metadata block from the inode table's beginning, offset in it. */
  readonly root: { readonly block: number; readonly offset: number };
  /** Bytes of the image without the padding behind it. */
  readonly bytesUsed: number;
  readonly xattrTable: number | null;
  readonly inodeTable: number;
  readonly directoryTable: number;
  readonly fragmentTable: number | null;
  readonly exportTable: number | null;
}

/** A table's position; null when all bits are set (the table is absent) or no image is that large. */
export function position(bits: bigint): number | null {
  return bits > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(bits);
}

/** Bytes before the content of every metadata block.
 *  Source: squashfs-tools, squashfs_compat.h, SQUASHFS_CHECK_DATA */
export function metadataHeaderSize({ hasCheckBytes }: Superblock): number {
  return hasCheckBytes ? 3 : 2;
}
