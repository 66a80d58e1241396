import { applied, type Dialect, type Rule } from '#engine/describe/configuration/rules';
import { bracedStatements, configLines, type Statement } from '#engine/describe/configuration/statements';

/** Lines as statements; `#` begins a comment. */
function lineStatements(text: string): readonly Statement[] {
  return [...configLines(text)]
    .filter((line) => !/^[#;]/.test(line.text))
    .map(({ text: line, range }) => ({ text: line, under: [], range }));
}

function lineDialect(
  name: string,
  path: RegExp,
  rules: readonly Rule[],
  content: RegExp | null = null,
): Dialect {
  return {
    name,
    is: (file, head) => path.test(file) && (content === null || content.test(head)),
    read: (text) => applied(lineStatements(text), rules, null),
  };
}

// --- sshd_config(5)

const YES = 'yes|on|true|1';
const sshd = lineDialect('sshd', /(?:^|\/)sshd_config(?:\.d\/[^/]+)?(?:\.\w+)?$/, [
  { match: /^Port\s+(\d+)/i, subject: 'management.ssh', value: 1 },
  { match: /^ListenAddress\s+(\S+)/i, subject: 'management.interface', value: 1 },
  { match: /^Protocol\s+(\S+)/i, subject: 'ssh.version', value: 1, on: null },
  { match: /^Ciphers\s+(\S+)/i, subject: 'ssh.ciphers', value: 1, on: null },
  { match: /^MACs\s+(\S+)/i, subject: 'ssh.integrity', value: 1, on: null },
  { match: /^KexAlgorithms\s+(\S+)/i, subject: 'ssh.key-exchange', value: 1, on: null },
  { match: /^PermitRootLogin\s+(\S+)/i, subject: 'ssh.root-login', value: 1, on: null },
  { match: new RegExp(`^PasswordAuthentication\\s+(?:${YES})`, 'i'), subject: 'ssh.password-login' },
  { match: /^PasswordAuthentication\s+no/i, subject: 'ssh.password-login', on: false },
  { match: new RegExp(`^PermitEmptyPasswords\\s+(?:${YES})`, 'i'), subject: 'ssh.empty-password' },
  { match: /^PermitEmptyPasswords\s+no/i, subject: 'ssh.empty-password', on: false },
  {
    match: /^(?:AllowTcpForwarding|GatewayPorts|PermitTunnel)\s+(yes|all|remote|local|clientspecified)/i,
    subject: 'ssh.forwarding',
    value: 1,
  },
  { match: /^(?:AllowTcpForwarding|GatewayPorts|PermitTunnel)\s+no/i, subject: 'ssh.forwarding', on: false },
  { match: /^(?:AllowUsers|AllowGroups|DenyUsers)\s+(.+)/i, subject: 'management.access-list', value: 1 },
  { match: /^MaxAuthTries\s+(\d+)/i, subject: 'login.failed-limit', value: 1, on: null },
  { match: /^ClientAliveInterval\s+(\d+)/i, subject: 'session.idle-timeout', value: 1, on: null },
  { match: /^MaxSessions\s+(\d+)/i, subject: 'session.limit', value: 1, on: null },
  { match: /^Banner\s+(?!none)(\S+)/i, subject: 'login.banner', value: 1 },
  { match: /^LogLevel\s+(\S+)/i, subject: 'log.level', value: 1, on: null },
  { match: /^AuthenticationMethods\s+(.+)/i, subject: 'authentication.method', value: 1, on: null },
  { match: /^Subsystem\s+sftp\s+(\S+)/i, subject: 'management.sftp', value: 1 },
]);

// --- snmpd.conf(5) of Net-SNMP

const snmpd = lineDialect('snmpd', /(?:^|\/)snmpd(?:\.\w+)?\.conf(?:\.\w+)?$/, [
  { match: /^r(o)community6?\s/, subject: 'snmp.community', value: 'read', on: null },
  { match: /^rwcommunity6?\s/, subject: 'snmp.community', value: 'write', on: null },
  { match: /^com2sec6?\s/, subject: 'snmp.community', value: 'as configured', on: null },
  { match: /^r[ow]community6?\s+\S+\s+(\S+)/, subject: 'snmp.access-list', value: 1, on: null },
  { match: /^com2sec6?\s+(?:-Cn \S+\s+)?\S+\s+(\S+)/, subject: 'snmp.access-list', value: 1, on: null },
  { match: /^group\s+\S+\s+(v1|v2c|usm)/, subject: 'snmp.version', value: 1, on: null },
  {
    match: /^(?:rouser|rwuser)\s+\S+\s+(noauth|auth|priv)/,
    subject: 'snmp.security-level',
    value: 1,
    on: null,
  },
  { match: /^agent[aA]ddress\s+(\S+)/, subject: 'management.snmp', value: 1 },
  { match: /^(?:trapsink|trap2sink|informsink)\s+(\S+)/, subject: 'snmp.trap', value: 1 },
  {
    match: /^(?:extend|exec|pass|pass_persist|sh)\s+(?:\S+\s+)?(\/\S+|\S+)/,
    subject: 'snmp.commands',
    value: 1,
  },
]);

// --- web servers

const nginx: Dialect = {
  name: 'nginx',
  is: (path, head) =>
    /(?:^|\/)nginx\/|nginx[^/]*\.conf$/.test(path) && /\b(?:server|http|location)\b[^{};]*\{/.test(head),
  read: (text) =>
    applied(
      bracedStatements(text),
      [
        { match: /^listen (\S+)(?!.*ssl)/, subject: 'management.http', value: 1, under: /^server$/ },
        { match: /^listen (\S+).*\bssl\b/, subject: 'management.https', value: 1 },
        { match: /^root (\S+)/, subject: 'web.document-root', value: 1, on: null },
        { match: /^user (\S+)/, subject: 'web.user', value: 1, on: null },
        { match: /^autoindex on/, subject: 'web.directory-listing' },
        { match: /^autoindex off/, subject: 'web.directory-listing', on: false },
        { match: /^dav_methods (?!off)(.+)/, subject: 'web.methods', value: 1 },
        {
          match: /^(?:fastcgi_pass|uwsgi_pass|scgi_pass|proxy_pass) (\S+)/,
          subject: 'web.scripts',
          value: 1,
        },
        { match: /^ssi on/, subject: 'web.includes' },
        { match: /^access_log off/, subject: 'web.access-log', on: false },
        { match: /^access_log (?!off)(\S+)/, subject: 'web.access-log', value: 1 },
        { match: /^server_tokens off/, subject: 'web.version-shown', on: false },
        { match: /^server_tokens (?:on|build)/, subject: 'web.version-shown' },
        { match: /^auth_basic (?!off)(.+)/, subject: 'web.authentication', value: 1 },
        { match: /^auth_request (?!off)(\S+)/, subject: 'web.authentication', value: 1 },
        { match: /^ssl_protocols (.+)/, subject: 'tls.versions', value: 1, on: null },
        { match: /^ssl_ciphers (.+)/, subject: 'tls.ciphers', value: 1, on: null },
        { match: /^load_module (\S+)/, subject: 'web.module', value: 1 },
      ],
      null,
    ),
};

const lighttpd = lineDialect('lighttpd', /(?:^|\/)lighttpd[^/]*\.conf$|lighttpd\/.*\.conf$/, [
  { match: /^server\.port\s*=\s*(\d+)/, subject: 'management.http', value: 1 },
  { match: /^ssl\.engine\s*=\s*"enable"/, subject: 'management.https' },
  { match: /^server\.document-root\s*=\s*"([^"]*)"/, subject: 'web.document-root', value: 1, on: null },
  { match: /^server\.username\s*=\s*"([^"]*)"/, subject: 'web.user', value: 1, on: null },
  {
    match: /^(?:dir-listing\.activate|server\.dir-listing)\s*=\s*"enable"/,
    subject: 'web.directory-listing',
  },
  {
    match: /^(?:dir-listing\.activate|server\.dir-listing)\s*=\s*"disable"/,
    subject: 'web.directory-listing',
    on: false,
  },
  { match: /^(?:cgi\.assign|fastcgi\.server)\b.*?"([^"]*)"/, subject: 'web.scripts', value: 1 },
  { match: /^accesslog\.filename\s*=\s*"([^"]*)"/, subject: 'web.access-log', value: 1 },
  { match: /^server\.tag\s*=/, subject: 'web.version-shown', on: false },
  { match: /"(mod_\w+)"/, subject: 'web.module', value: 1 },
  { match: /^auth\.require\b/, subject: 'web.authentication' },
  { match: /^ssl\.cipher-list\s*=\s*"([^"]*)"/, subject: 'tls.ciphers', value: 1, on: null },
]);

/** Apache, and the small servers that took over its words: boa, thttpd, mini_httpd. */
const apache = lineDialect(
  'httpd',
  /(?:^|\/)(?:apache2?|httpd|boa|thttpd|mini[_-]httpd|goahead)[^/]*\.conf$|apache2\/.*\.(?:conf|load)$/,
  [
    { match: /^(?:Listen|Port)\s+(\S+)/i, subject: 'management.http', value: 1 },
    { match: /^port=(\d+)/, subject: 'management.http', value: 1 },
    { match: /^SSLEngine\s+on/i, subject: 'management.https' },
    { match: /^DocumentRoot\s+"?([^"\s]+)/i, subject: 'web.document-root', value: 1, on: null },
    { match: /^dir=(\S+)/, subject: 'web.document-root', value: 1, on: null },
    { match: /^User\s+(\S+)/i, subject: 'web.user', value: 1, on: null },
    { match: /^user=(\S+)/, subject: 'web.user', value: 1, on: null },
    { match: /^Options\s+.*(?:^|[\s+])Indexes\b/i, subject: 'web.directory-listing' },
    { match: /^Options\s+.*-Indexes\b/i, subject: 'web.directory-listing', on: false },
    { match: /^DirectoryMaker\s+(\S+)/i, subject: 'web.directory-listing', value: 1 },
    { match: /^Options\s+.*(?:^|[\s+])Includes\b/i, subject: 'web.includes' },
    { match: /^(?:ScriptAlias|CGIPath)\s+(\S+)/i, subject: 'web.scripts', value: 1 },
    { match: /^(?:cgipat|cgi)=(\S+)/, subject: 'web.scripts', value: 1 },
    { match: /^AddHandler\s+cgi-script\s+(\S+)/i, subject: 'web.scripts', value: 1 },
    { match: /^(?:CustomLog|AccessLog)\s+(\S+)/i, subject: 'web.access-log', value: 1 },
    { match: /^ServerTokens\s+(?:Prod|ProductOnly)/i, subject: 'web.version-shown', on: false },
    { match: /^ServerTokens\s+(?!Prod)(\S+)/i, subject: 'web.version-shown', value: 1 },
    { match: /^TraceEnable\s+(?:on|extended)/i, subject: 'web.methods', value: 'TRACE' },
    { match: /^TraceEnable\s+off/i, subject: 'web.methods', on: false },
    { match: /^Dav\s+on/i, subject: 'web.methods', value: 'WebDAV' },
    { match: /^LoadModule\s+(\S+)/i, subject: 'web.module', value: 1 },
    { match: /^(?:AuthType|Require)\s+(?!all granted)(.+)/i, subject: 'web.authentication', value: 1 },
    { match: /^Auth\s+(\S+)/i, subject: 'web.authentication', value: 1 },
    { match: /^SSLProtocol\s+(.+)/i, subject: 'tls.versions', value: 1, on: null },
    { match: /^SSLCipherSuite\s+(.+)/i, subject: 'tls.ciphers', value: 1, on: null },
  ],
);

// --- logs and time

const syslog = lineDialect(
  'syslog',
  /(?:^|\/)(?:r?syslog|syslog-ng|busybox-syslog)[^/]*\.conf$|rsyslog\.d\/[^/]+$/,
  [
    { match: /^[^#\s]+\s+@@(\S+)/, subject: 'log.export', value: 1 },
    { match: /^[^#\s]+\s+@@/, subject: 'log.transport', value: 'tcp', on: null },
    { match: /^[^#\s]+\s+@([^@\s]\S*)/, subject: 'log.export', value: 1 },
    { match: /^[^#\s]+\s+@[^@]/, subject: 'log.transport', value: 'udp', on: null },
    { match: /^[^#\s]+\.[^#\s]+\s+-?(\/\S+)/, subject: 'log.local', value: 1 },
    { match: /\baction\(.*type="omfwd".*target="([^"]+)"/i, subject: 'log.export', value: 1 },
    { match: /\baction\(.*type="omfwd".*protocol="([^"]+)"/i, subject: 'log.transport', value: 1, on: null },
    {
      match: /^(?:destination\s+\S+\s*\{\s*)?(?:network|udp|tcp|syslog)\(\s*"([^"]+)"/,
      subject: 'log.export',
      value: 1,
    },
    { match: /^\$DefaultNetstreamDriver\s+gtls/, subject: 'log.transport', value: 'tls', on: null },
  ],
);

const time = lineDialect('ntp', /(?:^|\/)(?:ntp|ntpd|chrony|timesyncd|ntpclient)\.conf$/, [
  { match: /^(?:server|pool|peer)\s+(\S+)/, subject: 'time.server', value: 1 },
  { match: /^(?:server|pool)\s+\S+.*\b(?:key|nts)\b/, subject: 'time.authentication' },
  { match: /^NTP=(.+)/, subject: 'time.server', value: 1 },
]);

// --- the system itself

const sysctl = lineDialect('sysctl', /(?:^|\/)sysctl(?:\.d\/[^/]+|[^/]*)\.conf$/, [
  {
    match: /^net[./]ipv4[./]ip_forward\s*=\s*1|^net[./]ipv6[./]conf[./]\w+[./]forwarding\s*=\s*1/,
    subject: 'forwarding.packets',
  },
  {
    match: /^net[./]ipv4[./]conf[./]\w+[./]rp_filter\s*=\s*1/,
    subject: 'filter.source-validation',
    value: 'strict',
  },
  {
    match: /^net[./]ipv4[./]conf[./]\w+[./]rp_filter\s*=\s*2/,
    subject: 'filter.source-validation',
    value: 'loose',
  },
  {
    match: /^net[./]ipv4[./]conf[./]\w+[./]rp_filter\s*=\s*0/,
    subject: 'filter.source-validation',
    on: false,
  },
  {
    match: /^net[./]ipv[46][./]conf[./]\w+[./](?:accept|send|secure)_redirects\s*=\s*1/,
    subject: 'filter.redirects',
  },
  {
    match: /^net[./]ipv[46][./]conf[./]\w+[./](?:accept|send|secure)_redirects\s*=\s*0/,
    subject: 'filter.redirects',
    on: false,
  },
  { match: /^net[./]ipv[46][./]conf[./]\w+[./]accept_source_route\s*=\s*1/, subject: 'filter.source-route' },
  {
    match: /^net[./]ipv[46][./]conf[./]\w+[./]accept_source_route\s*=\s*0/,
    subject: 'filter.source-route',
    on: false,
  },
  { match: /^net[./]ipv4[./]icmp_echo_ignore_broadcasts\s*=\s*0/, subject: 'filter.broadcast-echo' },
  {
    match: /^net[./]ipv4[./]icmp_echo_ignore_broadcasts\s*=\s*1/,
    subject: 'filter.broadcast-echo',
    on: false,
  },
  { match: /^net[./]ipv4[./]tcp_syncookies\s*=\s*[12]/, subject: 'filter.syn-flood' },
  { match: /^net[./]ipv4[./]tcp_syncookies\s*=\s*0/, subject: 'filter.syn-flood', on: false },
  { match: /^net[./]ipv4[./]conf[./]\w+[./]proxy_arp\s*=\s*1/, subject: 'filter.proxy-arp' },
  {
    match: /^kernel[./]randomize_va_space\s*=\s*(\d)/,
    subject: 'kernel.address-randomisation',
    value: 1,
    on: null,
  },
  {
    match: /^(?:kernel[./]core_pattern|fs[./]suid_dumpable)\s*=\s*(\S+)/,
    subject: 'kernel.core-dumps',
    value: 1,
    on: null,
  },
  { match: /^kernel[./]modules_disabled\s*=\s*1/, subject: 'kernel.modules-locked' },
  { match: /^kernel[./]kptr_restrict\s*=\s*(\d)/, subject: 'kernel.pointers', value: 1, on: null },
  { match: /^kernel[./]sysrq\s*=\s*(\d+)/, subject: 'kernel.debug-keys', value: 1, on: null },
]);

const loginDefs = lineDialect(
  'login-defs',
  /(?:^|\/)etc\/(?:login\.defs|security\/(?:pwquality|faillock)\.conf)$/,
  [
    {
      match: /^PASS_MIN_LEN\s+(\d+)|^minlen\s*=\s*(\d+)/,
      subject: 'password.minimum-length',
      value: 1,
      on: null,
    },
    { match: /^PASS_MAX_DAYS\s+(\d+)/, subject: 'password.expiry', value: 1, on: null },
    { match: /^minclass\s*=\s*(\d+)/, subject: 'password.complexity', value: 1, on: null },
    { match: /^ENCRYPT_METHOD\s+(\S+)/, subject: 'password.storage', value: 1, on: null },
    { match: /^(?:LOGIN_RETRIES\s+|deny\s*=\s*)(\d+)/, subject: 'login.failed-limit', value: 1, on: null },
    {
      match: /^(?:FAIL_DELAY\s+|unlock_time\s*=\s*)(\d+)/,
      subject: 'login.failed-delay',
      value: 1,
      on: null,
    },
  ],
);

const fstab = lineDialect('fstab', /(?:^|\/)etc\/fstab$/, [
  { match: /^\S+\s+(\S+)\s+\S+\s+\S*\bnosuid\b/, subject: 'mount.setuid', value: 1, on: false },
  { match: /^\S+\s+(\S+)\s+\S+\s+\S*\bnodev\b/, subject: 'mount.devices', value: 1, on: false },
  { match: /^\S+\s+(\S+)\s+\S+\s+\S*\bnoexec\b/, subject: 'mount.execution', value: 1, on: false },
  { match: /^(\S+:\S+|\/\/\S+)\s+\S+\s+(?:nfs4?|cifs|smbfs)\b/, subject: 'mount.remote', value: 1 },
]);

export const serverDialects: readonly Dialect[] = [
  sshd,
  snmpd,
  nginx,
  lighttpd,
  apache,
  syslog,
  time,
  sysctl,
  loginDefs,
  fstab,
];
