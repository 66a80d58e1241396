import type { PasswordScheme } from '#domain/observation';
import {
  accountOf,
  applied,
  type Dialect,
  type Rule,
  type SaidAccount,
} from '#engine/describe/configuration/rules';
import { indentedStatements, type Statement } from '#engine/describe/configuration/statements';

const ADDRESS = String.raw`(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]+)`;

// --- Cisco IOS, IOS XE, NX-OS, IOS XR and what is written like them

const IOS_RULES: readonly Rule[] = [
  {
    match: /^transport input (?:.*\b)?(?:telnet|all)\b/,
    under: /^line /,
    subject: 'management.telnet',
    value: 'lines',
  },
  {
    match: /^transport input (?:.*\b)?(?:ssh|all)\b/,
    under: /^line /,
    subject: 'management.ssh',
    value: 'lines',
  },
  {
    match: /^transport input (?:.*\b)?(?:rlogin|all)\b/,
    under: /^line /,
    subject: 'management.remote-shell',
  },
  { match: /^feature telnet\b|^telnet (?:vrf \S+ )?(?:ipv[46] )?server\b/, subject: 'management.telnet' },
  { match: /^feature ssh\b|^ssh server\b/, subject: 'management.ssh' },
  { match: /^ip http server\b|^feature (?:nxapi|http-server)\b/, subject: 'management.http' },
  { match: /^ip http secure-server\b/, subject: 'management.https' },
  { match: /^ip http access-class (?:ipv[46] )?(\S+)/, subject: 'management.access-list', value: 1 },
  { match: /^ip http authentication (\S+)/, subject: 'authentication.method', value: 1, on: null },
  { match: /^ip http tls-version (\S+)/, subject: 'tls.versions', value: 1, on: null },
  { match: /^ip http secure-ciphersuite (.+)/, subject: 'tls.ciphers', value: 1, on: null },
  { match: /^ftp-server (?:enable|topdir)/, subject: 'management.ftp' },
  { match: /^tftp-server\b/, subject: 'management.tftp' },
  { match: /^ip scp server enable/, subject: 'management.sftp' },
  { match: /^ip rcmd (?:rsh|rcp)-enable/, subject: 'management.remote-shell' },
  { match: /^netconf-yang\b|^netconf (?:ssh|agent)|^feature netconf/, subject: 'management.netconf' },
  { match: /^restconf\b|^feature restconf/, subject: 'management.restconf' },
  {
    match: /^(?:gnxi server|gnxi|grpc port (\d+)|feature grpc|telemetry model-driven)/,
    subject: 'management.telemetry',
    value: 1,
  },
  { match: /^guestshell\b|^iox\b|^app-hosting\b|^feature bash-shell/, subject: 'management.guest-system' },
  { match: /^vstack\b/, subject: 'management.smart-install' },
  { match: /^(?:cdp run|lldp run|feature lldp)/, subject: 'management.discovery' },
  {
    match: /^service (tcp-small-servers|udp-small-servers|finger|pad|config)\b/,
    subject: 'management.small-servers',
    value: 1,
  },
  { match: /^ip (finger|bootp server)\b/, subject: 'management.small-servers', value: 1 },
  { match: /^mop enabled/, subject: 'management.small-servers', value: 'mop' },
  { match: /^access-class (\S+)/, under: /^line /, subject: 'management.access-list', value: 1 },
  { match: /^ip ssh version ([12])/, subject: 'ssh.version', value: 1, on: null },
  { match: /^ip ssh server algorithm encryption (.+)/, subject: 'ssh.ciphers', value: 1, on: null },
  { match: /^ip ssh server algorithm mac (.+)/, subject: 'ssh.integrity', value: 1, on: null },
  { match: /^ip ssh server algorithm kex (.+)/, subject: 'ssh.key-exchange', value: 1, on: null },
  {
    match: /^snmp-server community \S+(?: view \S+)? (ro|rw)\b/i,
    subject: 'snmp.community',
    value: 1,
    on: null,
  },
  {
    match: /^snmp-server community \S+ (?:.*\b)?(?:ro|rw) (\S+)/i,
    subject: 'snmp.access-list',
    value: 1,
    on: null,
  },
  {
    match: /^snmp-server group \S+ v3 (noauth|auth|priv)/,
    subject: 'snmp.security-level',
    value: 1,
    on: null,
  },
  {
    match: /^snmp-server (?:group|user) \S+ (?:\S+ )?(v1|v2c|v3)\b/,
    subject: 'snmp.version',
    value: 1,
    on: null,
  },
  { match: /^snmp-server host (\S+)/, subject: 'snmp.trap', value: 1 },
  {
    match: /^logging (?:host |server )?(?:ipv6 )?(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+)/,
    subject: 'log.export',
    value: 1,
  },
  {
    match: /^logging host \S+ (?:vrf \S+ )?transport (udp|tcp|tls)/,
    subject: 'log.transport',
    value: 1,
    on: null,
  },
  { match: /^logging buffered\b/, subject: 'log.local', value: 'memory' },
  { match: /^logging trap (\S+)/, subject: 'log.level', value: 1, on: null },
  { match: /^logging (?:on|enable)$/, subject: 'log.local' },
  { match: /^logging enable$/, under: /^(?:archive|log config)$/, subject: 'log.commands', value: 'archive' },
  { match: /^(?:ntp|sntp) server (?:vrf \S+ )?(\S+)/, subject: 'time.server', value: 1 },
  { match: /^ntp authenticate$/, subject: 'time.authentication' },
  { match: /^aaa authentication login \S+ (.+)/, subject: 'authentication.method', value: 1, on: null },
  { match: /^login local$/, under: /^line /, subject: 'authentication.method', value: 'local', on: null },
  { match: /^login$/, under: /^line /, subject: 'authentication.method', value: 'line password', on: null },
  { match: /^aaa authorization \S+ (?:\d+ )?\S+ (.+)/, subject: 'authorization.method', value: 1, on: null },
  { match: /^aaa accounting \S+ (?:\d+ )?\S+ (.+)/, subject: 'accounting.method', value: 1, on: null },
  { match: /^(?:tacacs|radius)(?:-server host| server) (\S+)/, subject: 'authentication.server', value: 1 },
  {
    match: /^address ipv[46] (\S+)/,
    under: /^(?:tacacs|radius) server /,
    subject: 'authentication.server',
    value: 1,
  },
  { match: /^role name (\S+)|^parser view (\S+)/, subject: 'authorization.role', value: 1 },
  {
    match: /^privilege (?:level )?(\d+)/,
    under: /^line /,
    subject: 'authorization.role',
    value: 1,
    on: null,
  },
  { match: /^service password-encryption/, subject: 'password.storage', value: 'type 7' },
  {
    match: /^security passwords min-length (\d+)|^min-length (\d+)/,
    subject: 'password.minimum-length',
    value: 1,
    on: null,
  },
  { match: /^login block-for (\d+)/, subject: 'login.failed-delay', value: 1, on: null },
  { match: /^login block-for \d+ attempts (\d+)/, subject: 'login.failed-limit', value: 1, on: null },
  { match: /^banner (?:login|motd|exec)/, subject: 'login.banner' },
  {
    match: /^exec-timeout (\d+(?: \d+)?)/,
    under: /^line /,
    subject: 'session.idle-timeout',
    value: 1,
    on: null,
  },
  { match: /^session-limit (\d+)/, subject: 'session.limit', value: 1, on: null },
  { match: /^service-policy input (\S+)/, under: /^control-plane/, subject: 'plane.control', value: 1 },
  {
    match: /^vrf (?:definition|context) (\S*(?:mgmt|management)\S*)/i,
    subject: 'plane.management',
    value: 1,
  },
  { match: /^ip access-group (\S+) in/, under: /^interface /, subject: 'filter.packets', value: 1 },
  {
    match: /^ip verify unicast source reachable-via (rx|any)/,
    subject: 'filter.source-validation',
    value: 1,
  },
  { match: /^ip redirects/, subject: 'filter.redirects' },
  { match: /^ip source-route/, subject: 'filter.source-route' },
  { match: /^ip proxy-arp/, subject: 'filter.proxy-arp' },
  { match: /^ip directed-broadcast/, subject: 'filter.directed-broadcast' },
  { match: /^ip (?:name-server|domain name-server) (\S+)/, subject: 'naming.server', value: 1 },
  // functions that take traffic aside
  { match: /^monitor session \S+ type erspan-source/, facility: 'remote-mirror' },
  {
    match: /^(?:destination ip|ip address) (\d\S+)/,
    under: /^monitor session .*(?:erspan)|^destination$/,
    facility: 'remote-mirror',
    value: 1,
  },
  { match: /^monitor session \S+ destination remote vlan (\d+)/, facility: 'remote-mirror', value: 1 },
  { match: /^monitor session \S+ source (?:interface|vlan) /, facility: 'mirror' },
  { match: /^monitor session \S+ destination interface (\S+)/, facility: 'mirror', value: 1 },
  { match: /^monitor session \S+(?: type local)?$/, facility: 'mirror' },
  { match: /^monitor capture (?!limit)\S+/, facility: 'capture' },
  { match: /^ip traffic-export (?:profile|apply) \S+/, facility: 'traffic-export' },
  {
    match: /^(?:ip flow-export destination|destination) (\d\S+)/,
    facility: 'flow-export',
    value: 1,
    under: /^flow exporter/,
  },
  { match: /^ip flow-export destination (\d\S+)/, facility: 'flow-export', value: 1 },
  {
    match: /^(?:sflow collector-ip (\S+)|ip flow monitor|sflow enable)/,
    facility: 'flow-export',
    value: 1,
  },
  {
    match: /^(?:lawful-intercept|li-view|snmp-server view \S+ (?:ciscoTap2MIB|ciscoIpTapMIB))\b/,
    facility: 'lawful-intercept',
  },
];

const IOS_ACCOUNT = /^username (\S+)(?:.*?\b(password|secret)(?: (\d+))? (\S+))?/;

/** Statements of the old and new Cisco systems, and of vendors that took over their language. */
export const ios: Dialect = {
  name: 'ios',
  is: (_, head) =>
    /^(?:version \d+\.\d|!! IOS XR|!Command: show running-config|Building configuration|Current configuration)/m.test(
      head,
    ) ||
    (/^hostname \S+/m.test(head) &&
      /^!\s*$/m.test(head) &&
      /^(?:interface|line (?:vty|con|console)) /m.test(head)),
  read(text) {
    const statements = indentedStatements(text, (line) => line.startsWith('!'));
    return [
      ...applied(statements, IOS_RULES, /^no /),
      ...statements.flatMap((statement) => iosAccount(statement)),
    ];
  },
};

/** Cisco, "Password types": 0 clear, 4 SHA-256, 5 MD5, 7 reversible, 8 PBKDF2, 9 scrypt. */
const IOS_SCHEMES: Readonly<Record<string, PasswordScheme>> = {
  '0': 'plain',
  '4': 'sha256',
  '5': 'md5-crypt',
  '6': 'vendor-cipher',
  '7': 'vendor-encoding',
  '8': 'pbkdf2',
  '9': 'scrypt',
  '10': 'sha512-crypt',
};

function iosAccount({ text, range }: Statement): readonly SaidAccount[] {
  const enable = /^enable (?:password|secret)(?: level \d+)?(?: (\d+))? (\S+)$/.exec(text);
  if (enable !== null)
    return [accountOf('enable', enable[2] ?? null, IOS_SCHEMES[enable[1] ?? '0'] ?? 'unknown', range)];
  const found = IOS_ACCOUNT.exec(text);
  if (found === null || found[1] === undefined) return [];
  const [, name, , type = '0', stored = null] = found;
  if (/\bnopassword\b/.test(text)) return [accountOf(name, '', null, range)];
  return stored === null ? [] : [accountOf(name, stored, IOS_SCHEMES[type] ?? 'unknown', range)];
}

// --- Huawei VRP, Comware and what is written like them

const VRP_RULES: readonly Rule[] = [
  { match: /^telnet (?:ipv6 )?server enable|^telnet server enable/, subject: 'management.telnet' },
  { match: /^telnet server(?:-source| -?acl)?.*?(?:port (\d+))/, subject: 'management.telnet', value: 1 },
  { match: /^(?:stelnet|ssh) (?:ipv[46] )?server (?:enable|-source)/, subject: 'management.ssh' },
  {
    match: /^protocol inbound (?:telnet|all)/,
    under: /^(?:user-interface|line) /,
    subject: 'management.telnet',
    value: 'lines',
  },
  {
    match: /^protocol inbound (?:ssh|all)/,
    under: /^(?:user-interface|line) /,
    subject: 'management.ssh',
    value: 'lines',
  },
  { match: /^(?:http server enable|ip http enable|web-manager enable)/, subject: 'management.http' },
  {
    match: /^(?:http secure-server enable|ip https enable|web-manager security enable)(?:.*port (\d+))?/,
    subject: 'management.https',
    value: 1,
  },
  { match: /^ftp (?:ipv6 )?server(?: enable)?$/, subject: 'management.ftp' },
  { match: /^tftp(?:-| )server\b/, subject: 'management.tftp' },
  { match: /^(?:sftp|scp) (?:ipv[46] )?server enable/, subject: 'management.sftp' },
  {
    match: /^snetconf (?:ipv[46] )?server enable|^netconf (?:soap|ssh)|^protocol inbound ssh port 830/,
    subject: 'management.netconf',
  },
  { match: /^(?:restconf|http\b.*restconf)/, subject: 'management.restconf' },
  { match: /^grpc(?: enable)?$|^grpc server|^telemetry$/, subject: 'management.telemetry' },
  { match: /^snmp-agent$/, subject: 'management.snmp' },
  { match: /^(?:lldp enable|ndp enable|cluster enable)/, subject: 'management.discovery' },
  { match: /^(?:cwmp|cwmp enable|tr069\b.*)/, subject: 'management.tr069' },
  {
    match: /^acl (?:ipv6 )?(\S+) inbound/,
    under: /^(?:user-interface|line) /,
    subject: 'management.access-list',
    value: 1,
  },
  {
    match: /^(?:stelnet|ssh|telnet|http|ftp) (?:ipv6 )?server acl (\S+)|^(?:ssh|telnet|ftp|http) acl (\S+)/,
    subject: 'management.access-list',
    value: 1,
  },
  {
    match:
      /^(?:ssh|telnet|http|ftp|snmp-agent|stelnet|sftp) (?:ipv[46] )?(?:server-source|server source|protocol source-interface) (?:-i )?(.+)/,
    subject: 'management.interface',
    value: 1,
  },
  { match: /^ssh server compatible-ssh1x enable/, subject: 'ssh.version', value: '1 and 2' },
  { match: /^ssh server cipher (.+)/, subject: 'ssh.ciphers', value: 1, on: null },
  { match: /^ssh server hmac (.+)/, subject: 'ssh.integrity', value: 1, on: null },
  { match: /^ssh server key-exchange (.+)/, subject: 'ssh.key-exchange', value: 1, on: null },
  {
    match: /^ssh user \S+ authentication-type (password|rsa|all|\S+)/,
    subject: 'authentication.method',
    value: 1,
    on: null,
  },
  { match: /^snmp-agent community (read|write)\b/, subject: 'snmp.community', value: 1, on: null },
  { match: /^snmp-agent community .*\bacl (\S+)/, subject: 'snmp.access-list', value: 1, on: null },
  { match: /^snmp-agent sys-info version (.+)/, subject: 'snmp.version', value: 1, on: null },
  {
    match: /^snmp-agent group v3 \S+ (noauthentication|authentication|privacy)/,
    subject: 'snmp.security-level',
    value: 1,
    on: null,
  },
  {
    match: new RegExp(`^snmp-agent target-host .*?(?:address|domain) (?:udp-domain )?${ADDRESS}`),
    subject: 'snmp.trap',
    value: 1,
  },
  { match: new RegExp(`^info-center loghost ${ADDRESS}`), subject: 'log.export', value: 1 },
  {
    match: /^info-center loghost .*transport (udp|tcp)(?: ssl-policy (\S+))?/,
    subject: 'log.transport',
    value: 1,
    on: null,
  },
  { match: /^info-center enable/, subject: 'log.local' },
  { match: /^info-center source \S+ channel \S+ log level (\S+)/, subject: 'log.level', value: 1, on: null },
  { match: new RegExp(`^(?:ntp-service|ntp) unicast-server ${ADDRESS}`), subject: 'time.server', value: 1 },
  { match: /^ntp-service authentication enable/, subject: 'time.authentication' },
  { match: /^authentication-mode (.+)/, subject: 'authentication.method', value: 1, on: null },
  { match: /^authorization-mode (.+)/, subject: 'authorization.method', value: 1, on: null },
  { match: /^accounting-mode (.+)/, subject: 'accounting.method', value: 1, on: null },
  {
    match: /^(?:hwtacacs-server|radius-server|hwtacacs server|tacacs) (?:authentication |template )?(\S+)/,
    subject: 'authentication.server',
    value: 1,
  },
  { match: /^user privilege level (\d+)/, subject: 'authorization.role', value: 1, on: null },
  { match: /^local-user \S+ privilege level (\d+)/, subject: 'authorization.role', value: 1, on: null },
  {
    match:
      /^(?:set )?(?:password min-length|local-user policy password min-len|password-control length) (\d+)/,
    subject: 'password.minimum-length',
    value: 1,
    on: null,
  },
  {
    match: /^password (?:policy )?expire (\d+)|^password-control aging (\d+)/,
    subject: 'password.expiry',
    value: 1,
    on: null,
  },
  { match: /^password history record number (\d+)/, subject: 'password.history', value: 1, on: null },
  { match: /^password-policy change initial|^password alert original/, subject: 'password.first-change' },
  {
    match: /^local-aaa-user wrong-password retry-interval \d+ retry-time (\d+)/,
    subject: 'login.failed-limit',
    value: 1,
    on: null,
  },
  {
    match: /^local-aaa-user wrong-password .*block-time (\d+)/,
    subject: 'login.failed-delay',
    value: 1,
    on: null,
  },
  { match: /^header (?:login|shell)/, subject: 'login.banner' },
  {
    match: /^idle-timeout (\d+(?: \d+)?)/,
    under: /^(?:user-interface|line) /,
    subject: 'session.idle-timeout',
    value: 1,
    on: null,
  },
  {
    match: /^(?:maximum-vty|user-interface maximum-vty) (\d+)/,
    subject: 'session.limit',
    value: 1,
    on: null,
  },
  { match: /^cpu-defend-policy (\S+)/, subject: 'plane.control', value: 1 },
  {
    match: /^ip vpn-instance (\S*(?:mgmt|management|manage|oam)\S*)/i,
    subject: 'plane.management',
    value: 1,
  },
  {
    match: /^traffic-filter (?:inbound|outbound) acl (\S+)|^packet-filter (\S+)/,
    subject: 'filter.packets',
    value: 1,
  },
  { match: /^urpf (strict|loose)/, subject: 'filter.source-validation', value: 1 },
  { match: /^icmp redirect send|^ip redirects/, subject: 'filter.redirects' },
  { match: /^arp-proxy enable|^proxy-arp enable/, subject: 'filter.proxy-arp' },
  { match: /^ip forward-broadcast/, subject: 'filter.directed-broadcast' },
  { match: /^tcp syn-?(?:cookie|flood).*enable|^anti-attack tcp-syn enable/, subject: 'filter.syn-flood' },
  { match: new RegExp(`^dns server ${ADDRESS}`), subject: 'naming.server', value: 1 },
  // functions that take traffic aside
  {
    match: /^observe-port(?: \S+){0,3} interface (\S+)/,
    facility: 'mirror',
    value: 1,
  },
  { match: new RegExp(`^observe-server .*destination-ip ${ADDRESS}`), facility: 'remote-mirror', value: 1 },
  {
    match:
      /^(?:port-mirroring(?: to)? observe-port|mirror to(?: observe-port)?|mirroring-group \d+ (?:local|mirroring-port|monitor-port)) ?(\S+)?/,
    facility: 'mirror',
    value: 1,
  },
  {
    match: /^mirroring-group \d+ (?:remote-source|remote-probe vlan (\d+))/,
    facility: 'remote-mirror',
    value: 1,
  },
  { match: /^capture-packet\b/, facility: 'capture' },
  {
    match: new RegExp(`^(?:ip |ipv6 )?netstream export (?:ip )?host ${ADDRESS}`),
    facility: 'flow-export',
    value: 1,
  },
  {
    match: new RegExp(`^sflow (?:collector \\d+ ip|agent ip) ${ADDRESS}`),
    facility: 'flow-export',
    value: 1,
  },
  {
    match:
      /^(?:lawful-interception|li |li-view|lig |x[123]-interface|snmp-agent mib-view \S+ \S+ (?:hwLI|h3cLI))/i,
    facility: 'lawful-intercept',
  },
];

/** VRP keeps `irreversible-cipher` one way, `cipher` turned back by the device; Comware `hash` and `cipher`. */
const VRP_SCHEMES: Readonly<Record<string, PasswordScheme>> = {
  'irreversible-cipher': 'vendor-hash',
  hash: 'vendor-hash',
  cipher: 'vendor-cipher',
  simple: 'plain',
};

const VRP_PASSWORD =
  /^(?:local-user (\S+) )?(?:set authentication )?password (irreversible-cipher|cipher|simple|hash) (\S+)/;

/** Statements of Huawei's Versatile Routing Platform and of Comware. */
export const vrp: Dialect = {
  name: 'vrp',
  is: (_, head) =>
    /^!Software Version V\d|^\s*version \d+\.\d+[.,].*(?:Release|ESS|Feature)/m.test(head) ||
    (/^#\s*$/m.test(head) && /^\s*sysname \S+/m.test(head)),
  read(text) {
    const statements = indentedStatements(text, (line) => /^[#!]/.test(line));
    return [...applied(statements, VRP_RULES, /^undo /), ...statements.flatMap(vrpAccount)];
  },
};

function vrpAccount({ text, under, range }: Statement): readonly SaidAccount[] {
  const found = VRP_PASSWORD.exec(text);
  const above = under.at(-1) ?? '';
  if (found === null) {
    const none = /^authentication-mode none/.exec(text);
    return none !== null && /^(?:user-interface|line) /.test(above)
      ? [accountOf(above, '', null, range)]
      : [];
  }
  const [, named, how = '', stored = ''] = found;
  const name = named ?? /^(?:local-user|user-interface|line|super) ?(.*)/.exec(above)?.[1]?.split(' ')[0];
  return name === undefined ? [] : [accountOf(name, stored, VRP_SCHEMES[how] ?? 'unknown', range)];
}

// --- Nokia SR OS, classic command line

const SROS_RULES: readonly Rule[] = [
  { match: /^telnet-server/, subject: 'management.telnet' },
  { match: /^ftp-server/, subject: 'management.ftp' },
  { match: /^(?:no )?server-shutdown/, under: /^ssh/, subject: 'management.ssh', on: false },
  { match: /^version ([12](?:-2)?|1-2)/, under: /^ssh/, subject: 'ssh.version', value: 1, on: null },
  { match: /^netconf$/, subject: 'management.netconf' },
  { match: /^(?:grpc|gnmi)$/, subject: 'management.telemetry' },
  {
    match: /^(?:community) .*\b(r|rw|rwa|mgmt|vpls-mgmt)\b/,
    under: /^snmp|^security/,
    subject: 'snmp.community',
    value: 1,
    on: null,
  },
  { match: /^address (\S+) "?\S+"? notify-community/, subject: 'snmp.trap', value: 1 },
  { match: /^trap-target .*address (\S+)/, subject: 'snmp.trap', value: 1 },
  { match: new RegExp(`^address ${ADDRESS}`), under: /^syslog /, subject: 'log.export', value: 1 },
  { match: /^tls-client-profile (\S+)/, under: /^syslog /, subject: 'log.transport', value: 'tls', on: null },
  {
    match: /^(?:ntp-server|server) (?:address )?(\d\S+)/,
    under: /^(?:ntp|sntp)/,
    subject: 'time.server',
    value: 1,
  },
  { match: /^authentication-check/, under: /^ntp/, subject: 'time.authentication' },
  { match: /^authentication-order (.+)/, subject: 'authentication.method', value: 1, on: null },
  {
    match: /^server \d+ address (\S+)/,
    under: /^(?:radius|tacplus)/,
    subject: 'authentication.server',
    value: 1,
  },
  {
    match: /^accounting(?: record-type (\S+))?$/,
    under: /^tacplus|^radius/,
    subject: 'accounting.method',
    value: 1,
  },
  {
    match: /^minimum-length (\d+)/,
    under: /^(?:password|complexity-rules)/,
    subject: 'password.minimum-length',
    value: 1,
    on: null,
  },
  { match: /^aging (\d+)/, under: /^password/, subject: 'password.expiry', value: 1, on: null },
  { match: /^history-size (\d+)/, under: /^password/, subject: 'password.history', value: 1, on: null },
  { match: /^attempts (\d+)/, under: /^password/, subject: 'login.failed-limit', value: 1, on: null },
  {
    match: /^attempts \d+ time \d+ lockout (\d+)/,
    under: /^password/,
    subject: 'login.failed-delay',
    value: 1,
    on: null,
  },
  {
    match: /^idle-timeout (\d+|disable)/,
    under: /^login-control/,
    subject: 'session.idle-timeout',
    value: 1,
    on: null,
  },
  { match: /^pre-login-message/, subject: 'login.banner' },
  {
    match: /^(?:default-action|management-access-filter|ip-filter)/,
    under: /^management-access-filter|^security/,
    subject: 'management.access-list',
  },
  { match: /^(?:cpm-filter|cpu-protection)/, subject: 'plane.control' },
  { match: /^ingress$|^filter ip (\d+)/, under: /^interface/, subject: 'filter.packets', value: 1 },
  { match: /^urpf-check/, subject: 'filter.source-validation' },
  { match: /^mirror-dest \S+/, facility: 'mirror' },
  {
    match: new RegExp(`^far-end ${ADDRESS}`),
    under: /^mirror-dest|^remote-source|^encap/,
    facility: 'remote-mirror',
    value: 1,
  },
  { match: /^mirror-source \S+/, facility: 'mirror' },
  { match: /^li$|^li-source \S+|^li-filter/, facility: 'lawful-intercept' },
  { match: new RegExp(`^collector ${ADDRESS}`), under: /^cflowd/, facility: 'flow-export', value: 1 },
];

/** Statements of Nokia's Service Router Operating System in its classic command line. */
export const sros: Dialect = {
  name: 'sros',
  is: (_, head) => /^# TiMOS-|^exit all\s*\n\s*configure/m.test(head),
  read(text) {
    const statements = indentedStatements(text, (line) =>
      /^#|^(?:echo|exit|exit all|configure)\b/.test(line),
    );
    return [...applied(statements, SROS_RULES, /^no /), ...statements.flatMap(srosAccount)];
  },
};

function srosAccount({ text, under, range }: Statement): readonly SaidAccount[] {
  const stored = /^password ("[^"]*"|\S+)(?: (hash2?|bcrypt))?/.exec(text);
  const user = under.map((above) => /^user "?([^"\s]+)/.exec(above)?.[1]).find((name) => name !== undefined);
  if (stored === null || user === undefined) return [];
  const secret = (stored[1] ?? '').replaceAll('"', '');
  const scheme: PasswordScheme =
    stored[2] === undefined ? (secret.startsWith('$2') ? 'bcrypt' : 'plain') : 'vendor-cipher';
  return [accountOf(user, secret, scheme, range)];
}
