import type { Level } from '#domain/level';
import type { Change, Draw, PlantingGround } from '#domain/plugin';
import { inOrder } from '#engine/ground/carriers';
import { edited, linesAt } from '#engine/ground/edit';
import { pick } from '#engine/ground/draw';
import { programAt } from '#engine/ground/logins';
import { type System, surveyOf } from '#engine/ground/survey';
import type { StartedScript, Tree } from '#engine/ground/tree';

/** A script of start-up with the system it starts. */
export interface StartPlace {
  readonly tree: Tree;
  readonly system: System;
  readonly script: StartedScript;
  /** True: the system has a program of this name. */
  has(program: string): boolean;
}

/** Scripts of start-up that a line can be put into.
 *  @param fits  what else must be so */
export function scriptCarriers(
  ground: PlantingGround,
  fits: (place: StartPlace) => boolean = () => true,
): readonly string[] {
  const { tree, systems } = surveyOf(ground);
  return inOrder(
    systems.flatMap((system) =>
      system.scripts
        .filter((script) => placesIn(script).length > 0 && fits(placeOf(tree, system, script)))
        .map(({ path }) => tree.stored(path)),
    ),
  );
}

/** The script a carrier names; null: none. */
export function startPlace(ground: PlantingGround, carrier: string): StartPlace | null {
  const { tree, systems } = surveyOf(ground);
  for (const system of systems) {
    const script = system.scripts.find(({ path }) => tree.stored(path) === carrier);
    if (script !== undefined) return placeOf(tree, system, script);
  }
  return null;
}

function placeOf(tree: Tree, system: System, script: StartedScript): StartPlace {
  return { tree, system, script, has: (program) => programAt(tree, system.root, program) !== null };
}

/** The script with lines put where they run: at its end when that is reached and the lines need not hide, else
 *  somewhere between its own, indented like them. */
export function withLines(
  { tree, script }: Pick<StartPlace, 'tree' | 'script'>,
  lines: readonly string[],
  level: Level,
  draw: Draw,
): Change {
  const { text, path } = script;
  const places = placesIn(script);
  const end = places.at(-1) ?? text.length;
  const at = level === 'overt' ? end : pick(places, draw);
  const indent = /^[ \t]*/.exec(text.slice(at))?.[0] ?? '';
  // A here-document ends only at the beginning of its line.
  const isHeredoc = lines.some((line) => line.includes('<<'));
  return edited(tree, path, [linesAt(text, at, isHeredoc ? lines : lines.map((line) => indent + line))]);
}

/** Offsets where a whole line can be put so that it runs, in order. */
function placesIn({ text, reached, open }: StartedScript): readonly number[] {
  const before = reached.flatMap(({ start }) => {
    const line = text.lastIndexOf('\n', start - 1) + 1;
    // The first line says which shell reads the rest.
    return line > 0 && /^[ \t]*$/.test(text.slice(line, start)) ? [line] : [];
  });
  return open && text.length > 0 ? [...before, text.length] : before;
}
