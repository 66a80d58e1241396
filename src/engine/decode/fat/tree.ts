import type { EntryHead } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Reading } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import { deletedPath } from '#engine/bytes/history';
import { isZero } from '#engine/bytes/pieces';
import { DEPTH_LIMIT, pathBelow, type Run, type Walk } from '#engine/bytes/walk';
import type { BootSector } from '#engine/decode/fat/boot-sector';
import { ATTRIBUTES, LINE, type Line, type Listed, listingOf } from '#engine/decode/fat/directory';
import type { Table } from '#engine/decode/fat/table';

/** What a cluster was found to hold. */
const CONTENT = 1;
const FOLDER = 2;

/** A directory to be read. */
interface Folder {
  readonly path: string;
  readonly depth: number;
  /** Null: the fixed root directory. */
  readonly cluster: number | null;
  /** True: it was removed, so that no chain leads through it. */
  readonly isRemoved: boolean;
}

/** The tree of one volume: what is there, then what was removed. */
export class Tree {
  removed = 0;
  hidden = 0;
  /** In the root directory; empty: none. */
  label = '';
  /** Removed files whose clusters others use now. */
  removedWithoutContent = 0;
  private readonly walk: Walk;
  private readonly boot: BootSector;
  private readonly table: Table;
  /** For each cluster: bits of {@link CONTENT} and {@link FOLDER}. */
  private readonly named: Uint8Array;
  /** First clusters of the directories that were entered. */
  private readonly entered = new Set<number>();
  /** Removed things; more may come while they are given. */
  private readonly olds: { readonly listed: Listed; readonly folder: Folder }[] = [];

  constructor(walk: Walk, boot: BootSector, table: Table) {
    this.walk = walk;
    this.boot = boot;
    this.table = table;
    const there = Math.max(0, Math.ceil((walk.source.size - boot.dataAt) / boot.clusterSize));
    this.named = new Uint8Array(2 + Math.min(boot.clusters, there));
  }

  /** @throws Spent; Malformed only when there are too many breaks, others are noted */
  *read(): Generator<Reading> {
    const { root } = this.boot;
    const cluster = 'cluster' in root ? root.cluster : null;
    yield* this.folders({ path: '', depth: 0, cluster, isRemoved: false });
    // Only now is it known which clusters are in use.
    for (const { listed, folder } of this.olds) yield* this.old(listed, folder);
  }

  /** Clusters that the table says are in use, and that nothing names. */
  lost(): number {
    let lost = 0;
    for (let cluster = 2; cluster < this.named.length; cluster++) {
      if (this.named[cluster] === 0 && this.linkOf(cluster) !== 'free' && this.linkOf(cluster) !== 'bad')
        lost++;
    }
    return lost;
  }

  /** A directory and all below it, each before what is in it. */
  private *folders(top: Folder): Generator<Reading> {
    const waiting = [top];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      const inner: Folder[] = [];
      try {
        for (const listed of listingOf(this.linesOf(folder), this.boot.bits === 32)) {
          const below = yield* this.entry(listed, folder);
          if (below !== null) inner.push(below);
        }
      } catch (error) {
        this.walk.note(error);
      }
      waiting.push(...inner.toReversed());
    }
  }

  /** Gives what one line names; removed things are kept for later.
   *  @returns the directory to be read, null: it is none */
  private *entry(listed: Listed, folder: Folder): Generator<Reading, Folder | null> {
    const { attributes, step, isRemoved, at } = listed;
    const isDots = step === '\\x2e' || step === '\\x2e\\x2e';
    if (!isDots && (isRemoved || folder.isRemoved)) {
      this.olds.push({ listed, folder });
      return null;
    }
    for (const range of listed.lines) this.walk.claim(range, 'metadata');
    if ((attributes & ATTRIBUTES.label) !== 0) {
      if (folder.path === '') this.label = step;
      return null;
    }
    if ((attributes & ATTRIBUTES.hidden) !== 0) this.hidden++;
    if (isDots) return null;
    const path = pathBelow(folder.path, step);
    if ((attributes & ATTRIBUTES.directory) === 0) {
      yield* this.file(listed, path);
      return null;
    }
    yield* this.walk.entry(headOf(listed, path));
    return this.enter(path, listed.cluster, folder, at);
  }

  /** Null: a directory that was read before, or lies too deep. */
  private enter(path: string, cluster: number, folder: Folder, at: number): Folder | null {
    const { isRemoved } = folder;
    const depth = folder.depth + 1;
    if (this.entered.has(cluster)) this.walk.note(new Malformed('directory stands in the tree twice', at));
    else if (depth > DEPTH_LIMIT) this.walk.note(new Malformed(`directories ${DEPTH_LIMIT} deep`, at));
    else {
      this.entered.add(cluster);
      return { path, depth, cluster, isRemoved };
    }
    return null;
  }

  private *file(listed: Listed, path: string): Generator<Reading> {
    const { cluster, size, at } = listed;
    const head = headOf(listed, path);
    let runs: readonly Run[];
    try {
      runs = this.table.runs(cluster, size);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      yield* this.walk.broken(head, error.message, at);
      this.walk.note(error);
      return;
    }
    yield* this.content(head, runs);
  }

  private *content(head: EntryHead, runs: readonly Run[]): Generator<Reading> {
    for (const run of runs) for (const cluster of this.clustersOf(run)) this.named[cluster] = CONTENT;
    yield* this.walk.laidOut(head, runs);
    const last = runs.at(-1);
    if (last !== undefined) this.claimSlack((last.at ?? 0) + last.length);
  }

  private clustersOf({ at, length }: Run): readonly number[] {
    const { clusterSize, dataAt } = this.boot;
    const first = Math.floor(((at ?? 0) - dataAt) / clusterSize) + 2;
    return Array.from({ length: Math.ceil(length / clusterSize) }, (_, i) => first + i);
  }

  /** Zeros from the end of content to the end of its cluster. */
  private claimSlack(end: number): void {
    const { clusterSize, dataAt } = this.boot;
    const to = dataAt + Math.ceil((end - dataAt) / clusterSize) * clusterSize;
    const slack: ByteRange = [end, Math.min(this.walk.source.size, to)];
    if (slack[0] < slack[1] && isZero(this.walk.source, slack)) this.walk.claim(slack, 'padding');
  }

  /** Something that was removed. Mostly its clusters are free and no chain leads through them: its content is taken to
   *  stand in one piece. */
  private *old(listed: Listed, folder: Folder): Generator<Reading> {
    const { attributes, step, cluster, size } = listed;
    if ((attributes & ATTRIBUTES.label) !== 0) return;
    this.removed++;
    for (const range of listed.lines) this.walk.claim(range, 'metadata');
    const path = deletedPath(pathBelow(folder.path, step), listed.at);
    const head = headOf(listed, path);
    if ((attributes & ATTRIBUTES.directory) !== 0) {
      yield* this.walk.entry(head);
      if (!this.isFolder(cluster)) return;
      const below = this.enter(path, cluster, { ...folder, isRemoved: true }, listed.at);
      if (below !== null) yield* this.folders(below);
      return;
    }
    const runs = this.runsOfOld(cluster, size);
    if (runs === null) {
      this.removedWithoutContent++;
      yield* this.walk.broken(head, 'its clusters are used by others', listed.at);
    } else yield* this.content(head, runs);
  }

  /** Where the content of a removed file stands: by its chain, where only its name was removed; else in one piece.
   *  Null: others use the clusters. */
  private runsOfOld(first: number, size: number): readonly Run[] | null {
    if (size === 0) return [];
    const [at] = this.table.place(first);
    if (this.areFree(first, Math.ceil(size / this.boot.clusterSize))) return [{ at, length: size }];
    try {
      const runs = this.table.runs(first, size);
      return runs.every((run) => this.clustersOf(run).every((cluster) => this.named[cluster] === 0))
        ? runs
        : null;
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    }
  }

  /** True when the clusters are there, free by the table, and nothing was found in them. */
  private areFree(first: number, count: number): boolean {
    if (!this.table.has(first) || first + count > this.named.length) return false;
    for (let cluster = first; cluster < first + count; cluster++) {
      if (this.named[cluster] !== 0 || this.linkOf(cluster) !== 'free') return false;
    }
    return true;
  }

  /** True when a free cluster begins as a directory does: with a line for itself. */
  private isFolder(cluster: number): boolean {
    if (!this.areFree(cluster, 1)) return false;
    const [at] = this.table.place(cluster);
    if (at + LINE > this.walk.source.size) return false;
    const line: Line = { bytes: this.walk.source.bytes(at, at + LINE), at };
    const [self] = listingOf([line], this.boot.bits === 32);
    return self?.step === '\\x2e' && self.cluster === cluster;
  }

  /** The lines of a directory in order.
   *  @throws Malformed when its chain breaks; Spent */
  private *linesOf({ cluster, isRemoved }: Folder): Generator<Line> {
    const { root } = this.boot;
    if (cluster === null) {
      if ('at' in root) yield* this.linesIn([root.at, root.at + root.size]);
    } else if (isRemoved) {
      this.named[cluster] = FOLDER;
      yield* this.linesIn(this.table.place(cluster));
    } else {
      for (const next of this.table.chain(cluster, Number.POSITIVE_INFINITY)) {
        const [at] = this.table.place(next);
        // Else a loop would give its lines again at every turn.
        if (this.named[next] === FOLDER) throw new Malformed('cluster in two directories', at);
        if (next < this.named.length) this.named[next] = FOLDER;
        yield* this.linesIn(this.table.place(next));
      }
    }
  }

  private *linesIn([start, end]: ByteRange): Generator<Line> {
    const { source } = this.walk;
    if (end > source.size) throw new Malformed('directory leaves the volume', Math.min(start, source.size));
    const bytes = source.bytes(start, end);
    for (let at = 0; at + LINE <= bytes.length; at += LINE) {
      const line = bytes.subarray(at, at + LINE);
      yield { bytes: line, at: start + at };
    }
  }

  private linkOf(cluster: number): ReturnType<Table['link']> {
    try {
      return this.table.link(cluster);
    } catch (error) {
      if (error instanceof Malformed) return 'bad';
      throw error;
    }
  }
}

function headOf({ attributes, modifiedAt }: Listed, path: string): EntryHead {
  const type = (attributes & ATTRIBUTES.directory) === 0 ? 'file' : 'directory';
  const none = { mode: null, uid: null, gid: null, target: null, device: null };
  return { path, type, ...none, modifiedAt, stored: [] };
}
