import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const root = join(import.meta.dirname, '..');
const launcher = join(root, 'bin', 'assay.js');
const product = join(root, 'examples', 'whole', 'ne7');
const image = join(product, 'ne7-r25.bin');
const work = mkdtempSync(join(tmpdir(), 'assay-exit-'));
after(() => rmSync(work, { recursive: true, force: true }));

function assay(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    cwd: work,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function file(name: string, content: Uint8Array | string): string {
  const path = join(work, name);
  writeFileSync(path, content);
  return path;
}

test('an indication gives 1', () => {
  const { status, stdout } = assay('examine', image, '--case', join(work, 'one'));
  assert.equal(status, 1);
  assert.match(stdout, /Exit 1/);
});

test('nothing found, but not looked hard enough, gives 3', () => {
  const { status, stdout } = assay('examine', file('notes.txt', 'Nothing but words.\n'));
  assert.equal(status, 3);
  assert.match(stdout, /Exit 3/);
});

test('--exit-zero gives 0 and says what it would have been', () => {
  const { status, stdout } = assay('examine', image, '--exit-zero', '--case', join(work, 'zero'));
  assert.equal(status, 0);
  assert.match(stdout, /Exit 1, given as 0/);
});

test('a wrong option gives 2 and one line', () => {
  const { status, stderr } = assay('examine', image, '--frobnicate');
  assert.equal(status, 2);
  assert.match(stderr, /frobnicate/);
});

test('a missing, an empty and an unusable input give 2, one line with what to do, and leave nothing', () => {
  mkdirSync(join(work, 'empty-folder'));
  for (const input of [
    join(work, 'absent.bin'),
    file('empty.bin', ''),
    join(work, 'empty-folder'),
    '/dev/null',
  ]) {
    const folder = join(work, 'never');
    const { status, stdout, stderr } = assay('examine', input, '--case', folder);
    assert.equal(status, 2, input);
    assert.equal(stdout, '');
    assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', /^assay: .+; .+/);
    assert.equal(existsSync(folder), false);
  }
});

test('a case file with an unknown key gives 2 and names the key', () => {
  const about = file('about.yaml', `${readFileSync(join(product, 'case.yaml'), 'utf8')}colour: blue\n`);
  const { status, stderr } = assay('examine', image, '--about', about, '--case', join(work, 'never'));
  assert.equal(status, 2);
  assert.match(stderr, /colour/);
  assert.equal(existsSync(join(work, 'never')), false);
});

test('a damaged image gives what can be read, names the gap and its offset', () => {
  const bytes = readFileSync(image);
  // the squashfs begins after the padded kernel; its data are cut in the middle
  const cut = file('cut.bin', bytes.subarray(0, Math.floor(bytes.length / 2)));
  const { status, stdout } = assay('examine', cut, '--case', join(work, 'cut'));
  assert.ok(status === 3 || status === 1, `exit ${status}`);
  assert.match(stdout, /malformed at 0x[0-9a-f]+/);
});

test('a second run computes nothing again and says what changed', () => {
  const folder = join(work, 'twice');
  assay('examine', image, '--case', folder);
  const { stdout } = assay('examine', image, '--case', folder);
  assert.match(stdout, /revision 2/);
  assert.match(stdout, /since revision 1/i);
  assert.deepEqual(readdirSync(join(folder, 'revisions')).toSorted(), ['1', '2']);
});

test('an interrupted run gives 130, keeps what is done and goes on', async () => {
  const folder = join(work, 'stopped');
  const big = file('big.bin', bigInput());
  const child = spawn(process.execPath, [launcher, 'examine', big, '--case', folder], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => existsSync(join(folder, 'case.json')));
  child.kill('SIGINT');
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 130, said);
  assert.match(said, /interrupted/);
  assert.equal(existsSync(join(folder, 'revisions')), false);
  const again = assay('examine', big, '--case', folder);
  assert.equal(again.status, 3, again.stderr);
  assert.ok(existsSync(join(folder, 'revisions', '1', 'record.json')));
});

test('a killed worker gives 4, the rest stands and the record says so', async () => {
  const folder = join(work, 'killed');
  const big = file('bigger.bin', bigInput());
  const child = spawn(process.execPath, [launcher, 'examine', big, '--case', folder, '--workers', '1'], {
    cwd: work,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const worker = await until(() => workersBelow(child.pid ?? 0)[0]);
  await new Promise((resolve) => setTimeout(resolve, 700));
  process.kill(worker, 'SIGKILL');
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 4, said);
  const record = JSON.parse(readFileSync(join(folder, 'revisions', '1', 'record.json'), 'utf8'));
  assert.equal(record.repeatable, false);
  assert.equal(record.failures[0].kind, 'killed');
});

test('a full disk gives 2, says so, and the same command goes on elsewhere', (t) => {
  const place = join(work, 'small');
  mkdirSync(place);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=640k', 'tmpfs', place]).status !== 0) {
    t.skip('no right to mount a small file system');
    return;
  }
  try {
    // room for the check before work, not for what comes out of it
    const bomb = file(
      'dense.gz',
      execFileSync('gzip', ['-9'], { input: Buffer.alloc(4 * 2 ** 20, 'All work and no play.\n') }),
    );
    const { status, stderr } = assay('examine', bomb, '--case', join(place, 'case'));
    assert.equal(status, 2, stderr);
    assert.match(stderr, /no space left/);
    assert.equal(existsSync(join(place, 'case', 'revisions')), false);
  } finally {
    spawnSync('umount', [place]);
  }
});

/** Takes a second or more to open: bzip2 of text that hardly repeats. */
function bigInput(): Buffer {
  const lines = Array.from(
    { length: 400_000 },
    (_, i) => `${(i * 2654435761) % 4294967296} is line ${i}`,
  ).join('\n');
  return execFileSync('bzip2', ['-9'], { input: lines, maxBuffer: 2 ** 28 });
}

async function until<T>(ready: () => T | undefined | false): Promise<T> {
  for (let i = 0; i < 400; i++) {
    const value = ready();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('waited in vain');
}

/** Processes below `pid` that run the worker. */
function workersBelow(pid: number): readonly number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  const below = new Set([pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [child, parent] of rows) {
      if (below.has(Number(parent)) && !below.has(Number(child))) {
        below.add(Number(child));
        grown = true;
      }
    }
  }
  return rows
    .filter(([child, , ...args]) => below.has(Number(child)) && args.join(' ').includes('jobs/worker'))
    .map(([child]) => Number(child));
}
