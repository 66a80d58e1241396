// Written by `npm run index`; changes belong into the plug-ins.
import type { Elicitor } from '#domain/plugin';
import { accountList } from '#engine/elicit/account-list';
import { componentList } from '#engine/elicit/component-list';
import { matrix } from '#engine/elicit/matrix/matrix';
import { releaseNotes } from '#engine/elicit/release-notes/release-notes';

/** Every elicitor of room elicit, in byte order of id. */
export const elicitors: readonly Elicitor[] = [accountList, componentList, matrix, releaseNotes];
