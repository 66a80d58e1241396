import type { Reader } from '#engine/describe/start-up/reader';
import type { Context } from '#engine/describe/start-up/starts';
import type { System } from '#engine/describe/start-up/tree';

/** Calls every script of a folder whose name is the letter and two digits, in byte order, as rc scripts do. */
export function runRcFolder(
  reader: Reader,
  folder: string,
  letter: string,
  action: string,
  context: Context,
): void {
  for (const name of reader.system.names(folder)) {
    if (!name.startsWith(letter) || !/^[A-Z]\d\d/.test(name)) continue;
    reader.waiting.push({ path: `${folder}/${name}`, args: [action], context, depth: 1 });
  }
}

/** Where an init that is given no table begins.
 *  BusyBox without etc/inittab runs etc/init.d/rcS (init.c, INIT_SCRIPT). Where nothing tells how init begins, a script
 *  in one of the usual places counts as reached when the tree has an init, for then something runs them in nearly all
 *  systems; without any init in the tree nothing is reached. So this errs towards "reached" on systems whose init is a
 *  program of the vendor, and towards "not reached" on trees that are only a part of a system. */
export function readConventions(reader: Reader): void {
  const { system } = reader;
  const context: Context = { by: 'rc', user: null, chain: [], conditions: [], reached: hasInit(system) };
  const call = (path: string, args: readonly string[]) => {
    if (system.file(path) !== null) reader.waiting.push({ path, args, context, depth: 1 });
  };
  if (isBusybox(system, 'sbin/init') || isBusybox(system, 'init') || isBusybox(system, 'linuxrc')) {
    call('etc/init.d/rcS', []);
    return;
  }
  for (const path of [
    'etc/rc.sysinit',
    'etc/rc.d/rc.sysinit',
    'etc/init.d/rcS',
    'etc/rc.d/rcS',
    'etc/rcS',
    'etc/rc',
  ])
    call(path, []);
  for (const folder of [
    'etc/rcS.d',
    'etc/rc2.d',
    'etc/rc3.d',
    'etc/rc5.d',
    'etc/rc.d/rc3.d',
    'etc/rc.d/rc5.d',
  ])
    runRcFolder(reader, folder, 'S', 'start', context);
  runRcFolder(reader, 'etc/rc.d', 'S', 'boot', context);
  if (system.file('etc/init.d/rcS') === null) runRcFolder(reader, 'etc/init.d', 'S', 'start', context);
  call('etc/rc.local', []);
  call('etc/rc.d/rc.local', []);
}

/** Scripts that the kernel starts itself, before or instead of init. */
export function readFirst(reader: Reader): void {
  const { system } = reader;
  const chain: readonly string[] = [];
  const context: Context = { by: 'init', user: null, chain, conditions: [], reached: true };
  for (const path of ['init', 'linuxrc', 'etc/preinit', 'sbin/preinit', 'sbin/init', 'bin/init', 'preinit']) {
    const file = system.file(path);
    if (file !== null && system.text(file) !== null)
      reader.waiting.push({ path, args: [], context, depth: 1 });
  }
}

const INITS = ['sbin/init', 'init', 'linuxrc', 'etc/preinit', 'sbin/preinit', 'bin/init', 'sbin/procd'];

/** True when the tree has a program that the kernel would start. */
export function hasInit(system: System): boolean {
  return INITS.some((path) => system.has(path));
}

function isBusybox(system: System, path: string): boolean {
  const target = system.linkAt(path);
  return target !== null && /(?:^|\/)busybox[\w.-]*$/.test(target);
}

/** OpenRC: scripts that a runlevel links to. */
export function readRunlevels(reader: Reader): void {
  const context: Context = { by: 'openrc', user: null, chain: [], conditions: [], reached: true };
  for (const level of ['sysinit', 'boot', 'default']) {
    for (const name of reader.system.names(`etc/runlevels/${level}`))
      reader.waiting.push({ path: `etc/runlevels/${level}/${name}`, args: ['start'], context, depth: 1 });
  }
}

/** True for places whose scripts start-up conventions run. */
export function isRcPath(path: string): boolean {
  return /^etc\/(?:init\d*\.d|rc[\dS]?\.d|rc\.d|rc\d?|rcS|rc\.local|rc\.sysinit)(?:\/|$)/.test(path);
}
