// node examples/examine/open-console/make.ts: writes the inputs of the examiner of open consoles.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StartObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';

let at = 0;

/** What is not given is as of a shell in the table of init. */
function start(values: Partial<StartObservation> = {}): Sighting {
  const chain = values.chain ?? ['etc/inittab'];
  const path = chain.at(-1) ?? '';
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  at += 50;
  const observation: StartObservation = {
    kind: 'start',
    place: { artefact, path, range: [at, at + 40] },
    by: 'inittab',
    program: '/bin/sh',
    arguments: [],
    user: null,
    condition: null,
    reached: true,
    present: true,
    ...values,
    chain,
  };
  return { tree: 'tree-1', mode: 0o644, observation };
}

function write(name: string, note: string, sightings: readonly Sighting[]): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration: null, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

write('shells-in-the-table', 'Two consoles with a shell of log-in, and one with a plain shell.', [
  start({ program: '/bin/ash', arguments: ['--login'] }),
  start({ program: '/bin/ash', arguments: ['--login'] }),
  start(),
]);

write('getty-that-lets-in', 'A getty with a shell instead of login, and one that logs root in.', [
  start({ program: '/sbin/getty', arguments: ['-n', '-l', '/bin/sh', 'ttyS0', '115200'] }),
  start({ by: 'systemd', program: '/sbin/agetty', arguments: ['--autologin', 'root', 'ttyS0'], chain: ['etc/systemd/system/console.service'] }),
]);

write('script-of-the-table', 'A script of the table opens a shell unless a setting asks for a log-in.', [
  start({
    by: 'rc',
    program: '/bin/ash',
    arguments: ['--login'],
    chain: ['etc/inittab', 'usr/libexec/login.sh'],
    condition: '[ "$(uci -q get system.@system[0].ttylogin)" = 1 ] ||',
  }),
]);

write('log-in-asked', 'A getty and a login that ask: silent.', [
  start({ program: '/sbin/getty', arguments: ['-L', 'console', '115200', 'vt100'] }),
  start({ program: '/bin/login' }),
]);

write('shells-that-run-scripts', 'The look-alike: shells that run a script, and one that reads commands from a pipe.', [
  start({ arguments: ['/etc/rc.local'] }),
  start({ by: 'hotplug', program: 'sh', chain: ['etc/hotplug.d/iface/00-qos'] }),
  start({ by: 'rc', program: 'sh', chain: ['etc/inittab', 'etc/init.d/rcS'] }),
]);
