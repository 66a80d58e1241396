import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { headOf, HEADER, isWhole, TYPE } from '#engine/decode/ubifs/node';

/** Erase blocks in front: superblock, master node twice; the log follows. */
const LOG_FIRST = 3;

/** Sizes that an erase block may have in a volume, bytes. Source: Linux, fs/ubifs/ubifs.h, UBIFS_MIN_LEB_SZ; UBI has 16 MiB at most */
const LEAST_BLOCK = 4096;
const MOST_BLOCK = 16 * 2 ** 20;

/** Erase blocks of one file system. */
const BLOCK_LIMIT = 524_288;

/** Shape of a file system. Source: Linux, fs/ubifs/ubifs-media.h, struct ubifs_sb_node */
export interface Superblock {
  /** Zero: r5. */
  readonly keyHash: number;
  readonly flags: number;
  readonly minimum: number;
  /** Bytes of an erase block of the volume. */
  readonly blockSize: number;
  readonly blocks: number;
  /** Most that the volume can grow to: decides how wide numbers are. */
  readonly mostBlocks: number;
  /** First and last erase block, half-open, of the table of free space. */
  readonly table: readonly [number, number];
  /** First erase block of files and index. */
  readonly main: number;
  readonly savedBlocks: number;
  readonly version: number;
  readonly codec: number;
}

/** In {@link Superblock.flags}. */
export const FLAG = { bigTable: 0x02, fixUp: 0x04, encryption: 0x10, authentication: 0x20 } as const;

/** The superblock at the beginning; null: there is none with a right checksum.
 *  @throws Malformed when no file system can have its numbers */
export function superblockOf(source: Source): Superblock | null {
  if (source.size < HEADER) return null;
  const head = headOf(source.bytes(0, HEADER), 0);
  if (head === null || head.type !== TYPE.superblock || head.length > source.size) return null;
  const bytes = source.bytes(0, head.length);
  if (!isWhole(bytes)) return null;
  const c = new Cursor(bytes, HEADER + 2);
  const keyHash = c.u8();
  c.skip(1); // format of keys
  const flags = c.u32le();
  const minimum = c.u32le();
  const blockSize = c.u32le();
  const blocks = c.u32le();
  const mostBlocks = c.u32le();
  c.skip(8); // most bytes of the journal
  const log = c.u32le();
  const table = c.u32le();
  const orphans = c.u32le();
  c.skip(8); // heads of the journal, branches of an index node
  const savedBlocks = c.u32le();
  const version = c.u32le();
  const codec = c.u16le();
  if (blockSize < LEAST_BLOCK || blockSize > MOST_BLOCK || blockSize % 8 !== 0)
    throw new Malformed(`erase blocks of ${blockSize} bytes`, 36);
  if (blocks > BLOCK_LIMIT || mostBlocks > BLOCK_LIMIT || blocks > mostBlocks)
    throw new Malformed(`${blocks} erase blocks, ${mostBlocks} at most`, 40);
  if (minimum < 8 || minimum > blockSize) throw new Malformed(`units of ${minimum} bytes`, 32);
  const from = LOG_FIRST + log;
  const main = from + table + orphans;
  if (main >= blocks) throw new Malformed(`files begin at block ${main} of ${blocks}`, 56);
  return {
    keyHash,
    flags,
    minimum,
    blockSize,
    blocks,
    mostBlocks,
    table: [from, from + table],
    main,
    savedBlocks,
    version,
    codec,
  };
}
