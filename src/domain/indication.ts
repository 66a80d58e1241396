import type { Place } from '#domain/place';
import type { QuestionId } from '#domain/question';

/** How far the evidence reaches, weakest first. */
export const STRENGTHS = ['present', 'linked', 'reachable', 'exercised', 'observed'] as const;

export type Strength = (typeof STRENGTHS)[number];

/** Four facts that must not be mistaken for one another. Null: not known. `undocumented` is null without a declaration. */
export interface Facts {
  readonly undocumented: boolean | null;
  readonly hardCoded: boolean | null;
  readonly reachable: boolean | null;
  readonly used: boolean | null;
}

/** What an examiner says, before it is numbered and its evidence is chained to the inputs. */
export interface Statement {
  readonly question: QuestionId;
  /** One line, no more than the evidence; never a password or a key. */
  readonly title: string;
  readonly strength: Strength;
  readonly facts: Facts;
  /** CWE identifiers. */
  readonly weaknesses: readonly string[];
  /** Clauses, such as `TS 33.117 4.2.3.4.2.2`. */
  readonly requirements: readonly string[];
  /** What makes the indication the same one in the next release: no offsets, no digests of whole files. */
  readonly identity: readonly string[];
  /** Every place it rests on, the decisive one first. Never empty. */
  readonly places: readonly Place[];
  /** Why it matters, one or two sentences. */
  readonly matters: string;
  /** What would disprove it, one or two sentences. */
  readonly disproof: string;
}
