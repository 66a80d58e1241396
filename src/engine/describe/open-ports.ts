import type { OpenPortObservation, PortScanObservation, PortState } from '#domain/observed-communication';
import { Malformed } from '#domain/error';
import type { EntryObserver } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import type { Source } from '#domain/ports';
import { wholeOf } from '#engine/bytes/source';
import { latin1 } from '#engine/bytes/text';
import { type XmlEvent, xmlEvents } from '#engine/bytes/xml';

const SIZE_LIMIT = 64 * 1024 * 1024;
const OBSERVATIONS = 200_000;
/** Characters of a service's name or product. */
const TEXT_LIMIT = 200;

/** Ports as a scan from outside found them. */
export const openPorts: EntryObserver = {
  kind: 'observer',
  id: 'open-ports',
  version: 1,
  doc: {
    name: 'Ports as a scan found them',
    says: 'Gives from the XML output of nmap the state of each port that is listed, with host, service and product, and which ports were found in one state without being listed.',
    sources: ['nmap.dtd of Nmap 7.93, xmloutputversion 1.05; nmap(1), port states'],
    limits: [
      'A scan that is handed in by itself is read, not one that lies in a folder of a tree.',
      'Only nmap -oX; its other forms of output and other scanners are not read.',
      'A scan that was cut is read as far as its last whole host. Output before 7.80 does not say which unlisted ports have which state where there is more than one.',
      'What a scan sees depends on where it stood: a filtered port may be open to others.',
    ],
  },
  reads: 'entry',
  wants: ({ path, type, content, format }) =>
    type === 'file' &&
    !path.includes('/') &&
    content !== null &&
    content.size <= SIZE_LIMIT &&
    (format === null || format === 'text'),
  observe: (_, source, place) => observe(source, place),
};

type PlaceAt = Parameters<EntryObserver['observe']>[2];
type Found = OpenPortObservation | PortScanObservation;

function observe(source: Source, place: PlaceAt): readonly Found[] {
  const head = latin1(source.bytes(0, Math.min(source.size, 64 * 1024)));
  if (!/<nmaprun[\s>]/.test(head)) return [];
  const reader = new ScanReader(place);
  try {
    // one character a byte, so that offsets are those of the file; names are turned back where they are kept
    for (const event of xmlEvents(latin1(wholeOf(source, SIZE_LIMIT)))) {
      if (reader.found.length >= OBSERVATIONS) break;
      reader.take(event);
    }
  } catch (error) {
    if (!(error instanceof Malformed) || reader.found.length === 0) throw error;
  }
  return reader.found;
}

type Transport = Found['transport'];
type Ranges = readonly (readonly [number, number])[];

interface ScannedHost {
  name: string | null;
  address: string | null;
  readonly listed: (Omit<OpenPortObservation, 'host' | 'kind' | 'place'> & {
    readonly at: number;
    end: number;
  })[];
  readonly groups: {
    readonly transport: Transport;
    readonly state: PortState;
    readonly ports: Ranges | null;
    readonly range: ByteRange;
  }[];
}

/** Reads one host after another. */
class ScanReader {
  readonly found: Found[] = [];
  private readonly place: PlaceAt;
  private readonly asked = new Map<Transport, Ranges>();
  private host: ScannedHost | null = null;
  private port: { readonly transport: Transport; readonly port: number; readonly at: number } | null = null;
  private state: PortState | null = null;
  private service: { readonly name: string | null; readonly product: string | null } | null = null;
  private extra: { readonly state: PortState; readonly range: ByteRange; isDivided: boolean } | null = null;

  constructor(place: PlaceAt) {
    this.place = place;
  }

  take(event: XmlEvent): void {
    if (event.kind === 'open') this.open(event);
    else if (event.kind === 'close') this.close(event);
  }

  private open({ name, attributes, at, end }: Extract<XmlEvent, { kind: 'open' }>): void {
    switch (name) {
      case 'scaninfo': {
        const transport = transportOf(attributes.get('protocol'));
        if (transport !== null) this.asked.set(transport, rangesIn(attributes.get('services') ?? ''));
        break;
      }
      case 'host':
        this.host = { name: null, address: null, listed: [], groups: [] };
        break;
      case 'address':
        if (this.host !== null && attributes.get('addrtype') !== 'mac')
          this.host.address ??= textOf(attributes.get('addr'));
        break;
      case 'hostname':
        if (this.host !== null) this.host.name ??= textOf(attributes.get('name'));
        break;
      case 'port': {
        const transport = transportOf(attributes.get('protocol'));
        const port = portOf(attributes.get('portid'));
        this.port = transport === null || port === null ? null : { transport, port, at };
        this.state = null;
        this.service = null;
        break;
      }
      case 'state':
        if (this.port !== null) this.state = stateOf(attributes.get('state'));
        break;
      case 'service':
        if (this.port !== null) {
          const product = [attributes.get('product'), attributes.get('version')].filter(
            (text) => text !== undefined,
          );
          this.service = { name: textOf(attributes.get('name')), product: textOf(product.join(' ')) };
        }
        break;
      case 'extraports': {
        const state = stateOf(attributes.get('state'));
        this.extra = state === null ? null : { state, range: [at, end], isDivided: false };
        break;
      }
      case 'extrareasons': {
        const transport = transportOf(attributes.get('proto'));
        const ports = attributes.get('ports');
        if (this.extra === null || this.host === null || transport === null || ports === undefined) break;
        this.extra.isDivided = true;
        this.host.groups.push({
          transport,
          state: this.extra.state,
          ports: rangesIn(ports),
          range: [at, end],
        });
        break;
      }
    }
  }

  private close({ name, end }: Extract<XmlEvent, { kind: 'close' }>): void {
    const { host, extra } = this;
    if (name === 'port' && host !== null && this.port !== null) {
      if (this.state !== null) {
        const { name: service = null, product = null } = this.service ?? {};
        host.listed.push({ ...this.port, state: this.state, service, product, end });
      }
      this.port = null;
    } else if (name === 'extraports' && extra !== null && host !== null) {
      // which of the ports asked for it means is known where one transport was asked for
      const [only] = this.asked.size === 1 ? this.asked.keys() : [];
      if (!extra.isDivided && only !== undefined)
        host.groups.push({ transport: only, state: extra.state, ports: null, range: extra.range });
      this.extra = null;
    } else if (name === 'host' && host !== null) {
      this.give(host);
      this.host = null;
    }
  }

  private give({ name, address, listed, groups }: ScannedHost): void {
    const host = address ?? name;
    if (host === null) return;
    for (const { at, end, ...port } of listed)
      this.found.push({ kind: 'open-port', place: this.place([at, end]), host, ...port });
    const untold = groups.filter(({ ports }) => ports === null).length;
    for (const { transport, state, ports, range } of groups) {
      // two groups that do not say which ports they have share what is left in a way nobody knows
      if (ports === null && (untold > 1 || groups.length > 1)) continue;
      const own =
        ports ??
        without(
          this.asked.get(transport) ?? [],
          listed.filter((port) => port.transport === transport),
        );
      if (own.length > 0)
        this.found.push({ kind: 'port-scan', place: this.place(range), host, transport, state, ports: own });
    }
  }
}

/** Ranges without single ports; both in order, so that each is passed once. */
function without(ranges: Ranges, listed: readonly { readonly port: number }[]): Ranges {
  const holes = [...new Set(listed.map(({ port }) => port))].toSorted((a, b) => a - b);
  const out: [number, number][] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    let start = from;
    for (; next < holes.length; next++) {
      const hole = holes[next] ?? 0;
      if (hole > to) break;
      if (hole < start) continue;
      if (hole > start) out.push([start, hole - 1]);
      start = hole + 1;
    }
    if (start <= to) out.push([start, to]);
  }
  return out;
}

/** Ranges of a list of ports: 65,536 at most can be apart. */
const RANGES = 32_768;

/** `1-1024,8080` in order, what overlaps joined. */
function rangesIn(text: string): Ranges {
  const ranges: [number, number][] = [];
  for (const item of text.split(',')) {
    if (ranges.length >= RANGES) break;
    const match = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(item);
    const from = Number(match?.[1] ?? -1);
    const to = Number(match?.[2] ?? match?.[1] ?? -1);
    if (from >= 0 && to >= from && to <= 65_535) ranges.push([from, to]);
  }
  const joined: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

function transportOf(text: string | undefined): Transport | null {
  return text === 'tcp' || text === 'udp' || text === 'sctp' || text === 'ip' ? text : null;
}

function portOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}

const STATES: readonly PortState[] = [
  'open',
  'closed',
  'filtered',
  'open|filtered',
  'unfiltered',
  'closed|filtered',
];

function stateOf(text: string | undefined): PortState | null {
  return STATES.find((state) => state === text) ?? null;
}

/** Text of an attribute in UTF-8; null: absent or empty. */
function textOf(text: string | undefined): string | null {
  if (text === undefined || text.trim() === '') return null;
  return Buffer.from(text, 'latin1').toString('utf8').trim().slice(0, TEXT_LIMIT).toWellFormed();
}
