// node examples/examine/extra-trust-anchor/make.ts: writes the inputs of the examiner of trust.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, NOTHING_DECLARED } from '#domain/declaration';
import type { TrustObservation } from '#domain/observed-communication';
import type { Sighting } from '#domain/plugin';

let at = 0;
const ours = 'aa'.repeat(32);
const publicKey = 'bb'.repeat(32);

function seen(path: string, facts: Partial<TrustObservation>): Sighting {
  at += 50;
  const digest = Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64);
  const observation: TrustObservation = {
    kind: 'trust',
    place: { artefact: `sha256:${digest}`, path, range: [at, at + 40] },
    form: 'anchor',
    by: 'etc/ssl/certs',
    subject: 'C=XX, O=Made Up, CN=Made Up Root',
    publicFingerprint: ours,
    ...facts,
  };
  return { tree: 'tree-1', mode: 0o644, observation };
}

function write(name: string, note: string, sightings: readonly Sighting[], declaration: Declaration | null = null, known = true): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  const publicRoots = known ? [{ name: 'Known Root', publicFingerprint: publicKey }] : [];
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration, knowledge: { publicRoots }, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

const keysDeclared = (path: string | null, publicFingerprint: string | null): Declaration => ({
  ...NOTHING_DECLARED,
  source: 'keys.yaml',
  keys: [{ path, publicFingerprint, purpose: 'management' }],
});

write('in-the-store', 'An authority in the store of the system that is in no public program, beside one that is: the first speaks, its two files are one indication.', [
  seen('etc/ssl/certs/a.pem', {}),
  seen('etc/ssl/certs/bundle.crt', {}),
  seen('etc/ssl/certs/b.pem', { publicFingerprint: publicKey, subject: 'CN=Known Root' }),
]);
write('named', 'Named by a setting, and by a program alone; a pinned key.', [
  seen('etc/agent.conf', { by: 'cafile etc/vendor/root.crt' }),
  seen('usr/sbin/agentd', { by: 'names etc/vendor/other.crt', publicFingerprint: 'cc'.repeat(32), subject: 'CN=other.home' }),
  seen('usr/sbin/agentd', { form: 'pin', by: 'sha256//', subject: null, publicFingerprint: 'dd'.repeat(32) }),
]);
write('declared', 'The declaration names one key by fingerprint; all its places stay silent.', [seen('etc/ssl/certs/a.pem', {}), seen('etc/agent.conf', { by: 'cafile etc/vendor/root.crt' })], keysDeclared(null, ours));
write('declared-by-path', 'The file is declared, a copy elsewhere is not: the copy is undocumented.', [seen('etc/agent.conf', { by: 'cafile etc/vendor/root.crt' }), seen('etc/ssl/certs/a.pem', {})], keysDeclared('etc/vendor/root.crt', null));
write('look-alikes', 'Public authorities, in a store and pinned, verification that is switched off, a pin without a key: not what is asked here.', [
  seen('etc/ssl/certs/b.pem', { publicFingerprint: publicKey }),
  seen('usr/sbin/agentd', { form: 'pin', by: 'sha256//', subject: null, publicFingerprint: publicKey }),
  seen('usr/bin/fetch.sh', { form: 'verification-off', by: 'curl -k', subject: null, publicFingerprint: null }),
]);
write('without-the-list', 'Without the list of public keys every authority would be extra: silent.', [seen('etc/ssl/certs/a.pem', {})], null, false);
