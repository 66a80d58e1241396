import type { Declaration, MatrixRow, PortExpression } from '#domain/declaration';
import type { OpenPortObservation, PortScanObservation, PortState } from '#domain/observed-communication';
import type { StartObservation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Sighting } from '#domain/plugin';

/** A port of one transport. */
export interface TransportPort {
  readonly transport: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
}

// --- what the declaration says

/** What a declaration says of a port that listens. `unclear`: a row that is not understood may mean it; `blanket`: only a
 *  row that allows all ports, or most, covers it. */
export interface PortNaming {
  readonly naming: 'named' | 'unclear' | 'blanket' | 'nothing';
  /** Rows of the matrix it rests on, as they stand in the document; at most {@link ROWS}. */
  readonly rows: readonly string[];
}

/** Rows named of one port. */
const ROWS = 5;

/** Ports of an expression from which on it names none of them: half of all. */
const WIDE = 32_768;

/** What a declaration says of a port. Which end of a flow is the product is not told: a port at the destination of a row
 *  counts, whoever the destination is. Errs towards named.
 *  @returns null: the declaration speaks neither of services nor of flows */
export function portNaming(declaration: Declaration | null, asked: TransportPort): PortNaming | null {
  if (declaration === null || (declaration.services === null && declaration.matrix === null)) return null;
  const { services, matrix } = declaration;
  const isService = (services ?? []).some(
    ({ port, transport }) => port === asked.port && (transport === null || transport === asked.transport),
  );
  const rows = (matrix ?? []).flatMap((row) => {
    const naming = namingOf(row, asked);
    return naming === null ? [] : [{ naming, at: row.at }];
  });
  const of = (naming: PortNaming['naming']): PortNaming | null => {
    const found = rows.filter((row) => row.naming === naming);
    return found.length === 0 ? null : { naming, rows: found.slice(0, ROWS).map(({ at }) => at) };
  };
  const nothing: PortNaming = { naming: isService ? 'named' : 'nothing', rows: [] };
  return of('named') ?? (isService ? nothing : (of('unclear') ?? of('blanket') ?? nothing));
}

/** What one row says of a port; null: nothing. */
function namingOf(
  row: MatrixRow,
  { transport, port }: TransportPort,
): 'named' | 'unclear' | 'blanket' | null {
  const isTransport = row.transport === transport || row.transport === 'any';
  const isOpen = row.transport === null;
  if (!isTransport && !isOpen) return null;
  const { port: ports } = row.to;
  if (ports.kind === 'unresolved') return namesDigits(ports.text, port) ? 'unclear' : null;
  if (!covers(ports, port)) return null;
  if (row.blanket || isWide(ports)) return 'blanket';
  return isTransport ? 'named' : 'unclear';
}

function covers(ports: PortExpression, port: number): boolean {
  if (ports.kind === 'any') return true;
  return ports.kind === 'ranges' && ports.ranges.some(([from, to]) => port >= from && port <= to);
}

function isWide(ports: PortExpression): boolean {
  if (ports.kind === 'any') return true;
  return ports.kind === 'ranges' && ports.ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0) >= WIDE;
}

function namesDigits(text: string, port: number): boolean {
  return new RegExp(`(?<!\\d)${port}(?!\\d)`).test(text);
}

// --- what start-up opens

/** Servers with the port they listen on when nothing else is said. IANA Service Name and Port Number Registry. */
const USUAL: Readonly<Record<string, TransportPort>> = {
  sshd: { transport: 'tcp', port: 22 },
  dropbear: { transport: 'tcp', port: 22 },
  telnetd: { transport: 'tcp', port: 23 },
  'in.telnetd': { transport: 'tcp', port: 23 },
  httpd: { transport: 'tcp', port: 80 },
  mini_httpd: { transport: 'tcp', port: 80 },
  lighttpd: { transport: 'tcp', port: 80 },
  nginx: { transport: 'tcp', port: 80 },
  vsftpd: { transport: 'tcp', port: 21 },
  ftpd: { transport: 'tcp', port: 21 },
  smbd: { transport: 'tcp', port: 445 },
  rpcbind: { transport: 'tcp', port: 111 },
  portmap: { transport: 'tcp', port: 111 },
  snmpd: { transport: 'udp', port: 161 },
  tftpd: { transport: 'udp', port: 69 },
};

/** A port that a start opens. */
export interface StartedPort extends TransportPort {
  /** True: its arguments name the port; false: it is the usual one of the program. */
  readonly isStated: boolean;
}

/** Ports that a started server listens on, as far as its name and arguments tell: a port in `-p` or `--port`, else the
 *  usual one of the program where no configuration is named that could change it. */
export function startedPorts({ program, arguments: args }: StartObservation): readonly StartedPort[] {
  const name = program.slice(program.lastIndexOf('/') + 1).toLowerCase();
  const usual = Object.hasOwn(USUAL, name) ? USUAL[name] : undefined;
  if (usual === undefined) return [];
  const stated = args.flatMap((text, i) => {
    const value = /^(?:-p|--port)$/.test(text) ? args[i + 1] : /^(?:-p|--port=)(.+)$/.exec(text)?.[1];
    const digits = /^(?:.*:)?(\d{1,5})$/.exec(value ?? '')?.[1];
    return digits === undefined || Number(digits) > 65_535 ? [] : [Number(digits)];
  });
  if (stated.length > 0) return stated.map((port) => ({ ...usual, port, isStated: true }));
  return args.some((text) => /^-(?:p|f|c|C)|^--(?:port|config)|[$`]/.test(text))
    ? []
    : [{ ...usual, isStated: false }];
}

// --- what scans saw

/** Everything that scans saw of ports. */
export interface ScannedPorts {
  /** Hosts in the order seen. */
  readonly hosts: readonly string[];
  /** True: at least one host was asked for every port of TCP and of UDP. */
  readonly isWhole: boolean;
  /** How each host had the port; hosts that were not asked for it are left out.
   *  @param of  hosts wanted; absent: all */
  statesOf(asked: TransportPort, of?: readonly string[]): readonly ScannedPort[];
}

export interface ScannedPort {
  readonly host: string;
  readonly state: PortState;
  readonly place: Place;
}

export function scannedPorts(sightings: readonly Sighting[]): ScannedPorts {
  const single = new Map<string, OpenPortObservation>();
  const groups = new Map<string, PortScanObservation[]>();
  const listed = new Map<string, (readonly [number, number])[]>();
  const hosts = new Set<string>();
  for (const { observation } of sightings) {
    if (observation.kind === 'open-port') {
      hosts.add(observation.host);
      single.set(keyOf(observation.host, observation), observation);
      const key = `${observation.transport} ${observation.host}`;
      const list = listed.get(key) ?? [];
      listed.set(key, list);
      list.push([observation.port, observation.port]);
    } else if (observation.kind === 'port-scan') {
      hosts.add(observation.host);
      const key = `${observation.transport} ${observation.host}`;
      const list = groups.get(key) ?? [];
      groups.set(key, list);
      list.push(observation);
    }
  }
  const asksAll = (host: string, transport: 'tcp' | 'udp') => {
    const asked = (groups.get(`${transport} ${host}`) ?? []).flatMap(({ ports }) => ports);
    const sorted = [...asked, ...(listed.get(`${transport} ${host}`) ?? [])].toSorted((a, b) => a[0] - b[0]);
    return sorted.reduce((next, [from, to]) => (from <= next ? Math.max(next, to + 1) : next), 1) > 65_535;
  };
  return {
    hosts: [...hosts],
    isWhole: [...hosts].some((host) =>
      (['tcp', 'udp'] as const).every((transport) => asksAll(host, transport)),
    ),
    statesOf: (asked, of) =>
      [...(of ?? hosts)].flatMap((host): readonly ScannedPort[] => {
        const one = single.get(keyOf(host, asked));
        if (one !== undefined) return [{ host, state: one.state, place: one.place }];
        const group = groups
          .get(`${asked.transport} ${host}`)
          ?.find(({ ports }) => ports.some(([from, to]) => asked.port >= from && asked.port <= to));
        return group === undefined ? [] : [{ host, state: group.state, place: group.place }];
      }),
  };
}

function keyOf(
  host: string,
  { transport, port }: { readonly transport: string; readonly port: number },
): string {
  return `${transport}/${port} ${host}`;
}
