import type { Statement } from '#domain/indication';
import { scannedPorts, startedPorts, type TransportPort } from '#domain/listening';
import type { StartObservation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Examiner, Sight } from '#domain/plugin';

/** Servers that start-up runs and whose port every scanned host had closed. */
export const startedPortClosed: Examiner = {
  kind: 'examiner',
  id: 'started-port-closed',
  version: 1,
  doc: {
    name: 'Servers started, ports closed',
    says: 'Asks whether start-up runs a server without any condition whose port a scan found closed on every host that was asked for it: then something opens it later, on a sign, or the scan was of another device.',
    sources: ['3GPP TS 33.117, 4.4.2', 'MITRE ATT&CK T1205, traffic signalling'],
    limits: [
      'Only servers of well-known names whose port their arguments name, or which have no argument that could change the usual one.',
      'A filtered port tells nothing and stays silent, as does a port that was not asked for.',
      'A server bound to the device itself, or switched off by its configuration, looks the same. Errs towards speaking, at the weakest strength.',
      'That the scanned device runs the release that is examined is not checked.',
    ],
  },
  question: 'concealment',
  reads: ['open-port', 'port-scan', 'start'],
  examine: (sight) => examine(sight),
};

interface Started {
  readonly start: StartObservation;
  readonly port: TransportPort;
}

function examine({ sightings }: Sight): readonly Statement[] {
  const scanned = scannedPorts(sightings);
  if (scanned.hosts.length === 0) return [];
  const started = sightings.flatMap(({ observation }): readonly Started[] => {
    if (observation.kind !== 'start' || !observation.reached || observation.present !== true) return [];
    if (observation.condition !== null || isLocal(observation)) return [];
    return startedPorts(observation).map(({ transport, port }) => ({
      start: observation,
      port: { transport, port },
    }));
  });
  const groups = Map.groupBy(started, ({ start, port }) => `${port.transport}/${port.port} ${nameOf(start)}`);
  return [...groups.values()].flatMap((group): readonly Statement[] => {
    const [first] = group;
    if (first === undefined) return [];
    const states = scanned.statesOf(first.port);
    if (states.length === 0 || states.some(({ state }) => state !== 'closed')) return [];
    return [statementOf(first, group, states)];
  });
}

/** Bound to the device itself by its arguments. */
function isLocal({ arguments: args }: StartObservation): boolean {
  return args.some((text) => /127\.\d+\.\d+\.\d+|localhost|::1\b/.test(text));
}

function nameOf({ program }: StartObservation): string {
  return program.slice(program.lastIndexOf('/') + 1).slice(0, 60);
}

/** Places kept of one port. */
const PLACES = 20;

function statementOf(
  { start, port }: Started,
  group: readonly Started[],
  states: readonly { readonly host: string; readonly place: Place }[],
): Statement {
  const name = nameOf(start).replaceAll(/\s+/g, ' ');
  const hosts =
    states.length === 1 ? 'the scanned host' : `all ${states.length} scanned hosts that were asked for it`;
  return {
    question: 'concealment',
    title: `Start-up runs ${name} without a condition, and ${port.transport.toUpperCase()} port ${port.port} was closed on ${hosts}`,
    strength: 'present',
    facts: { undocumented: null, hardCoded: null, reachable: false, used: null },
    weaknesses: [],
    requirements: [],
    identity: ['started-port-closed', port.transport, String(port.port), name],
    places: [...group.map((each) => each.start.place), ...states.map(({ place }) => place)].slice(0, PLACES),
    matters:
      'A server that runs and does not answer may listen elsewhere, be hidden, or open its port on a sign that a scan does not give.',
    disproof:
      'That the scanned device runs another release or configuration, that its configuration binds or stops the server, or that a packet filter answers for the port.',
  };
}
