import type { FacilityKind, FacilityObservation } from '#domain/observed-interception';
import type { EntryObserver } from '#domain/plugin';
import type { ByteRange } from '#domain/range';
import { latin1 } from '#engine/bytes/text';

/** Largest script that is read. */
const FILE_LIMIT = 1024 * 1024;
/** Facilities given of one file. */
const MOST = 100;

/** Programs and modules that exist to take traffic aside, and commands that make others do it. */
export const facilities: EntryObserver = {
  kind: 'observer',
  id: 'facilities',
  version: 1,
  doc: {
    name: 'facilities of interception',
    says: 'Gives programs and kernel modules whose purpose is to capture, mirror, export or open up traffic, by the name they are known under; and commands in scripts and settings that do so: tcpdump, tc mirred, iptables TEE, nft dup, squid ssl-bump. Says whether start-up, a web page or only a script leads there.',
    sources: [
      'tcpdump(1), tshark(1), tc-mirred(8), iptables-extensions(8) TEE, nft(8) dup, softflowd(8), sslsplit(1), squid.conf ssl_bump',
      'Linux: net/sched/act_mirred.c, net/netfilter/xt_TEE.c, nf_dup_ipv4.c',
    ],
    limits: [
      'A renamed program and a function inside another program that no name betrays are not seen; in compiled code only names of the tools it calls would show, and they are not looked for here.',
      'That a program is there does not say that anybody can start it.',
      'Commands that a script composes while it runs are not seen.',
    ],
  },
  reads: 'entry',
  wants: ({ type, content, path, format }) =>
    type === 'file' &&
    content !== null &&
    !isAside(path) &&
    (named(path) !== null ||
      ((format === null || format === 'text' || format === 'lua') && content.size <= FILE_LIMIT)),
  observe(entry, source, place) {
    const byName = named(entry.path);
    if (byName !== null && isProgram(source.bytes(0, Math.min(4, source.size)))) {
      const { facility, by } = byName;
      const whole: ByteRange = [0, source.size];
      return [
        {
          kind: 'facility',
          place: place(whole),
          facility,
          by,
          state: 'available',
          destination: null,
          switchedBy: null,
        },
      ];
    }
    const text = latin1(source.bytes(0, Math.min(source.size, FILE_LIMIT)));
    if (text.includes('\0')) return [];
    const who = switchOf(entry.path, text);
    return [...commandsIn(text)].slice(0, MOST).map(
      ({ range, ...command }): FacilityObservation => ({
        kind: 'facility',
        place: place(range),
        ...command,
        state: who.startsWith('start-up') ? 'on' : 'available',
        switchedBy: who,
      }),
    );
  },
};

/** Documentation and completions name commands without running them. */
function isAside(path: string): boolean {
  return /(?:^|\/)(?:docs?|man|info|locale|examples?|licenses?|completions?|bash-completion|lintian|bug|apparmor\.d|selinux)\//i.test(
    path,
  );
}

interface Named {
  readonly facility: FacilityKind;
  readonly by: string;
}

const PROGRAMS: readonly (readonly [FacilityKind, RegExp])[] = [
  [
    'capture',
    /^(?:tcpdump(?:-mini)?|tshark|dumpcap|ngrep|netsniff-ng|daemonlogger|dsniff|urlsnarf|msgsnarf|sniffit|ettercap|kismet_server|pcapdump|tcpflow|snoop)$/,
  ],
  ['flow-export', /^(?:softflowd|fprobe(?:-ulog)?|nprobe|pmacctd|uacctd|hsflowd|ipt_NETFLOW)$/],
  ['tls-interception', /^(?:sslsplit|sslstrip|sslsniff|mitmproxy|mitmdump|mitmweb|bettercap)$/],
];

const MODULES: readonly (readonly [FacilityKind, RegExp])[] = [
  ['mirror', /^(?:act_mirred|nf_dup_ipv[46]|nft_dup_(?:ipv[46]|netdev)|nf_dup_netdev)\.ko/],
  ['remote-mirror', /^(?:xt_TEE|ipt_TEE|erspan)\.ko/],
  ['flow-export', /^(?:ipt_NETFLOW|act_sample|psample)\.ko/],
  ['capture', /^(?:pf_ring)\.ko/],
];

function named(path: string): Named | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isModule = name.includes('.ko');
  const known = (isModule ? MODULES : PROGRAMS).find(([, pattern]) => pattern.test(name));
  if (known === undefined) return null;
  return { facility: known[0], by: isModule ? name.replace(/\.ko.*$/, '') : name };
}

/** An ELF file or one that names its interpreter: a folder of the same name, a page or a setting is none. */
function isProgram(head: Uint8Array): boolean {
  const [a, b, c, d] = head;
  return (
    (a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46) ||
    (a === 0x23 && b === 0x21) ||
    (a === 0x1f && b === 0x8b) ||
    a === 0xfd
  );
}

/** Who leads there. */
function switchOf(path: string, text: string): string {
  if (
    /(?:^|\/)(?:init\.d|rc\d?\.d|rcS\.d|hotplug\.d|cron(?:tabs|\.\w+)?|systemd\/system|network\/if-up\.d)\/|(?:^|\/)(?:rcS|rc\.local|inittab|profile)$/.test(
      path,
    )
  )
    return `start-up: ${path.slice(-80)}`;
  if (/(?:^|\/)(?:www|htdocs|cgi-bin|web|webroot|luci)\//.test(path)) return `web page ${path.slice(-80)}`;
  return text.startsWith('#!') ? `script ${path.slice(-80)}` : `configuration ${path.slice(-80)}`;
}

interface Command extends Named {
  readonly range: ByteRange;
  readonly destination: string | null;
}

/** What begins a command: the line, or what stands between commands. */
const START = String.raw`(?:^|[;&|()\`{]|\b(?:then|do|else|exec|sudo|nohup|start-stop-daemon\b[^\n]{0,500}--)\s)\s*(?:/[\w./-]*/)?`;

const COMMANDS: readonly (readonly [FacilityKind, string, RegExp])[] = [
  // a capture that is written to a file, sent on, or searched; a look at a terminal is a person's
  [
    'capture',
    'tcpdump',
    new RegExp(
      String.raw`${START}tcpdump\b[^\n]{0,500}?(?:\s-w\s*(\S+)|\|\s*(?:nc|ssh|grep|gzip|curl|socat)\b)`,
      'gm',
    ),
  ],
  ['capture', 'tshark', new RegExp(String.raw`${START}(?:tshark|dumpcap)\b[^\n]{0,500}?\s-w\s*(\S+)`, 'gm')],
  [
    'mirror',
    'tc mirred',
    /\btc\s[^\n]{0,500}\baction\s+mirred\s+(?:egress|ingress)\s+mirror\s+dev\s+(\S+)/gm,
  ],
  ['remote-mirror', 'iptables TEE', /\bip6?tables\s[^\n]{0,500}-j\s+TEE\s+--gateway\s+(\S+)/gm],
  ['remote-mirror', 'nft dup', /\bdup\s+to\s+(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+)/gm],
  [
    'capture',
    'iptables NFLOG',
    /\bip6?tables\s[^\n]{0,500}-j\s+(?:NFLOG|ULOG)\b[^\n]{0,500}?--(?:nflog|ulog)-(?:group|nlgroup)\s+(\d+)/gm,
  ],
  [
    'tls-interception',
    'squid ssl-bump',
    /^\s*(?:https?_port\s[^\n]{0,500}\bssl-bump\b|ssl_bump\s+(?:bump|server-first|stare)\b)()/gm,
  ],
  [
    'traffic-export',
    'gretap',
    /\bip\s+link\s+add\s[^\n]{0,500}\btype\s+(?:gretap|erspan)\b[^\n]{0,500}?\bremote\s+(\S+)/gm,
  ],
];

function* commandsIn(text: string): Generator<Command> {
  for (const [facility, by, pattern] of COMMANDS) {
    for (const found of text.matchAll(pattern)) {
      const [whole, destination] = found;
      const lineStart = text.lastIndexOf('\n', found.index + (whole.startsWith('\n') ? 1 : 0)) + 1;
      if (/^\s*(?:#|--)/.test(text.slice(lineStart, found.index + 1))) continue;
      const range: ByteRange = [found.index, found.index + whole.length];
      yield {
        facility,
        by,
        range,
        destination: destination === undefined || destination === '' ? null : destination.slice(0, 120),
      };
    }
  }
}
