import type { StartObservation } from '#domain/observation';
import { byteOrder, type ByteRange } from '#domain/range';
import type { System, SystemFile } from '#engine/describe/start-up/tree';

/** Starts of one tree; those that start-up reaches stand first in line when there are more. */
export const START_LIMIT = 20_000;
/** Longest text of a condition, in characters. */
const CONDITION_LIMIT = 400;
const CONDITIONS = 16;
const ARGUMENT_LIMIT = 1000;
const ARGUMENTS = 256;

/** How start-up comes to a line. */
export interface Context {
  readonly by: string;
  /** Null: nobody says which. */
  readonly user: string | null;
  /** Paths as in the tree, the last one is the file being read. */
  readonly chain: readonly string[];
  /** Conditions that the tree itself does not decide, outermost first, as written. */
  readonly conditions: readonly string[];
  readonly reached: boolean;
}

/** A start whose program has not been looked for yet. */
export interface Start {
  readonly file: SystemFile;
  readonly range: ByteRange;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly context: Context;
  /** True: named to BusyBox as its applet. */
  readonly applet: boolean;
}

/** What was found so far: each line with each program once, the way with the fewest conditions kept. */
export class Starts {
  private readonly found = new Map<string, Start>();
  /** Raised whenever something is added or better known; tells when another round is of no use. */
  changes = 0;

  add(start: Start): void {
    if (start.program === '') return;
    const key = JSON.stringify([start.file.path, start.range, start.program, start.arguments]);
    const before = this.found.get(key);
    if (before !== undefined && weightOf(before.context) >= weightOf(start.context)) return;
    // room for reached ones is kept free, so that they are not lost to those found earlier
    const room = start.context.reached ? 2 * START_LIMIT : START_LIMIT;
    if (before === undefined && this.found.size >= room) return;
    this.found.set(key, start);
    this.changes++;
  }

  /** Reached ones whose program has one of these names. */
  reachedOf(names: readonly string[]): readonly Start[] {
    return [...this.found.values()].filter(
      ({ program, context }) => context.reached && names.includes(baseName(program)),
    );
  }

  /** At most {@link START_LIMIT}, in byte order of path and range. */
  observations(
    system: System,
    isPresent: (start: Start) => boolean | null,
    functions: ReadonlySet<string>,
  ): readonly StartObservation[] {
    // a name that no program has and some script defines is a function of a script that was not followed here
    const all = [...this.found.values()].filter(
      (start) => !functions.has(start.program) || isPresent(start) === true,
    );
    const kept =
      all.length <= START_LIMIT
        ? all
        : all.toSorted((a, b) => weightOf(b.context) - weightOf(a.context)).slice(0, START_LIMIT);
    return kept
      .toSorted(
        (a, b) =>
          byteOrder(a.file.path, b.file.path) ||
          a.range[0] - b.range[0] ||
          byteOrder(a.program, b.program) ||
          byteOrder(a.arguments.join('\0'), b.arguments.join('\0')),
      )
      .map((start) => ({
        kind: 'start',
        place: system.place(start.file, start.range),
        by: start.context.by,
        program: readable(start.program),
        arguments: start.arguments.slice(0, ARGUMENTS).map(readable),
        user: start.context.user === null ? null : readable(start.context.user),
        chain: start.context.chain,
        condition: conditionOf(start.context.conditions),
        reached: start.context.reached,
        present: isPresent(start),
      }));
  }
}

/** Higher: nearer to certain. */
function weightOf({ reached, conditions }: Context): number {
  return (reached ? 1000 : 0) - Math.min(conditions.length, 999);
}

function conditionOf(conditions: readonly string[]): string | null {
  if (conditions.length === 0) return null;
  const text = readable([...new Set(conditions)].join('; '));
  return text.length <= CONDITION_LIMIT ? text : `${text.slice(0, CONDITION_LIMIT - 1)}…`;
}

/** The context under one more condition. */
export function under(context: Context, condition: string): Context {
  const line = condition.replaceAll(/\s+/g, ' ').trim();
  if (context.conditions.length >= CONDITIONS) return context;
  return { ...context, conditions: [...context.conditions, line.slice(0, CONDITION_LIMIT)] };
}

/** The context where start-up does not come. */
export function unreached(context: Context): Context {
  return context.reached ? { ...context, reached: false } : context;
}

/** Text kept one character a byte, as people read it. */
function readable(text: string): string {
  const whole = Buffer.from(text.slice(0, 4 * ARGUMENT_LIMIT), 'latin1').toString('utf8');
  return whole.length <= ARGUMENT_LIMIT ? whole : `${whole.slice(0, ARGUMENT_LIMIT - 1)}…`;
}

/** Name of a program without its folders. */
export function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
