import type { Implant } from '#domain/plugin';
import { foreignAddress, vehiclesOf } from '#engine/ground/vehicles';

/** Logs silenced or wiped. */
export const logWiping: Implant = {
  kind: 'implant',
  id: 'log-wiping',
  version: 1,
  doc: {
    name: 'Logs silenced or wiped',
    says: 'Traces of what happens on the device are removed, or never written.',
    sources: ['syslogd of BusyBox and sysklogd; utmp(5)'],
    limits: [
      'Logging that a program leaves out by itself is not planted.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'concealment',
  templates: vehiclesOf({
    ways: [
      (site, level) =>
        site.has('rm') ? [`rm -f /var/log/${level === 'overt' ? '*' : 'messages'} /var/log/wtmp`] : null,
      (site, level) => (site.has('killall') ? [`killall ${level === 'overt' ? '-9 ' : ''}syslogd`] : null),
      (site, level, draw) =>
        site.has('ln')
          ? [`ln -sf /dev/null /var/log/${level === 'overt' || draw(2) === 0 ? 'messages' : 'wtmp'}`]
          : null,
      (site, level, draw) =>
        site.has('sed')
          ? [`sed -i '/${level === 'overt' ? 'login' : foreignAddress(draw)}/d' /var/log/messages`]
          : null,
    ],
    isDone: ({ started, written }) =>
      written.has('/var/log/messages') ||
      started.some(
        ({ program, words }) =>
          (program === 'rm' && words.some((word) => word.startsWith('/var/log/'))) ||
          (program === 'killall' && words.includes('syslogd')) ||
          (program === 'ln' && words.includes('/dev/null')) ||
          (program === 'sed' && words.some((word) => word.startsWith('/var/log/'))),
      ),
  }),
};
