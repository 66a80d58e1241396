import type { Artefact, Digest, Entry, Opened } from '#domain/artefact';
import type { Observation } from '#domain/observation';

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

/** A unit of work, plain JSON. */
export type Task = OpenTask | BytesTask | EntryTask | TreeTask;

/** What a task gave. A killed or failed outcome is never kept. */
export type Outcome =
  | { readonly kind: 'opened'; readonly opened: Opened }
  | { readonly kind: 'observed'; readonly observations: readonly Observation[] }
  /** A plug-in threw what it must not throw: our bug. */
  | { readonly kind: 'failed'; readonly why: string }
  /** The worker died or was stopped. */
  | { readonly kind: 'killed'; readonly why: string };

/** Every artefact a task may open. */
export function digestsOf(task: Task): readonly Digest[] {
  switch (task.kind) {
    case 'open':
    case 'observe-bytes':
      return [task.artefact.digest];
    case 'observe-entry':
      return task.entry.content === null ? [] : [task.entry.content.digest];
    case 'observe-tree':
      return task.entries.flatMap((entry) => (entry.content === null ? [] : [entry.content.digest]));
  }
}
