import type { ShellCommand, ShellNode, ShellWord } from '#engine/bytes/shell';

/** Called for one node with the constructs around it, outermost first. */
export type Visit = (node: ShellNode, around: readonly ShellNode[]) => void;

/** Visits every node in the order of the script, those of substitutions after the command they stand in. */
export function visitNodes(
  nodes: readonly ShellNode[],
  visit: Visit,
  around: readonly ShellNode[] = [],
): void {
  for (const node of nodes) {
    visit(node, around);
    const inside = [...around, node];
    for (const word of wordsAt(node))
      for (const part of word.parts) if (part.kind === 'substitution') visitNodes(part.body, visit, inside);
    visitNodes(nodesIn(node), visit, inside);
  }
}

/** Every word of a command: values of assignments, the command itself, targets of redirections. */
export function wordsOf(node: ShellCommand): readonly ShellWord[] {
  return [
    ...node.assignments.flatMap(({ value }) => (value === null ? [] : [value])),
    ...node.words,
    ...node.redirections.map(({ target }) => target),
  ];
}

/** Words that belong to the node itself, not to a node inside. */
function wordsAt(node: ShellNode): readonly ShellWord[] {
  switch (node.kind) {
    case 'command':
      return wordsOf(node);
    case 'for':
      return node.words ?? [];
    case 'case':
      return [node.subject, ...node.arms.flatMap(({ patterns }) => patterns)];
    case 'chain':
    case 'pipeline':
    case 'if':
    case 'loop':
    case 'group':
    case 'function':
      return [];
  }
}

/** Nodes directly inside a node, conditions first. */
function nodesIn(node: ShellNode): readonly ShellNode[] {
  switch (node.kind) {
    case 'command':
      return [];
    case 'chain':
      return [node.first, ...node.rest.map((link) => link.node)];
    case 'pipeline':
      return node.parts;
    case 'if':
      return [
        ...node.branches.flatMap(({ condition, body }) => [...condition, ...body]),
        ...(node.otherwise ?? []),
      ];
    case 'loop':
      return [...node.condition, ...node.body];
    case 'case':
      return node.arms.flatMap(({ body }) => body);
    case 'for':
    case 'group':
    case 'function':
      return node.body;
  }
}
