import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { type Branch, branchesOf } from '#engine/decode/ubifs/index-tree';
import type { CutNode, DataNode, InodeNode, Key, Leaf, NameNode } from '#engine/decode/ubifs/node';
import type { Master, Scanned } from '#engine/decode/ubifs/scan';
import type { Superblock } from '#engine/decode/ubifs/superblock';

/** The nodes that count: those the index has, and what was written after it. */
export class State {
  readonly inodes = new Map<number, InodeNode>();
  /** By number of the inode and of the block; of each the newest, cut or not. */
  private readonly blocks = new Map<number, Map<number, DataNode>>();
  /** Inodes of which the index has a block that is not there. */
  readonly lossy = new Set<number>();
  /** What no node holds was never written. */
  readonly isComplete: boolean;
  /** Keys of the index of which no node is there. */
  lost = 0;
  /** Nodes written after the index. */
  later = 0;
  /** Of what was read; null: no index counts, the newest node of each key does. */
  readonly master: Master | null;
  /** Why no index counts. */
  readonly why: Malformed | null;
  /** By number of the inode, in sequence. */
  private readonly cuts = new Map<number, CutNode[]>();
  private readonly namesByKey = new Map<string, NameNode>();

  constructor(source: Source, superblock: Superblock | null, scanned: Scanned) {
    const read = superblock === null ? null : indexOf(source, superblock, scanned);
    this.master = read?.master ?? null;
    this.why = read?.why ?? null;
    const branches = read?.branches ?? null;
    this.isComplete = branches !== null || (superblock !== null && scanned.first === null);
    if (branches !== null) this.take(branches, scanned);
    const from = branches === null || this.master === null ? -1 : commitOf(scanned, this.master);
    const later = scanned.leaves.filter(({ sequence }) => sequence > from);
    if (branches !== null) this.later = later.length;
    for (const leaf of later.toSorted((a, b) => a.sequence - b.sequence || a.at - b.at)) this.apply(leaf);
  }

  get names(): readonly NameNode[] {
    return [...this.namesByKey.values()];
  }

  /** The blocks of a file that count. */
  blocksOf(inode: number): readonly DataNode[] {
    const blocks = [...(this.blocks.get(inode)?.values() ?? [])];
    const cuts = this.cuts.get(inode) ?? [];
    if (cuts.length === 0) return blocks;
    // From each cut on, how short the file was at its shortest.
    const shortest = cuts.map(({ to }) => to);
    for (let i = shortest.length - 2; i >= 0; i--)
      shortest[i] = Math.min(shortest[i] ?? 0, shortest[i + 1] ?? 0);
    const newest = blocks.toSorted((a, b) => a.sequence - b.sequence);
    let next = 0;
    return newest.filter(({ sequence, from }) => {
      while (next < cuts.length && (cuts[next]?.sequence ?? 0) < sequence) next++;
      return from < (shortest[next] ?? Number.POSITIVE_INFINITY);
    });
  }

  private take(branches: readonly Branch[], { leaves }: Scanned): void {
    const byPlace = new Map(leaves.map((leaf) => [leaf.at, leaf]));
    const others: Branch[] = [];
    for (const branch of branches) {
      const leaf = byPlace.get(branch.at);
      if (leaf !== undefined && isOf(leaf, branch.key)) this.apply(leaf);
      else others.push(branch);
    }
    if (others.length === 0) return;
    // The block was erased after its nodes were moved: the newest copy counts.
    const newest = new Map<string, Leaf>();
    for (const leaf of leaves) {
      const text = textOf(leaf);
      if (text === null) continue;
      const before = newest.get(text);
      if (before === undefined || before.sequence < leaf.sequence) newest.set(text, leaf);
    }
    for (const { key } of others) {
      const leaf = newest.get(`${key.inode}/${key.kind}/${key.rest}`);
      if (leaf !== undefined) this.apply(leaf);
      else {
        this.lost++;
        if (key.kind === KIND.data) this.lossy.add(key.inode);
      }
    }
  }

  private apply(leaf: Leaf): void {
    switch (leaf.kind) {
      case 'inode':
        if (leaf.links > 0) this.inodes.set(leaf.inode, leaf);
        else {
          this.inodes.delete(leaf.inode);
          this.blocks.delete(leaf.inode);
        }
        return;
      case 'name': {
        const key = `${leaf.parent}/${leaf.step}`;
        if (leaf.inode === 0) this.namesByKey.delete(key);
        else this.namesByKey.set(key, leaf);
        return;
      }
      case 'attribute':
        return;
      case 'data': {
        const own = this.blocks.get(leaf.inode);
        if (own === undefined) this.blocks.set(leaf.inode, new Map([[leaf.block, leaf]]));
        else own.set(leaf.block, leaf);
        return;
      }
      case 'cut': {
        const own = this.cuts.get(leaf.inode);
        if (own === undefined) this.cuts.set(leaf.inode, [leaf]);
        else own.push(leaf);
        return;
      }
    }
  }
}

/** The three bits of a key above its number. Source: Linux, fs/ubifs/ubifs-media.h, UBIFS_INO_KEY and those behind it */
const KIND = { inode: 0, data: 1, name: 2, attribute: 3 } as const;

function isOf(leaf: Leaf, key: Key): boolean {
  return textOf(leaf) === `${key.inode}/${key.kind}/${key.rest}`;
}

/** The key of a node as text; null: it has none in the index. */
function textOf(leaf: Leaf): string | null {
  switch (leaf.kind) {
    case 'inode':
      return `${leaf.inode}/${KIND.inode}/0`;
    case 'data':
      return `${leaf.inode}/${KIND.data}/${leaf.block}`;
    case 'name':
      return `${leaf.parent}/${KIND.name}/${leaf.hash}`;
    case 'attribute':
      return `${leaf.parent}/${KIND.attribute}/${leaf.hash}`;
    case 'cut':
      return null;
  }
}

interface Index {
  readonly master: Master;
  /** Null: it could not be read. */
  readonly branches: readonly Branch[] | null;
  readonly why: Malformed | null;
}

/** The index of the newest master node; null: there is none. */
function indexOf(source: Source, superblock: Superblock, { masters }: Scanned): Index | null {
  const master = masters.toSorted((a, b) => b.sequence - a.sequence)[0];
  if (master === undefined) return null;
  try {
    return { master, branches: branchesOf(source, superblock, master), why: null };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { master, branches: null, why: error };
  }
}

/** Number in the sequence from which on nodes are newer than the index. */
function commitOf({ commits }: Scanned, master: Master): number {
  const own = commits.filter(({ commit }) => commit === master.commit);
  return own.reduce(
    (most, { sequence }) => Math.max(most, sequence),
    own.length === 0 ? master.sequence : -1,
  );
}
