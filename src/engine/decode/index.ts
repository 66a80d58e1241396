// Written by `npm run index`; changes belong into the plug-ins.
import type { Format } from '#domain/plugin';

/** Every format of room decode, in byte order of id. */
export const formats: readonly Format[] = [];
