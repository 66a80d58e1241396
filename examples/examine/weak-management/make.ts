// node examples/examine/weak-management/make.ts: writes settings and nothing else.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingObservation } from '#domain/observed-interception';
import type { Sighting } from '#domain/plugin';

let at = 0;

function setting(
  dialect: string,
  path: string,
  subject: SettingObservation['subject'],
  of: Partial<SettingObservation>,
): Sighting {
  at += 100;
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  return {
    tree: 'tree-1',
    mode: 0o644,
    observation: {
      kind: 'setting',
      place: { artefact, path, range: [at, at + 20] },
      dialect,
      subject,
      written: subject,
      value: null,
      on: null,
      ...of,
    },
  };
}

function write(name: string, sightings: readonly Sighting[], note: string): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration: null, sightings }, null, 2)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\n`);
}

write(
  'router',
  [
    setting('vrp', 'vrpcfg.cfg', 'management.telnet', { written: 'protocol inbound all', value: 'lines', on: true }),
    setting('vrp', 'vrpcfg.cfg', 'authentication.method', { written: 'authentication-mode none', value: 'none' }),
    setting('vrp', 'vrpcfg.cfg', 'snmp.community', { written: 'snmp-agent community write cipher <16 characters>', value: 'write' }),
    setting('vrp', 'vrpcfg.cfg', 'session.idle-timeout', { written: 'idle-timeout 0 0', value: '0 0' }),
    setting('vrp', 'vrpcfg.cfg', 'log.transport', { written: 'info-center loghost 192.0.2.10 transport udp', value: 'udp' }),
  ],
  'A router: each weakness is one statement with its clause.',
);
write(
  'taken-back',
  [
    setting('vrp', 'vrpcfg.cfg', 'management.telnet', { written: 'undo telnet server enable', on: false }),
    setting('ios', 'config.txt', 'management.small-servers', { written: 'no service pad', value: 'pad', on: false }),
    setting('ios', 'config.txt', 'session.idle-timeout', { written: 'exec-timeout 10 0', value: '10 0' }),
    setting('ios', 'config.txt', 'ssh.version', { written: 'ip ssh version 2', value: '2' }),
    setting('sshd', 'etc/ssh/sshd_config', 'ssh.root-login', { written: 'PermitRootLogin prohibit-password', value: 'prohibit-password' }),
    setting('nginx', 'etc/nginx/nginx.conf', 'tls.versions', { written: 'ssl_protocols TLSv1.2 TLSv1.3', value: 'TLSv1.2 TLSv1.3' }),
  ],
  'The look-alike: the same words where they switch off, limit or harden. Silent.',
);
write(
  'example-files',
  [setting('snmpd', 'usr/share/doc/examples/snmpd.conf', 'snmp.community', { written: 'rwcommunity <6 characters>', value: 'write' })],
  'An example among the documentation is in force nowhere. Silent.',
);
write(
  'many-places',
  [1, 2, 3].map((n) =>
    setting('nginx', `etc/nginx/sites-enabled/site${n}`, 'web.directory-listing', { written: 'autoindex on', on: true }),
  ),
  'One weakness in three files is one statement with three places.',
);
