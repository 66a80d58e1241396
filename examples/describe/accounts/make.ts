// node examples/describe/accounts/make.ts: writes the inputs of the observer of accounts. The hashes are of made-up passwords.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface File {
  readonly path: string;
  readonly text: string;
  readonly mode?: string;
}

function write(name: string, note: string, input: File): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify(input, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
}

const lines = (...given: readonly string[]) => given.map((line) => `${line}\n`).join('');

/** One hash of each form that crypt(5) describes. */
const HASHES = {
  des: 'abzlUXK5ed5rs',
  bsdi: '_J9..rasm6f5ycSbUcd6',
  md5: '$1$abc$OGyl6dDvZCDiGmIVbeuCq/',
  sha256: '$5$abc$sCOGUciM.GdmYMCUvmUcgu03oRH87O0clF96.9mwWGB',
  sha512: '$6$abc$K4v3HcZ8yAmpRfxML6S46NCcqy9r4/KdbQpFvqSWsBf4dgySOEOo1DHJTrmn2BsJK2aNmPN8Tfb826D2o9.z51',
  rounds:
    '$6$rounds=5000$abc$MtSdWSZbhct2oe.SOqOUM2M/GA/uj5.vyVtJgRHgKi9uqXuWuJqOYE7H/YlsYGVg/YYzDV0xt3fEIwYt580.5.',
  bcrypt: '$2b$05$abcdefghijklmnopqrstuuHIrMEWpUCQe2YqFR3sXwQ75u4od..9q',
  yescrypt: '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$U4SOHmDd8SvW5vCUKSMR6N835VPwFAtgYNhQ9mFFeL5',
  gost: '$gy$j9T$F5Jx5fExrKuPp53xLKQ..1$3vaJEj.EQFNwxqXgxrAb0zENEKPjgY8dCuXu/WESUm4',
  scrypt: '$7$CU..../....2Q9obwLhin8qvQl6sisAO/$oHaGrbvBhpZkNaG.sHTL4Aq0fl.FdqAr848mdOW6EN.',
  nt: '$3$$8cc19b6a8cfeac299c2871c86b38de28',
  sunMd5: '$md5$12345678$$CSAXO2bn9Tu0LKbUbVshU.',
  pbkdf1: '$sha1$4000$abcdefgh$SrTEdqE2/UWqbQIRj2/5cAXz/NJ2',
  apr1: '$apr1$abc$51YrpNiEtKAQp4coykJmu.',
} as const;

const shadow = (name: string, field: string) => `${name}:${field}:19000:0:99999:7:::`;

write('every-scheme', 'One account for every form of crypt(5).', {
  path: 'etc/shadow',
  mode: '600',
  text: lines(...Object.entries(HASHES).map(([name, hash]) => shadow(name, hash))),
});

write(
  'passwd-and-what-it-points-at',
  'The second field points to shadow: nothing is said of passwords here.',
  {
    path: 'etc/passwd',
    text: lines(
      'root:x:0:0:root:/root:/bin/ash',
      'daemon:*:1:1:daemon:/var:/bin/false',
      'nobody:*:65534:65534:nobody:/var:/bin/false',
    ),
  },
);

write(
  'passwd-with-passwords',
  'Old systems keep the hash in passwd itself; an empty field lets in without a password.',
  {
    path: 'usr/etc/passwd',
    text: lines(
      `admin:${HASHES.md5}:0:0:root:/:/bin/sh`,
      'guest::500:500:guest:/tmp:/bin/sh',
      `support:${HASHES.des}:0:0::/:/bin/sh`,
      'sync:x:4:100:sync:/bin:',
    ),
  },
);

write('locked-accounts', 'Every way to write that nobody gets in.', {
  path: 'etc/shadow',
  text: lines(
    ...[
      '*',
      '!',
      '!!',
      '!*',
      '*LK*',
      'NP',
      '*NP*',
      'x',
      'LK',
      '--',
      'nologin',
      `!${HASHES.sha256}`,
      `*LOCKED*${HASHES.bcrypt}`,
    ].map((field, i) => shadow(`user${i}`, field)),
  ),
});

write('empty-password', 'An empty field in shadow lets root in without a password.', {
  path: 'rom/etc/shadow',
  text: lines('root::0:0:99999:7:::', 'daemon:*:0:0:99999:7:::'),
});

write(
  'hashes-that-nobody-computed',
  'Wrong lengths, a last letter that no digest ends with, a name of no scheme: nobody gets in.',
  {
    path: 'etc/shadow',
    text: lines(
      shadow('short', '$6$abc$K4v3HcZ8yAmpRfxML6S46NCc'),
      shadow('tail', '$1$abc$OGyl6dDvZCDiGmIVbeuCqz'),
      shadow('nothing', '$1$'),
      shadow('letters', '$5$abc$sCOGUciM.GdmYMCUvmUcgu03oRH87O0clF96.9mwW?B'),
    ),
  },
);

write('plain-text-in-passwd', 'A word in the password field that is neither a hash nor a marker.', {
  path: 'etc/passwd',
  text: lines('admin:Spring-2019:0:0:admin:/:/bin/sh', 'user:%s:1:1::/:/bin/sh'),
});

write('copy-of-passwd', 'A vendor keeps the file under another name and copies it at start-up.', {
  path: 'etc/passwd.bak',
  text: lines(`admin:$1$$${HASHES.md5.slice(7)}:0:0:root:/:/bin/sh`, 'nobody:*:0:0:nobody:/:/bin/sh'),
});

write(
  'comments-and-odd-lines',
  'Comments, entries of NIS and lines of nothing do not hide the account between them; Windows ends its lines with two characters.',
  {
    path: 'default/etc/shadow',
    text: `# accounts\r\n+::::::::\r\n\r\nnot an account\r\n  ${shadow('root', HASHES.sha512)}\r\n#${shadow('old', HASHES.des)}\r\n`,
  },
);

write('samba', 'NT hash, LAN Manager hash, no password, disabled.', {
  path: 'etc/samba/smbpasswd',
  text: lines(
    'root:0:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:8CC19B6A8CFEAC299C2871C86B38DE28:[U          ]:LCT-000000F1:',
    'old:500:0123456789ABCDEF0123456789ABCDEF:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:[U          ]:LCT-000000F1:',
    'guest:501:NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:NO PASSWORDXXXXXXXXXXXXXXXXXXXXX:[NU         ]:LCT-000000F1:',
    'gone:502:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:8CC19B6A8CFEAC299C2871C86B38DE28:[DU         ]:LCT-000000F1:',
  ),
});

write('htpasswd', 'What web servers keep: apr1, SHA-1, salted SHA-1, bcrypt, DES, plain text.', {
  path: 'www/.htpasswd',
  text: lines(
    `admin:${HASHES.apr1}`,
    'sha:{SHA}NWoZK3kTsExUV00Ywo1G5jlUKKs=',
    'salted:{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0',
    `blow:${HASHES.bcrypt}`,
    `old:${HASHES.des}`,
    'plain:router-2020',
  ),
});

write('htdigest', 'Name, realm, MD5.', {
  path: 'etc/lighttpd/htdigest',
  text: lines('admin:router:5d41402abc4b2a76b9719d911017c592'),
});

write('httpd-of-busybox', 'Paths with name and password; the star asks passwd; a comment follows.', {
  path: 'etc/httpd.conf',
  text: lines(
    'A:192.168.',
    'D:*',
    '/cgi-bin:admin:router-2020',
    `/adm:root:${HASHES.md5}   # from the vendor`,
    '/usr:root:*',
    '.au:audio/basic',
    '*.php:/usr/bin/php-cgi',
  ),
});

write('rsync', 'Secrets of rsync are plain text.', {
  path: 'etc/rsyncd.secrets',
  mode: '600',
  text: lines('# backup', 'backup:Over-night 7'),
});

write('master-passwd', 'BSD keeps class, change and expiry between gid and name.', {
  path: 'etc/master.passwd',
  text: lines(
    `root:${HASHES.sha512}:0:0::0:0:Charlie &:/root:/bin/csh`,
    'toor:*:0:0::0:0:Bourne-again Superuser:/root:',
    'daemon:*:1:1::0:0:Owner:/root:/usr/sbin/nologin',
  ),
});

write('list-of-a-vendor', 'Names and hashes in a file whose name says nothing.', {
  path: 'etc/config/users.lst',
  text: lines('# web users', `operator:${HASHES.sha256}`, `service:${HASHES.apr1}:1`),
});

write('plain-list', 'Every line of a file named for passwords is name and word.', {
  path: 'etc/ftp.passwd',
  text: lines('admin:admin', 'guest:guest-2020'),
});

write(
  'script-writes-passwd',
  'A script writes accounts when the device starts; a backslash keeps the dollars.',
  {
    path: 'etc/init.d/rcS',
    mode: '755',
    text: lines(
      '#!/bin/sh',
      'mount -a',
      `echo 'admin:${HASHES.md5}:0:0:admin:/:/bin/sh' > /var/passwd`,
      `echo "support:${HASHES.md5.replaceAll('$', '\\$')}:0:0::/:/bin/sh" >> /var/passwd`,
      'printf "guest::500:500::/tmp:/bin/sh\\n" >> /var/passwd',
      `sed -i 's/^root:[^:]*:/root:${HASHES.sha256}:/' /etc/shadow`,
      'echo "$user:$pass:0:0::/:/bin/sh" >> /var/passwd',
      `echo "field:${HASHES.des}:10933:0:99999:7:::" >> /etc/shadow`,
      `echo "remote:${HASHES.sha256.replaceAll('$', '\\$')}:10933:0:99999:7:::\\nlast::0:0:99999:7:::" >> /etc/shadow`,
      'echo "$user:$pass:10933:0:99999:7:::" >> /etc/shadow',
    ),
  },
);

write('script-sets-passwords', 'Commands that give an account its password.', {
  path: 'usr/bin/setup.sh',
  mode: '755',
  text: lines(
    '#!/bin/sh',
    'echo "root:router-2020" | chpasswd',
    `echo 'tech:${HASHES.sha512}' | /usr/sbin/chpasswd -e`,
    'printf "over-night\\nover-night\\n" | passwd backup',
    `useradd -m -p '${HASHES.sha256}' field`,
    `usermod --password "${HASHES.md5.replaceAll('$', '\\$')}" field2`,
  ),
});

write(
  'script-asks-for-passwords',
  'The look-alike: the same commands with variables, in comments and messages.',
  {
    path: 'usr/bin/setup.sh',
    mode: '755',
    text: lines(
      '#!/bin/sh',
      '# echo "root:router-2020" | chpasswd',
      'echo "root:$PASS" | chpasswd',
      'echo "$USER:$(pwgen)" | chpasswd',
      'printf "$PASS\\n$PASS\\n" | passwd root',
      'useradd -m -s /bin/sh field',
      'usermod -p "$HASH" field',
      'passwd -l root',
      'echo "usage: echo name:word | chpasswd"',
      'grep "^root:" /etc/passwd | cut -d: -f6',
      'export PATH=/bin:/usr/bin:/sbin:/usr/sbin',
      'wget http://update.example:80:/a:/b:/bin/sh',
    ),
  },
);

write('program-writes-passwd', 'Texts of a program stand between zero bytes.', {
  path: 'usr/sbin/configd',
  mode: '755',
  text: `\x7fELF\0\0/var/passwd\0w+\0%s:%s:0:0::%s:%s\n\0root:${HASHES.md5}:0:0:root:/:/bin/sh\n\0/tmp:/dev/null\0`,
});

write('style-sheet-named-shadow', 'The look-alike by name: pairs with a colon, none an account.', {
  path: 'www/css/text-shadow.css',
  text: lines('.box {', 'color:red;', 'width:10', '}'),
});

write('program-named-passwd', 'The command passwd is no account file.', {
  path: 'usr/bin/passwd',
  mode: '755',
  text: '\x7fELF\0\0\0passwd:x:y\0%s:%s\0root\0',
});

write('rules-for-the-command-passwd', 'PAM has a file of this name, without accounts.', {
  path: 'etc/pam.d/passwd',
  text: lines('#', '# The PAM configuration file', '@include common-password'),
});

write('template-in-script', 'The look-alike of a line: everything is filled in later.', {
  path: 'usr/share/templates/make',
  text: lines(
    'cat > $root/etc/passwd <<EOF',
    'root:x:0:0:root:/root:/bin/sh',
    'EOF',
    'f:write("@user@:<hash>:0:0::/:/bin/sh")',
  ),
});
