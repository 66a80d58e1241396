import type { Statement } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { Examiner, Sighting } from '#domain/plugin';
import { cut, oneLine, tail } from '#domain/wording';

/** Consoles on which whoever sits down is let in. */
export const openConsole: Examiner = {
  kind: 'examiner',
  id: 'open-console',
  version: 1,
  doc: {
    name: 'open console',
    says: 'Speaks for consoles on which start-up opens a shell without asking who is there: a shell in the table of init, a getty that skips the log-in or logs somebody in by itself, a script of the table that opens a shell of log-in. Strength is linked where no condition stands before it, present otherwise.',
    sources: [
      '3GPP TS 33.117, 4.2.3.4.1.1, 4.2.3.4.2.1',
      'inittab of BusyBox and of sysvinit; agetty(8), getty of BusyBox 1.36; systemd.unit(5)',
      'CWE-306, CWE-489',
    ],
    limits: [
      'Whether the console leads to a plug outside, to pins on the board, or nowhere, is not seen: reachable stays unknown.',
      'Consoles of boot loaders and of the kernel are not asked about.',
      'A log-in that a compiled program makes instead of getty is not seen.',
    ],
  },
  question: 'undocumented-access',
  reads: ['start'],
  examine({ sightings }) {
    const found = sightings.flatMap(consoleIn);
    const groups = Map.groupBy(found, (start) => JSON.stringify(identityOf(start)));
    return [...groups.values()].map(statementOf);
  },
};

const SHELL = /^-?(?:sh|ash|bash|dash|ksh|mksh|hush|zsh)$/;

function consoleIn({ observation }: Sighting): readonly StartObservation[] {
  if (observation.kind !== 'start' || !observation.reached || observation.present === false) return [];
  return isOpen(observation) ? [observation] : [];
}

function isOpen({ program, arguments: args, by, chain }: StartObservation): boolean {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const isTable = /(?:^|\/)inittab$/.test(chain[0] ?? '');
  if (SHELL.test(name)) {
    const isDirect = isTable && chain.length === 1 && by === 'inittab';
    const isLogin = args.some((word) => /^(?:--login|-l|-il|-li)$/.test(word));
    const isShellOnly = args.every((word) => /^(?:--login|-[il]+)$/.test(word));
    return isShellOnly && (isDirect || (isLogin && isTable && chain.length === 2));
  }
  if (/^(?:a|m|min|fb)?getty$/.test(name)) return letsIn(args);
  return name === 'login' && args.includes('-f');
}

/** `-n -l /bin/sh`, `-a root`, `--autologin root`. */
function letsIn(args: readonly string[]): boolean {
  const login = args.findIndex((word) => word === '-l' || word === '--login-program');
  const own = login === -1 ? '' : (args[login + 1] ?? '');
  const isShell = SHELL.test(own.slice(own.lastIndexOf('/') + 1));
  return isShell || args.some((word) => /^(?:-a|--autologin(?:=.*)?)$/.test(word));
}

function identityOf({ program, place }: StartObservation): readonly string[] {
  return ['console', program, place.path ?? ''];
}

function statementOf(group: readonly StartObservation[]): Statement {
  const free = group.find(({ condition }) => condition === null);
  const start = free ?? group[0];
  if (start === undefined) throw new Error('a group is never empty');
  const { program, arguments: args, condition, place } = start;
  const line = cut(oneLine([program, ...args].join(' ')), 60);
  const many = group.length === 1 ? 'console' : `${group.length} consoles`;
  const when = condition === null ? '' : ` under a condition (${cut(oneLine(condition), 48)})`;
  return {
    question: 'undocumented-access',
    title: `${many} without a log-in: ${line}${when} in ${tail(oneLine(place.path ?? ''), 48)}`,
    strength: condition === null ? 'linked' : 'present',
    facts: { undocumented: null, hardCoded: null, reachable: null, used: null },
    weaknesses: ['CWE-306', 'CWE-489'],
    requirements: ['TS 33.117 4.2.3.4.1.1', 'TS 33.117 4.2.3.4.2.1'],
    identity: identityOf(start),
    places: group.map((each) => each.place),
    matters:
      'Whoever can reach the console, if only by opening the case, has the whole system without a password.',
    disproof: 'The console leads nowhere on the delivered device, or its input is cut off.',
  };
}
