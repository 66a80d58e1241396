import type { Statement, Strength } from '#domain/indication';
import type { WebRouteObservation } from '#domain/observed-access';
import type { Examiner, Sight, Sighting } from '#domain/plugin';
import { cut, oneLine, tail } from '#domain/wording';

/** Pages that run commands for whoever asks, and commands of web servers that no page shows. */
export const openWebCommand: Examiner = {
  kind: 'examiner',
  id: 'open-web-command',
  version: 1,
  doc: {
    name: 'open web command',
    says: 'Speaks for handlers of web requests that run what the request brings, or change the device, and in which nothing asks who is there; and for handlers compiled into a web server whose names speak of commands, shells or debugging and which no page of the tree names. Strength is reachable where the request decides what runs and start-up starts a web server without a condition, linked where one of the two is missing, present for compiled handlers.',
    sources: ['3GPP TS 33.117, 4.2.3.4.1.1', 'CWE-78, CWE-306, CWE-749, CWE-912'],
    limits: [
      'Handlers with any check are silent, whatever the check is worth. Errs towards silence.',
      'Whether the request must come from inside, through a proxy or past a packet filter is not weighed.',
      'Of compiled handlers the name alone speaks; they may ask for a log-in, and a page of another product may name them.',
      'Whether a value is quoted before it is run is not followed. Errs towards speaking.',
    ],
  },
  question: 'undocumented-access',
  reads: ['web-route', 'start'],
  examine(sight) {
    const served = serversIn(sight);
    const found = sight.sightings.flatMap((sighting) => seenIn(sighting, served));
    const groups = Map.groupBy(found, (seen) => JSON.stringify(identityOf(seen)));
    return [...groups.values()].map(statementOf);
  },
};

interface Seen {
  readonly observation: WebRouteObservation;
  readonly path: string;
  readonly what: 'injects' | 'acts' | 'hidden';
  /** True: start-up starts a web server of the same tree, whatever happens. */
  readonly isServed: boolean;
}

const SERVERS = /^(?:boa|goahead|webs|httpd|uhttpd|mini_httpd|thttpd|lighttpd|nginx|apache2|webd|webserver)$/;

/** Trees whose start-up starts a web server. */
function serversIn({ sightings }: Sight): ReadonlySet<string> {
  return new Set(
    sightings.flatMap(({ observation, tree }) => {
      if (observation.kind !== 'start' || !observation.reached || observation.present === false) return [];
      const name = observation.program.slice(observation.program.lastIndexOf('/') + 1);
      return SERVERS.test(name) && observation.condition === null ? [tree] : [];
    }),
  );
}

function seenIn({ observation, tree }: Sighting, served: ReadonlySet<string>): readonly Seen[] {
  if (observation.kind !== 'web-route') return [];
  const { guard, runs, takesRequest, linked, handler } = observation;
  const path = observation.place.path ?? '';
  const isServed = served.has(tree);
  if (guard === 'none-seen' && runs !== null)
    return [{ observation, path, what: takesRequest ? 'injects' : 'acts', isServed }];
  if (guard === 'not-visible' && linked === false && namesCommand(handler ?? ''))
    return [{ observation, path, what: 'hidden', isServed }];
  return [];
}

/** Words of names that hand out the device instead of a setting of it. */
const COMMANDS =
  /^(?:cmd|syscmd|command|shell|exec|execute|telnet|ssh|console|debug|dbg|hidden|secret|mfg|factorymode|engineer|superuser|root)$/;

function namesCommand(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2');
  return words
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => COMMANDS.test(word));
}

/** The same route, whatever it runs in the next release. */
function identityOf({ observation, what }: Seen): readonly string[] {
  return ['web-command', what, observation.route];
}

function strengthOf({ what, isServed }: Seen): Strength {
  switch (what) {
    case 'injects':
      return isServed ? 'reachable' : 'linked';
    case 'acts':
      return 'linked';
    case 'hidden':
      return 'present';
  }
}

function statementOf(group: readonly Seen[]): Statement {
  const [seen] = group;
  if (seen === undefined) throw new Error('a group is never empty');
  const { what, observation } = seen;
  const strength = strengthOf(seen);
  return {
    question: 'undocumented-access',
    title: titleOf(seen),
    strength,
    facts: {
      undocumented: null,
      hardCoded: null,
      reachable: strength === 'reachable' ? true : null,
      used: null,
    },
    weaknesses: WEAKNESSES[what],
    requirements: ['TS 33.117 4.2.3.4.1.1'],
    identity: identityOf(seen),
    places: group.map((each) => each.observation.place),
    matters: mattersOf(seen),
    disproof:
      what === 'hidden'
        ? `Something outside the tree names ${observation.route}, or the handler asks for a log-in and is described in the documents.`
        : 'The server itself asks who is there before the handler runs, or nobody can send it a request.',
  };
}

const WEAKNESSES: Readonly<Record<Seen['what'], readonly string[]>> = {
  injects: ['CWE-306', 'CWE-78'],
  acts: ['CWE-306', 'CWE-749'],
  hidden: ['CWE-912', 'CWE-749'],
};

function titleOf({ observation, path, what }: Seen): string {
  const route = tail(oneLine(observation.route), 48);
  const runs = cut(oneLine(observation.runs ?? ''), 60);
  const where = tail(oneLine(path), 60);
  switch (what) {
    case 'injects':
      return `${route} runs what the request brings and asks nobody: ${runs} in ${where}`;
    case 'acts':
      return `${route} changes the device and asks nobody: ${runs} in ${where}`;
    case 'hidden':
      return `${route} of ${where} is named by no page`;
  }
}

function mattersOf({ what }: Seen): string {
  switch (what) {
    case 'injects':
      return 'Whoever can send a request decides what the device runs, without a log-in.';
    case 'acts':
      return 'Whoever can send a request makes the device do this, without a log-in.';
    case 'hidden':
      return 'A handler whose name speaks of commands and that no page offers is known only to those who built it.';
  }
}
