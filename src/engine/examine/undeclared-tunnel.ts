import type { Declaration } from '#domain/declaration';
import { isNobody } from '#domain/destinations';
import { STRENGTHS, type Statement, type Strength } from '#domain/indication';
import type { StartObservation } from '#domain/observation';
import type { TunnelObservation } from '#domain/observed-communication';
import type { Place } from '#domain/place';
import type { Examiner, Sight, Sighting } from '#domain/plugin';
import { baseOf, cut, oneLine } from '#domain/wording';

/** Tunnels that the release sets up or carries and that nobody declared. */
export const undeclaredTunnel: Examiner = {
  kind: 'examiner',
  id: 'undeclared-tunnel',
  version: 1,
  doc: {
    name: 'undeclared tunnel',
    says: 'Asks whether the release sets up a tunnel or relay to another machine, or carries a program made to pass packet filters unseen, and whether the declaration names it. Strength is reachable where start-up runs it without a condition, linked under one or from a file that start-up runs, else present.',
    sources: [
      '3GPP TS 33.117, 4.3.2.1 and 4.4.2',
      'MITRE ATT&CK T1572 (protocol tunnelling), T1090 (proxy)',
      'CWE-912',
    ],
    limits: [
      'A virtual private network that only lies there, without another end and unstarted, is a usual function and stays silent; so do tunnels to private addresses and to the device itself.',
      'A reverse SSH tunnel that start-up runs is left to undeclared-listener: it leads into the system.',
      'Tunnels whose other end is a variable speak only where start-up runs the line, or where the program is made to pass unseen.',
      'Declared by program, technology or other end: a service or row that names any of these makes all tunnels of that technology silent.',
    ],
  },
  question: 'undocumented-communication',
  reads: ['tunnel', 'start'],
  examine: (sight) => examine(sight),
};

/** Technologies whose use is to pass unseen: carrying one is worth a word. */
const COVERT = new Set([
  'frp',
  'nps',
  'ngrok',
  'chisel',
  'cloudflared',
  'gost',
  'v2ray',
  'shadowsocks',
  'iodine',
  'dns2tcp',
  'dnscat',
  'icmp-tunnel',
  'udp2raw',
  'rathole',
  'ligolo',
  'zerotier',
  'tailscale',
  'n2n',
  'ssh-reverse',
  'ssh-tun',
]);

interface Found {
  readonly tunnel: TunnelObservation;
  readonly tree: string;
  readonly strength: Strength;
  readonly start: StartObservation | null;
}

function examine({ sightings, declaration }: Sight): readonly Statement[] {
  const starts = Map.groupBy(
    sightings.flatMap(({ observation, tree }) =>
      observation.kind === 'start' && observation.reached && observation.present !== false
        ? [{ tree, start: observation }]
        : [],
    ),
    ({ tree }) => tree,
  );
  const found = sightings.flatMap((sighting): readonly Found[] => {
    const { observation, tree } = sighting;
    if (observation.kind !== 'tunnel' || isLocal(observation.peer) || isDeclared(observation, declaration))
      return [];
    const own = (starts.get(tree) ?? []).map(({ start }) => start);
    const one = { tunnel: observation, tree, ...reachOf(observation, own) };
    return speaks(one, sightings) ? [one] : [];
  });
  const groups = Map.groupBy(found, ({ tunnel }) => JSON.stringify(identityOf(tunnel, found)));
  return [...groups.values()].map((group) => statementOf(group, found, declaration));
}

/** The device itself, its networks, addresses for texts, and stand-ins. */
function isLocal(peer: string | null): boolean {
  if (peer === null) return false;
  const host = peer
    .replace(/^\[|\](?::\d+)?$/g, '')
    .replace(/^([^:]+):\d+$/, '$1')
    .toLowerCase();
  return /^(?:any|%any|local|remote|server|host|none)$/.test(host) || isNobody({ host });
}

function speaks({ tunnel, start, strength }: Found, sightings: readonly Sighting[]): boolean {
  const { technology, state, peer, place } = tunnel;
  if (/(?:^|\/)(?:doc|docs|examples?|sample\w*|man)\/|\.(?:md|txt|sample|example)$/i.test(place.path ?? ''))
    return false;
  if (technology === 'ssh-reverse' && state === 'configured') {
    const isListened = sightings.some(
      ({ observation }) =>
        observation.kind === 'start' &&
        observation.place.path === place.path &&
        observation.arguments.some((text) => /^-\w*R/.test(text)),
    );
    if (isListened) return false;
  }
  if (state === 'shipped') return COVERT.has(technology) || (start !== null && isTunnelStart(start));
  return peer !== null || strength !== 'present' || COVERT.has(technology);
}

/** A start of the program for its work, not to ask its version or stop it. */
function isTunnelStart({ arguments: args }: StartObservation): boolean {
  return !args.some((text) => /^(?:--?version|-V|--?help|-h|stop|status)$/.test(text));
}

function reachOf(
  tunnel: TunnelObservation,
  starts: readonly StartObservation[],
): Pick<Found, 'strength' | 'start'> {
  const path = tunnel.place.path ?? '';
  const isSame = ({ program }: StartObservation) =>
    tunnel.program !== null && baseOf(program) === baseOf(tunnel.program) && !/\.sh$|init\.d\//.test(program);
  const line = starts.find((start) => start.place.path === path && overlaps(start.place, tunnel.place));
  const file = starts.find((start) =>
    start.arguments.some((text) => text !== '' && path.endsWith(text.replace(/^\.?\//, ''))),
  );
  const program = starts.find((start) => isSame(start) && isTunnelStart(start));
  const reader = starts.find(({ chain }) => chain.includes(path));
  const runner = line ?? file ?? program;
  const start = runner ?? reader ?? null;
  if (start === null) return { strength: 'present', start };
  const isSure = runner !== undefined && (start.condition === null || start.by === 'cron');
  return { strength: isSure ? 'reachable' : 'linked', start };
}

function overlaps(a: Place, b: Place): boolean {
  return a.range !== null && b.range !== null && a.range[0] < b.range[1] && b.range[0] < a.range[1];
}

function isDeclared(
  { technology, program, peer }: TunnelObservation,
  declaration: Declaration | null,
): boolean {
  if (declaration === null) return false;
  const words = new RegExp(WORDS[technology] ?? `\\b${technology.replaceAll(/[^a-z0-9]/g, '.?')}\\b`, 'i');
  const host = peer?.replace(/:\d+$/, '') ?? null;
  return (
    (declaration.services ?? []).some(
      (service) =>
        (service.program !== null && program !== null && baseOf(service.program) === baseOf(program)) ||
        words.test(`${service.program ?? ''} ${service.purpose ?? ''}`),
    ) ||
    (declaration.matrix ?? []).some(
      ({ blanket, application, purpose, transport, to }) =>
        !blanket &&
        (words.test(`${application ?? ''} ${purpose ?? ''} ${transport ?? ''}`) ||
          (host !== null && to.address === host)),
    )
  );
}

/** Words by which documents name a technology, where it is not the name itself. */
const WORDS: Readonly<Record<string, string>> = {
  'ssh-reverse': 'reverse (?:ssh|tunnel)|ssh (?:reverse|tunnel)',
  'ssh-forward': 'ssh (?:forward|tunnel)|port forward',
  'ssh-socks': 'ssh (?:forward|tunnel)|socks',
  'ssh-tun': 'ssh tunnel',
  ipsec: String.raw`ipsec|\bike|\besp\b|ip:50`,
  gre: String.raw`\bgre\b|ip:47`,
  gretap: String.raw`\bgre(?:tap)?\b|ip:47`,
  ipip: 'ipip|ip.?in.?ip|ip:4$',
  sit: String.raw`\bsit\b|6in4|6rd|ip:41`,
  l2tp: 'l2tp|udp.?1701',
};

/** Every program of a technology that only lies there is one thing; a set-up tunnel is told apart by its other end. */
function identityOf(tunnel: TunnelObservation, found: readonly Found[]): readonly string[] {
  const { technology, peer, place } = tunnel;
  const isSetUp = found.some(
    ({ tunnel: other }) => other.technology === technology && other.state === 'configured',
  );
  if (tunnel.state === 'shipped' && !isSetUp) return ['tunnel', technology, 'program'];
  return ['tunnel', technology, peer ?? place.path ?? ''];
}

function statementOf(
  group: readonly Found[],
  found: readonly Found[],
  declaration: Declaration | null,
): Statement {
  const sorted = group.toSorted((a, b) => STRENGTHS.indexOf(b.strength) - STRENGTHS.indexOf(a.strength));
  const [first] = sorted;
  if (first === undefined) throw new Error('a group is never empty');
  const { tunnel, strength } = first;
  const isSaid = declaration !== null && (declaration.matrix !== null || declaration.services !== null);
  const undocumented = isSaid ? true : null;
  return {
    question: 'undocumented-communication',
    title: cut(oneLine(titleOf(first)), 240),
    strength,
    facts: {
      undocumented,
      hardCoded: tunnel.peer !== null,
      reachable: strength === 'reachable' ? true : null,
      used: null,
    },
    weaknesses: undocumented === true ? ['CWE-912'] : [],
    requirements: ['TS 33.117 4.3.2.1', ...(undocumented === true ? ['TS 33.117 4.4.2'] : [])],
    identity: identityOf(tunnel, found),
    places: sorted.flatMap(({ tunnel: one, start }) =>
      start === null ? [one.place] : [one.place, start.place],
    ),
    matters: mattersOf(tunnel.technology),
    disproof:
      strength === 'present'
        ? 'That nothing on the device runs it and no user is offered it; or a declaration that names it, its other end and its use.'
        : 'A declaration that names the tunnel, its other end and its use; or a setting of the operator that decides whether and to whom it goes.',
  };
}

function titleOf({ tunnel, strength, start }: Found): string {
  const { technology, peer, state, place, program } = tunnel;
  const path = place.path ?? 'the image itself';
  const name = NAMES[technology] ?? `a tunnel by ${technology}`;
  const condition = start?.condition ?? null;
  const when =
    start === null || condition === null
      ? ''
      : start.by === 'cron'
        ? ` (cron: ${condition})`
        : ` (only: ${condition})`;
  if (state === 'shipped')
    return start === null
      ? `The release carries ${baseOf(program ?? path)}, made for ${name}: ${path}`
      : `Start-up runs ${baseOf(program ?? path)}, made for ${name}: ${path}${when}`;
  const to = peer === null ? '' : ` to ${peer}`;
  const head = strength === 'present' ? `${upper(name)}${to} is configured` : `Start-up sets up ${name}${to}`;
  return `${head}: ${path}${when}`;
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const NAMES: Readonly<Record<string, string>> = {
  'ssh-reverse': 'a reverse SSH tunnel',
  'ssh-forward': 'an SSH port forwarding',
  'ssh-socks': 'an SSH proxy',
  'ssh-tun': 'a network tunnel over SSH',
  socat: 'a relay by socat',
  relay: 'a relay of connections',
  'icmp-tunnel': 'tunnels in ICMP',
  iodine: 'tunnels in DNS',
  dns2tcp: 'tunnels in DNS',
  dnscat: 'tunnels in DNS',
};

function mattersOf(technology: string): string {
  if (technology === 'ssh-reverse')
    return 'A port on another machine leads into the system, past packet filters towards it.';
  return COVERT.has(technology)
    ? 'Such a program is made to carry traffic through filters and out of sight; an operator seldom needs it on network equipment.'
    : 'Traffic inside it is not seen by the operator’s filters and monitoring, and its other end is inside the network.';
}
