// node examples/examine/open-web-command/make.ts: writes the inputs of the examiner of open web commands.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StartObservation } from '#domain/observation';
import type { WebRouteObservation } from '#domain/observed-access';
import type { Sighting } from '#domain/plugin';

let at = 0;

function placeIn(path: string) {
  const artefact = `sha256:${Buffer.from(path).toString('hex').padEnd(64, '0').slice(0, 64)}` as const;
  at += 50;
  return { artefact, path, range: [at, at + 40] as const };
}

/** What is not given is as of a script that evaluates the request and asks nobody. */
function route(name: string, values: Partial<WebRouteObservation> = {}): Sighting {
  const path = `www/cgi-bin/${name}`;
  const observation: WebRouteObservation = {
    kind: 'web-route',
    place: placeIn(path),
    server: 'uhttpd',
    route: `/cgi-bin/${name}`,
    handler: path,
    guard: 'none-seen',
    guardedBy: null,
    runs: 'eval "$cmd"',
    takesRequest: true,
    linked: false,
    ...values,
  };
  return { tree: 'tree-1', mode: 0o755, observation };
}

function server(condition: string | null): Sighting {
  const observation: StartObservation = {
    kind: 'start',
    place: placeIn('etc/init.d/web'),
    by: 'rc',
    program: '/usr/sbin/uhttpd',
    arguments: ['-h', '/www'],
    user: null,
    chain: ['etc/inittab', 'etc/init.d/web'],
    condition,
    reached: true,
    present: true,
  };
  return { tree: 'tree-1', mode: 0o755, observation };
}

function compiled(name: string, linked: boolean): Sighting {
  return route(name, {
    place: placeIn('bin/boa'),
    server: 'boa',
    route: `/boaform/${name}`,
    handler: name,
    guard: 'not-visible',
    runs: null,
    takesRequest: false,
    linked,
  });
}

function write(name: string, note: string, sightings: readonly Sighting[]): void {
  const folder = join(import.meta.dirname, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'input.json'), `${JSON.stringify({ declaration: null, sightings }, null, 1)}\n`);
  writeFileSync(join(folder, 'NOTE.md'), `${note}\nMade by ../make.ts.\n`);
  at = 0;
}

write('request-decides', 'The request decides what runs, and start-up starts the server: reachable.', [
  server(null),
  route('run.cgi'),
  route('restart.cgi', { runs: 'reboot', takesRequest: false }),
]);

write('server-under-a-condition', 'Whether the server starts depends: linked.', [server('[ -f /etc/web ]'), route('run.cgi')]);

write('guarded', 'Something asks who is there: silent.', [
  server(null),
  route('run.cgi', { guard: 'present', guardedBy: '. /usr/lib/check_login.sh' }),
]);

write('compiled-handlers', 'The look-alike: of three handlers no page names two, and one of these speaks of commands.', [
  compiled('formSysCmd', false),
  compiled('formExecutiveSummary', false),
  compiled('formTelnet', true),
]);
