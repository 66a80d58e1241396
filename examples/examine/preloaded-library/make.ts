// node examples/examine/preloaded-library/make.ts: writes the inputs of the examiner.
import type { StartObservation } from '#domain/observation';
import type { PreloadObservation } from '#domain/observed-concealment';
import { seenIn, writeSights } from '../../sightings.ts';

const preload = (path: string, facts: Partial<PreloadObservation>) =>
  seenIn(path, { kind: 'preload', by: 'LD_PRELOAD', library: '/usr/lib/libwatch.so', into: null, present: true, ...facts });

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
  'every-program': {
    note: 'The loader’s file puts a library into every program; one that the release does not hold is linked, no more.',
    sightings: [
      preload('etc/ld.so.preload', { by: 'ld.so.preload' }),
      preload('etc/ld.so.preload', { by: 'ld.so.preload', library: '/data/lib.so', present: false }),
    ],
  },
  'one-program': {
    note: 'A script that start-up runs, and one that nothing runs; the same twice in one file is one indication.',
    sightings: [
      preload('etc/init.d/S10', { into: '/usr/sbin/webd' }),
      preload('etc/init.d/S10', { into: '/usr/sbin/webd' }),
      start('etc/init.d/S10'),
      preload('usr/bin/test.sh', { by: 'LD_AUDIT', library: '$LIB', present: null }),
    ],
  },
  'look-alikes': {
    note: 'Documentation, examples and completions that show the variable stay silent.',
    sightings: [preload('usr/share/doc/x/run', {}), preload('usr/share/bash-completion/x', {}), preload('content', {})],
  },
});
