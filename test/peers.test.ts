import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AssayRecord } from '#domain/record';

const root = join(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'assay-peers-'));
after(() => rmSync(work, { recursive: true, force: true }));

function assay(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'bin', 'assay.js'), 'examine', ...args, '--workers', '0'],
    { cwd: work, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  return { status, stdout, stderr };
}

/** A tree with accounts that have a hash. */
function tree(name: string, accounts: readonly string[]): string {
  const etc = join(work, name, 'etc');
  mkdirSync(etc, { recursive: true });
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0::/:/bin/sh\nsupport:x:0:0::/:/bin/sh\n');
  writeFileSync(join(etc, 'shadow'), `${accounts.join('\n')}\n`);
  return join(work, name);
}

const SAME = 'support:$1$abcdefgh$abcdefghijklmnopqrstu.:0:0:99999:7:::';
const OTHER = 'root:$1$abcdefgi$bbcdefghijklmnopqrstu.:0:0:99999:7:::';

test('the same account with the same hash in another case is named, with the counts of both', () => {
  assay(tree('a', [SAME, OTHER]), '--case', 'a.case');
  const { stdout } = assay(tree('b', [SAME]), '--case', 'b.case', '--compare', 'a.case', '--format', 'json');
  const record = JSON.parse(stdout) as AssayRecord; // written by the command just run
  const [peer] = record.peers;
  assert.ok(peer !== undefined);
  assert.equal(peer.case, 'a.case');
  assert.deepEqual(
    peer.counts
      .filter(({ examiner }) => examiner.startsWith('undeclared-account@'))
      .map(({ here, there }) => [here, there]),
    [[1, 2]],
  );
  assert.ok(peer.shared.some(({ here }) => here === 'I1'));
});

test('without a peer the report says that none was examined', () => {
  const { stdout } = assay(tree('c', [SAME]), '--case', 'c.case');
  assert.match(stdout, /No peer was examined/);
});

test('a version of an examiner that did not look there is no zero', () => {
  const path = join(work, 'a.case', 'revisions', '1', 'record.json');
  const record = JSON.parse(readFileSync(path, 'utf8')) as AssayRecord;
  const plugins = Object.fromEntries(
    Object.entries(record.engine.plugins).filter(([id]) => id !== 'undeclared-account'),
  );
  writeFileSync(path, JSON.stringify({ ...record, engine: { ...record.engine, plugins }, indications: [] }));
  const { stdout } = assay(tree('d', [SAME]), '--case', 'd.case', '--compare', 'a.case');
  assert.match(stdout, /undeclared-account@\d+ +1 +did not look/);
});

test('a folder that is no case gives 2 before any work', () => {
  const { status, stderr } = assay(tree('e', [SAME]), '--case', 'e.case', '--compare', 'nowhere');
  assert.equal(status, 2);
  assert.match(stderr, /nowhere holds no examined case/);
});
