import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import { nameOf } from '#engine/bytes/text';
import { Content } from '#engine/decode/squashfs/content';
import { type Listed, Listing } from '#engine/decode/squashfs/directory';
import type { DirectoryInode, FileInode, Inode } from '#engine/decode/squashfs/inode';
import { MetadataCursor } from '#engine/decode/squashfs/metadata';
import type { Volume } from '#engine/decode/squashfs/volume';

/** Entries of one image. */
const ENTRY_LIMIT = 1_000_000;

/** Steps of a path: no firmware comes near. */
const DEPTH_LIMIT = 256;

/** Bytes of content over all files, holes included. */
const OUTPUT_LIMIT = 4 * 2 ** 30;

/** Characters of all paths and link targets together: one long path may be the beginning of a million others. */
const TEXT_LIMIT = 256 * 2 ** 20;

/** Walks the tree of an image, depth first, in the order of its directories. */
export class Tree {
  /** Entries given, and different inodes among them. */
  entries = 0;
  inodes = 0;
  /** Where content stands that an entry names. */
  readonly payload: ByteRange[] = [];
  private readonly volume: Volume;
  private readonly content: Content;
  /** The directories that are being read, the root first. */
  private readonly open: Listing[] = [];
  /** Places of the directories that were entered. */
  private readonly entered = new Set<number>();
  /** First path of every inode that says it has several, by its place. */
  private readonly firstPaths = new Map<number, string>();
  private text = 0;
  private output = 0;

  constructor(volume: Volume) {
    this.volume = volume;
    this.content = new Content(volume);
  }

  /** @throws Spent; Malformed only when there are too many breaks, others are noted */
  *read(): Generator<Reading> {
    const { superblock, problems } = this.volume;
    let listed: Listed | null = { name: '', ...superblock.root, type: 'directory' };
    while (listed !== null) {
      const above = this.open.at(-1)?.path ?? '';
      const path = above === '' ? listed.name : `${above}/${listed.name}`;
      this.spend(path.length);
      try {
        const inode = yield* this.entry(listed, path);
        if (inode.kind === 'directory') this.enter(listed, inode, path);
      } catch (error) {
        problems.note(error);
      }
      listed = this.next();
    }
  }

  /** The next line of the innermost directory that has one. */
  private next(): Listed | null {
    for (;;) {
      const listing = this.open.at(-1);
      if (listing === undefined) return null;
      try {
        const listed = listing.next();
        if (listed !== null) return listed;
      } catch (error) {
        this.volume.problems.note(error);
      }
      this.open.pop();
    }
  }

  private enter(listed: Listed, inode: DirectoryInode, path: string): void {
    const { superblock } = this.volume;
    const place = placeOf(listed);
    const at = superblock.inodeTable + listed.block;
    // A tree names a directory once; a second name is a loop, or would double the work at every level.
    if (this.entered.has(place)) throw new Malformed('directory stands in the tree twice', at);
    this.entered.add(place);
    if (this.open.length === DEPTH_LIMIT) {
      this.volume.problems.keep(new Spent(`directories ${DEPTH_LIMIT} deep`));
      return;
    }
    this.open.push(new Listing(this.volume, inode, path));
  }

  /** Gives one entry with its content.
   *  @throws Malformed when its inode cannot be read */
  private *entry(listed: Listed, path: string): Generator<Reading, Inode> {
    if (this.entries++ === ENTRY_LIMIT) throw new Spent(`${ENTRY_LIMIT} entries`);
    let inode: Inode;
    try {
      inode = this.inodeAt(listed);
    } catch (error) {
      if (error instanceof Malformed) yield* nameAlone(listed, path, error);
      throw error;
    }
    const first = this.firstPath(listed, inode, path);
    if (first !== null) {
      yield { kind: 'entry', entry: this.head(inode, 'hard-link', path, first, []) };
      return inode;
    }
    this.inodes++;
    if (inode.kind === 'file') yield* this.file(listed, inode, path);
    else yield { kind: 'entry', entry: this.head(inode, inode.kind, path, this.targetOf(inode), []) };
    return inode;
  }

  /** Where the same inode was given before; null: it was not. */
  private firstPath(listed: Listed, inode: Inode, path: string): string | null {
    if (inode.kind === 'directory' || (inode.links !== null && inode.links < 2)) return null;
    const first = this.firstPaths.get(placeOf(listed));
    if (first === undefined) this.firstPaths.set(placeOf(listed), path);
    return first ?? null;
  }

  /** Reads an inode, and of a file where its blocks stand. */
  private inodeAt({ block, offset }: Listed): Inode {
    const { layout, metadata, superblock } = this.volume;
    const cursor = new MetadataCursor(metadata, superblock.inodeTable + block, offset);
    const inode = layout.readInode(cursor);
    if (inode.kind === 'file' && this.fits(inode)) this.content.begin(cursor, inode);
    return inode;
  }

  private fits({ size }: FileInode): boolean {
    return size <= OUTPUT_LIMIT - this.output;
  }

  private *file({ block }: Listed, inode: FileInode, path: string): Generator<Reading> {
    if (!this.fits(inode)) {
      // The other files may be ordinary: they are read before the budget is named.
      const spent = new Spent(`${OUTPUT_LIMIT} bytes of content`);
      const at = this.volume.superblock.inodeTable + block;
      yield { kind: 'entry', entry: this.head(inode, 'file', path, null, []) };
      yield { kind: 'broken', why: `${inode.size} bytes, ${spent.message}`, at };
      this.volume.problems.keep(spent);
      return;
    }
    const stored = this.content.stored();
    this.claim(stored);
    yield { kind: 'entry', entry: this.head(inode, 'file', path, null, stored) };
    for (const reading of this.content.pieces()) {
      // Counted as it comes: a file that breaks at once must not use up what the others need.
      if (reading.kind === 'piece') this.output += reading.bytes.length;
      yield reading;
    }
  }

  private head(
    inode: Inode,
    type: EntryType,
    path: string,
    target: string | null,
    stored: readonly ByteRange[],
  ): EntryHead {
    const { users, groups } = this.volume;
    const { mode, modifiedAt } = inode;
    const device = 'device' in inode ? inode.device : null;
    const uid = users.at(inode.uid);
    const gid = inode.gid === null ? uid : groups.at(inode.gid);
    return { path, type, mode, uid, gid, modifiedAt, target, device, stored };
  }

  private targetOf(inode: Inode): string | null {
    if (inode.kind !== 'link') return null;
    this.spend(inode.target.length);
    return nameOf(inode.target);
  }

  /** Files mostly follow one another, so that few ranges are kept. */
  private claim(ranges: readonly ByteRange[]): void {
    for (const range of ranges) {
      const last = this.payload.at(-1);
      if (last !== undefined && last[1] === range[0])
        this.payload[this.payload.length - 1] = [last[0], range[1]];
      else if (last === undefined || last[0] !== range[0] || last[1] !== range[1]) this.payload.push(range);
    }
  }

  private spend(characters: number): void {
    this.text += characters;
    if (this.text > TEXT_LIMIT) throw new Spent(`${TEXT_LIMIT} characters of paths and link targets`);
  }
}

/** Tells inodes apart: by where they stand, not by the number they state. */
function placeOf({ block, offset }: Listed): number {
  return block * 65536 + offset;
}

/** An entry whose inode cannot be read: a file or directory of this name is there, more is not known. */
function* nameAlone({ type }: Listed, path: string, error: Malformed): Generator<Reading> {
  if (type === null) return;
  const unknown = { mode: null, uid: null, gid: null, modifiedAt: null, target: null, device: null };
  yield { kind: 'entry', entry: { path, type, ...unknown, stored: [] } };
  if (type === 'file') yield { kind: 'broken', why: error.message, at: error.at };
}
