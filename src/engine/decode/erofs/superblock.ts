import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { crc32c } from '#engine/bytes/crc32c';
import { fieldText } from '#engine/bytes/parts';

export const SUPERBLOCK_AT = 1024;

/** Bytes of the fields, without slots that follow. */
export const SUPERBLOCK_SIZE = 128;

export const MAGIC = Uint8Array.of(0xe2, 0xe1, 0xf5, 0xe0);

/** What a reader must know. Source: Linux, fs/erofs/erofs_fs.h, EROFS_FEATURE_INCOMPAT_… */
export const INCOMPATIBLE = {
  /** Compressed data stand at the end of their blocks, zeros before them. */
  zerosBefore: 0x1,
  /** Parameters of compression follow the superblock. */
  parameters: 0x2,
  /** A table of further devices, or a second compression in one file. */
  devices: 0x8,
  /** Names of extended attributes may begin with one of a list. */
  longPrefixes: 0x40,
} as const;

/** Features that are read here. */
const KNOWN = 0x7f;

/** There is a checksum. */
const HAS_CHECKSUM = 0x1;

/** Source: Linux, fs/erofs/erofs_fs.h, struct erofs_super_block */
export interface Superblock {
  /** Bytes of it, with the slots that follow. */
  readonly size: number;
  readonly compatible: number;
  readonly incompatible: number;
  /** Features that are not read here, as a number; 0: none. */
  readonly unknown: number;
  readonly blockBits: number;
  readonly blockSize: number;
  /** Number of the root directory: where its inode stands, counted in units of 32 bytes. */
  readonly root: number;
  readonly inodes: number;
  /** Seconds; the time of inodes that have none of their own. */
  readonly madeAt: number;
  /** Bytes of the image as stated. */
  readonly imageSize: number;
  /** Where inodes are counted from, bytes. */
  readonly inodesAt: number;
  /** Where attributes that inodes share are counted from, bytes. */
  readonly sharedAt: number;
  readonly uuid: string;
  readonly name: string;
  /** One bit for each compression that is used; 0: only LZ4, by its parameters of old. */
  readonly compressions: number;
  readonly devices: number;
  /** Where the table of devices stands, bytes. */
  readonly devicesAt: number;
  /** Number of the inode that holds the ends of files; 0: there is none. */
  readonly packed: number;
  /** Null: none stated, or the image is cut before the end of the block. */
  readonly isChecksumRight: boolean | null;
}

/** @returns null: there is none */
export function readSuperblock(source: Source): Superblock | null {
  if (source.size < SUPERBLOCK_AT + SUPERBLOCK_SIZE) return null;
  const c = new Cursor(source.bytes(SUPERBLOCK_AT, SUPERBLOCK_AT + SUPERBLOCK_SIZE));
  if (MAGIC.some((byte) => byte !== c.u8())) return null;
  const checksum = c.u32le();
  const compatible = c.u32le();
  const blockBits = c.u8();
  const slots = c.u8(); // of 16 bytes
  const root = c.u16le();
  const inodes = Number(c.u64leBits());
  const madeAt = Number(BigInt.asIntN(64, c.u64leBits()));
  c.skip(4); // nanoseconds
  const blocks = c.u32le();
  const inodesBlock = c.u32le();
  const sharedBlock = c.u32le();
  const uuid = Buffer.from(c.take(16)).toString('hex');
  const name = fieldText(c.take(16));
  const incompatible = c.u32le();
  const compressions = c.u16le();
  const devices = c.u16le();
  const devicesSlot = c.u16le();
  const directoryBits = c.u8();
  c.skip(1 + 4); // number and place of long prefixes of names
  const packed = Number(c.u64leBits());
  if (blockBits < 9 || blockBits > 16 || directoryBits !== 0) return null;
  const blockSize = 2 ** blockBits;
  return {
    size: SUPERBLOCK_SIZE + 16 * slots,
    compatible,
    incompatible,
    unknown: (incompatible & ~KNOWN) >>> 0,
    blockBits,
    blockSize,
    root,
    inodes,
    madeAt: Number.isSafeInteger(madeAt) ? madeAt : 0,
    imageSize: blocks * blockSize,
    inodesAt: inodesBlock * blockSize,
    sharedAt: sharedBlock * blockSize,
    uuid,
    name,
    compressions,
    devices,
    devicesAt: devicesSlot * 128,
    packed,
    isChecksumRight: (compatible & HAS_CHECKSUM) === 0 ? null : sumIs(source, blockSize, checksum),
  };
}

/** The sum is of the superblock's block from the superblock on, with zeros in its own place. */
function sumIs(source: Source, blockSize: number, stated: number): boolean | null {
  const end = SUPERBLOCK_AT + (blockSize > SUPERBLOCK_AT ? blockSize - SUPERBLOCK_AT : blockSize);
  if (end > source.size) return null;
  const bytes = Uint8Array.from(source.bytes(SUPERBLOCK_AT, end));
  bytes.fill(0, 4, 8);
  return crc32c(bytes) === stated;
}
