// Writes the cases beside it: node examples/examine/undeclared-open-port/make.ts
import { others, port, row, started } from '../../ports.ts';
import { declaration, writeSights } from '../../sightings.ts';

const web = row(2, 'tcp', 443);

writeSights(import.meta.dirname, {
  'open-and-in-no-row': {
    note: 'It speaks: 4444 is open and no row names it; 443 is documented.',
    sightings: [port('tcp', 443), port('tcp', 4444, 'open', undefined, 'unknown'), others('closed', [[1, 442]])],
    declaration: declaration({ matrix: [web] }),
  },
  'all-declared': {
    note: 'Silent: one port in a range of the matrix, one among the services, one under a protocol of "any".',
    sightings: [port('tcp', 8081), port('tcp', 22), port('udp', 161)],
    declaration: declaration({
      matrix: [row(2, 'tcp', { kind: 'ranges', ranges: [[8080, 8090]] }), row(3, 'any', 161)],
      services: [{ program: 'dropbear', port: 22, transport: 'tcp', purpose: null }],
    }),
  },
  'same-number-other-transport': {
    note: 'The look-alike that fooled us: UDP 443 is documented, TCP 443 is open.',
    sightings: [port('tcp', 443)],
    declaration: declaration({ matrix: [row(2, 'udp', 443)] }),
  },
  'blanket-row-alone': {
    note: 'A blanket row, and a row of any port at one address, name no port.',
    sightings: [port('tcp', 31337), port('tcp', 2323)],
    declaration: declaration({
      matrix: [
        web,
        row(3, 'tcp', { kind: 'ranges', ranges: [[1, 65_535]] }, { blanket: true }),
        row(4, 'tcp', { kind: 'any' }),
      ],
    }),
  },
  'row-not-understood': {
    note: 'A row whose port is a sentence with this number, and one without a protocol, may mean it: then it is not known whether it is documented. Another number in such a row is no help.',
    sightings: [port('tcp', 9000), port('tcp', 8443), port('tcp', 900)],
    declaration: declaration({
      matrix: [row(2, 'tcp', { kind: 'unresolved', text: '9000 if the operator agrees' }), row(3, null, 8443)],
    }),
  },
  'start-up-runs-it': {
    note: 'The scan saw what start-up runs: both are cited.',
    sightings: [port('tcp', 2222, 'open', undefined, 'ssh'), started('/usr/sbin/dropbear', ['-p', '2222'])],
    declaration: declaration({ matrix: [web] }),
  },
  'several-hosts': {
    note: 'One port on two of three hosts is one indication.',
    sightings: [
      port('tcp', 7547, 'open', '198.51.100.1'),
      port('tcp', 7547, 'open', '198.51.100.2'),
      port('tcp', 7547, 'closed', '198.51.100.3'),
    ],
    declaration: declaration({ matrix: [web] }),
  },
  'closed-filtered-and-open-or-filtered': {
    note: 'Silent: none of these is known to be open.',
    sightings: [port('tcp', 23, 'filtered'), port('tcp', 24, 'closed'), port('udp', 500, 'open|filtered')],
    declaration: declaration({ matrix: [web] }),
  },
  'no-declaration-of-flows': {
    note: 'Silent: accounts alone say nothing of ports.',
    sightings: [port('tcp', 23)],
    declaration: declaration({ accounts: [{ name: 'root', role: null, purpose: null }] }),
  },
  'no-declaration': { note: 'Silent: without a declaration nothing is undocumented.', sightings: [port('tcp', 23)] },
});
