import type { NameOverrideForm, NameOverrideObservation } from '#domain/observed-communication';
import type { EntryObserver } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import type { TreeEntry } from '#domain/task';
import { latin1, plainPath } from '#engine/bytes/text';

/** Lists of names to block have a few MiB; what answers with an address is at the front or short. */
const TEXT_LIMIT = 1024 * 1024;
const OBSERVATIONS = 5000;
/** Longest line that is read. */
const LINE = 1000;

/** Names that files resolve to fixed addresses, and fixed resolvers. */
export const nameOverrides: EntryObserver = {
  kind: 'observer',
  id: 'name-overrides',
  version: 1,
  doc: {
    name: 'Names with fixed answers',
    says: 'Gives lines that fix how names are resolved: tables of hosts, resolvers, dnsmasq, Unbound, BIND, systemd-resolved and OpenWrt configurations, scripts that write them, and packet filters that redirect questions for names.',
    sources: [
      'hosts(5), resolv.conf(5), dnsmasq(8), unbound.conf(5), resolved.conf(5)',
      'BIND 9 Administrator Reference Manual, forwarders; OpenWrt user guide, DHCP and DNS',
      'iptables-extensions(8), DNAT and REDIRECT',
    ],
    limits: [
      'Zone files of name servers, answers that a program composes and addresses in variables are not read.',
      `Text files of at most ${TEXT_LIMIT / 1024} KiB, of each the first ${OBSERVATIONS} lines that say something.`,
      'Whether something reads the file is not known, nor whether a configuration replaces it.',
    ],
  },
  reads: 'entry',
  wants: (entry) => isWanted(entry),
  observe(entry, source, place) {
    if (source.size > TEXT_LIMIT) return [];
    const text = latin1(source.bytes(0, source.size));
    if (text.slice(0, 1024).includes('\0')) return [];
    const found: NameOverrideObservation[] = [];
    const readers = readersOf(plainPath(entry.path));
    for (let at = 0; at < text.length && found.length < OBSERVATIONS; ) {
      const newline = text.indexOf('\n', at);
      const end = newline === -1 ? text.length : newline;
      const line = text.slice(at, Math.min(end, at + LINE));
      if (!/^\s*(?:#|\/\/|;)/.test(line)) {
        const said = readers.flatMap((read) => read(line)).filter(({ address }) => isAddress(address));
        const range: ByteRange = [at, Math.max(at, end)];
        found.push(
          ...unique(said).map((each) => ({ kind: 'name-override' as const, place: place(range), ...each })),
        );
      }
      at = end + 1;
    }
    return found.slice(0, OBSERVATIONS);
  },
};

interface Said {
  readonly form: NameOverrideForm;
  readonly name: string | null;
  readonly address: string;
}

type LineReader = (line: string) => readonly Said[];

function isWanted({ path, type, content, format }: TreeEntry): boolean {
  if (type !== 'file' || content === null || content.size > TEXT_LIMIT || content.size === 0) return false;
  if (format !== null && format !== 'text') return false;
  return /(?:^|\/)(?:etc|s?bin|configs?|conf\.d|init\.d|uci-defaults)\/|\.(?:sh|conf)$|(?:^|\/)(?:hosts|resolv\.conf)[\w.-]*$/.test(
    path,
  );
}

function readersOf(path: string): readonly LineReader[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^hosts(?:[.-]\w+)?$/.test(name)) return [hostsLine];
  return name.startsWith('resolv.conf') ? [resolverLine] : [anyLine];
}

/** `address name …` */
function hostsLine(line: string): readonly Said[] {
  const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/).slice(0, 32);
  return names
    .filter((name) => NAME.test(name))
    .map((name) => ({ form: 'hosts', name: name.toLowerCase(), address }));
}

function resolverLine(line: string): readonly Said[] {
  const address = /^\s*nameserver\s+(\S{2,45})/.exec(line)?.[1];
  return address === undefined ? [] : [{ form: 'resolver', name: null, address }];
}

const NAME = /^(?:\*\.)?[a-z0-9_](?:[\w-]{0,62}[\w])?(?:\.[\w-]{1,63}){0,20}\.?$/i;

function anyLine(line: string): readonly Said[] {
  return [
    ...echoed(line),
    ...dnsmasq(line),
    ...each(
      /\blocal-data:\s*"([\w.*-]{1,253})\.?\s+(?:\d+\s+)?(?:IN\s+)?A{1,4}\s+([\w:.]{2,45})"/g,
      line,
      (name, address) => ({ form: 'answer', name: name.replace(/\.$/, ''), address }),
    ),
    ...each(/^\s*forward-addr:\s*([\w:.]{2,45})()/g, line, (address) => ({
      form: 'resolver',
      name: null,
      address,
    })),
    ...each(/^\s*(?:Fallback)?DNS=([\w:. ]{2,200})()$/g, line, (address) => ({
      form: 'resolver',
      name: null,
      address: address.split(' ')[0] ?? '',
    })),
    ...forwarders(line),
    ...redirected(line),
  ];
}

function each(pattern: RegExp, line: string, make: (a: string, b: string) => Said): readonly Said[] {
  return [...line.matchAll(pattern)].slice(0, 64).map(([, a = '', b = '']) => make(a, b));
}

/** `echo "address name" >> /etc/hosts`, `echo nameserver address > /etc/resolv.conf` */
function echoed(line: string): readonly Said[] {
  const match =
    /\b(?:echo|printf)\s+(?:-\w+\s+)?["']?([^"'>]{3,200})["']?\s*>{1,2}\s*\S{0,100}(hosts|resolv\.conf)/.exec(
      line,
    );
  if (match === null) return [];
  const text = (match[1] ?? '').replace(/\\n$/, '').replaceAll(/\\t/g, ' ');
  return match[2] === 'hosts' ? hostsLine(text) : resolverLine(text);
}

/** `address=/name/…/address`, `server=/name/address`, `server=address`, `host-record=name,address`; as options with `--`,
 *  in OpenWrt as `list address '/name/address'`. */
function dnsmasq(line: string): readonly Said[] {
  const value = (keyword: string): string | null =>
    new RegExp(
      `(?:^\\s*|--|\\blist\\s+'?|\\bdhcp\\.\\S{1,60}\\.)(?:${keyword})'?\\s*(?:=|\\s)\\s*["']?([^\\s"']{2,253})`,
    ).exec(line)?.[1] ?? null;
  const answered = value('address');
  const asked = value('server|local');
  const record = /(?:^\s*|--)host-record=([\w.-]{1,253}),([\w:.]{2,45})/.exec(line);
  return [
    ...(answered === null ? [] : divided(answered, 'answer')),
    ...(asked === null ? [] : divided(asked, 'resolver')),
    ...(record === null
      ? []
      : [{ form: 'answer' as const, name: record[1] ?? '', address: record[2] ?? '' }]),
  ];
}

function divided(value: string, form: NameOverrideForm): readonly Said[] {
  const parts = value.split('/').slice(0, 64);
  const address = (parts.at(-1) ?? '').replace(/[#@].*$/, '');
  if (parts.length === 1) return form === 'resolver' ? [{ form, name: null, address }] : [];
  return parts
    .slice(1, -1)
    .map((name) => ({ form, name: name === '#' || name === '' ? null : name.toLowerCase(), address }));
}

/** `forwarders { address; address; };` */
function forwarders(line: string): readonly Said[] {
  const list = /\bforwarders\s*\{([^}]{2,400})\}/.exec(line)?.[1] ?? '';
  return list
    .split(';')
    .map((text) => text.trim().split(' ')[0] ?? '')
    .filter((address) => address !== '')
    .map((address) => ({ form: 'resolver', name: null, address }));
}

/** Packets to port 53 that a filter hands to another machine: whoever was asked, this one answers. */
function redirected(line: string): readonly Said[] {
  if (!/\b(?:--dport|dport|--dports)\s+53\b/.test(line)) return [];
  const to = /(?:--to-destination|--to|dnat(?: ip6?)? to)\s+\[?([\w:.]{2,45}?)\]?(?::53)?(?:\s|$|"|')/.exec(
    line,
  )?.[1];
  return to === undefined ? [] : [{ form: 'resolver', name: null, address: to }];
}

function unique(said: readonly Said[]): readonly Said[] {
  return [...new Map(said.map((one) => [JSON.stringify(one), one])).values()];
}

function isAddress(text: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return text.split('.').every((octet) => Number(octet) < 256);
  return text.includes(':') && /^[0-9a-f:.]{2,45}$/i.test(text);
}
