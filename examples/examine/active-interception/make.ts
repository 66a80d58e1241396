// node examples/examine/active-interception/make.ts: writes the inputs of two examiners of facilities.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, type MatrixRow, NOTHING_DECLARED } from '#domain/declaration';
import type { FacilityObservation } from '#domain/observed-interception';
import type { StartObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';

let at = 0;

const place = (path: string) => {
  at += 100;
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  return { artefact, path, range: [at, at + 40] as const };
};

const facility = (path: string, of: Partial<FacilityObservation>): Sighting => ({
  tree: 'tree-1',
  mode: 0o644,
  observation: {
    kind: 'facility',
    place: place(path),
    facility: 'capture',
    by: 'tcpdump',
    state: 'available',
    destination: null,
    switchedBy: null,
    ...of,
  },
});

const start = (condition: string | null): Sighting => {
  const observation: StartObservation = {
    kind: 'start',
    place: place('etc/init.d/S90cap'),
    by: 'init-script',
    program: '/usr/sbin/tcpdump',
    arguments: ['-i', 'br0', '-w', '/var/cap.pcap'],
    condition,
    reached: true,
    present: true,
    user: null,
    chain: ['etc/inittab', 'etc/init.d/S90cap'],
  };
  return { tree: 'tree-1', mode: 0o755, observation };
};

const mirror = facility('vrpcfg.cfg', {
  facility: 'remote-mirror',
  by: 'observe-server 2 destination-ip 198.51.100.8',
  state: 'on',
  destination: '198.51.100.8',
  switchedBy: 'configuration',
});

const row: MatrixRow = {
  at: 'Sheet1!2',
  component: null,
  from: { device: 'router', address: null, port: { kind: 'dynamic' } },
  to: { device: 'probe', address: '198.51.100.8', port: { kind: 'any' } },
  transport: 'ip:47',
  application: 'remote mirroring',
  purpose: 'observation by the operator',
  authentication: null,
  encryption: null,
  plane: 'oam',
  direction: 'out',
  defaultState: 'open',
  blanket: false,
  defects: [],
};

const blanket: MatrixRow = { ...row, to: { ...row.to, address: null }, application: 'any', purpose: 'any', blanket: true };

function write(
  examiner: string,
  name: string,
  sightings: readonly Sighting[],
  declaration: Partial<Declaration> | null,
  note: string,
): void {
  const folder = join(import.meta.dirname, '..', examiner, name);
  mkdirSync(folder, { recursive: true });
  const whole = declaration === null ? null : { ...NOTHING_DECLARED, source: 'matrix', ...declaration };
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration: whole, sightings }, null, 2)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\n`);
}

const active = 'active-interception';
write(active, 'mirror-to-an-address', [mirror], null, 'A configured mirror with an address where it leads: it speaks, and whether it is documented is not known.');
write(active, 'declared-mirror', [mirror], { matrix: [row] }, 'The matrix names it: it speaks all the same and says that it is declared.');
write(active, 'blanket-row', [mirror], { matrix: [blanket] }, 'A row that allows everything documents nothing.');
write(active, 'program-run-at-start', [facility('usr/sbin/tcpdump', {}), start(null)], null, 'A capture program that start-up runs is on.');
write(active, 'program-only-there', [facility('usr/sbin/tcpdump', {}), start('$debug = 1')], null, 'The look-alike: a program that is there, and one that start-up runs only under a condition. Silent: the inventory has it.');
write(active, 'switched-off', [facility('hw_ctree.xml', { facility: 'mirror', by: 'X_HW_PortMirror', state: 'off' })], null, 'A mirror that is there and off. Silent.');

const undocumented = 'undocumented-facility';
const page = facility('www/cgi-bin/capture.cgi', { switchedBy: 'web page www/cgi-bin/capture.cgi' });
write(undocumented, 'page-starts-capture', [page], { matrix: [] }, 'The matrix speaks of flows and names no capture: a page that starts one is undeclared.');
write(undocumented, 'named-by-a-document', [page], { documents: [{ subject: 'diagnosis', title: 'Packet capture on the web page' }] }, 'A document names the capture. Silent.');
write(undocumented, 'nothing-declared', [page], null, 'The look-alike: without a declaration nothing is undocumented. Silent.');
write(undocumented, 'declaration-of-accounts-alone', [page], { accounts: [] }, 'A declaration that does not speak of flows, services or documents says nothing here. Silent.');
write(undocumented, 'on', [mirror], { matrix: [] }, 'What is on is another examiner’s. Silent.');
