import type { Level } from '#domain/level';
import type { EspionageQuestion } from '#domain/question';
import type { ClassPower } from '#domain/record';
import type { Plant } from '#domain/task';

/** One-sided: in 95 of 100 measurements the true share lies above the bound. */
const CONFIDENCE = 0.95;

/** Lower 95 % bound of the share found, after Clopper and Pearson (1934): the beta quantile 0.05 of (found, planted − found + 1).
 *  @param found    0..planted
 *  @param planted  ≥ 1
 *  @returns 0..1, exact to 1e-9
 *  @throws RangeError when found > planted or planted < 1 */
export function lowerBound(found: number, planted: number): number {
  if (!(planted >= 1 && found >= 0 && found <= planted)) throw new RangeError(`${found} of ${planted}`);
  if (found === 0) return 0;
  const target = 1 - CONFIDENCE;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (betaShare(middle, found, planted - found + 1) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function for whole a and b: the chance of at least `a` successes in a + b − 1 trials. */
function betaShare(x: number, a: number, b: number): number {
  const trials = a + b - 1;
  let logChoose = 0;
  let sum = 0;
  for (let k = trials; k >= a; k--) {
    sum += Math.exp(logChoose + k * Math.log(x) + (trials - k) * Math.log1p(-x));
    logChoose += Math.log(k) - Math.log(trials - k + 1);
  }
  return Math.min(1, sum);
}

/** One plant and what came of it. */
export interface PlantResult {
  readonly plant: Plant;
  readonly found: boolean;
}

/** Figures of one class at one level, never pooled with another.
 *  @param why  why nothing could be planted; null: it was */
export function classPower(
  implant: string,
  question: EspionageQuestion,
  level: Level,
  results: readonly PlantResult[],
  why: string | null,
): ClassPower {
  const found = results.filter((result) => result.found);
  const heldOut = results.filter(({ plant }) => plant.heldOut);
  const templatesOf = (list: readonly PlantResult[]) => new Set(list.map(({ plant }) => plant.template)).size;
  return {
    class: implant,
    question,
    level,
    planted: results.length,
    found: found.length,
    lower: results.length === 0 ? null : rounded(lowerBound(found.length, results.length)),
    templates: { n: templatesOf(results), found: templatesOf(found) },
    heldOut: { planted: heldOut.length, found: heldOut.filter((result) => result.found).length },
    missed: results.filter((result) => !result.found).map(({ plant }) => missedText(plant)),
    why: results.length === 0 ? (why ?? 'nothing was planted') : null,
  };
}

function missedText({ template, carrier, lost }: Plant): string {
  return lost === null ? `${template}, ${carrier ?? ''}: nothing new was said about it` : `${template}: ${lost}`;
}

/** Six digits: the same text on every processor. */
function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
