import { linesIn } from '#engine/describe/start-up/lines';
import { runRcFolder } from '#engine/describe/start-up/rc';
import type { Reader } from '#engine/describe/start-up/reader';
import { runText } from '#engine/describe/start-up/script';
import type { Context } from '#engine/describe/start-up/starts';

/** What init does while the system starts or runs; everything else waits for a key, a signal or the end. */
const STARTS = new Set([
  'sysinit',
  'boot',
  'bootwait',
  'wait',
  'once',
  'respawn',
  'respawnlate',
  'askfirst',
  'askconsole',
  'askconsolelate',
  'ondemand',
]);

/** Reads etc/inittab: BusyBox's, System V's and procd's form share four fields, `id:runlevels:action:process`.
 *  With an `initdefault` line, lines of other runlevels are not reached. False: there is no inittab.
 *  Source: BusyBox examples/inittab; inittab(5) of sysvinit; OpenWrt procd inittab.c */
export function readInittab(reader: Reader): boolean {
  const file = reader.system.file('etc/inittab');
  const bytes = file === null ? null : reader.system.text(file);
  if (file === null || bytes === null) return false;
  const entries = linesIn(bytes).flatMap(({ text, range }) => {
    const fields = /^([^:]{0,64}):([^:]{0,64}):([^:]{1,32}):(.*)$/.exec(text);
    return fields === null
      ? []
      : [{ levels: fields[2] ?? '', action: fields[3] ?? '', program: fields[4] ?? '', range }];
  });
  const level = entries.find(({ action }) => action === 'initdefault')?.levels ?? null;
  for (const { levels, action, program, range } of entries) {
    if (action === 'initdefault' || program === '') continue;
    const runs = STARTS.has(action) && (level === null || levels === '' || levels.includes(level));
    const context: Context = {
      by: 'inittab',
      user: null,
      chain: [file.path],
      conditions: [],
      reached: runs || action === 'sysinit' || action === 'boot' || action === 'bootwait',
    };
    // `-` asks for a login shell, `+` for no entry in utmp
    const command = program.replace(/^[-+@]+/, '');
    runText(reader, command, { file, range, context });
    readRunlevel(reader, command, context);
  }
  return true;
}

/** `rc 3`, `rcS S boot`: the script goes through a folder of links. Debian's does so in ways that are not read, OpenWrt's
 *  is part of procd and no file at all; what both do is the convention. */
function readRunlevel(reader: Reader, command: string, context: Context): void {
  const [program = '', level = '', action] = command.split(/\s+/);
  const { system } = reader;
  if (!/(?:^|\/)rcS?$/.test(program) || !/^[\dSsK]$/.test(level)) return;
  const inner = { ...context, by: 'rc' };
  if (action !== undefined && system.file(program) === null) {
    runRcFolder(reader, 'etc/rc.d', level.toUpperCase(), action, inner);
    return;
  }
  for (const folder of [`etc/rc${level}.d`, `etc/rc.d/rc${level}.d`, `etc/init.d/rc${level}.d`])
    runRcFolder(reader, folder, 'S', 'start', inner);
}
