// Written by `npm run index`; changes belong into the plug-ins.
import type { Examiner } from '#domain/plugin';

/** Every examiner of room examine, in byte order of id. */
export const examiners: readonly Examiner[] = [];
