import type { EndpointForm, EndpointRole, EndpointTaker } from '#domain/observation';

/** What stands around one address. */
export interface Surroundings {
  readonly form: EndpointForm;
  readonly host: string;
  /** From the beginning of the line, or of the string in bytes that are no text, up to the address; its end counts most. */
  readonly before: string;
  /** From the address to the end of the line or string. */
  readonly behind: string;
  /** Up to {@link ABOVE} characters of text before the line; empty in bytes that are no text. */
  readonly above: string;
  /** Bytes that are no text. */
  readonly isBinary: boolean;
  /** Function for connections that compiled code imports; null: none, or no compiled code. */
  readonly imported: string | null;
}

export interface Use {
  readonly role: EndpointRole;
  readonly taker: EndpointTaker | null;
}

/** Characters of a line looked at on each side of an address. */
export const BESIDE = 240;
/** Characters before the line in which an open comment is looked for. */
export const ABOVE = 2000;

/** Reads what an address is for from the words beside it. Errs towards documentation: what reads like a sentence is one. */
export function useOf(around: Surroundings): Use {
  if (isNamespace(around)) return { role: 'namespace', taker: null };
  if (isComment(around)) return { role: 'documentation', taker: null };
  if (around.isBinary && isForReaders(around)) return { role: 'documentation', taker: null };
  const command = commandIn(around);
  if (command !== null) return { role: roleOf(around, ''), taker: { kind: 'command', name: command } };
  if (isForReaders(around)) return { role: 'documentation', taker: null };
  if (around.isBinary) return useInProgram(around);
  const setting = settingIn(around.before);
  if (setting === null) {
    const isText = isSentence(around) || LIBRARIES.test(around.host);
    return { role: isText ? 'documentation' : roleOf(around, ''), taker: null };
  }
  if (READING.test(setting)) return { role: 'documentation', taker: null };
  return { role: roleOf(around, setting), taker: { kind: 'setting', name: setting } };
}

/** A string of a program that holds other words than the address is a text for people, unless it is a request or a command. */
function useInProgram(around: Surroundings): Use {
  const { before, behind, imported } = around;
  if (/[A-Za-z]{2,}\s+\S*\s*[A-Za-z]{2,}/.test(before) || /\s[A-Za-z]{2,}\s+[A-Za-z]{2,}/.test(behind))
    return { role: 'documentation', taker: null };
  const role = roleOf(around, '');
  return { role, taker: imported === null ? null : { kind: 'program', name: imported } };
}

// --- names that nobody connects to

function isNamespace({ before, form, host, behind, isBinary }: Surroundings): boolean {
  if (NAMESPACES.test(host)) return !/\.(?:bin|img|sh|php|cgi|zip|gz)\b/i.test(behind);
  // a header of a message, `BOOTID.UPNP.ORG:`, or a name of a thing, `Battle.net`
  if (form === 'host')
    return /^[\w.-]{0,80}[A-Z]/.test(behind) || (isBinary && /^[\w.-]{1,80}:\s/.test(behind));
  if (form !== 'url') return false;
  return (
    /(?:xmlns(?::[\w.-]{1,40})?|schemaLocation|targetNamespace|namespace|xml:base)\s*=\s*\\?["']?\s*[^"'<>]{0,200}$/i.test(
      before,
    ) || /<!DOCTYPE\b[^>]{0,200}$|\bPUBLIC\s+["'][^"']{0,160}["']\s*["']$/i.test(before)
  );
}

/** Hosts of which addresses name vocabularies, message formats and standards.
 *  Source: W3C Namespaces in XML 1.0; the vocabularies themselves */
const NAMESPACES =
  /^(?:(?:www|dev)\.w3\.org|schemas\.[\w-]+\.(?:org|com)|ns\.adobe\.com|purl\.org|xml\.org|(?:www\.)?xmlsoap\.org|docs\.oasis-open\.org|(?:www\.)?oasis-open\.org|relaxng\.org|iptc\.org|cipa\.jp|www\.aiim\.org|ogp\.me|schema\.org|www\.sitemaps\.org|xmlpull\.org|java\.sun\.com|www\.upnp\.org|www\.onvif\.org|purenetworks\.com|www\.broadband-forum\.org)$|\.(?:sig-alg\.reg|atma)\.int$/;

/** Hosts of standards, licences and projects, whose addresses are there to be read. */
const LIBRARIES =
  /(?:^|\.)(?:ietf\.org|iana\.org|rfc-editor\.org|gnu\.org|fsf\.org|opensource\.org|creativecommons\.org|apache\.org|mozilla\.org|openssl\.org|kernel\.org|freedesktop\.org|sourceforge\.net|github\.com|gitlab\.com|launchpad\.net|wikipedia\.org|wikimedia\.org|stackoverflow\.com|debian\.org|savannah\.nongnu\.org|nongnu\.org|php\.net|python\.org|perl\.org|lua\.org|jquery\.(?:com|org)|unicode\.org|iso\.org|ieee\.org|itu\.int|3gpp\.org|openbsd\.org|netfilter\.org|busybox\.net|uclibc\.org|zlib\.net|samba\.org|isc\.org|haxx\.se|curl\.se|sqlite\.org|pcre\.org)$/;

// --- for people

function isComment({ before, above, isBinary }: Surroundings): boolean {
  if (isBinary) return false;
  if (/^\s*(?:#(?!\s*(?:define|include))|\/\/|\/?\*|;|--(?![\w-])|%|<!--|dnl\b|rem\b|\.\\")/i.test(before))
    return true;
  if (/(?:^|\s)(?:#|\/\/|\/\*|--)\s[^"']*$/.test(before)) return true;
  return (
    isBlockOpen(above) ||
    isManualOpen(above) ||
    isOpenIn(above, '<!--', '-->') ||
    isOpenIn(above, '--[[', ']]') ||
    isOpenIn(before, '<!--', '-->')
  );
}

/** A comment that begins a line: elsewhere the same characters are a pattern of file names. */
function isBlockOpen(text: string): boolean {
  const at = text.lastIndexOf('/*');
  const line = text.lastIndexOf('\n', at) + 1;
  return at !== -1 && text.slice(line, at).trim() === '' && !text.includes('*/', at);
}

/** Perl's manuals inside its files, from `=head1` and the like to `=cut`. */
function isManualOpen(text: string): boolean {
  const at = text.lastIndexOf('\n=');
  return at !== -1 && /^(?:pod|head\d|item|over|back|begin|encoding|for)\b/.test(text.slice(at + 2, at + 12));
}

function isOpenIn(text: string, open: string, close: string): boolean {
  const at = text.lastIndexOf(open);
  return at !== -1 && !text.includes(close, at);
}

function isForReaders({ before, behind, form, host, isBinary }: Surroundings): boolean {
  if (form === 'mail') return true;
  if (/<a\b[^>]{0,200}\bhref\s*=\s*\\?["']?$|<area\b[^>]{0,200}$/i.test(before)) return true;
  if (
    /(?:copyright|licen[cs]e|bugs?\b|report (?:bugs|problems)|see|visit|refer|more info\w*|home ?page|web ?site|documentation|manual|maintain|written by|author|available (?:at|from)|e\.g\.|for example)[^=]{0,60}$/i.test(
      before,
    )
  )
    return true;
  if (
    form === 'url' &&
    /^[a-z]+:\/\/[^\s"'<>]{0,200}(?:\.(?:html?|txt|pdf|md|rst)(?:$|[#"'\s<>)])|\/(?:licen[cs]es?|docs?|wiki|manual|faq|rfc|man|help|support|bugs?|bugzilla|issues|copyleft)(?:[/."'#\s]|$))/i.test(
      behind,
    )
  )
    return true;
  return isBinary && (LIBRARIES.test(host) || isHomePage(before, behind));
}

/** A web address that is a string of its own and leads to the first page of a site, or one on a host for readers. */
function isHomePage(before: string, behind: string): boolean {
  return (
    /^https?:\/\/(?:www\.[^\s/]{1,200}\/?$|(?:bugs?|bugzilla|docs?|wiki|forums?|lists?|support|help|issues)\.)/i.test(
      behind,
    ) && !/[=,]$/.test(before)
  );
}

/** Names of settings whose address is for people. */
const READING =
  /home_?page|documentation|support|bug|maintain|author|licen[cs]e|copyright|^vendor|manufacturer|model_?url|^see$|refer|contact|web_?site|upstream|help|example|comment|note|descr|x-?generator|publisher|^a$|^p$|^li$|^td$|^span$|^b$|^h\d$|^div$|^option$|^title$/i;

/** Words in a row, without what a setting or a command has. */
function isSentence({ before, behind }: Surroundings): boolean {
  const words = `${before} ${behind}`.match(/(?:^|\s)[A-Za-z][a-z]{1,20}(?=[\s,.;]|$)/g) ?? [];
  return words.length >= 4;
}

// --- what connects

const COMMAND =
  /(?:^|[\s;&|`("'=/\\{])(wget|curl|uclient-fetch|ping6?|nc|ncat|netcat|telnet|ftpget|ftpput|t?ftp|autossh|ssh|scp|sftp|dbclient|rsync|socat|nslookup|dig|ntpdate|ntpclient|ntpd|sntp|msntp|rdate|s_client|mosquitto_(?:pub|sub)|sendmail|msmtp|ssmtp|snmptrap|snmpinform|traceroute|aria2c|axel|opkg install|frpc|openvpn|stunnel|httping|busybox (?:wget|nc|ping|telnet))(?=\s)(?:\s+(?!#)[^\s;&|]{1,200}){0,30}\s+["'\\]{0,2}[^\s;&|]{0,60}$/;
const FUNCTION =
  /\b(fetch|ajax|getJSON|sendBeacon|importScripts|WebSocket|EventSource|XMLHttpRequest|urlopen|urlretrieve|requests\.(?:get|post|put)|http\.request|file_get_contents|curl_init|f?sockopen|pfsockopen|gethostbyname|getaddrinfo|create_connection|\w{0,20}\.(?:connect|request|get|post)|(?:xhr|req|http|xmlhttp)\w{0,10}\.open|os\.execute|io\.popen|popen|system)\s{0,3}\(\s{0,3}[^()]{0,120}$/;
const MARKUP =
  /<(script|img|iframe|frame|link|form|object|embed|video|audio|source|input)\b[^<>]{0,200}\b(src|href|action|data)\s{0,3}=\s{0,3}\\?["']?$/i;

function commandIn({ before, form }: Surroundings): string | null {
  if (/\/dev\/(?:tcp|udp)\/$/.test(before)) return before.slice(-9, -1);
  const command = COMMAND.exec(before)?.[1] ?? null;
  if (command !== null || form === 'mail') return command;
  const markup = MARKUP.exec(before);
  if (markup !== null) return `${markup[1] ?? ''} ${markup[2] ?? ''}`.toLowerCase();
  return FUNCTION.exec(before)?.[1] ?? null;
}

/** The name that an address is the value of; null: none, or it is only compared. */
function settingIn(before: string): string | null {
  if (/(?:\[|\btest|\bif|[!=]=)\s[^\];]{0,80}$/.test(before)) return null;
  const forms = [
    /\b(?:option|list)\s+['"]?([\w.-]{1,60})['"]?\s+['"]?$/,
    /([A-Za-z_][\w.@[\]-]{0,80})["'\]]{0,2}\s{0,8}(?:=>|:=|[+?]?=|:)\s{0,8}[[({]{0,2}\\?["']{0,2}\s?$/,
    /<([A-Za-z][\w:.-]{0,60})(?:\s[^<>]{0,160})?>\s{0,8}(?:<!\[CDATA\[)?$/,
    /^\s{0,40}(server|pool|peer|name_?server|hosts?|url|uri|remote|address|gateway|forwarders?|upstream|proxy_pass|proxy|src\/gz|src|deb(?:-src)?|relay(?:host)?|s?ntp_?\w{0,10}|mirror|broker|connect|destination|target|endpoint|resolver|syslog|log_?(?:host|server)|trap2?sink|informsink|trapsess)(?:\s+[\w./-]{1,60}){0,2}\s+["']?$/i,
  ];
  for (const form of forms) {
    const name = form.exec(before)?.[1];
    if (name !== undefined) return name;
  }
  return null;
}

// --- roles

const ROLES: readonly (readonly [role: EndpointRole, words: RegExp])[] = [
  ['dynamic-name', /d(?:yn)?dns(?!masq)|no-?ip\b|nic\/update/],
  [
    'time',
    /\b(?:s?ntp\w*|time_?servers?|timesrv|chrony\w*|rdate|pool\.ntp)\b|\b(?:time|clock|ntp)[\d-]*\.|_ntp\b/,
  ],
  ['management', /tr-?0?69|cwmp|\bacs\b|acs_?(?:url|server)|itms|netconf|call-?home|remote_?manag/],
  ['name-service', /name_?server|resolver|\bdns\d?\b|_dns|dnsmasq|\bdoh\b|dns-query/],
  [
    'update',
    /upgrade|update|firmware|\bf?ota\b|\bfw\b|fw_|opkg|download|src\/gz|\bdeb\b|repositor|\brepos?\b|patch|release/,
  ],
  [
    'telemetry',
    /telemetr|statist|\bstats?\b|analytic|report|collect|crash|syslog|\blogs?\b|log_?(?:server|host|url|ip|upload)|trap|metric|\btrack|beacon|usage|survey|upload|monitor|feedback/,
  ],
  [
    'check',
    /\bping\d?\b|connectiv|captive|generate_?204|speed_?test|reachab|online|keep_?alive|probe|detect|healthcheck/,
  ],
  [
    'cloud',
    /cloud|\biot\b|mqtt|amqp|\bpush\b|\bstun|\bturns?\b|p2p|relay|rendez|\bapi\b|websocket|broker|gateway_?url/,
  ],
];

function roleOf({ before, behind, host }: Surroundings, setting: string): EndpointRole {
  const words = `${setting} ${before.slice(-80)} ${host} ${behind.slice(0, 160)}`.toLowerCase();
  return ROLES.find(([, pattern]) => pattern.test(words))?.[0] ?? 'unknown';
}
