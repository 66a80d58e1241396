import type { Statement } from '#domain/indication';
import type { CommandObservation } from '#domain/observed-access';
import type { Examiner } from '#domain/plugin';
import { cut, oneLine, tail } from '#domain/wording';

/** Commands of restricted shells that their help does not show. */
export const hiddenCommand: Examiner = {
  kind: 'examiner',
  id: 'hidden-command',
  version: 1,
  doc: {
    name: 'hidden command',
    says: 'Speaks for commands of a restricted shell or menu that are marked hidden or left out of the help beside them; those that open a shell of the system one by one and as linked, the others of a file together and as present.',
    sources: ['3GPP TS 33.117, 4.2.3.4.1.1, 4.3.2.4', 'CWE-912, CWE-1242'],
    limits: [
      'Who may log in to the shell, and whether it asks for a further password before the command, is not seen.',
      'A manual may describe what the help leaves out: undocumented stays unknown.',
      'Commands that are shown are silent, also where they open a shell of the system.',
    ],
  },
  question: 'undocumented-access',
  reads: ['command'],
  examine({ sightings }) {
    const hidden = sightings.flatMap(({ observation }): readonly CommandObservation[] =>
      observation.kind === 'command' && observation.hidden ? [observation] : [],
    );
    const files = Map.groupBy(hidden, ({ place, opensShell, name }) =>
      JSON.stringify([place.path ?? '', opensShell ? name : null]),
    );
    // the same commands in a copy of the file are said once
    const groups = Map.groupBy([...files.values()], (group) => JSON.stringify(identityOf(group)));
    return [...groups.values()].map((same) => statementOf(same.flat()));
  },
};

function identityOf(group: readonly CommandObservation[]): readonly string[] {
  return ['hidden-command', ...namesOf(group)];
}

function namesOf(group: readonly CommandObservation[]): readonly string[] {
  return [...new Set(group.map(({ name }) => name))].toSorted();
}

/** Names shown in a title. */
const NAMED = 3;

function statementOf(group: readonly CommandObservation[]): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const names = namesOf(group);
  const path = first.place.path ?? '';
  return {
    question: 'undocumented-access',
    title: titleOf(first, names, path),
    strength: first.opensShell ? 'linked' : 'present',
    facts: { undocumented: null, hardCoded: null, reachable: null, used: null },
    weaknesses: ['CWE-912', ...(first.opensShell ? ['CWE-1242'] : [])],
    requirements: ['TS 33.117 4.3.2.4'],
    identity: identityOf(group),
    places: group.map(({ place }) => place),
    matters: first.opensShell
      ? 'Whoever knows the name leaves the restricted shell for the whole system; whoever reads the help does not learn that this is possible.'
      : 'Whoever knows the names can do more than the help shows; those who operate the device do not learn of it.',
    disproof: 'The documents of the product describe the commands, or the shell does not accept them.',
  };
}

function titleOf({ opensShell, shell }: CommandObservation, names: readonly string[], path: string): string {
  const shown = names.slice(0, NAMED).map((name) => `"${cut(oneLine(name), 32)}"`);
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const where = `in ${path === '' ? 'the image itself' : tail(oneLine(path), 60)} (${oneLine(shell)})`;
  return opensShell
    ? `hidden command ${shown.join(', ')} opens a shell ${where}`
    : `${names.length === 1 ? 'command' : 'commands'} left out of the help: ${shown.join(', ')}${more} ${where}`;
}
