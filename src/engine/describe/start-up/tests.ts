import type { ShellCommand, ShellNode } from '#engine/bytes/shell';
import type { System } from '#engine/describe/start-up/tree';
import { isCertain, type Scope, textOf } from '#engine/bytes/shell-values';

/** Whether commands succeed, as far as the script and the tree decide it; null: they do not.
 *  Decided are comparisons of texts that are certain and files that the tree has. A file it lacks may come later. */
export function truthOf(nodes: readonly ShellNode[], scope: Scope, system: System): boolean | null {
  const last = nodes.at(-1);
  return last === undefined ? null : truthOfNode(last, scope, system);
}

function truthOfNode(node: ShellNode, scope: Scope, system: System): boolean | null {
  switch (node.kind) {
    case 'command':
      return truthOfCommand(node, scope, system);
    case 'chain': {
      let value = truthOfNode(node.first, scope, system);
      for (const { operator, node: next } of node.rest)
        value = combine(operator, value, truthOfNode(next, scope, system));
      return node.background ? true : value;
    }
    case 'pipeline': {
      const [only] = node.parts;
      if (node.parts.length !== 1 || only === undefined) return null;
      const value = truthOfNode(only, scope, system);
      return value === null ? null : value !== node.negated;
    }
    case 'group':
      return truthOf(node.body, scope, system);
    case 'if':
    case 'loop':
    case 'for':
    case 'case':
    case 'function':
      return null;
  }
}

/** `a && b` or `a || b` where either may be undecided. */
export function combine(operator: '&&' | '||', a: boolean | null, b: boolean | null): boolean | null {
  const decides = operator === '||';
  if (a === decides || b === decides) return decides;
  return a === null || b === null ? null : !decides;
}

/** Builtins that always succeed. */
const SUCCEEDS = new Set([':', 'true', 'echo', 'printf', 'export']);

function truthOfCommand(node: ShellCommand, scope: Scope, system: System): boolean | null {
  const [first, ...rest] = node.words;
  if (first === undefined) return null;
  const name = textOf(first, scope).known;
  if (name === null) return null;
  if (SUCCEEDS.has(name)) return true;
  if (name === 'false') return false;
  if (name === 'cd') {
    const folder = rest[0] === undefined ? null : textOf(rest[0], scope).known;
    return folder?.startsWith('/') === true && system.has(folder) ? true : null;
  }
  if (name !== '[' && name !== '[[' && name !== 'test') return null;
  const words = name === 'test' ? rest : rest.slice(0, -1);
  const values = words.map((word) => (isCertain(word, scope) ? textOf(word, scope).known : null));
  return truthOfTest(values, system);
}

/** Null: an operand that is not certain. */
function truthOfTest(values: readonly (string | null)[], system: System): boolean | null {
  const [a, b, c] = values;
  if (a === '!' && values.length > 1) {
    const inner = truthOfTest(values.slice(1), system);
    return inner === null ? null : !inner;
  }
  if (values.length === 1) return a === undefined || a === null ? null : a !== '';
  if (values.length === 2) return truthOfUnary(a ?? null, b ?? null, system);
  if (values.length !== 3 || a === null || c === null || a === undefined || c === undefined) return null;
  if (b === '=' || b === '==') return a === c;
  return b === '!=' ? a !== c : null;
}

function truthOfUnary(operator: string | null, value: string | null, system: System): boolean | null {
  if (operator === null || value === null) return null;
  if (operator === '-z') return value === '';
  if (operator === '-n') return value !== '';
  if (!/^-[adefhLrsx]$/.test(operator) || !value.startsWith('/')) return null;
  return system.has(value) && !isFilledLater(value) ? true : null;
}

/** True for folders that are empty or covered until the system runs. */
export function isFilledLater(path: string): boolean {
  return /^\/?(?:proc|sys|dev|run|tmp|mnt|media|var)(?:\/|$)/.test(path);
}
