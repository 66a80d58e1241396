import type { Declaration } from '#domain/declaration';
import { type Facts, type Statement, type Strength, STRENGTHS } from '#domain/indication';
import type { CredentialObservation, SecretForm, SecretKind } from '#domain/observed-access';
import type { Examiner, Sighting } from '#domain/plugin';
import { startedIn } from '#domain/started';
import { cut, oneLine, tail } from '#domain/wording';

/** Secrets that are the same on every device because the image carries them. */
export const fixedCredential: Examiner = {
  kind: 'examiner',
  id: 'fixed-credential',
  version: 1,
  doc: {
    name: 'fixed credential',
    says: 'Speaks for passwords, communities, shared keys and tokens written into scripts, configurations and programs, those of one file that are taken in the same way together. Strength is linked where something that was given is compared with the secret, where the file lies among the settings of the system, or where start-up runs the script; present otherwise.',
    sources: [
      '3GPP TS 33.117, 4.2.3.2.2, 4.2.3.2.3, 4.2.3.4.2.2, 4.2.3.4.2.3',
      'CWE-214, CWE-256, CWE-259, CWE-798, CWE-1392',
    ],
    limits: [
      'Whether the secret opens this device or another one that it talks to is told only where it is compared: the way it is taken stands in the title.',
      'Whether a person or first start replaces the secret is not seen: used and reachable stay unknown.',
      'A hash or ciphertext of a declared account is silent; a readable secret speaks, declared or not.',
      'Credentials of accounts of the system are another examiner’s.',
    ],
  },
  question: 'undocumented-access',
  reads: ['credential', 'start'],
  examine({ sightings, declaration }) {
    const isStarted = startedIn(sightings);
    const found = sightings.flatMap((sighting) => seenIn(sighting, declaration));
    const groups = Map.groupBy(found, (seen) => JSON.stringify(identityOf(seen)));
    return [...groups.values()].map((group) => statementOf(group, declaration, isStarted));
  },
};

type IsStarted = ReturnType<typeof startedIn>;

interface Seen {
  readonly observation: CredentialObservation;
  readonly tree: string;
  /** Empty: the image itself. */
  readonly path: string;
}

function seenIn({ observation, tree }: Sighting, declaration: Declaration | null): readonly Seen[] {
  if (observation.kind !== 'credential') return [];
  if (observation.isProtected && isDeclared(observation.user, declaration) === true) return [];
  return [{ observation, tree, path: observation.place.path ?? '' }];
}

/** @returns null: nothing was declared of accounts, or no account is named */
function isDeclared(user: string | null, declaration: Declaration | null): boolean | null {
  const accounts = declaration?.accounts ?? null;
  return accounts === null || user === null ? null : accounts.some(({ name }) => name === user);
}

/** The same secret of the same file: what takes it and whose it is, not its value. */
function identityOf({ observation, path }: Seen): readonly string[] {
  const { secret, form, taker, user } = observation;
  return ['credential', path, secret, form, taker, user ?? ''];
}

/** One and several. */
const KINDS: Readonly<Record<SecretKind, readonly [one: string, several: string]>> = {
  password: ['password', 'passwords'],
  community: ['SNMP community', 'SNMP communities'],
  'shared-key': ['shared key', 'shared keys'],
  token: ['token', 'tokens'],
};

const WAYS: Readonly<Record<SecretForm, string>> = {
  argument: 'given to',
  setting: 'set by',
  address: 'in the address',
  comparison: 'compared with',
  text: 'in a string',
};

function statementOf(
  group: readonly Seen[],
  declaration: Declaration | null,
  isStarted: IsStarted,
): Statement {
  const [seen] = group;
  if (seen === undefined) throw new Error('a group is never empty');
  const strength = group
    .map((each) => strengthOf(each, isStarted))
    .reduce((a, b) => (STRENGTHS.indexOf(b) > STRENGTHS.indexOf(a) ? b : a));
  return {
    question: 'undocumented-access',
    title: titleOf(seen, group.length),
    strength,
    facts: factsOf(seen, declaration),
    weaknesses: weaknessesOf(seen.observation),
    requirements: requirementsOf(seen.observation),
    identity: identityOf(seen),
    places: group.map(({ observation }) => observation.place),
    matters: mattersOf(seen.observation),
    disproof: disproofOf(seen.observation),
  };
}

function strengthOf({ observation, tree, path }: Seen, isStarted: IsStarted): Strength {
  if (observation.form === 'comparison') return 'linked';
  if (observation.form === 'text') return 'present';
  const isSetting = observation.form === 'setting' && /(?:^|\/)etc\//.test(path) && !isTemplate(path);
  return isSetting || isStarted(tree, path) ? 'linked' : 'present';
}

/** Copies that something else is made of. */
function isTemplate(path: string): boolean {
  return /(?:\.(?:default|dist|orig|bak|sample|example|template|in|dpkg-\w+)|~)$/i.test(path);
}

const TITLE_LIMIT = 120;

function titleOf({ observation, path }: Seen, count: number): string {
  const { secret, form, taker, user, isProtected, shared } = observation;
  const state = isProtected ? 'hashed or encrypted ' : '';
  const [one, several] = KINDS[secret];
  const what = count === 1 ? `fixed ${state}${one}` : `${count} fixed ${state}${several}`;
  const owner = user === null ? '' : ` of "${cut(oneLine(user), 32)}"`;
  const known = shared === null ? '' : ` (${shared})`;
  const head = `${what}${owner}${known} ${WAYS[form]} ${cut(oneLine(taker), 48)} in `;
  return `${head}${tail(path === '' ? 'the image itself' : oneLine(path), Math.max(32, TITLE_LIMIT - head.length))}`;
}

function factsOf({ observation }: Seen, declaration: Declaration | null): Facts {
  const declared = isDeclared(observation.user, declaration);
  return { undocumented: declared === null ? null : !declared, hardCoded: true, reachable: null, used: null };
}

function weaknessesOf({ form, isProtected, shared }: CredentialObservation): readonly string[] {
  return [
    'CWE-798',
    ...(form === 'comparison' ? ['CWE-259'] : []),
    ...(form === 'argument' ? ['CWE-214'] : []),
    ...(isProtected ? [] : ['CWE-256']),
    ...(shared === null ? [] : ['CWE-1392']),
  ];
}

function requirementsOf({ user, isProtected }: CredentialObservation): readonly string[] {
  return [
    ...(isProtected ? [] : ['TS 33.117 4.2.3.2.2', 'TS 33.117 4.2.3.2.3']),
    ...(user === null ? [] : ['TS 33.117 4.2.3.4.2.2']),
    'TS 33.117 4.2.3.4.2.3',
  ];
}

function mattersOf({ form, secret, isProtected }: CredentialObservation): string {
  const whoever = isProtected
    ? 'Whoever has the image can work on it without limit, and it is the same on every device.'
    : 'Whoever has the image can read it, and it is the same on every device.';
  switch (form) {
    case 'comparison':
      return `${whoever} What it is compared with was given by somebody: whoever knows it gets what the comparison protects.`;
    case 'address':
    case 'argument':
      return `${whoever} It opens what the program talks to; there anybody can pass for the device.`;
    case 'setting':
      return secret === 'community'
        ? `${whoever} A community is the password of SNMP: it may read, or change, the settings of the device.`
        : whoever;
    case 'text':
      return `${whoever} It stands where the program keeps the words with which it asks somebody to log in.`;
  }
}

function disproofOf({ form }: CredentialObservation): string {
  switch (form) {
    case 'comparison':
      return 'What the comparison guards needs no protection, or the code is never run.';
    case 'text':
      return 'The instructions that use the string do not compare it with what somebody gave.';
    case 'setting':
      return 'First start replaces the value by one of the device’s own, or nothing reads the file.';
    case 'argument':
    case 'address':
      return 'The command is never run, or what it talks to accepts the secret no more.';
  }
}
