import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../scripts/plugins.ts';

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path !== '');
const named = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies];

/** Licences under which a package may be shipped beside ours. */
const LICENCES = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT OR Apache-2.0'];

test('no package runs anything when it is installed', () => {
  assert.ok(locked.length > 0);
  assert.deepEqual(
    locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path),
    [],
  );
});

test('every package is locked to its bytes', () => {
  assert.deepEqual(
    locked.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path),
    [],
  );
});

test('every package we ship has a licence that lets us', () => {
  const shipped = locked.filter(([, { dev }]) => dev !== true);
  const others = shipped.filter(([, { license }]) => license === undefined || !LICENCES.includes(license));
  assert.deepEqual(
    others.map(([path, { license }]) => `${path}: ${license}`),
    [],
  );
});

test('versions are exact', () => {
  const loose = named
    .flatMap(Object.entries)
    .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)));
  assert.deepEqual(loose, []);
});

test('docs/dependencies.md says of each what it does for us, and of no other', () => {
  const introduced = [...read('docs/dependencies.md').matchAll(/^- ((?:`[^`]+`(?:, )?)+) – /gm)];
  const listed: string[] = introduced.flatMap(([, names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  assert.deepEqual(listed.toSorted(), named.flatMap(Object.keys).toSorted());
});
