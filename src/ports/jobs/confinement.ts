import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { confinedFlags } from '#ports/jobs/processes';

/** One thing a parser in the hands of an attacker would try, and what came of it. */
export interface Trial {
  readonly attack: string;
  readonly stopped: boolean;
}

/** Each expression throws when the attack is stopped. */
const ATTACKS: readonly { readonly attack: string; readonly code: string }[] = [
  {
    attack: 'read a file outside the case',
    code: `process.getBuiltinModule('fs').readFileSync('/etc/hostname')`,
  },
  {
    attack: 'write a file',
    code: `process.getBuiltinModule('fs').writeFileSync('/tmp/assay-trial-' + process.pid, '')`,
  },
  {
    attack: 'start a program',
    code: `if (process.getBuiltinModule('child_process').spawnSync('true').error) throw 0`,
  },
  {
    attack: 'start a thread',
    code: `new (process.getBuiltinModule('worker_threads').Worker)('', { eval: true })`,
  },
  { attack: 'load native code', code: `process.dlopen({ exports: {} }, '/nonexistent.node')` },
  { attack: 'read the environment of the host', code: `if (!process.env.ASSAY_TRIAL_SECRET) throw 0` },
];

/** Makes every attack in a process confined like a worker, and a connection to this process over loopback. */
export async function confinementTrials(): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const { attack, code } of ATTACKS) trials.push({ attack, stopped: (await runConfined(code)) !== 0 });
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const connect = `await new Promise((ok, no) => process.getBuiltinModule('net').connect(${port}, '127.0.0.1').on('connect', ok).on('error', no)); process.exit(0)`;
  trials.push({ attack: 'open a network connection', stopped: (await runConfined(connect)) !== 0 });
  server.close();
  return trials;
}

function runConfined(code: string): Promise<number | null> {
  const child = spawn(process.execPath, [...confinedFlags([]), '--input-type=module', '-e', code], {
    stdio: 'ignore',
    env: {},
    cwd: '/',
    timeout: 20_000,
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status));
  });
}
