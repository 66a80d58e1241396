import type { Declaration } from '#domain/declaration';
import type { Statement, Strength } from '#domain/indication';
import { STRENGTHS } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { Examiner, Sight } from '#domain/plugin';
import {
  type Entrance,
  baseOf,
  type Listener,
  listenerOf,
  type Opening,
} from '#engine/examine/undeclared-listener/listeners';

/** Ways into the system from a network that it opens by itself and that nobody declared. */
export const undeclaredListener: Examiner = {
  kind: 'examiner',
  id: 'undeclared-listener',
  version: 1,
  doc: {
    name: 'Undeclared ways in',
    says: 'Asks whether the system starts telnet, a shell on a port, a shell that connects out, rlogin or rsh, a debugger, a reverse tunnel, or SSH without a password, and whether the declaration accounts for it.',
    sources: [
      '3GPP TS 33.117, 4.3.2.1, 4.2.3.2.4, 4.2.3.4.1.1, 4.2.3.4.2.1 to 4.2.3.4.2.3, 4.3.2.4',
      'CWE-306, CWE-319, CWE-489, CWE-798, CWE-912',
    ],
    limits: [
      'Goes by the names and arguments of programs that shell scripts and tables start. A listener under another name, or one that a compiled program opens by itself, is not seen.',
      'A plain SSH server is a usual function and stays silent, whatever its configuration file says.',
      'A line that start-up does not reach, with a program the image lacks, stays silent.',
      'Packet filters, interfaces and the settings a condition asks for are not weighed: they are left to the person who reads.',
      'A service that the declaration lists by program or port stays silent, also when it is started otherwise than declared.',
    ],
  },
  question: 'undocumented-access',
  reads: ['start'],
  examine: (sight) => examine(sight),
};

interface Found {
  readonly start: StartObservation;
  readonly listener: Listener;
  readonly strength: Strength;
}

function examine({ sightings, declaration }: Sight): readonly Statement[] {
  const found = sightings.flatMap(({ observation }): readonly Found[] => {
    if (observation.kind !== 'start' || (!observation.reached && observation.present === false)) return [];
    const listener = listenerOf(observation);
    if (listener === null || isDeclared(listener, declaration)) return [];
    return [{ start: observation, listener, strength: strengthOf(observation, listener) }];
  });
  const groups = Map.groupBy(found, ({ start, listener }) => JSON.stringify(identityOf(start, listener)));
  return [...groups.values()].map((group) => statementOf(group, declaration));
}

/** True when the declaration names the program, or a port it listens on. */
function isDeclared({ name, ports, transport }: Listener, declaration: Declaration | null): boolean {
  return (declaration?.services ?? []).some((service) => {
    const sameProgram = service.program !== null && baseOf(service.program).toLowerCase() === name;
    const sameTransport = service.transport === null || service.transport === transport;
    return sameProgram || (service.port !== null && sameTransport && ports.includes(service.port));
  });
}

/** The same listener of the same file, whatever its arguments are in the next release. */
function identityOf({ place }: StartObservation, { opening, name }: Listener): readonly string[] {
  return ['listener', opening, name, place.path ?? ''];
}

/** A connection that arrives is what a listener waits for; every other condition may never come true. */
function isUnconditional({ condition }: StartObservation): boolean {
  return condition === null || condition.split('; ').every((part) => part.startsWith('connection to '));
}

function strengthOf(start: StartObservation, { opening, name }: Listener): Strength {
  if (!start.reached || start.present === false) return 'present';
  // adb may be bound to USB alone
  if (!isUnconditional(start) || start.present === null || (opening === 'debug-agent' && name === 'adbd'))
    return 'linked';
  return 'reachable';
}

const ENTRANCES: readonly Entrance[] = ['login', 'unknown', 'none', 'fixed'];

function weightOf({ strength, listener }: Found): number {
  return STRENGTHS.indexOf(strength) * 10 + ENTRANCES.indexOf(listener.entrance);
}

function statementOf(group: readonly Found[], declaration: Declaration | null): Statement {
  const sorted = group.toSorted((a, b) => weightOf(b) - weightOf(a));
  const [first] = sorted;
  if (first === undefined) throw new Error('a group is never empty');
  const { start, listener, strength } = first;
  const { entrance, opening } = listener;
  const undocumented = declaration === null || declaration.services === null ? null : true;
  const others =
    sorted.length === 1
      ? ''
      : ` ${sorted.length - 1} more ${sorted.length === 2 ? 'line starts' : 'lines start'} it too.`;
  return {
    question: 'undocumented-access',
    title: titleOf(start, listener),
    strength,
    facts: {
      undocumented,
      hardCoded: entrance === 'fixed',
      reachable: strength === 'reachable' ? true : null,
      used: null,
    },
    weaknesses: [
      ...WEAKNESSES[opening],
      ...BY_ENTRANCE[entrance].weaknesses,
      ...(undocumented === true ? ['CWE-912'] : []),
    ],
    requirements: [...REQUIREMENTS[opening], ...BY_ENTRANCE[entrance].requirements],
    identity: identityOf(start, listener),
    places: sorted.map((found) => found.start.place),
    matters: `${MATTERS[opening]} ${ENTRANCE_MATTERS[entrance]}${others}`.trim(),
    disproof: disproofOf(start),
  };
}

// --- words

const NAMES: Readonly<Record<Opening, string>> = {
  telnet: 'a telnet server',
  'bound-shell': 'a shell on a network port',
  'connect-back': 'a shell that connects to another machine',
  'r-service': 'a remote shell service',
  'debug-agent': 'a debugger that takes commands',
  tunnel: 'a reverse tunnel',
  'open-ssh': 'an SSH server',
};

function titleOf(start: StartObservation, listener: Listener): string {
  const { name, ports } = listener;
  const port = ports.length === 1 ? ` on port ${ports[0]}` : '';
  const how = start.reached ? 'Start-up runs' : 'A line that start-up was not seen to reach runs';
  const absent =
    start.present === false
      ? '; the image has no such program'
      : start.present === null
        ? '; whether the image has the program cannot be told'
        : '';
  const title = `${how} ${name}, ${NAMES[listener.opening]}${port}${entranceWords(listener)}${whenWords(start)}${absent}`;
  return oneLine(title, 300);
}

function entranceWords({ entrance, gives, user, secret }: Listener): string {
  const to = gives === null ? '' : ` to ${gives}`;
  switch (entrance) {
    case 'fixed':
      return `, letting in${user === null ? '' : ` fixed user ${user}`} with a password ${secret ?? ''}${to}`;
    case 'none':
      return `, letting in without a password${to}`;
    case 'login':
      return gives === null ? ', with a login' : `, with a login by ${gives}`;
    case 'unknown':
      return gives === null ? '' : `, handing over${to}`;
  }
}

function whenWords({ condition, by }: StartObservation): string {
  const parts = (condition ?? '')
    .split('; ')
    .filter((part) => part !== '' && !part.startsWith('connection to '));
  if (parts.length === 0) return '';
  return by === 'cron'
    ? ` (cron: ${oneLine(parts.join('; '), 120)})`
    : ` (only: ${oneLine(parts.join('; '), 120)})`;
}

function oneLine(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

const MATTERS: Readonly<Record<Opening, string>> = {
  telnet:
    'Whoever reaches the port can work on the system, and everything typed, passwords too, crosses the network in the clear.',
  'bound-shell':
    'Whoever reaches the port gets a program of the system without the checks of a login service.',
  'connect-back':
    'The system reaches out and hands its shell to whoever answers; packet filters towards the system do not stop it.',
  'r-service': 'These services trust addresses and send everything in the clear.',
  'debug-agent':
    'A debugger reads and changes every process it is attached to, which an operator never needs.',
  tunnel: 'A port on another machine leads into the system, past packet filters towards it.',
  'open-ssh': 'The server lets in whoever knows what stands in the image, or nothing at all.',
};

const ENTRANCE_MATTERS: Readonly<Record<Entrance, string>> = {
  none: 'No password is asked for.',
  fixed: 'User and password are part of the image, so they are the same on every device.',
  login: '',
  unknown: '',
};

function disproofOf({ condition, reached, present }: StartObservation): string {
  const parts = [
    'A declaration that lists the service and says who may reach it, or a packet filter that keeps everyone away from it.',
  ];
  if (!reached) parts.push('That nothing, also no compiled program, runs the line.');
  else if (condition !== null && !condition.startsWith('connection to '))
    parts.push('That its condition is never met on delivered devices.');
  if (present === false) parts.push('That the program comes from no other part of the system.');
  return parts.join(' ');
}

const WEAKNESSES: Readonly<Record<Opening, readonly string[]>> = {
  telnet: ['CWE-319'],
  'bound-shell': ['CWE-319'],
  'connect-back': ['CWE-319'],
  'r-service': ['CWE-319'],
  'debug-agent': ['CWE-489'],
  tunnel: [],
  'open-ssh': [],
};

const UNNECESSARY = 'TS 33.117 4.3.2.1';

const REQUIREMENTS: Readonly<Record<Opening, readonly string[]>> = {
  telnet: [UNNECESSARY, 'TS 33.117 4.2.3.2.4'],
  'bound-shell': [UNNECESSARY],
  'connect-back': [UNNECESSARY],
  'r-service': [UNNECESSARY, 'TS 33.117 4.2.3.2.4'],
  'debug-agent': [UNNECESSARY, 'TS 33.117 4.3.2.4'],
  tunnel: [UNNECESSARY],
  'open-ssh': [UNNECESSARY],
};

const BY_ENTRANCE: Readonly<
  Record<Entrance, { readonly weaknesses: readonly string[]; readonly requirements: readonly string[] }>
> = {
  none: { weaknesses: ['CWE-306'], requirements: ['TS 33.117 4.2.3.4.1.1', 'TS 33.117 4.2.3.4.2.1'] },
  fixed: { weaknesses: ['CWE-798'], requirements: ['TS 33.117 4.2.3.4.2.2', 'TS 33.117 4.2.3.4.2.3'] },
  login: { weaknesses: [], requirements: [] },
  unknown: { weaknesses: [], requirements: [] },
};
