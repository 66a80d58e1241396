import type { Declaration, MatrixRow } from '#domain/declaration';
import type { FacilityKind, FacilityObservation, FacilityState } from '#domain/observed-interception';
import type { StartObservation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Sighting } from '#domain/plugin';

/** One facility of a release, with every place that speaks of it, the one that says most first. */
export interface FoundFacility {
  readonly facility: FacilityKind;
  readonly by: string;
  readonly state: FacilityState;
  readonly destination: string | null;
  /** Everything seen that can switch it on, each once, in the order seen. */
  readonly switchedBy: readonly string[];
  /** Never empty; at most {@link PLACES}. */
  readonly places: readonly Place[];
}

/** Places kept of one facility: a mirror port of a large switch is named in a thousand lines. */
const PLACES = 20;
/** Switches kept of one facility. */
const SWITCHES = 20;

const STATES: readonly FacilityState[] = ['on', 'available', 'off'];

/** Facilities by what they do, what does it and where the traffic goes; a program that start-up runs is on.
 *  The strongest state counts: what is on somewhere is on.
 *  @param sightings  of facilities and starts; others say nothing here
 *  @returns what is on first, then in the order seen */
export function facilitiesIn(sightings: readonly Sighting[]): readonly FoundFacility[] {
  const starts = startsOf(sightings);
  const groups = new Map<string, FacilityObservation[]>();
  for (const { observation, tree } of sightings) {
    if (observation.kind !== 'facility') continue;
    const started = starts.get(startKey(tree, observation.by)) ?? [];
    const key = JSON.stringify([observation.facility, observation.by, observation.destination]);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(observation, ...started.map((start) => startedFacility(observation, start)));
  }
  return [...groups.values()].flatMap(joined).toSorted((a, b) => rank(a.state) - rank(b.state));
}

function rank(state: FacilityState): number {
  return STATES.indexOf(state);
}

function joined(group: readonly FacilityObservation[]): readonly FoundFacility[] {
  const sorted = group.toSorted((a, b) => rank(a.state) - rank(b.state));
  const [first] = sorted;
  if (first === undefined) return [];
  const switches = new Set(sorted.flatMap(({ switchedBy }) => switchedBy ?? []));
  const { facility, by, state, destination } = first;
  return [
    {
      facility,
      by,
      state,
      destination,
      switchedBy: [...switches].slice(0, SWITCHES),
      places: sorted.slice(0, PLACES).map(({ place }) => place),
    },
  ];
}

// --- programs that start-up runs

/** Starts that run a program for its work, by tree and name of the program. */
function startsOf(sightings: readonly Sighting[]): ReadonlyMap<string, readonly StartObservation[]> {
  const starts = new Map<string, StartObservation[]>();
  for (const { observation, tree } of sightings) {
    if (observation.kind !== 'start' || !observation.reached || observation.present === false) continue;
    if (observation.arguments.some((word) => /^(?:-r|-h|-D|-V|--help|--version)$/.test(word))) continue;
    const key = startKey(tree, observation.program);
    const list = starts.get(key) ?? [];
    starts.set(key, list);
    if (list.length < PLACES) list.push(observation);
  }
  return starts;
}

function startKey(tree: string, program: string): string {
  return JSON.stringify([tree, program.slice(program.lastIndexOf('/') + 1)]);
}

/** Under a condition it may never run: then start-up is one of those that can switch it on. */
function startedFacility(facility: FacilityObservation, start: StartObservation): FacilityObservation {
  const { condition, place } = start;
  return {
    ...facility,
    place,
    state: condition === null ? 'on' : 'available',
    switchedBy: condition === null ? 'start-up' : `start-up, only: ${condition.slice(0, 120)}`,
  };
}

// --- what the declaration says

/** Words by which a document names a facility of each kind. */
const NAMES: Readonly<Record<FacilityKind, RegExp>> = {
  capture: /captur|sniff|tcpdump|pcap|packet trac|抓包/i,
  mirror: /mirror|\bspan\b|observ|镜像/i,
  'remote-mirror': /mirror|\b(?:er|r)?span\b|observ|镜像/i,
  'traffic-export': /export|mirror|duplicat|copy of traffic/i,
  'flow-export': /net ?flow|net ?stream|ipfix|[sjc]-?flow|flow (?:export|collect|record|monitor)/i,
  'lawful-intercept': /lawful|intercept|\bLI\b|\b[XH]I?[123]\b|合法监听/i,
  'tls-interception': /(?:tls|ssl|https).{0,40}(?:intercept|inspect|bump|decrypt)/i,
  'content-log': /content.{0,40}log|url log|audit of content/i,
};

/** Whether the declaration names the facility: a row of the matrix, a service or a document that speaks of it, or a row
 *  whose far end is its destination. A blanket row names nothing.
 *  @returns null: no declaration says anything of flows, services or documents */
export function isDocumented(
  declaration: Declaration | null,
  { facility, by, destination }: Pick<FoundFacility, 'facility' | 'by' | 'destination'>,
): boolean | null {
  if (declaration === null) return null;
  const { matrix, services, documents } = declaration;
  if (matrix === null && services === null && documents === null) return null;
  const words = NAMES[facility];
  const program = by.slice(by.lastIndexOf('/') + 1).toLowerCase();
  return (
    (matrix ?? []).some((row) => !row.blanket && namesFlow(row, words, destination)) ||
    (services ?? []).some(
      (service) =>
        service.program?.slice(service.program.lastIndexOf('/') + 1).toLowerCase() === program ||
        words.test(service.purpose ?? ''),
    ) ||
    (documents ?? []).some(({ subject, title }) => words.test(subject) || words.test(title))
  );
}

function namesFlow(
  { application, purpose, to, from }: MatrixRow,
  words: RegExp,
  destination: string | null,
): boolean {
  const address = addressIn(destination);
  return (
    words.test(`${application ?? ''} ${purpose ?? ''}`) ||
    (address !== null && (to.address === address || from.address === address))
  );
}

/** The address alone, without a port: an interface or file is none. */
function addressIn(destination: string | null): string | null {
  return (
    /^(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]{3,39}:[0-9a-f]{0,4})(?:$|[:\s])/i.exec(destination ?? '')?.[1] ??
    null
  );
}
