// Ports of scans, rows of a matrix and started servers, for the examples of examiners that compare them.
import type { MatrixRow, PortExpression } from '#domain/declaration';
import type { OpenPortObservation, PortState } from '#domain/observed-communication';
import type { StartObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';
import { matrixRow, seenIn } from './sightings.ts';

const HOST = '198.51.100.1';

export function port(transport: OpenPortObservation['transport'], number: number, state: PortState = 'open', host = HOST, service: string | null = null): Sighting {
  const line = Math.min(number * 100, 1_000_000);
  return seenIn('scan.xml', { kind: 'open-port', host, transport, port: number, state, service, product: null }, [line, line + 90], 'scan');
}

/** Ports that were asked for and not listed. */
export function others(state: PortState, ports: readonly (readonly [number, number])[], transport: 'tcp' | 'udp' = 'tcp', host = HOST): Sighting {
  return seenIn('scan.xml', { kind: 'port-scan', host, transport, state, ports }, [10, 90], 'scan');
}

export function started(program: string, args: readonly string[], facts: Partial<StartObservation> = {}): Sighting {
  return seenIn('etc/init.d/rcS', {
    kind: 'start',
    by: 'rc',
    program,
    arguments: args,
    user: null,
    chain: ['etc/inittab', 'etc/init.d/rcS'],
    condition: null,
    reached: true,
    present: true,
    ...facts,
  });
}

export function row(at: number, transport: string | null, target: PortExpression | number, facts: Partial<MatrixRow> = {}): MatrixRow {
  const expression: PortExpression = typeof target === 'number' ? { kind: 'ranges', ranges: [[target, target]] } : target;
  return matrixRow({
    at: `matrix.xlsx, Flows, row ${at}`,
    direction: null,
    transport,
    to: { device: 'NE-7', address: HOST, port: expression },
    ...facts,
  });
}
