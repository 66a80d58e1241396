import type { Statement, Strength } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { EncodedObservation } from '#domain/observed-concealment';
import type { Examiner, Sight } from '#domain/plugin';
import { reachedFilesIn } from '#domain/reached-files';
import { cut, oneLine } from '#domain/wording';

/** Scripts and programs that stand encoded in a text which decodes them. */
export const encodedCommand: Examiner = {
  kind: 'examiner',
  id: 'encoded-command',
  version: 1,
  doc: {
    name: 'command under an encoding',
    says: 'Asks whether a script holds commands, a program, accounts or addresses in an encoded form and decodes them, so that whoever reads or searches the script does not see them. Strength is linked where start-up runs the file and the line runs what it decodes, else present.',
    sources: ['MITRE ATT&CK T1027.010, T1027.013, T1140', 'CWE-506, CWE-912'],
    limits: [
      'An encoding has usual uses too, such as a picture or a setting for another program; those that hold no commands, program or account and are not run stay silent.',
      'An address alone speaks only where the line runs what it decodes.',
    ],
  },
  question: 'concealment',
  reads: ['encoded', 'start'],
  examine: (sight) => examine(sight),
};

interface Found {
  readonly encoded: EncodedObservation;
  readonly start: StartObservation | null;
}

function examine({ sightings }: Sight): readonly Statement[] {
  const reachedBy = reachedFilesIn(sightings);
  const found = sightings.flatMap(({ observation, tree }): readonly Found[] => {
    if (observation.kind !== 'encoded' || !speaks(observation)) return [];
    return [{ encoded: observation, start: reachedBy(tree, observation.place.path ?? '') }];
  });
  const groups = Map.groupBy(found, ({ encoded }) => JSON.stringify(identityOf(encoded)));
  return [...groups.values()].map(statementOf);
}

function speaks({ holds, run, place, layers }: EncodedObservation): boolean {
  const path = place.path ?? '';
  if (path === 'content' || /(?:^|\/)(?:docs?|examples?|tests?|perl5?|python[\d.]*)\//.test(path))
    return false;
  if (run) return holds !== 'text' || layers.length > 1;
  // escapes alone are how scripts write characters that cannot be typed
  if (layers.length === 1 && layers[0] === 'escapes') return holds === 'elf' || holds === 'shell script';
  return holds !== 'text' && holds !== 'address';
}

/** The same content, by what it says, in the same file. */
function identityOf({ holds, says, place }: EncodedObservation): readonly string[] {
  return ['encoded', holds, place.path ?? '', ...says.slice(0, 3)];
}

const HOLDS: Readonly<Record<string, string>> = {
  'shell script': 'commands of a shell',
  script: 'a script',
  elf: 'a program',
  accounts: 'accounts',
  address: 'an address',
  text: 'a text',
};

function statementOf(group: readonly Found[]): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const { encoded, start } = first;
  const { layers, holds, says, run, place } = encoded;
  const strength: Strength = start !== null && run ? 'linked' : 'present';
  const told = says.length === 0 ? '' : ` (${says.slice(0, 2).join('; ')}${says.length > 2 ? '; …' : ''})`;
  const head = run ? 'Decoded and run' : 'Kept encoded';
  const title = `${head}: ${HOLDS[holds] ?? holds} under ${layers.join(', ')}${told}: ${place.path ?? 'the image itself'}`;
  return {
    question: 'concealment',
    title: cut(oneLine(title), 240),
    strength,
    facts: { undocumented: null, hardCoded: true, reachable: null, used: null },
    weaknesses: run ? ['CWE-506'] : [],
    requirements: [],
    identity: identityOf(encoded),
    places: [...group.map((one) => one.encoded.place), ...(start === null ? [] : [start.place])],
    matters:
      'Whoever reads the script, or searches it for addresses and commands, does not see what it does.',
    disproof:
      'The decoded text with its purpose from the vendor, and the reason why it is encoded; or proof that nothing runs the file.',
  };
}
