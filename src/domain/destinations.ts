import type { Declaration, MatrixRow } from '#domain/declaration';
import type { EndpointObservation, EndpointRole } from '#domain/observation';

/** Whether a declaration names a destination. `kind`: it documents that kind of flow without saying to whom. */
export type Naming = 'destination' | 'kind' | 'nothing';

/** The name under which hosts belong together: an address itself, else the owner's domain; a host of its own where anyone
 *  may have one. */
export function ownerOf({ host, form }: Pick<EndpointObservation, 'host' | 'form'>): string {
  if (form === 'ipv4' || form === 'ipv6' || /^[\d.]+$/.test(host) || host.includes(':')) return host;
  if (SHARED.test(host)) return host;
  const labels = host.split('.');
  const second = labels.at(-2) ?? '';
  const last = labels.at(-1) ?? '';
  const isDivided = last.length === 2 && (second.length <= 3 || DIVISIONS.has(second));
  return labels.slice(isDivided ? -3 : -2).join('.');
}

const DIVISIONS = new Set(['gov', 'edu', 'info', 'gouv']);

/** Below these names everyone may have a host. */
const SHARED =
  /\.(?:amazonaws\.com(?:\.cn)?|cloudfront\.net|azure\w*\.(?:com|net)|windows\.net|googleapis\.com|appspot\.com|run\.app|web\.app|firebaseio\.com|aliyuncs\.com|myqcloud\.com|\w*huaweicloud\.com|dyndns\.org|no-ip\.(?:org|com)|ddns\.net|duckdns\.org|hopto\.org|github\.io|githubusercontent\.com|herokuapp\.com|workers\.dev|pages\.dev|netlify\.app|vercel\.app|ngrok\.io|ngrok-free\.app|trycloudflare\.com|digitaloceanspaces\.com|akamaized\.net|fastly\.net)$/;

/** Addresses that lead to no other owner: private and shared space, links, groups, documentation, tests, anycast of protocols;
 *  names kept for examples, and stand-ins such as `your.provider`.
 *  Source: RFC 6890; RFC 5737; RFC 3849; RFC 2606; RFC 6761 */
export function isNobody({ host }: Pick<EndpointObservation, 'host'>): boolean {
  const octets = host.split('.').map(Number);
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return isNobodys4(octets);
  if (host.includes(':')) return isNobodys6(host);
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  if (RESERVED.has(last)) return true;
  if (labels.at(-2) === 'example' && /^(?:com|net|org|edu)$/.test(last)) return true;
  const owner = SHARED.test(host) ? '' : (ownerOf({ host, form: 'host' }).split('.')[0] ?? '');
  return (
    STAND_IN.test(owner) ||
    labels.some((label) => /^(?:your|you(?:r)?do|my-?(?:domain|host|server))/.test(label))
  );
}

const RESERVED = new Set([
  'example',
  'test',
  'invalid',
  'localhost',
  'local',
  'lan',
  'home',
  'internal',
  'localdomain',
  'arpa',
  'onion-example',
  'corp',
  'intranet',
]);

const STAND_IN =
  /^(?:x*(?:domain|host(?:name)?|server|site|company|organi[sz]ation|provider|isp|vendor)(?:name)?\d?|some(?:where|host|domain|company)|example\d?|ex[ae]mpl[eo]s?|e[jk]s?empel|ejemplo|beispiel|esempio|voorbeeld|sample|foo(?:bar)?|bar|baz|acme|abc|xyz|xxx+|aaa+|test\w{0,6}|changeme|placeholder|dummy|what\w*)$/;

function isNobodys4([a = 0, b = 0, c = 0, d = 0]: readonly number[]): boolean {
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 192 && b === 88 && c === 99) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113) ||
    // numbers that stand for an address in texts and tests
    (a === 1 && b === 2 && c === 3) ||
    (a === b && b === c && c === d && a !== 1 && a !== 8 && a !== 9)
  );
}

function isNobodys6(host: string): boolean {
  const first = Number.parseInt(host.slice(0, host.indexOf(':')), 16);
  if (!(first >= 0x2000 && first < 0x4000)) return true;
  // documentation; and short ones made up for a text: 2000::1, 2001:1::1
  return /^2001:0?db8:/.test(host) || host.startsWith('3fff:') || host.replaceAll(/[^:]/g, '').length < 4;
}

/** What the declaration's matrix and services say of a destination. */
export function namingOf(
  declaration: Declaration | null,
  { host, role }: Pick<EndpointObservation, 'host' | 'role'>,
): Naming {
  const rows = (declaration?.matrix ?? []).filter(({ blanket }) => !blanket);
  if (rows.some((row) => namesHost(row, host))) return 'destination';
  const texts = [
    ...rows.map(textOf),
    ...(declaration?.services ?? []).map(({ purpose }) => purpose ?? ''),
    ...(declaration?.documents ?? []).map(({ title }) => title),
  ];
  const owner = ownerOf({ host, form: 'host' });
  if (texts.some((text) => text.toLowerCase().includes(owner))) return 'destination';
  const words = FLOWS[role];
  return words !== undefined && rows.some((row) => row.direction !== 'in' && words.test(textOf(row)))
    ? 'kind'
    : 'nothing';
}

function textOf({ application, purpose, component }: MatrixRow): string {
  return `${application ?? ''} ${purpose ?? ''} ${component ?? ''}`;
}

function namesHost({ to, from }: MatrixRow, host: string): boolean {
  return [to, from].some(({ address, device }) =>
    [address, device].some((text) => text !== null && covers(text.toLowerCase(), host)),
  );
}

/** An address, a network, a name, or a name with `*.` before it, several divided by blanks or commas. */
function covers(written: string, host: string): boolean {
  return written
    .split(/[\s,;]+/)
    .slice(0, 100)
    .some((text) => {
      const name = text.replace(/^[a-z]{2,8}:\/\//, '').replace(/[:/].*$/, '');
      if (text === host || name === host) return true;
      if (name.startsWith('*.')) return host.endsWith(name.slice(1));
      const network = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text);
      return network !== null && isInside(host, network[1] ?? '', Number(network[2] ?? '32'));
    });
}

function isInside(host: string, network: string, bits: number): boolean {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || bits < 8 || bits > 32) return false;
  const value = (text: string) => text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - bits);
  return Math.floor(value(host) / size) === Math.floor(value(network) / size);
}

/** Words by which a matrix names a flow of each role. */
const FLOWS: Readonly<Partial<Record<EndpointRole, RegExp>>> = {
  update: /updat|upgrad|firmware|software download|升级/i,
  telemetry: /telemetr|statist|report|log|trap|monitor|上报/i,
  time: /\bs?ntp\b|time sync|clock|时间/i,
  management: /tr-?0?69|cwmp|\bacs\b|netconf|management/i,
  cloud: /cloud|mqtt|stun|iot|云/i,
  'name-service': /\bdns\b|name (?:service|resol)|域名/i,
  'dynamic-name': /dynamic dns|ddns/i,
  check: /\bping\b|connectivity|speed ?test/i,
};
