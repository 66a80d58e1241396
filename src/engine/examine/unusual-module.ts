import type { Statement, Strength } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { DisguiseObservation, ModuleObservation } from '#domain/observed-concealment';
import type { Examiner, Sight } from '#domain/plugin';
import { reachedFilesIn } from '#domain/reached-files';
import { baseOf, cut, oneLine } from '#domain/wording';

/** Modules of the kernel that come from places where nobody looks, or under a name that is not theirs. */
export const unusualModule: Examiner = {
  kind: 'examiner',
  id: 'unusual-module',
  version: 1,
  doc: {
    name: 'module of the kernel from an odd place',
    says: 'Asks whether a script or table loads a module of the kernel from a folder for passing or personal files, from a hidden one, or from a file that is not named like a module, and whether a module’s file has another name than the module in it. Strength is linked where start-up reaches the line, else present.',
    sources: ['insmod(8), modprobe(8), modules-load.d(5)', 'MITRE ATT&CK T1547.006, T1014', 'CWE-912'],
    limits: [
      'A vendor’s own folder of modules outside lib/modules is usual and stays silent.',
      'A module that is unpacked to a folder for passing files before it is loaded speaks too: what is loaded then is not what the image shows. Errs towards speaking.',
      'Names of modules are compared where the module states its own.',
    ],
  },
  question: 'concealment',
  reads: ['module', 'disguise', 'start'],
  examine: (sight) => examine(sight),
};

interface Found {
  readonly what: ModuleObservation | DisguiseObservation;
  readonly why: string;
  readonly start: StartObservation | null;
  readonly strength: Strength;
}

function examine({ sightings }: Sight): readonly Statement[] {
  const reachedBy = reachedFilesIn(sightings);
  const found = sightings.flatMap(({ observation, tree }): readonly Found[] => {
    const path = observation.place.path ?? '';
    if (observation.kind === 'disguise') {
      if (observation.form !== 'look-alike-name' || !observation.is.startsWith('module ')) return [];
      return [
        {
          what: observation,
          why: `its file is named ${baseOf(observation.seems)}`,
          start: null,
          strength: 'present',
        },
      ];
    }
    if (observation.kind !== 'module' || /(?:^|\/)(?:docs?|examples?|tests?)\//.test(path)) return [];
    const why = oddityOf(observation.name);
    if (why === null) return [];
    const start = reachedBy(tree, path);
    return [
      {
        what: observation,
        why,
        start,
        strength: start !== null || observation.reached ? 'linked' : 'present',
      },
    ];
  });
  const groups = Map.groupBy(found, ({ what }) => JSON.stringify(identityOf(what)));
  return [...groups.values()].map(statementOf);
}

/** What is unusual in where a module comes from, as written; null: nothing. */
function oddityOf(written: string): string | null {
  const name = baseOf(written);
  if (!written.includes('/') && !name.startsWith('.')) return null;
  if (/^\/(?:tmp|var\/(?!lib\/modules)|dev|run|proc|root|home|mnt|media|srv)(?:\/|$)/.test(written))
    return 'it lies in a folder for passing or personal files';
  if (written.split('/').some((step) => /^\.(?!\.?$)./.test(step) || step === '...'))
    return 'its place is hidden';
  if (/[$`*]/.test(name)) return null;
  return /\.(?:ko|o)(?:\.[gx]z|\.zst)?$/.test(name) ? null : 'its file is not named like a module';
}

function identityOf(what: ModuleObservation | DisguiseObservation): readonly string[] {
  return what.kind === 'module'
    ? ['module', what.name, what.place.path ?? '']
    : ['module-name', what.is, what.place.path ?? ''];
}

function statementOf(group: readonly Found[]): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const { what, why, start, strength } = first;
  const name =
    what.kind === 'module'
      ? `Module ${what.name} is loaded`
      : `Module ${what.is.slice('module '.length)} is not what it seems`;
  return {
    question: 'concealment',
    title: cut(oneLine(`${name}; ${why}: ${what.place.path ?? 'the image itself'}`), 240),
    strength,
    facts: { undocumented: null, hardCoded: true, reachable: null, used: null },
    weaknesses: ['CWE-912'],
    requirements: ['TS 33.117 4.3.2.1'],
    identity: identityOf(what),
    places: [...group.map((one) => one.what.place), ...(start === null ? [] : [start.place])],
    matters:
      'Code in the kernel can hide processes, files and connections from every program, and see all traffic.',
    disproof:
      what.kind === 'module'
        ? 'The module with its source and purpose, and what puts it there; or proof that nothing runs the line.'
        : 'The source of the module with the reason for its name.',
  };
}
