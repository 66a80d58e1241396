import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { FLAG, type Superblock } from '#engine/decode/ubifs/superblock';

/** Longest node that is looked for: thousands of blocks to remember. */
const LENGTH_LIMIT = 8192;

/** Bytes that checksums may be worked out over, for each byte that is searched. */
const WORK = 64;

/** Bytes of each kind of node of the table of free space, by its number: 0 leaf, 1 inner, 2 the table's own blocks,
 *  3 blocks to remember. All fields are as narrow as the numbers of this file system allow.
 *  Source: Linux, fs/ubifs/lpt.c, do_calc_lpt_geom */
function lengthsOf(superblock: Superblock): readonly number[] {
  const { blockSize, mostBlocks, table, main, savedBlocks, flags } = superblock;
  const tableBlocks = table[1] - table[0];
  const leaves = Math.ceil((mostBlocks - main) / 4);
  const isBig = (flags & FLAG.bigTable) !== 0;
  const space = bits(blockSize) - 3;
  const number = isBig ? bits(leaves - 1) : 0;
  const prefix = 16 + 4;
  const fields = [
    prefix + number + (space * 2 + 1) * 4,
    prefix + number + (bits(tableBlocks) + bits(blockSize - 1)) * 4,
    prefix + tableBlocks * bits(blockSize) * 2,
    prefix + bits(mostBlocks - 1) * savedBlocks,
  ];
  return fields.map((count) => Math.ceil(count / 8));
}

/** Bits that a number takes. */
function bits(value: number): number {
  return value <= 0 ? 0 : Math.floor(Math.log2(value)) + 1;
}

/** Where nodes of the table of free space stand in a range, by their checksums: newest and older ones. */
export function* tableNodes(source: Source, superblock: Superblock, range: ByteRange): Generator<ByteRange> {
  const lengths = lengthsOf(superblock);
  const bytes = source.bytes(...range);
  let work = WORK * bytes.length;
  for (let at = 0; at + 3 <= bytes.length; ) {
    const length = lengths[(bytes[at + 2] ?? 0) & 0x0f];
    if (length === undefined || length > LENGTH_LIMIT || at + length > bytes.length) {
      at++;
      continue;
    }
    work -= length;
    if (work < 0) return;
    if (hasSum(bytes.subarray(at, at + length))) {
      yield [range[0] + at, range[0] + at + length];
      at += length;
    } else at++;
  }
}

function hasSum(node: Uint8Array): boolean {
  return ((node[0] ?? 0) | ((node[1] ?? 0) << 8)) === crc16(node.subarray(2));
}

/** CRC-16 of polynomial 0xa001, begun with all ones. Source: Linux, lib/crc16.c */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let i = 0; i < 8; i++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xa001;
  return crc;
});
