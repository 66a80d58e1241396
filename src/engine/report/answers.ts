import type { Gate } from '#domain/about';
import { CRAFT_QUESTIONS, type Answer, type Confidence, type QuestionId } from '#domain/question';
import type { QuestionAnswer } from '#domain/record';
import { atLeast, counted, grouped } from '#engine/report/figures';

/** The questions as headings. */
export const QUESTION_NAMES: Readonly<Record<QuestionId, string>> = {
  'undocumented-access': 'Undocumented access',
  'undocumented-communication': 'Undocumented communication',
  interception: 'Interception',
  concealment: 'Concealment',
  'release-integrity': 'Integrity of the release',
  'long-standing-holes': 'Long-standing holes',
  'other-technical-problems': 'Other technical problems',
};

/** The answers as words; an indication is counted instead. */
const ANSWER_NAMES: Readonly<Record<Exclude<Answer, 'indication'>, string>> = {
  'none-found': 'none found',
  inconclusive: 'inconclusive',
  'not-examined': 'NOT EXAMINED',
};

const CONFIDENCE_NAMES: Readonly<Record<Confidence, string>> = {
  high: 'high',
  moderate: 'moderate',
  low: 'low',
  none: 'none',
};

/** One figure of how hard we looked. */
export interface Figure {
  readonly text: string;
  /** True: it does not reach what the gate asks. */
  readonly below: boolean;
}

/** One answer as every report gives it: never without how hard we looked. */
export interface AnswerRow {
  readonly id: QuestionId;
  readonly question: string;
  readonly answer: string;
  readonly kind: Answer;
  /** Never empty. */
  readonly looked: readonly Figure[];
  readonly confidence: string;
  /** Why the answer is this one, as a sentence. */
  readonly why: string;
  /** What the answer does not say; null: the figures say it. */
  readonly caution: string | null;
}

/** The only way from an answer to words.
 *  @throws Error when the answer lacks what it rests on: that would be a fault of ours, and no report is better */
export function answerRow(answer: QuestionAnswer, gate: Gate): AnswerRow {
  const lacking = lackOf(answer);
  if (lacking !== null) throw new Error(`${answer.id} is answered "${answer.answer}" without ${lacking}`);
  return {
    id: answer.id,
    question: QUESTION_NAMES[answer.id],
    answer: answerText(answer),
    kind: answer.answer,
    looked: lookedOf(answer, gate),
    confidence: CONFIDENCE_NAMES[answer.confidence],
    why: sentenceOf(answer.why),
    caution: cautionOf(answer),
  };
}

/** A reason as a sentence: with a capital and a full stop. */
function sentenceOf(why: string): string {
  const trimmed = why.trim();
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? '' : '.');
}

function answerText({ answer, indications }: QuestionAnswer): string {
  if (answer !== 'indication') return ANSWER_NAMES[answer];
  // A question of craft may rest on holes alone.
  return indications.length === 0 ? 'INDICATION' : counted(indications.length, 'INDICATION', 'INDICATIONS');
}

function lackOf({ id, answer, indications, coverage, power, why }: QuestionAnswer): string | null {
  if (why.trim() === '') return 'a reason';
  switch (answer) {
    case 'none-found':
      if (coverage === null) return 'coverage';
      return power === null && !isCraft(id) ? 'power' : null;
    case 'inconclusive':
      return coverage === null ? 'coverage' : null;
    case 'indication':
      return indications.length === 0 && !isCraft(id) ? 'an indication' : null;
    case 'not-examined':
      return null;
  }
}

/** For the questions of craft the share of code attributed to known components stands in place of power. */
function isCraft(id: QuestionId): boolean {
  return (CRAFT_QUESTIONS as readonly QuestionId[]).includes(id);
}

function lookedOf({ id, answer, coverage, power }: QuestionAnswer, gate: Gate): readonly Figure[] {
  if (answer === 'not-examined') return [{ text: 'not looked into', below: true }];
  const figures: Figure[] = [];
  if (power !== null) {
    const { planted, found, lower, level } = power;
    const share = `${grouped(found)} of ${grouped(planted)} planted ${power.class} found (${level})`;
    figures.push({ text: `${share}, at least ${atLeast(lower)}`, below: lower < gate.power });
  } else if (!isCraft(id)) figures.push({ text: 'power not measured', below: true });
  figures.push(
    coverage === null
      ? { text: 'coverage not measured', below: true }
      : {
          text: `${atLeast(coverage.share)} of ${coverage.of} explained`,
          below: coverage.share < gate.coverage,
        },
  );
  return figures;
}

function cautionOf({ answer, power }: QuestionAnswer): string | null {
  switch (answer) {
    case 'none-found':
      return power === null
        ? null
        : `If something of the planted kinds were present, it would have been found in at least ${atLeast(power.lower)} of cases.`;
    case 'inconclusive':
      return 'Something of this kind could have been missed; this does not exclude it.';
    case 'not-examined':
      return 'No statement is made.';
    case 'indication':
      return null;
  }
}
