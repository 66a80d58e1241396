// node examples/examine/fixed-credential/make.ts: writes the inputs of the examiner of fixed credentials.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, NOTHING_DECLARED } from '#domain/declaration';
import type { StartObservation } from '#domain/observation';
import type { CredentialObservation } from '#domain/observed-access';
import type { Sighting } from '#domain/plugin';

let at = 0;

function placeIn(path: string) {
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  at += 50;
  return { artefact, path, range: [at, at + 40] as const };
}

/** What is not given is as of a password that a script hands over. */
function secret(path: string, values: Partial<CredentialObservation> = {}): Sighting {
  const observation: CredentialObservation = {
    kind: 'credential',
    place: placeIn(path),
    secret: 'password',
    form: 'argument',
    user: null,
    taker: 'wget --password=',
    length: 12,
    isProtected: false,
    shared: null,
    fingerprint: null,
    ...values,
  };
  return { tree: 'tree-1', mode: 0o755, observation };
}

function start(path: string, chain: readonly string[]): Sighting {
  const observation: StartObservation = {
    kind: 'start',
    place: placeIn(path),
    by: 'inittab',
    program: 'wget',
    arguments: [],
    user: null,
    chain,
    condition: null,
    reached: true,
    present: true,
  };
  return { tree: 'tree-1', mode: 0o644, observation };
}

function declared(...names: readonly string[]): Declaration {
  return {
    ...NOTHING_DECLARED,
    source: 'accounts.csv',
    accounts: names.map((name) => ({ name, role: null, purpose: null })),
  };
}

function write(name: string, note: string, sightings: readonly Sighting[], declaration: Declaration | null = null): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

write('compared-with-a-literal', 'A page compares what somebody gave with a literal: linked.', [
  secret('www/login.php', { form: 'comparison', taker: '$pwd', user: 'service' }),
]);

write('script-that-start-up-runs', 'Start-up comes through one of two scripts: that one is linked. Two uses of one secret are one indication.', [
  secret('usr/sbin/collect.sh', { user: 'box' }),
  secret('usr/sbin/collect.sh', { user: 'box' }),
  secret('usr/sbin/other.sh'),
  start('usr/sbin/collect.sh', ['etc/inittab', 'etc/init.d/rcS', 'usr/sbin/collect.sh']),
]);

write('settings', 'A default community among the settings of the system, and in a file that settings are made of.', [
  secret('etc/snmp/snmpd.conf', { form: 'setting', secret: 'community', taker: 'rocommunity', shared: 'default community of SNMP' }),
  secret('etc/snmp/snmpd.conf.default', { form: 'setting', secret: 'community', taker: 'rocommunity', shared: 'default community of SNMP' }),
]);

write('string-of-a-program', 'A string beside a prompt is no more than present.', [
  secret('sbin/webd', { form: 'text', taker: 'beside "Password:"' }),
]);

write(
  'declared-account',
  'The vendor shows the account: its hash is silent, its readable password is not.',
  [
    secret('etc/agent.conf', { form: 'setting', taker: 'password=', user: 'box', isProtected: true, fingerprint: '0123456789abcdef' }),
    secret('etc/relay.conf', { form: 'setting', taker: 'password=', user: 'box' }),
  ],
  declared('box'),
);

write(
  'declaration-names-others',
  'Accounts were declared, this one is not among them; where no user is named nothing follows from the declaration.',
  [
    secret('etc/agent.conf', { form: 'setting', taker: 'password=', user: 'hidden' }),
    secret('etc/relay.conf', { form: 'setting', taker: 'wpa_passphrase=', secret: 'shared-key' }),
  ],
  declared('box'),
);

write('nothing-but-starts', 'The look-alike: a start whose arguments name a password file is no credential.', [
  start('etc/init.d/rcS', ['etc/inittab']),
]);
