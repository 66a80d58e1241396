import { Malformed } from '#domain/error';
import { deletedPath } from '#engine/bytes/history';
import { DEPTH_LIMIT, pathBelow } from '#engine/bytes/walk';

/** One name in one directory, of a file system that keeps names apart from what they name. */
export interface Name {
  /** Number of the directory. */
  readonly parent: number;
  /** As it stands in a path. */
  readonly step: string;
  /** Number of what it names. */
  readonly inode: number;
  /** Where it stands in the image. */
  readonly at: number;
}

/** One name with the path that leads to it. */
export interface Named {
  readonly path: string;
  readonly inode: number;
  /** Path of the first name of the same thing; null: this is the first. */
  readonly first: string | null;
  /** Where the name stands in the image. */
  readonly at: number;
}

/** The names of one file system. */
export class Names {
  private readonly root: number;
  private readonly below = new Map<number, Name[]>();
  /** The name that each number had last, a living one before a removed one. */
  private readonly last = new Map<number, Name>();
  private readonly firstPaths = new Map<number, string>();

  /** @param root     number of the root directory
   *  @param living   in the order in which they are given within a directory
   *  @param removed  oldest first */
  constructor(root: number, living: readonly Name[], removed: readonly Name[]) {
    this.root = root;
    this.firstPaths.set(root, '');
    for (const name of removed) this.last.set(name.inode, name);
    for (const name of living) {
      this.last.set(name.inode, name);
      const known = this.below.get(name.parent);
      if (known === undefined) this.below.set(name.parent, [name]);
      else known.push(name);
    }
  }

  /** Every name that the root leads to, a directory before what is in it.
   *  @param isDirectory  of a number
   *  @param note         is told of directories that stand in the tree twice or lie too deep; they are not entered */
  *living(isDirectory: (inode: number) => boolean, note: (error: Malformed) => void): Generator<Named> {
    const waiting = [{ inode: this.root, path: '', depth: 0 }];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      const folders: typeof waiting = [];
      for (const { step, inode, at } of this.below.get(folder.inode) ?? []) {
        const path = pathBelow(folder.path, step);
        const first = this.firstPaths.get(inode) ?? null;
        const isFolder = isDirectory(inode);
        if (isFolder && first !== null) {
          note(new Malformed(`directory ${inode} stands in the tree twice`, at));
          continue;
        }
        if (first === null) this.firstPaths.set(inode, path);
        yield { path, inode, first, at };
        if (!isFolder) continue;
        if (folder.depth === DEPTH_LIMIT) note(new Malformed(`directories ${DEPTH_LIMIT} deep`, at));
        else folders.push({ inode, path, depth: folder.depth + 1 });
      }
      for (const inner of folders.toReversed()) waiting.push(inner);
    }
  }

  /** True: {@link living} gave a name of it, or it is the root. */
  isNamed(inode: number): boolean {
    return this.firstPaths.has(inode);
  }

  /** Path of something that the root does not lead to, as its last name has it. */
  deletedPath(inode: number): string {
    const steps: string[] = [];
    let above = inode;
    while (!this.firstPaths.has(above) && steps.length <= DEPTH_LIMIT) {
      const name = this.last.get(above);
      if (name === undefined) break;
      steps.unshift(name.step);
      above = name.parent;
    }
    if (steps.length === 0) return deletedPath(null, inode);
    const known = this.firstPaths.get(above) ?? deletedPath(null, above);
    return deletedPath(steps.reduce(pathBelow, known), inode);
  }
}
