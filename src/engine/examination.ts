import type { Artefact, Digest, Entry, Extent, Opened } from '#domain/artefact';
import { canonicalJson } from '#domain/canonical';
import type { Declaration } from '#domain/declaration';
import type { Statement } from '#domain/indication';
import type { Observation } from '#domain/observation';
import type { Observer, Sighting } from '#domain/plugin';
import type { Run } from '#domain/ports';
import { byteOrder } from '#domain/range';
import type { Failure } from '#domain/record';
import { knowledgeFor, type Registry } from '#domain/registry';
import type { Outcome, PlantedChange, Task, TreeEntry } from '#domain/task';

/** Layers inside layers that are opened; firmware nests five or six deep. */
const DEPTH_LIMIT = 16;

/** What is examined: bytes as delivered, or a tree that others extracted. */
export type Subject =
  | {
      readonly kind: 'bytes';
      readonly name: string;
      readonly artefact: Artefact;
      /** True: it is looked at by its name too, as a file of a tree is: a configuration, a scan, a log. */
      readonly named: boolean;
    }
  | {
      readonly kind: 'tree';
      readonly name: string;
      readonly artefact: Artefact;
      readonly entries: readonly Entry[];
    };

/** How an artefact was reached first. */
export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'entry'; readonly container: Digest; readonly format: string; readonly path: string };

/** Entries of one container, with the format of each content. In byte order of path. */
export interface Tree {
  readonly id: string;
  readonly artefact: Digest;
  readonly format: string;
  readonly entries: readonly TreeEntry[];
}

/** Everything the examination knows when all tasks are done. */
export interface Examination {
  readonly subjects: readonly Subject[];
  /** Every artefact once, in the order it was reached. */
  readonly opened: ReadonlyMap<Digest, Opened>;
  readonly origins: ReadonlyMap<Digest, Origin>;
  readonly trees: readonly Tree[];
  readonly seen: readonly Seen[];
  readonly statements: readonly MadeStatement[];
  readonly failures: readonly Failure[];
  /** False when time stopped something. */
  readonly repeatable: boolean;
}

/** A sighting and who made it. */
export interface Seen {
  readonly sighting: Sighting;
  readonly observer: string;
  readonly reads: Observer['reads'];
}

export interface MadeStatement {
  readonly examiner: string;
  readonly statement: Statement;
}

/** Called as work goes on. */
export type Progress = (step: ProgressStep) => void;

export interface ProgressStep {
  readonly stage: 'open' | 'observe' | 'examine' | 'plant' | 'look-again';
  readonly done: number;
  readonly total: number;
  /** Bytes of the artefacts done and to do, for the estimate. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** The whole path on one page: open everything, observe everything, examine.
 *  Gives the same for the same subjects, registry and declaration, whatever runs the tasks. */
export async function examine(
  subjects: readonly Subject[],
  declaration: Declaration | null,
  registry: Registry,
  run: Run,
  progress: Progress,
): Promise<Examination> {
  const work: Work = { registry, run, progress, failures: [], done: new Map(), killed: false };
  const reached = await openAll(work, subjects);
  const trees = treesOf(subjects, reached.opened);
  const holders = holdersOf(trees);
  const seen = [
    ...(await observeBytes(work, [...reached.opened.values()], holders)),
    ...(await observeEntries(work, trees)),
    ...(await observeTrees(work, trees)),
  ];
  const statements = examineAll(
    registry,
    seen.map(({ sighting }) => sighting),
    declaration,
  );
  return {
    subjects,
    ...reached,
    trees,
    seen,
    statements,
    failures: work.failures.toSorted((a, b) => byteOrder(canonicalJson(a), canonicalJson(b))),
    repeatable: !work.killed,
  };
}

/** A copy of one tree with some files replaced or added. */
export interface Overlay {
  readonly tree: string;
  readonly changes: readonly PlantedChange[];
}

/** Examines copies of what was examined: only the changed files and what reads them are looked at again.
 *  @returns statements for each overlay, in its order */
export async function examineOverlays(
  base: Examination,
  overlays: readonly Overlay[],
  declaration: Declaration | null,
  registry: Registry,
  run: Run,
  progress: Progress,
): Promise<readonly (readonly MadeStatement[])[]> {
  const work: Work = { registry, run, progress, failures: [], done: new Map(), killed: false };
  const contents = overlays.flatMap(({ changes }) => changes.map(({ content }) => content));
  const subjects = contents.map((artefact): Subject => ({ kind: 'bytes', name: '', artefact, named: false }));
  const { opened } = await openAll(work, subjects);
  const copies = overlays.map((overlay) => copyOf(base, overlay, opened));
  const replaced = copies.map(({ tree, changed }): Tree => ({ ...tree, entries: changed }));
  const ownTree = (index: number): Tree[] => {
    const copy = replaced[index];
    return copy === undefined ? [] : [copy];
  };
  const bytes = await observeBytes(work, [...opened.values()], holdersOf(numbered(replaced)));
  const entries = await observeEntries(work, numbered(replaced));
  const whole = await observeTrees(work, numbered(copies.map(({ tree }) => tree)));
  const fresh = Map.groupBy([...bytes, ...entries, ...whole], ({ sighting }) => sighting.tree);
  return overlays.map((overlay, index) => {
    const paths = new Set(overlay.changes.map(({ path }) => path));
    const kept = base.seen.filter(
      ({ sighting, reads }) =>
        sighting.tree !== overlay.tree ||
        (reads !== 'tree' &&
          !(sighting.observation.place.path !== null && paths.has(sighting.observation.place.path))),
    );
    const id = numbered(ownTree(index), index)[0]?.id ?? '';
    const added = (fresh.get(id) ?? []).map(({ sighting }) => ({ ...sighting, tree: overlay.tree }));
    const sightings = [...kept.map(({ sighting }) => sighting), ...added];
    progress({ stage: 'examine', done: index + 1, total: overlays.length, bytesDone: 0, bytesTotal: 0 });
    return examineAll(registry, sightings, declaration);
  });
}

/** Trees of several copies told apart by the number of the copy. */
function numbered(trees: readonly Tree[], from = 0): readonly Tree[] {
  return trees.map((tree, index) => ({ ...tree, id: `copy ${from + index}` }));
}

/** The tree of an overlay with its changes, and the changed entries alone. */
function copyOf(
  base: Examination,
  overlay: Overlay,
  opened: ReadonlyMap<Digest, Opened>,
): { readonly tree: Tree; readonly changed: readonly TreeEntry[] } {
  const original = base.trees.find(({ id }) => id === overlay.tree);
  if (original === undefined) throw new Error(`no tree ${overlay.tree}`);
  const changed = overlay.changes.map(({ path, content, mode }): TreeEntry => {
    const before = original.entries.find((entry) => entry.path === path);
    const format = formatOf(opened.get(content.digest));
    if (before !== undefined) return { ...before, type: 'file', target: null, stored: [], content, format };
    return {
      path,
      type: 'file',
      mode: mode ?? 0o644,
      uid: 0,
      gid: 0,
      modifiedAt: null,
      target: null,
      device: null,
      stored: [],
      content,
      format,
    };
  });
  const paths = new Set(changed.map(({ path }) => path));
  const entries = [...original.entries.filter(({ path }) => !paths.has(path)), ...changed];
  return { tree: { ...original, entries: entries.toSorted(byPath) }, changed };
}

interface Work {
  readonly registry: Registry;
  readonly run: Run;
  readonly progress: Progress;
  readonly failures: Failure[];
  /** Tasks of earlier steps of the same stage. */
  readonly done: Map<ProgressStep['stage'], number>;
  killed: boolean;
}

/** Opens artefacts layer by layer until nothing new appears. */
async function openAll(
  work: Work,
  subjects: readonly Subject[],
): Promise<{ opened: Map<Digest, Opened>; origins: Map<Digest, Origin> }> {
  const opened = new Map<Digest, Opened>();
  const origins = new Map<Digest, Origin>();
  let wave = new Map<Digest, Artefact>();
  const reach = (artefact: Artefact, origin: Origin) => {
    if (origins.has(artefact.digest)) return;
    origins.set(artefact.digest, origin);
    wave.set(artefact.digest, artefact);
  };
  for (const subject of subjects) {
    const root: Origin = { kind: 'input', name: subject.name };
    if (subject.kind === 'bytes') reach(subject.artefact, root);
    else {
      origins.set(subject.artefact.digest, root);
      for (const entry of subject.entries) {
        if (entry.content === null) continue;
        const { path } = entry;
        reach(entry.content, { kind: 'entry', container: subject.artefact.digest, format: 'tree', path });
      }
    }
  }
  for (let depth = 0; wave.size > 0; depth++) {
    const layer = [...wave.values()];
    wave = new Map();
    const results =
      depth < DEPTH_LIMIT
        ? await openLayer(work, layer)
        : layer.map((a) => unopened(a, `budget: depth ${DEPTH_LIMIT}`));
    for (const result of results) {
      opened.set(result.artefact.digest, result);
      for (const { format, entries } of result.parts) {
        for (const { content, path } of entries) {
          if (content !== null)
            reach(content, { kind: 'entry', container: result.artefact.digest, format, path });
        }
      }
    }
  }
  return { opened, origins };
}

async function openLayer(work: Work, layer: readonly Artefact[]): Promise<readonly Opened[]> {
  const tasks = layer.map((artefact): Task => ({ kind: 'open', artefact }));
  const outcomes = await runAll(work, 'open', tasks, (i) => layer[i]?.size ?? 0);
  return outcomes.map((outcome, i) => {
    const artefact = layer[i] as Artefact; // one outcome a task
    if (outcome.kind === 'opened') return outcome.opened;
    const why =
      outcome.kind === 'killed' ? `parser-killed: ${outcome.why}` : `parser-failed: ${whyOf(outcome)}`;
    note(work, outcome, 'open', artefact.digest);
    return unopened(artefact, why);
  });
}

function unopened(artefact: Artefact, reason: string): Opened {
  const extents: Extent[] =
    artefact.size === 0 ? [] : [{ range: [0, artefact.size], role: 'unexplained', reason }];
  return { artefact, parts: [], extents };
}

function treesOf(subjects: readonly Subject[], opened: ReadonlyMap<Digest, Opened>): readonly Tree[] {
  const given = subjects.flatMap((subject) => {
    const { artefact, name } = subject;
    if (subject.kind === 'bytes' && !subject.named) return [];
    const entries = subject.kind === 'tree' ? subject.entries : [namedEntry(name, artefact)];
    const id = subject.kind === 'tree' ? `${artefact.digest}#0` : `${artefact.digest}#input`;
    return [{ id, artefact: artefact.digest, format: 'tree', entries }];
  });
  const found = [...opened.values()].flatMap(({ artefact, parts }) =>
    parts.map(({ format, entries }, i) => ({
      id: `${artefact.digest}#${i}`,
      artefact: artefact.digest,
      format,
      entries,
    })),
  );
  return [...given, ...found]
    .filter(({ entries }) => entries.length > 0)
    .map((tree) => ({
      ...tree,
      entries: tree.entries
        .map(
          (entry): TreeEntry => ({
            ...entry,
            format: entry.content === null ? null : formatOf(opened.get(entry.content.digest)),
          }),
        )
        .toSorted(byPath),
    }));
}

/** An input that is one file, as a tree would list it. */
function namedEntry(path: string, content: Artefact): Entry {
  const unknown = { mode: null, uid: null, gid: null, modifiedAt: null, target: null, device: null };
  return { path, type: 'file', ...unknown, stored: [], content };
}

function byPath(a: TreeEntry, b: TreeEntry): number {
  return byteOrder(a.path, b.path);
}

/** Id of the format that an artefact begins with, or null. */
export function formatOf(opened: Opened | undefined): string | null {
  const first = opened?.parts[0];
  return first !== undefined && first.range[0] === 0 ? first.format : null;
}

interface Holder {
  readonly tree: string;
  readonly entry: TreeEntry;
}

/** Where each content lies. */
function holdersOf(trees: readonly Tree[]): ReadonlyMap<Digest, readonly Holder[]> {
  const holders = new Map<Digest, Holder[]>();
  for (const { id, entries } of trees) {
    for (const entry of entries) {
      if (entry.content === null) continue;
      const list = holders.get(entry.content.digest);
      if (list === undefined) holders.set(entry.content.digest, [{ tree: id, entry }]);
      else list.push({ tree: id, entry });
    }
  }
  return holders;
}

/** What is observed in bytes counts wherever the bytes lie. */
async function observeBytes(
  work: Work,
  all: readonly Opened[],
  holders: ReadonlyMap<Digest, readonly Holder[]>,
): Promise<readonly Seen[]> {
  const observers = work.registry.observers.filter((observer) => observer.reads === 'bytes');
  const pairs = all
    .filter((opened) => !isContainer(opened))
    .flatMap((opened) =>
      observers
        .filter((observer) => observer.wants({ size: opened.artefact.size, format: formatOf(opened) }))
        .map((observer) => ({ observer: observer.id, artefact: opened.artefact })),
    );
  const tasks = pairs.map(({ observer, artefact }): Task => ({ kind: 'observe-bytes', observer, artefact }));
  const outcomes = await runAll(work, 'observe', tasks, (i) => pairs[i]?.artefact.size ?? 0);
  return outcomes.flatMap((outcome, i) => {
    const { observer, artefact } = pairs[i] as (typeof pairs)[number]; // one outcome a task
    note(work, outcome, observer, artefact.digest);
    const places = holders.get(artefact.digest) ?? [];
    return observationsOf(outcome).flatMap((observation): Seen[] => {
      if (places.length === 0) return [seenBy(observer, 'bytes', observation, '', null)];
      return places.map(({ tree, entry }) => {
        const placed = { ...observation, place: { ...observation.place, path: entry.path } };
        return seenBy(observer, 'bytes', placed, tree, entry.mode);
      });
    });
  });
}

/** True when all bytes belong to formats that hand their content on: what lies inside is looked at itself. */
function isContainer({ artefact, parts, extents }: Opened): boolean {
  const holding = parts.filter(({ entries }) => entries.length > 0);
  const handedOn = holding.reduce((sum, { range }) => sum + range[1] - range[0], 0);
  const explained = extents.every(({ role }) => role !== 'unexplained' && role !== 'opaque');
  return explained && holding.length > 0 && handedOn * 2 > artefact.size;
}

async function observeEntries(work: Work, trees: readonly Tree[]): Promise<readonly Seen[]> {
  const observers = work.registry.observers.filter((observer) => observer.reads === 'entry');
  const pairs = trees.flatMap(({ id, entries }) =>
    entries
      .filter((entry) => entry.content !== null)
      .flatMap((entry) =>
        observers
          .filter((observer) => observer.wants(entry))
          .map((observer) => ({ observer: observer.id, tree: id, entry })),
      ),
  );
  const tasks = pairs.map(
    ({ observer, entry }): Task => ({ kind: 'observe-entry', observer, entry: viewOf(entry) }),
  );
  const outcomes = await runAll(work, 'observe', tasks, (i) => pairs[i]?.entry.content?.size ?? 0);
  return outcomes.flatMap((outcome, i) => {
    const { observer, tree, entry } = pairs[i] as (typeof pairs)[number]; // one outcome a task
    note(work, outcome, observer, entry.path);
    return observationsOf(outcome).map((observation) =>
      seenBy(observer, 'entry', observation, tree, entry.mode),
    );
  });
}

async function observeTrees(work: Work, trees: readonly Tree[]): Promise<readonly Seen[]> {
  const observers = work.registry.observers.filter((observer) => observer.reads === 'tree');
  const pairs = trees.flatMap(({ id, artefact, entries }) =>
    observers
      .map((observer) => ({
        observer: observer.id,
        tree: id,
        container: artefact,
        entries: entries.filter((entry) => observer.wants(entry, knowledgeFor(observer, work.registry))),
      }))
      .filter((pair) => pair.entries.length > 0),
  );
  const tasks = pairs.map(
    ({ observer, entries }): Task => ({ kind: 'observe-tree', observer, entries: entries.map(viewOf) }),
  );
  const sizeOf = (i: number) =>
    pairs[i]?.entries.reduce((sum, { content }) => sum + (content?.size ?? 0), 0) ?? 0;
  const outcomes = await runAll(work, 'observe', tasks, sizeOf);
  return outcomes.flatMap((outcome, i) => {
    const { observer, tree, container, entries } = pairs[i] as (typeof pairs)[number]; // one outcome a task
    note(work, outcome, observer, tree);
    const byName = new Map(entries.map((entry) => [entry.path, entry]));
    return observationsOf(outcome).map((observation) => {
      const entry = byName.get(observation.place.path ?? '');
      const placed =
        entry?.content === null
          ? { ...observation, place: { ...observation.place, artefact: container, range: null } }
          : observation;
      return seenBy(observer, 'tree', placed, tree, entry?.mode ?? null);
    });
  });
}

/** An entry without what says where or when it was stored: the same file in the next release is the same task. */
export function viewOf(entry: TreeEntry): TreeEntry {
  return { ...entry, stored: [], modifiedAt: null };
}

function seenBy(
  observer: string,
  reads: Observer['reads'],
  observation: Observation,
  tree: string,
  mode: number | null,
): Seen {
  return { observer, reads, sighting: { observation, tree, mode } };
}

function observationsOf(outcome: Outcome): readonly Observation[] {
  return outcome.kind === 'observed' ? outcome.observations : [];
}

/** Lets every examiner speak. What it is given is sorted, so that no answer hangs on the order of work. */
export function examineAll(
  registry: Registry,
  sightings: readonly Sighting[],
  declaration: Declaration | null,
): readonly MadeStatement[] {
  const sorted = sightings.toSorted(byPlace);
  return registry.examiners.flatMap((examiner) => {
    const own = sorted.filter(({ observation }) => examiner.reads.includes(observation.kind));
    return examiner
      .examine({ sightings: own, declaration, knowledge: registry.knowledge })
      .map((statement) => ({ examiner: `${examiner.id}@${examiner.version}`, statement }));
  });
}

function byPlace(a: Sighting, b: Sighting): number {
  const x = a.observation.place;
  const y = b.observation.place;
  return (
    byteOrder(a.tree, b.tree) ||
    byteOrder(x.path ?? '', y.path ?? '') ||
    (x.range?.[0] ?? -1) - (y.range?.[0] ?? -1) ||
    (x.range?.[1] ?? -1) - (y.range?.[1] ?? -1) ||
    byteOrder(canonicalJson(a.observation), canonicalJson(b.observation))
  );
}

/** Runs tasks and gives their outcomes in the order of the tasks. */
async function runAll(
  work: Work,
  stage: ProgressStep['stage'],
  tasks: readonly Task[],
  sizeOf: (index: number) => number,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const before = work.done.get(stage) ?? 0;
  work.done.set(stage, before + tasks.length);
  let bytesTotal = 0;
  for (let i = 0; i < tasks.length; i++) bytesTotal += sizeOf(i);
  let done = 0;
  let bytesDone = 0;
  await work.run(tasks, (index, outcome) => {
    outcomes[index] = outcome;
    done++;
    bytesDone += sizeOf(index);
    work.progress({ stage, done: before + done, total: before + tasks.length, bytesDone, bytesTotal });
  });
  return outcomes;
}

/** Remembers that a plug-in did not come to its end. */
function note(work: Work, outcome: Outcome, plugin: string, path: string): void {
  if (outcome.kind === 'killed') {
    work.killed = true;
    work.failures.push({ kind: 'killed', plugin, path, why: outcome.why });
  } else if (outcome.kind === 'failed')
    work.failures.push({ kind: 'crashed', plugin, path, why: outcome.why });
  else if (outcome.kind === 'observed' && outcome.stopped !== null) {
    work.failures.push({ kind: 'stopped', plugin, path, why: outcome.stopped });
  }
}

function whyOf(outcome: Outcome): string {
  return outcome.kind === 'failed' || outcome.kind === 'killed' ? outcome.why : `gave ${outcome.kind}`;
}
