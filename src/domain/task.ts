import type { Artefact, Digest, Entry, Opened } from '#domain/artefact';
import type { Elicited, Remark } from '#domain/elicited';
import type { Observation } from '#domain/observation';
import type { Level } from '#domain/level';
import type { ByteRange } from '#domain/range';

/** An entry as an observer of a tree sees it: with the format its content was recognised as. */
export interface TreeEntry extends Entry {
  /** Id of the format of the content; null: none, or no content. */
  readonly format: string | null;
}

/** Open one artefact: recognise formats, list extents and entries. */
export interface OpenTask {
  readonly kind: 'open';
  readonly artefact: Artefact;
}

/** Let one observer look at bytes without a name. */
export interface BytesTask {
  readonly kind: 'observe-bytes';
  readonly observer: string;
  readonly artefact: Artefact;
}

/** Let one observer look at one named file. */
export interface EntryTask {
  readonly kind: 'observe-entry';
  readonly observer: string;
  readonly entry: TreeEntry;
}

/** Let one observer look at the entries of a tree that it asked for. */
export interface TreeTask {
  readonly kind: 'observe-tree';
  readonly observer: string;
  readonly entries: readonly TreeEntry[];
}

/** Let every elicitor read one document of the vendor. */
export interface ElicitTask {
  readonly kind: 'elicit';
  /** As handed in. */
  readonly name: string;
  readonly artefact: Artefact;
}

/** One opened tree that plants may go into. */
export interface Ground {
  /** Names the tree. */
  readonly tree: string;
  readonly entries: readonly TreeEntry[];
}

/** Draw and make the plants of one class: places drawn over all grounds, contents deposited. */
export interface PlantTask {
  readonly kind: 'plant';
  readonly implant: string;
  readonly grounds: readonly Ground[];
  /** Plants per level, ≥ 1. */
  readonly perLevel: number;
  /** Share of the target's content that nothing explains, 0..1: a plant falls there with this probability. */
  readonly gapShare: number;
  readonly seed: string;
}

/** A unit of work, plain JSON. */
export type Task = OpenTask | BytesTask | EntryTask | TreeTask | ElicitTask | PlantTask;

/** One file replaced or added by a plant, its content in the store. */
export interface PlantedChange {
  readonly path: string;
  readonly content: Artefact;
  /** Of an added file; null: the file exists and keeps its metadata. */
  readonly mode: number | null;
  /** Ranges of the content that the implant added. */
  readonly planted: readonly ByteRange[];
}

/** One drawn plant. `lost`: it fell where nothing can be found, or nothing could carry it. */
export interface Plant {
  readonly level: Level;
  readonly template: string;
  readonly heldOut: boolean;
  /** Null when it is lost. */
  readonly tree: string | null;
  readonly carrier: string | null;
  readonly changes: readonly PlantedChange[];
  /** Why it is missed without looking: it fell into a gap; null: it was planted. */
  readonly lost: string | null;
}

/** What a task gave. A killed or failed outcome is never kept. */
export type Outcome =
  | { readonly kind: 'opened'; readonly opened: Opened }
  | {
      readonly kind: 'observed';
      readonly observations: readonly Observation[];
      /** Why the observer stopped before the end (malformed bytes, a spent budget); null: it did not. */
      readonly stopped: string | null;
    }
  | {
      readonly kind: 'elicited';
      /** One of each elicitor that understood the document. Empty: none did. */
      readonly elicited: readonly Elicited[];
      /** What taking the document apart met, whoever read it; why no elicitor could. */
      readonly remarks: readonly Remark[];
    }
  | {
      readonly kind: 'planted';
      readonly plants: readonly Plant[];
      /** By level: why nothing could be planted; levels that were planted are absent. */
      readonly unplantable: Readonly<Partial<Record<Level, string>>>;
    }
  /** A plug-in threw what it must not throw: our bug. */
  | { readonly kind: 'failed'; readonly why: string }
  /** The worker died or was stopped. */
  | { readonly kind: 'killed'; readonly why: string };

/** Stands for the container of an entry without content until the host puts that in: SHA-256 of nothing. */
export const NO_CONTENT: Digest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Every artefact a task may open. */
export function artefactsOf(task: Task): readonly Artefact[] {
  switch (task.kind) {
    case 'open':
    case 'observe-bytes':
    case 'elicit':
      return [task.artefact];
    case 'observe-entry':
      return task.entry.content === null ? [] : [task.entry.content];
    case 'observe-tree':
      return contentsOf(task.entries);
    case 'plant':
      return task.grounds.flatMap((ground) => contentsOf(ground.entries));
  }
}

function contentsOf(entries: readonly TreeEntry[]): readonly Artefact[] {
  return entries.flatMap(({ content }) => content ?? []);
}
