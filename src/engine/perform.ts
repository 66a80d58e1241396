import type { Artefact, Entry, EntryHead, Extent, Opened, Part } from '#domain/artefact';
import { Malformed, Spent } from '#domain/error';
import type { Observation } from '#domain/observation';
import type { Format, Mark, Reading } from '#domain/plugin';
import type { Blobs, Deposit, Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { knowledgeFor, type Registry } from '#domain/registry';
import { NO_CONTENT, type Outcome, type Task, type TreeEntry } from '#domain/task';
import { complement } from '#engine/bytes/ranges';
import { type Search, searchFor } from '#engine/bytes/search';
import { windowOf } from '#engine/bytes/source';
import { classify } from '#engine/leftover';
import { partition, type Claim } from '#engine/partition';
import { elicitFrom } from '#engine/eliciting';
import { plantClass } from '#engine/planting';

/** Bounds of the work one `open` task may do. Each, when hit, is named in a gap. */
export interface Limits {
  /** Bytes of content given out over all entries. */
  readonly bytesOut: number;
  readonly entries: number;
  /** How many places may be tried as the beginning of an embedded format. */
  readonly trials: number;
  /** Bytes of content that failed trials may cost. */
  readonly bytesWasted: number;
}

/** 4 GiB and 10^6 entries are far above any firmware seen; trials and waste bound the search for embedded formats. */
export const LIMITS: Limits = {
  bytesOut: 4 * 2 ** 30,
  entries: 1_000_000,
  trials: 50_000,
  bytesWasted: 2 ** 30,
};

/** Carries out one task. Depends on its bytes and the registry alone.
 *  Malformed bytes and spent budgets are part of the outcome; anything else a plug-in throws makes it `failed`. */
export function perform(task: Task, registry: Registry, blobs: Blobs): Outcome {
  try {
    switch (task.kind) {
      case 'open':
        return { kind: 'opened', opened: openArtefact(task.artefact, blobs, registry.formats, LIMITS) };
      case 'observe-bytes':
      case 'observe-entry':
      case 'observe-tree':
        return observe(task, registry, blobs);
      case 'elicit':
        return elicitFrom(task, registry, blobs);
      case 'plant':
        return plantClass(task, registry, blobs);
    }
  } catch (error) {
    return {
      kind: 'failed',
      why: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

function observe(
  task: Exclude<Task, { kind: 'open' | 'plant' | 'elicit' }>,
  registry: Registry,
  blobs: Blobs,
): Outcome {
  const observer = registry.observers.find((candidate) => candidate.id === task.observer);
  if (observer === undefined) throw new Error(`no observer ${task.observer}`);
  try {
    return { kind: 'observed', observations: look(), stopped: null };
  } catch (error) {
    if (error instanceof Malformed) return stopped(`malformed at ${hex(error.at)}: ${error.message}`);
    if (error instanceof Spent) return stopped(error.message);
    throw error;
  }

  function look(): readonly Observation[] {
    if (task.kind === 'observe-bytes' && observer?.reads === 'bytes') {
      const { digest } = task.artefact;
      return observer.observe(
        blobs.open(digest),
        (range) => ({ artefact: digest, path: null, range }),
        knowledgeFor(observer, registry),
      );
    }
    if (task.kind === 'observe-entry' && observer?.reads === 'entry') {
      const { content, path } = task.entry;
      if (content === null) return [];
      const at = (range: ByteRange | null) => ({ artefact: content.digest, path, range });
      return observer.observe(task.entry, blobs.open(content.digest), at);
    }
    if (task.kind === 'observe-tree' && observer?.reads === 'tree') {
      const open = (entry: TreeEntry) => (entry.content === null ? null : blobs.open(entry.content.digest));
      const at = (entry: TreeEntry, range: ByteRange | null) => {
        // The host knows the container of an entry without content; a task does not, so that the next release has the same.
        return { artefact: entry.content?.digest ?? NO_CONTENT, path: entry.path, range };
      };
      return observer.observe(task.entries, open, at, knowledgeFor(observer, registry));
    }
    throw new Error(`observer ${task.observer} does not read what ${task.kind} gives`);
  }
}

function stopped(why: string): Outcome {
  return { kind: 'observed', observations: [], stopped: why };
}

/** Recognises every format in an artefact, deposits what they hold and accounts for every byte.
 *  A format that breaks before giving a single whole entry keeps nothing but its reason. */
export function openArtefact(
  artefact: Artefact,
  blobs: Blobs,
  formats: readonly Format[],
  limits: Limits,
): Opened {
  const source = blobs.open(artefact.digest);
  const reader = new ArtefactReader(source, blobs, limits);
  try {
    const whole = openWhole(reader, formats);
    for (const hole of complement(whole, [0, source.size])) openEmbedded(reader, formats, hole, source);
  } catch (error) {
    if (!(error instanceof Spent)) throw error;
    reader.spent = error.message;
  }
  return { artefact, parts: reader.parts.toSorted(byStart), extents: extentsOf(reader, source) };
}

/** Tries every format at the first byte; the ones with a magic first. Returns what was claimed and is not searched. */
function openWhole(reader: ArtefactReader, formats: readonly Format[]): readonly ByteRange[] {
  const bySign = [
    ...formats.filter((format) => standsAtStart(format, reader.source)),
    ...formats.filter((f) => f.magics.length === 0),
  ];
  for (const format of bySign) {
    const claimed = reader.attempt(format, 0, reader.source.size, true);
    if (claimed !== null) return claimed;
  }
  return [];
}

function standsAtStart(format: Format, source: Source): boolean {
  return format.magics.some(({ bytes, at }) => {
    if (at + bytes.length > source.size) return false;
    const found = source.bytes(at, at + bytes.length);
    return bytes.every((byte, i) => byte === found[i]);
  });
}

/** Bytes looked at in one step of the search. */
const STEP = 1024 * 1024;

/** Searches a hole for all magics and marks in one pass and opens what it finds, in file order. */
function openEmbedded(
  reader: ArtefactReader,
  formats: readonly Format[],
  hole: ByteRange,
  source: Source,
): void {
  const { search, owners } = magicSearch(formats);
  /** End of the mark that each format had last. */
  const marks = new Map<Format, number>();
  let claimedTo = hole[0];
  let state = 0;
  for (let base = hole[0]; base < hole[1]; base += STEP) {
    const candidates: { at: number; format: Format }[] = [];
    const window = source.bytes(base, Math.min(base + STEP, hole[1]));
    state = search.scan(window, base, state, (pattern, found) => {
      const owner = owners[pattern];
      if (owner === undefined) return;
      const { format, place } = owner;
      if (typeof place === 'number') {
        if (found - place >= hole[0]) candidates.push({ at: found - place, format });
        return;
      }
      const from = marks.get(format) ?? hole[0];
      if (found < from) return;
      marks.set(format, found + place.length);
      for (const at of place.mark.begins(source, found, from)) {
        if (at >= hole[0]) candidates.push({ at, format });
      }
    });
    for (const { at, format } of candidates.toSorted((a, b) => a.at - b.at)) {
      // The first byte was tried as a whole already.
      if (at < claimedTo || at === 0) continue;
      const claimed = reader.attempt(format, at, hole[1], false);
      for (const [, end] of claimed ?? []) claimedTo = Math.max(claimedTo, end);
    }
  }
}

interface MagicSearch {
  readonly search: Search;
  /** By pattern: the format, and how far it stands from its beginning, or the mark that tells. */
  readonly owners: readonly {
    readonly format: Format;
    readonly place: number | { readonly mark: Mark; readonly length: number };
  }[];
}

const searches = new WeakMap<readonly Format[], MagicSearch>();

/** The search for all magics and marks of a registry, built once for each. */
function magicSearch(formats: readonly Format[]): MagicSearch {
  const known = searches.get(formats);
  if (known !== undefined) return known;
  const patterns = formats.flatMap((format) => [
    ...format.magics.map(({ bytes, at }) => ({ bytes, format, place: at })),
    ...marksOf(format),
  ]);
  const built = { search: searchFor(patterns.map(({ bytes }) => bytes)), owners: patterns };
  searches.set(formats, built);
  return built;
}

function marksOf(format: Format) {
  const { mark } = format;
  if (mark === undefined) return [];
  return mark.bytes.map((bytes) => ({ bytes, format, place: { mark, length: bytes.length } }));
}

/** What has been read of one artefact so far. */
class ArtefactReader {
  readonly source: Source;
  readonly parts: Part[] = [];
  readonly claims: Claim[] = [];
  /** Reason of bytes that follow a format that broke, by the offset where its own claim ends. */
  readonly broken: { readonly from: number; readonly reason: string }[] = [];
  /** Why formats whose mark stands at the first byte do not fit after all. Says nothing once another one does. */
  readonly wholeFailures: string[] = [];
  spent: string | null = null;
  private readonly blobs: Blobs;
  private readonly limits: Limits;
  private bytesOut = 0;
  private bytesWasted = 0;
  private entries = 0;
  private trials = 0;

  constructor(source: Source, blobs: Blobs, limits: Limits) {
    this.source = source;
    this.blobs = blobs;
    this.limits = limits;
  }

  /** Tries one format at one place. Returns the ranges it claims, but for those that are searched all the same, or null
   *  when it is not there.
   *  @throws Spent when a budget of the whole artefact ends */
  attempt(format: Format, at: number, end: number, whole: boolean): readonly ByteRange[] | null {
    if (++this.trials > this.limits.trials)
      throw new Spent(`${this.limits.trials} trials of embedded formats`);
    const before = this.bytesOut;
    const found = new PartReader(at);
    const reason = this.read(format, windowOf(this.source, at, end), whole, found);
    const worthless = found.claims.length === 0 || (reason !== null && found.wholeEntries === 0);
    if (worthless) {
      this.bytesWasted += this.bytesOut - before;
      if (reason !== null && whole) this.wholeFailures.push(reason);
      if (this.bytesWasted > this.limits.bytesWasted)
        throw new Spent(`${this.limits.bytesWasted} bytes of failed trials`);
      return null;
    }
    const claimed = found.claims.map((claim) => claim.range);
    const last = claimed.reduce((most, range) => Math.max(most, range[1]), at);
    for (const claim of found.claims) this.claims.push(claim);
    this.parts.push({
      format: format.id,
      range: [at, last],
      entries: found.entries,
      facts: found.factsInOrder(),
    });
    if (reason !== null) this.broken.push({ from: at, reason });
    return found.closed;
  }

  /** Drains a format into `found`. Returns why it did not come to its end, or null. */
  private read(format: Format, source: Source, whole: boolean, found: PartReader): string | null {
    let deposit: Deposit | null = null;
    try {
      for (const reading of format.open(source, whole) ?? []) {
        switch (reading.kind) {
          case 'extent':
            found.claim(reading, source.size);
            break;
          case 'fact':
            found.facts.set(reading.name, reading.value);
            break;
          case 'entry':
            found.finish(deposit);
            if (++this.entries > this.limits.entries) throw new Spent(`${this.limits.entries} entries`);
            found.begin(reading.entry);
            deposit = reading.entry.type === 'file' ? this.blobs.deposit() : null;
            break;
          case 'piece':
            if (deposit === null) throw new Error(`${format.id} gives content without a file`);
            this.bytesOut += reading.bytes.length;
            if (this.bytesOut > this.limits.bytesOut) throw new Spent(`${this.limits.bytesOut} bytes out`);
            deposit.write(reading.bytes);
            break;
          case 'end':
            found.finish(deposit);
            deposit = null;
            break;
          case 'broken':
            deposit?.abandon();
            deposit = null;
            found.breakEntry(`malformed at ${hex(found.at + reading.at)}: ${format.id}: ${reading.why}`);
            break;
        }
      }
      found.finish(deposit);
      return null;
    } catch (error) {
      deposit?.abandon();
      if (error instanceof Malformed) {
        const why = `malformed at ${hex(found.at + error.at)}: ${format.id}: ${error.message}`;
        found.breakEntry(why);
        return why;
      }
      if (error instanceof Spent) {
        found.breakEntry(error.message);
        return error.message;
      }
      throw error;
    }
  }
}

/** What one format has given so far at one place. */
class PartReader {
  readonly at: number;
  readonly claims: Claim[] = [];
  /** What of the claims is not searched for other formats. */
  readonly closed: ByteRange[] = [];
  readonly entries: Entry[] = [];
  readonly facts = new Map<string, string>();
  /** Entries that came to their end. */
  wholeEntries = 0;
  private head: EntryHead | null = null;

  constructor(at: number) {
    this.at = at;
  }

  claim(extent: Extract<Reading, { kind: 'extent' }>, size: number): void {
    const [start, end] = extent.range;
    if (!(start >= 0 && start <= end && end <= size))
      throw new Malformed(`extent ${start}–${end} leaves ${size} bytes`, 0);
    if (end > start) {
      const reason =
        extent.reason ?? (extent.role === 'unexplained' || extent.role === 'opaque' ? 'no-format' : null);
      const range: ByteRange = [this.at + start, this.at + end];
      this.claims.push({ range, role: extent.role, reason });
      if (extent.isSearched !== true) this.closed.push(range);
    }
  }

  begin(head: EntryHead): void {
    this.head = head;
  }

  /** The entry that was begun has all its content. */
  finish(deposit: Deposit | null): void {
    if (this.head === null) return;
    this.push(deposit === null ? null : deposit.close());
    this.wholeEntries++;
  }

  /** The content of the entry that was begun cannot be had; its stored bytes become a gap. */
  breakEntry(reason: string): void {
    if (this.head === null) return;
    for (const [start, end] of this.head.stored) {
      const range: ByteRange = [this.at + start, this.at + end];
      this.claims.push({ range, role: 'unexplained', reason });
      this.closed.push(range);
    }
    this.push(null);
  }

  factsInOrder(): Record<string, string> {
    return Object.fromEntries([...this.facts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  private push(content: Artefact | null): void {
    if (this.head === null) return;
    const stored = this.head.stored.map(([start, end]): ByteRange => [this.at + start, this.at + end]);
    this.entries.push({ ...this.head, stored, content });
    this.head = null;
  }
}

/** Claimed bytes with their roles, the rest as padding, opaque or unexplained. */
function extentsOf(reader: ArtefactReader, source: Source): readonly Extent[] {
  const claimed = partition(reader.claims, source.size);
  const holes = complement(
    claimed.map((extent) => extent.range),
    [0, source.size],
  );
  const rest = holes.flatMap((hole) => classify(source, hole, reasonAt(reader, hole[0])));
  return [...claimed, ...rest].toSorted((a, b) => a.range[0] - b.range[0]);
}

/** Why bytes from `at` on are unexplained: the format that broke there, a spent budget, or no format at all. */
function reasonAt(reader: ArtefactReader, at: number): string {
  if (reader.spent !== null) return reader.spent;
  const broke = reader.broken.findLast((entry) => entry.from <= at);
  if (broke !== undefined) return broke.reason;
  return (reader.parts.length === 0 ? reader.wholeFailures[0] : undefined) ?? 'no-format';
}

function byStart(a: Part, b: Part): number {
  return a.range[0] - b.range[0];
}

function hex(offset: number): string {
  return `0x${offset.toString(16)}`;
}
