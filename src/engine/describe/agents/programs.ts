/** Programs by which somebody far away manages a device: protocol and the names its programs have. Of protocols with a
 *  standard, names are made of the name of the standard; of the others they are those of known products. */
const PROGRAMS: readonly (readonly [protocol: string, names: RegExp])[] = [
  ['tr-069', /^(?:(?:easy|free|i|b)?cwmp(?:d|c|client|-?agent)?|tr-?0?69(?:d|c|client|-?agent)?)$/i],
  ['usp', /^(?:obuspa|uspd|usp-?agent|tr-?369(?:d|-?agent)?)$/i],
  ['netconf', /^(?:netopeer2?-server|netconfd(?:-pro)?|netconf-server)$/i],
  ['snmp', /^(?:snmpd|mini_snmpd|snmp-agent)$/i],
  ['omci', /^(?:omcid?|omci_app|omci-agent)$/i],
  ['cloud', /^(?:[a-z0-9]+[-_])?cloud[-_]?(?:client|agent|daemon|service|brd|iot|d)$/i],
  [
    'remote-support',
    /^(?:frpc|ngrok|teamviewerd|anydesk|rustdesk|rtty|rport|tailscaled|zerotier-one|meshagent|dwagent|dwagsvc|cloudflared|pagekite|shellhub|shellhub-agent|npc|remote[-_]?(?:support|assist(?:ance)?|access|maintenance)[\w-]*)$/i,
  ],
  ['remote-management', /^(?:salt-minion|puppet-agent|chef-client|zabbix_agentd|nrpe)$/i],
];

/** Protocol of a program by its name; null: no such program.
 *  @param path  in the tree */
export function protocolOfProgram(path: string): string | null {
  if (!/(?:^|\/)(?:s?bin|libexec|opt|app|usr\/lib\/[^/]+)\/[^/]+$|^[^/]+$/.test(path)) return null;
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.(?:sh|lua|py|bin|exe)$/, '');
  return PROGRAMS.find(([, names]) => names.test(name))?.[0] ?? null;
}
