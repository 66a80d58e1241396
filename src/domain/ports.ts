import type { Artefact, Digest } from '#domain/artefact';
import type { Outcome, Task } from '#domain/task';

/** Bytes that can be read at any place without being held in memory. */
export interface Source {
  /** Bytes. */
  readonly size: number;
  /** A view of [start, end), valid for the whole task; callers never write to it.
   *  @throws Malformed when the range leaves the source or spans more than 16 MiB */
  bytes(start: number, end: number): Uint8Array;
}

/** Content that arrives in pieces and is stored under the digest of all of it. */
export interface Deposit {
  /** The piece is copied or written before the call returns. */
  write(piece: Uint8Array): void;
  close(): Artefact;
  /** Forgets what was written. */
  abandon(): void;
}

/** The store of artefacts. */
export interface Blobs {
  /** @throws Refused when the digest is not in the store */
  open(digest: Digest): Source;
  deposit(): Deposit;
}

/** Carries out tasks; the outcomes stand in the order of the tasks. */
export type Run = (
  tasks: readonly Task[],
  onOutcome: (index: number, outcome: Outcome) => void,
) => Promise<void>;

/** The outcomes of earlier tasks, by the task's name. */
export interface Outcomes {
  /** Those of the names that are known. */
  get(names: readonly string[]): ReadonlyMap<string, Outcome>;
  put(name: string, outcome: Outcome): void;
}
