import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import type { Inode } from '#engine/decode/erofs/inode';
import type { Volume } from '#engine/decode/erofs/volume';

// A compressed file is divided into logical clusters, mostly of one block. Each has an index: where an extent begins in
// it and which blocks hold that extent, or only that an extent goes on in it. Extents begin and end anywhere.
// Source: Linux, fs/erofs/erofs_fs.h, "on-disk logical cluster type"; fs/erofs/zmap.c

/** What the header before the indexes advises. */
const ADVICE = {
  twoBytes: 0x01,
  largeFirst: 0x02,
  largeSecond: 0x04,
  inlineEnd: 0x08,
  interlaced: 0x10,
  packedEnd: 0x20,
} as const;

/** In the last byte of that header: the whole file is part of the packed inode. */
const ALL_PACKED = 0x80;

const PLAIN = 0;
const HEAD_2 = 3;
const GOES_ON = 2;

/** In the index of the second cluster of an extent: the number says how many blocks hold the extent. */
const HAS_BLOCKS = 0x800;

/** Clusters of one compressed file: 1 GiB by clusters of 4 KiB. */
const CLUSTER_LIMIT = 2 ** 18;

/** Bytes that an extent may have unpacked and packed. Source: erofs_fs.h, Z_EROFS_PCLUSTER_MAX_DSIZE, …_MAX_SIZE */
const UNPACKED_LIMIT = 12 * 2 ** 20;
const PACKED_LIMIT = 2 ** 20;

/** A part of a file and where it is stored. */
export interface Extent {
  /** Bytes of the file. */
  readonly from: number;
  readonly to: number;
  readonly stored: Stored;
}

export type Stored =
  /** Where compressed bytes stand, and the number of the compression. */
  | { readonly kind: 'packed'; readonly at: number; readonly length: number; readonly compression: number }
  /** As they are. `turned`: the first bytes, as many as are left of a block from the beginning on, stand at the end. */
  | { readonly kind: 'plain'; readonly at: number; readonly length: number; readonly turned: boolean }
  /** In the packed inode, from this byte on. */
  | { readonly kind: 'fragment'; readonly from: number };

/** One index, of either form. */
interface Index {
  readonly type: number;
  /** Where the extent begins in the cluster. */
  readonly offset: number;
  /** Number of the block, where one begins; else null. */
  readonly block: number | null;
  /** Blocks of the extent that this cluster is the second of; null: not said. */
  readonly blocks: number | null;
}

interface Header {
  readonly fragment: number;
  readonly inlineSize: number;
  readonly advice: number;
  readonly compressions: readonly [number, number];
  readonly clusterBits: number;
}

/** The extents of a compressed file in order; what describes them is claimed.
 *  @throws Malformed, Spent */
export function extentsOf(volume: Volume, inode: Inode): readonly Extent[] {
  const { size } = inode;
  const at = Math.ceil(inode.end / 8) * 8;
  const c = new Cursor(volume.metadata([at, at + 8], 'header of indexes'), 0, at);
  volume.walk.claim([at, at + 8], 'metadata');
  if (size === 0) return [];
  const low = c.u32le();
  const advice = c.u16le();
  const compressions = c.u8();
  const bits = c.u8();
  if ((bits & ALL_PACKED) !== 0) {
    // The other 63 bits are the place.
    const from = low + (advice + (compressions + (bits & 0x7f) * 256) * 65_536) * 2 ** 32;
    return [{ from: 0, to: size, stored: { kind: 'fragment', from } }];
  }
  const header: Header = {
    fragment: low,
    inlineSize: low >>> 16,
    advice,
    compressions: [compressions & 15, compressions >>> 4],
    clusterBits: volume.superblock.blockBits + (bits & 15),
  };
  if (header.clusterBits > 20) throw new Malformed(`clusters of 2^${header.clusterBits} bytes`, at + 7);
  const clusters = Math.ceil(size / 2 ** header.clusterBits);
  if (clusters > CLUSTER_LIMIT) throw new Malformed(`${clusters} clusters in one file`, inode.at);
  const { indexes, end } =
    inode.layout === 'compressed-full'
      ? fullIndexes(volume, at + 16, clusters)
      : compactIndexes(volume, header, at + 8, clusters);
  return joined(volume, inode, header, indexes, end);
}

interface Indexes {
  readonly indexes: readonly Index[];
  /** Where they end: an end of the file that is stored among them follows. */
  readonly end: number;
}

/** Indexes of eight bytes. */
function fullIndexes(volume: Volume, at: number, clusters: number): Indexes {
  const end = at + 8 * clusters;
  const c = new Cursor(volume.metadata([at, end], 'indexes'), 0, at);
  volume.walk.claim([at - 8, end], 'metadata'); // eight bytes before them are not used
  const indexes = Array.from({ length: clusters }, (): Index => {
    const type = c.u16le() & 3;
    const offset = c.u16le();
    const value = c.u32le();
    if (type !== GOES_ON) return { type, offset, block: value, blocks: null };
    const distance = value & 0xffff;
    const blocks = (distance & HAS_BLOCKS) === 0 ? null : distance % HAS_BLOCKS;
    return { type, offset: 0, block: null, blocks };
  });
  return { indexes, end };
}

/** Indexes in packs that share one number of a block: two in eight bytes, or sixteen in 32 where those are aligned. */
function compactIndexes(volume: Volume, header: Header, at: number, clusters: number): Indexes {
  const { advice, clusterBits } = header;
  const before = Math.min(clusters, ((32 - (at % 32)) / 4) % 8);
  const narrow = (advice & ADVICE.twoBytes) === 0 ? 0 : Math.floor(Math.max(0, clusters - before) / 16) * 16;
  if (clusterBits > (narrow > 0 ? 12 : 14))
    throw new Malformed(`compact indexes of 2^${clusterBits} bytes`, at);
  const after = clusters - before - narrow;
  const packs = [
    { count: Math.ceil(before / 2), entries: 2, size: 8 },
    { count: narrow / 16, entries: 16, size: 32 },
    { count: Math.ceil(after / 2), entries: 2, size: 8 },
  ];
  const end = at + packs.reduce((sum, { count, size }) => sum + count * size, 0);
  const c = new Cursor(volume.metadata([at, end], 'indexes'), 0, at);
  volume.walk.claim([at, end], 'metadata');
  const indexes: Index[] = [];
  for (const { count, entries, size } of packs) {
    for (let i = 0; i < count; i++) {
      const packAt = at + c.at;
      indexes.push(...unpackIndexes(c.take(size), entries, header, packAt));
    }
  }
  return { indexes: indexes.slice(0, clusters), end };
}

/** @param pack  its last four bytes are the number of a block, to which those of all extents that begin in it count */
function unpackIndexes(pack: Uint8Array, entries: number, header: Header, at: number): readonly Index[] {
  const { advice, clusterBits } = header;
  const isLarge = (advice & ADVICE.largeFirst) !== 0;
  const base = new Cursor(pack, pack.length - 4).u32le();
  const width = ((pack.length - 4) * 8) / entries;
  const lowBits = Math.max(clusterBits, 12);
  const fields = Array.from({ length: entries }, (_, i) => {
    const from = i * width;
    const c = new Cursor(pack, from >>> 3);
    const value = c.u32le() >>> (from & 7);
    return { low: value % 2 ** lowBits, type: (value >>> lowBits) & 3 };
  });
  return fields.map(({ low, type }, i): Index => {
    if (type !== GOES_ON) {
      const behind = isLarge ? blocksBefore(fields, i, at) : extentsBefore(fields, i);
      return { type, offset: low, block: base + behind, blocks: null };
    }
    return { type, offset: 0, block: null, blocks: (low & HAS_BLOCKS) === 0 ? null : low % HAS_BLOCKS };
  });
}

type Fields = readonly { readonly low: number; readonly type: number }[];

/** Extents of one block that begin in a pack up to one of them, which counts. */
function extentsBefore(fields: Fields, of: number): number {
  let extents = 1;
  for (let i = of; i > 0; ) {
    const field = fields[--i];
    // What goes on says how far back it began.
    if (field?.type === GOES_ON) i -= field.low;
    if (i >= 0) extents++;
  }
  return extents;
}

/** Blocks of the extents that begin in a pack before one of them. */
function blocksBefore(fields: Fields, of: number, at: number): number {
  let blocks = 0;
  for (let i = of; i > 0; ) {
    const { type = 0, low = 0 } = fields[--i] ?? {};
    if (type !== GOES_ON) blocks++;
    else if ((low & HAS_BLOCKS) !== 0) {
      blocks += low % HAS_BLOCKS;
      i--;
    } else {
      if (low <= 1) throw new Malformed('compact index without a number of blocks', at);
      i -= low - 2;
    }
  }
  return blocks;
}

/** Where each extent begins and ends. */
function joined(
  volume: Volume,
  { size, at: inodeAt, layout }: Inode,
  header: Header,
  indexes: readonly Index[],
  end: number,
): readonly Extent[] {
  const { advice, clusterBits } = header;
  const heads: { readonly from: number; readonly index: Index; readonly cluster: number }[] = [];
  for (const [cluster, index] of indexes.entries()) {
    if (index.type === GOES_ON) continue;
    const from = cluster * 2 ** clusterBits + index.offset;
    if (index.offset >= 2 ** clusterBits) throw new Malformed(`extent begins behind its cluster`, inodeAt);
    // The last index may only say where the content ends.
    if (from < size) heads.push({ from, index, cluster });
  }
  if (heads[0]?.from !== 0) throw new Malformed('no extent at the beginning of a file', inodeAt);
  return heads.map(({ from, index, cluster }, i): Extent => {
    const isLast = i === heads.length - 1;
    const to = heads[i + 1]?.from ?? size;
    if (to - from > UNPACKED_LIMIT) throw new Malformed(`extent of ${to - from} bytes`, inodeAt);
    if (isLast && (advice & ADVICE.inlineEnd) !== 0) {
      const here = { at: end, length: header.inlineSize };
      const isPlain = index.type === PLAIN;
      return {
        from,
        to,
        stored: isPlain ? { kind: 'plain', ...here, turned: false } : stored(header, index, here),
      };
    }
    if (isLast && (advice & ADVICE.packedEnd) !== 0) {
      const high = layout === 'compressed-full' ? (index.block ?? 0) : 0;
      return { from, to, stored: { kind: 'fragment', from: header.fragment + high * 2 ** 32 } };
    }
    const length = packedLength(volume, header, indexes, cluster);
    if (length > PACKED_LIMIT) throw new Malformed(`extent in ${length} bytes`, inodeAt);
    const at = (index.block ?? 0) * volume.superblock.blockSize;
    return { from, to, stored: stored(header, index, { at, length }) };
  });
}

function stored(
  { advice, compressions }: Header,
  { type }: Index,
  place: { readonly at: number; readonly length: number },
): Stored {
  if (type === PLAIN) return { kind: 'plain', ...place, turned: (advice & ADVICE.interlaced) !== 0 };
  return { kind: 'packed', ...place, compression: compressions[type === HEAD_2 ? 1 : 0] };
}

/** Bytes of the blocks that hold the extent which begins in a cluster. */
function packedLength(
  { superblock }: Volume,
  { advice, clusterBits }: Header,
  indexes: readonly Index[],
  cluster: number,
): number {
  const isLarge =
    (advice & (indexes[cluster]?.type === HEAD_2 ? ADVICE.largeSecond : ADVICE.largeFirst)) !== 0;
  const blocks = isLarge ? (indexes[cluster + 1]?.blocks ?? null) : null;
  return blocks === null ? 2 ** clusterBits : blocks * superblock.blockSize;
}
