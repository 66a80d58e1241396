import type { Sighting } from '#domain/plugin';

/** Files that start-up comes through or starts: scripts of a chain, and programs.
 *  @returns  whether a file of a tree is one of them; the path as in the tree */
export function startedIn(sightings: readonly Sighting[]): (tree: string, path: string) => boolean {
  const files = new Set<string>();
  for (const { observation, tree } of sightings) {
    if (observation.kind !== 'start' || !observation.reached) continue;
    const { chain, program, place } = observation;
    for (const path of [...chain, program, place.path ?? '']) files.add(key(tree, path));
  }
  return (tree, path) => files.has(key(tree, path));
}

function key(tree: string, path: string): string {
  return JSON.stringify([tree, path.replace(/^\/+/, '')]);
}
