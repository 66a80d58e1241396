import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from '../scripts/plugins.ts';

const place = mkdtempSync(join(tmpdir(), 'assay-packed-'));
after(() => rmSync(place, { recursive: true, force: true }));

/** Runs a program of the host as a stranger would: without our node_modules on its path. */
function run(program: string, args: readonly string[], folder: string) {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.startsWith(ROOT));
  const shell = process.platform === 'win32';
  // What npm tells its scripts would otherwise rule the npm under test.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  const env = { ...Object.fromEntries(own), PATH: [...path, dirname(process.execPath)].join(delimiter) };
  return spawnSync(program, args, { cwd: folder, encoding: 'utf8', env, shell });
}

function runWell(program: string, args: readonly string[], folder: string): string {
  const { status, stdout, stderr, error } = run(program, args, folder);
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error?.message ?? ''}\n${stdout}\n${stderr}`);
  return stdout;
}

before(() => {
  assert.equal(spawnSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT, stdio: 'inherit' }).status, 0);
  runWell('npm', ['pack', '--ignore-scripts', '--pack-destination', place], ROOT);
  const [tarball = ''] = readdirSync(place).filter((name) => name.endsWith('.tgz'));
  writeFileSync(join(place, 'package.json'), '{ "private": true }');
  const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  runWell('npm', ['install', ...quiet, `./${tarball}`], place);
});

const installed = join(place, 'node_modules/assay');

test('the package holds the build and no sources', () => {
  const names = readdirSync(installed);
  for (const name of ['bin', 'dist', 'README.md', 'LIMITS.md', 'GLOSSARY.md'])
    assert.ok(names.includes(name), name);
  for (const name of ['src', 'test', 'scripts']) assert.ok(!names.includes(name), name);
});

test('the installed command says its version', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  assert.equal(runWell('npx', ['assay', '--version'], place).trim(), version);
});

test('the installed command gives its demonstration', () => {
  assert.match(runWell('npx', ['assay', 'demo'], place), /indication/i);
});

test('the installed command refuses what is not there with exit 2', () => {
  const { status, stderr } = run('npx', ['assay', 'examine', 'no-such-file.bin'], place);
  assert.equal(status, 2, stderr);
});
