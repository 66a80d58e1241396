import { type Knowledge, NO_KNOWLEDGE } from '#domain/knowledge';
import type { Elicitor, Examiner, Format, Implant, Observer } from '#domain/plugin';

/** Everything a build can read, see, ask and plant. Lists in byte order of id. */
export interface Registry {
  readonly formats: readonly Format[];
  readonly observers: readonly Observer[];
  readonly elicitors: readonly Elicitor[];
  readonly examiners: readonly Examiner[];
  readonly implants: readonly Implant[];
  /** Plug-in id → hex digest of the plug-in and all it imports. Names an outcome together with its input. */
  readonly code: Readonly<Record<string, string>>;
  readonly knowledge: Knowledge;
}

/** What an observer may know beside what it reads. */
export function knowledgeFor(observer: Observer, registry: Registry): Knowledge {
  return usesKnowledge(observer) ? registry.knowledge : NO_KNOWLEDGE;
}

/** True: what the observer sees depends on published facts. */
export function usesKnowledge(observer: Observer): boolean {
  return observer.reads !== 'entry' && observer.usesKnowledge === true;
}

/** The same build as if no case had ever been published: nothing is looked for and no one is reminded of one. */
export function withoutKnownCases(registry: Registry): Registry {
  const { dates, ...knowledge } = registry.knowledge;
  return {
    ...registry,
    observers: registry.observers.filter((observer) => !usesKnowledge(observer)),
    knowledge: { ...knowledge, knownCases: [], dates: { ...dates, 'known-cases': 'left out' } },
  };
}
