import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { appendRun, type Run } from '#engine/bytes/walk';
import type { BootSector } from '#engine/decode/fat/boot-sector';

/** Bytes of the table read at once: no entry of any width lies across. */
const PAGE = 48 * 1024;

/** What the table says of a cluster: free, damaged, the last of its chain, or the number of the next. */
export type Link = 'free' | 'bad' | 'end' | number;

/** The table of one volume: which cluster follows which. */
export class Table {
  private readonly source: Source;
  private readonly boot: BootSector;
  private page: { readonly at: number; readonly bytes: Uint8Array } | null = null;
  private readonly stepLimit: number;
  private steps = 0;

  constructor(source: Source, boot: BootSector) {
    this.source = source;
    this.boot = boot;
    // A cluster belongs to one file; a volume whose files all name the same is a bomb.
    this.stepLimit = 1000 + 2 * boot.clusters;
  }

  /** Where the entries of all clusters stand. The rest of the table has no meaning. */
  get range(): ByteRange {
    const { tablesAt, tableSize, clusters, bits } = this.boot;
    return [tablesAt, tablesAt + Math.min(tableSize, Math.ceil(((clusters + 2) * bits) / 8))];
  }

  /** Where the content of a cluster stands. It may lie beyond the source. */
  place(cluster: number): ByteRange {
    const { dataAt, clusterSize } = this.boot;
    const at = dataAt + (cluster - 2) * clusterSize;
    return [at, at + clusterSize];
  }

  has(cluster: number): boolean {
    return cluster >= 2 && cluster < this.boot.clusters + 2;
  }

  /** @throws Malformed when the entry leaves table or source */
  link(cluster: number): Link {
    const value = this.entry(cluster);
    const top = 2 ** (this.boot.bits === 32 ? 28 : this.boot.bits);
    if (value === 0) return 'free';
    if (value === top - 9) return 'bad';
    return value >= top - 8 ? 'end' : value;
  }

  /** As it is stored, without the four highest bits of 32, which are not used.
   *  @throws Malformed when the entry leaves table or source */
  entry(cluster: number): number {
    const { bits, tablesAt, tableSize } = this.boot;
    const from = Math.floor((cluster * bits) / 8);
    const to = Math.ceil(((cluster + 1) * bits) / 8);
    if (to > tableSize || tablesAt + to > this.source.size)
      throw new Malformed(`cluster ${cluster} leaves the table`, Math.min(this.source.size, tablesAt + from));
    const c = new Cursor(this.pageOf(from), from % PAGE);
    if (bits === 32) return c.u32le() % 2 ** 28;
    const value = c.u16le();
    if (bits === 16) return value;
    return cluster % 2 === 0 ? value & 0xfff : value >>> 4;
  }

  /** The clusters of a chain in order.
   *  @param most  clusters wanted; what follows is not looked at
   *  @throws Malformed when the chain leads to no cluster, or is a loop; Spent */
  *chain(first: number, most: number): Generator<number> {
    const at = (cluster: number) => this.boot.tablesAt + Math.floor((cluster * this.boot.bits) / 8);
    let from = first;
    let cluster: Link = first;
    for (let count = 0; count < most; count++) {
      if (cluster === 'end') return;
      if (typeof cluster !== 'number' || !this.has(cluster))
        throw new Malformed(`chain leads to cluster ${cluster} of ${this.boot.clusters}`, at(from));
      if (count === this.boot.clusters) throw new Malformed('chain of clusters is a loop', at(from));
      if (++this.steps > this.stepLimit) throw new Spent('overlap: clusters named by more than one file');
      yield cluster;
      from = cluster;
      cluster = count + 1 === most ? 'end' : this.link(cluster);
    }
  }

  /** A chain as runs of bytes, up to a size.
   *  @throws Malformed when the chain breaks or is shorter; Spent */
  runs(first: number, size: number): readonly Run[] {
    const { clusterSize } = this.boot;
    const runs: Run[] = [];
    let left = size;
    for (const cluster of this.chain(first, Math.ceil(size / clusterSize))) {
      appendRun(runs, this.place(cluster)[0], Math.min(left, clusterSize));
      left -= Math.min(left, clusterSize);
    }
    if (left > 0) throw new Malformed(`chain of clusters ends ${left} bytes before the file`, this.range[0]);
    return runs;
  }

  private pageOf(offset: number): Uint8Array {
    const at = offset - (offset % PAGE);
    if (this.page?.at === at) return this.page.bytes;
    const { tablesAt, tableSize } = this.boot;
    const end = Math.min(this.source.size, tablesAt + Math.min(tableSize, at + PAGE));
    const bytes = this.source.bytes(tablesAt + at, end);
    this.page = { at, bytes };
    return bytes;
  }
}
