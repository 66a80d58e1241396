import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import { isZero } from '#engine/bytes/pieces';
import { nameOf } from '#engine/bytes/text';
import { DEPTH_LIMIT, pathBelow, zeroPieces } from '#engine/bytes/walk';
import { Attributes } from '#engine/decode/erofs/attributes';
import { type Content, contentOf, Reader, storedIn } from '#engine/decode/erofs/content';
import { type Listed, listingOf } from '#engine/decode/erofs/directory';
import { deviceOf, type Inode, readInode } from '#engine/decode/erofs/inode';
import type { Volume } from '#engine/decode/erofs/volume';

/** Longest target of a symbolic link, bytes. Linux allows 4,096. */
const TARGET_LIMIT = 65_536;

/** Something to be given: the root, or a line of a directory. */
interface Waiting {
  readonly path: string;
  readonly depth: number;
  readonly listed: Omit<Listed, 'step'>;
}

/** Walks the tree of an image, depth first, in the order of its directories. */
export class Tree {
  readonly attributes: Attributes;
  readonly reader: Reader;
  /** First path of each inode that was given. */
  readonly named = new Map<number, string>();
  private readonly volume: Volume;

  constructor(volume: Volume) {
    this.volume = volume;
    this.attributes = new Attributes(volume);
    this.reader = new Reader(volume);
  }

  /** @throws Spent; Malformed only when there are too many breaks, others are noted */
  *read(): Generator<Reading> {
    const { superblock, walk } = this.volume;
    const top = { inode: superblock.root, type: 'directory', at: 1024 } as const;
    const waiting: Waiting[] = [{ path: '', depth: 0, listed: top }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      try {
        const folder = yield* this.entry(next);
        if (folder !== null) waiting.push(...this.below(folder, next).toReversed());
      } catch (error) {
        walk.note(error);
      }
    }
  }

  /** Lines of a directory. One that breaks gives what stands before the break. */
  private below(folder: Inode, { path, depth }: Waiting): readonly Waiting[] {
    const below: Waiting[] = [];
    try {
      if (depth === DEPTH_LIMIT) throw new Malformed(`directories ${DEPTH_LIMIT} deep`, folder.at);
      for (const listed of listingOf(this.volume, folder))
        below.push({ path: pathBelow(path, listed.step), depth: depth + 1, listed });
    } catch (error) {
      this.volume.walk.note(error);
    }
    return below;
  }

  /** Gives one entry.
   *  @returns its inode when it is a directory to be read, else null
   *  @throws Malformed when its inode cannot be read, or it is a directory that was read before */
  private *entry({ path, listed }: Waiting): Generator<Reading, Inode | null> {
    const { walk } = this.volume;
    let inode: Inode;
    try {
      inode = readInode(this.volume, listed.inode);
    } catch (error) {
      if (error instanceof Malformed && listed.type !== null) yield* this.nameAlone(path, listed.type, error);
      throw error;
    }
    const first = this.named.get(inode.number);
    if (inode.type === 'directory') {
      // A tree names a directory once; a second name is a loop, or would double the work at every level.
      if (first !== undefined) throw new Malformed('directory stands in the tree twice', listed.at);
    } else if (first !== undefined) {
      yield* walk.entry({ ...headOf(inode, 'hard-link', path), target: first });
      return null;
    }
    this.named.set(inode.number, path);
    this.describe(inode);
    const head = headOf(inode, inode.type, path);
    if (inode.type === 'file') yield* this.file(inode, head);
    else if (inode.type === 'link') yield* this.link(inode, head);
    else yield* walk.entry(head);
    return inode.type === 'directory' ? inode : null;
  }

  private describe(inode: Inode): void {
    const { walk } = this.volume;
    walk.claim([inode.at, inode.end], 'metadata');
    try {
      this.attributes.read(inode);
    } catch (error) {
      walk.note(error);
    }
  }

  /** An entry whose inode cannot be read: a file or directory of this name is there, more is not known. */
  private *nameAlone(
    path: string,
    type: 'file' | 'directory',
    { message, at }: Malformed,
  ): Generator<Reading> {
    const unknown = { mode: null, uid: null, gid: null, modifiedAt: null, target: null, device: null };
    const head: EntryHead = { path, type, ...unknown, stored: [] };
    if (type === 'file') yield* this.volume.walk.broken(head, message, at);
    else yield* this.volume.walk.entry(head);
  }

  private *file(inode: Inode, head: EntryHead): Generator<Reading> {
    const { walk } = this.volume;
    let content: Content;
    try {
      content = contentOf(this.volume, inode);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      yield* walk.broken(head, error.message, error.at);
      walk.note(error);
      return;
    }
    if (content.kind === 'runs') {
      yield* walk.laidOut(head, content.runs);
      this.claimSlack(inode, content);
    } else {
      const { extents } = content;
      yield* walk.file({ ...head, stored: storedIn(content) }, inode.size, () => this.reader.pieces(extents));
    }
  }

  /** @throws Malformed when the target cannot be read */
  private *link(inode: Inode, head: EntryHead): Generator<Reading> {
    const { walk } = this.volume;
    if (inode.size > TARGET_LIMIT) throw new Malformed(`link target of ${inode.size} bytes`, inode.at);
    const content = contentOf(this.volume, inode);
    const stored = storedIn(content);
    const pieces =
      content.kind === 'runs' ? this.plainPieces(content.runs) : this.reader.pieces(content.extents);
    const target = nameOf(Buffer.concat([...pieces].map((piece) => Uint8Array.from(piece))));
    for (const range of stored) walk.claim(range, 'metadata');
    yield* walk.entry({ ...head, target, stored });
    if (content.kind === 'runs') this.claimSlack(inode, content);
  }

  private *plainPieces(runs: Extract<Content, { kind: 'runs' }>['runs']): Generator<Uint8Array> {
    for (const { at, length } of runs) {
      if (at === null) yield* zeroPieces(length);
      else yield this.volume.metadata([at, at + length], 'link target');
    }
  }

  /** Zeros from the end of content to the end of its block. What follows an inode ends where it ends. */
  private claimSlack({ layout }: Inode, content: Extract<Content, { kind: 'runs' }>): void {
    const last = content.runs.at(-1);
    if (last === undefined || last.at === null || layout === 'inline') return;
    const { blockSize } = this.volume.superblock;
    const { source, walk } = this.volume;
    const end = last.at + last.length;
    const slack: ByteRange = [end, Math.min(source.size, Math.ceil(end / blockSize) * blockSize)];
    if (slack[0] < slack[1] && isZero(source, slack)) walk.claim(slack, 'padding');
  }
}

function headOf(inode: Inode, type: EntryType, path: string): EntryHead {
  const { mode, uid, gid, modifiedAt } = inode;
  const isDevice = type === 'character-device' || type === 'block-device';
  return {
    path,
    type,
    mode,
    uid,
    gid,
    modifiedAt,
    target: null,
    device: isDevice ? deviceOf(inode) : null,
    stored: [],
  };
}
