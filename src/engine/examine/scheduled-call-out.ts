import type { Declaration } from '#domain/declaration';
import { namingOf, ownerOf } from '#domain/destinations';
import type { Statement } from '#domain/indication';
import type { Examiner, Sight } from '#domain/plugin';
import { type ScheduledCall, scheduledCallsIn } from '#domain/scheduled-calls';
import { cut, oneLine } from '#domain/wording';

/** Commands that run by the clock and reach for a machine outside. */
export const scheduledCallOut: Examiner = {
  kind: 'examiner',
  id: 'scheduled-call-out',
  version: 1,
  doc: {
    name: 'calls out by the clock',
    says: 'Asks whether cron or a timer runs a command that connects to a host outside which the declaration does not name. It speaks only where three things hang together: a schedule, a line or script that it runs, and an address that the line or the script holds. Strength is reachable where the schedule is read by a cron that start-up runs and no further condition stands before the command, else linked.',
    sources: [
      'crontab(5); systemd.timer(5)',
      'MITRE ATT&CK T1053.003, T1053.006, T1029',
      '3GPP TS 33.117, 4.4.2',
      'CWE-912',
    ],
    limits: [
      'An address that another file sets, that is put together or encoded is not connected with the command.',
      'Loops that sleep in a script of start-up are no schedule here; their addresses are undeclared-endpoint’s.',
      'Time servers asked by a program for time stay silent: asking again is what they are for.',
    ],
  },
  question: 'undocumented-communication',
  reads: ['start', 'endpoint'],
  examine: (sight) => examine(sight),
};

function examine({ sightings, declaration }: Sight): readonly Statement[] {
  const calls = scheduledCallsIn(sightings);
  const open = calls.filter(({ endpoint }) => namingOf(declaration, endpoint) !== 'destination');
  const groups = Map.groupBy(open, ({ start, endpoint }) =>
    JSON.stringify([ownerOf(endpoint), start.place.path]),
  );
  return [...groups.values()].map((group) => statementOf(group, declaration));
}

function statementOf(group: readonly ScheduledCall[], declaration: Declaration | null): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const { start, endpoint } = first;
  const naming = namingOf(declaration, endpoint);
  const isNew = declaration !== null && declaration.matrix !== null && naming === 'nothing';
  const parts = (start.condition ?? '').split('; ').filter((part) => part !== '');
  const [schedule = ''] = parts;
  const isSure = parts.length <= 1;
  const others = new Set(group.map((call) => call.endpoint.value)).size - 1;
  const more = others === 0 ? '' : ` and ${others} more`;
  const declared =
    declaration === null || declaration.matrix === null
      ? ''
      : naming === 'kind'
        ? ', a flow that is declared without its destination'
        : ', which the declaration does not name';
  return {
    question: 'undocumented-communication',
    title: cut(
      oneLine(
        `By the clock (${schedule}) ${start.program.slice(start.program.lastIndexOf('/') + 1)} runs with ${endpoint.value}${more}${declared}: ${start.place.path ?? ''}`,
      ),
      240,
    ),
    strength: isSure ? 'reachable' : 'linked',
    facts: {
      undocumented: isNew ? true : null,
      hardCoded: true,
      reachable: isSure ? true : null,
      used: null,
    },
    weaknesses: isNew ? ['CWE-912'] : [],
    requirements: isNew ? ['TS 33.117 4.4.2'] : [],
    identity: ['scheduled-call', ownerOf(endpoint), start.place.path ?? ''],
    places: [...new Set(group.flatMap((call) => [call.start.place, call.endpoint.place]))],
    matters:
      'The device reports to, or asks, the owner of this address again and again without anyone’s doing: it shows that it is there, and can fetch what to do next.',
    disproof:
      'A declaration that names the destination, its owner, what is sent and how often; or a setting of the operator that ends it or replaces the address.',
  };
}
