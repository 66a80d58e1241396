// node examples/examine/process-disguise/make.ts: writes the inputs of the examiner.
import type { StartObservation } from '#domain/observation';
import type { DisguiseObservation } from '#domain/observed-concealment';
import { seenIn, writeSights } from '../../sightings.ts';

const disguise = (path: string, form: DisguiseObservation['form'], seems: string, is: string) =>
  seenIn(path, { kind: 'disguise', form, seems, is });

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
  'names-and-mounts': {
    note: 'A program under the name of a thread of the kernel in a script of start-up, a mount over a process where nothing runs it.',
    sightings: [
      disguise('etc/init.d/S10', 'process-name', '[kworker/0:1]', '/tmp/a'),
      start('etc/init.d/S10'),
      disguise('usr/bin/hide.sh', 'mount-over', '/proc/$PID', '/tmp/empty'),
    ],
  },
  'look-alikes': {
    note: 'BusyBox under the name of an applet, a shell of a log-in, a name that the caller gives, documentation, disguises of files.',
    sightings: [
      disguise('usr/bin/a.sh', 'process-name', 'ls', '/bin/busybox'),
      disguise('usr/bin/a.sh', 'process-name', '-sh', '/bin/ash'),
      disguise('usr/bin/a.sh', 'process-name', '$0', '/usr/bin/real'),
      disguise('usr/share/doc/x/y.sh', 'process-name', 'a', 'b'),
      disguise('usr/lib/x.jpg', 'type-disagrees', 'jpg', 'elf'),
    ],
  },
  nothing: { note: 'No disguise at all.', sightings: [start('etc/init.d/S10')] },
});
