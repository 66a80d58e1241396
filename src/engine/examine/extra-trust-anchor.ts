import type { Declaration } from '#domain/declaration';
import type { Statement, Strength } from '#domain/indication';
import type { TrustObservation } from '#domain/observed-communication';
import type { Examiner, Sight } from '#domain/plugin';
import { cut, oneLine } from '#domain/wording';

/** Authorities that are trusted beside the public ones, and keys that alone are accepted. */
export const extraTrustAnchor: Examiner = {
  kind: 'examiner',
  id: 'extra-trust-anchor',
  version: 1,
  doc: {
    name: 'authority trusted beside the public ones',
    says: 'Asks which authorities the system or one of its programs trusts for TLS that no browser knows, and which public keys are pinned. Whoever holds the private key of such an authority can pass for every server towards what trusts it. Strength is linked where a store of the whole system holds it or a configuration names it, present where a program only holds its file name or a key is pinned.',
    sources: [
      'RFC 5280, 6.1.1; RFC 7469 for pins',
      'data/public-roots/: keys of the Mozilla CA program since 2014',
      'CWE-295',
    ],
    limits: [
      'Private authorities of a vendor or operator have usual uses: servers of his own. The examiner cannot tell these from others; a declaration can.',
      'Authorities that left the public programs before 2014 and those known to other programs alone are named too. Errs towards speaking.',
      'Silent without the list of public keys; silent about a file of certificates that nothing names and that lies in no store.',
      'Whether a program checks anything at all is not asked.',
    ],
  },
  question: 'undocumented-communication',
  reads: ['trust'],
  examine: (sight) => examine(sight),
};

function examine({ sightings, declaration, knowledge }: Sight): readonly Statement[] {
  if (knowledge.publicRoots.length === 0) return [];
  const known = new Set(knowledge.publicRoots.map(({ publicFingerprint }) => publicFingerprint));
  const extra = sightings.flatMap(({ observation }): readonly TrustObservation[] => {
    if (observation.kind !== 'trust' || observation.publicFingerprint === null) return [];
    if (observation.form === 'verification-off' || known.has(observation.publicFingerprint)) return [];
    return isDeclared(observation, declaration) ? [] : [observation];
  });
  const groups = Map.groupBy(extra, ({ form, publicFingerprint }) =>
    JSON.stringify([form, publicFingerprint]),
  );
  return [...groups.values()].map((group) => statementOf(group, declaration));
}

function isDeclared(
  { publicFingerprint, place, by }: TrustObservation,
  declaration: Declaration | null,
): boolean {
  return (declaration?.keys ?? []).some(
    (key) =>
      (key.publicFingerprint !== null && key.publicFingerprint === publicFingerprint) ||
      (key.path !== null && (key.path === place.path || by.endsWith(` ${key.path}`))),
  );
}

function isStored({ by }: TrustObservation): boolean {
  return !by.includes(' ');
}

function weightOf(trusted: TrustObservation): number {
  if (trusted.form === 'pin') return 0;
  return isStored(trusted) ? 3 : trusted.by.startsWith('names ') ? 1 : 2;
}

function statementOf(group: readonly TrustObservation[], declaration: Declaration | null): Statement {
  const sorted = group.toSorted((a, b) => weightOf(b) - weightOf(a));
  const [first] = sorted;
  if (first === undefined) throw new Error('a group is never empty');
  const undocumented = declaration === null || declaration.keys === null ? null : true;
  const strength: Strength = weightOf(first) >= 2 ? 'linked' : 'present';
  const fingerprint = first.publicFingerprint ?? '';
  return {
    question: 'undocumented-communication',
    title: cut(oneLine(titleOf(first)), 240),
    strength,
    facts: { undocumented, hardCoded: true, reachable: null, used: null },
    weaknesses: undocumented === true ? ['CWE-912'] : [],
    requirements: [],
    identity: [`trust-${first.form}`, fingerprint],
    places: sorted.map(({ place }) => place),
    matters:
      first.form === 'pin'
        ? 'A connection that accepts this key alone cannot be looked into by the operator, whoever its other end is.'
        : 'Whoever holds its private key can pass for every server towards what trusts it: hand out updates, read what is sent, configure the device.',
    disproof:
      'A declaration that names the key, its holder and its use; or proof that what trusts it connects to servers of that holder alone.',
  };
}

function titleOf(trusted: TrustObservation): string {
  const { by, subject, place, publicFingerprint } = trusted;
  const path = place.path ?? 'the image itself';
  if (trusted.form === 'pin')
    return `Only key ${publicFingerprint?.slice(0, 16) ?? ''}… is accepted: a pin in ${path}`;
  const name = `authority "${shortName(subject ?? '')}"`;
  if (isStored(trusted)) return `The whole system trusts ${name}, which no browser knows: ${path}`;
  const file = by.slice(by.indexOf(' ') + 1);
  return by.startsWith('names ')
    ? `${path} names the file of ${name}, which no browser knows: ${file}`
    : `Setting ${by.slice(0, by.indexOf(' '))} trusts ${name}, which no browser knows: ${file}, named in ${path}`;
}

/** Common name and organisation, which say most. */
function shortName(subject: string): string {
  const parts = subject.split(/, (?=[A-Za-z]+=)/);
  const wanted = ['CN=', 'O='].flatMap(
    (start) => parts.find((part) => part.startsWith(start))?.slice(start.length) ?? [],
  );
  return (wanted.length === 0 ? subject : wanted.join(', ')).slice(0, 80).toWellFormed();
}
