import { Malformed, Spent } from '#domain/error';
import type { Role } from '#domain/artefact';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { livingStep } from '#engine/bytes/history';
import { READ_LIMIT } from '#engine/bytes/source';
import { nameOf } from '#engine/bytes/text';
import {
  ACCURATE,
  CLEANMARKER,
  crcOf,
  DIRENT,
  DIRENT_HEADER,
  Fields,
  HEADER,
  INODE,
  INODE_HEADER,
  type InodeNode,
  inodeNodeOf,
  MAGIC,
  type NameNode,
  nameNodeOf,
  PADDING,
  SUMMARY,
  XATTR,
  XREF,
} from '#engine/decode/jffs2/node';
import { isSummary } from '#engine/decode/jffs2/summary';
import { ZERO } from '#engine/decode/jffs2/unpack';

/** Nodes of one file system: a flash of 2 GiB full of the smallest writes has fewer. */
const NODE_LIMIT = 1_000_000;

/** Bytes in a row that are neither erased nor a node before the file system counts as ended: the largest erase block
 *  of common flash, so that one ruined block does not end it. */
const GAP_LIMIT = 256 * 1024;

/** Erased bytes before a node from which on another file system may begin. */
const ERASED_LEAST = 64;

/** Bytes looked at in one step for the next node. */
const STEP = 64 * 1024;

/** What was found of one file system. */
export interface Scanned {
  readonly isLittle: boolean;
  /** In the order in which they stand. */
  readonly names: readonly NameNode[];
  readonly inodes: readonly InodeNode[];
  /** Meaning of the bytes of nodes, data of files left out. */
  readonly claims: readonly Claim[];
  /** First byte behind the last node. */
  readonly end: number;
  /** Where cleanmarkers stand: at the beginning of erase blocks. */
  readonly markers: readonly number[];
  readonly summaries: number;
  readonly xattrs: number;
  readonly damaged: number;
  /** First of what is damaged; null: nothing is. */
  readonly first: Malformed | Spent | null;
  /** A node says what another of the same number says otherwise: a second file system begins at the end. */
  readonly isFollowed: boolean;
}

export interface Claim {
  readonly range: ByteRange;
  readonly role: Role;
}

/** The byte order of the node that begins at `at`; null: none begins there. */
export function orderAt(source: Source, at: number): 'little' | 'big' | null {
  if (at + HEADER > source.size) return null;
  const bytes = source.bytes(at, at + HEADER);
  for (const order of ['little', 'big'] as const) {
    if (isHeader(bytes, order === 'little')) return order;
  }
  return null;
}

/** True when magic and checksum of a node header are right. */
function isHeader(bytes: Uint8Array, isLittle: boolean): boolean {
  const f = new Fields(bytes, isLittle);
  return (
    f.u16(0) === MAGIC && f.u32(4) >= HEADER && crcOf(asWritten(bytes.subarray(0, 8), isLittle)) === f.u32(8)
  );
}

/** A node as it was before it became obsolete: its checksums are those of then. */
function asWritten(bytes: Uint8Array, isLittle: boolean): Uint8Array {
  const type = new Fields(bytes, isLittle).u16(2);
  if ((type & ACCURATE) !== 0) return bytes;
  const copy = bytes.slice();
  new Fields(copy, isLittle).set16(2, type | ACCURATE);
  return copy;
}

/** Finds all nodes from the beginning of the source on. */
export function scan(source: Source, isLittle: boolean): Scanned {
  return new Scan(source, isLittle).run();
}

class Scan {
  private readonly source: Source;
  private readonly isLittle: boolean;
  private names: NameNode[] = [];
  private inodes: InodeNode[] = [];
  private claims: Claim[] = [];
  private markers: number[] = [];
  private readonly known = new Map<number, NameNode | InodeNode>();
  private nodes = 0;
  private end = 0;
  private summaries = 0;
  private xattrs = 0;
  private damaged = 0;
  private first: Malformed | Spent | null = null;
  private isFollowed = false;
  /** The last cleanmarker: an erase block begins there, and may be the first of another file system. */
  private begin = 0;
  /** Where nodes go on behind erased bytes, as long as none of them says anything; zero: none. A block may end early
   *  for want of room, so that nodes behind it are the same file system's more often than not. */
  private afterErased = 0;

  constructor(source: Source, isLittle: boolean) {
    this.source = source;
    this.isLittle = isLittle;
  }

  run(): Scanned {
    for (let at = 0; at < this.source.size && !this.isFollowed; ) {
      const next = this.nextHeader(at);
      if (next === null) break;
      if (++this.nodes > NODE_LIMIT) {
        this.first ??= new Spent(`${NODE_LIMIT} nodes`);
        break;
      }
      at = next + this.node(next);
    }
    const { isLittle, names, inodes, claims, end, markers, summaries, xattrs, damaged, first, isFollowed } =
      this;
    return { isLittle, names, inodes, claims, end, markers, summaries, xattrs, damaged, first, isFollowed };
  }

  /** Where the next node with a right header stands, at a multiple of four; null: the file system has ended. */
  private nextHeader(from: number): number | null {
    const { size } = this.source;
    let other = 0;
    let erased = 0;
    for (let base = from; base + HEADER <= size; base += STEP) {
      const window = this.source.bytes(base, Math.min(size, base + STEP + HEADER));
      const end = Math.min(STEP, window.length - HEADER + 1);
      for (let i = 0; i < end; i += 4) {
        if (
          window[i] === 0xff &&
          window[i + 1] === 0xff &&
          window[i + 2] === 0xff &&
          window[i + 3] === 0xff
        ) {
          erased += 4;
          continue;
        }
        if (this.isMagic(window, i) && isHeader(window.subarray(i, i + HEADER), this.isLittle)) {
          if (erased >= ERASED_LEAST) this.afterErased = base + i;
          return base + i;
        }
        erased = 0;
        other += 4;
        if (other > GAP_LIMIT) return null;
      }
    }
    return null;
  }

  private isMagic(window: Uint8Array, i: number): boolean {
    return this.isLittle
      ? window[i] === 0x85 && window[i + 1] === 0x19
      : window[i] === 0x19 && window[i + 1] === 0x85;
  }

  /** Reads one node. Returns how many bytes it takes. */
  private node(at: number): number {
    const header = new Fields(this.source.bytes(at, at + HEADER), this.isLittle);
    const type = header.u16(2);
    const length = header.u32(4);
    const taken = Math.ceil(length / 4) * 4;
    if (at + length > this.source.size) {
      this.damage(new Malformed(`node of ${length} bytes leaves ${this.source.size} bytes`, at));
      return this.source.size - at;
    }
    try {
      this.read(at, type, length);
      if (!this.isFollowed) this.end = at + length;
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.damage(error);
      this.end = at + length;
    }
    return taken;
  }

  private read(at: number, type: number, length: number): void {
    switch (type | ACCURATE) {
      case DIRENT:
        return this.name(at, type, length);
      case INODE:
        return this.inode(at, type, length);
      case CLEANMARKER:
        this.begin = at;
        this.markers.push(at);
        this.claim(at, HEADER, 'metadata');
        return this.fill(at + HEADER, at + length);
      case PADDING:
        this.claim(at, HEADER, 'metadata');
        return this.fill(at + HEADER, at + length);
      case SUMMARY:
        return this.summary(at, length);
      case XATTR:
      case XREF:
        this.xattrs += (type | ACCURATE) === XATTR ? 1 : 0;
        return this.claim(at, length, 'metadata');
      default:
        throw new Malformed(`node of unknown type 0x${type.toString(16)}`, at);
    }
  }

  private name(at: number, type: number, length: number): void {
    const bytes = this.checked(at, length, DIRENT_HEADER, 32, 32);
    const f = new Fields(bytes, this.isLittle);
    const end = DIRENT_HEADER + f.u8(28);
    if (end > length) throw new Malformed(`name leaves a node of ${length} bytes`, at);
    const name = this.source.bytes(at + DIRENT_HEADER, at + end);
    if (crcOf(name) !== f.u32(36)) throw new Malformed('checksum of a name is wrong', at);
    const node = nameNodeOf(f, at, (type & ACCURATE) === 0, livingStep(nameOf(name)));
    if (this.isOther(node, node.parent, 1)) return this.split(at);
    this.names.push(node);
    this.afterErased = 0;
    this.claim(at, end, 'metadata');
  }

  private inode(at: number, type: number, length: number): void {
    const bytes = this.checked(at, length, INODE_HEADER, 60, 64);
    const node = inodeNodeOf(new Fields(bytes, this.isLittle), at, (type & ACCURATE) === 0);
    const [from, to] = node.data;
    if (to > at + length) throw new Malformed(`data leave a node of ${length} bytes`, at);
    if (to - from > READ_LIMIT) throw new Malformed(`node with ${to - from} bytes of data`, at);
    if (node.codec !== ZERO && crcOf(this.source.bytes(from, to)) !== node.dataSum)
      throw new Malformed('checksum of data is wrong', at);
    if (this.isOther(node, node.inode, 0)) return this.split(at);
    this.inodes.push(node);
    this.afterErased = 0;
    this.claim(at, INODE_HEADER, 'metadata');
  }

  private summary(at: number, length: number): void {
    if (length > READ_LIMIT) throw new Malformed(`summary of ${length} bytes`, at);
    const bytes = this.source.bytes(at, at + length);
    if (!isSummary(bytes, this.isLittle)) throw new Malformed('summary does not hold what it states', at);
    this.summaries++;
    this.claim(at, length, 'metadata');
  }

  /** The fixed part of a node whose checksum is right.
   *  @param summed  first bytes that it is over
   *  @param sumAt   where it stands
   *  @throws Malformed when it is not */
  private checked(at: number, length: number, fixed: number, summed: number, sumAt: number): Uint8Array {
    if (length < fixed) throw new Malformed(`node of ${length} bytes, ${fixed} at least`, at);
    const bytes = this.source.bytes(at, at + fixed);
    if (
      crcOf(asWritten(bytes.subarray(0, summed), this.isLittle)) !==
      new Fields(bytes, this.isLittle).u32(sumAt)
    )
      throw new Malformed('checksum of a node is wrong', at);
    return bytes;
  }

  /** True when another node has the number and version of this one and says something else. */
  private isOther(node: NameNode | InodeNode, number: number, kind: 0 | 1): boolean {
    // Obsolete nodes are left over from files whose numbers were given out again.
    if (node.isObsolete) return false;
    const key = (number * 2 ** 32 + node.version) * 2 + kind;
    const before = this.known.get(key);
    if (before === undefined) {
      this.known.set(key, node);
      return false;
    }
    // Above 2^20 numbers the key is rounded.
    const own = 'parent' in before ? before.parent : before.inode;
    return own === number && before.version === node.version && before.sum !== node.sum;
  }

  /** Gives up everything from where another file system seems to begin. */
  private split(at: number): void {
    const from = Math.max(this.begin, this.afterErased) || at;
    this.isFollowed = true;
    this.names = this.names.filter((node) => node.at < from);
    this.inodes = this.inodes.filter((node) => node.at < from);
    this.claims = this.claims.filter(({ range }) => range[0] < from);
    this.markers = this.markers.filter((marker) => marker < from);
    this.end = from;
  }

  private claim(at: number, length: number, role: Role): void {
    this.claims.push({ range: [at, at + length], role });
  }

  /** What a node holds that says nothing is padding as long as it says nothing. */
  private fill(from: number, to: number): void {
    for (let at = from; at < to; at += STEP) {
      const bytes = this.source.bytes(at, Math.min(to, at + STEP));
      if (bytes.some((byte) => byte !== 0 && byte !== 0xff))
        throw new Malformed('bytes in a node of padding', from);
    }
    if (to > from) this.claims.push({ range: [from, to], role: 'padding' });
  }

  private damage(error: Malformed): void {
    this.damaged++;
    this.first ??= error;
  }
}
