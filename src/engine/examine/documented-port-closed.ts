import type { MatrixRow } from '#domain/declaration';
import type { Statement } from '#domain/indication';
import { type ScannedPorts, scannedPorts, type TransportPort } from '#domain/listening';
import type { Place } from '#domain/place';
import type { Examiner, Sight } from '#domain/plugin';

/** Rows of the matrix that document a port of a scanned host which the scan found closed. */
export const documentedPortClosed: Examiner = {
  kind: 'examiner',
  id: 'documented-port-closed',
  version: 1,
  doc: {
    name: 'Ports documented, found closed',
    says: 'Asks whether the communication matrix documents a port at the address of a host that a scan found closed there: a document that says more than the device does hides what it does.',
    sources: ['3GPP TS 33.117, 4.4.2'],
    limits: [
      'Speaks only where the destination address of a row is the address that was scanned; a name of a device is not compared.',
      'Rows that say closed or on demand, ranges of more than 64 ports and blanket rows are left out.',
      'A filtered port tells nothing and stays silent.',
      'That the scanned device runs the release that is examined is not checked.',
    ],
  },
  question: 'other-technical-problems',
  reads: ['open-port', 'port-scan'],
  examine: (sight) => examine(sight),
};

/** Ports and addresses of one row that are compared. */
const PORTS = 64;
const ADDRESSES = 20;

interface Closed {
  readonly row: MatrixRow;
  readonly host: string;
  readonly place: Place;
}

function examine({ sightings, declaration }: Sight): readonly Statement[] {
  const scanned = scannedPorts(sightings);
  const found = new Map<string, { readonly port: TransportPort; readonly closed: Closed[] }>();
  if (scanned.hosts.length === 0) return [];
  for (const row of declaration?.matrix ?? []) {
    if (row.blanket || row.defaultState === 'closed' || row.defaultState === 'on-demand') continue;
    for (const port of portsOf(row)) {
      const closed = closedAt(row, port, scanned);
      if (closed.length === 0) continue;
      const key = `${port.transport}/${port.port}`;
      const entry = found.get(key) ?? { port, closed: [] };
      found.set(key, entry);
      entry.closed.push(...closed);
    }
  }
  return [...found.values()].map(({ port, closed }) => statementOf(port, closed));
}

function portsOf({ transport, to }: MatrixRow): readonly TransportPort[] {
  if (to.port.kind !== 'ranges' || (transport !== 'tcp' && transport !== 'udp' && transport !== 'sctp'))
    return [];
  const { ranges } = to.port;
  if (ranges.reduce((sum, [from, last]) => sum + last - from + 1, 0) > PORTS) return [];
  return ranges.flatMap(([from, last]) =>
    Array.from({ length: last - from + 1 }, (_, i) => ({ transport, port: from + i })),
  );
}

function closedAt(row: MatrixRow, port: TransportPort, scanned: ScannedPorts): readonly Closed[] {
  const addresses = (row.to.address ?? '').split(/[\s,;、]+/).slice(0, ADDRESSES);
  return scanned
    .statesOf(port, addresses)
    .filter(({ state }) => state === 'closed')
    .map(({ host, place }) => ({ row, host, place }));
}

/** Places kept of one port. */
const PLACES = 20;

function statementOf({ transport, port }: TransportPort, closed: readonly Closed[]): Statement {
  const [first] = closed;
  const rows = [...new Set(closed.map(({ row }) => row.at))];
  const more = rows.length > 1 ? ` and ${rows.length - 1} more` : '';
  return {
    question: 'other-technical-problems',
    title: `${transport.toUpperCase()} port ${port} of ${oneLine(first?.host ?? '')} is documented (${oneLine(rows[0] ?? '')}${more}), and the scan found it closed`,
    strength: 'present',
    facts: { undocumented: false, hardCoded: null, reachable: false, used: null },
    weaknesses: ['CWE-1059'],
    requirements: [],
    identity: ['documented-port-closed', transport, String(port)],
    places: closed.slice(0, PLACES).map(({ place }) => place),
    matters: 'What a document allows without need lets a later flow pass for documented.',
    disproof:
      'That the service is optional and the document says so, that the scanned device runs another release, or that it was not in use when it was scanned.',
  };
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 80 ? line : `${line.slice(0, 79).toWellFormed()}…`;
}
