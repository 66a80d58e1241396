import { isNone } from '#engine/bytes/heads';

/** What a cell says of the protocol. */
export interface ReadProtocol {
  /** `tcp`, `udp`, `sctp`, `icmp`, `ip:50`, `any`, …; empty: none was understood. */
  readonly transports: readonly string[];
  /** Names of applications in the cell. */
  readonly application: string | null;
  readonly mended: readonly string[];
  /** Words that were not understood. */
  readonly unknown: readonly string[];
}

/** Protocols below the ports, and what has none. Numbers: IANA Assigned Internet Protocol Numbers. */
const TRANSPORTS: Readonly<Record<string, string>> = {
  tcp: 'tcp',
  udp: 'udp',
  sctp: 'sctp',
  dccp: 'dccp',
  'udp-lite': 'udp-lite',
  icmp: 'icmp',
  icmpv4: 'icmp',
  icmpv6: 'icmpv6',
  icmp6: 'icmpv6',
  ping: 'icmp',
  igmp: 'igmp',
  gre: 'gre',
  esp: 'esp',
  ah: 'ah',
  ospf: 'ospf',
  vrrp: 'vrrp',
  pim: 'pim',
  rsvp: 'rsvp',
  roce: 'roce',
  rocev2: 'roce',
  rdma: 'roce',
  any: 'any',
  all: 'any',
  '*': 'any',
  任意: 'any',
  所有: 'any',
};

/** Applications that run over one transport by registration. IANA Service Name and Transport Protocol Port Number Registry. */
const APPLICATIONS: Readonly<Record<string, string>> = {
  http: 'tcp',
  https: 'tcp',
  http2: 'tcp',
  'http/2': 'tcp',
  rest: 'tcp',
  restful: 'tcp',
  restconf: 'tcp',
  grpc: 'tcp',
  websocket: 'tcp',
  ssh: 'tcp',
  sshv2: 'tcp',
  stelnet: 'tcp',
  sftp: 'tcp',
  scp: 'tcp',
  netconf: 'tcp',
  telnet: 'tcp',
  ftp: 'tcp',
  ftps: 'tcp',
  smtp: 'tcp',
  ldap: 'tcp',
  ldaps: 'tcp',
  tls: 'tcp',
  ssl: 'tcp',
  bgp: 'tcp',
  tacacs: 'tcp',
  'tacacs+': 'tcp',
  mqtt: 'tcp',
  amqp: 'tcp',
  mml: 'tcp',
  snmp: 'udp',
  snmpv1: 'udp',
  snmpv2: 'udp',
  snmpv2c: 'udp',
  snmpv3: 'udp',
  tftp: 'udp',
  ntp: 'udp',
  sntp: 'udp',
  dhcp: 'udp',
  dhcpv6: 'udp',
  bootp: 'udp',
  radius: 'udp',
  ptp: 'udp',
  bfd: 'udp',
  ike: 'udp',
  ikev2: 'udp',
  gtpu: 'udp',
  'gtp-u': 'udp',
  gtpc: 'udp',
  'gtp-c': 'udp',
  pfcp: 'udp',
  vxlan: 'udp',
  quic: 'udp',
  ipfix: 'udp',
  netflow: 'udp',
  s1ap: 'sctp',
  ngap: 'sctp',
  x2ap: 'sctp',
  xnap: 'sctp',
  f1ap: 'sctp',
  e1ap: 'sctp',
  m3ua: 'sctp',
  m2pa: 'sctp',
};

/** Words that say nothing more: the network below. */
const IDLE = /^(?:ip|ipv4|ipv6|v4|v6|protocol|over|based|协议)$/;

const LIMIT = 300;

/** Reads a cell of protocols. An application's name gives its registered transport, and that is said. */
export function readProtocol(cell: string): ReadProtocol {
  const text = cell.normalize('NFKC').trim().toLowerCase().slice(0, LIMIT);
  const none: ReadProtocol = { transports: [], application: null, mended: [], unknown: [] };
  if (text === '' || isNone(text)) return none;
  const numbered = /^(?:ip ?)?(?:protocol|proto|协议号?|ip)\s*[:#=]?\s*(\d{1,3})$/.exec(text);
  if (numbered !== null && Number(numbered[1]) < 256)
    return { ...none, transports: [`ip:${Number(numbered[1])}`] };
  const ethernet = /^(?:eth(?:ernet|ertype)?|l2)\s*[:=]?\s*(0x[0-9a-f]{4})$/.exec(text);
  if (ethernet !== null) return { ...none, transports: [`eth:${ethernet[1]}`] };
  const transports: string[] = [];
  const applications: string[] = [];
  const unknown: string[] = [];
  const put = (list: string[], item: string) => {
    if (!list.includes(item)) list.push(item);
  };
  for (const word of text
    .replaceAll(/\btcp\/ip\b/g, 'tcp')
    .split(/[\s/,;、|()[\]&]+|\band\b|\bor\b|和|及|或|与/)) {
    const name = word.replaceAll(/^[-+.:]+|[-.:]+$/g, '');
    if (name === '' || IDLE.test(name)) continue;
    const bare = /^(tcp|udp|sctp)(?:v?[46])$/.exec(name)?.[1] ?? name;
    if (Object.hasOwn(TRANSPORTS, bare)) put(transports, TRANSPORTS[bare] ?? bare);
    else if (Object.hasOwn(APPLICATIONS, bare)) put(applications, bare);
    else put(unknown, name);
  }
  const application = applications.length === 0 ? null : applications.join(', ');
  if (transports.length > 0 || applications.length === 0)
    return { transports, application, mended: [], unknown };
  for (const name of applications) put(transports, APPLICATIONS[name] ?? '');
  const mended = [
    `names the application ${applications.join(', ')}; it is read as ${transports.join(' and ')}`,
  ];
  return { transports, application, mended, unknown };
}

/** The transport an application runs over by registration; null: it is not known. */
export function registeredTransport(application: string): string | null {
  const name = application.toLowerCase();
  return Object.hasOwn(APPLICATIONS, name) ? (APPLICATIONS[name] ?? null) : null;
}

/** Whether flows of a transport have ports. */
export function hasPorts(transport: string): boolean {
  return /^(?:tcp|udp|sctp|dccp|udp-lite|any)$/.test(transport);
}
