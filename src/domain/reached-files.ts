import type { StartObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';
import { baseOf } from '#domain/wording';

/** The start that shows that start-up runs or reads a file; null: none seen. */
export type ReachedBy = (tree: string, path: string) => StartObservation | null;

/** Files on the way of start-up, and programs it runs, those under the fewest conditions first.
 *  @param sightings  of starts; others say nothing here */
export function reachedFilesIn(sightings: readonly Sighting[]): ReachedBy {
  const starts = sightings
    .flatMap(({ observation, tree }) =>
      observation.kind === 'start' && observation.reached && observation.present !== false
        ? [{ tree, start: observation }]
        : [],
    )
    .toSorted((a, b) => (a.start.condition?.length ?? 0) - (b.start.condition?.length ?? 0));
  const files = new Map<string, StartObservation>();
  const note = (tree: string, path: string, start: StartObservation): void => {
    const key = `${tree}\0${path}`;
    if (!files.has(key)) files.set(key, start);
  };
  for (const { tree, start } of starts) {
    note(tree, plain(start.program), start);
    for (const path of start.chain) note(tree, plain(path), start);
  }
  return (tree, path) => {
    const own = files.get(`${tree}\0${plain(path)}`);
    if (own !== undefined || !/(?:^|\/)s?bin\/[^/]+$/.test(path)) return own ?? null;
    return files.get(`${tree}\0${baseOf(path)}`) ?? null;
  };
}

function plain(path: string): string {
  return path.replace(/^\.?\/+/, '');
}
