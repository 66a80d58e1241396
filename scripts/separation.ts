import { anatomyOf } from './literals.ts';

/** Shortest run of planted characters that may not stand in what finds them: shorter ones meet by chance. */
export const SHORTEST = 6;

/** Contents of the strings and regular expressions of a source, escaped characters also as they are meant.
 *  What is imported names files, not what is looked for. */
export function literalsOf(text: string): readonly string[] {
  const bare = text.replaceAll(/^(?:import|export)\b[^;']*?\bfrom '[^']*';/gm, '');
  const { code, strings, comments } = anatomyOf(bare);
  let left = bare;
  for (const { text: piece } of [...comments, ...strings])
    left = left.replace(piece, ' '.repeat(piece.length));
  // Neither code nor comment nor string: a regular expression.
  let patterns = '';
  for (let i = 0; i < left.length; i++) patterns += code[i] === ' ' ? left.charAt(i) : '\n';
  const literals = [...strings.map((piece) => piece.text), ...patterns.split('\n')].map((literal) =>
    literal.trim(),
  );
  return literals
    .filter((literal) => literal.length >= SHORTEST)
    .flatMap((literal) => [literal, literal.replaceAll('\\n', '\n').replaceAll(/\\(.)/g, '$1')]);
}

/** Every run of {@link SHORTEST} characters in the texts. */
export function runsOf(texts: Iterable<string>): ReadonlySet<string> {
  const runs = new Set<string>();
  for (const text of texts) {
    for (let i = 0; i + SHORTEST <= text.length; i++) runs.add(text.slice(i, i + SHORTEST));
  }
  return runs;
}

/** The longest runs of a planted text that stand among the known ones and that neither the target nor a third gave.
 *  @param target   everything the target holds, names of its files too
 *  @param allowed  words that both sides have from a third */
export function sharedRuns(
  planted: string,
  known: ReadonlySet<string>,
  target: string,
  allowed: readonly string[],
): readonly string[] {
  const shared: string[] = [];
  let run = '';
  for (let i = 0; i <= planted.length; i++) {
    const next = planted.slice(i, i + SHORTEST);
    if (next.length === SHORTEST && known.has(next)) run += run === '' ? next : next.slice(-1);
    else if (run !== '') {
      if (!isGiven(run, target, allowed)) shared.push(run);
      run = '';
    }
  }
  return shared;
}

/** True: the run is the target's or allowed, but for what separates words at its ends, or it is such words that
 *  came to stand side by side. */
function isGiven(run: string, target: string, allowed: readonly string[]): boolean {
  const isKnown = (text: string) => target.includes(text) || allowed.some((one) => one.includes(text));
  const word = run.replaceAll(/^[\s'":;/(){}^-]|[\s'":;/(){}-]$/g, '');
  const pair = word.split(/[ _/.-]/).filter((part) => part !== '');
  return isKnown(run) || isKnown(word) || (pair.length > 1 && pair.every(isKnown));
}
