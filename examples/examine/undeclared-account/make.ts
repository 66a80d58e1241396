// node examples/examine/undeclared-account/make.ts: writes the inputs of the examiner of accounts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, NOTHING_DECLARED } from '#domain/declaration';
import type { AccountObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';

type Facts = Partial<AccountObservation> & {
  readonly path: string;
  readonly tree?: string;
  readonly mode?: number;
};

let at = 0;

/** A line somewhere: what is not given is as in a line of shadow that lets nobody in. */
function seen({ path, tree = 'tree-1', mode = 0o600, ...facts }: Facts): Sighting {
  const digest = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  at += 50;
  const observation: AccountObservation = {
    kind: 'account',
    place: { artefact: digest, path, range: [at, at + 40] },
    name: 'root',
    store: 'shadow',
    uid: null,
    shell: null,
    password: 'locked',
    scheme: null,
    sharedHash: null,
    passwordFingerprint: null,
    ...facts,
  };
  return { tree, mode, observation };
}

const md5 = (print = '0123456789abcdef') =>
  ({ password: 'usable', scheme: 'md5-crypt', passwordFingerprint: print }) as const;
const modern = (print: string) =>
  ({ password: 'usable', scheme: 'yescrypt', passwordFingerprint: print }) as const;
const pointing = { store: 'passwd', password: 'unset' } as const;

function declared(...names: readonly string[]): Declaration {
  return {
    ...NOTHING_DECLARED,
    source: 'accounts.csv',
    accounts: names.map((name) => ({ name, role: null, purpose: null })),
  };
}

function write(
  name: string,
  note: string,
  sightings: readonly Sighting[],
  declaration: Declaration | null = null,
): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

write('usable-password-beside-passwd', 'passwd gives user number and shell, shadow the hash: one account.', [
  seen({ path: 'etc/passwd', name: 'osgi', uid: 1000, shell: '/bin/sh', ...pointing }),
  seen({ path: 'etc/shadow', name: 'osgi', ...md5() }),
]);

write(
  'shadow-without-passwd',
  'A hash in shadow lets in as soon as passwd names the account; that it is missing here proves nothing.',
  [seen({ path: 'etc/shadow', ...md5() })],
);

write('second-root', 'User number 0 under another name, in a copy that a vendor installs at start-up.', [
  seen({ path: 'etc/passwd.bak', name: 'admin', store: 'passwd', uid: 0, shell: '/bin/sh', ...md5() }),
  seen({ path: 'etc/passwd.bak', name: 'nobody', store: 'passwd', uid: 0, shell: '/bin/sh' }),
]);

write(
  'empty-password',
  'Nobody is asked for a password; the folder, not the empty field, tells two such accounts apart.',
  [
    seen({ path: 'etc/passwd', uid: 0, shell: '/bin/ash', ...pointing }),
    seen({ path: 'etc/shadow', password: 'empty' }),
    seen({ path: 'srv/container/etc/shadow', password: 'empty' }),
  ],
);

write('readable-password', 'A script sets the password in plain text.', [
  seen({
    path: 'etc/init.d/rcS',
    store: 'chpasswd',
    password: 'reversible',
    scheme: 'plain',
    passwordFingerprint: 'fedcba9876543210',
  }),
]);

write(
  'same-hash-in-many-files',
  'The same password in the live file, its copy, the read-only part and a second image: one account, the live file first.',
  [
    seen({ path: 'etc/shadow', ...md5() }),
    seen({ path: 'etc/shadow-', ...md5() }),
    seen({ path: 'rom/etc/shadow', ...md5() }),
    seen({ path: 'etc/shadow', tree: 'tree-2', ...md5() }),
  ],
);

write('two-passwords-of-one-name', 'Another hash is another password, even under the same name.', [
  seen({ path: 'etc/shadow', ...modern('1111111111111111') }),
  seen({ path: 'www/.htpasswd', store: 'htpasswd', ...md5('2222222222222222') }),
]);

write('no-login-shell', 'The password works where no shell is asked for: it is said, more quietly.', [
  seen({ path: 'etc/passwd', name: 'ftp', uid: 55, shell: '/bin/false', ...pointing }),
  seen({ path: 'etc/shadow', name: 'ftp', ...md5() }),
]);

write(
  'declared-account',
  'The vendor shows the account: silent.',
  [
    seen({ path: 'etc/passwd', name: 'admin', uid: 0, shell: '/bin/sh', ...pointing }),
    seen({ path: 'etc/shadow', name: 'admin', ...md5() }),
  ],
  declared('admin'),
);

write(
  'one-declared-one-not',
  'A declaration that names one account makes the other undocumented.',
  [
    seen({ path: 'etc/shadow', name: 'admin', ...md5() }),
    seen({ path: 'etc/shadow', name: 'support', ...modern('3333333333333333') }),
  ],
  declared('admin'),
);

write(
  'declared-with-empty-password',
  'Shown or not, an empty or readable password is a weakness.',
  [
    seen({ path: 'etc/shadow', name: 'admin', password: 'empty' }),
    seen({
      path: 'etc/httpd.conf',
      name: 'web',
      store: 'httpd.conf',
      password: 'reversible',
      scheme: 'plain',
      passwordFingerprint: '4444444444444444',
    }),
  ],
  declared('admin', 'web'),
);

write(
  'declaration-without-accounts',
  'Services were declared, accounts were not spoken of: undocumented stays unknown.',
  [seen({ path: 'etc/shadow', ...md5() })],
  {
    ...NOTHING_DECLARED,
    source: 'matrix.xlsx',
    services: [],
  },
);

write('locked-and-pointing', 'What a system has after installation: nobody gets in, nothing is said.', [
  seen({ path: 'etc/passwd', uid: 0, shell: '/bin/bash', ...pointing }),
  seen({ path: 'etc/shadow' }),
  seen({ path: 'etc/shadow', name: 'daemon', scheme: 'unknown', passwordFingerprint: '5555555555555555' }),
]);

write('line-in-a-manual', 'The look-alike: a manual and a page of it quote a line with a password.', [
  seen({ path: 'usr/share/doc/ftpd/README', name: 'smith', store: 'passwd-line', uid: 100, ...md5() }),
  seen({ path: 'passwd.5', name: 'smith', store: 'passwd-line', uid: 100, ...md5('6666666666666666') }),
  seen({
    path: 'coreutils.info',
    name: 'arnold',
    store: 'passwd-line',
    uid: 2076,
    shell: '/bin/bash',
    password: 'reversible',
    scheme: 'plain',
    passwordFingerprint: '7777777777777777',
  }),
]);

write('long-and-odd-names', 'Names come from the examined side: the title stays one short line.', [
  seen({
    path: `opt/${'very-long-folder/'.repeat(8)}etc/passwd`,
    name: `x\u2028${'y'.repeat(60)}`,
    store: 'passwd',
    uid: 0,
    shell: '/bin/sh',
    ...md5(),
  }),
]);
