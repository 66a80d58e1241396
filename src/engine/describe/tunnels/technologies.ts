/** A kind of tunnel by the names of its programs. */
export interface Technology {
  readonly name: string;
  readonly programs: RegExp;
}

/** Programs that carry traffic of others, by the names they are installed under.
 *  Source: manuals of the programs; Debian and OpenWrt package lists */
export const TECHNOLOGIES: readonly Technology[] = [
  { name: 'openvpn', programs: /^openvpn(?:-openssl|-mbedtls)?$/ },
  { name: 'wireguard', programs: /^(?:wg|wg-quick|wireguard(?:-go)?|boringtun(?:-cli)?)$/ },
  { name: 'ipsec', programs: /^(?:ipsec|charon|swanctl|starter|racoon|pluto|iked)$/ },
  { name: 'l2tp', programs: /^(?:xl2tpd|l2tpd|openl2tpd|l2tp)$/ },
  { name: 'pptp', programs: /^(?:pptp|pptpd|pptp_callmgr)$/ },
  { name: 'sstp', programs: /^sstpc$/ },
  { name: 'openconnect', programs: /^(?:openconnect|ocserv|vpnc|openfortivpn)$/ },
  { name: 'softether', programs: /^vpn(?:client|server|bridge)$/ },
  { name: 'zerotier', programs: /^zerotier(?:-one|-cli)?$/ },
  { name: 'tailscale', programs: /^tailscaled?$/ },
  { name: 'tinc', programs: /^tincd$/ },
  { name: 'n2n', programs: /^(?:edge|supernode)$/ },
  { name: 'nebula', programs: /^nebula$/ },
  { name: 'vtun', programs: /^vtund$/ },
  { name: 'ssh-reverse', programs: /^autossh$/ },
  { name: 'stunnel', programs: /^stunnel[45]?$/ },
  { name: 'frp', programs: /^frp[cs]$/ },
  { name: 'nps', programs: /^(?:npc|nps)$/ },
  { name: 'ngrok', programs: /^(?:ngrok[cd]?|ngrok-c)$/ },
  { name: 'chisel', programs: /^chisel$/ },
  { name: 'cloudflared', programs: /^cloudflared$/ },
  { name: 'gost', programs: /^gost$/ },
  { name: 'v2ray', programs: /^(?:v2ray|xray|sing-box|trojan(?:-go)?|hysteria2?|naive)$/ },
  { name: 'shadowsocks', programs: /^ss(?:r)?-(?:local|redir|tunnel|server)$|^sslocal$/ },
  { name: 'iodine', programs: /^iodined?$/ },
  { name: 'dns2tcp', programs: /^dns2tcp[cd]$/ },
  { name: 'dnscat', programs: /^dnscat2?$/ },
  { name: 'icmp-tunnel', programs: /^(?:ptunnel(?:-ng)?|icmptunnel|hans|pingtunnel)$/ },
  { name: 'udp2raw', programs: /^(?:udp2raw|kcptun|kcp-client|client_linux_\w{1,10}|udpspeeder|speederv2)$/ },
  { name: 'rathole', programs: /^rathole$/ },
  { name: 'ligolo', programs: /^ligolo(?:-agent)?$/ },
  { name: 'socks', programs: /^(?:microsocks|3proxy|srelay|dante|sockd|redsocks2?|proxychains4?)$/ },
  { name: 'relay', programs: /^(?:rinetd|redir|portfwd|tcpproxy|haproxy-relay|simpleproxy)$/ },
];

/** Name of the technology of a program; null: none of these. */
export function technologyOf(program: string): string | null {
  const name = program.slice(program.lastIndexOf('/') + 1).toLowerCase();
  return TECHNOLOGIES.find(({ programs }) => programs.test(name))?.name ?? null;
}
