import type { Declaration } from '#domain/declaration';
import type { Statement } from '#domain/indication';
import type { AccountObservation } from '#domain/observation';
import type { Examiner, Sighting } from '#domain/plugin';
import { cut, oneLine, tail } from '#domain/wording';

/** Accounts that are the same person to the system, or open with the same password. */
export const sharedAccount: Examiner = {
  kind: 'examiner',
  id: 'shared-account',
  version: 1,
  doc: {
    name: 'shared account',
    says: 'Speaks where several names of one account file have the number of the superuser, and where several names of one tree have the same stored password. Declared names count as the others do, but when all are declared it is silent. Strength is linked in etc/passwd, etc/shadow and etc/master.passwd, present elsewhere.',
    sources: [
      '3GPP TS 33.117, 4.2.3.2.3, 4.2.3.4.2.3, 4.2.4.2.2',
      'CWE-267, CWE-1392',
      'passwd(5), crypt(5)',
    ],
    limits: [
      'The same stored password means that it was copied: two accounts with equal passwords and hashes of their own are not seen.',
      'Equal passwords without a salt (NT hashes, plain digests) need not have been copied.',
      'Of other numbers than the superuser’s, several names are silent.',
      'Passwords shared with another image are not compared.',
    ],
  },
  question: 'undocumented-access',
  reads: ['account'],
  examine({ sightings, declaration }) {
    const accounts = sightings.flatMap(seenIn);
    return [...superusers(accounts, declaration), ...sharers(accounts, declaration)];
  },
};

interface Seen {
  readonly observation: AccountObservation;
  readonly tree: string;
  readonly path: string;
}

function seenIn({ observation, tree }: Sighting): readonly Seen[] {
  if (observation.kind !== 'account') return [];
  const path = observation.place.path ?? '';
  const isAside = /(?:^|\/)(?:docs?|documentation|man|info|locale|examples?|tests?)\//i.test(path);
  return isAside ? [] : [{ observation, tree, path }];
}

/** True when every name was declared. */
function areDeclared(names: readonly string[], declaration: Declaration | null): boolean {
  const accounts = declaration?.accounts ?? null;
  return accounts !== null && names.every((name) => accounts.some((account) => account.name === name));
}

function isUndocumented(names: readonly string[], declaration: Declaration | null): boolean | null {
  const accounts = declaration?.accounts ?? null;
  return accounts === null ? null : names.some((name) => !accounts.some((account) => account.name === name));
}

function namesOf(group: readonly Seen[]): readonly string[] {
  return [...new Set(group.map(({ observation }) => observation.name))].toSorted();
}

function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => `"${cut(oneLine(name), 24)}"`);
  return `${shown.join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`;
}

function strengthOf(group: readonly Seen[]): 'linked' | 'present' {
  return group.some(({ path }) => /(?:^|\/)etc\/(?:passwd|shadow|master\.passwd)$/.test(path))
    ? 'linked'
    : 'present';
}

// --- number 0

function superusers(accounts: readonly Seen[], declaration: Declaration | null): readonly Statement[] {
  const roots = accounts.filter(
    ({ observation: { uid, store } }) => uid === 0 && /^(?:passwd|master\.passwd)$/.test(store),
  );
  const files = Map.groupBy(roots, ({ tree, path }) => JSON.stringify([tree, path]));
  const groups = Map.groupBy(
    [...files.values()].filter((group) => namesOf(group).length > 1),
    (group) => JSON.stringify(namesOf(group)),
  );
  return [...groups.values()].flatMap((same): readonly Statement[] => {
    const group = same.flat();
    const names = namesOf(group);
    if (areDeclared(names, declaration)) return [];
    return [
      {
        question: 'undocumented-access',
        title: `${names.length} names of the superuser: ${shownNames(names)} in ${tail(oneLine(group[0]?.path ?? ''), 48)}`,
        strength: strengthOf(group),
        facts: {
          undocumented: isUndocumented(names, declaration),
          hardCoded: true,
          reachable: null,
          used: null,
        },
        weaknesses: ['CWE-267'],
        requirements: ['TS 33.117 4.2.4.2.2'],
        identity: ['superusers', ...names],
        places: group.map(({ observation }) => observation.place),
        matters:
          'Every one of the names is the superuser to the system, and what one does stands in the log under the other.',
        disproof: 'None of the further names can be logged in to, by password, key or another service.',
      },
    ];
  });
}

// --- one stored password

function sharers(accounts: readonly Seen[], declaration: Declaration | null): readonly Statement[] {
  const stored = accounts.filter(
    ({ observation: { passwordFingerprint, password } }) =>
      passwordFingerprint !== null && password === 'usable',
  );
  const groups = Map.groupBy(stored, ({ tree, observation }) =>
    JSON.stringify([tree, observation.passwordFingerprint]),
  );
  const several = [...groups.values()].filter((group) => namesOf(group).length > 1);
  const distinct = Map.groupBy(several, (group) =>
    JSON.stringify([namesOf(group), group[0]?.observation.passwordFingerprint]),
  );
  return [...distinct.values()].flatMap((same): readonly Statement[] => {
    const group = same.flat();
    const names = namesOf(group);
    if (areDeclared(names, declaration)) return [];
    return [
      {
        question: 'undocumented-access',
        title: `one stored password for ${names.length} accounts: ${shownNames(names)} in ${tail(oneLine(group[0]?.path ?? ''), 48)}`,
        strength: strengthOf(group),
        facts: {
          undocumented: isUndocumented(names, declaration),
          hardCoded: true,
          reachable: null,
          used: null,
        },
        weaknesses: ['CWE-1392'],
        requirements: ['TS 33.117 4.2.3.2.3', 'TS 33.117 4.2.3.4.2.3'],
        identity: ['one-password', group[0]?.observation.passwordFingerprint ?? '', ...names],
        places: group.map(({ observation }) => observation.place),
        matters:
          'Whoever knows the password of one account has the others too; it was copied, so that somebody set it for all devices at once.',
        disproof:
          'The further accounts cannot be logged in to, or each device replaces the passwords at first start.',
      },
    ];
  });
}
