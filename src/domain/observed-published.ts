import type { Place } from '#domain/place';

/** Bytes equal an indicator that was published with a known case. */
export interface PublishedObservation {
  readonly kind: 'published';
  readonly place: Place;
  /** Id of the known case. */
  readonly case: string;
  /** Kind of indicator: `string`, `header`, `bytes`, `path`, … */
  readonly indicator: string;
  /** Position of the indicator in the case. */
  readonly index: number;
}
