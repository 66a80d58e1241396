import type { Declaration } from '#domain/declaration';
import { isNobody } from '#domain/destinations';
import type { Statement, Strength } from '#domain/indication';
import type { Place } from '#domain/place';
import type { Examiner, Sight } from '#domain/plugin';
import { cut, oneLine } from '#domain/wording';

/** Names of others in one file from which it counts as a list. */
const LIST = 8;

/** Names of others that the device resolves in its own way, and resolvers that a file fixes. */
export const dnsOverride: Examiner = {
  kind: 'examiner',
  id: 'dns-override',
  version: 1,
  doc: {
    name: 'names resolved otherwise',
    says: 'Asks whether a file fixes the address of a public name, or the resolver outside that is asked for names. Strength is linked in files that resolvers read by themselves (etc/hosts, etc/resolv.conf, etc/dnsmasq.conf), else present.',
    sources: [
      'hosts(5), resolv.conf(5), dnsmasq(8)',
      'RFC 6761',
      'RFC 6890',
      '3GPP TS 33.117, 4.4.2',
      'CWE-350, CWE-912',
    ],
    limits: [
      'A name counts as public when it has two labels and no ending kept for local use. A name of the maker that leads to the device itself is usual, and is spoken of all the same.',
      'Resolvers in private networks stay silent, as do names that a file only blocks, unless updates or security are among them.',
      'Whether the operator’s configuration replaces the file is not known.',
    ],
  },
  question: 'undocumented-communication',
  reads: ['name-override', 'endpoint'],
  examine: (sight) => examine(sight),
};

interface Found {
  readonly form: 'name' | 'blocked' | 'resolver';
  readonly name: string | null;
  readonly address: string;
  readonly place: Place;
}

function examine({ sightings, declaration }: Sight): readonly Statement[] {
  const found = sightings.flatMap(({ observation }): readonly Found[] => {
    if (observation.kind === 'endpoint') {
      const { role, taker, host, form, place } = observation;
      const isAsked = role === 'name-service' && taker !== null && taker.kind !== 'program';
      if (!isAsked || (form !== 'ipv4' && form !== 'ipv6') || !isOutside(host)) return [];
      return [{ form: 'resolver', name: null, address: host, place }];
    }
    if (observation.kind !== 'name-override') return [];
    const { form, name, address, place } = observation;
    if (isForReaders(place.path ?? '')) return [];
    if (form === 'resolver') return isOutside(address) ? [{ form: 'resolver', name, address, place }] : [];
    if (name === null || !isPublicName(name)) return [];
    if (!isNowhere(address)) return [{ form: 'name', name, address, place }];
    return GUARDING.test(name) ? [{ form: 'blocked', name, address, place }] : [];
  });
  const open = found.filter((one) => !isDeclared(one, declaration));
  const groups = Map.groupBy(open, groupOf);
  const lists = Map.groupBy([...groups.values()].filter(isOfNames), ([first]) => first?.place.path ?? '');
  const isListed = (group: readonly Found[]) =>
    isOfNames(group) && (lists.get(group[0]?.place.path ?? '')?.length ?? 0) >= LIST;
  return [
    ...[...groups.values()]
      .filter((group) => !isListed(group))
      .map((group) => statementOf(group, declaration)),
    ...[...lists.values()]
      .filter((list) => list.length >= LIST)
      .map((list) => statementOf(list.flat(), declaration)),
  ];
}

function isOfNames(group: readonly Found[]): boolean {
  return group[0]?.form !== 'resolver';
}

/** A name with all its addresses, a resolver with all its places. */
function groupOf({ form, name, address }: Found): string {
  return JSON.stringify(form === 'resolver' ? [form, address] : [form, name]);
}

/** Names whose absence keeps a device from updates or from being looked after. */
const GUARDING = /updat|upgrad|firmware|security|antivir|\bav\b|cert|ocsp|\bcrl|ntp|\blog|syslog/i;

function isForReaders(path: string): boolean {
  return /(?:^|\/)(?:doc|docs|man|info|examples?)\//.test(path) || /\.(?:md|txt|rst)$/i.test(path);
}

function isPublicName(name: string): boolean {
  const labels = name
    .replace(/^\*\.|\.$/g, '')
    .split('.')
    .filter((label) => label !== '');
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || !/^(?:[a-z]{2,24}|xn--[a-z0-9-]+)$/i.test(last)) return false;
  if (/^example\.(?:com|net|org)$/.test(labels.slice(-2).join('.'))) return false;
  return !/^(?:local|localdomain|localhost|lan|home|internal|intranet|corp|private|test|example|invalid|arpa|router|host)$/.test(
    last,
  );
}

/** An address where nothing answers: the name is blocked. */
function isNowhere(address: string): boolean {
  return /^(?:0\.|127\.|::1?$|255\.255\.255\.255)/.test(address);
}

/** An address of somebody outside. */
function isOutside(address: string): boolean {
  return !isNobody({ host: address });
}

function isDeclared({ name, address }: Found, declaration: Declaration | null): boolean {
  return (declaration?.matrix ?? []).some(({ to, blanket, purpose }) => {
    if (blanket) return false;
    return (
      to.address === address || (name !== null && (to.address === name || purpose?.includes(name) === true))
    );
  });
}

function statementOf(group: readonly Found[], declaration: Declaration | null): Statement {
  const [first] = group;
  if (first === undefined) throw new Error('a group is never empty');
  const names = [...new Set(group.flatMap(({ name }) => name ?? []))].toSorted();
  const undocumented = declaration === null || declaration.matrix === null ? null : true;
  const isRead = group.some(({ place }) =>
    /(?:^|\/)etc\/(?:hosts|resolv\.conf|dnsmasq\.conf)$/.test(place.path ?? ''),
  );
  const strength: Strength = isRead ? 'linked' : 'present';
  const isResolver = first.form === 'resolver';
  return {
    question: 'undocumented-communication',
    title: cut(oneLine(titleOf(first, names, group)), 240),
    strength,
    facts: { undocumented, hardCoded: true, reachable: null, used: null },
    weaknesses: [...(isResolver ? [] : ['CWE-350']), ...(undocumented === true ? ['CWE-912'] : [])],
    requirements: undocumented === true ? ['TS 33.117 4.4.2'] : [],
    identity: isResolver ? ['resolver', first.address] : ['name-override', first.form, ...names],
    places: group.map(({ place }) => place),
    matters: MATTERS[first.form],
    disproof: isResolver
      ? 'A declaration that names the resolver and its owner, or a setting of the operator that replaces it before anything asks.'
      : 'A declaration that names the answer and its purpose; proof that the address is the owner’s of the name; or that nothing reads the file.',
  };
}

const MATTERS: Readonly<Record<Found['form'], string>> = {
  name: 'Who connects to the name, the device itself or those behind it, reaches another machine than the owner of the name says, without seeing it.',
  blocked: 'What is fetched from there no longer arrives: updates, checks of certificates, time or logs.',
  resolver: 'Whoever answers names decides whom the device talks to, and sees which names it asks for.',
};

function titleOf(first: Found, names: readonly string[], group: readonly Found[]): string {
  const path = first.place.path ?? 'the image itself';
  const more = names.length > 1 ? ` and ${names.length - 1} more names` : '';
  switch (first.form) {
    case 'name':
      return `Name ${names[0] ?? ''}${more} ${names.length > 1 ? 'lead' : 'leads'} to ${first.address}${isOutside(first.address) ? '' : ', a local address'}: ${path}`;
    case 'blocked':
      return `Name ${names[0] ?? ''}${more} ${names.length > 1 ? 'are' : 'is'} blocked: ${path}`;
    case 'resolver': {
      const whose = names.length === 0 ? 'names' : `${names[0] ?? ''}${more}`;
      const places = group.length > 1 ? ` and ${group.length - 1} more places` : '';
      return `${first.address} is asked for ${whose}: ${path}${places}`;
    }
  }
}
