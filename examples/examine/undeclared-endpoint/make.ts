// node examples/examine/undeclared-endpoint/make.ts: writes the inputs of the examiner of destinations. No name in them is anybody's.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, type MatrixRow, NOTHING_DECLARED } from '#domain/declaration';
import type { EndpointObservation, EndpointTaker, StartObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';

let at = 0;

function placeIn(path: string): EndpointObservation['place'] {
  at += 50;
  const digest = Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64);
  return { artefact: `sha256:${digest}`, path, range: [at, at + 40] };
}

function seen(path: string, value: string, taker: EndpointTaker | null, facts: Partial<EndpointObservation> = {}): Sighting {
  const url = /^([a-z]+):\/\/([^:]+)(?::(\d+))?$/.exec(value);
  const host = url?.[2] ?? value;
  const observation: EndpointObservation = {
    kind: 'endpoint',
    place: placeIn(path),
    form: url !== null ? 'url' : /^[\d.]+$/.test(value) ? 'ipv4' : 'host',
    value,
    host,
    port: url?.[3] === undefined ? null : Number(url[3]),
    scheme: url?.[1] ?? null,
    role: 'unknown',
    taker,
    ...facts,
  };
  return { tree: 'tree-1', mode: 0o755, observation };
}

function started(path: string, program: string, args: readonly string[], facts: Partial<StartObservation> = {}): Sighting {
  const observation: StartObservation = {
    kind: 'start',
    place: placeIn(path),
    by: 'rc',
    program,
    arguments: args,
    user: null,
    chain: ['etc/inittab', path],
    condition: null,
    reached: true,
    present: true,
    ...facts,
  };
  return { tree: 'tree-1', mode: 0o755, observation };
}

const command = (name: string): EndpointTaker => ({ kind: 'command', name });
const setting = (name: string): EndpointTaker => ({ kind: 'setting', name });
const program: EndpointTaker = { kind: 'program', name: 'getaddrinfo' };

const row = (facts: Partial<MatrixRow>): MatrixRow => ({
  at: 'Sheet1 row 2',
  component: null,
  from: { device: null, address: null, port: { kind: 'any' } },
  to: { device: null, address: null, port: { kind: 'any' } },
  transport: 'tcp',
  application: null,
  purpose: null,
  authentication: null,
  encryption: null,
  plane: null,
  direction: 'out',
  defaultState: null,
  blanket: false,
  defects: [],
  ...facts,
});

function declared(...matrix: readonly MatrixRow[]): Declaration {
  return { ...NOTHING_DECLARED, source: 'matrix.xlsx', matrix };
}

function write(name: string, note: string, sightings: readonly Sighting[], declaration: Declaration | null = null): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

const script = 'etc/init.d/S99stat';
const calls = (): readonly Sighting[] => [
  seen(script, 'http://stat.made-up-maker.cn', command('wget'), { role: 'telemetry' }),
  started(script, 'wget', ['-q', 'http://stat.made-up-maker.cn/up']),
];

write(
  'start-up-calls-out',
  'Start-up runs a command with an address that nobody declared: nothing was declared at all, so it is not called undocumented.',
  calls(),
);
write(
  'declared-matrix-does-not-name-it',
  'The same with a matrix that documents other flows, one blanket row among them: the destination is undocumented.',
  calls(),
  declared(row({ application: 'SSH', direction: 'in' }), row({ blanket: true, purpose: 'everything' })),
);
write(
  'declared',
  'Named by host, by network, by a name with `*.`, by the owner’s domain in a purpose: all stay silent.',
  [
    seen('etc/config/cwmp', 'https://acs.made-up-carrier.cn:7547', setting('acs_url'), { role: 'management' }),
    seen('etc/rc', '45.33.32.156', command('nc')),
    seen('etc/config/cloud', 'b1.made-up-cloud.net', setting('server'), { role: 'cloud' }),
    seen('usr/sbin/upgraded', 'https://fw.made-up-maker.cn', program, { role: 'update' }),
  ],
  declared(
    row({ to: { device: 'ACS', address: 'acs.made-up-carrier.cn', port: { kind: 'any' } } }),
    row({ to: { device: null, address: '45.33.32.0/24', port: { kind: 'any' } } }),
    row({ to: { device: null, address: '*.made-up-cloud.net', port: { kind: 'any' } } }),
    row({ purpose: 'Software update from made-up-maker.cn' }),
  ),
);
write(
  'kind-of-flow-declared',
  'The matrix documents time and updates without saying where: the words are weaker, and whether it is undocumented stays open.',
  [
    seen('etc/config/system', 'ntp.made-up-maker.cn', setting('server'), { role: 'time' }),
    seen('usr/sbin/upgraded', 'https://fw.made-up-firm.com', program, { role: 'update' }),
  ],
  declared(row({ application: 'NTP' }), row({ purpose: 'Firmware upgrade' })),
);
write(
  'look-alikes',
  'Addresses that fooled us: documentation, name spaces, links, private and reserved addresses, examples and stand-ins, texts of packages\nand manuals, page scripts whose settings are forms, a local domain, changelogs in a compressed file, a program that cannot connect.',
  [
    seen('etc/rc', 'http://www.made-up-maker.cn', null, { role: 'documentation' }),
    seen('usr/bin/x', 'http://schemas.made-up.org', program, { role: 'namespace' }),
    seen('etc/rc', '192.168.1.1', command('ping')),
    seen('etc/rc', '203.0.113.7', command('nc')),
    seen('etc/rc', '1.2.3.4', command('ping')),
    seen('etc/config/ddns', 'your.provider.net', setting('url'), { role: 'dynamic-name' }),
    seen('etc/config/ddns', 'http://www.example.com', setting('url')),
    seen('etc/config/x', 'gw.test', setting('server')),
    seen('usr/lib/opkg/info/x.control', 'https://git.made-up.org', setting('Source')),
    seen('usr/share/doc/x/notes', 'ftp.made-up.org', command('wget')),
    seen('www/js/forms.js', 'ntp.made-up.org', setting('server'), { role: 'time' }),
    seen('etc/config/dhcp', 'home.made-up.org', setting('domain')),
    seen('content', 'http://bugs.made-up.org', setting('URL')),
    seen('usr/bin/tool', 'data.made-up.org', null),
    seen('usr/bin/tool', 'maker.cn', null, { form: 'mail' }),
  ],
);
write(
  'programs-and-settings',
  'A program that can connect and is started, one that nothing starts, settings, the bare address of a machine; hosts of one owner are one\nindication, hosts below a name where everyone may have one are apart.',
  [
    seen('usr/sbin/agentd', 'https://device.made-up-cloud.net', program, { role: 'cloud' }),
    seen('usr/sbin/agentd', 'log.made-up-cloud.net', program, { role: 'telemetry' }),
    started('etc/init.d/agent', '/usr/sbin/agentd', ['-d'], { condition: 'if [ -f /etc/agent ]' }),
    seen('usr/bin/probe', '45.33.32.156', program),
    seen('etc/config/iot', 'abc.iot.us-east-1.amazonaws.com', setting('connection_url'), { role: 'cloud' }),
    seen('etc/config/iot', 'xyz.iot.us-east-1.amazonaws.com', setting('connection_url'), { role: 'cloud' }),
    seen('etc/crashd.sh', 'https://core.made-up-maker.cn:5443', setting('DUMP')),
  ],
);
const choices = 'abcdefghij'.split('').map((letter) => `http://ddns.made-up-${letter}.org`);
write(
  'list-to-choose-from',
  'Ten owners of one use in one file are one indication, whose identity holds them all: an eleventh is another list. A command with one of\nthem speaks for itself.',
  [
    ...choices.map((value) => seen('etc/ddns/services', value, setting('update_url'), { role: 'dynamic-name' })),
    seen('etc/init.d/ddns', 'http://ddns.made-up-a.org', command('wget'), { role: 'dynamic-name' }),
  ],
);
write('start-that-is-not-reached', 'A line that start-up does not reach and a program the image lacks: the address is present, no more.', [
  seen(script, 'http://stat.made-up-maker.cn', command('wget'), { role: 'telemetry' }),
  started(script, 'wget', ['http://stat.made-up-maker.cn/up'], { reached: false }),
  started(script, 'wget', ['http://stat.made-up-maker.cn/up'], { present: false }),
]);
