// Lays out the made-up router that accounts are planted in, once for each case.
//   node examples/implant/hidden-account/make.ts
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Case {
  readonly template: string;
  readonly level: 'overt' | 'careful' | 'concealed';
  readonly seed: string;
  readonly note: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
}

const FILES: Readonly<Record<string, string>> = {
  'bin/busybox': 'The one program of a made-up router.\n',
  'etc/passwd': `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/var:/bin/false
mgmt:x:40:40:Management:/var/mgmt:/bin/sh
nobody:x:65534:65534:nobody:/var:/bin/false
`,
  'etc/shadow': `root:$1$Yd0OHjwm$T5JXuFqvZyDnDFCOXJZOa/:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
mgmt:!$1$Qm0eK2vn$e0Y2fRkXw9bJpOqV7sUcA1:19010:0:99999:7:::
nobody:*:19000:0:99999:7:::
`,
  'etc/init.d/rcS': `#!/bin/sh
mount -a
for s in /etc/init.d/S??*; do
  $s start
done
`,
  'etc/init.d/S20log': `#!/bin/sh
case "$1" in
  start)
    echo log
    syslogd -n &
    ;;
  stop) exit 0 ;;
esac
`,
};

const PROGRAMS = ['adduser', 'base64', 'cat', 'chpasswd', 'cp', 'grep', 'httpd', 'login', 'mount', 'rev', 'sh', 'sleep', 'syslogd', 'telnetd'];
const LINKS = Object.fromEntries(PROGRAMS.map((name) => [`bin/${name}`, 'busybox']));

const CASES: Readonly<Record<string, Case>> = {
  'line-at-the-end': { template: 'further-line', level: 'overt', seed: '1', note: 'A new account at the end of passwd and shadow, with a name and a number of its own.' },
  'line-behind-a-neighbour': { template: 'further-line', level: 'careful', seed: '1', note: 'A new account named after a program, with the next number behind a neighbour and its way of describing.' },
  'twin-of-a-neighbour': { template: 'further-line', level: 'concealed', seed: '1', note: 'A name that looks like its neighbour, the same number, no shell: an empty field means /bin/sh.' },
  'zero-with-more-zeros': { template: 'second-superuser', level: 'concealed', seed: '2', note: "The superuser's number spelled as nobody writes it." },
  'hash-behind-a-lock': { template: 'woken-account', level: 'concealed', seed: '1', note: 'The account was locked by a mark before its hash; only the mark goes.' },
  'shadow-says-locked': { template: 'password-in-passwd', level: 'careful', seed: '1', note: 'A hash in passwd counts, whatever shadow says of the same account.' },
  'line-written-at-start-up': { template: 'boot-line', level: 'careful', seed: '5', note: 'A script of start-up writes the account, as somebody with nothing to hide would write it.' },
  'line-put-together-at-start-up': { template: 'boot-line', level: 'concealed', seed: '3', note: 'The line is encoded, the name of the file stands there in two halves.' },
  'tools-of-the-system': { template: 'boot-tool', level: 'careful', seed: '4', note: "The system's own tools make the account; the hash is handed to chpasswd." },
  'helper-among-programs': { template: 'boot-helper', level: 'careful', seed: '1', note: 'A further program, called by a script of start-up, writes the account.' },
  'copy-laid-over': { template: 'copied-over', level: 'careful', seed: '1', note: 'A second file of accounts is copied over the first at start-up; only its last line is new.' },
  'page-with-another-name': {
    template: 'web-account',
    level: 'careful',
    seed: '1',
    note: 'A further name for a page that the web server guards.',
    files: { 'etc/httpd.conf': '/admin:operator:$1$Yd0OHjwm$T5JXuFqvZyDnDFCOXJZOa/\n', 'www/wireless.html': '<p>on</p>\n' },
  },
  'accounts-put-in-place-at-start-up': {
    template: 'second-superuser',
    level: 'careful',
    seed: '1',
    note: 'etc/passwd is a link to where start-up copies the accounts; the plant goes into what is copied.',
    files: {
      'etc/passwd': '',
      'etc/shadow': '',
      'etc/passwd.bak': 'admin:$1$$Wk3vTq8LmZ0xYb5RnHs2d/:0:0:root:/:/bin/sh\nnobody:*:99:99:nobody:/:/bin/sh\n',
      'etc/init.d/rcS': '#!/bin/sh\nmount -t tmpfs none /var\ncp -p /etc/passwd.bak /var/passwd\n',
    },
    links: { 'etc/passwd': '/var/passwd' },
  },
  'no-program-asks-for-accounts': {
    template: 'further-line',
    level: 'overt',
    seed: '1',
    note: 'Without login, telnetd or the like an account opens nothing: there is no carrier.',
    links: { 'bin/login': '', 'bin/telnetd': '' },
  },
};

for (const [name, { template, level, seed, note, files = {}, links = {} }] of Object.entries(CASES)) {
  const folder = join(import.meta.dirname, name);
  rmSync(join(folder, 'input'), { recursive: true, force: true });
  // An empty text or target stands for nothing there.
  const kept = Object.entries({ ...FILES, ...files }).filter(([, text]) => text !== '');
  for (const [path, text] of kept) {
    mkdirSync(dirname(join(folder, 'input', path)), { recursive: true });
    writeFileSync(join(folder, 'input', path), text);
  }
  const modes = Object.fromEntries(kept.filter(([path]) => /^bin\/|init\.d\//.test(path)).map(([path]) => [path, '755']));
  const targets = Object.fromEntries(Object.entries({ ...LINKS, ...links }).filter(([, target]) => target !== ''));
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ modes, links: targets }, null, 2)}\n`);
  writeFileSync(join(folder, 'case.json'), `${JSON.stringify({ template, level, seed })}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by make.ts.\n`);
}
