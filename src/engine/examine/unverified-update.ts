import type { Statement, Strength } from '#domain/indication';
import type { UpdateObservation } from '#domain/observed-access';
import type { Examiner } from '#domain/plugin';
import { startedIn } from '#domain/started';
import { cut, oneLine } from '#domain/wording';

/** Software that is fetched and installed though nobody proves where it comes from. */
export const unverifiedUpdate: Examiner = {
  kind: 'examiner',
  id: 'unverified-update',
  version: 1,
  doc: {
    name: 'unverified update',
    says: 'Speaks for scripts that fetch software and install or run it without a signature, with no more than a checksum from the same place, or with a switch that leaves the check out, and for managers of packages that do not ask for signatures. Strength is linked where start-up or its timers run the script, or a manager of packages is set up that way; present otherwise.',
    sources: [
      '3GPP TS 33.117, 4.2.3.3.5',
      'CWE-345, CWE-347, CWE-353, CWE-494',
      'RFC 2818 for what TLS vouches for',
    ],
    limits: [
      'A script that is handed its image by something else is silent: the check may stand there. Errs towards silence.',
      'A check that goes by its name alone is believed. Errs towards silence.',
      'TLS that asks who answers is not counted as a check of the software: whoever runs the server, or breaks into it, decides. The statement says so.',
    ],
  },
  question: 'undocumented-access',
  reads: ['update', 'start'],
  examine({ sightings }) {
    const isStarted = startedIn(sightings);
    const found = sightings.flatMap((sighting): readonly Seen[] => {
      const { observation, tree } = sighting;
      if (observation.kind !== 'update' || !isOpen(observation)) return [];
      const path = observation.place.path ?? '';
      return [{ observation, path, isStarted: isStarted(tree, path) }];
    });
    const groups = Map.groupBy(found, (seen) => JSON.stringify(identityOf(seen)));
    return [...groups.values()].map(statementOf);
  },
};

interface Seen {
  readonly observation: UpdateObservation;
  /** Empty: the image itself. */
  readonly path: string;
  readonly isStarted: boolean;
}

/** Where it comes from is seen, or a switch leaves the check out; and no signature stands against it. */
function isOpen({ origin, check, checkedBy, skippable }: UpdateObservation): boolean {
  const isFetched = origin !== null && !origin.startsWith('/');
  const isUnchecked = (check === 'none-seen' && checkedBy === null) || check === 'checksum';
  return skippable ? isFetched || check === 'none-seen' : isFetched && isUnchecked;
}

/** The same script that installs the same way. */
function identityOf({ observation, path }: Seen): readonly string[] {
  return ['update', path, observation.installs];
}

function statementOf(group: readonly Seen[]): Statement {
  const [seen] = group;
  if (seen === undefined) throw new Error('a group is never empty');
  const { observation } = seen;
  return {
    question: 'undocumented-access',
    title: titleOf(seen),
    strength: strengthOf(seen),
    facts: { undocumented: null, hardCoded: null, reachable: null, used: null },
    weaknesses: weaknessesOf(observation),
    requirements: ['TS 33.117 4.2.3.3.5'],
    identity: identityOf(seen),
    places: group.map((each) => each.observation.place),
    matters: mattersOf(observation),
    disproof:
      'Something outside the script checks a signature before the software runs, or nothing ever calls the script.',
  };
}

function strengthOf({ isStarted, path }: Seen): Strength {
  const isManager = /(?:^|\/)etc\/(?:[io]pkg\.conf|apt\/|yum|dnf)/.test(path);
  return isStarted || isManager ? 'linked' : 'present';
}

const LACKS: Readonly<Record<UpdateObservation['check'], string>> = {
  'none-seen': 'without a check',
  checksum: 'after no more than a checksum',
  digest: 'after a digest',
  'keyed-digest': 'after a keyed digest',
  signature: 'after a signature',
};

function titleOf({ observation, path }: Seen): string {
  const { installs, origin, check, skippable } = observation;
  const from = origin === null ? '' : ` from ${cut(oneLine(origin), 60)}`;
  const how = !skippable
    ? LACKS[check]
    : check === 'none-seen'
      ? 'with a switch that leaves checks out'
      : `${LACKS[check]} that can be left out`;
  return `${oneLine(installs)}${from} ${how} in ${path === '' ? 'the image itself' : oneLine(path)}`;
}

function weaknessesOf({ check, origin, skippable }: UpdateObservation): readonly string[] {
  return [
    'CWE-494',
    check === 'none-seen' ? 'CWE-345' : check === 'checksum' ? 'CWE-353' : 'CWE-347',
    ...(skippable && origin?.startsWith('https:') === true ? ['CWE-295'] : []),
  ];
}

function mattersOf({ origin, skippable }: UpdateObservation): string {
  const who =
    origin === null
      ? 'Whoever can put the software in its place'
      : origin.startsWith('https:') && !skippable
        ? 'Whoever runs the server, or breaks into it,'
        : 'Whoever answers in place of the server, or sits on the way to it,';
  return `${who} decides what the device runs: no signature ties the software to the vendor.`;
}
