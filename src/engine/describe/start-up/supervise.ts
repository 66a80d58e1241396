import type { Reader } from '#engine/describe/start-up/reader';
import type { Context } from '#engine/describe/start-up/starts';

/** Folders that runit and s6 watch: every folder in them has a `run`. */
const WATCHED: readonly (readonly [folder: string, by: string])[] = [
  ['etc/service', 'runit'],
  ['service', 'runit'],
  ['var/service', 'runit'],
  ['etc/runit/runsvdir/default', 'runit'],
  ['etc/runit/runsvdir/current', 'runit'],
  ['etc/services.d', 's6'],
  ['etc/s6/services', 's6'],
  ['etc/s6-overlay/s6-rc.d', 's6'],
  ['run/service', 's6'],
];

/** Reads services under runit and s6. They are reached when start-up starts the supervisor. */
export function readSupervised(reader: Reader): void {
  const { system } = reader;
  const supervisors = reader.starts.reachedOf([
    'runsvdir',
    'runsvdir-start',
    'runit',
    's6-svscan',
    's6-linux-init',
    'svscan',
    'svscanboot',
  ]);
  const isInit = ['sbin/runit', 'sbin/runit-init', 'bin/s6-svscan', 'init'].some((path) =>
    /runit|s6/.test(system.linkAt(path) ?? (path === 'init' ? '' : system.has(path) ? path : '')),
  );
  const way = supervisors[0]?.context;
  for (const [folder, by] of WATCHED) {
    const context: Context = {
      by,
      user: null,
      chain: way?.chain ?? [],
      conditions: way?.conditions ?? [],
      reached: way !== undefined || isInit,
    };
    for (const name of system.names(folder)) {
      const path = `${folder}/${name}/run`;
      // a file `down` keeps a service from being started (runsv(8))
      const reached = context.reached && !system.has(`${folder}/${name}/down`);
      if (system.file(path) !== null)
        reader.waiting.push({ path, args: [], context: { ...context, reached }, depth: 1 });
    }
  }
}
