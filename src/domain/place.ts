import type { Digest } from '#domain/artefact';
import type { ByteRange } from '#domain/range';

/** Where a fact was read. */
export interface Place {
  /** Of an entry without content (a directory, a link, a device): the container that lists it. */
  readonly artefact: Digest;
  /** Path of the artefact inside its tree; null: the observer saw bytes without a name. */
  readonly path: string | null;
  /** Bytes of the artefact; null: the fact is about the entry itself (its absence, mode, link). */
  readonly range: ByteRange | null;
}
