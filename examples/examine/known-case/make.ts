// node examples/examine/known-case/make.ts: writes the inputs of the examiner of known cases, around made-up cases.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Indicator, KnownCase } from '#domain/knowledge';
import type { Observation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';

const indicator = (kind: string, value: string, alone: boolean): Indicator => ({
  kind,
  value,
  certainty: 'checked',
  alone,
});

const madeUp = (id: string, of: Partial<KnownCase>, indicators: readonly Indicator[]): KnownCase => ({
  id,
  name: `Made-up ${id}`,
  year: 2001,
  vendor: 'Example',
  class: 'account',
  contested: false,
  source: 'made up for this example',
  ...of,
  indicators,
});

const knownCases = [
  madeUp('one', {}, [indicator('account', 'moonman', true), indicator('port', 'tcp/4242', false), indicator('string', 'moonman_on_the_moon', true)]),
  madeUp('two', { class: 'service', contested: true }, [
    indicator('string', 'MOON', false),
    indicator('port', 'udp/4343', false),
  ]),
  madeUp('three', { class: 'endpoint' }, [indicator('domain', 'moon.example', true)]),
  madeUp('four', { class: 'interception' }, [indicator('file', 'moon_parm.txt', true)]),
  madeUp('five', { class: 'key' }, [
    indicator('account', 'root', false),
    indicator('ssh-key-sha256', `SHA256:${'M'.repeat(43)}`, true),
  ]),
];

let at = 0;

const place = (path: string) => {
  at += 100;
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  return { artefact, path, range: [at, at + 4] as const };
};

const seen = (observation: Observation, tree = 'tree-1'): Sighting => ({ tree, mode: 0o644, observation });

const published = (path: string, of: string, index: number, tree?: string): Sighting => {
  const kind = knownCases.find(({ id }) => id === of)?.indicators[index]?.kind ?? 'string';
  return seen({ kind: 'published', place: place(path), case: of, indicator: kind, index }, tree);
};

const account = (name: string, password: 'usable' | 'locked'): Sighting =>
  seen({
    kind: 'account',
    place: place('etc/passwd'),
    name,
    store: 'passwd',
    uid: 0,
    shell: '/bin/sh',
    password,
    scheme: 'md5-crypt',
    sharedHash: null,
    passwordFingerprint: null,
  });

const key = (sshFingerprint: string | null): Sighting =>
  seen({
    kind: 'key',
    place: place('root/.ssh/authorized_keys'),
    holding: 'authorised',
    container: 'authorized-keys',
    algorithm: 'rsa',
    bits: 1024,
    publicFingerprint: 'a'.repeat(64),
    sshFingerprint,
    cipher: null,
    comment: null,
  });

const openPort = (transport: 'tcp' | 'udp', port: number): Sighting =>
  seen({
    kind: 'open-port',
    place: place('scan.xml'),
    host: '192.0.2.1',
    transport,
    port,
    state: 'open',
    service: null,
    product: null,
  });

function write(name: string, sightings: readonly Sighting[], note: string, known = knownCases): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  const input = { declaration: null, knowledge: { knownCases: known }, sightings };
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify(input, null, 2)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\n`);
}

write(
  'rare-ones-speak-alone',
  [
    account('moonman', 'usable'),
    published('usr/sbin/agent', 'three', 0),
    published('var/moon_parm.txt', 'four', 0),
    key(`SHA256:${'M'.repeat(43)}`),
  ],
  'Each rare indicator speaks by itself, under the question of its case.',
);
write(
  'two-common-ones',
  [published('usr/sbin/configd', 'two', 0), openPort('udp', 4343)],
  'A short string and the port of the same case in one tree: together they speak; the case is disputed, and the words say so.',
);
write(
  'one-common-one',
  [published('usr/sbin/configd', 'two', 0), account('root', 'usable'), openPort('tcp', 4242)],
  'The look-alike: a short string, an ordinary account and an ordinary port, each of another case. Silent.',
);
write(
  'in-different-trees',
  [published('usr/sbin/configd', 'two', 0, 'tree-1'), published('usr/sbin/configd', 'two', 0, 'tree-2')],
  'The same common indicator in two trees is one, not two. Silent.',
);
write(
  'list-of-signatures',
  [0, 1, 2, 3].map((i) => ({
    ...published('usr/share/ids/rules', ['one', 'two', 'three', 'four'][i] ?? '', i === 0 ? 2 : 0),
  })),
  'A file with indicators of four cases looks like the rules of a scanner: one statement about the file.',
);
write('locked-account', [account('moonman', 'locked')], 'Nobody can log in as a locked account. Silent.');
write(
  'nothing-known',
  [account('moonman', 'usable')],
  'Without known cases nothing is compared, whatever is there.',
  [],
);
