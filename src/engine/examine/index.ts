// Written by `npm run index`; changes belong into the plug-ins.
import type { Examiner } from '#domain/plugin';
import { activeInterception } from '#engine/examine/active-interception';
import { disguisedFile } from '#engine/examine/disguised-file';
import { dnsOverride } from '#engine/examine/dns-override';
import { documentedPortClosed } from '#engine/examine/documented-port-closed';
import { embeddedKey } from '#engine/examine/embedded-key';
import { encodedCommand } from '#engine/examine/encoded-command';
import { extraTrustAnchor } from '#engine/examine/extra-trust-anchor';
import { fixedCredential } from '#engine/examine/fixed-credential';
import { hiddenCommand } from '#engine/examine/hidden-command';
import { knownCase } from '#engine/examine/known-case';
import { logSuppression } from '#engine/examine/log-suppression';
import { openConsole } from '#engine/examine/open-console';
import { openWebCommand } from '#engine/examine/open-web-command';
import { preloadedLibrary } from '#engine/examine/preloaded-library';
import { processDisguise } from '#engine/examine/process-disguise';
import { scheduledCallOut } from '#engine/examine/scheduled-call-out';
import { sharedAccount } from '#engine/examine/shared-account';
import { startedPortClosed } from '#engine/examine/started-port-closed';
import { undeclaredAccount } from '#engine/examine/undeclared-account';
import { undeclaredAgent } from '#engine/examine/undeclared-agent';
import { undeclaredEndpoint } from '#engine/examine/undeclared-endpoint';
import { undeclaredListener } from '#engine/examine/undeclared-listener/undeclared-listener';
import { undeclaredOpenPort } from '#engine/examine/undeclared-open-port';
import { undeclaredTunnel } from '#engine/examine/undeclared-tunnel';
import { undocumentedFacility } from '#engine/examine/undocumented-facility';
import { unusualModule } from '#engine/examine/unusual-module';
import { unverifiedUpdate } from '#engine/examine/unverified-update';
import { weakManagement } from '#engine/examine/weak-management';

/** Every examiner of room examine, in byte order of id. */
export const examiners: readonly Examiner[] = [
  activeInterception,
  disguisedFile,
  dnsOverride,
  documentedPortClosed,
  embeddedKey,
  encodedCommand,
  extraTrustAnchor,
  fixedCredential,
  hiddenCommand,
  knownCase,
  logSuppression,
  openConsole,
  openWebCommand,
  preloadedLibrary,
  processDisguise,
  scheduledCallOut,
  sharedAccount,
  startedPortClosed,
  undeclaredAccount,
  undeclaredAgent,
  undeclaredEndpoint,
  undeclaredListener,
  undeclaredOpenPort,
  undeclaredTunnel,
  undocumentedFacility,
  unusualModule,
  unverifiedUpdate,
  weakManagement,
];
