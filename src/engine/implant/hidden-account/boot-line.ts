import type { Template } from '#domain/plugin';
import { newcomerAt } from '#engine/implant/hidden-account/newcomers';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { scriptCarriers, startPlace, withLines } from '#engine/ground/script-places';
import { appending } from '#engine/ground/wording';

/** A script of start-up writes the line of an account at the end of passwd. */
export const bootLine: Template = {
  id: 'boot-line',
  heldOut: false,
  carriers: (ground) => scriptCarriers(ground),
  plant(ground, carrier, level, draw) {
    const place = startPlace(ground, carrier);
    if (place === null) return [];
    const { line } = newcomerAt(place, level, draw);
    return [withLines(place, appending(line, '/etc/passwd', level, place.has, draw), level, draw)];
  },
  isActive: opensAccess,
};
