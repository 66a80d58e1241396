// Written by `npm run index`; changes belong into the plug-ins.
import type { Elicitor } from '#domain/plugin';
import { matrix } from '#engine/elicit/matrix/matrix';

/** Every elicitor of room elicit, in byte order of id. */
export const elicitors: readonly Elicitor[] = [matrix];
