import type { Registry } from '#domain/registry';
import { code } from '#engine/code';
import { formats } from '#engine/decode/index';
import { observers } from '#engine/describe/index';
import { elicitors } from '#engine/elicit/index';
import { examiners } from '#engine/examine/index';
import { implants } from '#engine/implant/index';
import { knowledge } from '#engine/knowledge';

/** Everything this build can read, see, ask and plant. */
export const registry: Registry = { formats, observers, elicitors, examiners, implants, code, knowledge };
