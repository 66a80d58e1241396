import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { generationsOf, olderPath } from '#engine/bytes/history';
import { Names } from '#engine/bytes/names';
import { nameOf } from '#engine/bytes/text';
import { typeOfMode, type Walk, zeroPieces } from '#engine/bytes/walk';
import {
  BLOCK,
  type DataNode,
  type InodeNode,
  IS_ATTRIBUTE,
  IS_ENCRYPTED,
  type NameNode,
} from '#engine/decode/ubifs/node';
import type { Scanned } from '#engine/decode/ubifs/scan';
import type { State } from '#engine/decode/ubifs/state';
import { unpack } from '#engine/decode/ubifs/unpack';

/** Number of the root directory. */
const ROOT = 1;

/** Why the content of some files is not read. */
const ENCRYPTED = 'encrypted (the key of its directory)';

/** All that is left of one inode. */
interface Inode {
  readonly number: number;
  /** Null: none is left. */
  readonly node: InodeNode | null;
  readonly isDeleted: boolean;
  /** What its content is now, or was last. */
  readonly blocks: readonly DataNode[];
}

/** The tree that the nodes of one file system make. */
export class Tree {
  /** Names that do not count any more, replaced blocks, inodes without a name. */
  removedNames = 0;
  replaced = 0;
  deleted = 0;
  encrypted = 0;
  attributes = 0;
  private readonly source: Source;
  private readonly walk: Walk;
  private readonly scanned: Scanned;
  private readonly state: State;
  private readonly names: Names;
  /** Inodes of which blocks are not there. */
  readonly incomplete = new Set<number>();
  /** All blocks that are left of an inode, oldest first. */
  private readonly blocks = new Map<number, DataNode[]>();
  /** All nodes that are left of an inode, oldest first; attributes and removals are not kept. */
  private readonly nodes = new Map<number, InodeNode>();

  constructor(source: Source, walk: Walk, scanned: Scanned, state: State) {
    this.source = source;
    this.walk = walk;
    this.scanned = scanned;
    this.state = state;
    this.names = this.namesOf();
    this.collect();
  }

  /** The living tree, then what has no name any more, then content that was replaced. */
  *give(): Generator<Reading> {
    const olds: { readonly path: string; readonly inode: Inode }[] = [];
    const root = this.inodeOf(ROOT);
    if (root.node !== null) yield* this.walk.entry({ ...metaOf(root.node, 'directory'), path: '' });
    const isDirectory = (inode: number) => this.typeOf(inode) === 'directory';
    for (const { path, inode, first, at } of this.names.living(isDirectory, (error) =>
      this.walk.keep(error),
    )) {
      if (first !== null) {
        yield* this.walk.entry({ ...NOTHING, path, type: 'hard-link', target: first });
        continue;
      }
      const found = this.inodeOf(inode);
      if (found.node === null) yield* this.nameOnly(path, found, at);
      else yield* this.inode(path, found);
      olds.push({ path, inode: found });
    }
    for (const number of [...new Set([...this.nodes.keys(), ...this.blocks.keys()])].toSorted(
      (a, b) => a - b,
    )) {
      if (this.names.isNamed(number)) continue;
      const path = this.names.deletedPath(number);
      const found = this.inodeOf(number);
      this.deleted++;
      if (found.node === null)
        yield* this.content({ ...NOTHING, path, type: 'file' }, found, sizeOf(found.blocks));
      else yield* this.inode(path, found);
      olds.push({ path, inode: found });
    }
    for (const { path, inode } of olds) yield* this.older(path, inode);
  }

  private namesOf(): Names {
    const living = this.state.names;
    const places = new Set(living.map(({ sequence }) => sequence));
    const all = this.scanned.leaves.filter((leaf): leaf is NameNode => leaf.kind === 'name');
    const removed = all.filter(({ inode, sequence }) => inode !== 0 && !places.has(sequence));
    this.removedNames = new Set(removed.map(({ sequence }) => sequence)).size;
    return new Names(
      ROOT,
      living.toSorted((a, b) => a.at - b.at),
      removed.toSorted((a, b) => a.sequence - b.sequence),
    );
  }

  private collect(): void {
    const attributes = new Set<number>();
    for (const leaf of this.scanned.leaves.toSorted((a, b) => a.sequence - b.sequence || a.at - b.at)) {
      if (leaf.kind === 'data') {
        const own = this.blocks.get(leaf.inode);
        if (own === undefined) this.blocks.set(leaf.inode, [leaf]);
        else own.push(leaf);
      } else if (leaf.kind === 'inode' && (leaf.flags & IS_ATTRIBUTE) !== 0) {
        attributes.add(leaf.inode);
        this.walk.claim(leaf.data, 'metadata');
      } else if (leaf.kind === 'inode' && leaf.links > 0) this.nodes.set(leaf.inode, leaf);
    }
    this.attributes = attributes.size;
  }

  /** The state of a living inode, or the last one of another. */
  private inodeOf(number: number): Inode {
    const living = this.state.inodes.get(number);
    if (living !== undefined || this.names.isNamed(number))
      return { number, node: living ?? null, isDeleted: false, blocks: this.state.blocksOf(number) };
    const newest = new Map((this.blocks.get(number) ?? []).map((node) => [node.block, node]));
    return { number, node: this.nodes.get(number) ?? null, isDeleted: true, blocks: [...newest.values()] };
  }

  private typeOf(inode: number): Exclude<EntryType, 'hard-link'> | null {
    const node = this.state.inodes.get(inode) ?? this.nodes.get(inode);
    return node === undefined ? null : typeOfMode(node.mode);
  }

  private *inode(path: string, inode: Inode): Generator<Reading> {
    const { node } = inode;
    if (node === null) return;
    const type = typeOfMode(node.mode);
    if (type === null) {
      this.walk.keep(new Malformed(`inode of mode ${node.mode.toString(8)}`, node.at));
      return;
    }
    const head = { ...metaOf(node, type), path };
    try {
      switch (type) {
        case 'file':
          yield* this.content(head, inode, node.size);
          return;
        case 'link':
          yield* this.walk.entry({ ...head, target: nameOf(this.source.bytes(...node.data)) });
          break;
        case 'character-device':
        case 'block-device':
          yield* this.walk.entry({ ...head, device: this.device(node) });
          break;
        case 'directory':
        case 'fifo':
        case 'socket':
          yield* this.walk.entry(head);
          return;
      }
      this.walk.claim(node.data, 'metadata');
    } catch (error) {
      if (error instanceof Malformed) this.walk.keep(error);
      else throw error;
    }
  }

  /** A name of which the inode is gone. */
  private *nameOnly(path: string, inode: Inode, at: number): Generator<Reading> {
    const why = new Malformed(`inode ${inode.number} has no node`, at);
    this.walk.keep(why);
    yield* this.walk.broken(
      { ...NOTHING, path, type: 'file', stored: storedOf(inode.blocks) },
      why.message,
      at,
    );
  }

  private *content(head: EntryHead, inode: Inode, size: number): Generator<Reading> {
    const seen = inode.blocks.filter(({ from }) => from < size).toSorted((a, b) => a.block - b.block);
    const stored = storedOf(seen);
    if (((inode.node?.flags ?? 0) & IS_ENCRYPTED) !== 0) {
      this.encrypted++;
      for (const range of stored) yield { kind: 'extent', range, role: 'opaque', reason: ENCRYPTED };
      yield* this.walk.broken(head, ENCRYPTED, inode.node?.at ?? 0);
      return;
    }
    const gap = this.isSure(inode) ? null : gapIn(seen, size);
    if (gap !== null) {
      // Zeros in their place would pass for content. What is there is given in runs.
      this.incomplete.add(inode.number);
      yield* this.walk.broken(
        head,
        `no node holds bytes ${gap[0]}–${gap[1]} of the file`,
        inode.node?.at ?? 0,
      );
      return;
    }
    yield* this.walk.file({ ...head, stored }, size, () => this.pieces(seen, size));
  }

  /** True: blocks of it that are not there were never written. */
  private isSure({ number, isDeleted }: Inode): boolean {
    return !isDeleted && this.state.isComplete && !this.state.lossy.has(number);
  }

  private *pieces(seen: readonly DataNode[], size: number): Generator<Uint8Array> {
    let at = 0;
    for (const node of seen) {
      yield* zeroPieces(node.from - at);
      const to = Math.min(node.to, size);
      yield this.data(node).subarray(0, to - node.from);
      at = to;
    }
    yield* zeroPieces(size - at);
  }

  /** Blocks that newer ones replaced or that were cut off: each once, in runs that go forward through the file. */
  private *older(path: string, inode: Inode): Generator<Reading> {
    const size = inode.node?.size ?? Number.POSITIVE_INFINITY;
    const given = this.incomplete.has(inode.number) ? [] : inode.blocks.filter(({ from }) => from < size);
    const living = new Set(given.map(({ sequence }) => sequence));
    const isEncrypted = ((inode.node?.flags ?? 0) & IS_ENCRYPTED) !== 0;
    const replaced: DataNode[] = [];
    for (const node of this.blocks.get(inode.number) ?? []) {
      if (living.has(node.sequence)) {
        // The one that is read, or a copy of it.
        if (!isEncrypted) this.walk.claim(node.data, 'payload');
      } else {
        living.add(node.sequence);
        replaced.push(node);
      }
    }
    for (const generation of generationsOf(replaced)) {
      this.replaced += generation.length;
      const stored = storedOf(generation);
      const last = generation.at(-1)?.sequence ?? 0;
      const head = {
        ...(inode.node === null ? NOTHING : metaOf(inode.node, 'file')),
        type: 'file' as const,
        path: olderPath(path, last),
        stored,
      };
      if (isEncrypted) {
        for (const range of stored) yield { kind: 'extent', range, role: 'opaque', reason: ENCRYPTED };
        yield* this.walk.broken({ ...head, stored: [] }, ENCRYPTED, generation[0]?.at ?? 0);
      } else
        yield* this.walk.file(
          head,
          generation.reduce((sum, { from, to }) => sum + to - from, 0),
          () => this.each(generation),
        );
    }
  }

  private *each(nodes: readonly DataNode[]): Generator<Uint8Array> {
    for (const node of nodes) yield this.data(node);
  }

  /** Four bytes, or eight where numbers are large. */
  private device(node: InodeNode): { readonly major: number; readonly minor: number } {
    const bytes = this.source.bytes(...node.data);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length !== 4 && bytes.length !== 8)
      throw new Malformed(`device number of ${bytes.length} bytes`, node.at);
    const low = view.getUint32(0, true);
    const high = bytes.length === 4 ? 0 : view.getUint32(4, true);
    return {
      major: ((low >>> 8) & 0xfff) + (high & 0xffff_f000),
      minor: (low & 0xff) + ((low >>> 12) & 0xfff00) + (high & 0xfff) * 2 ** 20,
    };
  }

  private data(node: DataNode): Uint8Array {
    try {
      const bytes = this.source.bytes(...node.data);
      // A view of the plain kind: where the source reads into a Buffer, slices of it would cost the decoders dearly.
      const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return unpack(node.codec, plain, node.to - node.from);
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
  stored: [],
} as const;

function metaOf({ mode, uid, gid, modifiedAt }: InodeNode, type: EntryType): Omit<EntryHead, 'path'> {
  return { ...NOTHING, type, mode: mode & 0o7777, uid, gid, modifiedAt };
}

function storedOf(nodes: readonly DataNode[]): EntryHead['stored'] {
  return nodes.map(({ data }) => data);
}

function sizeOf(nodes: readonly DataNode[]): number {
  return nodes.reduce((most, { to }) => Math.max(most, to), 0);
}

/** The first blocks of a file that none of its nodes is; null: all are there. A block may end early.
 *  @param nodes  in order */
function gapIn(nodes: readonly DataNode[], size: number): readonly [number, number] | null {
  let at = 0;
  for (const { block, from } of nodes) {
    if (from > at) return [at, from];
    at = (block + 1) * BLOCK;
  }
  return size > at ? [at, size] : null;
}
