import type { Knowledge } from '#domain/knowledge';
import type { Examiner, Format, Implant, Observer } from '#domain/plugin';

/** Everything a build can read, see, ask and plant. Lists in byte order of id. */
export interface Registry {
  readonly formats: readonly Format[];
  readonly observers: readonly Observer[];
  readonly examiners: readonly Examiner[];
  readonly implants: readonly Implant[];
  /** Plug-in id → hex digest of the plug-in and all it imports. Names an outcome together with its input. */
  readonly code: Readonly<Record<string, string>>;
  readonly knowledge: Knowledge;
}
