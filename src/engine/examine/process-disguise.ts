import type { Statement, Strength } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { DisguiseObservation } from '#domain/observed-concealment';
import type { Examiner, Sight } from '#domain/plugin';
import { reachedFilesIn } from '#domain/reached-files';
import { cut, oneLine } from '#domain/wording';

/** Processes under another name, and mounts that hide processes or programs. */
export const processDisguise: Examiner = {
  kind: 'examiner',
  id: 'process-disguise',
  version: 1,
  doc: {
    name: 'process in disguise',
    says: 'Asks whether a script starts a program under the name of another, copies one under the name of a thread of the kernel, writes a process’s name, or mounts something over a process or a program. Strength is linked where start-up runs the script, else present.',
    sources: [
      'bash(1), exec -a; proc(5), /proc/PID/comm; mount(8), --bind',
      'MITRE ATT&CK T1036.004, T1036.005, T1564',
      'CWE-451, CWE-912',
    ],
    limits: [
      'A shell of a log-in (a name with a hyphen before it) and busybox under the name of its applet stay silent.',
      'Names that a compiled program gives itself are not seen.',
      'A mount over one program, such as a newer one over that of the image, has usual uses; it is spoken of as present at most where start-up does not run it.',
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

function speaks({ form, seems, is, place }: DisguiseObservation): boolean {
  if (form !== 'process-name' && form !== 'mount-over') return false;
  if (
    /(?:^|\/)(?:docs?|examples?|tests?|bash-completion)\//.test(place.path ?? '') ||
    place.path === 'content'
  )
    return false;
  if (form === 'mount-over') return true;
  // BusyBox takes its first argument for the applet
  return !/(?:^|\/)(?:busybox|toybox)$/.test(is) && !seems.startsWith('-') && !/^\$[@*0-9]/.test(seems);
}

function identityOf({ form, seems, is, place }: DisguiseObservation): readonly string[] {
  return ['disguise', form, seems, is, place.path ?? ''];
}

function statementOf(group: readonly Found[]): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const { disguise, start } = first;
  const { form, seems, is, place } = disguise;
  const path = place.path ?? 'the image itself';
  const strength: Strength = start === null ? 'present' : 'linked';
  const title =
    form === 'mount-over'
      ? `${is} is mounted over ${seems}: ${path}`
      : `${is} runs under the name ${seems}: ${path}`;
  return {
    question: 'concealment',
    title: cut(oneLine(title), 240),
    strength,
    facts: { undocumented: null, hardCoded: true, reachable: null, used: null },
    weaknesses: ['CWE-451'],
    requirements: [],
    identity: identityOf(disguise),
    places: [...group.map((one) => one.disguise.place), ...(start === null ? [] : [start.place])],
    matters:
      form === 'mount-over'
        ? 'What lies below a mount is neither listed nor compared: a process disappears from the list, or another program answers to a known name.'
        : 'Whoever lists the processes sees a name that says nothing of what runs.',
    disproof:
      form === 'mount-over'
        ? 'The purpose of the mount with what is mounted, from the vendor; or proof that nothing runs the line.'
        : 'The purpose of the name from the vendor, such as one program that behaves by the name it is called; or proof that nothing runs the line.',
  };
}
