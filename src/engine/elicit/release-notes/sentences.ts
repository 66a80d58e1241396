import type { DeclaredChange } from '#domain/declaration';

/** What a line says of a component, without the line itself. */
export type SaidOfComponent = Omit<DeclaredChange, 'text'>;

/** A name as components have them; a version begins with a digit, after a letter that says so at most. */
const NAME = String.raw`([A-Za-z][\w.+-]{1,60})`;
const VERSION = String.raw`(?:version\s+|ver\.?\s*)?([vVrR]?\d[\w.+:~-]{0,40})`;
/** What may stand behind a name without being part of it. */
const KIND = String.raw`(?:\s+(?:library|package|component|kernel|daemon|server|tool|module|stack|software))?`;
const RAISED = String.raw`(?:upgraded?|updated?|bumped|bump|moved?|migrated?|switched|downgraded?|rolled back)`;

interface Pattern {
  readonly pattern: RegExp;
  /** Groups of name, version before, version after; 0: it has none. */
  readonly groups: readonly [name: number, from: number, to: number];
}

/** Sentences by which releases say that a component changed. Repetition is bounded everywhere, and lines are cut. */
const PATTERNS: readonly Pattern[] = [
  {
    pattern: new RegExp(
      String.raw`\b${RAISED}\s+(?:the\s+)?${NAME}${KIND}\s+from\s+${VERSION}\s+to\s+${VERSION}`,
      'i',
    ),
    groups: [1, 2, 3],
  },
  {
    pattern: new RegExp(
      String.raw`\b${RAISED}\s+(?:the\s+)?${NAME}${KIND}\s+to\s+${VERSION}(?:\s+from\s+${VERSION})?`,
      'i',
    ),
    groups: [1, 3, 2],
  },
  {
    pattern: new RegExp(
      String.raw`${NAME}${KIND}:?\s+(?:(?:was|were|has been|have been|is|are)\s+)?${RAISED}\s+from\s+${VERSION}\s+to\s+${VERSION}`,
      'i',
    ),
    groups: [1, 2, 3],
  },
  {
    pattern: new RegExp(
      String.raw`${NAME}${KIND}:?\s+(?:(?:was|were|has been|have been|is|are)\s+)?${RAISED}\s+to\s+${VERSION}`,
      'i',
    ),
    groups: [1, 0, 2],
  },
  {
    pattern: new RegExp(String.raw`${NAME}:?\s+${VERSION}\s*(?:->|=>|→|➔|⇒|--+>)\s*${VERSION}`),
    groups: [1, 2, 3],
  },
  {
    pattern: new RegExp(
      String.raw`(?:升级|更新)\s*${NAME}\s*(?:从|由)?\s*${VERSION}?\s*(?:升级|更新)?(?:到|至|为)\s*${VERSION}`,
    ),
    groups: [1, 2, 3],
  },
  {
    pattern: new RegExp(
      String.raw`${NAME}\s*(?:从|由)\s*${VERSION}\s*(?:升级|更新)(?:到|至|为)\s*${VERSION}`,
    ),
    groups: [1, 2, 3],
  },
  { pattern: new RegExp(String.raw`${NAME}\s*(?:升级|更新)(?:到|至|为)\s*${VERSION}`), groups: [1, 0, 2] },
  {
    pattern: new RegExp(
      String.raw`\b(?:added|adds?|new)\s+(?:the\s+)?${NAME}${KIND}\s+(?:version\s+)?([vV]?\d+\.[\w.+-]{1,40})`,
      'i',
    ),
    groups: [1, 0, 2],
  },
  {
    pattern: new RegExp(
      String.raw`\b(?:removed|removes?|dropped)\s+(?:the\s+)?${NAME}${KIND}\s+(?:version\s+)?([vV]?\d+\.[\w.+-]{1,40})`,
      'i',
    ),
    groups: [1, 2, 0],
  },
];

/** Words that stand where a name would. */
const NO_NAME =
  /^(?:the|this|that|it|and|or|from|to|version|release|firmware|software|system|support|issue|bug|fix(?:ed)?|note|warning|important|security|feature|known|resolved|description|impact|symptom|condition|workaround|default|all|new|old|now|was|has|have|been|is|are|can|be|when|if|for|with|in|on|of|http|https|section|table|figure|step|see|page|chapter|date|time|build|number)$/i;

/** The change of a version that a line speaks of; null: none.
 *  @param line  cut before */
export function versionChange(line: string): SaidOfComponent | null {
  for (const { pattern, groups } of PATTERNS) {
    const match = pattern.exec(line);
    const name = match?.[groups[0]];
    if (match === null || name === undefined || NO_NAME.test(name)) continue;
    const versionAt = (group: number) =>
      group === 0 ? null : (match[group]?.replace(/[.,;:)]+$/, '') ?? null);
    return { component: name.replace(/[.:]+$/, ''), from: versionAt(groups[1]), to: versionAt(groups[2]) };
  }
  return null;
}

/** The component that an item of a list begins with: `[httpd] …`, `httpd: …`; null: none. */
export function itemComponent(item: string): string | null {
  const match = /^(?:\[([A-Za-z][\w.+/-]{1,40})\]|([A-Za-z][\w.+/-]{1,40})\s?:)\s+\S/.exec(item);
  const name = match?.[1] ?? match?.[2];
  // components are written small or mixed; a word with a great letter alone begins a sentence
  return name === undefined || NO_NAME.test(name) ? null : name;
}
