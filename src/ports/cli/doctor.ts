import { statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { ownVersion } from '#ports/cli/environment';
import { confinementTrials } from '#ports/jobs/confinement';

/** What this machine offers, with every claim tried: the attacks are really made, by a worker as confined as any. */
export async function doctor(): Promise<string> {
  const { bavail, bsize } = statfsSync('.');
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const trials = await confinementTrials();
  const rows = trials.map(({ attack, stopped }) => `  ${stopped ? 'stopped    ' : 'NOT STOPPED'}  ${attack}`);
  return [
    `assay      ${ownVersion()}`,
    `runtime    Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `processors ${availableParallelism()}`,
    `memory     ${gib(totalmem())}`,
    `disk       ${gib(bavail * bsize)} free here`,
    'isolation  permission: workers run under the Node permission model',
    ...rows,
    'knowledge  none embedded in this version; nothing to age',
    '',
  ].join('\n');
}
