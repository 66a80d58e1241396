// node examples/describe/trust/make.ts: writes trees around one certificate of the examples of keys.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, writeTrees } from '../../craft.ts';

const der = readFileSync(join(import.meta.dirname, '../keys/authority-der/input.bin'));
const body = der.toString('base64').replaceAll(/(.{64})/g, '$1\n');
const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const pin = `sha256//${Buffer.alloc(32, 7).toString('base64')}`;

writeTrees(import.meta.dirname, 'make.ts', {
  store: {
    note: 'An authority in the store of the whole system, once as a file of its own and once in a bundle; text between is passed over.',
    files: {
      'etc/ssl/certs/made-up.pem': pem,
      'etc/ssl/certs/ca-certificates.crt': `# authorities\n${pem}\nnot a certificate\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      'usr/share/ca-certificates/vendor/made-up.crt': der,
    },
  },
  'named-by-settings-and-programs': {
    note: 'Files of certificates that a script, a configuration and a program name, by path or by name; a pin in the program.',
    files: {
      'etc/vendor/root.crt': pem,
      'etc/vendor/agent.conf': 'server = cloud\ncafile /etc/vendor/root.crt\n',
      'usr/bin/fetch.sh': '#!/bin/sh\ncurl --cacert /etc/vendor/root.crt https://x\n',
      'usr/sbin/agentd': bytes('\x7fELF', Buffer.alloc(60), '\0/etc/vendor/root.crt\0', pin, '\0'),
    },
    formats: { 'usr/sbin/agentd': 'elf' },
  },
  'look-alikes': {
    note: 'A comment, a copy command, a longer name that only ends the same, a certificate for a server in a setting of its own, a bundle of\nmany in a setting, a short pin: none is trust in one authority.',
    files: {
      'etc/vendor/root.crt': pem,
      'etc/vendor/bundle.crt': pem.repeat(6),
      'etc/vendor/agent.conf': '# cafile /etc/vendor/root.crt\ncafile /etc/vendor/bundle.crt\nssl_certificate /etc/vendor/root.crt\ncafile /etc/vendor/my-root.crt\n',
      'usr/bin/fetch.sh': '#!/bin/sh\ncp /etc/vendor/root.crt /tmp/\n',
      'usr/sbin/agentd': bytes('\x7fELF', Buffer.alloc(60), '\0/etc/vendor/root.crt.bak\0sha256//short=\0'),
    },
    formats: { 'usr/sbin/agentd': 'elf' },
  },
  'broken-certificates': {
    note: 'Blocks that are no certificates and a certificate cut short in a store: nothing.',
    files: {
      'etc/ssl/certs/cut.pem': pem.slice(0, pem.length / 2),
      'etc/ssl/certs/short.crt': der.subarray(0, 100),
      'etc/ssl/certs/empty.pem': '',
      'etc/ssl/certs/words.pem': '-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n',
    },
  },
});
