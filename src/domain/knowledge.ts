/** What the product knows beside the target: published facts as data, each with source and date. */
export interface Knowledge {
  readonly knownCases: readonly KnownCase[];
  readonly requirements: readonly Requirement[];
  readonly publicRoots: readonly PublicRoot[];
  /** Name of a body of knowledge → its date, ISO. Stands in the record. */
  readonly dates: Readonly<Record<string, string>>;
}

/** What is known when nothing is. */
export const NO_KNOWLEDGE: Knowledge = { knownCases: [], requirements: [], publicRoots: [], dates: {} };

/** Key of a certificate authority that the world's browsers trust or trusted. */
export interface PublicRoot {
  /** As its certificate names it, most specific part. */
  readonly name: string;
  /** SHA-256 of the SubjectPublicKeyInfo, hex. */
  readonly publicFingerprint: string;
}

/** `checked`: read at the source; `memory`: held for certain, not read again. */
export type Certainty = 'checked' | 'memory';

/** A documented case of hidden access, communication, interception or concealment in network equipment. */
export interface KnownCase {
  readonly id: string;
  readonly name: string;
  readonly year: number;
  readonly vendor: string;
  /** `account`, `service`, `key`, `knock`, `endpoint`, `interception`, `integrity`, `concealment`, `supply-chain`. */
  readonly class: string;
  /** True: whether it was meant is disputed. */
  readonly contested: boolean;
  readonly source: string;
  readonly indicators: readonly Indicator[];
}

export interface Indicator {
  /** `string`, `account`, `credential`, `port`, `path`, `ssh-key-sha256`, `domain`, …; `cve` and `note` are for people. */
  readonly kind: string;
  readonly value: string;
  readonly certainty: Certainty;
  /** True: so rare that it speaks by itself; false: only beside another indicator of the same case. */
  readonly alone: boolean;
}

/** What an examination of artefacts can decide of a requirement. `full`: both ways; `fail-only`: a violation alone;
 *  `indicate`: the setting is seen, a live test stays open; `document`: whether evidence was handed in; `live`: nothing. */
export type Decidability = 'full' | 'fail-only' | 'indicate' | 'document' | 'live';

/** A testable statement of a catalogue. */
export interface Requirement {
  /** `TS 33.117`. */
  readonly catalogue: string;
  readonly clause: string;
  readonly title: string;
  /** What it asks, in our words. */
  readonly says: string;
  readonly decidability: Decidability;
  /** What deciding it needs: each one of the kinds of input and declaration named here must be given. */
  readonly needs: readonly RequirementNeed[];
  /** Ids of examiners whose statements speak to it. */
  readonly examiners: readonly string[];
  /** Subjects of settings that speak to it. */
  readonly settings: readonly string[];
}

export type RequirementNeed =
  | 'firmware'
  | 'config'
  | 'capture'
  | 'scan'
  /** A scan that asked one host for all ports of TCP and UDP. */
  | 'whole-scan'
  | 'accounts'
  | 'matrix'
  | 'privileged-files'
  | 'components'
  | 'documents'
  | 'end-of-life'
  | 'vulnerabilities'
  | 'second-image'
  | 'code'
  | 'live-test';
