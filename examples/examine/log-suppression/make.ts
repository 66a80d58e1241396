// node examples/examine/log-suppression/make.ts: writes the inputs of the examiner.
import type { StartObservation } from '#domain/observation';
import type { LogChangeForm } from '#domain/observed-concealment';
import { seenIn, writeSights } from '../../sightings.ts';

const change = (path: string, form: LogChangeForm, of: string, by: string) => seenIn(path, { kind: 'log-change', form, of, by });

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
  'records-removed': {
    note: 'Single lines taken out in a script that start-up runs; records of sessions removed by a script that nothing was seen to run; a log that\nleads nowhere.',
    sightings: [
      change('etc/init.d/S90x', 'wiped', '/var/log/messages', "sed -i '/10.0.0.9/d' /var/log/messages"),
      start('etc/init.d/S90x'),
      change('usr/bin/x.sh', 'wiped', '/var/log/wtmp', 'rm -f /var/log/wtmp'),
      change('usr/bin/x.sh', 'redirected', '/root/.ash_history', 'ln -sf /dev/null /root/.ash_history'),
    ],
  },
  'records-never-made': {
    note: 'Shells that record nothing, messages about authentication that go nowhere, a daemon that is ended for good.',
    sightings: [
      change('etc/profile', 'unrecorded', 'HISTFILE', 'export HISTFILE=/dev/null'),
      change('etc/syslog.conf', 'redirected', 'auth,authpriv.*', 'auth,authpriv.* /dev/null'),
      change('usr/bin/y.sh', 'suppressed', 'syslogd', 'killall -9 syslogd'),
    ],
  },
  'look-alikes': {
    note: 'What fooled us: rotation and the daemon’s own script, empty records at start, old files, a log kept short by numbers of lines, another\nsystem that is built, shutdown, upgrade, messages of one program, a daemon that is started again.',
    sightings: [
      change('etc/init.d/syslog', 'suppressed', 'syslogd', 'killall syslogd'),
      change('etc/init.d/rcS', 'wiped', '/var/run/utmp', '> /var/run/utmp'),
      change('etc/init.d/rcS', 'wiped', '/var/log/wtmp', ': > /var/log/wtmp'),
      change('usr/sbin/logrotate.sh', 'wiped', '/var/log/messages', ': > /var/log/messages'),
      change('usr/bin/a.sh', 'wiped', '/var/log/app/*.old', 'rm /var/log/app/*.old'),
      change('usr/bin/a.sh', 'wiped', '/var/log/messages', "sed -i '1,100d' /var/log/messages"),
      change('usr/bin/build', 'wiped', '$rootfs/var/log/messages', 'rm $rootfs/var/log/messages'),
      change('sbin/sysupgrade', 'suppressed', 'syslogd', 'killall syslogd'),
      change('etc/syslog.conf', 'redirected', 'local3.*', 'local3.* /dev/null'),
      change('usr/bin/b.sh', 'suppressed', 'syslogd', 'killall syslogd'),
      start('usr/bin/b.sh', { program: 'syslogd', reached: false }),
    ],
  },
});
