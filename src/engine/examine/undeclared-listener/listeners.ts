import type { StartObservation } from '#domain/observation';

/** What a started program opens. */
export type Opening =
  /** A telnet server. */
  | 'telnet'
  /** A shell or login bound to a port by a tool that passes bytes on (nc, socat, inetd, …). */
  | 'bound-shell'
  /** A shell that connects to someone by itself. */
  | 'connect-back'
  /** rlogin, rsh, rexec. */
  | 'r-service'
  /** A debugger's or manufacturer's agent. */
  | 'debug-agent'
  /** An SSH client that opens a port at the other end (`-R`). */
  | 'tunnel'
  /** An SSH server that lets in without a password, or with one of its arguments. */
  | 'open-ssh';

/** Who has to prove what before the program obeys. `unknown`: the arguments do not tell. */
export type Entrance = 'none' | 'login' | 'fixed' | 'unknown';

export interface Listener {
  readonly opening: Opening;
  /** Name of the program, without folders. */
  readonly name: string;
  readonly entrance: Entrance;
  /** The program that whoever connects gets; null: not said. */
  readonly gives: string | null;
  /** A user name among the arguments; null: none. */
  readonly user: string | null;
  /** What the arguments say of a password, masked: `12 characters`, `taken from $sign`; null: none. */
  readonly secret: string | null;
  /** Ports it listens on, where they are known. */
  readonly ports: readonly number[];
  readonly transport: 'tcp' | 'udp';
}

const SHELL = /^-?(?:sh|ash|bash|dash|ksh|mksh|hush|zsh|csh|tcsh|busybox)$/;
const LOGIN = /^(?:login|agetty|getty|sulogin|in\.logind)$/;
const SCRIPT = /\.(?:sh|py|pl|lua)$|(?:^|\/)(?:init\d*\.d|rc[\dS]?\.d)\//;

/** What a start opens to others; null: nothing that this looks for. */
export function listenerOf(start: StartObservation): Listener | null {
  const { program, arguments: args } = start;
  // a script of that name is read itself; what it starts stands on a line of its own
  if (SCRIPT.test(program) || args.some((text) => text === '--help' || text === '--version')) return null;
  const name = baseOf(program).toLowerCase();
  for (const reader of READERS) {
    const found = reader(name, args, start);
    if (found !== null) return found;
  }
  return null;
}

type Reader = (name: string, args: readonly string[], start: StartObservation) => Listener | null;

function listener(opening: Opening, name: string, known: Partial<Listener>): Listener {
  const nothing = { gives: null, user: null, secret: null, ports: [], transport: 'tcp' as const };
  return { opening, name, entrance: 'unknown', ...nothing, ...known };
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What proof a program asks for that is handed a connection. */
function entranceOf(program: string | null): Entrance {
  if (program === null) return 'unknown';
  const [first = ''] = program.trim().split(/\s+/);
  const base = baseOf(first);
  if (SHELL.test(base)) return 'none';
  return LOGIN.test(base) ? 'login' : 'unknown';
}

/** Value of an option, also when it stands in the same word (`-l/bin/sh`) or behind other letters (`-Fl /bin/sh`). */
function valueOf(args: readonly string[], letter: string): string | null {
  for (const [i, text] of args.entries()) {
    if (/^-[A-Za-z]{1,8}$/.test(text) && text.endsWith(letter)) return args[i + 1] ?? null;
    if (text.startsWith(`-${letter}`) && !text.startsWith('--') && text.length > 2) return text.slice(2);
  }
  return null;
}

/** A port number in a value such as `2323`, `0.0.0.0:2323` or `:2323`. */
function portsIn(value: string | null): readonly number[] {
  const digits = /(?:^|:)(\d{1,5})$/.exec(value ?? '')?.[1];
  const port = Number(digits ?? '0');
  return port > 0 && port < 65_536 ? [port] : [];
}

const SERVICES: Readonly<Record<string, number>> = {
  telnet: 23,
  login: 513,
  shell: 514,
  exec: 512,
  ssh: 22,
  tftp: 69,
  ftp: 21,
};

/** Ports of a super-server or socket: `connection to telnet/tcp`. Null: nothing hands over connections. */
function handedOver(
  start: StartObservation,
): { readonly ports: readonly number[]; readonly transport: 'tcp' | 'udp' } | null {
  const match = /(?:^|; )connection to ([^;/]{1,64})\/(tcp|udp)/.exec(start.condition ?? '');
  if (match === null) return null;
  const service = match[1] ?? '';
  const known = Object.hasOwn(SERVICES, service) ? SERVICES[service] : undefined;
  return {
    ports: known === undefined ? portsIn(service) : [known],
    transport: match[2] === 'udp' ? 'udp' : 'tcp',
  };
}

/** A password as it may be shown. */
function masked(secret: string): string {
  const variable = /^\$\{?(\w+)\}?$/.exec(secret);
  if (variable !== null) return `taken from $${variable[1] ?? ''}`;
  return /[$`]/.test(secret) ? 'put together while the system starts' : `of ${secret.length} characters`;
}

// --- telnet

const TELNET =
  /^(?:[a-z]{1,8}[.-])?[a-z]{0,4}telnetd(?:[-.]?(?:ssl|ng|inetutils|netkit|\d+))?$|^telnet-?server$|^telnets$/;

const telnet: Reader = (name, args, start) => {
  if (!TELNET.test(name)) return null;
  const gives = valueOf(args, 'l') ?? valueOf(args, 'L') ?? valueOf(args, 'E');
  const program = gives?.includes('/') === true || SHELL.test(gives ?? '') ? gives : null;
  const [user, secret] = credentialsIn(args);
  const wanted = [valueOf(args, 'p'), valueOf(args, 'b')].filter((value) => value !== null);
  const asked = wanted.flatMap((value) => portsIn(value));
  const ports =
    handedOver(start)?.ports ??
    (asked.length > 0 ? asked : wanted.some((value) => value.includes('$')) ? [] : [23]);
  const entrance = secret !== null ? 'fixed' : entranceOf(program);
  return listener('telnet', name, { gives: program, entrance, user, secret, ports });
};

/** `-u name:password`, `-U name -P password`. */
function credentialsIn(args: readonly string[]): readonly [user: string | null, secret: string | null] {
  for (const letter of ['u', 'U']) {
    const value = valueOf(args, letter);
    const colon = value?.indexOf(':') ?? -1;
    if (value !== null && colon > 0) return [value.slice(0, colon), masked(value.slice(colon + 1))];
  }
  const user = valueOf(args, 'U');
  const secret = valueOf(args, 'P');
  return user !== null && secret !== null ? [user, masked(secret)] : [null, null];
}

// --- shells on ports

const NETCAT = /^(?:nc|ncat|netcat)(?:\d|[.-](?:openbsd|traditional))?$/;

const netcat: Reader = (name, args) => {
  if (!NETCAT.test(name)) return null;
  const letters = args.filter((text) => /^-[A-Za-z]+$/.test(text)).join('');
  const listens = letters.includes('l') || args.includes('--listen');
  const at = args.findIndex((text) => /^-[A-Za-z]*[ec]$|^--(?:exec|sh-exec)$/.test(text));
  const inline = args.find((text) => /^--(?:exec|sh-exec)=/.test(text))?.replace(/^[^=]*=/, '');
  const gives = inline ?? (at === -1 ? null : (args[at + 1] ?? null));
  // without a program that is handed over it only passes bytes on; OpenBSD's -c and -e have to do with TLS
  if (gives === null || !(gives.includes('/') || SHELL.test(gives.split(' ')[0] ?? ''))) return null;
  const opening = listens ? 'bound-shell' : 'connect-back';
  const ports = listens
    ? portsIn(valueOf(args, 'p') ?? args.findLast((text) => /^\d{1,5}$/.test(text)) ?? null)
    : [];
  const transport = letters.includes('u') || args.includes('--udp') ? 'udp' : 'tcp';
  return listener(opening, name, { gives, entrance: entranceOf(gives), ports, transport });
};

const socat: Reader = (name, args) => {
  if (name !== 'socat' && name !== 'socat1' && name !== 'socat2') return null;
  const runs = args
    .map((text) => /^(?:exec|system|shell):([^,]*)/i.exec(text)?.[1])
    .find((text) => text !== undefined);
  if (runs === undefined) return null;
  const listening = args.find((text) =>
    /^(?:tcp|udp|sctp|openssl|ssl|vsock)\d?-(?:l|listen|recvfrom|recv):/i.test(text),
  );
  const connecting = args.some((text) =>
    /^(?:tcp|udp|sctp|openssl|ssl|socks\w*|proxy)\d?(?:-connect|-sendto)?:/i.test(text),
  );
  if (listening === undefined && !connecting) return null;
  const ports = listening === undefined ? [] : portsIn(/:(\d{1,5})/.exec(listening)?.[1] ?? null);
  const transport = /^udp/i.test(listening ?? '') ? 'udp' : 'tcp';
  return listener(listening === undefined ? 'connect-back' : 'bound-shell', name, {
    gives: runs,
    entrance: entranceOf(runs),
    ports,
    transport,
  });
};

/** A shell whose input and output are a connection: `sh -i >& /dev/tcp/host/port`. */
const shellRedirected: Reader = (name, args) =>
  SHELL.test(name) && args.some((text) => /^\/dev\/(?:tcp|udp)\//.test(text))
    ? listener('connect-back', name, { gives: name, entrance: 'none' })
    : null;

/** A shell or login that inetd, xinetd or a socket of systemd hands its connections to. */
const handed: Reader = (name, _, start) => {
  const over = handedOver(start);
  if (over === null || !(SHELL.test(name) || LOGIN.test(name))) return null;
  return listener('bound-shell', name, { entrance: entranceOf(name), ...over });
};

/** `tcpsvd ADDRESS PORT PROGRAM`, `tcpserver ADDRESS PORT PROGRAM`. */
const superServer: Reader = (name, args, start) => {
  if (!/^(?:tcpsvd|udpsvd|tcpserver|s6-tcpserver\w*|sslserver|micro-inetd|faucet)$/.test(name)) return null;
  const at = args.findIndex(
    (text) => SHELL.test(baseOf(text)) || LOGIN.test(baseOf(text)) || TELNET.test(baseOf(text)),
  );
  const program = args[at];
  if (at === -1 || program === undefined) return null;
  const ports = args.slice(0, at).flatMap((text) => (/^\d{1,5}$/.test(text) ? portsIn(text) : []));
  const transport = name === 'udpsvd' ? 'udp' : 'tcp';
  const inner = telnet(baseOf(program), args.slice(at + 1), start);
  if (inner !== null) return { ...inner, ports, transport };
  return listener('bound-shell', name, { gives: program, entrance: entranceOf(program), ports, transport });
};

// --- the others

const rService: Reader = (name, _, start) => {
  const match = /^(?:in\.|k)?(rlogin|rsh|rexec)d(?:[-.]\w+)?$/.exec(name);
  if (match === null) return null;
  const usual: Readonly<Record<string, number>> = { rlogin: 513, rsh: 514, rexec: 512 };
  const ports = handedOver(start)?.ports ?? [usual[match[1] ?? ''] ?? 0].filter((port) => port > 0);
  return listener('r-service', name, { ports });
};

const debugAgent: Reader = (name, args) => {
  if (/^(?:gdbserver|debugserver|android_server|linux_server)\d*$/.test(name)) {
    const comm = args.find((text) => !text.startsWith('-')) ?? '';
    // over a serial line or standard input it is no network service
    if (comm.startsWith('/dev/') || args.includes('-') || args.includes('stdio')) return null;
    return listener('debug-agent', name, { entrance: 'none', ports: portsIn(comm) });
  }
  if (/^(?:lldb-server|frida-server|tcf-agent|wdbserver)$/.test(name))
    return listener('debug-agent', name, { entrance: 'none' });
  return name === 'adbd' ? listener('debug-agent', name, { ports: [5555] }) : null;
};

const tunnel: Reader = (name, args) => {
  if (!/^(?:ssh|autossh|dbclient)$/.test(name) || valueOf(args, 'R') === null) return null;
  return listener('tunnel', name, { entrance: 'unknown' });
};

/** Plain SSH servers are a function that every document of a product names, and are left to the inventory. */
const openSsh: Reader = (name, args) => {
  if (name === 'dropbear' || name === 'dropbearmulti') {
    const secret = valueOf(args, 'Y');
    if (secret !== null)
      return listener('open-ssh', name, { entrance: 'fixed', secret: masked(secret), ports: sshPorts(args) });
    return args.some((text) => /^-[A-Za-z]*B$/.test(text) && !/^-[prbdIKWT]/.test(text))
      ? listener('open-ssh', name, { entrance: 'none', ports: sshPorts(args) })
      : null;
  }
  const isOpen = args.some((text) => /permitemptypasswords[ =]"?yes/i.test(text));
  return name === 'sshd' && isOpen
    ? listener('open-ssh', name, { entrance: 'none', ports: sshPorts(args) })
    : null;
};

function sshPorts(args: readonly string[]): readonly number[] {
  const ports = portsIn(valueOf(args, 'p'));
  return ports.length > 0 ? ports : [22];
}

const READERS: readonly Reader[] = [
  telnet,
  netcat,
  socat,
  shellRedirected,
  handed,
  superServer,
  rService,
  debugAgent,
  tunnel,
  openSsh,
];
