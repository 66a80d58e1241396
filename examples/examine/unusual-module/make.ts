// node examples/examine/unusual-module/make.ts: writes the inputs of the examiner.
import type { StartObservation } from '#domain/observation';
import type { ModuleObservation } from '#domain/observed-concealment';
import { seenIn, writeSights } from '../../sightings.ts';

const module = (path: string, name: string, facts: Partial<ModuleObservation> = {}) =>
  seenIn(path, { kind: 'module', name, path: null, usualPlace: null, reached: false, ...facts });

const start = (path: string, facts: Partial<StartObservation> = {}) =>
  seenIn(path, {
    kind: 'start',
    by: 'rc',
    program: '/usr/sbin/webd',
    arguments: [],
    user: null,
    chain: ['etc/inittab', path],
    condition: null,
    reached: true,
    present: true,
    ...facts,
  });

writeSights(import.meta.dirname, {
  'odd-places': {
    note: 'From a folder for passing files in a script of start-up, from a hidden folder, from a file that is no module by its name, and a file\nnamed otherwise than the module in it.',
    sightings: [
      module('etc/init.d/S05', '/tmp/drv.ko'),
      start('etc/init.d/S05'),
      module('etc/modules.d/x', '/lib/modules/.x/drv.ko', { reached: true }),
      module('usr/bin/load.sh', '/usr/share/fonts/a.ttf'),
      seenIn('lib/modules/5.4/ext4.ko', { kind: 'disguise', form: 'look-alike-name', seems: 'lib/modules/5.4/ext4.ko', is: 'module hideproc' }),
    ],
  },
  'look-alikes': {
    note: 'Names without a path, folders of modules, a vendor’s own folder, a compressed module, a variable, another disguise, documentation.',
    sightings: [
      module('etc/modules.d/10', 'tap_x', { reached: true }),
      module('etc/init.d/S05', '/lib/modules/5.4/net/tap.ko', { usualPlace: true }),
      module('etc/init.d/S05', '/app/ko/sensor.ko', { usualPlace: false }),
      module('etc/init.d/S05', '/lib/modules/x.ko.xz'),
      module('etc/init.d/S05', '/lib/modules/$KVER/$MOD'),
      module('etc/init.d/S05', './kernel/fs/fat.ko'),
      module('usr/share/doc/x', '/tmp/x.ko'),
      seenIn('usr/bin/x', { kind: 'disguise', form: 'look-alike-name', seems: '1s', is: 'ls' }),
    ],
  },
  nothing: { note: 'No module at all.', sightings: [start('etc/init.d/S05')] },
});
