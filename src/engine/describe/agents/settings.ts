import type { ByteRange } from '#domain/range';

/** What a configuration says of one agent. */
export interface Configured {
  readonly protocol: string;
  /** Without user name, password and query. */
  readonly server: string | null;
  readonly enabled: boolean | null;
  readonly range: ByteRange;
}

/** Files whose name says which agent they set up. */
const FILES: readonly (readonly [protocol: string, name: RegExp])[] = [
  ['tr-069', /cwmp|tr-?0?69/i],
  ['usp', /(?:^|[_.-])usp(?:$|[_.-])|obuspa|tr-?369/i],
  ['cloud', /cloud|(?:^|[_.-])iot|mqtt[_-]?\w*(?:service|agent|client)|call-?home/i],
  ['remote-support', /^(?:frpc|ngrok|rtty|rport|remote[_-]?(?:support|assist|access|maint)\w*)/i],
  ['agent', /(?:^|[_-])agent/i],
];

/** Names of settings that hold a server of TR-069 wherever they stand. */
const ACS =
  /^(?:acs[_.-]?(?:url|server|addr(?:ess)?|host)|(?:cwmp|tr-?0?69)[\w.-]{0,20}(?:url|server|host)|managementserver\.url)$/i;
/** Names of settings that hold a server in a file about an agent. */
const SERVER =
  /^(?:\w*[_-])?(?:url|server|host|hostname|endpoint|broker|server_?addr(?:ess)?|remote_?host|server_?url|base_?url|connection_?url|controller)$/i;
/** Names of settings that switch an agent on. */
const SWITCH = /^(?:(?:cwmp|tr-?0?69|agent|service|acs)?[_-]?(?:enabled?|state|active|onoff)|enablecwmp)$/i;

const PAIR =
  /^[ \t]*(?:(?:option|list|set)[ \t]+)?["']?([A-Za-z][\w.-]{0,60})["']?[ \t]*(?:[=:][ \t]*|[ \t]+)["']?([^"'\s,;#<>]{1,300})["']?[ \t]*[,;]?[ \t]*\r?$/;
const SECTION = /^[ \t]*(?:config\b|\[)/;

/** Agents that a configuration of lines sets up. A section without a server says nothing.
 *  @param name  of the file, without folders
 *  @param text  one character a byte */
export function inLines(name: string, text: string): readonly Configured[] {
  const about = FILES.find(([, form]) => form.test(name))?.[0] ?? null;
  const found: Configured[] = [];
  let enabled: boolean | null = null;
  let whole: boolean | null = null;
  let pending: { readonly protocol: string; readonly server: string; readonly range: ByteRange }[] = [];
  const close = (): void => {
    for (const each of pending) found.push({ ...each, enabled: enabled ?? whole });
    // a first section often switches the whole agent
    whole ??= enabled;
    enabled = null;
    pending = [];
  };
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + 500));
    if (SECTION.test(line)) close();
    const pair = /^\s*[#;]/.test(line) ? null : PAIR.exec(line);
    if (pair !== null) {
      const [, key = '', value = ''] = pair;
      const protocol = ACS.test(key) ? 'tr-069' : about !== null && SERVER.test(key) ? about : null;
      const server = protocol === null ? null : serverIn(value);
      if (protocol !== null && server !== null) pending.push({ protocol, server, range: [start, end] });
      if (about !== null && SWITCH.test(key)) enabled = isOn(value) ?? enabled;
    }
    start = end + 1;
  }
  close();
  return found;
}

/** `ManagementServer` of TR-098, TR-181 and what vendors make of it: elements and attributes.
 *  @param text  one character a byte */
export function inMarkup(text: string): readonly Configured[] {
  const blocks =
    /<(?:X_\w+_)?ManagementServer\b((?:[^<>/]|\/(?!>)){0,4000})(?:\/>|>([^]{0,4000}?)<\/(?:X_\w+_)?ManagementServer>)|<Value\s+Name="((?:CWMP|TR069|ACS)_\w*URL)"\s+Value="([^"]{1,300})"/gi;
  return [...text.matchAll(blocks)].flatMap((match): readonly Configured[] => {
    const [whole, attributes = '', body = '', , value = ''] = match;
    const written =
      value !== ''
        ? value
        : (/\b(?:ACS)?URL\s*=\s*"([^"]{1,300})"/i.exec(attributes)?.[1] ??
          /<(?:ACS)?URL\b[^<>]{0,100}>([^<]{1,300})</i.exec(body)?.[1] ??
          '');
    const server = serverIn(written.trim());
    const enable =
      /\bEnableCWMP\s*=\s*"(\w+)"/i.exec(attributes)?.[1] ??
      /<EnableCWMP\b[^<>]{0,100}>(\w+)</i.exec(body)?.[1] ??
      null;
    if (server === null && enable === null) return [];
    return [
      {
        protocol: 'tr-069',
        server,
        enabled: enable === null ? null : isOn(enable),
        range: [match.index, match.index + Math.min(whole.length, 4000)],
      },
    ];
  });
}

/** The server without user name, password, path parameters; null: empty, on the device itself, an example, or filled in. */
function serverIn(value: string): string | null {
  const plain = value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/s, '');
  const host =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?(\[[0-9a-f:.]+\]|[A-Za-z0-9_.-]+)(?::\d{1,5})?(?:\/.*)?$/i.exec(
      plain,
    )?.[1] ?? null;
  if (host === null || !/[.:]/.test(host) || /^[.\d]*$/.test(host.replace(/^\d{1,3}(?:\.\d{1,3}){3}$/, 'x')))
    return null;
  if (/^(?:127\.|0\.0\.0\.0|localhost)|(?:^|\.)example\.(?:com|net|org)$|^\[?::1?\]?$/i.test(host))
    return null;
  return /\.(?:pem|crt|key|sh|conf|log|json|sock|db)$/i.test(plain) ? null : plain;
}

function isOn(value: string): boolean | null {
  if (/^(?:1|yes|true|on|enabled?|active)$/i.test(value)) return true;
  return /^(?:0|no|false|off|disabled?|inactive)$/i.test(value) ? false : null;
}
