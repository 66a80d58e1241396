// Writes the cases beside it: node examples/examine/documented-port-closed/make.ts
import { others, port, row } from '../../ports.ts';
import { declaration, writeSights } from '../../sightings.ts';

const closed = others('closed', [[1, 1024]]);

writeSights(import.meta.dirname, {
  'documented-and-closed': {
    note: 'It speaks: two rows document TCP 23 at the scanned address, and the scan found it closed.',
    sightings: [port('tcp', 22), closed],
    declaration: declaration({ matrix: [row(2, 'tcp', 22), row(3, 'tcp', 23), row(4, 'tcp', { kind: 'ranges', ranges: [[23, 24]] })] }),
  },
  'documented-and-open': { note: 'Silent: it is open.', sightings: [port('tcp', 22), closed], declaration: declaration({ matrix: [row(2, 'tcp', 22)] }) },
  'of-another-device': {
    note: 'The look-alike: traps go to a port of the operator\'s system, whose address was not scanned; and a row that names the device alone.',
    sightings: [closed],
    declaration: declaration({
      matrix: [
        row(2, 'tcp', 162, { to: { device: 'OSS', address: '192.0.2.10', port: { kind: 'ranges', ranges: [[162, 162]] } } }),
        row(3, 'tcp', 21, { to: { device: 'NE-7', address: null, port: { kind: 'ranges', ranges: [[21, 21]] } } }),
      ],
    }),
  },
  'on-demand-wide-or-blanket': {
    note: 'Silent: the document says closed or on demand, or names so many ports that it names none.',
    sightings: [closed],
    declaration: declaration({
      matrix: [
        row(2, 'tcp', 23, { defaultState: 'on-demand' }),
        row(3, 'tcp', 24, { defaultState: 'closed' }),
        row(4, 'tcp', { kind: 'ranges', ranges: [[1, 1024]] }),
        row(5, 'tcp', { kind: 'any' }, { blanket: true }),
        row(6, null, 25),
      ],
    }),
  },
  'filtered-or-not-asked-for': {
    note: 'Silent: nothing is known of these.',
    sightings: [others('filtered', [[1, 100]])],
    declaration: declaration({ matrix: [row(2, 'tcp', 23), row(3, 'udp', 161)] }),
  },
});
