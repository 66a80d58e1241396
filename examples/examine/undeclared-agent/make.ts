// node examples/examine/undeclared-agent/make.ts: writes the inputs of the examiner of agents.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, NOTHING_DECLARED } from '#domain/declaration';
import type { StartObservation } from '#domain/observation';
import type { AgentObservation } from '#domain/observed-access';
import type { Sighting } from '#domain/plugin';

let at = 0;

function placeIn(path: string) {
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  at += 50;
  return { artefact, path, range: [at, at + 40] as const };
}

/** What is not given is as of a configuration of TR-069 that is on. */
function agent(path: string, values: Partial<AgentObservation> = {}): Sighting {
  const observation: AgentObservation = {
    kind: 'agent',
    place: placeIn(path),
    protocol: 'tr-069',
    program: null,
    server: 'https://acs.isp.test:7547/cpe',
    enabled: true,
    ...values,
  };
  return { tree: 'tree-1', mode: 0o644, observation };
}

function program(path: string, protocol: string): Sighting {
  return agent(path, { protocol, program: path, server: null, enabled: null });
}

function start(path: string): Sighting {
  const observation: StartObservation = {
    kind: 'start',
    place: placeIn('etc/init.d/agents'),
    by: 'rc',
    program: path,
    arguments: [],
    user: null,
    chain: ['etc/inittab', 'etc/init.d/agents'],
    condition: null,
    reached: true,
    present: true,
  };
  return { tree: 'tree-1', mode: 0o755, observation };
}

function services(...purposes: readonly string[]): Declaration {
  return {
    ...NOTHING_DECLARED,
    source: 'matrix.csv',
    services: purposes.map((purpose) => ({ program: null, port: null, transport: null, purpose })),
  };
}

function write(name: string, note: string, sightings: readonly Sighting[], declaration: Declaration | null = null): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

write('set-up-and-started', 'Program, server and start of TR-069 are one indication; a cloud that is off is no more than present.', [
  agent('etc/config/cwmp'),
  program('usr/sbin/cwmpd', 'tr-069'),
  start('/usr/sbin/cwmpd'),
  agent('etc/config/cloud', { protocol: 'cloud', server: 'gw.cloud.vendor.test', enabled: false }),
]);

write('declared', 'The services name TR-069: silent.', [agent('etc/config/cwmp')], services('remote configuration by CWMP'));

write('declared-without-it', 'Services were declared, and remote support is not among them.', [
  program('usr/bin/frpc', 'remote-support'),
  start('/usr/bin/frpc'),
], services('web pages for the administrator'));

write('operators-own', 'The look-alike: SNMP and OMCI that start-up starts, and a program that nothing starts: silent.', [
  program('usr/sbin/snmpd', 'snmp'),
  start('/usr/sbin/snmpd'),
  program('bin/omci', 'omci'),
  start('/bin/omci'),
  program('bin/cwmp', 'tr-069'),
]);

write('operators-own-undeclared', 'SNMP is started though the declared services do not name it.', [
  program('usr/sbin/snmpd', 'snmp'),
  start('/usr/sbin/snmpd'),
], services('SSH'));
