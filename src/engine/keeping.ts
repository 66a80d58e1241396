import { createHash } from 'node:crypto';
import { canonicalJson } from '#domain/canonical';
import type { Knowledge } from '#domain/knowledge';
import type { Outcomes, Run } from '#domain/ports';
import { type Registry, usesKnowledge } from '#domain/registry';
import type { Outcome, Task } from '#domain/task';

/** What names an outcome: the task with every digest it reads, and the code that carries it out. */
export function taskName(task: Task, registry: Registry): string {
  const plugin = carrierOf(task);
  const code = registry.code[plugin];
  if (code === undefined) throw new Error(`no code digest of ${plugin}; run: npm run index`);
  const hash = createHash('sha256').update(code).update('\n').update(canonicalJson(task));
  const observer = registry.observers.find(({ id }) => id === plugin);
  if (observer !== undefined && usesKnowledge(observer)) hash.update(knowledgeDigest(registry));
  return hash.digest('hex');
}

/** Under which name the code of a task is known. */
export function carrierOf(task: Task): string {
  switch (task.kind) {
    case 'open':
    case 'elicit':
      return task.kind;
    case 'plant':
      return task.implant;
    case 'observe-bytes':
    case 'observe-entry':
    case 'observe-tree':
      return task.observer;
  }
}

const knowledgeDigests = new WeakMap<Knowledge, string>();

function knowledgeDigest({ knowledge }: Registry): string {
  const known = knowledgeDigests.get(knowledge);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(canonicalJson(knowledge)).digest('hex');
  knowledgeDigests.set(knowledge, digest);
  return digest;
}

/** Runs only what was never run before, and keeps what comes of it.
 *  Outcomes of killed workers and crashed plug-ins are not kept: they are no property of the input. */
export function keeping(run: Run, outcomes: Outcomes, registry: Registry): Run {
  return async (tasks, onOutcome) => {
    const fresh: { readonly index: number; readonly task: Task; readonly name: string }[] = [];
    const names = tasks.map((task) => taskName(task, registry));
    const earlier = outcomes.get(names);
    for (const [index, task] of tasks.entries()) {
      const name = names[index] as string; // one name a task
      const known = earlier.get(name);
      if (known === undefined) fresh.push({ index, task, name });
      else onOutcome(index, known);
    }
    await run(
      fresh.map(({ task }) => task),
      (i, outcome) => {
        const { index, name } = fresh[i] as (typeof fresh)[number]; // i counts the tasks given
        if (isKept(outcome)) outcomes.put(name, outcome);
        onOutcome(index, outcome);
      },
    );
  };
}

function isKept(outcome: Outcome): boolean {
  // The content of plants is thrown away after each measurement, so that their places must be drawn again.
  return outcome.kind === 'opened' || outcome.kind === 'observed';
}
