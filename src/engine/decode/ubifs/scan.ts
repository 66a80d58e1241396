import { Malformed, Spent } from '#domain/error';
import type { Role } from '#domain/artefact';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import {
  ALIGNMENT,
  type Head,
  HEADER,
  headOf,
  isWhole,
  type Leaf,
  leafOf,
  MAGIC,
  PADDING_BYTE,
  TYPE,
} from '#engine/decode/ubifs/node';
import type { Superblock } from '#engine/decode/ubifs/superblock';
import { tableNodes } from '#engine/decode/ubifs/table';

/** Nodes of one file system: a flash of 4 GiB full of blocks has fewer. */
const NODE_LIMIT = 2_000_000;

/** Bytes that checksums of damaged nodes may be worked out over, for each byte of the image, and at least. */
const WASTE_PER_BYTE = 16;
const WASTE_LEAST = 16 * 2 ** 20;

/** Bytes in a row without a node before nodes without a superblock count as ended. */
const GAP_LIMIT = 256 * 1024;

/** Bytes looked at in one step for the next node. */
const STEP = 64 * 1024;

/** Padding too short for a node of its own. */
const SHORT_PADDING = 28;

/** Master node. Source: Linux, fs/ubifs/ubifs-media.h, struct ubifs_mst_node */
export interface Master extends Head {
  /** Of the last commit. */
  readonly commit: number;
  readonly root: { readonly block: number; readonly offset: number; readonly length: number };
}

/** Where a commit begins in the log. */
export interface Commit extends Head {
  readonly commit: number;
}

/** What was found of one file system. */
export interface Scanned {
  /** In the order in which they stand. */
  readonly leaves: readonly Leaf[];
  readonly masters: readonly Master[];
  readonly commits: readonly Commit[];
  /** Meaning of the bytes of nodes, content of files left out. */
  readonly claims: readonly { readonly range: ByteRange; readonly role: Role }[];
  /** First byte behind the last node. */
  readonly end: number;
  readonly damaged: number;
  readonly signatures: number;
  /** First of what is damaged; null: nothing is. */
  readonly first: Malformed | Spent | null;
}

/** Finds all nodes.
 *  @param superblock  null: there is none; all are searched from the beginning of the source on
 *  @param end         where the file system ends */
export function scan(source: Source, superblock: Superblock | null, end: number): Scanned {
  return new Scan(source, superblock, end).run();
}

class Scan {
  private readonly source: Source;
  private readonly superblock: Superblock | null;
  private readonly limit: number;
  private readonly leaves: Leaf[] = [];
  private readonly masters: Master[] = [];
  private readonly commits: Commit[] = [];
  private readonly claims: { range: ByteRange; role: Role }[] = [];
  private end = 0;
  private nodes = 0;
  private damaged = 0;
  private signatures = 0;
  private waste: number;
  private first: Malformed | Spent | null = null;

  constructor(source: Source, superblock: Superblock | null, limit: number) {
    this.source = source;
    this.superblock = superblock;
    this.limit = limit;
    this.waste = WASTE_LEAST + WASTE_PER_BYTE * limit;
  }

  run(): Scanned {
    try {
      if (this.superblock === null) this.area(0, this.limit, GAP_LIMIT);
      else this.blocks(this.superblock);
    } catch (error) {
      if (!(error instanceof Spent)) throw error;
      this.first ??= error;
    }
    const { leaves, masters, commits, claims, end, damaged, signatures, first } = this;
    return { leaves, masters, commits, claims, end, damaged, signatures, first };
  }

  /** No node leaves its erase block. */
  private blocks(superblock: Superblock): void {
    const { blockSize, table } = superblock;
    for (let at = 0, block = 0; at < this.limit; at += blockSize, block++) {
      const end = Math.min(this.limit, at + blockSize);
      if (block < table[0] || block >= table[1]) {
        this.area(at, end, Number.POSITIVE_INFINITY);
        continue;
      }
      for (const range of tableNodes(this.source, superblock, [at, end])) {
        this.claims.push({ range, role: 'metadata' });
        this.end = range[1];
      }
    }
  }

  /** @param gap  bytes without a node that end the search */
  private area(from: number, end: number, gap: number): void {
    for (let at = from; ; ) {
      const next = this.nextMagic(at, Math.min(end, at + gap));
      if (next === null) return;
      at = next + this.node(next, end);
    }
  }

  /** Where the next magic stands, at a multiple of eight. */
  private nextMagic(from: number, end: number): number | null {
    for (let base = from; base + HEADER <= end; base += STEP) {
      const window = this.source.bytes(base, Math.min(end, base + STEP + HEADER));
      const last = Math.min(STEP - 1, window.length - HEADER);
      for (let i = 0; i <= last; i += ALIGNMENT) {
        if (
          window[i] === MAGIC[0] &&
          window[i + 1] === MAGIC[1] &&
          window[i + 2] === MAGIC[2] &&
          window[i + 3] === MAGIC[3]
        )
          return base + i;
      }
    }
    return null;
  }

  /** Reads one node. Returns how many bytes to go on by. */
  private node(at: number, end: number): number {
    const head = headOf(this.source.bytes(at, at + HEADER), at);
    if (head === null) {
      this.damage(new Malformed('header of a node is damaged', at));
      return ALIGNMENT;
    }
    if (head.length > end - at) {
      this.damage(new Malformed(`node of ${head.length} bytes, ${end - at} left`, at));
      return ALIGNMENT;
    }
    const bytes = this.source.bytes(at, at + head.length);
    if (!isWhole(bytes)) {
      this.waste -= head.length;
      if (this.waste < 0) throw new Spent('checksums of damaged nodes');
      this.damage(new Malformed('checksum of a node is wrong', at));
      return ALIGNMENT;
    }
    if (++this.nodes > NODE_LIMIT) throw new Spent(`${NODE_LIMIT} nodes`);
    try {
      this.read(head, bytes);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.damage(error);
    }
    this.end = at + head.length;
    return this.behind(head, bytes, end) - at;
  }

  /** Keeps what a node says, and says what its bytes serve for. */
  private read(head: Head, bytes: Uint8Array): void {
    const { at, length, type } = head;
    const c = new Cursor(bytes, HEADER, at);
    // The place of a signature that was not made is a node of type zero.
    const isBlank = type === TYPE.inode && bytes.subarray(HEADER).every((byte) => byte === 0);
    const leaf = isBlank ? null : leafOf(head, bytes);
    if (leaf !== null) {
      this.leaves.push(leaf);
      // What follows the fixed part belongs to the file.
      const data = leaf.kind === 'data' || leaf.kind === 'inode' ? leaf.data[0] - at : length;
      this.claim(at, data, 'metadata');
      return;
    }
    this.claim(at, length, type === TYPE.superblock ? 'header' : 'metadata');
    if (type === TYPE.commit) this.commits.push({ ...head, commit: c.u64le() });
    if (type === TYPE.master) this.masters.push(masterOf(head, c));
    if (type === TYPE.signature) this.signatures++;
  }

  /** Where to go on behind a node and what fills up the room behind it. */
  private behind(head: Head, bytes: Uint8Array, end: number): number {
    const { at, length, type } = head;
    if (type === TYPE.padding) {
      const filler = new Cursor(bytes, HEADER, at).u32le();
      if (filler > end - at - length) {
        this.damage(new Malformed(`padding of ${filler} bytes leaves its block`, at));
        return aligned(at + length);
      }
      this.pad([at + length, at + length + filler]);
      return aligned(at + length + filler);
    }
    let to = Math.min(end, aligned(at + length));
    const more = this.source.bytes(to, Math.min(end, to + SHORT_PADDING));
    const other = more.findIndex((byte) => byte !== PADDING_BYTE);
    this.pad([at + length, to]);
    const run = other === -1 ? more.length : other;
    if (run > 0) {
      this.pad([to, to + run]);
      to = aligned(to + run);
    }
    return to;
  }

  /** Padding, where all of it is the same byte of those that padding is made of. */
  private pad(range: ByteRange): void {
    const byte = range[0] < range[1] ? this.source.bytes(range[0], range[0] + 1)[0] : undefined;
    if (byte !== 0 && byte !== 0xff && byte !== PADDING_BYTE) return;
    for (let at = range[0]; at < range[1]; at += STEP) {
      const window = this.source.bytes(at, Math.min(range[1], at + STEP));
      if (window.some((other) => other !== byte)) return;
    }
    this.claims.push({ range, role: byte === 0xff ? 'erased' : 'padding' });
    this.end = range[1];
  }

  private claim(at: number, length: number, role: Role): void {
    this.claims.push({ range: [at, at + length], role });
  }

  private damage(error: Malformed): void {
    this.damaged++;
    this.first ??= error;
  }
}

function aligned(at: number): number {
  return Math.ceil(at / ALIGNMENT) * ALIGNMENT;
}

function masterOf(head: Head, c: Cursor): Master {
  c.skip(8); // highest number of an inode
  const commit = c.u64le();
  c.skip(8); // flags, first block of the log
  const block = c.u32le();
  const offset = c.u32le();
  return { ...head, commit, root: { block, offset, length: c.u32le() } };
}
