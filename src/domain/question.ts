/** The five questions about espionage, in the order of every report. */
export const ESPIONAGE_QUESTIONS = [
  'undocumented-access',
  'undocumented-communication',
  'interception',
  'concealment',
  'release-integrity',
] as const;

/** The two questions about craft. */
export const CRAFT_QUESTIONS = ['long-standing-holes', 'other-technical-problems'] as const;

export const QUESTIONS = [...ESPIONAGE_QUESTIONS, ...CRAFT_QUESTIONS] as const;

export type EspionageQuestion = (typeof ESPIONAGE_QUESTIONS)[number];
export type QuestionId = (typeof QUESTIONS)[number];

/** `inconclusive`: looked, but coverage or power is below the gate or was not measured. */
export type Answer = 'indication' | 'none-found' | 'inconclusive' | 'not-examined';

export type Confidence = 'high' | 'moderate' | 'low' | 'none';
