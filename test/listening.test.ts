import assert from 'node:assert/strict';
import { test } from 'node:test';
import { portNaming, scannedPorts, startedPorts } from '#domain/listening';
import { others, port, row, started } from '../examples/ports.ts';
import { declaration } from '../examples/sightings.ts';

const tcp = (number: number) => ({ transport: 'tcp' as const, port: number });

test('a scan is whole when one host was asked for every port of both transports', () => {
  const all = [others('closed', [[1, 21]]), others('filtered', [[23, 65_535]]), port('tcp', 22)];
  assert.equal(scannedPorts(all).isWhole, false);
  assert.equal(scannedPorts([...all, others('open|filtered', [[1, 65_535]], 'udp')]).isWhole, true);
  assert.equal(scannedPorts([...all, others('closed', [[1, 65_535]], 'udp', '198.51.100.2')]).isWhole, false);
  assert.equal(scannedPorts([]).isWhole, false);
});

test('a listed port counts before the rest, a host that was not asked is left out', () => {
  const scanned = scannedPorts([
    others('closed', [[1, 100]]),
    port('tcp', 22),
    others('closed', [[50, 60]], 'tcp', '198.51.100.2'),
  ]);
  assert.deepEqual(
    scanned.statesOf(tcp(22)).map(({ host, state }) => `${host} ${state}`),
    ['198.51.100.1 open'],
  );
  assert.equal(scanned.statesOf(tcp(55)).length, 2);
  assert.deepEqual(scanned.statesOf(tcp(55), ['198.51.100.9']), []);
});

test('a row names a port, may mean it, or allows everything', () => {
  const namingOf = (...rows: Parameters<typeof row>[]) =>
    portNaming(declaration({ matrix: rows.map((each) => row(...each)) }), tcp(443))?.naming;
  assert.equal(namingOf([2, 'tcp', 443]), 'named');
  assert.equal(namingOf([2, 'any', 443]), 'named');
  assert.equal(namingOf([2, 'udp', 443]), 'nothing');
  assert.equal(namingOf([2, null, 443]), 'unclear');
  assert.equal(namingOf([2, 'tcp', { kind: 'unresolved', text: '443 or so' }]), 'unclear');
  assert.equal(namingOf([2, 'tcp', { kind: 'unresolved', text: '8443 or so' }]), 'nothing');
  assert.equal(namingOf([2, 'tcp', { kind: 'any' }]), 'blanket');
  assert.equal(namingOf([2, 'tcp', { kind: 'any' }], [3, null, 443], [4, 'tcp', 443]), 'named');
  assert.equal(namingOf([2, 'tcp', { kind: 'dynamic' }]), 'nothing');
  assert.equal(portNaming(declaration({ accounts: [] }), tcp(443)), null);
  assert.equal(portNaming(null, tcp(443)), null);
});

test('arguments name a port, or leave the usual one, or may move it', () => {
  const portsOf = (program: string, ...args: readonly string[]) => {
    const { observation } = started(program, args);
    return observation.kind === 'start' ? startedPorts(observation).map((each) => each.port) : [];
  };
  assert.deepEqual(portsOf('/usr/sbin/dropbear'), [22]);
  assert.deepEqual(portsOf('dropbear', '-p', '2222', '-p', '0.0.0.0:2223'), [2222, 2223]);
  assert.deepEqual(portsOf('sshd', '-p2222'), [2222]);
  assert.deepEqual(portsOf('telnetd', '-p', '$PORT'), []);
  assert.deepEqual(portsOf('lighttpd', '-f', '/etc/x.conf'), []);
  assert.deepEqual(portsOf('toString'), []);
});
