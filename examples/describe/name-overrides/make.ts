// node examples/describe/name-overrides/make.ts: writes files that fix how names are resolved.
import { writeTexts } from '../../craft.ts';

writeTexts(import.meta.dirname, 'make.ts', {
  hosts: {
    note: 'A table of hosts: every name with an address, comments cut; a line without an address says nothing.',
    path: 'etc/hosts',
    text: '127.0.0.1 localhost\n# 45.33.32.1 off.made-up.cn\n45.33.32.156\tupdate.made-up.cn www.made-up.cn # moved\n::1 ip6-localhost\n0.0.0.0 log.made-up.cn\nnothing here\n999.1.1.1 broken.made-up.cn\n2a00:1::7 six.made-up.cn\n',
  },
  resolv: {
    note: 'Resolvers of a link’s template.',
    path: 'etc/ppp/resolv.conf',
    text: 'search made-up.cn\nnameserver 45.33.32.53\n;nameserver 45.33.32.54\nnameserver 192.168.1.1\n',
  },
  dnsmasq: {
    note: 'dnsmasq: answers for names and for all, resolvers for one name and for all, a record; a listening address is none.',
    path: 'etc/dnsmasq.conf',
    text: 'address=/update.made-up.cn/log.made-up.cn/45.33.32.156\naddress=/#/192.168.1.1\nserver=/made-up.cn/45.33.32.53#5353\nserver=45.33.32.54\nhost-record=nas.made-up.cn,45.33.32.7\nlisten-address=45.33.32.9\n#server=45.33.32.55\nlocal=/lan/\n',
  },
  openwrt: {
    note: 'The same as OpenWrt writes it.',
    path: 'etc/config/dhcp',
    text: "config dnsmasq\n\tlist address '/update.made-up.cn/45.33.32.156'\n\tlist server '45.33.32.53'\n\toption local '/lan/'\n",
  },
  'other-servers': {
    note: 'Unbound, BIND and systemd-resolved, one line each.',
    path: 'etc/unbound/all.conf',
    text: 'local-data: "update.made-up.cn. IN A 45.33.32.156"\nforward-addr: 45.33.32.53\nDNS=45.33.32.54 45.33.32.55\noptions { forwarders { 45.33.32.56; 45.33.32.57 port 53; }; };\n',
  },
  script: {
    note: 'A script that writes tables, starts a server with options and turns questions for names to another machine.',
    path: 'etc/init.d/names',
    mode: '755',
    text: '#!/bin/sh\necho "45.33.32.156 update.made-up.cn" >> /etc/hosts\necho nameserver 45.33.32.53 > /tmp/resolv.conf\ndnsmasq --address=/log.made-up.cn/45.33.32.8 --server=45.33.32.54\niptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 45.33.32.55:53\n# echo "45.33.32.1 off.made-up.cn" >> /etc/hosts\necho "$IP $NAME" >> /etc/hosts\n',
  },
  'look-alikes': {
    note: 'Addresses and servers that have nothing to do with names: a web server, a time server, a filter of another port, a path.',
    path: 'etc/other.conf',
    text: 'server=/var/run/socket\nserver 0.pool.made-up.cn\naddress=45.33.32.1\niptables -A INPUT -p tcp --dport 5353 -j DNAT --to 45.33.32.2\necho "45.33.32.3 up" >> /var/log/x\nhttp.address = /path/45\n',
  },
});
