// node examples/examine/dns-override/make.ts: writes the inputs of the examiner of names that are resolved otherwise.
import type { NameOverrideForm } from '#domain/observed-communication';
import { declaration, matrixRow, seenIn, writeSights } from '../../sightings.ts';

const line = (path: string, form: NameOverrideForm, name: string | null, address: string) =>
  seenIn(path, { kind: 'name-override', form, name, address });

writeSights(import.meta.dirname, {
  'hosts-and-answers': {
    note: 'Public names with addresses outside and inside; the same name in two files is one indication.',
    sightings: [
      line('etc/hosts', 'hosts', 'update.made-up.cn', '45.33.32.156'),
      line('etc/init.d/names', 'hosts', 'update.made-up.cn', '45.33.32.156'),
      line('etc/dnsmasq.conf', 'answer', 'login.made-up.cn', '192.168.1.1'),
      line('etc/hosts', 'hosts', 'ocsp.made-up.org', '127.0.0.1'),
    ],
  },
  resolvers: {
    note: 'A resolver outside for all names, one for a single name, one as the value of a setting.',
    sightings: [
      line('etc/resolv.conf', 'resolver', null, '45.33.32.53'),
      line('etc/dnsmasq.conf', 'resolver', 'made-up.cn', '45.33.32.54'),
      seenIn('etc/config/network', {
        kind: 'endpoint',
        form: 'ipv4',
        value: '45.33.32.55',
        host: '45.33.32.55',
        port: null,
        scheme: null,
        role: 'name-service',
        taker: { kind: 'setting', name: 'dns' },
      }),
    ],
  },
  'look-alikes': {
    note: 'The device itself and its networks, names for local use and for texts, resolvers inside, advertisements that are blocked, a manual.',
    sightings: [
      line('etc/hosts', 'hosts', 'localhost', '127.0.0.1'),
      line('etc/hosts', 'hosts', 'localhost.localdomain', '127.0.0.1'),
      line('etc/hosts', 'hosts', 'router.lan', '192.168.1.1'),
      line('etc/hosts', 'hosts', 'ip6-allnodes', 'ff02::1'),
      line('etc/dnsmasq.conf', 'answer', null, '192.168.1.1'),
      line('etc/dnsmasq.conf', 'answer', 'www.example.com', '45.33.32.1'),
      line('etc/resolv.conf', 'resolver', null, '192.168.1.1'),
      line('etc/resolv.conf', 'resolver', null, '127.0.0.1'),
      line('etc/resolv.conf', 'resolver', null, 'fe80::1'),
      line('etc/hosts', 'hosts', 'ads.made-up.com', '0.0.0.0'),
      line('usr/share/doc/dnsmasq/hosts', 'hosts', 'www.made-up.com', '45.33.32.1'),
    ],
  },
  list: {
    note: 'Many names in one file are one indication whose identity holds them all.',
    sightings: 'abcdefghi'.split('').map((letter) => line('etc/hosts', 'hosts', `${letter}.made-up.cn`, '45.33.32.156')),
  },
  declared: {
    note: 'The matrix names the resolver and the answer; another resolver stays undocumented.',
    sightings: [
      line('etc/resolv.conf', 'resolver', null, '45.33.32.53'),
      line('etc/hosts', 'hosts', 'update.made-up.cn', '45.33.32.156'),
      line('etc/resolv.conf', 'resolver', null, '45.33.32.99'),
    ],
    declaration: declaration({
      matrix: [
        matrixRow({ application: 'DNS', to: { device: null, address: '45.33.32.53', port: { kind: 'any' } } }),
        matrixRow({ purpose: 'update.made-up.cn, software update' }),
      ],
    }),
  },
});
