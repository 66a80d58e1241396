#!/usr/bin/env node
// Starts the command with the runtime it was tested on, where that is installed, else with the one at hand.
// Plain JavaScript: it must be readable to any Node from 20 on, and say so clearly where that is too old.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Exit code of sysexits.h EX_UNAVAILABLE: something the command needs is missing. */
const UNAVAILABLE = 69;

/** First Node that runs TypeScript sources as they are and has node:sqlite without a flag. */
const LEAST_NODE = [22, 18];

/** Set for the child: number of the process that started it. */
const STARTED_BY = 'ASSAY_STARTED_BY';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const checkout = existsSync(join(root, 'src'));
const entry = checkout ? join(root, 'src/ports/cli/main.ts') : join(root, 'dist/ports/cli/main.js');
const pinned = pinnedRuntime();

if (pinned !== null && realpathSync(pinned) !== realpathSync(process.execPath)) runWith(pinned);
else await runHere();

/** Path of the pinned Node for this machine; null: not installed. */
function pinnedRuntime() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/package.json`);
    const path = join(dirname(manifest), binary);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** Starts this file again under another Node and ends as that ends. */
function runWith(runtime) {
  const env = { ...process.env, [STARTED_BY]: String(process.pid) };
  // No connection needs foreign authorities, and Node warns on every start when the file is missing.
  delete env.NODE_EXTRA_CA_CERTS;
  const child = spawn(runtime, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    env,
    // The channel carries nothing: its end tells the child that this process is gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', (error) => {
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.removeAllListeners(signal);
    void fallBack(runtime, error);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  process.on('SIGINT', () => {
    // A terminal has sent the interrupt to the child as well: it must not arrive twice.
    if (!(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)) child.kill('SIGINT');
  });
}

/** The pinned runtime is there but does not start: another C library, no permission. */
async function fallBack(runtime, error) {
  process.stderr.write(
    `assay: ${runtime} does not start (${error.code}); using Node ${process.versions.node}\n`,
  );
  await runHere();
}

/** Runs the command in this process. */
async function runHere() {
  if (!isAtLeast(process.versions.node, LEAST_NODE)) {
    const remedy = checkout
      ? `run "npm ci" in ${root} for the pinned one`
      : 'install it with optional dependencies';
    return giveUp(`needs Node ${LEAST_NODE.join('.')} or newer, this is ${process.versions.node}: ${remedy}`);
  }
  if (!existsSync(entry)) return giveUp(`${entry} is missing: install the package again`);
  endWithStarter();
  try {
    await import(pathToFileURL(entry).href);
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    const remedy = checkout ? `run "npm ci" in ${root}` : 'install the package again';
    giveUp(`${error.message.split('\n')[0]}: ${remedy}`);
  }
}

/** Ends this process when the one that started it was killed and could pass no signal on. */
function endWithStarter() {
  const startedBy = process.env[STARTED_BY];
  delete process.env[STARTED_BY];
  if (startedBy !== String(process.ppid) || process.channel === undefined) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

function isAtLeast(version, [major, minor]) {
  const [ownMajor, ownMinor] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** True when a dependency is not installed, as opposed to a fault of ours. */
function isMissingPackage(error) {
  return error?.code === 'ERR_MODULE_NOT_FOUND' && error.message.startsWith('Cannot find package');
}

function giveUp(why) {
  process.stderr.write(`assay: ${why}\n`);
  process.exitCode = UNAVAILABLE;
}
