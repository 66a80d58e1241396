import { Malformed } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { PIECE_LIMIT } from '#engine/bytes/pieces';
import { type Run, zeroPieces } from '#engine/bytes/walk';
import { type Extent, extentsOf, type Stored } from '#engine/decode/erofs/extents';
import { type Inode, readInode } from '#engine/decode/erofs/inode';
import { runsOf } from '#engine/decode/erofs/runs';
import { INCOMPATIBLE } from '#engine/decode/erofs/superblock';
import { COMPRESSIONS, unpackStart } from '#engine/decode/erofs/unpack';
import type { Volume } from '#engine/decode/erofs/volume';

/** Where the content of one file is. */
export type Content =
  | { readonly kind: 'runs'; readonly runs: readonly Run[] }
  | { readonly kind: 'extents'; readonly extents: readonly Extent[] };

export function isCompressed({ layout }: Inode): boolean {
  return layout === 'compressed-full' || layout === 'compressed-compact';
}

/** @throws Malformed, Spent */
export function contentOf(volume: Volume, inode: Inode): Content {
  return isCompressed(inode)
    ? { kind: 'extents', extents: extentsOf(volume, inode) }
    : { kind: 'runs', runs: runsOf(volume, inode) };
}

/** Ranges of the image that hold content, in its order; of what is in the packed inode, none. */
export function storedIn(content: Content): readonly ByteRange[] {
  if (content.kind === 'runs')
    return content.runs.flatMap(({ at, length }): ByteRange[] => (at === null ? [] : [[at, at + length]]));
  const ranges: ByteRange[] = [];
  for (const { stored } of content.extents) {
    if (stored.kind === 'fragment') continue;
    const last = ranges.at(-1);
    const end = stored.at + stored.length;
    if (last !== undefined && last[1] === stored.at) ranges[ranges.length - 1] = [last[0], end];
    else ranges.push([stored.at, end]);
  }
  return ranges;
}

/** Reads content that is compressed, and the ends of files that share one inode. */
export class Reader {
  /** Extents by each compression that was met. */
  readonly compressions = new Map<string, number>();
  private readonly volume: Volume;
  /** Undefined: not looked for yet. */
  private packed: Content | null | undefined;
  /** The extent that was unpacked last: neighbours often want parts of the same. */
  private last: { readonly extent: Extent; readonly bytes: Uint8Array } | null = null;

  constructor(volume: Volume) {
    this.volume = volume;
  }

  /** All of a compressed file, in pieces of at most 1 MiB.
   *  @throws Malformed, Spent */
  *pieces(extents: readonly Extent[]): Generator<Uint8Array> {
    for (const { from, to, stored } of extents) {
      if (stored.kind === 'fragment') yield* this.fragment(stored.from, to - from);
      else yield* inPieces(this.unpack(stored, from, to - from));
    }
  }

  /** Bytes of the packed inode. */
  private *fragment(from: number, length: number): Generator<Uint8Array> {
    const content = this.packedContent();
    const to = from + length;
    let given = 0;
    if (content.kind === 'runs') {
      for (const bytes of this.ofRuns(content.runs, from, to)) {
        given += bytes.length;
        yield bytes;
      }
    } else {
      for (let i = firstOf(content.extents, from); i < content.extents.length; i++) {
        const extent = content.extents[i];
        if (extent === undefined || extent.from >= to) break;
        const bytes = this.whole(extent).subarray(Math.max(0, from - extent.from), to - extent.from);
        given += bytes.length;
        yield* inPieces(bytes);
      }
    }
    if (given < length)
      throw new Malformed(
        `packed inode ends ${length - given} bytes before the file`,
        this.volume.superblock.size,
      );
  }

  private *ofRuns(runs: readonly Run[], from: number, to: number): Generator<Uint8Array> {
    let at = 0;
    for (const run of runs) {
      const [start, end] = [Math.max(from, at) - at, Math.min(to, at + run.length) - at];
      at += run.length;
      if (start >= end) continue;
      if (run.at === null) yield* zeroPieces(end - start);
      else yield* inPieces(this.volume.bytes([run.at + start, run.at + end], 'packed inode'));
    }
  }

  private whole(extent: Extent): Uint8Array {
    if (this.last?.extent === extent) return this.last.bytes;
    const { from, to, stored } = extent;
    if (stored.kind === 'fragment')
      throw new Malformed('packed inode is packed itself', this.volume.superblock.size);
    const bytes = this.unpack(stored, from, to - from);
    this.last = { extent, bytes };
    return bytes;
  }

  /** @throws Malformed when the image has none, Spent */
  private packedContent(): Content {
    if (this.packed === undefined) {
      const { packed } = this.volume.superblock;
      this.packed = null;
      if (packed !== 0) {
        const inode = readInode(this.volume, packed);
        this.volume.walk.claim([inode.at, inode.end], 'metadata');
        this.packed = contentOf(this.volume, inode);
        for (const range of storedIn(this.packed)) this.volume.walk.claim(range, 'payload');
      }
    }
    if (this.packed === null) throw new Malformed('no packed inode', this.volume.superblock.size);
    return this.packed;
  }

  /** @param from  where the extent begins in its file */
  private unpack(stored: Exclude<Stored, { kind: 'fragment' }>, from: number, length: number): Uint8Array {
    const { volume } = this;
    const { at } = stored;
    const bytes = volume.bytes([at, at + stored.length], 'extent');
    volume.budget.take(bytes.length);
    if (stored.kind === 'plain') {
      if (length > bytes.length) throw new Malformed(`${bytes.length} bytes for ${length}`, at);
      volume.budget.give(length);
      return stored.turned ? this.turned(bytes, from, length) : bytes.subarray(0, length);
    }
    const name = COMPRESSIONS[stored.compression] ?? `compression ${stored.compression}`;
    this.compressions.set(name, (this.compressions.get(name) ?? 0) + 1);
    const hasZeros =
      stored.compression !== 0 || (volume.superblock.incompatible & INCOMPATIBLE.zerosBefore) !== 0;
    const start = hasZeros
      ? Math.max(
          0,
          bytes.findIndex((byte) => byte !== 0),
        )
      : 0;
    try {
      const out = unpackStart(stored.compression, bytes.subarray(start), length);
      volume.budget.give(out.length);
      return out;
    } catch (error) {
      throw error instanceof Malformed ? new Malformed(error.message, at) : error;
    }
  }

  /** What is left of a block where the extent begins stands at the end, so that a cache can take whole blocks. */
  private turned(bytes: Uint8Array, from: number, length: number): Uint8Array {
    const { blockSize } = this.volume.superblock;
    const first = Math.min(bytes.length, blockSize - (from % blockSize));
    return Buffer.concat([
      bytes.subarray(bytes.length - first),
      bytes.subarray(0, bytes.length - first),
    ]).subarray(0, length);
  }
}

/** Index of the extent that a byte stands in. */
function firstOf(extents: readonly Extent[], byte: number): number {
  let low = 0;
  let high = extents.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((extents[middle]?.from ?? 0) <= byte) low = middle;
    else high = middle - 1;
  }
  return low;
}

function* inPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_LIMIT) yield bytes.subarray(at, at + PIECE_LIMIT);
}
