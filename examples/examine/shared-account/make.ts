// node examples/examine/shared-account/make.ts: writes the inputs of the examiner of shared accounts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, NOTHING_DECLARED } from '#domain/declaration';
import type { AccountObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';

let at = 0;

function account(path: string, name: string, values: Partial<AccountObservation>): Sighting {
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  at += 50;
  const observation: AccountObservation = {
    kind: 'account',
    place: { artefact, path, range: [at, at + 40] },
    name,
    store: path.endsWith('shadow') ? 'shadow' : 'passwd',
    uid: null,
    shell: null,
    password: 'unset',
    scheme: null,
    sharedHash: null,
    passwordFingerprint: null,
    ...values,
  };
  return { tree: 'tree-1', mode: 0o644, observation };
}

const hash = (print: string) => ({ password: 'usable', scheme: 'md5-crypt', passwordFingerprint: print }) as const;

function declared(...names: readonly string[]): Declaration {
  return { ...NOTHING_DECLARED, source: 'accounts.csv', accounts: names.map((name) => ({ name, role: null, purpose: null })) };
}

function write(name: string, note: string, sightings: readonly Sighting[], declaration: Declaration | null = null): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

const two = (): readonly Sighting[] => [
  account('etc/passwd', 'root', { uid: 0, shell: '/bin/sh' }),
  account('etc/passwd', 'support', { uid: 0, shell: '/bin/sh' }),
  account('etc/passwd', 'daemon', { uid: 1 }),
];

write('two-superusers', 'Two names have number 0; the second cannot log in with a password, yet.', two());

write('two-superusers-declared', 'Both names were shown: silent.', two(), declared('root', 'support'));

write('two-superusers-half-declared', 'One of the names was shown.', two(), declared('root'));

write('one-password', 'Two accounts with the same stored password.', [
  account('etc/shadow', 'admin', hash('0123456789abcdef')),
  account('etc/shadow', 'tech', hash('0123456789abcdef')),
  account('etc/shadow', 'other', hash('fedcba9876543210')),
]);

write('copies', 'The look-alike: the same account in a copy of the file, and number 0 once in each of two files.', [
  account('etc/passwd', 'root', { uid: 0 }),
  account('etc/shadow', 'root', hash('0123456789abcdef')),
  account('etc/shadow-', 'root', hash('0123456789abcdef')),
  account('srv/container/etc/passwd', 'toor', { uid: 0 }),
]);
