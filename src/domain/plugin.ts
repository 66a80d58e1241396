import type { EntryHead, Role } from '#domain/artefact';
import type { Declaration } from '#domain/declaration';
import type { Elicited, VendorDocument } from '#domain/elicited';
import type { Statement } from '#domain/indication';
import type { Knowledge } from '#domain/knowledge';
import type { Level } from '#domain/level';
import type { Observation, ObservationKind } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Source } from '#domain/ports';
import type { EspionageQuestion, QuestionId } from '#domain/question';
import type { ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';

/** What a plug-in says of itself; LIMITS.md, `assay explain` and the lists in docs/ are written from it. */
export interface Doc {
  /** Name for people. */
  readonly name: string;
  /** What it gives, one or two sentences. */
  readonly says: string;
  /** Standards and documents, with clause. */
  readonly sources: readonly string[];
  /** What it cannot see or read. Never empty. */
  readonly limits: readonly string[];
}

/** Bytes that stand at a fixed distance from where a format begins. */
export interface Magic {
  readonly bytes: Uint8Array;
  /** Distance of `bytes` from the beginning of the format. */
  readonly at: number;
}

/** Bytes that stand somewhere inside a format which begins with none of its own. */
export interface Mark {
  readonly bytes: readonly Uint8Array[];
  /** Where the format may begin of which such bytes stand at `found`, in order, a few at most. Decided from little.
   *  @param from  what lies before was looked at for the mark before; so that many marks cost no more than one */
  begins(source: Source, found: number, from: number): readonly number[];
}

/** What a format gives while it reads, in any order except that pieces follow their entry. */
export type Reading =
  /** Bytes of the source and what they serve for. Ranges count from the beginning of the format.
   *  `isSearched`: the bytes are code that may hold other formats; where the format is a whole artefact, they are
   *  searched as if nobody claimed them. */
  | {
      readonly kind: 'extent';
      readonly range: ByteRange;
      readonly role: Role;
      readonly reason?: string;
      readonly isSearched?: true;
    }
  /** A thing inside. Every `piece` up to the next `entry` is its content. */
  | { readonly kind: 'entry'; readonly entry: EntryHead }
  /** At most 1 MiB of content of the last entry; the array may be used again after the generator goes on. */
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  /** The content of the last entry could not be read to its end; the pieces so far are forgotten. */
  | { readonly kind: 'broken'; readonly why: string; readonly at: number }
  /** The last entry has all its content. Said before a break that is none of its own is thrown. */
  | { readonly kind: 'end' }
  /** A neutral fact about the container. */
  | { readonly kind: 'fact'; readonly name: string; readonly value: string };

/** Reads one format. */
export interface Format {
  readonly kind: 'format';
  readonly id: string;
  readonly version: number;
  readonly doc: Doc;
  /** Where it is searched for. Empty: only tried at the beginning of an artefact, after all others. */
  readonly magics: readonly Magic[];
  /** How it is found where no magic can: searched for too, as `magics` are. */
  readonly mark?: Mark;
  /** @param source  begins where the format begins and goes to the end of the artefact
   *  @param whole    true: the source is a whole artefact; false: it starts inside one. Weak formats refuse there.
   *  @returns null: not this format
   *  The generator throws Malformed when the bytes break their promise and Spent when a budget ends; what it gave so far stands. */
  open(source: Source, whole: boolean): Iterable<Reading> | null;
}

/** Looks at bytes without a name. */
export interface BytesObserver {
  readonly kind: 'observer';
  readonly id: string;
  readonly version: number;
  readonly doc: Doc;
  readonly reads: 'bytes';
  /** True: what it sees depends on published facts, so that a new edition of them makes it look again. */
  readonly usesKnowledge?: true;
  /** Decided from metadata alone.
   *  @param format  what the artefact as a whole was recognised as; null: nothing */
  wants(artefact: { readonly size: number; readonly format: string | null }): boolean;
  /** @param knowledge  only for an observer that says `usesKnowledge` */
  observe(source: Source, place: (range: ByteRange) => Place, knowledge: Knowledge): readonly Observation[];
}

/** Looks at one file by name and content. */
export interface EntryObserver {
  readonly kind: 'observer';
  readonly id: string;
  readonly version: number;
  readonly doc: Doc;
  readonly reads: 'entry';
  wants(entry: TreeEntry): boolean;
  observe(
    entry: TreeEntry,
    source: Source,
    place: (range: ByteRange | null) => Place,
  ): readonly Observation[];
}

/** Looks at many entries of one tree together. */
export interface TreeObserver {
  readonly kind: 'observer';
  readonly id: string;
  readonly version: number;
  readonly doc: Doc;
  readonly reads: 'tree';
  /** As of an observer of bytes. */
  readonly usesKnowledge?: true;
  /** Which entries it is given; ask for little: a change in any of them makes it look again.
   *  @param knowledge  only for an observer that says `usesKnowledge` */
  wants(entry: TreeEntry, knowledge: Knowledge): boolean;
  observe(
    entries: readonly TreeEntry[],
    open: (entry: TreeEntry) => Source | null,
    place: (entry: TreeEntry, range: ByteRange | null) => Place,
    knowledge: Knowledge,
  ): readonly Observation[];
}

export type Observer = BytesObserver | EntryObserver | TreeObserver;

/** Reads what one kind of vendor's document declares. */
export interface Elicitor {
  readonly kind: 'elicitor';
  readonly id: string;
  readonly version: number;
  readonly doc: Doc;
  /** What is not understood is a remark, never an exception. @returns null: no document of this kind */
  elicit(document: VendorDocument): Elicited | null;
}

/** An observation with the tree it belongs to. */
export interface Sighting {
  readonly observation: Observation;
  /** Names one tree of the release; observations with the same value belong to the same tree. */
  readonly tree: string;
  /** Permissions of the entry; null: not known. */
  readonly mode: number | null;
}

/** Everything one examiner may know. */
export interface Sight {
  /** Only of the kinds the examiner reads. In byte order of tree, path and range. */
  readonly sightings: readonly Sighting[];
  /** Null: no declaration given. */
  readonly declaration: Declaration | null;
  readonly knowledge: Knowledge;
}

/** Asks one question of observations and declarations. */
export interface Examiner {
  readonly kind: 'examiner';
  readonly id: string;
  readonly version: number;
  readonly doc: Doc;
  readonly question: QuestionId;
  readonly reads: readonly ObservationKind[];
  examine(sight: Sight): readonly Statement[];
}

/** The opened tree that plants go into. */
export interface PlantingGround {
  readonly entries: readonly TreeEntry[];
  /** Content of a file of at most 1 MiB; null: none, larger, or not readable. */
  read(path: string): Uint8Array | null;
}

/** One file of the tree replaced or added. */
export interface Change {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of an added file; null: the file exists and keeps its metadata. */
  readonly mode: number | null;
  /** Ranges of `bytes` that the implant added. */
  readonly planted: readonly ByteRange[];
}

/** Whole numbers, evenly drawn: 0 ≤ draw(n) < n. */
export type Draw = (n: number) => number;

/** One independent way to carry an implant of a class. */
export interface Template {
  readonly id: string;
  /** Kept from everyone who improves examiners; its figure is printed apart. */
  readonly heldOut: boolean;
  /** Paths it could use here, in byte order. Empty: this target has no carrier for it. */
  carriers(ground: PlantingGround): readonly string[];
  plant(ground: PlantingGround, carrier: string, level: Level, draw: Draw): readonly Change[];
  /** True when the changed tree really has the capability; shares nothing with the detecting side. */
  isActive(ground: PlantingGround, changes: readonly Change[]): boolean;
}

/** A known class of implant, planted in a copy; inert, never a working payload. */
export interface Implant {
  readonly kind: 'implant';
  readonly id: string;
  readonly version: number;
  readonly doc: Doc;
  readonly question: EspionageQuestion;
  /** At least four. */
  readonly templates: readonly Template[];
}
