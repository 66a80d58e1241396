import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from '../scripts/plugins.ts';

const onWindows = process.platform === 'win32' && 'signals and links are those of POSIX';
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A checkout of the launcher alone, with `main` as the command.
 *  @param runtime  what stands where the pinned runtime is looked for; null: nothing */
function checkoutWith(main: string, runtime: 'node' | 'broken' | null): { launcher: string; pinned: string } {
  const root = mkdtempSync(join(tmpdir(), 'assay-launcher-'));
  folders.push(root);
  const home = join(root, `node_modules/node-${process.platform}-${process.arch}`);
  const pinned = join(home, 'bin/node');
  for (const folder of ['bin', 'src/ports/cli']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'src/ports/cli/main.ts'), main);
  copyFileSync(join(ROOT, 'bin/assay.js'), join(root, 'bin/assay.js'));
  if (runtime !== null) {
    mkdirSync(join(home, 'bin'), { recursive: true });
    writeFileSync(join(home, 'package.json'), '{}');
    if (runtime === 'node') linkOrCopy(process.execPath, pinned);
    else writeFileSync(pinned, '#!/no/such/interpreter\n');
    chmodSync(pinned, 0o755);
  }
  return { launcher: join(root, 'bin/assay.js'), pinned };
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Starts the launcher without a terminal and waits until the command has said its first words. */
async function startWith(main: string): Promise<{ launched: ChildProcess; said: string }> {
  const launched = spawn(process.execPath, [checkoutWith(main, 'node').launcher], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(launched.stdout, 'data')) as [Buffer];
  return { launched, said: said.toString() };
}

const STAYS = `
  process.on('SIGINT', () => process.exit(130));
  console.log(process.pid);
  setInterval(() => {}, 1000);
`;

test('the pinned runtime is preferred, arguments and exit code pass through', { skip: onWindows }, () => {
  const main = 'console.log(process.execPath, ...process.argv.slice(2)); process.exitCode = 7;';
  const { launcher, pinned } = checkoutWith(main, 'node');
  const { stdout, status } = spawnSync(process.execPath, [launcher, 'show', '--hex'], { encoding: 'utf8' });
  assert.equal(stdout, `${pinned} show --hex\n`);
  assert.equal(status, 7);
});

test('without the pinned runtime the Node at hand does it', { skip: onWindows }, () => {
  const { launcher } = checkoutWith('console.log(process.execPath)', null);
  const { stdout, status } = spawnSync(process.execPath, [launcher], { encoding: 'utf8' });
  assert.equal(stdout, `${process.execPath}\n`);
  assert.equal(status, 0);
});

test('a pinned runtime that does not start is named, and the Node at hand does it', {
  skip: onWindows,
}, () => {
  const { launcher, pinned } = checkoutWith('console.log("done")', 'broken');
  const { stdout, stderr, status } = spawnSync(process.execPath, [launcher], { encoding: 'utf8' });
  assert.equal(stderr, `assay: ${pinned} does not start (ENOENT); using Node ${process.versions.node}\n`);
  assert.equal(stdout, 'done\n');
  assert.equal(status, 0);
});

test('a Node too old for sources is told in one line what to do, exit 69', { skip: onWindows }, () => {
  const { launcher } = checkoutWith('console.log("ran")', null);
  const older = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})";
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', older, launcher], {
    encoding: 'utf8',
  });
  assert.match(stderr, /^assay: needs Node 22\.18 or newer, this is 20\.20\.2: run "npm ci" in .*\n$/);
  assert.equal(stdout, '');
  assert.equal(status, 69);
});

test('a package that is not installed is told in one line, exit 69', { skip: onWindows }, () => {
  const { launcher } = checkoutWith('import "no-such-package-here";', null);
  const { stderr, status } = spawnSync(process.execPath, [launcher], { encoding: 'utf8' });
  assert.match(stderr, /^assay: Cannot find package 'no-such-package-here'.*: run "npm ci" in .*\n$/);
  assert.equal(status, 69);
});

test('authorities for connections are not passed on', { skip: onWindows }, () => {
  const { launcher } = checkoutWith('console.log(process.env.NODE_EXTRA_CA_CERTS, process.env.KEPT)', 'node');
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: '/nowhere.pem', KEPT: 'kept' };
  const { stdout } = spawnSync(process.execPath, [launcher], { encoding: 'utf8', env });
  assert.equal(stdout, 'undefined kept\n');
});

test('an interrupt reaches the command, which decides the exit code', { skip: onWindows }, async () => {
  const { launched } = await startWith(STAYS);
  launched.kill('SIGINT');
  assert.deepEqual(await once(launched, 'exit'), [130, null]);
});

test('a command that a signal ends gives 128 + its number', { skip: onWindows }, async () => {
  const { launched } = await startWith(STAYS);
  launched.kill('SIGTERM');
  assert.deepEqual(await once(launched, 'exit'), [128 + constants.signals.SIGTERM, null]);
});

test('a launcher that is killed leaves no command behind', { skip: onWindows }, async () => {
  const { launched, said } = await startWith(STAYS);
  launched.kill('SIGKILL');
  await once(launched, 'exit');
  for (let waited = 0; waited < 10_000 && isAlive(Number(said)); waited += 50) await wait(50);
  assert.equal(isAlive(Number(said)), false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
