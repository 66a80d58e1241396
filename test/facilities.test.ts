import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Declaration, type MatrixRow, NOTHING_DECLARED } from '#domain/declaration';
import { facilitiesIn, isDocumented } from '#domain/facilities';
import type { StartObservation } from '#domain/observation';
import type { FacilityObservation } from '#domain/observed-interception';
import { NO_CONTENT } from '#domain/task';

const TCPDUMP: FacilityObservation = {
  kind: 'facility',
  place: { artefact: NO_CONTENT, path: 'usr/sbin/tcpdump', range: null },
  facility: 'capture',
  by: 'tcpdump',
  state: 'available',
  destination: null,
  switchedBy: null,
};

const START: StartObservation = {
  kind: 'start',
  place: { artefact: NO_CONTENT, path: 'etc/rcS', range: [4, 40] },
  by: 'rc',
  program: '/usr/sbin/tcpdump',
  arguments: ['-i', 'br0', '-w', '/tmp/x'],
  user: null,
  chain: ['etc/rcS'],
  condition: null,
  reached: true,
  present: true,
};

const seen = (observation: FacilityObservation | StartObservation, tree = 'a') => ({
  observation,
  tree,
  mode: null,
});

const stateOf = (start: Partial<StartObservation>, tree = 'a') => {
  const [found] = facilitiesIn([seen(TCPDUMP), seen({ ...START, ...start }, tree)]);
  return { state: found?.state, switchedBy: found?.switchedBy };
};

test('a program that start-up runs is on, and start-up is evidence', () => {
  const [found, ...rest] = facilitiesIn([seen(TCPDUMP), seen(START)]);
  assert.deepEqual(rest, []);
  assert.equal(found?.state, 'on');
  assert.deepEqual(found?.switchedBy, ['start-up']);
  assert.deepEqual(
    found?.places.map(({ path }) => path),
    ['etc/rcS', 'usr/sbin/tcpdump'],
  );
});

test('what is not reached, only reads a file, or lies in another tree does not switch on', () => {
  const nothing = { state: 'available', switchedBy: [] };
  assert.deepEqual(stateOf({ reached: false }), nothing);
  assert.deepEqual(stateOf({ present: false }), nothing);
  assert.deepEqual(stateOf({ arguments: ['-r', '/tmp/x'] }), nothing);
  assert.deepEqual(stateOf({ program: '/usr/sbin/tcpdumpx' }), nothing);
  assert.deepEqual(stateOf({}, 'b'), nothing);
});

test('under a condition it stays available, and start-up can switch it on', () => {
  assert.deepEqual(stateOf({ condition: '$debug = 1' }), {
    state: 'available',
    switchedBy: ['start-up, only: $debug = 1'],
  });
});

test('the same facility in many places is one, what is on first, switches each once', () => {
  const off = { ...TCPDUMP, by: 'tshark', state: 'off' as const };
  const found = facilitiesIn(
    [off, TCPDUMP, { ...TCPDUMP, switchedBy: 'command x' }, { ...TCPDUMP, switchedBy: 'command x' }].map(
      (each) => seen(each),
    ),
  );
  assert.deepEqual(
    found.map(({ by, state, switchedBy, places }) => [by, state, switchedBy, places.length]),
    [
      ['tcpdump', 'available', ['command x'], 3],
      ['tshark', 'off', [], 1],
    ],
  );
});

const nobody = { device: null, address: null, port: { kind: 'any' } as const };

const ROW: MatrixRow = {
  at: 'sheet 1, row 2',
  component: null,
  from: nobody,
  to: nobody,
  transport: 'udp',
  application: null,
  purpose: null,
  authentication: null,
  encryption: null,
  plane: null,
  direction: 'out',
  defaultState: null,
  blanket: false,
  defects: [],
};

const declared = (more: Partial<Declaration>): Declaration => ({ ...NOTHING_DECLARED, ...more });

test('documented is what a row, a service or a document names, and nothing else', () => {
  const flow = { facility: 'flow-export' as const, by: 'flow exporter X', destination: '192.0.2.9:2055' };
  assert.equal(isDocumented(null, flow), null);
  assert.equal(isDocumented(declared({ accounts: [] }), flow), null);
  assert.equal(isDocumented(declared({ matrix: [] }), flow), false);
  assert.equal(isDocumented(declared({ matrix: [ROW] }), flow), false);
  assert.equal(
    isDocumented(declared({ matrix: [{ ...ROW, purpose: 'NetFlow to the collector' }] }), flow),
    true,
  );
  assert.equal(
    isDocumented(declared({ matrix: [{ ...ROW, purpose: 'overflow of the queue' }] }), flow),
    false,
  );
  const there = { ...nobody, address: '192.0.2.9' };
  assert.equal(isDocumented(declared({ matrix: [{ ...ROW, to: there }] }), flow), true);
  assert.equal(isDocumented(declared({ matrix: [{ ...ROW, to: there, blanket: true }] }), flow), false);
  const service = { program: '/usr/sbin/tcpdump', port: null, transport: null, purpose: null };
  assert.equal(isDocumented(declared({ services: [service] }), TCPDUMP), true);
  assert.equal(isDocumented(declared({ services: [{ ...service, program: 'sshd' }] }), TCPDUMP), false);
  const manual = { subject: 'manual', title: 'Packet capture on a port' };
  assert.equal(isDocumented(declared({ documents: [manual] }), TCPDUMP), true);
});
