import type { SettingSubject } from '#domain/settings';
import {
  accountOf,
  applied,
  type Dialect,
  type Rule,
  type Said,
  withoutSecrets,
} from '#engine/describe/configuration/rules';
import { configLines, type Statement } from '#engine/describe/configuration/statements';

// --- OpenWrt UCI: `config type 'name'`, then `option key 'value'`

/** A statement is `file.type.option=value`, so that rules can name all of it. */
const UCI_RULES: readonly Rule[] = [
  { match: /^dropbear\.dropbear\.Port=(.*)/, subject: 'management.ssh', value: 1 },
  { match: /^dropbear\.dropbear\.enable=0/, subject: 'management.ssh', on: false },
  {
    match: /^dropbear\.dropbear\.(?:RootLogin|RootPasswordAuth)=(on|1|yes)/,
    subject: 'ssh.root-login',
    value: 1,
    on: null,
  },
  { match: /^dropbear\.dropbear\.PasswordAuth=(?:on|1|yes)/, subject: 'ssh.password-login' },
  { match: /^dropbear\.dropbear\.PasswordAuth=(?:off|0|no)/, subject: 'ssh.password-login', on: false },
  {
    match: /^dropbear\.dropbear\.(?:Interface|DirectInterface)=(.*)/,
    subject: 'management.interface',
    value: 1,
  },
  {
    match: /^dropbear\.dropbear\.GatewayPorts=(?:on|1|yes)/,
    subject: 'ssh.forwarding',
    value: 'remote ports',
  },
  { match: /^telnet\.\w+\.enable=1/, subject: 'management.telnet' },
  { match: /^uhttpd\.uhttpd\.listen_http=(.*)/, subject: 'management.http', value: 1 },
  { match: /^uhttpd\.uhttpd\.listen_https=(.*)/, subject: 'management.https', value: 1 },
  { match: /^uhttpd\.uhttpd\.home=(.*)/, subject: 'web.document-root', value: 1, on: null },
  {
    match: /^uhttpd\.uhttpd\.(?:cgi_prefix|lua_prefix|ubus_prefix|interpreter)=(.*)/,
    subject: 'web.scripts',
    value: 1,
  },
  { match: /^uhttpd\.uhttpd\.no_dirlists=1/, subject: 'web.directory-listing', on: false },
  { match: /^uhttpd\.uhttpd\.no_dirlists=0/, subject: 'web.directory-listing' },
  { match: /^uhttpd\.httpauth\./, subject: 'web.authentication' },
  {
    match: /^snmpd\.(?:com2sec6?|access)\.community=/,
    subject: 'snmp.community',
    value: 'as configured',
    on: null,
  },
  { match: /^snmpd\.agent\.agentaddress=(.*)/, subject: 'management.snmp', value: 1 },
  { match: /^snmpd\.trap2?sink\.host=(.*)/, subject: 'snmp.trap', value: 1 },
  {
    match: /^(?:easycwmp|cwmp|icwmp|tr069)\.\w+\.(?:url|acs_url|server)=(.*)/i,
    subject: 'management.tr069',
    value: 1,
  },
  { match: /^system\.system\.log_ip=(.*)/, subject: 'log.export', value: 1 },
  { match: /^system\.system\.log_proto=(.*)/, subject: 'log.transport', value: 1, on: null },
  { match: /^system\.system\.log_file=(.*)/, subject: 'log.local', value: 1 },
  { match: /^system\.system\.(?:log_size)=0$/, subject: 'log.local', on: false },
  { match: /^system\.system\.(?:conloglevel|cronloglevel)=(.*)/, subject: 'log.level', value: 1, on: null },
  {
    match: /^system\.system\.ttylogin=1/,
    subject: 'authentication.method',
    value: 'password on the console',
    on: null,
  },
  { match: /^system\.timeserver\.server=(.*)/, subject: 'time.server', value: 1 },
  { match: /^(?:network\.interface\.dns|dhcp\.dnsmasq\.server)=(.*)/, subject: 'naming.server', value: 1 },
  {
    match: /^firewall\.(?:zone|defaults)\.(?:input)=(ACCEPT|REJECT|DROP)/i,
    subject: 'filter.packets',
    value: 1,
    on: null,
  },
  { match: /^firewall\.defaults\.syn_flood=1/, subject: 'filter.syn-flood' },
  {
    match: /^firewall\.redirect\.dest_port=(22|23|80|443|8080)\b/,
    subject: 'management.from-outside',
    value: 1,
  },
  { match: /^wireless\.wifi-iface\.encryption=(.*)/, subject: 'wireless.security', value: 1, on: null },
  { match: /^wireless\.wifi-iface\.wps_\w+=(.*)/, subject: 'wireless.setup', value: 1 },
  {
    match: /^network\.switch\.(?:enable_mirror_rx|enable_mirror_tx)=1/,
    facility: 'mirror',
    value: 'monitor port of the switch',
  },
  { match: /^network\.switch\.mirror_monitor_port=(.*)/, facility: 'mirror', value: 1 },
  {
    match: /^(?:softflowd|fprobe|pmacct|nfcapd)\.\w+\.(?:host_port|collector|host|server)=(.*)/,
    facility: 'flow-export',
    value: 1,
  },
  { match: /^network\.interface\.proto=(?:gretap|grev6tap)/, facility: 'traffic-export' },
];

/** Files of OpenWrt's Unified Configuration Interface, by their folder and content. */
export const uci: Dialect = {
  name: 'uci',
  is: (path, head) => /(?:^|\/)etc\/config\/[^/]+$/.test(path) && /^\s*config\s+\S+/m.test(head),
  read: (text, path) => applied(uciStatements(text, path.slice(path.lastIndexOf('/') + 1)), UCI_RULES, null),
};

/** @param name  the package: the name of the file */
function uciStatements(text: string, name: string): readonly Statement[] {
  const found: Statement[] = [];
  let type = '';
  for (const line of configLines(text)) {
    const section = /^config\s+['"]?([\w-]+)/.exec(line.text);
    if (section !== null) {
      type = section[1] ?? '';
      continue;
    }
    const option = /^(?:option|list)\s+['"]?([\w-]+)['"]?\s+(?:'([^']*)'|"([^"]*)"|(\S+))/.exec(line.text);
    if (option === null || type === '') continue;
    const value = option[2] ?? option[3] ?? option[4] ?? '';
    found.push({ text: `${name}.${type}.${option[1] ?? ''}=${value}`, under: [], range: line.range });
  }
  return found;
}

// --- Huawei ONT: hw_ctree.xml and what other gateways keep of the data model of TR-098

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly range: readonly [number, number];
}

const TAG =
  /<([A-Za-z_][\w.-]{0,200})((?:\s+[\w.:-]{1,100}\s*=\s*(?:"[^"<]{0,4096}"|'[^'<]{0,4096}'))*)\s*\/?>/g;

function* elementsOf(text: string): Generator<Element> {
  for (const found of text.matchAll(TAG)) {
    const attributes = new Map<string, string>();
    for (const [, key = '', first, second] of (found[2] ?? '').matchAll(
      /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
    ))
      attributes.set(key, first ?? second ?? '');
    const at = found.index;
    yield { name: found[1] ?? '', attributes, range: [at, at + found[0].length] };
  }
}

/** Switches of X_HW_AclServices-like elements: attribute → what it is about. */
const SERVICES: readonly (readonly [RegExp, SettingSubject, boolean])[] = [
  [/^(?:HTTPLanEnable|HTTPWifiEnable)$/i, 'management.http', false],
  [/^HTTPWanEnable$/i, 'management.http', true],
  [/^TELNET(?:Lan|Wifi)Enable$/i, 'management.telnet', false],
  [/^TELNETWanEnable$/i, 'management.telnet', true],
  [/^SSH(?:Lan|Wifi)Enable$/i, 'management.ssh', false],
  [/^SSHWanEnable$/i, 'management.ssh', true],
  [/^FTP(?:Lan|Wifi)Enable$/i, 'management.ftp', false],
  [/^FTPWanEnable$/i, 'management.ftp', true],
];

/** Configurations in XML after the data model of TR-098, as Huawei's optical network terminals keep theirs. */
export const gatewayXml: Dialect = {
  name: 'hw-ctree',
  is: (_, head) =>
    /<(?:InternetGatewayDevice(?:Config)?|X_HW_[\w]+|UserInterface|WebUserInfo)[\s>]/.test(head) &&
    /^\s*(?:<\?xml|<)/.test(head),
  read(text) {
    const said: Said[] = [];
    for (const element of elementsOf(text)) said.push(...saidByElement(element));
    return said;
  },
};

function saidByElement({ name, attributes, range }: Element): readonly Said[] {
  const said: Said[] = [];
  const setting = (subject: SettingSubject, value: string | null, on: boolean | null, key: string) => {
    const written = withoutSecrets(`${name} ${key}="${attributes.get(key) ?? ''}"`);
    said.push({ kind: 'setting', range, subject, written, value, on });
  };
  for (const [key, value] of attributes) {
    for (const [pattern, subject, outside] of SERVICES) {
      if (!pattern.test(key)) continue;
      setting(subject, outside ? 'network side' : null, value === '1', key);
      if (outside && value === '1')
        setting('management.from-outside', key.replace(/WanEnable$/i, '').toLowerCase(), true, key);
    }
  }
  const url = attributes.get('URL');
  if (/^ManagementServer$/i.test(name) && url !== undefined && url !== '')
    setting(
      'management.tr069',
      url.replace(/\/\/[^/@]*@/, '//'),
      attributes.get('EnableCWMP') !== '0',
      'URL',
    );
  const enabled = attributes.get('Enable') ?? attributes.get('TelnetEnable') ?? attributes.get('X_HW_Enable');
  if (/^X_HW_CLITelnetAccess$/i.test(name))
    setting(
      'management.telnet',
      attributes.get('TelnetPort') ?? null,
      enabled === '1' || attributes.get('Access') === '1',
      'TelnetPort',
    );
  if (/^X_HW_CLISSHControl$/i.test(name))
    setting('management.ssh', attributes.get('Port') ?? null, enabled === '1', 'Enable');
  if (/^(?:X_HW_Syslog|DeviceLog|SysLog)/i.test(name) && (attributes.get('Server') ?? '') !== '')
    setting('log.export', attributes.get('Server') ?? null, enabled !== '0', 'Server');
  if (/(?:PortMirror|MirrorPort|X_HW_Mirror|RemoteMirror)/i.test(name)) {
    const on = enabled === '1';
    const destination =
      attributes.get('DestIP') ?? attributes.get('RemoteIP') ?? attributes.get('MonitorPort') ?? null;
    said.push({
      kind: 'facility',
      range,
      facility: /Remote/i.test(name) ? 'remote-mirror' : 'mirror',
      by: name,
      state: on ? 'on' : 'off',
      destination,
    });
  }
  if (/(?:LawfulIntercept|X_HW_LI)$/i.test(name))
    said.push({
      kind: 'facility',
      range,
      facility: 'lawful-intercept',
      by: name,
      state: enabled === '1' ? 'on' : 'off',
      destination: null,
    });
  const encryption = attributes.get('BeaconType');
  if (encryption !== undefined) setting('wireless.security', encryption.toLowerCase(), null, 'BeaconType');
  const user = attributes.get('UserName') ?? attributes.get('Username') ?? attributes.get('Userid');
  const password = attributes.get('Password') ?? attributes.get('Userpassword');
  if (
    user !== undefined &&
    user !== '' &&
    password !== undefined &&
    /User(?:Info|Interface|Instance)|Account|WebUser|CLIUser/i.test(name)
  ) {
    const mode = attributes.get('PassMode') ?? attributes.get('EncryptMode');
    const isHash = /^[0-9a-f]{32}$|^[0-9a-f]{64}$/i.test(password);
    const scheme = /^\$[12]/.test(password)
      ? 'vendor-cipher'
      : isHash || mode === '2' || mode === '3'
        ? 'vendor-hash'
        : 'plain';
    said.push(accountOf(user, password, scheme, range));
  }
  return said;
}
