/** What the vendor says of one release. An absent list means nothing was said of that subject, not "none". */
export interface Declaration {
  /** Name of the document as handed in. */
  readonly source: string;
  readonly accounts: readonly DeclaredAccount[] | null;
  readonly services: readonly DeclaredService[] | null;
  readonly keys: readonly DeclaredKey[] | null;
}

export interface DeclaredAccount {
  readonly name: string;
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
