// node examples/examine/hidden-command/make.ts: writes the inputs of the examiner of hidden commands.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandObservation } from '#domain/observed-access';
import type { Sighting } from '#domain/plugin';

let at = 0;

function command(name: string, values: Partial<CommandObservation> = {}, path = 'etc/clish/main.xml'): Sighting {
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  at += 50;
  const observation: CommandObservation = {
    kind: 'command',
    place: { artefact, path, range: [at, at + 40] },
    shell: 'klish',
    name,
    hidden: true,
    runs: null,
    opensShell: false,
    privilege: null,
    ...values,
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

write('hidden-shell', 'One of three hidden commands opens a shell: it is said by itself.', [
  command('_dbg', { runs: 'exec /bin/bash', opensShell: true }),
  command('dump memory'),
  command('set serial'),
]);

write('copies', 'The same file lies in two folders: one indication.', [
  command('dump memory', {}, 'configs/cli.xml'),
  command('dump memory', {}, 'etc/cli.xml'),
]);

write('shown', 'Nothing is hidden: silent.', [command('show version', { hidden: false })]);

write('shown-shell', 'The look-alike: a command that opens a shell and that the help shows.', [
  command('shell', { hidden: false, runs: '/bin/sh', opensShell: true }),
]);
