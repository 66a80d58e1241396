/** What the vendor says of one release. An absent list means nothing was said of that subject, not "none". */
export interface Declaration {
  /** Name of the document as handed in. */
  readonly source: string;
  readonly accounts: readonly DeclaredAccount[] | null;
  readonly services: readonly DeclaredService[] | null;
  readonly keys: readonly DeclaredKey[] | null;
  /** Rows of the communication matrix. */
  readonly matrix: readonly MatrixRow[] | null;
  readonly components: readonly DeclaredComponent[] | null;
  /** What the release notes say was changed against the release before. */
  readonly changes: readonly DeclaredChange[] | null;
  /** Files that may raise privilege, by path in the tree: setuid, setgid, capabilities. */
  readonly privilegedFiles: readonly string[] | null;
  /** Documents that were handed in, by the subject they treat. */
  readonly documents: readonly DeclaredDocument[] | null;
}

/** Ports as a row writes them. Text that is not understood is `unresolved`, never `any`. */
export type PortExpression =
  | { readonly kind: 'any' }
  | { readonly kind: 'ranges'; readonly ranges: readonly (readonly [from: number, to: number])[] }
  /** Assigned by the system when it runs. */
  | { readonly kind: 'dynamic' }
  /** The protocol has no ports, or the row says there are none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unresolved'; readonly text: string };

/** One end of a documented flow; null: not stated. */
export interface MatrixEnd {
  readonly device: string | null;
  readonly address: string | null;
  readonly port: PortExpression;
}

export type Plane =
  | 'management'
  | 'control'
  | 'user'
  | 'oam'
  | 'service'
  | 'sync'
  | 'internal'
  | 'debug'
  | 'unknown';

/** One documented flow. */
export interface MatrixRow {
  /** Where it stands: document, sheet and row, from 1. */
  readonly at: string;
  readonly component: string | null;
  readonly from: MatrixEnd;
  readonly to: MatrixEnd;
  /** `tcp`, `udp`, `sctp`, `icmp`, `ip:50`, `eth:0x88f7`, …; null: not stated or not understood. */
  readonly transport: string | null;
  readonly application: string | null;
  readonly purpose: string | null;
  readonly authentication: string | null;
  readonly encryption: string | null;
  readonly plane: Plane | null;
  readonly direction: 'in' | 'out' | 'both' | null;
  readonly defaultState: 'open' | 'closed' | 'on-demand' | null;
  /** True: it allows all ports, or half of them, from anyone to anyone, so that it explains nothing. */
  readonly blanket: boolean;
  /** What could not be understood or was mended, one sentence each. */
  readonly defects: readonly string[];
}

export interface DeclaredComponent {
  readonly name: string;
  readonly version: string | null;
  readonly purl: string | null;
  readonly cpe: string | null;
}

/** One line of the release notes that speaks of a component. */
export interface DeclaredChange {
  readonly component: string;
  /** Version before and after, as written; null: not said. */
  readonly from: string | null;
  readonly to: string | null;
  readonly text: string;
}

export interface DeclaredDocument {
  /** `overload`, `growing-content`, `robustness-tests`, `vulnerability-plan`, … */
  readonly subject: string;
  readonly title: string;
}

/** A declaration that speaks of nothing: what a document says is put in its place. */
export const NOTHING_DECLARED: Declaration = {
  source: '',
  accounts: null,
  services: null,
  keys: null,
  matrix: null,
  components: null,
  changes: null,
  privilegedFiles: null,
  documents: null,
};

export interface DeclaredAccount {
  readonly name: string;
  /** Role, group or level as written; null: not said. */
  readonly role: string | null;
  readonly purpose: string | null;
}

/** A service that listens, by program, port, or both. */
export interface DeclaredService {
  readonly program: string | null;
  readonly port: number | null;
  readonly transport: 'tcp' | 'udp' | null;
  readonly purpose: string | null;
}

/** A key the vendor says is shipped, by path in the tree, by fingerprint, or both. */
export interface DeclaredKey {
  readonly path: string | null;
  readonly publicFingerprint: string | null;
  readonly purpose: string | null;
}
