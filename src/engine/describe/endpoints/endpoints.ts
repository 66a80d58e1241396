import type { EndpointForm, EndpointObservation } from '#domain/observation';
import type { BytesObserver } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Malformed, Spent } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { ELF_TYPE, namesOf, readElf } from '#engine/bytes/elf';
import { latin1 } from '#engine/bytes/text';
import {
  CONTEXT,
  groupsOf,
  isAddress,
  isMachine,
  isMachine6,
  quadOf,
} from '#engine/describe/endpoints/addresses';
import { isHost, isNamed } from '#engine/describe/endpoints/names';
import { ABOVE, BESIDE, type Use, useOf } from '#engine/describe/endpoints/role';

/** Different endpoints kept of one artefact. */
const ENDPOINTS = 5000;
/** Occurrences of one endpoint whose surroundings are read. */
const LOOKS = 24;
/** Bytes looked at in one step; what begins in a step is read to its end beyond it. */
const STEP = 1024 * 1024;
/** Longest authority of a URL, longest name. */
const LONGEST = 512;

/** Addresses on networks, wherever they are written. */
export const endpoints: BytesObserver = {
  kind: 'observer',
  id: 'endpoints',
  version: 2,
  doc: {
    name: 'Addresses on networks',
    says: `Gives URLs, host names, IPv4 and IPv6 addresses and the hosts of mail addresses that are written in any file, each once, with what it serves for by the words around its first ${LOOKS} occurrences and what takes it there: a command, a setting, or a program that can connect. The place is that of the occurrence whose words say most, else the first. User names, passwords, paths and queries are cut.`,
    sources: [
      'RFC 3986, 3.1 and 3.2',
      'RFC 1123, 2.1',
      'RFC 4291, 2.2',
      'RFC 6890',
      'IANA root zone database',
    ],
    limits: [
      `The first ${ENDPOINTS} different endpoints of a file are given.`,
      'Addresses that are composed while a program runs, encoded, compressed or written in UTF-16 are not seen.',
      'A bare host name counts by its ending: suffixes of files (.sh, .so, .pl) never, endings that are also words only as a whole string, countries only with three labels or as a whole string.',
      'Four numbers count as an address unless they look like a version: small ones without a word about addresses before them. Loopback, netmasks, networks and broadcasts are left out.',
      'Names without a dot are left out.',
      `What an address serves for is read from its own line or string, at most ${BESIDE} bytes before and behind it. What reads like a sentence, a comment or a link counts as documentation; the address of another language than English or of a program that puts its parts together may stay unknown.`,
    ],
  },
  reads: 'bytes',
  wants: ({ size }) => size >= 5,
  observe(source, place) {
    const found = new Map<string, { readonly observation: EndpointObservation; readonly looks: number }>();
    const imported = connectingOf(source);
    for (let base = 0; base < source.size && found.size < ENDPOINTS; base += STEP) {
      const view = viewOf(source, base, imported);
      scan(view, (endpoint) => {
        const key = `${endpoint.form} ${endpoint.value}`;
        const before = found.get(key);
        if (before === undefined ? found.size >= ENDPOINTS : before.looks >= LOOKS) return;
        const { range, use, ...values } = endpoint;
        const { role, taker } = use();
        const looks = (before?.looks ?? 0) + 1;
        const isBetter = before === undefined || weightOf({ role, taker }) > weightOf(before.observation);
        const observation: EndpointObservation = isBetter
          ? { kind: 'endpoint', place: place(range), ...values, role, taker }
          : before.observation;
        found.set(key, { observation, looks });
      });
    }
    return [...found.values()]
      .map(({ observation }) => observation)
      .toSorted((a, b) => (a.place.range?.[0] ?? 0) - (b.place.range?.[0] ?? 0));
  },
};

/** What one place says, before it has a place in an artefact. */
interface Found extends Omit<EndpointObservation, 'kind' | 'place' | keyof Use> {
  readonly range: ByteRange;
  /** What the address serves for here; worked out when asked. */
  readonly use: () => Use;
}

/** How much an occurrence says of what the address serves for. */
function weightOf({ role, taker }: Use): number {
  if (role === 'namespace') return 0;
  if (role === 'documentation') return 1;
  const known = role === 'unknown' ? 0 : 1;
  return 2 + known + (taker === null ? 0 : taker.kind === 'command' ? 4 : 2);
}

/** Functions by which compiled code finds or reaches another machine, the ones that say most first. */
const CONNECTING = [
  'curl_easy_perform',
  'getaddrinfo',
  'gethostbyname',
  'gethostbyname2',
  'gethostbyname_r',
  'res_query',
  'uclient_new',
  'BIO_new_connect',
  'mosquitto_connect',
  'SSL_connect',
  'connect',
  'kernel_connect',
];

/** The first of {@link CONNECTING} that an ELF file imports; `static` for a program that holds everything itself;
 *  null: none, no ELF file, or broken headers. */
function connectingOf(source: Source): string | null {
  try {
    const elf = readElf(source);
    if (elf === null) return null;
    if (elf.type === ELF_TYPE.executable && elf.dynamic === null) return 'static';
    const names = new Set(namesOf(source, elf).imports);
    return CONNECTING.find((name) => names.has(name)) ?? null;
  } catch (error) {
    if (error instanceof Malformed || error instanceof Spent) return null;
    throw error;
  }
}

/** One step with a little before and after it. */
interface View {
  readonly bytes: Uint8Array;
  /** Offset of the first byte in the artefact. */
  readonly base: number;
  /** What begins in [from, to) of `bytes` belongs to this step. */
  readonly from: number;
  readonly to: number;
  /** False: bytes that are no text; what stands in them needs clean edges. */
  readonly isText: boolean;
  /** What the whole artefact, if it is compiled code, imports to reach other machines; null: nothing. */
  readonly imported: string | null;
}

function viewOf(source: Source, at: number, imported: string | null): View {
  const base = Math.max(0, at - 2 * LONGEST);
  const end = Math.min(source.size, at + STEP + 2 * LONGEST);
  const head = source.bytes(0, Math.min(source.size, 4096));
  return {
    bytes: source.bytes(base, end),
    base,
    from: at - base,
    to: Math.min(end, at + STEP) - base,
    isText: !head.includes(0),
    imported,
  };
}

const DOT = 0x2e;
const COLON = 0x3a;
const AT = 0x40;
const SLASH = 0x2f;

/** 1: may stand in a host name, 2: in a hexadecimal group too, 4: in a scheme. */
const CLASS = new Uint8Array(256);
for (let c = 0; c < 128; c++) {
  const char = String.fromCharCode(c);
  if (/[A-Za-z0-9_-]/.test(char)) CLASS[c] = 1;
  if (/[0-9A-Fa-f]/.test(char)) CLASS[c] = (CLASS[c] ?? 0) | 2;
  if (/[A-Za-z0-9+.-]/.test(char)) CLASS[c] = (CLASS[c] ?? 0) | 4;
}

function classAt(bytes: Uint8Array, at: number): number {
  return CLASS[bytes[at] ?? 0] ?? 0;
}

/** One pass: every dot and colon is looked at once with what stands around it. */
function scan(view: View, give: (found: Found) => void): void {
  const { bytes, to } = view;
  let done = 0;
  for (let i = Math.max(0, view.from - LONGEST); i < Math.min(bytes.length, to + LONGEST); i++) {
    const byte = bytes[i];
    if ((byte !== DOT && byte !== COLON) || i < done) continue;
    const end =
      byte === DOT
        ? readName(view, i, done, give)
        : bytes[i + 1] === SLASH && bytes[i + 2] === SLASH
          ? readUrl(view, i, give)
          : readGroups(view, i, done, give);
    done = Math.max(done, end);
  }
}

/** Gives what begins in this step: neighbours give the rest. */
function giveOwn(
  view: View,
  give: (found: Found) => void,
  start: number,
  end: number,
  found: Omit<Found, 'range' | 'use'>,
): void {
  if (start < view.from || start >= view.to) return;
  give({ ...found, use: () => useAt(view, start, found), range: [view.base + start, view.base + end] });
}

function useAt(
  { bytes, isText, imported }: View,
  start: number,
  { form, host }: Pick<Found, 'form' | 'host'>,
): Use {
  const isEnd = isText ? isLineEnd : isStringEnd;
  let from = start;
  while (from > 0 && start - from < BESIDE && !isEnd(bytes[from - 1] ?? 0)) from--;
  let to = start;
  while (to < bytes.length && to - start < BESIDE && !isEnd(bytes[to] ?? 0)) to++;
  return useOf({
    form,
    host,
    before: latin1(bytes.subarray(from, start)),
    behind: latin1(bytes.subarray(start, to)),
    above: isText ? latin1(bytes.subarray(Math.max(0, from - ABOVE), from)) : '',
    isBinary: !isText,
    imported,
  });
}

function isLineEnd(byte: number): boolean {
  return byte === 0x0a || byte === 0;
}

function isStringEnd(byte: number): boolean {
  return (byte < 0x20 && byte !== 0x09) || byte >= 0x7f;
}

// --- scheme://user@host:port

const SCHEMES = new Set(
  `http https ftp ftps tftp sftp scp ssh telnet ws wss mqtt mqtts mqtt+ssl coap coaps rtsp rtsps rtmp rtmps rtp srt sip
  sips stun stuns turn turns ldap ldaps smb cifs nfs git git+ssh svn svn+ssh rsync udp tcp tls ssl quic xmpp irc ircs
  imap imaps pop3 smtp smtps socks socks4 socks5 socks5h amqp amqps redis rediss mysql postgres postgresql mongodb
  nats ntp dns doh syslog snmp netconf grpc onvif stratum+tcp opc.tcp capwap acs gopher news nntp`.split(
    /\s+/,
  ),
);

function readUrl(view: View, colon: number, give: (found: Found) => void): number {
  const { bytes } = view;
  let start = colon;
  while (start > 0 && colon - start < 16 && (classAt(bytes, start - 1) & 4) !== 0) start--;
  const authorityAt = colon + 3;
  let end = authorityAt;
  while (end < bytes.length && end - authorityAt < LONGEST && isAuthority(bytes[end] ?? 0)) end++;
  const written = latin1(bytes.subarray(start, colon)).toLowerCase();
  const scheme = SCHEMES.has(written)
    ? written
    : (/(?:https?|ftp|wss?|rtsp|mqtts?)$/.exec(written)?.[0] ?? written);
  const authority = latin1(bytes.subarray(authorityAt, end));
  const host = hostIn(authority.slice(authority.lastIndexOf('@') + 1), !SCHEMES.has(scheme));
  if (host === null || !/^[a-z][a-z0-9+.-]{1,15}$/.test(scheme)) return end;
  const hostAt = authorityAt + authority.lastIndexOf('@') + 1;
  const value = `${scheme}://${host.text}${host.port === null ? '' : `:${host.port}`}`;
  giveOwn(view, give, colon - scheme.length, hostAt + host.length, {
    form: 'url',
    value,
    host: host.name,
    port: host.port,
    scheme,
  });
  return end;
}

/** Ends an authority: path, query, fragment, and what cannot stand in one. */
function isAuthority(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && !DELIMITERS.has(byte);
}

const DELIMITERS = new Set(Buffer.from('/?#"\'<>\\^`{|},;()*$!&='));

interface Host {
  readonly name: string;
  /** With brackets for IPv6. */
  readonly text: string;
  readonly port: number | null;
  /** Bytes of host and port as written. */
  readonly length: number;
}

function hostIn(text: string, strict: boolean): Host | null {
  const six = /^\[([0-9a-f:.]{2,45})(?:%[\w.-]{1,16})?\](?::(\d{1,5}))?/i.exec(text);
  if (six !== null) {
    const groups = groupsOf(six[1] ?? '');
    const local = groups?.slice(0, 7).every((group) => group === 0) === true;
    if (groups === null || local) return null;
    const name = (six[1] ?? '').toLowerCase();
    return { name, text: `[${name}]`, port: portOf(six[2]), length: six[0].length };
  }
  const match = /^([\w.-]{1,255}?)\.?(?::(\d{1,5}))?(?=$|[^\w.:-])/.exec(text);
  if (match === null) return null;
  const name = (match[1] ?? '').toLowerCase();
  const quad = quadOf(name);
  const port = portOf(match[2]);
  const length = (match[1]?.length ?? 0) + (port === null ? 0 : 1 + (match[2]?.length ?? 0));
  if (quad !== null) return isMachine(quad, false) ? { name, text: name, port, length } : null;
  return isNamed(name, strict) ? { name, text: name, port, length } : null;
}

function portOf(digits: string | undefined): number | null {
  const port = Number(digits ?? '0');
  return port >= 1 && port <= 65_535 ? port : null;
}

// --- names and dotted quads

function readName(view: View, dot: number, floor: number, give: (found: Found) => void): number {
  const { bytes } = view;
  let start = dot;
  while (start > floor && dot - start < LONGEST && isNameByte(bytes, start - 1)) start--;
  let end = dot;
  while (end < bytes.length && end - dot < LONGEST && isNameByte(bytes, end)) end++;
  const after = end;
  while (end > start && bytes[end - 1] === DOT) end--;
  while (start < end && bytes[start] === DOT) start++;
  if (end - start < 5 || end - start > 253) return after;
  const name = latin1(bytes.subarray(start, end));
  const edges = edgesOf(view, start, after);
  if (edges === null) return after;
  const lower = name.toLowerCase();
  const port = after === end ? portBehind(bytes, end) : null;
  const length = end + (port === null ? 0 : 1 + String(port).length);
  const value = `${lower}${port === null ? '' : `:${port}`}`;
  const quad = quadOf(name);
  if (quad !== null) {
    if (edges.mail || !isMachine(quad, port === null)) return after;
    if (!isAddress(name, quad, contextBefore(bytes, start), port !== null)) return after;
    giveOwn(view, give, start, length, { form: 'ipv4', value, host: lower, port, scheme: null });
  } else if (edges.mail) {
    if (isNamed(name, true) && !name.includes('_'))
      giveOwn(view, give, start, end, { form: 'mail', value: lower, host: lower, port: null, scheme: null });
  } else if (isHost(name, { whole: edges.whole })) {
    giveOwn(view, give, start, length, { form: 'host', value, host: lower, port, scheme: null });
  }
  return after;
}

function isNameByte(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === DOT || (classAt(bytes, at) & 1) !== 0;
}

interface Edges {
  readonly mail: boolean;
  readonly whole: boolean;
}

/** What may stand before and behind a bare name. In bytes that are no text both must be clean. */
const BEFORE = new Set(Buffer.from('\0\t\n\r "\'=,;<>([|:{!#&?`'));
const BEHIND = new Set(Buffer.from('\0\t\n\r "\',;:/>)|?#<]}\\&!`'));
const FILLS = new Set(Buffer.from('\0\n\r"\'`'));

function edgesOf({ bytes, isText }: View, start: number, after: number): Edges | null {
  const before = start === 0 ? 0 : (bytes[start - 1] ?? 0);
  const behind = after >= bytes.length ? 0 : (bytes[after] ?? 0);
  if (!BEHIND.has(behind)) return null;
  if (before === AT) {
    const local = start < 2 ? 0 : (bytes[start - 2] ?? 0);
    return /[\w.%+-]/.test(String.fromCharCode(local)) ? { mail: true, whole: false } : null;
  }
  if (before === SLASH) {
    // a connection as the shell names it: /dev/tcp/host/port
    if (/\/dev\/(?:tcp|udp)\/$/.test(latin1(bytes.subarray(Math.max(0, start - 9), start))))
      return { mail: false, whole: true };
    const double = start > 1 && bytes[start - 2] === SLASH;
    const third = start > 2 ? (bytes[start - 3] ?? 0) : 0;
    // `//host/…` without a scheme, as in pages
    return isText && double && /["'(=]/.test(String.fromCharCode(third))
      ? { mail: false, whole: true }
      : null;
  }
  if (!BEFORE.has(before)) return null;
  return {
    mail: false,
    whole: FILLS.has(before) && (FILLS.has(behind) || behind === COLON || behind === SLASH),
  };
}

function portBehind(bytes: Uint8Array, at: number): number | null {
  if (bytes[at] !== COLON) return null;
  const match = /^:(\d{1,5})(?![\w.:])/.exec(latin1(bytes.subarray(at, at + 8)));
  return portOf(match?.[1]);
}

/** What stands before a place in its line or string. */
function contextBefore(bytes: Uint8Array, at: number): string {
  const before = latin1(bytes.subarray(Math.max(0, at - CONTEXT), at));
  return before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\0')) + 1);
}

// --- IPv6

function readGroups(view: View, colon: number, floor: number, give: (found: Found) => void): number {
  const { bytes } = view;
  let start = colon;
  while (start > floor && colon - start < 48 && isGroupByte(bytes, start - 1)) start--;
  let end = colon;
  while (end < bytes.length && end - colon < 48 && isGroupByte(bytes, end)) end++;
  while (
    end > start + 2 &&
    (bytes[end - 1] === DOT || (bytes[end - 1] === COLON && bytes[end - 2] !== COLON))
  )
    end--;
  // a single colon is nothing: the dot behind it is still to be looked at
  if (end - start < 6) return colon + 1;
  const text = latin1(bytes.subarray(start, end));
  const groups = groupsOf(text);
  if (groups === null || !isMachine6(text, groups)) return colon + 1;
  const form: EndpointForm = 'ipv6';
  const value = text.toLowerCase();
  const before = start === 0 ? 0 : (bytes[start - 1] ?? 0);
  const behind = end >= bytes.length ? 0 : (bytes[end] ?? 0);
  if ((classAt(bytes, start - 1) & 1) === 0 && !isLetter(before) && !isLetter(behind) && behind !== 0x5f)
    giveOwn(view, give, start, end, { form, value, host: value, port: null, scheme: null });
  return end;
}

function isGroupByte(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === COLON || bytes[at] === DOT || (classAt(bytes, at) & 2) !== 0;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
