import { anatomyOf, type Piece } from './literals.ts';

/** Words that promise what nobody can know. */
const PROMISES = /\b(?:safe|safely|clean|passed)\b|\bno[ -]back[ -]?doors?\b/i;

/** The word may be quoted, as in a question someone asked; Assay itself does not use it. */
const UNQUOTED = /(?<!["“„«'‘])\bback[ -]?doors?\b(?!["”“»'’])/i;

/** Machines and workshops that are nobody's business. */
const ELSEWHERE = /(?:^|[\s"'`(=])\/(?:work|Users)\/\w|\bC:\\Users\\/;
const WORKSHOP =
  /\b(?:language model|AI[- ]assistant|as an AI|chat ?bot|co-authored-by|sub-?agents?|this session|the brief says)\b/i;

/** Literals that are no words of ours: names that others gave, each with the reason. */
const NAMES: Readonly<Record<string, string>> = {};

/** Texts of a source that its users may read and that say what Assay never says, each a sentence. */
export function promisesIn(file: string, text: string): readonly string[] {
  return anatomyOf(text).strings.flatMap((piece) => promiseIn(piece, file));
}

function promiseIn({ text, line }: Piece, file: string): readonly string[] {
  if (text in NAMES) return [];
  const word = PROMISES.exec(text) ?? UNQUOTED.exec(text);
  return word === null ? [] : [`${file}:${line} says "${word[0]}": ${text}`];
}

/** Lines that speak of the place or the way in which the project was made, each a sentence. */
export function asidesIn(file: string, text: string): readonly string[] {
  return text.split('\n').flatMap((line, i) => {
    const word = ELSEWHERE.exec(line) ?? WORKSHOP.exec(line);
    return word === null ? [] : [`${file}:${i + 1} speaks of ${word[0].trim()}`];
  });
}
