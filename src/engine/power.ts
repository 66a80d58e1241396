import { createHash } from 'node:crypto';
import { canonicalJson } from '#domain/canonical';
import type { Declaration } from '#domain/declaration';
import { LEVELS } from '#domain/level';
import type { Sighting } from '#domain/plugin';
import type { Run } from '#domain/ports';
import { overlaps } from '#domain/range';
import type { ClassPower, Power } from '#domain/record';
import type { Registry } from '#domain/registry';
import type { Outcome, Plant, PlantTask } from '#domain/task';
import {
  type Examination,
  examineAll,
  examineOverlays,
  type MadeStatement,
  type Progress,
  viewOf,
} from '#engine/examination';
import { drawFrom } from '#engine/planting';
import { classPower } from '#engine/judge/power';

/** How much is planted: per class and level. */
export type Thoroughness = 'quick' | 'standard' | 'full';

/** With none missed, 14, 29 and 59 plants put the lower bound at 0.80, 0.90 and 0.95. */
export const PLANTS_PER_LEVEL: Readonly<Record<Thoroughness, number>> = { quick: 14, standard: 29, full: 59 };

/** Plants known classes into copies of what was examined, looks again, and counts what is found.
 *  @param gapShare  share of the content that nothing explains, 0..1
 *  @param perLevel  plants per class and level */
export async function measure(
  examination: Examination,
  gapShare: number,
  declaration: Declaration | null,
  registry: Registry,
  run: Run,
  perLevel: number,
  progress: Progress,
): Promise<Power> {
  const seed = seedOf(examination, registry);
  const grounds = examination.trees.map(({ id, entries }) => ({ tree: id, entries: entries.map(viewOf) }));
  const tasks = registry.implants.map(
    ({ id }): PlantTask => ({ kind: 'plant', implant: id, grounds, perLevel, gapShare, seed }),
  );
  const outcomes: Outcome[] = [];
  await run(tasks, (index, outcome) => {
    outcomes[index] = outcome;
    progress({ stage: 'plant', done: index + 1, total: tasks.length, bytesDone: 0, bytesTotal: 0 });
  });
  const classes: ClassPower[] = [];
  const baseline = new Set(examination.statements.map(keyOf));
  for (const [index, implant] of registry.implants.entries()) {
    const outcome = outcomes[index];
    const plants = outcome?.kind === 'planted' ? outcome.plants : [];
    const placed = plants.filter((plant) => plant.lost === null);
    const overlays = placed.map(({ tree, changes }) => ({ tree: tree ?? '', changes }));
    const said = await examineOverlays(examination, overlays, declaration, registry, run, (step) =>
      progress({ ...step, stage: 'look-again' }),
    );
    const found = new Set(
      placed.filter((plant, i) => isFound(plant, implant.question, said[i] ?? [], baseline)),
    );
    for (const level of LEVELS) {
      const results = plants
        .filter((plant) => plant.level === level)
        .map((plant) => ({ plant, found: found.has(plant) }));
      const failed = outcome?.kind === 'planted' ? outcome.unplantable[level] : 'the planter failed';
      classes.push(classPower(implant.id, implant.question, level, results, failed ?? null));
    }
  }
  return { seed, classes, controls: controls(examination, declaration, registry, seed, perLevel) };
}

/** Hash of target and code: the same target and code give the same plants. */
function seedOf(examination: Examination, registry: Registry): string {
  const target = examination.subjects.map(({ artefact }) => artefact.digest);
  return createHash('sha256')
    .update(canonicalJson({ target, code: registry.code }))
    .digest('hex')
    .slice(0, 32);
}

function keyOf({ examiner, statement }: MadeStatement): string {
  return canonicalJson({ examiner, identity: statement.identity, places: statement.places });
}

/** True when something new is said, to the question of the class, about bytes that were planted. */
function isFound(
  plant: Plant,
  question: string,
  said: readonly MadeStatement[],
  baseline: ReadonlySet<string>,
): boolean {
  return said
    .filter((made) => made.statement.question === question && !baseline.has(keyOf(made)))
    .some(({ statement }) =>
      statement.places.some(({ artefact, path, range }) =>
        plant.changes.some(
          (change) =>
            change.content.digest === artefact &&
            change.path === path &&
            (range === null || change.planted.some((planted) => overlaps(planted, range))),
        ),
      ),
    );
}

/** Looks at the unplanted target again, everything handed over in another order each time. */
function controls(
  examination: Examination,
  declaration: Declaration | null,
  registry: Registry,
  seed: string,
  runs: number,
): Power['controls'] {
  const baseline = canonicalJson(examination.statements);
  let falseIndications = 0;
  for (let i = 0; i < runs; i++) {
    const sightings = shuffled(
      examination.seen.map(({ sighting }) => sighting),
      `${seed}/control/${i}`,
    );
    const again = examineAll(registry, sightings, declaration);
    if (canonicalJson(again) !== baseline) falseIndications++;
  }
  return { runs, falseIndications };
}

/** Fisher and Yates. */
function shuffled(sightings: readonly Sighting[], seed: string): readonly Sighting[] {
  const draw = drawFrom(seed);
  const list = [...sightings];
  for (let i = list.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [list[i], list[j]] = [list[j] as Sighting, list[i] as Sighting];
  }
  return list;
}
