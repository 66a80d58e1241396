import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { generationsOf, olderPath, replacedIn, type Seen, seenOf } from '#engine/bytes/history';
import { type Name, Names } from '#engine/bytes/names';
import { union } from '#engine/bytes/ranges';
import { nameOf } from '#engine/bytes/text';
import { typeOfMode, type Walk, zeroPieces } from '#engine/bytes/walk';
import type { InodeNode, NameNode } from '#engine/decode/jffs2/node';
import type { Scanned } from '#engine/decode/jffs2/scan';
import { unpack, ZERO } from '#engine/decode/jffs2/unpack';

/** Number of the root directory. */
const ROOT = 1;

/** Bytes one node may unpack to: a page of memory, 64 KiB at most on any machine, with room. */
const UNPACKED_LIMIT = 1024 * 1024;

/** What nodes may unpack to all together, for each byte of the image and at least: a page is unpacked again where
 *  newer writes lie in its middle. */
const UNPACKED_PER_BYTE = 1000;
const UNPACKED_LEAST = 256 * 2 ** 20;

/** Longest target of a symbolic link, bytes. Linux allows 4,096. */
const TARGET_LIMIT = 65536;

/** File types of names, as readdir has them. */
const TYPES: Readonly<Record<number, Exclude<EntryType, 'hard-link'>>> = {
  1: 'fifo',
  2: 'character-device',
  4: 'directory',
  6: 'block-device',
  8: 'file',
  10: 'link',
  12: 'socket',
};

/** All nodes of one inode. */
interface Inode {
  readonly number: number;
  /** Oldest first. */
  readonly writes: readonly InodeNode[];
  readonly obsolete: readonly InodeNode[];
  /** The newest that is valid, or, where all are obsolete, the newest of those. */
  readonly newest: InodeNode;
}

/** The tree that the nodes of one file system make. */
export class Tree {
  /** Names that are no longer valid, removals of names, replaced writes, files without a name. */
  removedNames = 0;
  replaced = 0;
  deleted = 0;
  /** Bytes of files that no node holds; they are read as zeros. */
  missing = 0;
  private readonly source: Source;
  private readonly walk: Walk;
  private readonly scanned: Scanned;
  private readonly inodes: ReadonlyMap<number, Inode>;
  private readonly names: Names;
  /** File types that living names state. */
  private readonly stated = new Map<number, number>();
  private unpacked = 0;
  /** The node that was unpacked last. */
  private last: { readonly at: number; readonly bytes: Uint8Array } | null = null;

  constructor(source: Source, walk: Walk, scanned: Scanned) {
    this.source = source;
    this.walk = walk;
    this.scanned = scanned;
    this.inodes = inodesOf(scanned.inodes);
    this.names = this.namesOf(scanned.names);
  }

  /** The living tree, then what has no name any more, then content that was replaced. */
  *give(): Generator<Reading> {
    const olds: { readonly path: string; readonly inode: Inode }[] = [];
    const root = this.inodes.get(ROOT);
    if (root !== undefined) yield* this.walk.entry({ ...metaOf(root.newest, 'directory'), path: '' });
    const isDirectory = (inode: number) => this.typeOf(inode) === 'directory';
    for (const { path, inode, first, at } of this.names.living(isDirectory, (error) =>
      this.walk.keep(error),
    )) {
      if (first !== null) {
        yield* this.walk.entry({ ...NOTHING, path, type: 'hard-link', target: first });
        continue;
      }
      const found = this.inodes.get(inode);
      if (found === undefined) yield* this.nameOnly(path, inode, at);
      else {
        olds.push({ path, inode: found });
        yield* this.inode(path, found);
      }
    }
    for (const inode of [...this.inodes.values()].toSorted((a, b) => a.number - b.number)) {
      if (this.names.isNamed(inode.number)) continue;
      const path = this.names.deletedPath(inode.number);
      this.deleted++;
      olds.push({ path, inode });
      yield* this.inode(path, inode);
    }
    for (const { path, inode } of olds) yield* this.older(path, inode);
  }

  private namesOf(nodes: readonly NameNode[]): Names {
    const newest = new Map<string, NameNode>();
    const removed: NameNode[] = [];
    // Of equal versions, which are copies, the first stays.
    for (const node of nodes.toSorted((a, b) => b.version - a.version || a.at - b.at)) {
      const key = `${node.parent}/${node.step}`;
      if (node.isObsolete || newest.has(key)) removed.push(node);
      else newest.set(key, node);
    }
    const living = [...newest.values()].filter((node) => node.inode !== 0).toReversed();
    for (const { inode, type } of living) this.stated.set(inode, type);
    this.removedNames = nodes.length - living.length;
    const had = removed.filter((node) => node.inode !== 0).toReversed();
    return new Names(ROOT, living satisfies readonly Name[], had);
  }

  private typeOf(inode: number): Exclude<EntryType, 'hard-link'> | null {
    const mode = this.inodes.get(inode)?.newest.mode;
    return (mode === undefined ? null : typeOfMode(mode)) ?? TYPES[this.stated.get(inode) ?? 0] ?? null;
  }

  private *inode(path: string, inode: Inode): Generator<Reading> {
    const { newest } = inode;
    const type = this.typeOf(inode.number);
    if (type === null) {
      this.walk.keep(new Malformed(`inode of mode ${newest.mode.toString(8)}`, newest.at));
      return;
    }
    const head = { ...metaOf(newest, type), path };
    try {
      switch (type) {
        case 'file':
          yield* this.file(head, inode);
          return;
        case 'link':
          yield* this.walk.entry({ ...head, target: this.target(newest) });
          break;
        case 'character-device':
        case 'block-device':
          yield* this.walk.entry({ ...head, device: this.device(newest) });
          break;
        case 'directory':
        case 'fifo':
        case 'socket':
          yield* this.walk.entry(head);
          break;
      }
      this.walk.claim(newest.data, 'metadata');
    } catch (error) {
      if (error instanceof Malformed) this.walk.keep(error);
      else throw error;
    }
  }

  /** A name of which the inode is gone. */
  private *nameOnly(path: string, inode: number, at: number): Generator<Reading> {
    const type = this.typeOf(inode);
    const why = new Malformed(`inode ${inode} has no node`, at);
    this.walk.keep(why);
    if (type === 'directory') yield* this.walk.entry({ ...NOTHING, path, type });
    else if (type === 'file') yield* this.walk.broken({ ...NOTHING, path, type }, why.message, at);
  }

  private *file(head: EntryHead, { newest, writes }: Inode): Generator<Reading> {
    const seen = seenOf(writes, newest.size);
    const stored = union(seen.map(({ write }) => write.data));
    yield* this.walk.file({ ...head, stored }, newest.size, () => this.pieces(seen, newest));
  }

  private *pieces(seen: readonly Seen<InodeNode>[], newest: InodeNode): Generator<Uint8Array> {
    let at = 0;
    for (const { from, to, write } of seen) {
      if (from > at) yield* this.unwritten(at, from, newest);
      if (write.codec === ZERO) yield* zeroPieces(to - from);
      else yield this.data(write).subarray(from - write.from, to - write.from);
      at = to;
    }
    if (newest.size > at) yield* this.unwritten(at, newest.size, newest);
  }

  /** Linux reads zeros where no node holds data. Where nodes are damaged, or where a file lost all it had, those zeros
   *  would pass for content. */
  private *unwritten(from: number, to: number, newest: InodeNode): Generator<Uint8Array> {
    if (this.scanned.first !== null)
      throw new Malformed(`no node holds bytes ${from}–${to} of the file`, newest.at);
    this.missing += to - from;
    yield* zeroPieces(to - from);
  }

  /** What was written before, where newer writes cover it: each write once, in runs that go forward through the file. */
  private *older(path: string, inode: Inode): Generator<Reading> {
    const { newest, writes, obsolete } = inode;
    if (this.typeOf(inode.number) !== 'file') return;
    const copies = new Set(writes.map(copyKey));
    const isData = (write: InodeNode) => write.codec !== ZERO && write.data[1] > write.data[0];
    const marked = newest.isObsolete ? [] : obsolete.filter((write) => !copies.has(copyKey(write)));
    const covered = withoutCopies(replacedIn(writes, seenOf(writes, newest.size)), writes);
    const replaced = [...covered, ...marked].filter(isData).toSorted((a, b) => a.version - b.version);
    for (const generation of generationsOf(replaced)) {
      const newestOf = generation.at(-1) ?? newest;
      const stored = generation.map(({ data }) => data);
      const size = generation.reduce((sum, { from, to }) => sum + to - from, 0);
      const head = { ...metaOf(newestOf, 'file'), path: olderPath(path, newestOf.version), stored };
      this.replaced += generation.length;
      yield* this.walk.file(head, size, () => this.each(generation));
    }
    // Copies of what is given elsewhere.
    for (const { data } of [...writes, ...obsolete]) this.walk.claim(data, 'payload');
  }

  private *each(writes: readonly InodeNode[]): Generator<Uint8Array> {
    for (const write of writes) yield this.data(write);
  }

  private target(node: InodeNode): string {
    if (node.to - node.from > TARGET_LIMIT)
      throw new Malformed(`target of ${node.to - node.from} bytes`, node.at);
    return nameOf(this.data(node));
  }

  /** Two bytes of the old form, or four of the new. */
  private device(node: InodeNode): { readonly major: number; readonly minor: number } {
    const bytes = this.data(node);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isLittle = this.scanned.isLittle;
    if (bytes.length === 2) {
      const id = view.getUint16(0, isLittle);
      return { major: id >>> 8, minor: id & 0xff };
    }
    if (bytes.length !== 4) throw new Malformed(`device number of ${bytes.length} bytes`, node.at);
    const id = view.getUint32(0, isLittle);
    return { major: (id >>> 8) & 0xfff, minor: (id & 0xff) | ((id >>> 12) & 0xfff00) };
  }

  private data(node: InodeNode): Uint8Array {
    if (this.last?.at === node.at) return this.last.bytes;
    const size = node.to - node.from;
    if (size > UNPACKED_LIMIT) throw new Malformed(`node that unpacks to ${size} bytes`, node.at);
    this.unpacked += size;
    const limit = UNPACKED_LEAST + UNPACKED_PER_BYTE * this.source.size;
    if (this.unpacked > limit) throw new Spent(`${limit} bytes unpacked`);
    try {
      const bytes = unpack(node.codec, plain(this.source.bytes(...node.data)), size);
      this.last = { at: node.at, bytes };
      return bytes;
    } catch (error) {
      if (error instanceof Malformed) throw new Malformed(error.message, node.at);
      throw error;
    }
  }
}

const NOTHING = {
  mode: null,
  uid: null,
  gid: null,
  modifiedAt: null,
  target: null,
  device: null,
  stored: [] as readonly ByteRange[],
} as const;

function metaOf({ mode, uid, gid, modifiedAt }: InodeNode, type: EntryType): Omit<EntryHead, 'path'> {
  return { ...NOTHING, type, mode: mode & 0o7777, uid, gid, modifiedAt };
}

function inodesOf(nodes: readonly InodeNode[]): ReadonlyMap<number, Inode> {
  const byNumber = new Map<number, InodeNode[]>();
  for (const node of nodes) {
    const known = byNumber.get(node.inode);
    if (known === undefined) byNumber.set(node.inode, [node]);
    else known.push(node);
  }
  const inodes = new Map<number, Inode>();
  for (const [number, all] of byNumber) {
    const sorted = all.toSorted((a, b) => a.version - b.version || b.at - a.at);
    const obsolete = sorted.filter((node) => node.isObsolete);
    const valid = sorted.filter((node) => !node.isObsolete);
    const writes = valid.length > 0 ? valid : obsolete;
    const newest = writes.at(-1);
    if (newest !== undefined) inodes.set(number, { number, writes, obsolete, newest });
  }
  return inodes;
}

/** Equal for a node that was only moved. */
function copyKey({ from, to, dataSum, codec }: InodeNode): string {
  return `${from}-${to} ${codec} ${dataSum}`;
}

/** The replaced writes of which no newer one says the same. */
function withoutCopies(replaced: readonly InodeNode[], writes: readonly InodeNode[]): readonly InodeNode[] {
  const last = new Map(writes.map((write) => [copyKey(write), write]));
  return replaced.filter((write) => last.get(copyKey(write)) === write);
}

/** A view of the plain kind: where the source reads into a Buffer, slices of it would cost the decoders dearly. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
