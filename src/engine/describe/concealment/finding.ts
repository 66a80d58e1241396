import type {
  DisguiseObservation,
  LogChangeObservation,
  ModuleObservation,
  PreloadObservation,
} from '#domain/observed-concealment';
import type { ByteRange } from '#domain/range';

/** What one line says, before it has a place in a tree. `path` of a module and `present` of a library are found there. */
export type Said =
  | Omit<DisguiseObservation, 'place'>
  | Omit<LogChangeObservation, 'place'>
  | Omit<ModuleObservation, 'place' | 'path' | 'usualPlace'>
  | Omit<PreloadObservation, 'place' | 'present'>;

/** With the line in its file. */
export type Finding = Said & { readonly range: ByteRange };

/** At most 200 characters of a command as written, in one line. */
export function shortly(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`.toWellFormed();
}
