import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Entry, Part } from '#domain/artefact';
import { formats } from '#engine/decode/index';
import { openArtefact } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { withoutTool } from './bytes/streams.ts';

// Packages are made by rpmbuild; what we read of them is compared with what rpm says and rpm2cpio gives.

const LIMITS = { bytesOut: 2 ** 28, entries: 10_000, trials: 1_000, bytesWasted: 2 ** 28 };
const skip = withoutTool('rpmbuild') || withoutTool('rpm2cpio') || withoutTool('rpm');

const root = mkdtempSync(join(tmpdir(), 'rpm-'));
after(() => rmSync(root, { recursive: true }));

const SPEC = `
Name: agent
Version: 1.2~rc1
Release: 3
Epoch: 4
Summary: Größe
License: MIT
Vendor: Example
%define _build_id_links none
%description
An example.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc
seq 1 20000 > %{buildroot}/usr/bin/agent
chmod 4755 %{buildroot}/usr/bin/agent
ln %{buildroot}/usr/bin/agent %{buildroot}/usr/bin/other
ln -s agent %{buildroot}/usr/bin/link
echo setting > %{buildroot}/etc/agent.conf
%files
/usr/bin/*
%config /etc/agent.conf
%pre
useradd -r agent
%post
agent &
%postun -p /sbin/ldconfig
%triggerin -- bash
echo bash
`;

/** The package, compressed in one of rpm's ways. */
function built(payload: string): Buffer {
  const folder = join(root, payload);
  mkdirSync(folder);
  writeFileSync(join(folder, 'agent.spec'), SPEC);
  const defines = [`_topdir ${folder}`, `_binary_payload ${payload}`].flatMap((define) => [
    '--define',
    define,
  ]);
  const made = spawnSync('rpmbuild', ['-bb', '--quiet', ...defines, '--target', 'noarch', 'agent.spec'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(made.status, 0, made.stderr);
  const [name = ''] = readdirSync(join(folder, 'RPMS', 'noarch'));
  return readFileSync(join(folder, 'RPMS', 'noarch', name));
}

for (const payload of ['w9.gzdio', 'w6.xzdio', 'w6.lzdio', 'w9.bzdio', 'w19.zstdio', 'w.ufdio']) {
  test(`a package with payload ${payload} gives what rpm and rpm2cpio do`, { skip }, () => {
    const bytes = built(payload);
    const file = join(root, `${payload}.rpm`);
    writeFileSync(file, bytes);
    const blobs = memoryBlobs();
    const open = (entry: Pick<Entry, 'content'>): readonly Part[] => {
      assert.ok(entry.content !== null);
      const { parts, extents } = openArtefact(entry.content, blobs, formats, LIMITS);
      assert.deepEqual(
        extents.filter(({ reason }) => reason !== null),
        [],
        'every byte is explained',
      );
      return parts;
    };
    const [part] = open({ content: blobs.put(bytes) });
    assert.ok(part !== undefined);
    for (const [name, tag] of Object.entries({
      name: 'NAME',
      version: 'VERSION',
      epoch: 'EPOCH',
      arch: 'ARCH',
    })) {
      assert.equal(part.facts[name], query(file, `%{${tag}}`));
    }
    for (const name of ['header-sha1', 'header-sha256', 'payload-digest'])
      assert.equal(part.facts[name], 'right');
    const digests = query(file, '[%{FILENAMES} %{FILEDIGESTS}\\n]')
      .split('\n')
      .filter((line) => / ./.test(line));
    assert.deepEqual(
      Object.entries(part.facts)
        .filter(([name]) => name.startsWith('digest '))
        .map(([name, value]) => `${name.slice(7)} ${value.replace('sha256:', '')}`),
      digests,
    );
    const scripts = part.entries.filter(({ path }) => path.startsWith('scriptlets/'));
    assert.deepEqual(
      scripts.map(({ path, content }) => [path, content?.digest]),
      [
        ['scriptlets/preinstall.sh', blobs.put(Buffer.from(query(file, '%{PREIN}'))).digest],
        ['scriptlets/postinstall.sh', blobs.put(Buffer.from(query(file, '%{POSTIN}'))).digest],
        ['scriptlets/trigger-0.sh', blobs.put(Buffer.from(query(file, '%{TRIGGERSCRIPTS}'))).digest],
      ],
    );
    const stored = part.entries.at(-1);
    assert.ok(stored !== undefined);
    const archive = payload === 'w.ufdio' ? stored : open(stored)[0]?.entries[0];
    const given = execFileSync('rpm2cpio', [file], { maxBuffer: 64e6 });
    assert.equal(archive?.content?.digest, blobs.put(given).digest);
    const files = open(archive)[0]?.entries ?? [];
    const names = execFileSync('cpio', ['-t', '--quiet'], { input: given, encoding: 'utf8' })
      .trim()
      .split('\n');
    assert.deepEqual(files.map(({ path }) => path).toSorted(), names.toSorted());
    for (const { path, content } of files) {
      const stated: string | undefined = part.facts[`digest ${path.slice(1)}`];
      if (content !== null) assert.equal(content.digest, stated);
    }
  });
}

function query(file: string, format: string): string {
  return execFileSync('rpm', ['-qp', '--queryformat', format, file], { encoding: 'utf8' });
}
