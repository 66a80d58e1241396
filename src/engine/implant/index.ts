// Written by `npm run index`; changes belong into the plug-ins.
import type { Implant } from '#domain/plugin';
import { authorisedKey } from '#engine/implant/authorised-key';
import { callHome } from '#engine/implant/call-home';
import { captureForwarding } from '#engine/implant/capture-forwarding';
import { encodedScript } from '#engine/implant/encoded-script';
import { hiddenAccount } from '#engine/implant/hidden-account/hidden-account';
import { logWiping } from '#engine/implant/log-wiping';
import { nameOverride } from '#engine/implant/name-override';
import { processHiding } from '#engine/implant/process-hiding';
import { reverseTunnel } from '#engine/implant/reverse-tunnel';
import { startupShell } from '#engine/implant/startup-shell';
import { strangeModule } from '#engine/implant/strange-module';
import { trafficMirror } from '#engine/implant/traffic-mirror';

/** Every implant of room implant, in byte order of id. */
export const implants: readonly Implant[] = [
  authorisedKey,
  callHome,
  captureForwarding,
  encodedScript,
  hiddenAccount,
  logWiping,
  nameOverride,
  processHiding,
  reverseTunnel,
  startupShell,
  strangeModule,
  trafficMirror,
];
