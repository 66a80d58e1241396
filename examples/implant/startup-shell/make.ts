// Lays out the made-up router that commands are planted in, once for each case of every class that comes to run in scripts.
//   node examples/implant/startup-shell/make.ts
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  'bin/busybox': 'The one program of a made-up router.\n',
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/var:/bin/false\n',
  'etc/shadow': 'root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n',
  'etc/init.d/rcS': '#!/bin/sh\nmount -a\nfor s in /etc/init.d/S??*; do\n  $s start\ndone\n',
  'etc/init.d/S20net': '#!/bin/sh\nifconfig br0 up\nntpd -p time.vendor-net.com\n',
  'etc/crontabs/root': '0 4 * * * /usr/sbin/rotate\n',
  'etc/ppp/ip-up': '#!/bin/sh\nlogger "ppp is up"\nroute add default ppp0\n',
  'lib/modules/nf_nat.ko': 'A module of a made-up router.\n',
};

const PROGRAMS = [
  'base64', 'cat', 'curl', 'dbclient', 'dnsmasq', 'dropbear', 'insmod', 'ip', 'iptables', 'killall', 'ln', 'login',
  'mount', 'nc', 'rev', 'rm', 'sed', 'sh', 'sleep', 'socat', 'tc', 'tcpdump', 'telnetd', 'wget',
];
const LINKS = Object.fromEntries(PROGRAMS.map((name) => [`bin/${name}`, 'busybox']));

const CLASSES = [
  'startup-shell', 'call-home', 'reverse-tunnel', 'traffic-mirror', 'capture-forwarding', 'log-wiping',
  'process-hiding', 'encoded-script', 'name-override', 'strange-module', 'authorised-key',
];

const CASES = [
  { name: 'line-of-start-up', template: 'start-line', level: 'overt', seed: '1', note: 'A line at the end of a script of start-up, as it is.' },
  { name: 'line-among-others', template: 'start-line', level: 'careful', seed: '2', note: 'A line among those of a script of start-up, in its ways.' },
  { name: 'encoded-line', template: 'start-line', level: 'concealed', seed: '3', note: 'The same, encoded or put together from parts.' },
  { name: 'file-of-its-own', template: 'own-file', level: 'careful', seed: '4', note: 'A file of its own, called at start-up.' },
  { name: 'by-the-clock', template: 'by-the-clock', level: 'careful', seed: '5', note: 'A line of the table of times.' },
  { name: 'on-an-event', template: 'on-an-event', level: 'overt', seed: '6', note: 'A line of a script that runs when a connection comes up.' },
] as const;

for (const implant of CLASSES) {
  for (const { name, template, level, seed, note } of CASES) {
    const folder = join(import.meta.dirname, '..', implant, name);
    rmSync(folder, { recursive: true, force: true });
    for (const [path, text] of Object.entries(FILES)) {
      const file = join(folder, 'input', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const modes = Object.fromEntries(
      Object.entries(FILES).flatMap(([path, text]) => (text.startsWith('#!') || path === 'bin/busybox' ? [[path, '755']] : [])),
    );
    writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ modes, links: LINKS }, null, 2)}\n`);
    writeFileSync(join(folder, 'case.json'), `${JSON.stringify({ template, level, seed })}\n`);
    writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by the script of startup-shell.\n`);
  }
}
