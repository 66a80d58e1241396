import type { ByteRange } from '#domain/range';
import { interpreterOf, isShell } from '#engine/bytes/interpreter';
import { linesOf, readShell, type ShellNode } from '#engine/bytes/shell';
import { launchOf } from '#engine/bytes/shell-launch';
import { argumentsOf, constantsOf, type Scope, textOf } from '#engine/bytes/shell-values';
import { visitNodes } from '#engine/bytes/shell-walk';
import { latin1 } from '#engine/bytes/text';

/** One command of a script, with constants of the script put in and launchers (`exec`, `busybox`, `nohup`, …) taken away. */
export interface ShellCall {
  /** Name without folders; empty: assignments or redirections alone. */
  readonly name: string;
  /** As written. */
  readonly program: string;
  readonly args: readonly string[];
  /** Words as written, launchers included. */
  readonly words: readonly string[];
  readonly assignments: readonly { readonly name: string; readonly value: string }[];
  readonly redirections: readonly { readonly operator: string; readonly target: string }[];
  /** The whole lines it stands on, and their text. */
  readonly range: ByteRange;
  readonly line: string;
  /** Constructs around it, outermost first. */
  readonly around: readonly ShellNode[];
}

/** Scripts are far smaller. */
export const SCRIPT_LIMIT = 1024 * 1024;

/** Commands of a shell script in the order of the file; empty: no script.
 *  @param path  decides where no first line names an interpreter: names with `.sh` or without a dot; `content` of a single
 *               compressed file says nothing */
export function shellCallsIn(bytes: Uint8Array, path: string): readonly ShellCall[] {
  if (bytes.length > SCRIPT_LIMIT || bytes.subarray(0, 1024).includes(0)) return [];
  if (interpreterOf(bytes) === null && path === 'content') return [];
  if (interpreterOf(bytes) === null ? !/\.sh$|(?:^|\/)[^/.]+$|(?:^|\/)\.[\w-]+$/.test(path) : !isShell(bytes))
    return [];
  return callsOf(bytes, path);
}

/** Commands of a text that a shell is known to run. */
export function callsOf(bytes: Uint8Array, path: string): readonly ShellCall[] {
  const script = readShell(bytes);
  const scope: Scope = { constants: constantsOf(script), bound: new Map(), args: null, self: path };
  const text = latin1(bytes);
  const calls: ShellCall[] = [];
  visitNodes(script.body, (node, around) => {
    if (node.kind !== 'command') return;
    const given = node.words.flatMap((word) => argumentsOf(word, scope));
    const launch = launchOf(given);
    const program = launch.program?.text ?? '';
    const range = linesOf(text, node.range);
    calls.push({
      name: program.slice(program.lastIndexOf('/') + 1),
      program,
      args: launch.arguments.map((argument) => argument.text),
      words: given.map((argument) => argument.text),
      assignments: node.assignments.map(({ name, value }) => ({
        name,
        value: value === null ? '' : textOf(value, scope).text,
      })),
      redirections: node.redirections.map(({ operator, target }) => ({
        operator,
        target: textOf(target, scope).text,
      })),
      range,
      line: text.slice(...range),
      around,
    });
  });
  return calls;
}
