import type { Statement, Strength } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { DisguiseForm, DisguiseObservation } from '#domain/observed-concealment';
import type { Examiner, Sight } from '#domain/plugin';
import { reachedFilesIn } from '#domain/reached-files';
import { cut, oneLine } from '#domain/wording';

/** Files that run and do not look so. */
export const disguisedFile: Examiner = {
  kind: 'examiner',
  id: 'disguised-file',
  version: 1,
  doc: {
    name: 'file in disguise',
    says: 'Asks whether a program or script lies under a name that promises a picture, a text or a library, hides in a system folder behind a dot, has a name with blanks at its edge, without a shape or of two alphabets, or whether a picture or program carries a program, a script or an archive behind its end. Strength is linked where start-up runs or reads the file, else present.',
    sources: [
      'MITRE ATT&CK T1036.002, T1036.007, T1036.008, T1564.001, T1027.009',
      'Unicode Technical Standard 39',
      'CWE-451, CWE-912',
    ],
    limits: [
      'A hidden file that cannot run stays silent, unless its name itself is odd: blanks at the edge, three dots, no shape.',
      'Bytes behind the end of a picture that are no program, script or archive stay silent: cameras and editors leave them. Behind the end of a program they speak only with one of these at their beginning.',
      'What tools of packages and sources hide by habit (.build-id, .git and the like) stays silent; a file that only its permissions call executable does too.',
    ],
  },
  question: 'concealment',
  reads: ['disguise', 'start'],
  examine: (sight) => examine(sight),
};

interface Found {
  readonly disguise: DisguiseObservation;
  readonly start: StartObservation | null;
}

function examine({ sightings }: Sight): readonly Statement[] {
  const reachedBy = reachedFilesIn(sightings);
  const found = sightings.flatMap(({ observation, tree }): readonly Found[] => {
    if (observation.kind !== 'disguise' || !speaks(observation)) return [];
    return [{ disguise: observation, start: reachedBy(tree, observation.place.path ?? '') }];
  });
  const groups = Map.groupBy(found, ({ disguise }) => JSON.stringify(identityOf(disguise)));
  return [...groups.values()].map(statementOf);
}

/** Names that tools leave hidden by habit. */
const HABIT = /^\.(?:build-id|debug|git\w*|svn|hg\w*|npm\w*|libs)$/;

function speaks({ form, seems, is, place }: DisguiseObservation): boolean {
  const path = place.path ?? '';
  if (/(?:^|\/)(?:docs?|examples?|tests?|testdata|node_modules)\//.test(path)) return false;
  switch (form) {
    case 'type-disagrees':
      return true;
    case 'size-disagrees':
      return /, (?:a program|a script|an archive)$/.test(is);
    case 'hidden-name':
      return isOdd(seems) || (!HABIT.test(seems) && RUNS.test(is));
    case 'look-alike-name':
      return !is.startsWith('module ');
    case 'process-name':
    case 'mount-over':
    case 'time-disagrees':
      return false;
  }
}

const RUNS = /^(?:elf|script|pe|mach-o)$/;

/** Odd whatever the file holds. */
function isOdd(seems: string): boolean {
  return /␣$|^␣|^\.{3,}$|^\.\.?␣|^\.\.? |U\+(?:00AD|20[0-6][0-9A-F]|FEFF|00[01][0-9A-F])/.test(seems);
}

function identityOf({ form, seems, place }: DisguiseObservation): readonly string[] {
  return ['file', form, seems, place.path ?? ''];
}

const WORDS: Readonly<Record<string, string>> = {
  elf: 'A program',
  script: 'A script',
  pe: 'A program of Windows',
  'mach-o': 'A program of macOS',
  'executable file': 'An executable file',
  file: 'A file',
};

function titleOf({ form, seems, is }: DisguiseObservation): string {
  const what = WORDS[is] ?? 'A file';
  switch (form) {
    case 'type-disagrees':
      return `${what} is named like a .${seems}`;
    case 'size-disagrees':
      return `Behind the end of a ${seems} stand ${is}`;
    case 'hidden-name':
      return isOdd(seems)
        ? `${what} has a name that lists do not show as it is (${seems})`
        : `${what} is hidden in a system folder (${seems})`;
    case 'look-alike-name':
    case 'process-name':
    case 'mount-over':
    case 'time-disagrees':
      return `${what} has a name that looks like another (${seems})`;
  }
}

const MATTERS: Readonly<Partial<Record<DisguiseForm, string>>> = {
  'type-disagrees':
    'Whoever looks through the files passes over it, and rules that go by names let it through.',
  'size-disagrees':
    'The file works as what it seems to be and carries something else along, which what is looked at does not show.',
  'hidden-name': 'Lists of the folder leave it out or show it as something else.',
  'look-alike-name': 'Whoever reads the name takes it for another.',
};

function statementOf(group: readonly Found[]): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const { disguise, start } = first;
  const strength: Strength = start === null ? 'present' : 'linked';
  return {
    question: 'concealment',
    title: cut(oneLine(`${titleOf(disguise)}: ${disguise.place.path ?? 'the image itself'}`), 240),
    strength,
    facts: { undocumented: null, hardCoded: null, reachable: null, used: null },
    weaknesses: ['CWE-451'],
    requirements: [],
    identity: identityOf(disguise),
    places: [...group.map((one) => one.disguise.place), ...(start === null ? [] : [start.place])],
    matters: MATTERS[disguise.form] ?? '',
    disproof:
      'The reason for the name or for the bytes from the vendor, with what they are; or proof that nothing runs or reads the file.',
  };
}
