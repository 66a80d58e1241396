import type { Level } from '#domain/level';
import type { QuestionId } from '#domain/question';
import type { ClassPower } from '#domain/record';
import type { Plant } from '#domain/task';

/** A bound holds with 95 %: one target in twenty may have a lower true power. */
const DOUBT = 0.05;

/** Halvings of the interval 0..1: 2^-60 is below the last bit that matters. */
const HALVINGS = 60;

/** A plant and what became of it. */
export interface PlantResult {
  readonly plant: Pick<Plant, 'template' | 'heldOut' | 'carrier' | 'lost'>;
  readonly found: boolean;
}

/** Figures of one class at one level, never pooled with another.
 *  @param results  every plant of the class and level, lost ones included
 *  @param why      why nothing, or less than asked, was planted; null: all was */
export function classPower(
  implant: string,
  question: QuestionId,
  level: Level,
  results: readonly PlantResult[],
  why: string | null,
): ClassPower {
  const found = results.filter((result) => result.found);
  const heldOut = results.filter(({ plant }) => plant.heldOut);
  return {
    class: implant,
    question,
    level,
    planted: results.length,
    found: found.length,
    lower: results.length === 0 ? null : roundedDown(lowerBound(found.length, results.length)),
    templates: { n: templatesOf(results), found: templatesOf(found) },
    heldOut: { planted: heldOut.length, found: heldOut.filter((result) => result.found).length },
    missed: results.filter((result) => !result.found).map(({ plant }) => missOf(plant)),
    why: why ?? (results.length === 0 ? 'nothing was planted' : null),
  };
}

function templatesOf(results: readonly PlantResult[]): number {
  return new Set(results.map(({ plant }) => plant.template)).size;
}

function missOf({ template, carrier, lost }: PlantResult['plant']): string {
  const where = carrier === null ? template : `${template}, ${carrier}`;
  return `${where}: ${lost ?? 'nothing new was said of it'}`;
}

/** Six digits: the same text on every processor, and never more than the bound. */
function roundedDown(share: number): number {
  return Math.floor(share * 1e6) / 1e6;
}

/** One-sided 95 % lower bound of a share by Clopper and Pearson: the share at which `found` or more of `planted`
 *  would come about by chance in one of twenty cases. It never claims too much, whatever the true share.
 *  @param found    0..planted
 *  @param planted  ≥ 1
 *  @returns 0..1, exact to 1e-9
 *  @throws RangeError when the counts are not whole numbers in these bounds
 *  Source: Clopper & Pearson 1934, Biometrika 26(4); I_p(k, n − k + 1) = P(X ≥ k): NIST DLMF 8.17.5 */
export function lowerBound(found: number, planted: number): number {
  if (
    !(Number.isInteger(found) && Number.isInteger(planted) && found >= 0 && planted >= 1 && found <= planted)
  )
    throw new RangeError(`${found} found of ${planted} planted`);
  if (found === 0) return 0;
  if (found === planted) return DOUBT ** (1 / planted);
  let below = 0;
  let above = found / planted; // the bound lies below the share itself
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (below + above) / 2;
    if (incompleteBeta(middle, found, planted - found + 1) < DOUBT) below = middle;
    else above = middle;
  }
  return below;
}

/** Regularised incomplete beta function I_x(a, b).
 *  @param x  0 < x < 1     @param a  ≥ 1     @param b  ≥ 1
 *  Source: NIST DLMF 8.17.22 (continued fraction), 8.17.4 (reflection) */
export function incompleteBeta(x: number, a: number, b: number): number {
  // The fraction converges fast only below the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const gammas = logGamma(a + b) - logGamma(a) - logGamma(b);
  return Math.exp(a * Math.log(x) + b * Math.log1p(-x) + gammas - Math.log(a)) / fraction(x, a, b);
}

/** Terms of the fraction; it needs about the square root of the larger argument. */
const TERMS = 100_000;

/** 1 + d1/(1 + d2/(1 + …)) of DLMF 8.17.22, by the method of Lentz. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let value = 1;
  let c = 1;
  let d = 0;
  for (let i = 1; i <= TERMS; i++) {
    const m = Math.floor(i / 2);
    const term =
      i % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + term * d;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = 1 + term / c;
    if (Math.abs(c) < tiny) c = tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/** ln Γ(x) for x ≥ 1. Stirling's series, shifted to where five terms give 1e-15. Source: NIST DLMF 5.11.1 */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 16; y++) shift += Math.log(y);
  const z = 1 / (y * y);
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
