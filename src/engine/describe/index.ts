// Written by `npm run index`; changes belong into the plug-ins.
import type { Observer } from '#domain/plugin';

/** Every observer of room describe, in byte order of id. */
export const observers: readonly Observer[] = [];
