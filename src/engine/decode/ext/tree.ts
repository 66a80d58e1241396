import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import { isZero } from '#engine/bytes/pieces';
import { nameOf } from '#engine/bytes/text';
import { DEPTH_LIMIT, pathBelow, type Run, stepOf, zeroPieces } from '#engine/bytes/walk';
import { type Listed, listingOf } from '#engine/decode/ext/directory';
import {
  blockAttributes,
  deviceOf,
  FLAGS,
  type Inode,
  inlineRest,
  inodeAttributes,
  MAP_AT,
  MAP_SIZE,
  readInode,
} from '#engine/decode/ext/inode';
import { runsOf } from '#engine/decode/ext/mapping';
import type { Volume } from '#engine/decode/ext/volume';

/** Number of the root directory's inode. */
const ROOT = 2;

/** Longest target of a symbolic link, bytes. Linux allows a block. */
const TARGET_LIMIT = 65_536;

/** A name and what it leads to. */
interface Named {
  readonly path: string;
  readonly inode: number;
  readonly type: Listed['type'];
}

/** One directory that is being read. */
interface Opened {
  readonly path: string;
  readonly lines: Iterator<Listed>;
}

/** Walks the tree of an image, depth first, in the order of its directories. */
export class Tree {
  /** Numbers of the inodes that the tree names. */
  readonly named = new Set<number>();
  /** Inodes with extended attributes that are not content. */
  withAttributes = 0;
  encrypted = 0;
  private readonly volume: Volume;
  private readonly open: Opened[] = [];
  /** First path of every inode but directories'. */
  private readonly firstPaths = new Map<number, string>();
  private readonly attributeBlocks = new Set<number>();

  constructor(volume: Volume) {
    this.volume = volume;
  }

  /** @throws Spent; Malformed only when there are too many breaks, others are noted */
  *read(): Generator<Reading> {
    const { walk } = this.volume;
    let next: Named | null = { path: '', inode: ROOT, type: null };
    while (next !== null) {
      try {
        yield* this.entry(next);
      } catch (error) {
        walk.note(error);
      }
      next = this.next();
    }
  }

  /** The next line of the innermost directory that has one. */
  private next(): Named | null {
    for (;;) {
      const opened = this.open.at(-1);
      if (opened === undefined) return null;
      try {
        const step = opened.lines.next();
        if (step.done !== true)
          return { ...step.value, path: pathBelow(opened.path, stepOf(step.value.name)) };
      } catch (error) {
        this.volume.walk.note(error);
      }
      this.open.pop();
    }
  }

  private *entry({ path, inode: number, type }: Named): Generator<Reading> {
    const { volume } = this;
    const { walk } = volume;
    let inode: Inode;
    try {
      inode = readInode(volume, number);
    } catch (error) {
      if (error instanceof Malformed && type !== null) yield* this.nameAlone(path, type, error);
      throw error;
    }
    const first = this.firstPaths.get(number);
    if (first !== undefined) {
      yield* walk.entry({ ...headOf(inode, 'hard-link', path), target: first });
      return;
    }
    // A tree names a directory once; a second name is a loop, or would double the work at every level.
    if (this.named.has(number)) throw new Malformed(`directory ${path} stands in the tree twice`, inode.at);
    this.named.add(number);
    this.claimAttributes(inode);
    const head = headOf(inode, inode.type, path);
    if (inode.type === 'directory') {
      yield* walk.entry(head);
      if (this.open.length === DEPTH_LIMIT) throw new Malformed(`directories ${DEPTH_LIMIT} deep`, inode.at);
      this.open.push({ path, lines: listingOf(volume, inode) });
      return;
    }
    this.firstPaths.set(number, path);
    if (inode.type === 'file') yield* this.file(inode, head);
    else if (inode.type === 'link') yield* this.link(inode, head);
    else yield* walk.entry(head);
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
    const { flags, size, at } = inode;
    if ((flags & FLAGS.inline) !== 0) {
      const ranges = inlineContent(inode);
      const stored = ranges.map(([start, end]): ByteRange => [at + start, at + end]);
      yield* walk.file({ ...head, stored }, size, () => inlinePieces(inode, ranges));
      return;
    }
    let runs: readonly Run[];
    try {
      runs = runsOf(this.volume, inode);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      yield* walk.broken(head, error.message, error.at);
      walk.note(error);
      return;
    }
    if ((flags & FLAGS.encrypted) !== 0) yield* this.sealed(head, runs, at);
    else if ((flags & FLAGS.compressed) !== 0)
      yield* walk.broken(withRuns(head, runs), 'compressed content', at);
    else {
      yield* walk.laidOut(head, runs);
      this.claimSlack(runs);
    }
  }

  /** A file whose content is encrypted: the bytes are there, nothing here opens them. */
  private *sealed(head: EntryHead, runs: readonly Run[], at: number): Generator<Reading> {
    this.encrypted++;
    const { source, walk } = this.volume;
    const reason = 'encrypted (the key of its directory)';
    for (const [start, end] of storedIn(runs)) {
      if (start < source.size)
        yield { kind: 'extent', range: [start, Math.min(end, source.size)], role: 'opaque', reason };
    }
    yield* walk.broken(head, reason, at);
  }

  private *link(inode: Inode, head: EntryHead): Generator<Reading> {
    const { walk } = this.volume;
    const { size, flags, at } = inode;
    if (size > TARGET_LIMIT) throw new Malformed(`link target of ${size} bytes`, at);
    const isShort = size < MAP_SIZE && (flags & FLAGS.extents) === 0;
    if (isShort || (flags & FLAGS.inline) !== 0) {
      const target = Buffer.concat(
        isShort
          ? [inode.bytes.subarray(MAP_AT, MAP_AT + size)]
          : inlineContent(inode).map((range) => inode.bytes.subarray(...range)),
      );
      yield* walk.entry({ ...head, target: nameOf(target) });
      return;
    }
    const runs = runsOf(this.volume, inode);
    const stored = storedIn(runs);
    const { source } = this.volume;
    for (const [start, end] of stored) {
      if (end > source.size)
        throw new Malformed('link target leaves the image', Math.min(start, source.size));
      walk.claim([start, end], 'metadata');
    }
    const target = Buffer.concat(stored.map((range) => source.bytes(...range)));
    yield* walk.entry({ ...head, target: nameOf(target), stored });
    this.claimSlack(runs);
  }

  /** Zeros from the end of content to the end of its block. */
  private claimSlack(runs: readonly Run[]): void {
    const last = runs.at(-1);
    if (last === undefined || last.at === null) return;
    const { blockSize } = this.volume.superblock;
    const end = last.at + last.length;
    const slack: ByteRange = [end, Math.min(this.volume.source.size, Math.ceil(end / blockSize) * blockSize)];
    if (slack[0] < slack[1] && isZero(this.volume.source, slack)) this.volume.walk.claim(slack, 'padding');
  }

  /** Claims the block that holds further attributes of an inode, and counts who has any. */
  private claimAttributes(inode: Inode): void {
    const { volume } = this;
    const own = inodeAttributes(inode)?.list.filter(({ nameIndex }) => nameIndex !== 7) ?? [];
    if (own.length > 0 || inode.attributeBlock !== 0) this.withAttributes++;
    if (inode.attributeBlock === 0 || this.attributeBlocks.has(inode.attributeBlock)) return;
    this.attributeBlocks.add(inode.attributeBlock);
    const [start] = volume.place(inode.attributeBlock);
    const found = blockAttributes(volume.block(inode.attributeBlock, 'attributes'));
    if (found === null) return;
    volume.walk.claim([start, start + found.end], 'metadata');
    for (const { value } of found.list) {
      if (value !== null) volume.walk.claim([start + value[0], start + value[1]], 'metadata');
    }
  }
}

function headOf(inode: Inode, type: EntryType, path: string): EntryHead {
  const { mode, uid, gid, modifiedAt } = inode;
  const isDevice = type === 'character-device' || type === 'block-device';
  const device = isDevice ? deviceOf(inode) : null;
  return { path, type, mode, uid, gid, modifiedAt, target: null, device, stored: [] };
}

function withRuns(head: EntryHead, runs: readonly Run[]): EntryHead {
  return { ...head, stored: storedIn(runs) };
}

function storedIn(runs: readonly Run[]): readonly ByteRange[] {
  return runs.flatMap(({ at, length }): ByteRange[] => (at === null ? [] : [[at, at + length]]));
}

/** Where content stands in the inode itself, in order. It may be less than the size. */
function inlineContent(inode: Inode): readonly ByteRange[] {
  const { size } = inode;
  const first: ByteRange = [MAP_AT, MAP_AT + Math.min(size, MAP_SIZE)];
  const rest = inlineRest(inode);
  if (size <= MAP_SIZE || rest === null) return size === 0 ? [] : [first];
  return [first, [rest[0], Math.min(rest[1], rest[0] + size - MAP_SIZE)]];
}

/** Inline content up to the size. Linux reads zeros where an inode holds less: makers of images leave such files. */
function* inlinePieces(inode: Inode, ranges: readonly ByteRange[]): Generator<Uint8Array> {
  let given = 0;
  for (const [start, end] of ranges) {
    yield inode.bytes.subarray(start, end);
    given += end - start;
  }
  yield* zeroPieces(inode.size - given);
}
