import { isNobody } from '#domain/destinations';
import type { EndpointObservation, StartObservation } from '#domain/observation';
import type { Sighting } from '#domain/plugin';

/** A command that cron or a timer runs, with an address outside that it takes. */
export interface ScheduledCall {
  readonly start: StartObservation;
  readonly endpoint: EndpointObservation;
}

/** Calls by the clock: the address stands among the arguments, in the program that is run, or in a variable of the same script.
 *  @param sightings  of starts and endpoints; others say nothing here */
export function scheduledCallsIn(sightings: readonly Sighting[]): readonly ScheduledCall[] {
  return [...Map.groupBy(sightings, ({ tree }) => tree).values()].flatMap(callsIn);
}

function callsIn(sightings: readonly Sighting[]): readonly ScheduledCall[] {
  const endpoints = Map.groupBy(
    sightings.flatMap(({ observation }) =>
      observation.kind === 'endpoint' && isDialled(observation) ? [observation] : [],
    ),
    ({ place }) => plain(place.path ?? ''),
  );
  return sightings.flatMap(({ observation }): readonly ScheduledCall[] => {
    if (observation.kind !== 'start' || !isScheduled(observation)) return [];
    const start = observation;
    const inLine = (endpoints.get(plain(start.place.path ?? '')) ?? []).filter(({ host }) =>
      start.arguments.some((text) => text.includes(host)),
    );
    const called = [start.program, ...start.arguments.filter((text) => text.startsWith('/'))];
    const inProgram = called
      .flatMap((path) => endpoints.get(plain(path)) ?? [])
      .filter(({ taker }) => taker?.kind === 'program');
    // the script sets the address and the command takes it
    const setBefore = CONNECTS.test(start.program)
      ? (endpoints.get(plain(start.place.path ?? '')) ?? []).filter(
          ({ taker }) =>
            taker?.kind === 'setting' &&
            start.arguments.some(
              (text) => text.includes(`$${taker.name}`) || text.includes(`\${${taker.name}`),
            ),
        )
      : [];
    return [...new Set([...inLine, ...inProgram, ...setBefore])].map((endpoint) => ({ start, endpoint }));
  });
}

const CONNECTS =
  /(?:^|\/)(?:wget|curl|uclient-fetch|nc|ncat|netcat|telnet|ftpget|ftpput|t?ftp|ssh|scp|sftp|dbclient|rsync|socat|openssl|mosquitto_pub|sendmail|snmptrap)$/;

function isDialled(endpoint: EndpointObservation): boolean {
  const { role, taker, form } = endpoint;
  if (taker === null || role === 'namespace' || role === 'documentation' || role === 'time') return false;
  return (form !== 'mail' || taker.kind === 'command') && !isNobody(endpoint);
}

/** Run by cron or by a timer, and not only written somewhere. */
function isScheduled({ by, condition, reached, present }: StartObservation): boolean {
  return reached && present !== false && (by === 'cron' || TIMER.test(condition ?? ''));
}

const TIMER = /\bOn(?:Calendar|BootSec|StartupSec|UnitActiveSec|UnitInactiveSec|ActiveSec)=/;

function plain(path: string): string {
  return path.replace(/^\.?\/+/, '');
}
