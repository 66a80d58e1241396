import type { Template } from '#domain/plugin';
import { added } from '#engine/ground/edit';
import { newcomerAt } from '#engine/implant/hidden-account/newcomers';
import { opensAccess } from '#engine/implant/hidden-account/oracle/access';
import { scriptCarriers, startPlace, withLines } from '#engine/ground/script-places';
import { helperAt } from '#engine/ground/helper';
import { below } from '#engine/ground/tree';
import { appending } from '#engine/ground/wording';

/** A script of start-up calls a further file, and that one writes the account. */
export const bootHelper: Template = {
  id: 'boot-helper',
  heldOut: false,
  carriers: (ground) => scriptCarriers(ground),
  plant(ground, carrier, level, draw) {
    const place = startPlace(ground, carrier);
    if (place === null) return [];
    const { line } = newcomerAt(place, level, draw);
    const body = appending(line, '/etc/passwd', level, place.has, draw);
    const { path, call, mode, head } = helperAt({ ...place, root: place.system.root }, level, draw);
    const text = `${[...head, ...body].join('\n')}\n`;
    return [added(below(place.system.root, path), text, mode), withLines(place, [call], level, draw)];
  },
  isActive: opensAccess,
};
