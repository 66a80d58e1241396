import type { Declaration, MatrixRow } from '#domain/declaration';
import type { Statement, Strength } from '#domain/indication';
import type { AgentObservation } from '#domain/observed-access';
import type { StartObservation } from '#domain/observation';
import type { Place } from '#domain/place';
import type { Examiner, Sighting } from '#domain/plugin';
import { cut, oneLine, tail } from '#domain/wording';

/** Agents that let somebody far away manage the device and that nobody declared. */
export const undeclaredAgent: Examiner = {
  kind: 'examiner',
  id: 'undeclared-agent',
  version: 1,
  doc: {
    name: 'undeclared agent',
    says: 'Speaks for agents of TR-069, USP, clouds and remote support that the image sets up with a server or that start-up starts, unless the declaration names the protocol, the program or the server. SNMP, NETCONF and OMCI, by which operators manage devices, are silent until services or flows were declared without them. Strength is linked where the agent is switched on or started, present otherwise.',
    sources: ['3GPP TS 33.117, 4.2.3.4.1.1, 4.3.2.1', 'CWE-912, CWE-1188', 'Broadband Forum TR-069, TR-369'],
    limits: [
      'What the server may do, and how it proves who it is, is not weighed.',
      'An agent whose server comes with the network (DHCP, provisioning) is silent unless start-up starts it.',
      'A program that lies in the image, is not started and has no server set is silent. Errs towards silence.',
      'A row of the matrix that names the protocol in words silences every agent of it. Errs towards silence.',
    ],
  },
  question: 'undocumented-access',
  reads: ['agent', 'start'],
  examine({ sightings, declaration }) {
    const agents = sightings.flatMap((sighting) => seenIn(sighting));
    const started = startsIn(
      sightings,
      new Set(agents.flatMap(({ observation }) => nameOf(observation) ?? [])),
    );
    const groups = Map.groupBy(agents, ({ observation, tree }) =>
      JSON.stringify([tree, observation.protocol]),
    );
    return [...groups.values()].flatMap((group) => statementOf(group, started, declaration));
  },
};

interface Seen {
  readonly observation: AgentObservation;
  readonly tree: string;
}

function seenIn({ observation, tree }: Sighting): readonly Seen[] {
  return observation.kind === 'agent' ? [{ observation, tree }] : [];
}

function nameOf({ program }: AgentObservation): string | null {
  return program === null ? null : program.slice(program.lastIndexOf('/') + 1);
}

type Starts = ReadonlyMap<string, readonly StartObservation[]>;

/** Lines of start-up that reach one of the programs, by tree and name. */
function startsIn(sightings: readonly Sighting[], names: ReadonlySet<string>): Starts {
  const starts = new Map<string, StartObservation[]>();
  for (const { observation, tree } of sightings) {
    if (observation.kind !== 'start' || !observation.reached || observation.present === false) continue;
    const name = observation.program.slice(observation.program.lastIndexOf('/') + 1);
    if (!names.has(name)) continue;
    const key = JSON.stringify([tree, name]);
    starts.set(key, [...(starts.get(key) ?? []), observation].slice(0, PLACES));
  }
  return starts;
}

/** Lines of start-up that are shown of one program. */
const PLACES = 5;

/** Protocols by which operators manage devices themselves. */
const NEAR = new Set(['snmp', 'netconf', 'omci']);

/** Words by which a document names a protocol. */
const WORDS: Readonly<Record<string, RegExp>> = {
  'tr-069': /tr-?0?69|cwmp|\bacs\b|auto.?configuration/i,
  usp: /\busp\b|tr-?369/i,
  netconf: /netconf/i,
  snmp: /snmp/i,
  omci: /omci/i,
  cloud: /cloud|\biot\b|mqtt/i,
  'remote-support': /remote.{0,12}(?:support|access|assist|maintenance)/i,
  'remote-management': /remote.{0,12}management|monitoring/i,
  agent: /\bagent\b/i,
};

function statementOf(
  group: readonly Seen[],
  starts: Starts,
  declaration: Declaration | null,
): readonly Statement[] {
  const [first] = group;
  if (first === undefined) return [];
  const { protocol } = first.observation;
  const lines = group.flatMap(
    ({ observation, tree }) => starts.get(JSON.stringify([tree, nameOf(observation)])) ?? [],
  );
  const settings = group.filter(({ observation }) => observation.server !== null);
  const isOn = settings.some(({ observation }) => observation.enabled === true);
  const isKnown = declaredBy(group, declaration);
  const isSilent = isKnown === true || (isKnown === null && NEAR.has(protocol));
  if (isSilent || (lines.length === 0 && settings.length === 0)) return [];
  const strength: Strength = lines.length > 0 || isOn ? 'linked' : 'present';
  const programs = [...new Set(group.flatMap(({ observation }) => observation.program ?? []))];
  const servers = [...new Set(settings.flatMap(({ observation }) => observation.server ?? []))];
  return [
    {
      question: 'undocumented-access',
      title: titleOf(
        protocol,
        programs,
        servers,
        { started: lines.length > 0, isOn },
        placeName(settings[0] ?? first),
      ),
      strength,
      facts: {
        undocumented: isKnown === null ? null : true,
        hardCoded: servers.length > 0,
        reachable: null,
        used: null,
      },
      weaknesses: [
        ...(isKnown === null ? [] : ['CWE-912']),
        ...(isOn || lines.length > 0 ? ['CWE-1188'] : []),
      ],
      requirements: ['TS 33.117 4.3.2.1'],
      identity: ['agent', protocol, ...servers.map(hostOf).toSorted()],
      places: placesOf(
        [...settings, ...group.filter(({ observation }) => observation.server === null)],
        lines,
      ),
      matters:
        'Whoever runs the server, or answers in its place, can read and change the settings of the device, and often its software.',
      disproof:
        'The documents name the agent and who runs its server, or the device is delivered with it switched off.',
    },
  ];
}

function placeName({ observation }: Seen): string {
  return observation.place.path ?? '';
}

function placesOf(seen: readonly Seen[], lines: readonly StartObservation[]): readonly Place[] {
  return [...seen.map(({ observation }) => observation.place), ...lines.map(({ place }) => place)];
}

/** @returns null: no declaration speaks of services or flows */
function declaredBy(group: readonly Seen[], declaration: Declaration | null): boolean | null {
  if (declaration === null || (declaration.services === null && declaration.matrix === null)) return null;
  return group.some(
    ({ observation }) =>
      (declaration.services ?? []).some(
        ({ program, purpose }) =>
          (program !== null && program.slice(program.lastIndexOf('/') + 1) === nameOf(observation)) ||
          isNamed(observation, purpose),
      ) || (declaration.matrix ?? []).some((row) => !row.blanket && isFlowOf(observation, row)),
  );
}

function isNamed({ protocol }: AgentObservation, text: string | null): boolean {
  return text !== null && WORDS[protocol]?.test(text) === true;
}

function isFlowOf(observation: AgentObservation, { application, purpose, to }: MatrixRow): boolean {
  const isServer =
    observation.server !== null && to.address !== null && hostOf(observation.server) === to.address;
  return isServer || isNamed(observation, application) || isNamed(observation, purpose);
}

/** Host of a URL or of host and port. */
function hostOf(server: string): string {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?(\[[^\]]*\]|[^/:]*)/i.exec(server)?.[1] ?? server;
}

const NAMES: Readonly<Record<string, string>> = {
  'tr-069': 'TR-069',
  usp: 'USP',
  netconf: 'NETCONF',
  snmp: 'SNMP',
  omci: 'OMCI',
  cloud: 'cloud',
  'remote-support': 'remote support',
  'remote-management': 'remote management',
  agent: 'remote',
};

function titleOf(
  protocol: string,
  programs: readonly string[],
  servers: readonly string[],
  { started, isOn }: { readonly started: boolean; readonly isOn: boolean },
  path: string,
): string {
  const [program] = programs;
  const [server] = servers;
  const name = program === undefined ? '' : ` ${tail(oneLine(program), 40)}`;
  const far = server === undefined ? '' : ` for ${cut(oneLine(server), 60)}`;
  const more = servers.length > 1 ? ` and ${servers.length - 1} more` : '';
  const state = started ? 'started by the system' : isOn ? 'switched on' : 'set up';
  return `${NAMES[protocol] ?? oneLine(protocol)} agent${name}${far}${more}, ${state}, in ${tail(oneLine(path), 50)}`;
}
