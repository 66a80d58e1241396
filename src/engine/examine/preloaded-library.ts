import type { Statement, Strength } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { PreloadObservation } from '#domain/observed-concealment';
import type { Examiner, Sight } from '#domain/plugin';
import { reachedFilesIn } from '#domain/reached-files';
import { baseOf, cut, oneLine } from '#domain/wording';

/** Libraries and scripts that are put into other programs. */
export const preloadedLibrary: Examiner = {
  kind: 'examiner',
  id: 'preloaded-library',
  version: 1,
  doc: {
    name: 'library put into other programs',
    says: 'Asks whether a library is put into programs from outside: by etc/ld.so.preload into all of them, by LD_PRELOAD or LD_AUDIT into those a script starts, by BASH_ENV a script into every shell. Strength is reachable for ld.so.preload with a library that is there, linked where start-up runs the script, else present.',
    sources: ['ld.so(8); bash(1)', 'MITRE ATT&CK T1574.006', '3GPP TS 33.117, 4.3.2.1', 'CWE-426, CWE-912'],
    limits: [
      'A library has usual uses too: other memory management, tests, work-arounds. What it does stands in its code, which is not read here.',
      'Variables that a compiled program sets before it starts another are not seen.',
    ],
  },
  question: 'concealment',
  reads: ['preload', 'start'],
  examine: (sight) => examine(sight),
};

interface Found {
  readonly preload: PreloadObservation;
  readonly start: StartObservation | null;
  readonly strength: Strength;
}

function examine({ sightings }: Sight): readonly Statement[] {
  const reachedBy = reachedFilesIn(sightings);
  const found = sightings.flatMap(({ observation, tree }): readonly Found[] => {
    if (observation.kind !== 'preload' || isAside(observation.place.path ?? '')) return [];
    const start = reachedBy(tree, observation.place.path ?? '');
    return [{ preload: observation, start, strength: strengthOf(observation, start) }];
  });
  const groups = Map.groupBy(found, ({ preload }) => JSON.stringify(identityOf(preload)));
  return [...groups.values()].map(statementOf);
}

function isAside(path: string): boolean {
  return path === 'content' || /(?:^|\/)(?:docs?|examples?|tests?|lintian|bash-completion)\//.test(path);
}

function isForAll({ by }: PreloadObservation): boolean {
  return by === 'ld.so.preload';
}

function strengthOf(preload: PreloadObservation, start: StartObservation | null): Strength {
  if (isForAll(preload)) return preload.present === true ? 'reachable' : 'linked';
  return start === null ? 'present' : 'linked';
}

/** The same library put in by the same file. */
function identityOf({ by, library, place }: PreloadObservation): readonly string[] {
  return ['preload', by, library, place.path ?? ''];
}

function statementOf(group: readonly Found[]): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const { preload, start, strength } = first;
  return {
    question: 'concealment',
    title: cut(oneLine(titleOf(preload)), 240),
    strength,
    facts: {
      undocumented: null,
      hardCoded: true,
      reachable: strength === 'reachable' ? true : null,
      used: null,
    },
    weaknesses: ['CWE-426'],
    requirements: ['TS 33.117 4.3.2.1'],
    identity: identityOf(preload),
    places:
      start === null
        ? group.map((one) => one.preload.place)
        : [...group.map((one) => one.preload.place), start.place],
    matters:
      'Whatever is put into a program so can change what it does and shows: hide files, processes and connections, take passwords, let somebody in.',
    disproof:
      'The source of the library with its purpose, built to the same bytes; or proof that nothing on the device reads the setting.',
  };
}

function titleOf({ by, library, into, present, place }: PreloadObservation): string {
  const whom =
    by === 'ld.so.preload'
      ? 'every program'
      : into === null
        ? 'the programs started behind it'
        : baseOf(into);
  const missing = present === false ? ', which the release does not hold' : '';
  return `${by} puts ${library} into ${whom}${missing}: ${place.path ?? 'the image itself'}`;
}
