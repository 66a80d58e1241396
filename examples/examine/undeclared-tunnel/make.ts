// node examples/examine/undeclared-tunnel/make.ts: writes the inputs of the examiner of tunnels.
import type { StartObservation } from '#domain/observation';
import type { TunnelState } from '#domain/observed-communication';
import type { ByteRange } from '#domain/range';
import { declaration, matrixRow, seenIn, writeSights } from '../../sightings.ts';

const tunnel = (
  path: string,
  technology: string,
  peer: string | null,
  state: TunnelState = 'configured',
  range: ByteRange = [0, 40],
) =>
  seenIn(path, { kind: 'tunnel', technology, peer, state, program: state === 'shipped' ? path : null }, range);

const start = (path: string, program: string, args: readonly string[], facts: Partial<StartObservation> = {}, range: ByteRange = [0, 40]) =>
  seenIn(
    path,
    { kind: 'start', by: 'rc', program, arguments: args, user: null, chain: ['etc/inittab', path], condition: null, reached: true, present: true, ...facts },
    range,
  );

writeSights(import.meta.dirname, {
  'started-by-start-up': {
    note: 'A command on a line that start-up runs, a configuration that it hands to its program, a program made to pass unseen under a condition.',
    sightings: [
      tunnel('etc/init.d/S99x', 'gre', '45.33.32.156'),
      start('etc/init.d/S99x', 'ip', ['tunnel', 'add', 'g1', 'mode', 'gre', 'remote', '45.33.32.156']),
      tunnel('etc/openvpn/client.conf', 'openvpn', 'vpn.made-up.cn'),
      start('etc/init.d/vpn', 'openvpn', ['--config', '/etc/openvpn/client.conf']),
      tunnel('usr/bin/frpc', 'frp', null, 'shipped'),
      start('etc/init.d/frp', '/usr/bin/frpc', ['-c', '/tmp/x'], { condition: 'if [ -f /etc/frp ]' }),
    ],
  },
  'lies-there': {
    note: 'Other ends in files that nothing runs, and programs made to pass unseen that only lie there: present, no more.',
    sightings: [
      tunnel('etc/wireguard/wg0.conf', 'wireguard', '45.33.32.156:51820'),
      tunnel('usr/bin/chisel', 'chisel', null, 'shipped'),
      tunnel('usr/bin/relay.sh', 'ssh-reverse', null),
    ],
  },
  'look-alikes': {
    note: 'Usual functions that only lie there, other ends inside, templates, manuals, a reverse tunnel that start-up runs (left to another), a\nprogram asked for its version, variables that nothing runs.',
    sightings: [
      tunnel('usr/sbin/openvpn', 'openvpn', null, 'shipped'),
      tunnel('usr/sbin/xl2tpd', 'l2tp', null, 'shipped'),
      start('etc/init.d/x', '/usr/sbin/xl2tpd', ['--version']),
      tunnel('etc/rc', 'gre', '192.168.5.1'),
      tunnel('etc/openvpn/client.conf', 'openvpn', 'your-server.org'),
      tunnel('etc/openvpn/other.conf', 'openvpn', 'vpn.example.com'),
      tunnel('usr/share/doc/frp/frpc.ini', 'frp', '45.33.32.1'),
      tunnel('lib/netifd/proto/gre.sh', 'gre', null),
      tunnel('etc/init.d/S98y', 'ssh-reverse', 'relay.made-up.cn'),
      start('etc/init.d/S98y', 'ssh', ['-N', '-R', '2222:localhost:22', 'relay.made-up.cn']),
    ],
  },
  declared: {
    note: 'Named by a service, by the technology in a row, by the other end: silent. What is left is undocumented.',
    sightings: [
      tunnel('usr/sbin/openvpn', 'openvpn', null, 'shipped'),
      tunnel('etc/openvpn/client.conf', 'openvpn', 'vpn.made-up.cn'),
      tunnel('etc/rc', 'gre', '45.33.32.156'),
      tunnel('etc/wireguard/wg0.conf', 'wireguard', '45.33.32.157:51820'),
      tunnel('etc/frpc.ini', 'frp', 'frp.made-up.cn'),
    ],
    declaration: declaration({
      services: [{ program: '/usr/sbin/openvpn', port: null, transport: null, purpose: null }],
      matrix: [
        matrixRow({ application: 'GRE', transport: 'ip:47' }),
        matrixRow({ to: { device: null, address: '45.33.32.157', port: { kind: 'any' } } }),
      ],
    }),
  },
});
