import type { Declaration } from '#domain/declaration';
import type { Statement, Strength } from '#domain/indication';
import { STRENGTHS } from '#domain/indication';
import { portNaming } from '#domain/listening';
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
      'A service that the declaration lists by program or port, or whose port a row of the matrix names at a destination, stays silent, also when it is started otherwise than declared. A blanket row names none.',
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
  const isProgram = (declaration?.services ?? []).some(
    ({ program }) => program !== null && baseOf(program).toLowerCase() === name,
  );
  return isProgram || ports.some((port) => portNaming(declaration, { transport, port })?.naming === 'named');
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
  const isSaid = declaration !== null && (declaration.services !== null || declaration.matrix !== null);
  const undocumented = isSaid ? true : null;
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

function titleOf(start: StartObservation, listener: Listener): string {
  const how = start.reached ? 'Start-up runs' : 'A line that start-up was not seen to reach runs';
  const absent =
    start.present === false
      ? '; the image has no such program'
      : start.present === null
        ? '; whether the image has the program cannot be told'
        : '';
  return oneLine(`${how} ${listener.name}, ${whatWords(listener)}${whenWords(start)}${absent}`, 300);
}

function whatWords(listener: Listener): string {
  const { opening, gives, ports } = listener;
  const port = ports.length === 1 ? ` on port ${ports[0]}` : '';
  switch (opening) {
    case 'telnet':
      return `a telnet server${port}${entranceWords(listener)}`;
    case 'bound-shell':
      return gives === null
        ? `which answers whoever connects${port}`
        : `which hands ${gives} to whoever connects${port}`;
    case 'connect-back':
      return `which connects to another machine and hands ${gives ?? 'a program'} to it`;
    case 'r-service':
      return `a remote shell service${port}`;
    case 'debug-agent':
      return `a debugger that takes commands from the network${port}`;
    case 'tunnel':
      return 'which opens a way into this system on another machine';
    case 'open-ssh':
      return `an SSH server${port}${entranceWords(listener)}`;
  }
}

function entranceWords({ entrance, gives, user, secret }: Listener): string {
  const by = gives === null ? '' : ` by ${gives}`;
  switch (entrance) {
    case 'fixed':
      return ` that lets in ${user === null ? 'everybody' : `fixed user ${user}`} with a password ${secret ?? ''}${by}`;
    case 'none':
      return ` that asks for no password${gives === null ? '' : ` and gives ${gives}`}`;
    case 'login':
      return ` with a login${by}`;
    case 'unknown':
      return gives === null ? '' : ` that hands over to ${gives}`;
  }
}

function whenWords({ condition, by }: StartObservation): string {
  const parts = (condition ?? '')
    .split('; ')
    .filter((part) => part !== '' && !part.startsWith('connection to '));
  if (parts.length === 0) return '';
  const text = oneLine(withoutSecrets(parts.join('; ')), 120);
  return by === 'cron' ? ` (cron: ${text})` : ` (only: ${text})`;
}

/** A condition may compare a password or carry one in a URL: only its length is told. */
function withoutSecrets(text: string): string {
  const masked = (secret: string) => `[${secret.length} characters]`;
  return text
    .replaceAll(
      /((?:pass|pwd|secret|token|key|psk)\w{0,32}["'}]{0,2} ?[!=]{1,2} ?["']?)([^\s"'$\]]{1,200})/gi,
      (_, before: string, secret: string) => before + masked(secret),
    )
    .replaceAll(
      /(:\/\/[^\s/@:]{0,64}:)([^\s/@]{1,128})@/g,
      (_, before: string, secret: string) => `${before}${masked(secret)}@`,
    );
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
