import type { Gate } from '#domain/about';
import { type Strength, STRENGTHS } from '#domain/indication';
import {
  type Answer,
  type Confidence,
  ESPIONAGE_QUESTIONS,
  type QuestionId,
  QUESTIONS,
} from '#domain/question';
import type { BytesCoverage, ClassPower, Failure, Indication, Power, QuestionAnswer } from '#domain/record';

/** What the answers rest on. */
export interface Grounds {
  readonly indications: readonly Indication[];
  readonly coverage: BytesCoverage;
  /** Null: not measured. */
  readonly power: Power | null;
  readonly gate: Gate;
  /** Questions that at least one examiner of this build asks. */
  readonly asked: ReadonlySet<QuestionId>;
  /** Releases in the case. */
  readonly releases: number;
  readonly vendorHeard: boolean;
  readonly failures: readonly Failure[];
  /** Weakest evidence that gives exit code 1; absent: any. */
  readonly failOn?: Strength;
}

export interface Verdict {
  readonly questions: readonly QuestionAnswer[];
  /** What would have to happen for a final report, one sentence each. Empty: a person may sign it as final. */
  readonly missing: readonly string[];
  /** 1: an indication at or above `failOn`; 4: a plug-in crashed or was killed; 3: something is missing; 0: nothing is. */
  readonly exit: 0 | 1 | 3 | 4;
}

/** Answers all seven questions. "None found" is said only above the gate, for every required class. */
export function verdict(grounds: Grounds): Verdict {
  const questions = QUESTIONS.map((id) => answerTo(id, grounds));
  const missing = missingFor(questions, grounds);
  const broken = grounds.failures.some(({ kind }) => kind !== 'stopped');
  const least = STRENGTHS.indexOf(grounds.failOn ?? STRENGTHS[0]);
  const strong = grounds.indications.some(({ strength }) => STRENGTHS.indexOf(strength) >= least);
  const exit = strong ? 1 : broken ? 4 : missing.length > 0 ? 3 : 0;
  return { questions, missing, exit };
}

function answerTo(id: QuestionId, grounds: Grounds): QuestionAnswer {
  const indications = grounds.indications
    .filter(({ question }) => question === id)
    .map((indication) => indication.id);
  if (!grounds.asked.has(id)) {
    return {
      id,
      answer: 'not-examined',
      indications,
      coverage: null,
      power: null,
      confidence: 'none',
      why: unaskedWhy(id, grounds.releases),
    };
  }
  const share = coverageShare(grounds.coverage);
  const worst = worstRequired(id, grounds);
  const shortfall = shortfallOf(id, share, grounds);
  const answer: Answer =
    indications.length > 0 ? 'indication' : shortfall === null ? 'none-found' : 'inconclusive';
  const power =
    worst === null
      ? null
      : {
          class: worst.class,
          level: worst.level,
          planted: worst.planted,
          found: worst.found,
          lower: worst.lower,
        };
  return {
    id,
    answer,
    indications,
    coverage: { of: 'bytes', share },
    power,
    confidence: confidenceOf(share, power?.lower ?? null),
    why: shortfall ?? 'coverage and power reach the gate for every required class',
  };
}

function unaskedWhy(id: QuestionId, releases: number): string {
  if (id === 'release-integrity' && releases < 2)
    return 'only one release was given and no expected digest: there is nothing to compare';
  return 'no examiner of this question is part of this version';
}

/** Share of the content explained at the innermost opened level, 0..1; 0 when there is none. Padding and the outer
 *  side of what was unpacked would raise it without anything more having been seen. */
export function coverageShare({ innermost }: BytesCoverage): number {
  return innermost.total === 0 ? 0 : Math.floor((innermost.explained / innermost.total) * 1e6) / 1e6;
}

/** Figures of the required classes at level careful; null stands for a class that was not measured. */
function requiredPower(
  id: QuestionId,
  { gate, power }: Grounds,
): readonly { readonly name: string; readonly figures: ClassPower | null }[] {
  return (gate.classes[id] ?? []).map((name) => ({
    name,
    figures: power?.classes.find((one) => one.class === name && one.level === 'careful') ?? null,
  }));
}

/** Of the required classes the one whose bound is lowest; null: none is required, or one was not measured. */
function worstRequired(id: QuestionId, grounds: Grounds): (ClassPower & { readonly lower: number }) | null {
  const measured = requiredPower(id, grounds).map(({ figures }) =>
    figures === null || figures.lower === null ? null : { ...figures, lower: figures.lower },
  );
  if (measured.includes(null)) return null;
  return measured.flatMap((figures) => figures ?? []).toSorted((a, b) => a.lower - b.lower)[0] ?? null;
}

/** Everything for which "none found" may not be said, or null. */
function shortfallOf(id: QuestionId, share: number, grounds: Grounds): string | null {
  const { gate } = grounds;
  const required = requiredPower(id, grounds);
  const reasons: string[] = [];
  if (share < gate.coverage)
    reasons.push(
      `${percent(share)} of the content is explained, the gate asks for ${percent(gate.coverage)}`,
    );
  if (required.length === 0)
    reasons.push('the gate names no implant class for this question, so power cannot reach it');
  for (const { name, figures } of required) {
    if (figures === null || figures.lower === null)
      reasons.push(`power was not measured for class ${name}${figures?.why ? `: ${figures.why}` : ''}`);
    else if (figures.lower < gate.power)
      reasons.push(
        `power of class ${name} is at least ${percent(figures.lower)}, the gate asks for ${percent(gate.power)}`,
      );
  }
  // Content that an observer did not come to its end on was not looked at, however well it is explained.
  const broken = grounds.failures.find(({ kind }) => kind !== 'stopped');
  if (broken !== undefined) reasons.push(`${broken.plugin} did not come to its end: ${broken.why}`);
  return reasons.length === 0 ? null : reasons.join('; ');
}

/** High: nine in ten would be found and 95 % of the bytes were seen; moderate: every second; low: less. None: no figure. */
function confidenceOf(share: number, lower: number | null): Confidence {
  if (lower === null) return share > 0 ? 'low' : 'none';
  if (lower >= 0.9 && share >= 0.95) return 'high';
  return lower >= 0.5 ? 'moderate' : 'low';
}

function missingFor(questions: readonly QuestionAnswer[], grounds: Grounds): readonly string[] {
  const missing: string[] = [];
  const { coverage, gate, indications, failures } = grounds;
  const share = coverageShare(coverage);
  const largest = coverage.gaps.listed[0];
  if (share < gate.coverage) {
    const where =
      largest === undefined
        ? ''
        : `; the largest gap is ${largest.range[1] - largest.range[0]} bytes of ${largest.path} (${largest.reason})`;
    missing.push(`Explain more of the content: ${percent(share)} of ${percent(gate.coverage)}${where}.`);
  }
  const questionsOf = (ids: readonly QuestionId[]) => ids.join(', ');
  const unasked = questions
    .filter(({ id, answer }) => answer === 'not-examined' && isEspionage(id))
    .map(({ id }) => id);
  if (unasked.length > 0) missing.push(`Examine what was not examined: ${questionsOf(unasked)}.`);
  for (const { id } of questions.filter(({ answer }) => answer !== 'not-examined')) {
    if (!isEspionage(id)) continue;
    for (const { name, figures } of requiredPower(id, grounds)) {
      if (figures === null || figures.lower === null)
        missing.push(`Measure the power for class ${name} (--power standard).`);
      else if (figures.lower < gate.power)
        missing.push(
          `Find more of class ${name}: at least ${percent(figures.lower)} of ${percent(gate.power)} at level careful.`,
        );
    }
    if ((gate.classes[id] ?? []).length === 0)
      missing.push(`Name the implant classes that ${id} requires, and measure them.`);
  }
  if (indications.length > 0)
    missing.push(`Clear up ${indications.map(({ id }) => id).join(', ')} with the vendor and the operators.`);
  if (!grounds.vendorHeard) missing.push('Hear the vendor: no answer is on file.');
  for (const { plugin, path, why } of failures.filter(({ kind }) => kind !== 'stopped'))
    missing.push(`Repeat ${plugin} on ${path}: ${why}.`);
  return missing;
}

function isEspionage(id: QuestionId): boolean {
  return ESPIONAGE_QUESTIONS.some((question) => question === id);
}

/** One decimal, rounded down: 94.99 % must not read as 95. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)} %`;
}
