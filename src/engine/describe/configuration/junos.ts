import type { PasswordScheme } from '#domain/observation';
import {
  accountOf,
  applied,
  type Dialect,
  type Rule,
  type SaidAccount,
} from '#engine/describe/configuration/rules';
import { bracedStatements, configLines, type Statement } from '#engine/describe/configuration/statements';

/** Rules see the whole path of a statement in one line, as `show configuration | display set` prints it. */
const JUNOS_RULES: readonly Rule[] = [
  { match: /^system services telnet\b/, subject: 'management.telnet' },
  {
    match: /^system services ssh$|^system services ssh root-login|^system services ssh protocol/,
    subject: 'management.ssh',
  },
  { match: /^system services ftp\b/, subject: 'management.ftp' },
  {
    match: /^system services (finger|rlogin|rsh|xnm-clear-text|xnm-ssl)\b/,
    subject: 'management.small-servers',
    value: 1,
  },
  {
    match: /^system services web-management http\b(?!s)(?: interface (\S+))?/,
    subject: 'management.http',
    value: 1,
  },
  { match: /^system services web-management https\b/, subject: 'management.https' },
  { match: /^system services netconf\b/, subject: 'management.netconf' },
  { match: /^system services rest\b/, subject: 'management.restconf' },
  {
    match: /^system services extension-service request-response grpc\b.*?(?:port (\d+))?$/,
    subject: 'management.telemetry',
    value: 1,
  },
  { match: /^protocols lldp interface (\S+)/, subject: 'management.discovery', value: 1 },
  { match: /^system services ssh protocol-version (\S+)/, subject: 'ssh.version', value: 1, on: null },
  { match: /^system services ssh ciphers (.+)/, subject: 'ssh.ciphers', value: 1, on: null },
  { match: /^system services ssh macs (.+)/, subject: 'ssh.integrity', value: 1, on: null },
  { match: /^system services ssh key-exchange (.+)/, subject: 'ssh.key-exchange', value: 1, on: null },
  {
    match: /^system services ssh root-login (allow|deny-password|deny)/,
    subject: 'ssh.root-login',
    value: 1,
    on: null,
  },
  { match: /^system services ssh no-passwords/, subject: 'ssh.password-login', on: false },
  { match: /^system services ssh connection-limit (\d+)/, subject: 'session.limit', value: 1, on: null },
  {
    match: /^snmp community \S+ authorization (read-only|read-write)/,
    subject: 'snmp.community',
    value: 1,
    on: null,
  },
  { match: /^snmp community \S+ clients? (\S+)/, subject: 'snmp.access-list', value: 1, on: null },
  { match: /^snmp trap-group \S+ targets (\S+)/, subject: 'snmp.trap', value: 1 },
  {
    match: /^snmp v3 .*security-level (none|authentication|privacy)/,
    subject: 'snmp.security-level',
    value: 1,
    on: null,
  },
  { match: /^snmp v3 usm\b/, subject: 'snmp.version', value: 'v3', on: null },
  { match: /^system syslog host (\S+)/, subject: 'log.export', value: 1 },
  { match: /^system syslog host \S+ transport (\S+)/, subject: 'log.transport', value: 1, on: null },
  { match: /^system syslog file (\S+)/, subject: 'log.local', value: 1 },
  { match: /^system syslog file \S+ interactive-commands/, subject: 'log.commands' },
  { match: /^system ntp server (\S+)/, subject: 'time.server', value: 1 },
  { match: /^system ntp (?:authentication-key|trusted-key)/, subject: 'time.authentication' },
  { match: /^system authentication-order (.+)/, subject: 'authentication.method', value: 1, on: null },
  { match: /^system (?:radius-server|tacplus-server) (\S+)/, subject: 'authentication.server', value: 1 },
  {
    match: /^system accounting (?:events|destination) (.+)/,
    subject: 'accounting.method',
    value: 1,
    on: null,
  },
  { match: /^system login class (\S+)/, subject: 'authorization.role', value: 1 },
  {
    match: /^system login password minimum-length (\d+)/,
    subject: 'password.minimum-length',
    value: 1,
    on: null,
  },
  {
    match: /^system login password minimum-changes (\d+)/,
    subject: 'password.complexity',
    value: 1,
    on: null,
  },
  {
    match: /^system login retry-options tries-before-disconnect (\d+)/,
    subject: 'login.failed-limit',
    value: 1,
    on: null,
  },
  {
    match: /^system login retry-options lockout-period (\d+)/,
    subject: 'login.failed-delay',
    value: 1,
    on: null,
  },
  { match: /^system login (?:message|announcement)/, subject: 'login.banner' },
  {
    match: /^system login class \S+ idle-timeout (\d+)/,
    subject: 'session.idle-timeout',
    value: 1,
    on: null,
  },
  { match: /^system management-instance/, subject: 'plane.management', value: 'mgmt_junos' },
  { match: /^interfaces lo0 .*filter input(?:-list)? (\S+)/, subject: 'plane.control', value: 1 },
  { match: /^interfaces (\S+) .*filter input (\S+)/, subject: 'filter.packets', value: 1 },
  { match: /^interfaces (\S+) .*rpf-check/, subject: 'filter.source-validation', value: 1 },
  { match: /^system (?:no-redirects|no-redirects-ipv6)/, subject: 'filter.redirects', on: false },
  { match: /^system no-source-route/, subject: 'filter.source-route', on: false },
  { match: /^system name-server (\S+)/, subject: 'naming.server', value: 1 },
  {
    match: /^forwarding-options (?:port-mirroring|analyzer)\b.*?(?:interface|vlan) (\S+)/,
    facility: 'mirror',
    value: 1,
  },
  {
    match: /^(?:forwarding-options|ethernet-switching-options) analyzer \S+ output (?:interface|vlan) (\S+)/,
    facility: 'mirror',
    value: 1,
  },
  { match: /^forwarding-options analyzer \S+ output ip-address (\S+)/, facility: 'remote-mirror', value: 1 },
  { match: /^forwarding-options packet-capture\b/, facility: 'capture' },
  { match: /^forwarding-options sampling .*flow-server (\S+)/, facility: 'flow-export', value: 1 },
  { match: /^services flow-monitoring\b/, facility: 'flow-export' },
  { match: /^services (?:dynamic-flow-capture|flow-tap|radius-flow-tap)\b/, facility: 'lawful-intercept' },
  { match: /^services ssl proxy profile (\S+)/, facility: 'tls-interception', value: 1 },
];

/** Statements of Juniper's Junos, in braces or as `set` commands. */
export const junos: Dialect = {
  name: 'junos',
  is: (_, head) =>
    /^set (?:system host-name|version \d|system (?:services|login|root-authentication)) ?/m.test(head) ||
    /^(?:## Last (?:commit|changed)|version \d\d\.\d\S*;)/m.test(head) ||
    (/^system \{/m.test(head) && /^\s+(?:host-name|services|login|root-authentication)\b/m.test(head)),
  read(text) {
    const statements = flat(text);
    return [...applied(statements, JUNOS_RULES, null), ...statements.flatMap(junosAccount)];
  },
};

/** Every statement with its path before it; inactive ones say nothing. */
function flat(text: string): readonly Statement[] {
  const commands = /^set /m.test(text) && !/^\S+ \{/m.test(text);
  if (!commands) {
    return bracedStatements(text)
      .map(({ text: own, under, range }) => ({ text: [...under, own].join(' '), under: [], range }))
      .filter((statement) => !/(?:^| )inactive: /.test(statement.text));
  }
  const lines = [...configLines(text)];
  const inactive = lines.flatMap(({ text: line }) => /^deactivate (.+)/.exec(line)?.[1] ?? []);
  return lines.flatMap(({ text: line, range }) => {
    const path = /^set (.+)/.exec(line)?.[1];
    if (path === undefined || inactive.some((off) => path === off || path.startsWith(`${off} `))) return [];
    return [{ text: path, under: [], range }];
  });
}

function junosAccount({ text, range }: Statement): readonly SaidAccount[] {
  const found =
    /^system (?:login user (\S+) authentication|(root)-authentication) (encrypted|plain-text)-password(?:-value)? "?([^"\s]+)/.exec(
      text,
    );
  if (found === null) return [];
  const [, user, root, how, stored = ''] = found;
  return [accountOf(user ?? root ?? '', stored, how === 'encrypted' ? cryptScheme(stored) : 'plain', range)];
}

/** crypt(5): the scheme of a stored password by its first characters. */
function cryptScheme(stored: string): PasswordScheme {
  if (stored.startsWith('$1$')) return 'md5-crypt';
  if (stored.startsWith('$5$')) return 'sha256-crypt';
  if (stored.startsWith('$6$')) return 'sha512-crypt';
  if (stored.startsWith('$2')) return 'bcrypt';
  if (stored.startsWith('$y$')) return 'yescrypt';
  return stored.startsWith('$9$') ? 'vendor-encoding' : 'unknown';
}
