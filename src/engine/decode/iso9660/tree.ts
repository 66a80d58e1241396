import type { EntryHead, EntryType } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import { livingStep, otherPath } from '#engine/bytes/history';
import { isZero } from '#engine/bytes/pieces';
import { nameOf } from '#engine/bytes/text';
import { utf16Name } from '#engine/bytes/utf16';
import { appendRun, DEPTH_LIMIT, pathBelow, type Run, typeOfMode } from '#engine/bytes/walk';
import type { TreeDescriptor } from '#engine/decode/iso9660/descriptor';
import { type DirectoryRecord, FLAGS, recordOf, recordsIn } from '#engine/decode/iso9660/record';
import { skipOf, type SystemUse, systemUseOf } from '#engine/decode/iso9660/system-use';
import { SECTOR, type Volume } from '#engine/decode/iso9660/volume';
import { zisofsPieces } from '#engine/decode/iso9660/zisofs';

/** What was given of all trees of one volume. */
export class Given {
  hidden = 0;
  /** Files that no record of the main tree names. */
  others = 0;
  /** Path and length of each content, by where it begins. */
  private readonly contents = new Map<number, { readonly path: string; readonly size: number }>();

  add(at: number, size: number, path: string): void {
    const known = this.contents.get(at);
    if (known === undefined || known.size < size) this.contents.set(at, { path: known?.path ?? path, size });
  }

  /** Path of a content that begins here and is not shorter; undefined: none was given. */
  pathOf(at: number, size: number): string | undefined {
    const known = this.contents.get(at);
    return known === undefined || known.size < size ? undefined : known.path;
  }

  /** True when all the bytes were given. */
  hasAll(runs: readonly Run[]): boolean {
    return runs.every(({ at, length }) => at === null || this.pathOf(at, length) !== undefined);
  }
}

/** A directory to be read. */
interface Folder {
  readonly path: string;
  readonly depth: number;
  readonly range: ByteRange;
}

/** One thing that a directory names, by one record or, where its content is in several extents, by more. */
interface Named {
  readonly path: string;
  readonly record: DirectoryRecord;
  readonly runs: readonly Run[];
  readonly use: SystemUse | null;
  /** True: the record of the root directory for itself. */
  readonly isRoot: boolean;
}

/** One tree of directories. */
export class Tree {
  readonly descriptor: TreeDescriptor;
  /** Where the directories begin that were entered, bytes. */
  readonly entered = new Set<number>();
  private readonly volume: Volume;
  private readonly given: Given;
  /** Null: the main tree. Else only what trees before this one do not have is given, as standing there. */
  private readonly beside: string | null;
  /** Bytes before the entries of Rock Ridge; null: there are none. */
  private readonly skip: number | null;
  /** Directories that were moved, by where they begin: something must lead to them. */
  private readonly moved = new Map<number, Folder>();
  /** First path of each file that may have several names. */
  private readonly firstPaths = new Map<string, string>();

  constructor(volume: Volume, descriptor: TreeDescriptor, given: Given, beside: string | null) {
    this.volume = volume;
    this.descriptor = descriptor;
    this.given = given;
    this.beside = beside;
    this.skip = descriptor.kind === 'primary' ? rockRidge(volume, descriptor) : null;
  }

  get hasRockRidge(): boolean {
    return this.skip !== null;
  }

  /** @throws Spent; Malformed only when there are too many breaks, others are noted */
  *read(): Generator<Reading> {
    const { root, rootAt, blockSize } = this.descriptor;
    const record = recordOf(root, rootAt, blockSize);
    const folder = { path: '', depth: 0, range: rangeOf(record) };
    this.entered.add(record.contentAt);
    yield* this.folders(folder);
    for (const [at, lost] of this.moved) {
      if (this.entered.has(at)) continue;
      this.entered.add(at);
      yield* this.folders({ ...lost, path: otherPath('moved', lost.path) });
    }
  }

  private *folders(top: Folder): Generator<Reading> {
    const waiting = [top];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      const inner: Folder[] = [];
      try {
        for (const named of this.namedIn(folder)) {
          const below = yield* this.entry(named, folder);
          if (below !== null) inner.push(below);
        }
      } catch (error) {
        this.volume.walk.note(error);
      }
      waiting.push(...inner.toReversed());
    }
  }

  /** What a directory names. Records for itself give the metadata of the root. */
  private *namedIn(folder: Folder): Generator<Named> {
    const { blockSize } = this.descriptor;
    let runs: Run[] = [];
    for (const record of recordsIn(this.volume, folder.range, blockSize)) {
      const [first] = record.name;
      if (record.name.length === 1 && (first === 0 || first === 1)) {
        if (first === 0 && folder.depth === 0)
          yield { path: folder.path, record, runs: [], use: this.useOf(record), isRoot: true };
        else this.useOf(record);
        continue;
      }
      appendRun(runs, record.contentAt, record.size);
      if ((record.flags & FLAGS.goesOn) !== 0) continue;
      const use = this.useOf(record);
      yield { path: pathBelow(folder.path, this.stepOf(record, use)), record, runs, use, isRoot: false };
      runs = [];
    }
  }

  private useOf({ systemUse, systemUseAt }: DirectoryRecord): SystemUse | null {
    if (this.skip === null) return null;
    try {
      return systemUseOf(this.volume, systemUse, systemUseAt, this.skip, this.descriptor.blockSize);
    } catch (error) {
      this.volume.walk.note(error);
      return null;
    }
  }

  private stepOf({ name, flags }: DirectoryRecord, use: SystemUse | null): string {
    if (use !== null && use.name !== null && use.name.length > 0) return livingStep(nameOf(use.name));
    const text = this.descriptor.kind === 'joliet' ? utf16Name(name, 'big') : nameOf(name);
    // The first version, and the point before an empty ending, are how the standard writes a plain name.
    const plain = (flags & FLAGS.directory) === 0 ? text.replace(/;1$/, '').replace(/\.$/, '') : text;
    return livingStep(plain === '' ? nameOf(name) : plain);
  }

  /** @returns the directory to be read, null: it is none */
  private *entry(named: Named, folder: Folder): Generator<Reading, Folder | null> {
    const { record, use, isRoot } = named;
    const type = typeOf(record, use);
    const path = (record.flags & FLAGS.associated) === 0 ? named.path : otherPath('associated', named.path);
    if ((record.flags & FLAGS.hidden) !== 0 && this.beside === null && !isRoot) this.given.hidden++;
    if (type !== 'directory') {
      if (this.beside === null) yield* this.leaf({ ...named, path }, type);
      else if (!this.given.hasAll(named.runs)) {
        this.given.others++;
        yield* this.leaf({ ...named, path: otherPath(this.beside, path) }, type);
      }
      return null;
    }
    if (isRoot) {
      if (this.beside === null) yield* this.volume.walk.entry(headOf(named, type));
      return null;
    }
    const range = use === null || use.movedTo === null ? rangeOf(record) : this.movedRange(use.movedTo);
    const below = { path, depth: folder.depth + 1, range };
    if (use?.isMoved === true) {
      this.moved.set(range[0], below);
      return null;
    }
    if (this.beside === null) yield* this.volume.walk.entry(headOf(named, type));
    return this.enter(below, record.at);
  }

  private enter(folder: Folder, at: number): Folder | null {
    const { walk } = this.volume;
    const [start] = folder.range;
    if (this.entered.has(start)) walk.note(new Malformed('directory stands in the tree twice', at));
    else if (folder.depth > DEPTH_LIMIT) walk.note(new Malformed(`directories ${DEPTH_LIMIT} deep`, at));
    else {
      this.entered.add(start);
      return folder;
    }
    return null;
  }

  /** Where a directory stands of which only the first block is known: its record for itself says how long it is. */
  private movedRange(block: number): ByteRange {
    const { blockSize } = this.descriptor;
    const at = block * blockSize;
    try {
      const bytes = this.volume.metadata([at, at + 34], 'directory that was moved');
      return [at, at + recordOf(bytes, at, blockSize).size];
    } catch (error) {
      this.volume.walk.note(error);
      return [at, at];
    }
  }

  /** Anything that is not a directory. */
  private *leaf(named: Named, type: Exclude<EntryType, 'hard-link' | 'directory'>): Generator<Reading> {
    const { walk, source } = this.volume;
    const { record, runs, use } = named;
    const head = headOf(named, type);
    if (type !== 'file') {
      yield* walk.entry(head);
      return;
    }
    const first = this.firstPath(named);
    if (first !== null) {
      yield* walk.entry({ ...head, type: 'hard-link', target: first });
      return;
    }
    for (const { at, length } of runs) if (at !== null) this.given.add(at, length, named.path);
    const stored = runs.map(({ at, length }): ByteRange => [at ?? 0, (at ?? 0) + length]);
    const [only] = stored;
    if (record.isInterleaved)
      yield* walk.broken({ ...head, stored }, 'content in units with gaps', record.at);
    else if (use !== null && use.otherCompression !== null)
      yield* walk.broken({ ...head, stored }, `compression ${use.otherCompression}`, record.at);
    else if (use !== null && use.unpackedSize !== null && only !== undefined && stored.length === 1) {
      const { unpackedSize } = use;
      yield* walk.file({ ...head, stored }, unpackedSize, () => zisofsPieces(source, only, unpackedSize));
    } else yield* walk.laidOut(head, runs);
    for (const [, end] of stored) this.claimSlack(end);
  }

  /** Path of another name of the same file: where the number of the file and all that is said of it are the same. */
  private firstPath({ path, record, use }: Named): string | null {
    if (use === null || use.serial === null || use.serial === 0) return null;
    const { serial, mode, uid, gid } = use;
    const key = [serial, record.contentAt, record.size, mode, uid, gid].join(' ');
    const first = this.firstPaths.get(key);
    if (first === undefined) this.firstPaths.set(key, path);
    return first ?? null;
  }

  /** Zeros from the end of content to the end of its sector. */
  private claimSlack(end: number): void {
    const { source, walk } = this.volume;
    const slack: ByteRange = [end, Math.min(source.size, Math.ceil(end / SECTOR) * SECTOR)];
    if (slack[0] < slack[1] && isZero(source, slack)) walk.claim(slack, 'padding');
  }
}

/** Bytes before the entries behind every record; null: Rock Ridge is not used, or the root cannot be read. */
function rockRidge(volume: Volume, { root, rootAt, blockSize }: TreeDescriptor): number | null {
  const { contentAt } = recordOf(root, rootAt, blockSize);
  if (contentAt + SECTOR > volume.source.size) return null;
  const bytes = volume.source.bytes(contentAt, contentAt + SECTOR);
  const length = bytes[0] ?? 0;
  return length < 34 ? null : skipOf(recordOf(bytes.subarray(0, length), contentAt, blockSize));
}

function rangeOf({ contentAt, size }: DirectoryRecord): ByteRange {
  return [contentAt, contentAt + size];
}

function typeOf({ flags }: DirectoryRecord, use: SystemUse | null): Exclude<EntryType, 'hard-link'> {
  if (use !== null && use.movedTo !== null) return 'directory';
  const stated = use === null || use.mode === null ? null : typeOfMode(use.mode);
  const isDirectory = (flags & FLAGS.directory) !== 0;
  // Where both contradict each other, the record says where to read.
  if (stated === null || (stated === 'directory') !== isDirectory) return isDirectory ? 'directory' : 'file';
  return stated;
}

function headOf({ path, record, use }: Named, type: EntryType): EntryHead {
  const isDevice = type === 'character-device' || type === 'block-device';
  return {
    path,
    type,
    mode: use === null || use.mode === null ? null : use.mode % 0o10000,
    uid: use?.uid ?? null,
    gid: use?.gid ?? null,
    modifiedAt: use?.modifiedAt ?? record.recordedAt,
    target: type === 'link' ? nameOf(use?.target ?? new Uint8Array()) : null,
    device: isDevice ? (use?.device ?? null) : null,
    stored: [],
  };
}
