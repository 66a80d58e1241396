import type { Declaration } from '#domain/declaration';
import { STRENGTHS, type Statement, type Strength } from '#domain/indication';
import type { EndpointObservation, EndpointRole, StartObservation } from '#domain/observation';
import type { Examiner, Sight, Sighting } from '#domain/plugin';
import { scheduledCallsIn } from '#domain/scheduled-calls';
import { isNobody, type Naming, namingOf, ownerOf } from '#domain/destinations';
import { cut, oneLine } from '#domain/wording';

/** Different owners of one role in one file from which it counts as a list to choose from. */
const LIST = 8;

/** Destinations outside that the software reaches for by itself and that nobody declared. */
export const undeclaredEndpoint: Examiner = {
  kind: 'examiner',
  id: 'undeclared-endpoint',
  version: 1,
  doc: {
    name: 'undeclared destination',
    says: 'Asks which hosts and addresses outside are written where something connects to them: behind a command or function, as a setting, or in a program that can connect; and whether the declaration names them. One indication an owner’s domain or address. Strength is reachable where start-up runs the command with the address, linked where start-up runs the file, else present.',
    sources: ['RFC 6890', 'RFC 5737', 'RFC 3849', 'RFC 2606', 'RFC 6761', '3GPP TS 33.117, 4.4.2', 'CWE-912'],
    limits: [
      'A destination in a library or program counts wherever the program can connect; whether it does is not known. Errs towards speaking.',
      'Silent: documentation, comments, licences, name spaces, texts of packages, links for people, private and reserved addresses, names for examples, pages for browsers unless they load from there.',
      'Silent: addresses that cron or a timer makes a command take, which scheduled-call-out speaks of.',
      'Silent: addresses of resolvers, which dns-override speaks of.',
      'Silent: settings of unknown use whose name says nothing of a network, outside of scripts; texts in single compressed files; mail addresses that no command takes.',
      'A declaration names a destination by host, network or owner’s domain. A row that documents the kind of flow but not its destination makes the words weaker.',
      `Where one file holds ${LIST} or more owners of one use, they are one indication: a list to choose from.`,
      'Addresses put together while a program runs, encoded ones, and those that a configuration receives later are not seen.',
    ],
  },
  question: 'undocumented-communication',
  reads: ['endpoint', 'start'],
  examine: (sight) => examine(sight),
};

/** A destination where something takes it. */
interface Found {
  readonly endpoint: EndpointObservation;
  readonly path: string;
  readonly owner: string;
  readonly strength: Strength;
  /** The line of start-up that shows how far it reaches; null: none. */
  readonly start: StartObservation | null;
}

function examine({ sightings, declaration }: Sight): readonly Statement[] {
  const starts = startsIn(sightings);
  const scheduled = new Set(scheduledCallsIn(sightings).map(({ endpoint }) => endpoint));
  const found = sightings.flatMap(({ observation, tree }): readonly Found[] => {
    if (observation.kind !== 'endpoint' || !isDestination(observation)) return [];
    if (scheduled.has(observation)) return [];
    if (namingOf(declaration, observation) === 'destination') return [];
    const path = observation.place.path ?? '';
    const owner = ownerOf(observation);
    return [{ endpoint: observation, path, owner, ...reachOf(observation, starts.get(tree)) }];
  });
  const lists = listsIn(found);
  const single = found.filter((one) => !isListed(one, lists));
  const owners = Map.groupBy(single, ({ owner }) => owner);
  return [
    ...[...owners].map(([owner, group]) => ownerStatement(owner, group, declaration)),
    ...[...lists.values()].map((group) => listStatement(group, declaration)),
  ];
}

// --- which endpoints are destinations

function isDestination(endpoint: EndpointObservation): boolean {
  const { role, taker, form, host, place } = endpoint;
  const path = place.path ?? '';
  if (role === 'namespace' || role === 'documentation' || taker === null || isNobody(endpoint)) return false;
  if (form === 'mail' && taker.kind !== 'command') return false;
  // a resolver is another examiner's
  if (role === 'name-service' && taker.kind !== 'program' && form !== 'url' && form !== 'host') return false;
  if (isForReaders(path)) return false;
  switch (taker.kind) {
    case 'command':
      return path !== 'content';
    case 'program':
      return form === 'url' || form === 'ipv4' || isNamedForMachines(host, role);
    case 'setting':
      if (path === 'content' || isPage(path)) return false;
      return role !== 'unknown' || isScript(path) || NETWORK.test(taker.name);
  }
}

/** Texts and data about software, and libraries of script languages that quote addresses in their manuals. */
function isForReaders(path: string): boolean {
  return (
    /(?:^|\/)(?:doc|docs|man|info|licen[cs]es?|common-licenses|locale|i18n|misc|lintian|bug|log|mibs|vim|keyrings)\//i.test(
      path,
    ) ||
    /(?:^|\/)(?:opkg\/info|dpkg|apt\/lists|debconf|perl5?|python[\d.]*|ruby|site-packages|dist-packages)\//.test(
      path,
    ) ||
    /(?:^|\/)(?:readme|news|change-?log|copying|licen[cs]e|authors|todo|os-release|issue|motd|banner[\w.]*)[^/]*$/i.test(
      path,
    ) ||
    /\.(?:md|rst|pod|txt|control|log|po|mo|h|pdf|ids|[1-9])$/i.test(path)
  );
}

/** What a web server hands to browsers: a name beside an address there is a text or a form. */
function isPage(path: string): boolean {
  return /\.(?:html?|xhtml|js|jsx|css|asp|jsp|lp|svg|json|xsl)$/i.test(path) && !/(?:^|\/)etc\//.test(path);
}

function isScript(path: string): boolean {
  return (
    /\.(?:sh|cgi|lua|py|pl|php|tcl)$/i.test(path) ||
    /(?:^|\/)(?:s?bin|init\.d|rc[\dS]?\.d|cron[\w.]*|hotplug\.d)\/[^/.]+$/.test(path)
  );
}

const NETWORK =
  /url|uri|host|server|srv|addr|(?:^|_)ip(?:$|_|v?4)|endpoint|remote|peer|gateway|dest|target|proxy|relay|broker|mirror|origin|fqdn|upstream|pool|portal|site|acs|feed|src/i;

/** A bare name in a program: many are examples and names of algorithms. */
function isNamedForMachines(host: string, role: EndpointRole): boolean {
  return role !== 'unknown' || host.split('.').length > 2;
}

// --- how far the evidence reaches

interface Starts {
  readonly lines: readonly StartObservation[];
  /** Files that start-up runs or reads, by name without folders where a program was called without one. */
  readonly files: ReadonlyMap<string, StartObservation>;
}

function startsIn(sightings: readonly Sighting[]): ReadonlyMap<string, Starts> {
  const trees = new Map<
    string,
    { readonly lines: StartObservation[]; readonly files: Map<string, StartObservation> }
  >();
  for (const { observation, tree } of sightings) {
    if (observation.kind !== 'start' || !observation.reached || observation.present === false) continue;
    const starts = trees.get(tree) ?? {
      lines: [] as StartObservation[],
      files: new Map<string, StartObservation>(),
    };
    trees.set(tree, starts);
    if (observation.arguments.some((text) => text.includes('.'))) starts.lines.push(observation);
    for (const path of [...observation.chain, plain(observation.program)])
      if (!starts.files.has(path)) starts.files.set(path, observation);
  }
  return trees;
}

function plain(path: string): string {
  return path.replace(/^\.?\/+/, '');
}

function reachOf(
  { host, place }: EndpointObservation,
  starts: Starts | undefined,
): Pick<Found, 'strength' | 'start'> {
  const path = plain(place.path ?? '');
  const line = starts?.lines.find(
    (start) => start.place.path === place.path && start.arguments.some((text) => text.includes(host)),
  );
  if (line !== undefined) {
    return { strength: line.condition === null ? 'reachable' : 'linked', start: line };
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isProgram = /(?:^|\/)s?bin\/[^/]+$/.test(path);
  const start = starts?.files.get(path) ?? (isProgram ? starts?.files.get(name) : undefined) ?? null;
  return { strength: start === null ? 'present' : 'linked', start };
}

// --- lists to choose from

type Lists = ReadonlyMap<string, readonly Found[]>;

/** A program, a folder of shared data, or one use in one file. */
function listKey({ path, endpoint }: Found): string {
  if (endpoint.taker?.kind === 'program') return JSON.stringify([path, 'program']);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return JSON.stringify(/(?:^|\/)usr\/share\//.test(path) ? [folder, 'shared'] : [path, endpoint.role]);
}

function listsIn(found: readonly Found[]): Lists {
  const settings = found.filter(({ endpoint }) => endpoint.taker?.kind !== 'command');
  const groups = Map.groupBy(settings, listKey);
  return new Map([...groups].filter(([, group]) => new Set(group.map(({ owner }) => owner)).size >= LIST));
}

function isListed(one: Found, lists: Lists): boolean {
  return one.endpoint.taker?.kind !== 'command' && lists.has(listKey(one));
}

// --- what is said

function ownerStatement(owner: string, group: readonly Found[], declaration: Declaration | null): Statement {
  const sorted = group.toSorted(
    (a, b) => STRENGTHS.indexOf(b.strength) - STRENGTHS.indexOf(a.strength) || a.path.length - b.path.length,
  );
  const [first] = sorted;
  if (first === undefined) throw new Error('a group is never empty');
  const naming = namingOf(declaration, first.endpoint);
  const hosts = [...new Set(sorted.map(({ endpoint }) => endpoint.value))];
  const more = hosts.length === 1 ? '' : ` and ${hosts.length - 1} more of ${owner}`;
  const what = `${hosts[0] ?? owner}${more}${roleWords(first.endpoint.role)}`;
  const title = `${takerWords(first)} ${what}${declaredWords(declaration, naming)}: ${first.path || 'the image itself'}`;
  return statementOf(sorted, title, ['endpoint', owner], declaration, naming);
}

function listStatement(group: readonly Found[], declaration: Declaration | null): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const owners = [...new Set(group.map(({ owner }) => owner))].toSorted();
  const naming = namingOf(declaration, first.endpoint);
  const title = `A list of ${owners.length} destinations${roleWords(first.endpoint.role)}${declaredWords(declaration, naming)}: ${first.path}`;
  const identity = ['endpoint-list', first.path, first.endpoint.role, ...owners];
  return statementOf(group, title, identity, declaration, naming);
}

function statementOf(
  group: readonly Found[],
  title: string,
  identity: readonly string[],
  declaration: Declaration | null,
  naming: Naming,
): Statement {
  const strength = group.reduce<Strength>(
    (best, one) => (STRENGTHS.indexOf(one.strength) > STRENGTHS.indexOf(best) ? one.strength : best),
    'present',
  );
  const isNew = declaration !== null && declaration.matrix !== null && naming === 'nothing';
  const undocumented = isNew ? true : null;
  return {
    question: 'undocumented-communication',
    title: cut(oneLine(title), 240),
    strength,
    facts: {
      undocumented,
      // a configuration that was handed in by itself is whoever’s it is
      hardCoded: group.some(({ path }) => path !== '') ? true : null,
      reachable: strength === 'reachable' ? true : null,
      used: null,
    },
    weaknesses: isNew ? ['CWE-912'] : [],
    requirements: isNew ? ['TS 33.117 4.4.2'] : [],
    identity,
    places: group.flatMap(({ endpoint, start }) =>
      start === null ? [endpoint.place] : [endpoint.place, start.place],
    ),
    matters: mattersOf(group),
    disproof:
      'A declaration that names the destination, its owner and what is sent there; or a setting of the operator that replaces it before anything connects; or proof that nothing runs the place.',
  };
}

function takerWords({ endpoint, strength, path }: Found): string {
  const { taker } = endpoint;
  if (taker === null) return 'A text names';
  switch (taker.kind) {
    case 'command':
      return strength === 'reachable' ? `Start-up runs ${taker.name} with` : `${taker.name} is given`;
    case 'setting':
      return `Setting ${taker.name} is`;
    case 'program':
      return `${path.slice(path.lastIndexOf('/') + 1) || 'A program'}, which can connect, holds`;
  }
}

const ROLES: Readonly<Record<EndpointRole, string>> = {
  namespace: '',
  documentation: '',
  update: 'update',
  telemetry: 'telemetry or logs',
  time: 'time',
  management: 'management from afar',
  cloud: 'a service to keep in touch with',
  'name-service': 'name service',
  'dynamic-name': 'dynamic names',
  check: 'checking the network',
  unknown: '',
};

function roleWords(role: EndpointRole): string {
  return ROLES[role] === '' ? '' : ` (by its words: ${ROLES[role]})`;
}

function declaredWords(declaration: Declaration | null, naming: Naming): string {
  if (declaration === null || declaration.matrix === null) return '';
  return naming === 'kind'
    ? ', a flow that is declared without its destination'
    : ', which the declaration does not name';
}

const MATTERS: Readonly<Partial<Record<EndpointRole, string>>> = {
  update: 'Whoever holds the destination can hand the device other software, as far as its checks allow.',
  telemetry: 'What is sent there leaves the operator’s network for an owner he may not know.',
  management: 'Whoever holds the destination can configure the device.',
  cloud: 'A lasting connection from inside passes packet filters and can carry anything both ways.',
  'name-service': 'Whoever answers names decides whom the device talks to, and sees which names it asks for.',
};

function mattersOf(group: readonly Found[]): string {
  const roles = new Set(group.map(({ endpoint }) => endpoint.role));
  const known = [...roles].flatMap((role) => MATTERS[role] ?? []);
  return (
    known[0] ??
    'The device itself may open a connection to this owner, which shows him that it is there and can carry data both ways.'
  );
}
