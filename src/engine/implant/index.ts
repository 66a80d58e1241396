// Written by `npm run index`; changes belong into the plug-ins.
import type { Implant } from '#domain/plugin';
import { hiddenAccount } from '#engine/implant/hidden-account/hidden-account';

/** Every implant of room implant, in byte order of id. */
export const implants: readonly Implant[] = [hiddenAccount];
