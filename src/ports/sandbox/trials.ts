import { createSocket } from 'node:dgram';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Claim, Sandbox } from '#ports/sandbox/sandbox';

/** One thing a parser in the hands of an attacker would try, and what came of it. */
export interface Trial {
  readonly attack: string;
  /** True: the level of the sandbox promises to stop it. */
  readonly claimed: boolean;
  readonly stopped: boolean;
}

/** What the attacks aim at, all made for them. */
interface Range {
  /** Folder of artefacts that the process may read. */
  readonly objects: string;
  /** An artefact in it. */
  readonly artefact: string;
  /** A link in the folder that leads outside. */
  readonly link: string;
  /** A folder the process has no business in. */
  readonly outside: string;
  readonly secret: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly socketPath: string;
}

/** Memory that no worker may hold. */
const HELD = 1536 * 2 ** 20;

interface Attack {
  readonly attack: string;
  /** What a sandbox must claim to stop it; null: every one does. */
  readonly against: Claim | null;
  readonly code: (range: Range) => string;
}

const ENDLESS = 'never come to an end';

/** Each program ends with 0 when its attack came through, otherwise it fails. `m` gives a built-in module. */
const ATTACKS: readonly Attack[] = [
  {
    attack: 'hold 1.5 GiB of objects',
    against: null,
    code: () => `const a = []; for (let i = 0; i < ${HELD / 8192}; i++) a.push(new Array(1024).fill(i));`,
  },
  {
    attack: 'hold 1.5 GiB of buffers',
    against: 'memory',
    code: () => `const a = []; for (let i = 0; i < ${HELD / 2 ** 20}; i++) a.push(Buffer.alloc(2 ** 20, 1));`,
  },
  { attack: ENDLESS, against: null, code: () => 'for (;;);' },
  { attack: 'read a file of the system', against: null, code: () => `m('fs').readFileSync('/etc/passwd');` },
  { attack: 'read a key', against: null, code: ({ secret }) => `m('fs').readFileSync(${text(secret)});` },
  {
    attack: 'write a file elsewhere',
    against: null,
    code: ({ outside }) => `m('fs').writeFileSync(${text(join(outside, 'written'))}, 'x');`,
  },
  {
    attack: 'write through a link',
    against: null,
    code: ({ link }) => `m('fs').writeFileSync(${text(join(link, 'linked'))}, 'x');`,
  },
  {
    attack: 'change an artefact',
    against: null,
    code: ({ artefact }) => `m('fs').writeFileSync(${text(artefact)}, 'x');`,
  },
  {
    attack: 'fill the disk',
    against: null,
    code: ({ objects }) => `m('fs').writeFileSync(${text(join(objects, 'filler'))}, Buffer.alloc(2 ** 26));`,
  },
  {
    attack: 'connect by TCP',
    against: 'network',
    code: ({ tcpPort }) =>
      `await new Promise((ok, no) => m('net').connect(${tcpPort}, '127.0.0.1').on('connect', ok).on('error', no)); process.exit(0);`,
  },
  {
    attack: 'send by UDP',
    against: 'network',
    code: ({ udpPort }) =>
      `await new Promise((ok, no) => { const s = m('dgram').createSocket('udp4').on('error', no); s.send('assay', ${udpPort}, '127.0.0.1', (e) => (e ? no(e) : ok())); }); await new Promise((r) => setTimeout(r, 300)); process.exit(0);`,
  },
  {
    attack: 'connect to a local socket',
    against: 'network',
    code: ({ socketPath }) =>
      `await new Promise((ok, no) => m('net').connect(${text(socketPath)}).on('connect', ok).on('error', no)); process.exit(0);`,
  },
  {
    attack: 'start a program',
    against: null,
    code: () =>
      `const { error } = m('child_process').spawnSync(process.execPath, ['--version']); if (error) throw error;`,
  },
  {
    attack: 'start many processes',
    against: null,
    code: () =>
      `const list = []; for (let i = 0; i < 20; i++) list.push(m('child_process').spawn(process.execPath, ['-e', '0'])); await new Promise((ok, no) => list.forEach((p) => p.on('spawn', ok).on('error', no))); process.exit(0);`,
  },
  { attack: 'signal the host', against: 'processes', code: () => `process.kill(${process.pid}, 0);` },
  { attack: 'take the host down by aborting', against: null, code: () => 'process.abort();' },
  {
    attack: 'read the environment',
    against: null,
    code: () => `if (!Object.keys(process.env).some((name) => name === 'PATH' || name === 'HOME')) throw 0;`,
  },
  {
    attack: 'read the environment of the host by /proc',
    against: null,
    code: () => `m('fs').readFileSync('/proc/${process.pid}/environ');`,
  },
];

function text(value: string): string {
  return JSON.stringify(value);
}

/** How long one attack may take. Far longer than any needs: one that is cut off here was not stopped. */
const PATIENCE_MS = 60_000;

/** After this the attack that never ends is stopped, as a silent worker would be. */
const SILENCE_MS = 2000;

/** Really makes every attack in a process confined like a worker, after seeing that a harmless one comes through. */
export async function makeTrials(sandbox: Sandbox): Promise<readonly Trial[]> {
  const base = mkdtempSync(join(tmpdir(), 'assay-trial-'));
  const arrived = { tcp: 0, udp: 0, local: 0 };
  const tcp = createServer((socket) => {
    arrived.tcp++;
    socket.destroy();
  });
  const local = createServer((socket) => {
    arrived.local++;
    socket.destroy();
  });
  const udp = createSocket('udp4').on('message', () => {
    arrived.udp++;
  });
  try {
    const range = prepare(base);
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => local.listen(range.socketPath, resolve));
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    const address = tcp.address();
    const aimed = {
      ...range,
      tcpPort: typeof address === 'object' && address !== null ? address.port : 0,
      udpPort: udp.address().port,
    };
    const program = `m('fs').readFileSync(${text(aimed.artefact)});`;
    const harmless = await run(sandbox, aimed, program, PATIENCE_MS);
    if (harmless.status !== 0)
      throw new Error('a harmless process does not run confined: no attack would say anything');
    const trials: Trial[] = [];
    for (const { attack, against, code } of ATTACKS) {
      const isEndless = attack === ENDLESS;
      const { status, cutOff } = await run(sandbox, aimed, code(aimed), isEndless ? SILENCE_MS : PATIENCE_MS);
      const failed = isEndless ? cutOff : status !== 0 && !cutOff;
      const claimed = against === null || sandbox.claims.includes(against);
      trials.push({ attack, claimed, stopped: failed && !leftTraces(aimed, arrived) });
      restore(aimed, arrived);
    }
    return trials;
  } finally {
    tcp.close();
    local.close();
    udp.close();
    rmSync(base, { recursive: true, force: true });
  }
}

function prepare(base: string): Omit<Range, 'tcpPort' | 'udpPort'> {
  const objects = join(base, 'objects');
  const outside = join(base, 'outside');
  mkdirSync(objects);
  mkdirSync(outside);
  const artefact = join(objects, 'artefact');
  writeFileSync(artefact, 'bytes');
  const secret = join(outside, 'key');
  writeFileSync(secret, 'secret');
  const link = join(objects, 'link');
  symlinkSync(outside, link);
  return { objects, artefact, link, outside, secret, socketPath: join(outside, 'socket') };
}

/** What an attack may have done although its process failed. */
function leftTraces(
  { objects, artefact, outside }: Range,
  arrived: Readonly<Record<string, number>>,
): boolean {
  const written = readdirSync(outside).some((name) => name !== 'key' && name !== 'socket');
  const filled = existsSync(join(objects, 'filler'));
  const changed = readFileSync(artefact, 'utf8') !== 'bytes';
  return written || filled || changed || Object.values(arrived).some((count) => count > 0);
}

/** Takes the traces of one attack away, so that they do not pass for those of the next. */
function restore({ objects, artefact, outside }: Range, arrived: Record<string, number>): void {
  for (const name of readdirSync(outside)) {
    if (name !== 'key' && name !== 'socket') rmSync(join(outside, name));
  }
  rmSync(join(objects, 'filler'), { force: true });
  writeFileSync(artefact, 'bytes');
  for (const way of Object.keys(arrived)) arrived[way] = 0;
}

interface Ending {
  /** Null: ended by a signal. */
  readonly status: number | null;
  /** True: it took too long and was ended from outside. */
  readonly cutOff: boolean;
}

function run(sandbox: Sandbox, { objects }: Range, code: string, patienceMs: number): Promise<Ending> {
  const program = `const m = process.getBuiltinModule; ${code}`;
  const child = sandbox.spawn([objects], ['--input-type=module', '-e', program]);
  let cutOff = false;
  const patience = setTimeout(() => {
    cutOff = true;
    child.kill('SIGKILL');
  }, patienceMs);
  child.stdout?.resume();
  child.stderr?.resume();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(patience);
      resolve({ status, cutOff });
    });
  });
}
