import type { About, Gate, TargetState } from '#domain/about';
import type { Digest } from '#domain/artefact';
import type { DeclaredSubject, Remark, RemarkKind } from '#domain/elicited';
import type { Facts, Strength } from '#domain/indication';
import type { FacilityKind, FacilityState } from '#domain/observed-interception';
import type { Level } from '#domain/level';
import type { Answer, Confidence, QuestionId } from '#domain/question';
import type { ByteRange } from '#domain/range';

/** How the parsers were confined. `none`: not at all. */
export type Isolation = 'strict' | 'permission' | 'none';

export type InputKind =
  | 'firmware'
  | 'tree'
  | 'capture'
  | 'matrix'
  | 'config'
  | 'scan'
  | 'sbom'
  | 'log'
  | 'declaration';

/** One step of the way from an input to an artefact. Names that are not UTF-8 stand in base64. */
export interface Step {
  readonly format: string;
  readonly entry: string | { readonly base64: string };
}

export interface Evidence {
  readonly artefact: Digest;
  /** Escaped text for people: `fw.bin » squashfs » etc/passwd`. */
  readonly path: string;
  readonly at: readonly Step[];
  /** Null: the evidence is the entry itself. */
  readonly range: ByteRange | null;
  /** Up to 200 escaped characters with every secret masked; null: not text. */
  readonly excerpt: string | null;
}

export interface Indication {
  /** `I1`, `I2`, … in the order of the record. */
  readonly id: string;
  /** `undeclared-account@1`. */
  readonly examiner: string;
  readonly question: QuestionId;
  readonly title: string;
  readonly strength: Strength;
  readonly facts: Facts;
  readonly weaknesses: readonly string[];
  readonly requirements: readonly string[];
  /** 32 hex digits, the same in every release that has the same thing. */
  readonly fingerprint: string;
  readonly evidence: readonly Evidence[];
  readonly matters: string;
  readonly disproof: string;
}

/** A list of at most 1,000 by weight, with the total and what was left out. */
export interface Cut<T> {
  readonly total: number;
  readonly listed: readonly T[];
  /** SHA-256 of the canonical JSON of the rest; null: nothing is left out. */
  readonly rest: Digest | null;
}

/** Bytes that nobody could explain. */
export interface Gap {
  readonly artefact: Digest;
  readonly path: string;
  readonly range: ByteRange;
  readonly reason: string;
}

export interface BytesCoverage {
  /** Bytes of all distinct artefacts; compressed content counts at both levels. */
  readonly total: number;
  readonly explained: number;
  readonly opaque: number;
  readonly unexplained: number;
  /** Bytes that are padding or erased flash; part of `explained`. */
  readonly padding: number;
  /** Content counted once, at the innermost opened level, padding left out. */
  readonly innermost: { readonly total: number; readonly explained: number };
  readonly gaps: Cut<Gap>;
}

/** One class of implant at one level. */
export interface ClassPower {
  readonly class: string;
  readonly question: QuestionId;
  readonly level: Level;
  readonly planted: number;
  readonly found: number;
  /** One-sided 95 % Clopper–Pearson bound, 0..1; null: nothing planted. */
  readonly lower: number | null;
  readonly templates: { readonly n: number; readonly found: number };
  /** The held-out templates alone, part of the figures above. */
  readonly heldOut: { readonly planted: number; readonly found: number };
  /** What was missed and why: `template, carrier: reason`. */
  readonly missed: readonly string[];
  /** Why nothing, or less than asked, was planted; else null. */
  readonly why: string | null;
}

export interface Power {
  readonly seed: string;
  readonly classes: readonly ClassPower[];
  readonly controls: { readonly runs: number; readonly falseIndications: number };
}

export interface QuestionAnswer {
  readonly id: QuestionId;
  readonly answer: Answer;
  readonly indications: readonly string[];
  readonly coverage: { readonly of: 'bytes' | 'flows' | 'code'; readonly share: number } | null;
  /** The worst required class at level `careful`; null: not measured. */
  readonly power: {
    readonly class: string;
    readonly level: Level;
    readonly planted: number;
    readonly found: number;
    readonly lower: number;
  } | null;
  readonly confidence: Confidence;
  readonly why: string;
}

export interface RecordedTarget {
  readonly release: string;
  readonly order: number;
  readonly releasedAt: string | null;
  readonly state: TargetState;
  readonly inputs: readonly Digest[];
}

export interface RecordedInput {
  readonly name: string;
  readonly digest: Digest;
  readonly size: number;
  readonly kind: InputKind;
  /** Who handed it in; null: not known. */
  readonly from: string | null;
}

/** Where a plug-in did not come to its end. `stopped`: by malformed bytes or a spent budget, which is ordinary. */
export interface Failure {
  readonly kind: 'crashed' | 'killed' | 'stopped';
  readonly plugin: string;
  readonly path: string;
  readonly why: string;
}

/** What changed against the revision before. */
export interface Difference {
  readonly from: number;
  /** Ids in this record. */
  readonly newIndications: readonly string[];
  /** Fingerprints and titles of indications no longer made. */
  readonly goneIndications: readonly { readonly fingerprint: string; readonly title: string }[];
  /** Of the share of explained content, −1..1. */
  readonly coverageChange: number;
  readonly answers: readonly { readonly id: QuestionId; readonly from: Answer; readonly to: Answer }[];
}

/** One assessment whole: `record.json`. */
export interface AssayRecord {
  readonly schema: 'assay-record/1';
  readonly case: string;
  readonly revision: number;
  readonly status: 'interim' | 'final';
  /** ISO date the assessment speaks of. */
  readonly asOf: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** False when an outcome was killed by time. */
  readonly repeatable: boolean;
  readonly engine: {
    readonly version: string;
    readonly plugins: Readonly<Record<string, string>>;
    readonly knowledge: Readonly<Record<string, string>>;
    readonly isolation: Isolation;
  };
  readonly about: About | null;
  /** What the answers were held against: the case's own, or what holds without a case file. */
  readonly gate: Gate;
  readonly targets: readonly RecordedTarget[];
  readonly inputs: readonly RecordedInput[];
  readonly opened: {
    readonly artefacts: number;
    readonly files: number;
    readonly links: number;
    readonly formats: Readonly<Record<string, number>>;
  };
  readonly questions: readonly QuestionAnswer[];
  readonly indications: readonly Indication[];
  /** The inventory of functions that can intercept, documented or not. */
  readonly facilities: readonly Facility[];
  readonly talk: Cut<Talk>;
  /** Documents given, the rows in them, and how many of those rows say nothing that can be compared. */
  readonly declarations: {
    readonly given: number;
    readonly rows: number;
    readonly unusable: number;
    /** One for each subject of each document. */
    readonly readings: readonly DeclarationReading[];
  };
  readonly coverage: {
    readonly bytes: BytesCoverage;
    readonly flows: null;
    readonly code: null;
    /** The first input's outer level in file order, for the picture. */
    readonly maps: readonly CoverageMap[];
  };
  readonly power: Power | null;
  readonly components: readonly never[];
  readonly holes: readonly never[];
  readonly problems: readonly never[];
  readonly requirements: readonly RequirementVerdict[];
  /** Other cases that were held beside this one, in the order given. Empty: none was. */
  readonly peers: readonly Peer[];
  readonly failures: readonly Failure[];
  /** What would have to happen for a final report, one sentence each. */
  readonly missing: readonly string[];
  readonly difference: Difference | null;
}

/** How one document was read as a declaration of one subject. */
export interface DeclarationReading {
  /** As handed in. */
  readonly document: string;
  /** Id of the plug-in that read it; null: a document in Assay's own form. */
  readonly elicitor: string | null;
  readonly subject: DeclaredSubject | 'declaration';
  /** Rows, lines or components that say something; those that are not understood; those that allow everything. */
  readonly rows: number;
  readonly unusable: number;
  readonly blanket: number;
  /** How many remarks of each kind there were; at most 1,000 stand below. */
  readonly remarked: Readonly<Record<RemarkKind, number>>;
  readonly remarks: readonly Remark[];
}

/** Another case beside this one: the same examiners' counts, and what both have. */
export interface Peer {
  readonly case: string;
  readonly revision: number;
  /** ISO date. */
  readonly asOf: string;
  readonly files: number;
  /** Share of its content that was explained, 0..1. */
  readonly explained: number;
  /** By examiner with its version: indications here and there. Null: that version did not look at the peer. */
  readonly counts: readonly {
    readonly examiner: string;
    readonly here: number;
    readonly there: number | null;
  }[];
  /** Indications of the same thing in both: the same key, the same account with the same password, the same endpoint. */
  readonly shared: readonly { readonly here: string; readonly there: string }[];
}

/** A function that can intercept, mirror, capture or export. */
export interface Facility {
  readonly facility: FacilityKind;
  readonly by: string;
  readonly state: FacilityState;
  readonly destination: string | null;
  /** Who can switch it on; null: not seen. */
  readonly switchedBy: string | null;
  /** Whether a declaration names it; null: none was given. */
  readonly documented: boolean | null;
  readonly evidence: readonly Evidence[];
}

/** What the examination says of one requirement. */
export interface RequirementVerdict {
  /** `TS 33.117`. */
  readonly catalogue: string;
  readonly clause: string;
  readonly title: string;
  readonly verdict: 'satisfied' | 'not-satisfied' | 'not-decided';
  readonly why: string;
  /** Ids of indications that speak against it. */
  readonly indications: readonly string[];
}

/** An endpoint written in the release, with how many files hold it. */
export interface Talk {
  readonly value: string;
  readonly host: string;
  readonly files: number;
  readonly evidence: Evidence;
}

/** Outcome of bytes in file order, as runs: [end offset, kind]. Kinds as in {@link MapKind}. */
export interface CoverageMap {
  readonly input: Digest;
  readonly size: number;
  readonly runs: readonly (readonly [end: number, kind: MapKind])[];
}

/** `partly`: stored bytes of a file whose content has gaps. */
export type MapKind = 'structure' | 'content' | 'partly' | 'padding' | 'opaque' | 'unexplained';
