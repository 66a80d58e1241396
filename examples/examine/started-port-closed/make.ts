// Writes the cases beside it: node examples/examine/started-port-closed/make.ts
import { others, port, started } from '../../ports.ts';
import { writeSights } from '../../sightings.ts';

const closed = others('closed', [[1, 1024]]);

writeSights(import.meta.dirname, {
  'started-and-closed': {
    note: 'It speaks: start-up runs dropbear on its usual port without a condition, and the scan found the port closed.',
    sightings: [started('/usr/sbin/dropbear', []), port('tcp', 80), closed],
  },
  'started-and-open': { note: 'Silent: the port is open.', sightings: [started('dropbear', ['-p', '2222']), port('tcp', 2222)] },
  'open-on-one-host': {
    note: 'Silent: one of two hosts has it open; the other may be set up otherwise.',
    sightings: [started('telnetd', []), closed, port('tcp', 23, 'open', '198.51.100.2')],
  },
  'not-asked-for': {
    note: 'The look-alike: the port was never asked for, so that its state is not known.',
    sightings: [started('dropbear', ['-p', '2222']), closed],
  },
  'filtered': { note: 'Silent: a filter answered, or nobody; that tells nothing of the server.', sightings: [started('telnetd', []), others('filtered', [[1, 1024]])] },
  'under-a-condition': {
    note: 'Silent: the condition may not have been met, the server listens to the device alone, its configuration may move it, or its program is missing.',
    sightings: [
      started('telnetd', [], { condition: '[ -f /etc/debug ]' }),
      started('dropbear', ['-p', '127.0.0.1:22']),
      started('lighttpd', ['-f', '/etc/lighttpd.conf']),
      started('vsftpd', [], { present: false }),
      started('sshd', [], { reached: false }),
      closed,
    ],
  },
  'no-scan': { note: 'Silent: nobody looked from outside.', sightings: [started('telnetd', [])] },
});
