import { statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { Knowledge } from '#domain/knowledge';
import { registry } from '#engine/registry';
import { ownVersion } from '#ports/cli/environment';
import { bestSandbox } from '#ports/sandbox/sandbox';
import { makeTrials, type Trial } from '#ports/sandbox/trials';

/** How each level confines the parsers. */
const LEVELS = {
  strict: 'bubblewrap, seccomp, a limit of memory, the permission model of Node',
  permission:
    'the permission model of Node; not the network, not other processes; for more: apt install bubblewrap',
} as const;

/** What this machine offers, with every claim tried: the attacks are really made, by a process as confined as a worker. */
export async function doctor(): Promise<string> {
  const { bavail, bsize } = statfsSync('.');
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const sandbox = bestSandbox();
  const trials = await makeTrials(sandbox);
  const rows = trials.map((trial) => `  ${said(trial)}  ${trial.attack}`);
  return [
    `assay      ${ownVersion()}`,
    `runtime    Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `processors ${availableParallelism()}`,
    `memory     ${gib(totalmem())}`,
    `disk       ${gib(bavail * bsize)} free here`,
    ...knowledgeLines(registry.knowledge),
    `isolation  ${sandbox.level}: ${LEVELS[sandbox.level]}`,
    `           ${trials.filter(({ stopped }) => stopped).length} of ${trials.length} attacks stopped, ${trials.filter(({ claimed }) => claimed).length} claimed`,
    ...rows,
    '',
  ].join('\n');
}

function knowledgeLines({ knownCases, requirements, publicRoots, dates }: Knowledge): readonly string[] {
  const counts: Readonly<Record<string, number>> = {
    'known-cases': knownCases.length,
    requirements: requirements.length,
    'public-roots': publicRoots.length,
  };
  return Object.entries(dates).map(
    ([body, date], i) =>
      `${i === 0 ? 'knowledge ' : '          '} ${body}: ${counts[body] ?? 0}${date === 'none' ? '' : `, as of ${date}`}`,
  );
}

/** What a reader needs to know of one attack: what a level never claimed to stop is no fault of this machine. */
function said({ stopped, claimed }: Trial): string {
  if (stopped) return 'stopped    ';
  return claimed ? 'NOT STOPPED' : 'not claimed';
}
