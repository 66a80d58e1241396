import type { Statement } from '#domain/indication';
import {
  portNaming,
  type PortNaming,
  scannedPorts,
  startedPorts,
  type TransportPort,
} from '#domain/listening';
import type { OpenPortObservation } from '#domain/observed-communication';
import type { Place } from '#domain/place';
import type { Examiner, Sight, Sighting } from '#domain/plugin';

/** Ports that a scan found open and that no row of the declaration names. */
export const undeclaredOpenPort: Examiner = {
  kind: 'examiner',
  id: 'undeclared-open-port',
  version: 1,
  doc: {
    name: 'Open ports nobody declared',
    says: 'Asks whether a scan found a port open that neither the communication matrix nor the declared services name. A blanket row and a row that is not understood name none.',
    sources: ['3GPP TS 33.117, 4.4.2, 4.3.2.1', 'CWE-912'],
    limits: [
      'Needs a scan and a declaration of flows or services; without either it is silent.',
      'Which end of a row is the product is not told: a port at the destination counts as declared, whoever the destination is.',
      'A port that is open or filtered, as most of UDP in a scan, is not taken for open.',
      'A scan sees what answers at that time from that place: a port that opens on a knock, later, or to others only is not seen.',
      'Of the ports found open the first 2,000 in the order of the scan are compared.',
      'That the scanned device runs the release that is examined is not checked.',
    ],
  },
  question: 'undocumented-access',
  reads: ['open-port', 'port-scan', 'start'],
  examine: (sight) => examine(sight),
};

function examine({ sightings, declaration }: Sight): readonly Statement[] {
  const open = sightings.flatMap(({ observation }) => (isOpen(observation) ? [observation] : []));
  const groups = Map.groupBy(open, ({ transport, port }) => `${transport}/${port}`);
  return [...groups.values()].slice(0, PORTS).flatMap((group): readonly Statement[] => {
    const [first] = group;
    const asked = first === undefined ? null : askedFor(first);
    const naming = asked === null ? null : portNaming(declaration, asked);
    if (asked === null || naming === null || naming.naming === 'named') return [];
    return [statementOf(asked, group, naming, sightings)];
  });
}

/** Ports compared with all rows of the declaration; a host that answers on more is a trap for scanners. */
const PORTS = 2000;

function isOpen(observation: Sighting['observation']): observation is OpenPortObservation {
  return observation.kind === 'open-port' && observation.state === 'open';
}

function askedFor({ transport, port }: OpenPortObservation): TransportPort | null {
  return transport === 'ip' ? null : { transport, port };
}

/** Places kept of one port: a scan may have a thousand hosts. */
const PLACES = 20;

function statementOf(
  asked: TransportPort,
  group: readonly OpenPortObservation[],
  { naming, rows }: PortNaming,
  sightings: readonly Sighting[],
): Statement {
  const started = startsOf(asked, sightings);
  const name = `${asked.transport.toUpperCase()} port ${asked.port}`;
  return {
    question: 'undocumented-access',
    title: `${name} is open on ${hostsText(group, sightings)}${serviceText(group)}, and ${NAMED[naming]}`,
    strength: 'reachable',
    facts: { undocumented: naming === 'unclear' ? null : true, hardCoded: null, reachable: true, used: null },
    weaknesses: ['CWE-912'],
    requirements: ['TS 33.117 4.4.2', 'TS 33.117 4.3.2.1'],
    identity: ['open-port', asked.transport, String(asked.port)],
    places: [...group.map(({ place }) => place), ...started].slice(0, PLACES),
    matters: `Whoever reaches the port talks to a service that ${naming === 'unclear' ? 'no document clearly names' : 'the operator was not told of'}.${rowsText(naming, rows)}${started.length === 0 ? ' Nothing that start-up runs was seen to open it.' : ' Start-up runs a program that listens there.'}`,
    disproof:
      'A declaration that names the port and what it serves; or that the scanned device runs other software, or that something between it and the scanner answered.',
  };
}

const NAMED: Readonly<Record<PortNaming['naming'], string>> = {
  named: 'the declaration names it',
  nothing: 'no row of the declaration names it',
  blanket: 'only a blanket row covers it',
  unclear: 'only a row that is not understood may mean it',
};

function rowsText(naming: PortNaming['naming'], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const list = rows.map((row) => oneLine(row, 80)).join('; ');
  return naming === 'blanket' ? ` Allowing almost everything: ${list}.` : ` See ${list}.`;
}

function hostsText(group: readonly OpenPortObservation[], sightings: readonly Sighting[]): string {
  const hosts = new Set(group.map(({ host }) => host));
  const all = scannedPorts(sightings).hosts.length;
  const [only = ''] = hosts;
  return hosts.size === 1 ? oneLine(only, 60) : `${hosts.size} of ${all} scanned hosts`;
}

function serviceText(group: readonly OpenPortObservation[]): string {
  const said = group.find(({ service, product }) => service !== null || product !== null);
  if (said === undefined) return '';
  const text = [said.service, said.product].filter((each) => each !== null).join(', ');
  return ` (the scanner says ${oneLine(text, 60)})`;
}

function startsOf(asked: TransportPort, sightings: readonly Sighting[]): readonly Place[] {
  return sightings.flatMap(({ observation }) => {
    if (observation.kind !== 'start' || !observation.reached) return [];
    const opens = startedPorts(observation).some(
      ({ transport, port }) => transport === asked.transport && port === asked.port,
    );
    return opens ? [observation.place] : [];
  });
}

function oneLine(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1).toWellFormed()}…`;
}
