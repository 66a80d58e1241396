import type { ByteRange } from '#domain/range';

/** A tunnel that a text sets up. */
export interface Configured {
  readonly technology: string;
  /** Other end without credentials; null: none written, or a variable. */
  readonly peer: string | null;
  readonly range: ByteRange;
}

/** Longest line that is read. */
const LINE = 1000;
const TUNNELS = 200;
/** Characters at the beginning of a text in which marks of a configuration are looked for. */
const MARKED = 16 * 1024;

/** Tunnels of a text: commands in any, settings where the file belongs to a tunnel.
 *  @param text  one character a byte
 *  @param path  without leading slash */
export function configuredIn(text: string, path: string): readonly Configured[] {
  const settings = SETTINGS.filter(
    ({ files, marks }) => files.test(path) || marks.test(text.slice(0, MARKED)),
  );
  const found: Configured[] = [];
  for (let at = 0; at < text.length && found.length < TUNNELS; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, Math.min(end, at + LINE)).replace(/\r$/, '');
    const range: ByteRange = [at, Math.max(at + line.length, at)];
    at = end + 1;
    if (/^\s*(?:#|;|\/\/|--)/.test(line) || /^\s*(?:echo|printf|logger)\s[^|>]*$/.test(line)) continue;
    for (const { technology, line: pattern } of settings) {
      const peer = pattern.exec(line)?.[1];
      if (peer !== undefined) found.push({ technology, peer: written(peer), range });
    }
    for (const tunnel of sshIn(line)) found.push({ ...tunnel, range });
    for (const { technology, reads } of COMMANDS) {
      const match = reads.exec(line);
      if (match !== null)
        found.push({ technology: technology(match), peer: written(match.groups?.['peer'] ?? ''), range });
    }
  }
  return found;
}

/** A peer as it may be shown: without user, password and quotes; a variable is none. */
function written(text: string): string | null {
  const bare = text.replace(/^["']|["'];?$/g, '').replace(/^.*@/, '');
  return bare === '' || /[$`%{]/.test(bare) ? null : bare;
}

interface Setting {
  readonly technology: string;
  /** Files that are of this kind by name. */
  readonly files: RegExp;
  /** What such a file holds wherever it lies. */
  readonly marks: RegExp;
  /** A line that names the other end. */
  readonly line: RegExp;
}

const SETTINGS: readonly Setting[] = [
  {
    technology: 'openvpn',
    files: /\.ovpn$|(?:^|\/)openvpn\/[^/]+\.conf$|(?:^|\/)etc\/config\/openvpn$/,
    marks: /^(?:client|tls-client)\s*$[\s\S]{0,1000}^dev\s+(?:tun|tap)/m,
    line: /^\s*(?:remote|(?:list|option)\s+'?remote'?)\s+["']?([\w.:-]{3,200})/,
  },
  {
    technology: 'wireguard',
    files: /(?:^|\/)wireguard\/[^/]+\.conf$/,
    marks: /^\s*\[Peer\]\s*$/m,
    line: /^\s*Endpoint\s*=\s*(\S{3,200})/,
  },
  {
    technology: 'wireguard',
    files: /^$/,
    marks: /^\s*config\s+'?wireguard_\w/m,
    line: /^\s*option\s+'?endpoint_host'?\s+["']?([\w.:-]{3,200})/,
  },
  {
    technology: 'ipsec',
    files: /(?:^|\/)ipsec\.conf$|(?:^|\/)(?:swanctl|ipsec\.d)\/[^/]+\.conf$/,
    marks: /^conn\s+\w[\s\S]{0,1000}^\s+(?:left|right)\s*=/m,
    line: /^\s*(?:right|remote_addrs)\s*=\s*([\w.:-]{3,200})/,
  },
  {
    technology: 'frp',
    files: /(?:^|\/)frpc\.(?:ini|toml|ya?ml|json)$/,
    marks: /^\s*server_?addr\s*=\s*.*$[\s\S]{0,1000}^\s*(?:local_?port|localPort)\s*=/im,
    line: /^\s*["']?server_?addr["']?\s*[=:]\s*["']?([\w.:-]{3,200})/i,
  },
  {
    technology: 'stunnel',
    files: /(?:^|\/)stunnel[\w.-]*(?:\/[^/]+)?\.conf$/,
    marks: /^\s*client\s*=\s*yes\s*$[\s\S]{0,1000}^\s*accept\s*=/m,
    line: /^\s*connect\s*=\s*([\w.:-]{3,200})/,
  },
  {
    technology: 'l2tp',
    files: /(?:^|\/)xl2tpd(?:\/[^/]+)?\.conf$/,
    marks: /^\[lac\s/m,
    line: /^\s*lns\s*=\s*([\w.:-]{3,200})/,
  },
  {
    technology: 'gre',
    files: /^$/,
    marks: /^\s*option\s+'?proto'?\s+["']?gre(?:6|tap|6tap)?["']?\s*$/m,
    line: /^\s*option\s+'?peeraddr'?\s+["']?([\w.:-]{3,200})/,
  },
  {
    technology: 'ngrok',
    files: /(?:^|\/)\.?ngrok[\w/.-]*\.(?:ya?ml|cfg)$/,
    marks: /^\s*(?:authtoken|server_addr)\s*:.*$[\s\S]{0,1000}^\s*tunnels\s*:/m,
    line: /^\s*server_addr\s*:\s*["']?([\w.:-]{3,200})/,
  },
  {
    technology: 'tinc',
    files: /(?:^|\/)tinc\/[^/]+\/hosts\/[^/]+$/,
    marks: /^\s*ConnectTo\s*=/m,
    line: /^\s*Address\s*=\s*([\w.:-]{3,200})/,
  },
];

interface Command {
  readonly technology: (match: RegExpExecArray) => string;
  /** The line; its group `peer` is the other end. */
  readonly reads: RegExp;
}

/** Where a command may begin: at the line, behind a separator, a path, a launcher or a quote. */
const HEAD = String.raw`(?:^|[\s;&|(\x60"'/])`;
const PEER = String.raw`(?<peer>[^\s;&|"'<>]{3,200})`;

const COMMANDS: readonly Command[] = [
  {
    technology: ([, mode = 'gre']) => mode,
    reads: new RegExp(
      String.raw`${HEAD}ip\s+(?:-\d\s+)?(?:tunnel|tun|tunn)\s+add\b[^;&|]{0,120}\bmode\s+(gre|ipip|sit|ip6gre|ip6ip6|ipip6|vti)\b(?:[^;&|]{0,120}?\bremote\s+${PEER})?`,
    ),
  },
  {
    technology: ([, type = 'gre']) => type,
    reads: new RegExp(
      String.raw`${HEAD}ip\s+(?:-\d\s+)?link\s+add\b[^;&|]{0,120}\btype\s+(gre|gretap|ip6gre|ip6gretap|erspan|ipip|vxlan|geneve|vti|fou)\b(?:[^;&|]{0,120}?\b(?:remote|group)\s+${PEER})?`,
    ),
  },
  {
    technology: () => 'openvpn',
    reads: new RegExp(String.raw`${HEAD}openvpn\s[^;&|]{0,300}--remote\s+${PEER}`),
  },
  {
    technology: () => 'wireguard',
    reads: new RegExp(String.raw`${HEAD}wg\s+set\s[^;&|]{0,300}\bendpoint\s+${PEER}`),
  },
  {
    technology: () => 'socat',
    reads: new RegExp(
      String.raw`${HEAD}socat\s[^;&|]{0,120}\b(?:TCP|UDP|SSL|OPENSSL)\d?-(?:L|LISTEN|RECVFROM):[^\s;&|]{1,100}\s+["']?(?:TCP|UDP|SSL|OPENSSL|SOCKS\w{0,2}|PROXY)\d?(?:-CONNECT|-SENDTO)?:${PEER}`,
      'i',
    ),
  },
  {
    technology: () => 'relay',
    reads: new RegExp(
      String.raw`${HEAD}(?:nc|ncat|netcat)\s[^;&|]{0,60}-\w{0,6}l[^;&|]{0,80}\|\s*(?:nc|ncat|netcat)\s+(?:-\w+\s+)*${PEER}`,
    ),
  },
  {
    technology: ([, program = '']) => (program === 'frpc' ? 'frp' : program === 'npc' ? 'nps' : program),
    reads: new RegExp(
      String.raw`${HEAD}(frpc|npc|ngrok|chisel|cloudflared|iodine|gost|rathole)\s+(?:[^;&|]{0,120}?(?:-s|--server(?:_addr)?|-server=?|client|--url|-F)[\s=]*${PEER}|[^;&|]{1,200})`,
    ),
  },
];

// --- ssh -R, ssh -L, ssh -D, ssh -w

/** Options of ssh, dbclient and autossh that take a value; it stands in the same word or in the next. */
const VALUED = /[RLDwbceEFiIJKlMmOopQSW]/;
const FORWARDS: Readonly<Record<string, string>> = {
  R: 'ssh-reverse',
  L: 'ssh-forward',
  D: 'ssh-socks',
  w: 'ssh-tun',
};

/** Forwarding by an SSH client: the first word that is neither option nor value is the other end. */
function sshIn(line: string): readonly Omit<Configured, 'range'>[] {
  const match = SSH.exec(line);
  if (match === null) return [];
  const words = line
    .slice(match.index + match[0].length)
    .split(/\s+/)
    .slice(0, 100);
  let technology: string | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] ?? '').replaceAll(/["']/g, '');
    if (/^[;&|<>]/.test(word)) break;
    if (!/^-[A-Za-z0-9]/.test(word)) {
      if (word === '' || technology === null) break;
      return [{ technology, peer: written(word.replace(/[;&|)].*$/, '')) }];
    }
    const letters = word.slice(1);
    const at = letters.search(VALUED);
    if (at === -1) continue;
    const isInWord = at < letters.length - 1;
    const value = isInWord ? letters.slice(at + 1) : (words[i + 1] ?? '').replaceAll(/["']/g, '');
    const letter = letters[at] ?? '';
    const forward = FORWARDS[letter];
    if (forward !== undefined && /^[\w$*.:[\]{}/]/.test(value)) technology = forward;
    if (!isInWord && (letter !== 'M' || /^\d/.test(value))) i++;
  }
  return technology === null ? [] : [{ technology, peer: null }];
}

const SSH = new RegExp(String.raw`${HEAD}(?:(?:auto)?ssh|dbclient)\s+(?=\S)`);
