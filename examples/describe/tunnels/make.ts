// node examples/describe/tunnels/make.ts: writes trees with tunnels. No other end in them is anybody's.
import { writeTrees } from '../../craft.ts';

writeTrees(import.meta.dirname, 'make.ts', {
  programs: {
    note: 'Programs by name; a link is none by itself, and a library, a manual and a start script of the same name are none either.',
    files: {
      'usr/sbin/openvpn': 'x',
      'usr/bin/frpc': 'x',
      'opt/tool/chisel': 'x',
      'usr/lib/libopenvpn.so': 'x',
      'usr/share/man/man8/openvpn': 'x',
      'etc/init.d/openvpn': '#!/bin/sh\n',
    },
    links: { 'usr/bin/wg': '/usr/sbin/wireguard' },
  },
  configurations: {
    note: 'Other ends in configurations, by the name of the file or by what it holds. Passwords and users are not given, nor comments.',
    files: {
      'etc/openvpn/client.conf': 'client\ndev tun\n#remote 45.33.32.9 1194\nremote vpn.made-up.cn 1194\nauth-user-pass /etc/x\n',
      'etc/vendor/tun.cfg': 'client\nproto udp\ndev tun0\nremote 45.33.32.156 1194\n',
      'etc/wireguard/wg0.conf': '[Interface]\nPrivateKey = x\n[Peer]\nEndpoint = 45.33.32.156:51820\n',
      'etc/config/network': "config wireguard_wg0\n\toption endpoint_host 'wg.made-up.cn'\n\nconfig interface 'g'\n\toption proto 'gre'\n\toption peeraddr '45.33.32.7'\n",
      'etc/frpc.ini': '[common]\nserver_addr = frp.made-up.cn\nserver_port = 7000\n[ssh]\nlocal_port = 22\n',
      'etc/stunnel/s.conf': 'client = yes\n[x]\naccept = 127.0.0.1:80\nconnect = 45.33.32.8:443\n',
      'etc/ipsec.conf': 'conn x\n  left=%any\n  right=45.33.32.5\n',
      'usr/sbin/openvpn': 'x',
    },
  },
  commands: {
    note: 'Commands that set up tunnels. The one that is echoed, the one in a comment, a forwarding to nobody and a plain session are none; an\nother end in a variable is not given.',
    files: {
      'etc/init.d/S99x': [
        '#!/bin/sh',
        'ssh -i /etc/key -N -f -R 2222:localhost:22 tunnel@relay.made-up.cn -p 443',
        'autossh -M0 -NL 8080:127.0.0.1:80 45.33.32.156 &',
        'dbclient -y -D 1080 "$HOST"',
        'ip tunnel add g1 mode gre local 10.0.0.1 remote 45.33.32.156 ttl 255',
        'ip link add vx0 type vxlan id 5 remote 45.33.32.157 dstport 4789',
        'socat TCP-LISTEN:8022,fork TCP:45.33.32.158:22',
        'nc -l -p 99 | nc 45.33.32.159 443',
        'wg set wg0 peer X= endpoint 45.33.32.160:51820',
        '/usr/bin/frpc -s frp.made-up.cn:7000 -c /etc/frpc.ini',
        'openvpn --daemon --remote vpn.made-up.cn 1194',
        '# ssh -R 1:localhost:22 off.made-up.cn',
        'echo "use ssh -R 1:localhost:22 off.made-up.cn"',
        'ssh admin@made-up.cn ls -R /tmp',
        'ip tunnel show; ip link add br0 type bridge; nc -l -p 5',
        '',
      ].join('\n'),
    },
    modes: { 'etc/init.d/S99x': '755' },
  },
  'options-in-a-row': {
    note: 'A line of nothing but options, long ago a way to let a pattern run forever: nothing is found, at once.',
    files: { 'etc/init.d/S99x': `#!/bin/sh\nssh ${'-o '.repeat(300)}\nssh -R\nautossh ${'-R '.repeat(300)}\n` },
  },
});
