// Written by `npm run index`; changes belong into the plug-ins.
import type { Observer } from '#domain/plugin';
import { accounts } from '#engine/describe/accounts/accounts';
import { agents } from '#engine/describe/agents/agents';
import { commands } from '#engine/describe/commands/commands';
import { concealment } from '#engine/describe/concealment/concealment';
import { configuration } from '#engine/describe/configuration/configuration';
import { credentials } from '#engine/describe/credentials/credentials';
import { encoded } from '#engine/describe/encoded/encoded';
import { endpoints } from '#engine/describe/endpoints/endpoints';
import { facilities } from '#engine/describe/facilities';
import { fileDisguises } from '#engine/describe/file-disguises/file-disguises';
import { keys } from '#engine/describe/keys/keys';
import { nameOverrides } from '#engine/describe/name-overrides';
import { openPorts } from '#engine/describe/open-ports';
import { publishedIndicators } from '#engine/describe/published-indicators/published-indicators';
import { publishedNames } from '#engine/describe/published-names';
import { startUp } from '#engine/describe/start-up/start-up';
import { trust } from '#engine/describe/trust/trust';
import { tunnels } from '#engine/describe/tunnels/tunnels';
import { updates } from '#engine/describe/updates/updates';
import { webRoutes } from '#engine/describe/web-routes/web-routes';

/** Every observer of room describe, in byte order of id. */
export const observers: readonly Observer[] = [
  accounts,
  agents,
  commands,
  concealment,
  configuration,
  credentials,
  encoded,
  endpoints,
  facilities,
  fileDisguises,
  keys,
  nameOverrides,
  openPorts,
  publishedIndicators,
  publishedNames,
  startUp,
  trust,
  tunnels,
  updates,
  webRoutes,
];
