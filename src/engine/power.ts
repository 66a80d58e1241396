import { createHash } from 'node:crypto';
import { canonicalJson } from '#domain/canonical';
import type { Declaration } from '#domain/declaration';
import { LEVELS } from '#domain/level';
import type { Run } from '#domain/ports';
import { overlaps } from '#domain/range';
import type { ClassPower, Failure, Power } from '#domain/record';
import type { Registry } from '#domain/registry';
import type { Outcome, Plant, PlantedChange, PlantTask } from '#domain/task';
import {
  type Examination,
  examineOverlays,
  type MadeStatement,
  type Overlay,
  type Progress,
  viewOf,
} from '#engine/examination';
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
): Promise<{ readonly power: Power; readonly failures: readonly Failure[] }> {
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
  const look = async (overlays: readonly Overlay[]) =>
    await examineOverlays(examination, overlays, declaration, registry, run, (step) =>
      progress({ ...step, stage: 'look-again' }),
    );
  const classes: ClassPower[] = [];
  const controls = { runs: 0, falseIndications: 0 };
  const baseline = new Set(examination.statements.map(sameness));
  for (const [index, implant] of registry.implants.entries()) {
    const outcome = outcomes[index];
    const plants = outcome?.kind === 'planted' ? outcome.plants : [];
    const placed = plants.filter((plant) => plant.lost === null);
    const overlays = placed.map(({ tree, changes }) => ({ tree: tree ?? '', changes }));
    const said = await look(overlays);
    const found = new Set(
      placed.filter((plant, i) => isFound(plant, implant.question, said[i] ?? [], baseline)),
    );
    for (const level of LEVELS) {
      const results = plants
        .filter((plant) => plant.level === level)
        .map((plant) => ({ plant, found: found.has(plant) }));
      const why =
        outcome?.kind === 'planted'
          ? (outcome.unplantable[level] ?? null)
          : `the planter failed: ${whyOf(outcome)}`;
      const fewer =
        results.length < perLevel ? `${results.length} of ${perLevel}: no other plant became active` : null;
      classes.push(classPower(implant.id, implant.question, level, results, why ?? fewer));
    }
    const unplanted = unplantedCopies(examination, overlays).slice(0, perLevel);
    for (const statements of await look(unplanted)) {
      controls.runs++;
      if (statements.some((made) => !baseline.has(sameness(made)))) controls.falseIndications++;
    }
  }
  const failures = registry.implants.flatMap(({ id }, index): Failure[] => {
    const outcome = outcomes[index];
    if (outcome?.kind === 'planted') return [];
    return [
      { kind: outcome?.kind === 'killed' ? 'killed' : 'crashed', plugin: id, path: '', why: whyOf(outcome) },
    ];
  });
  return { power: { seed, classes, controls }, failures };
}

function whyOf(outcome: Outcome | undefined): string {
  return outcome?.kind === 'failed' || outcome?.kind === 'killed' ? outcome.why : 'no plants came of it';
}

/** Hash of target and code: the same target and code give the same plants. */
function seedOf(examination: Examination, registry: Registry): string {
  const target = examination.subjects.map(({ artefact }) => artefact.digest);
  return createHash('sha256')
    .update(canonicalJson({ target, code: registry.code }))
    .digest('hex')
    .slice(0, 32);
}

/** What makes a statement the one that was made before: the same thing said with the same weight about the same
 *  paths. Ranges do not count: what stands behind a plant has moved. */
function sameness({ examiner, statement }: MadeStatement): string {
  const { question, title, strength, facts, identity, places } = statement;
  const paths = places.map(({ path, range }) => [path, range === null]);
  return canonicalJson({ examiner, question, title, strength, facts, identity, paths });
}

/** True when something new is said, to the question of the class, about bytes that were planted. */
function isFound(
  plant: Plant,
  question: string,
  said: readonly MadeStatement[],
  baseline: ReadonlySet<string>,
): boolean {
  return said
    .filter((made) => made.statement.question === question && !baseline.has(sameness(made)))
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

/** Copies in which the files that plants changed lie as they are: whatever is new there is said without a reason. */
function unplantedCopies(examination: Examination, overlays: readonly Overlay[]): readonly Overlay[] {
  const contents = new Map(
    examination.trees.map(({ id, entries }) => [
      id,
      new Map(entries.map(({ path, content }) => [path, content])),
    ]),
  );
  return overlays.flatMap(({ tree, changes }) => {
    const kept = changes.flatMap(({ path }): PlantedChange[] => {
      const content = contents.get(tree)?.get(path) ?? null;
      return content === null ? [] : [{ path, content, mode: null, planted: [] }];
    });
    return kept.length === 0 ? [] : [{ tree, changes: kept }];
  });
}
