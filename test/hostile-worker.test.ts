import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Artefact } from '#domain/artefact';
import type { Outcome, Task } from '#domain/task';
import { processPool } from '#ports/jobs/processes';
import type { Sandbox } from '#ports/sandbox/sandbox';
import { fileBlobs } from '#ports/store/files';

// The host believes nothing a worker says: here the worker is the attacker. Whatever it does costs the task it was at,
// and no other; the run goes on with a fresh worker.

const root = mkdtempSync(join(tmpdir(), 'assay-hostile-worker-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** What each hostile program has: frames to the host, the tasks it was given. */
const PRELUDE = `
const { readSync, writeSync } = require('fs');
const say = (type, body = '') => {
  const bytes = Buffer.concat([Buffer.alloc(5), Buffer.from(body)]);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt32BE(bytes.length - 5, 1);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
};
let held = Buffer.alloc(0);
const next = () => {
  for (;;) {
    if (held.length >= 5 && held.length >= 5 + held.readUInt32BE(1)) {
      const end = 5 + held.readUInt32BE(1);
      const task = JSON.parse(held.subarray(5, end));
      held = held.subarray(end);
      return task;
    }
    const chunk = Buffer.alloc(65536);
    const got = readSync(0, chunk);
    if (got === 0) process.exit();
    held = Buffer.concat([held, chunk.subarray(0, got)]);
  }
};
const extents = (artefact) => [{ range: [0, artefact.size], role: 'unexplained', reason: 'no-format' }];
const opened = (artefact, parts = []) => JSON.stringify({ kind: 'opened', opened: { artefact, parts, extents: extents(artefact) } });
const entry = (more) => ({ path: 'x', type: 'file', mode: null, uid: null, gid: null, modifiedAt: null, target: null, device: null, stored: [], content: null, ...more });
const part = (artefact, more) => [{ format: 'tar', range: [0, artefact.size], facts: {}, entries: [entry(more)] }];
const other = 'sha256:' + 'ab'.repeat(32);
say(6);
const { artefact } = next();
`;

/** By name: what the worker does with its first task, and how the host names it. */
const ATTACKS: Readonly<Record<string, { readonly program: string; readonly named: RegExp }>> = {
  'says what is no frame': { program: `say(99, 'x')`, named: /nonsense: frame of type 99/ },
  'claims a frame of 4 GiB': {
    program: `writeSync(1, Buffer.from([5, 255, 255, 255, 255])); setInterval(() => {}, 1e6)`,
    named: /nonsense: frame of 4294967295 bytes/,
  },
  'gives an outcome that is no JSON': { program: `say(5, '{"kind":')`, named: /nonsense: .*no JSON/ },
  'gives an outcome of another shape': {
    program: `say(5, '{"kind":"opened","opened":{"__proto__":1}}')`,
    named: /no known shape/,
  },
  'speaks for another artefact': {
    program: `say(5, opened({ digest: other, size: 7 }))`,
    named: /nonsense: opened sha256:abab/,
  },
  'calls the artefact smaller than it is': {
    program: `say(5, opened({ ...artefact, size: 1 }))`,
    named: /nonsense: opened/,
  },
  'leaves bytes out of the account': {
    program: `say(5, JSON.stringify({ kind: 'opened', opened: { artefact, parts: [], extents: [] } }))`,
    named: /extents that do not account for every byte/,
  },
  'names content it did not hand over': {
    program: `say(5, opened(artefact, part(artefact, { content: { digest: other, size: 7 } })))`,
    named: /nonsense: sha256:abab.* without handing it over/,
  },
  'states another size for content it handed over': {
    program: `
      say(2, 'content'); say(3);
      const digest = 'sha256:' + require('crypto').createHash('sha256').update('content').digest('hex');
      say(5, opened(artefact, part(artefact, { content: { digest, size: 8 } })))`,
    named: /nonsense: .* without handing it over/,
  },
  'stores an entry beyond its container': {
    program: `say(5, opened(artefact, part(artefact, { stored: [[0, 1e6]] })))`,
    named: /nonsense: an entry stored beyond/,
  },
  'answers what was not asked': {
    program: `say(5, '{"kind":"observed","observations":[],"stopped":null}')`,
    named: /nonsense: observed, when asked to open/,
  },
  'says nothing at all': { program: 'for (;;);', named: /no sign of life for 10 s/ },
  'ends at once': { program: `process.exit(7)`, named: /ended with code 7/ },
  'kills itself': { program: `process.kill(process.pid, 'SIGKILL')`, named: /ended by SIGKILL/ },
  'opens content without end': {
    program: `for (;;) say(3)`,
    named: /nonsense: \d+ contents for one task/,
  },
};

for (const [name, { program, named }] of Object.entries(ATTACKS)) {
  test(`a worker that ${name} loses its task, and the run goes on`, async () => {
    const { outcomes, started, strays } = await runWith([program]);
    const [first, ...others] = outcomes;
    assert.ok(first?.kind === 'killed' || first?.kind === 'failed', JSON.stringify(first));
    assert.match(first.why, named);
    assert.deepEqual(
      others.map(({ kind }) => kind),
      ['opened', 'opened', 'opened'],
    );
    assert.ok(started <= 2);
    assert.deepEqual(strays, []);
  });
}

test('outcomes after the last task, or more than one of a task, are nonsense too', async () => {
  const { outcomes } = await runWith([`for (;;) say(5, opened(artefact))`]);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['opened', 'opened', 'opened', 'opened'],
  );
});

test('a task that a worker dies at after others is tried alone by a fresh one', async () => {
  const afterOne = `say(5, opened(artefact)); next(); process.exit(3)`;
  const { outcomes, started } = await runWith([afterOne]);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['opened', 'opened', 'opened', 'opened'],
  );
  assert.equal(started, 2);
});

test('a task that kills a fresh worker too is named, the others are done', async () => {
  const { outcomes } = await runWith([
    `say(5, opened(artefact)); next(); process.exit(3)`,
    'process.exit(4)',
  ]);
  assert.deepEqual(outcomes[1], { kind: 'killed', why: 'worker ended with code 4: no message' });
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['opened', 'killed', 'opened', 'opened'],
  );
});

/** Runs four tasks with one worker at a time; the first ones started are the given programs, the rest are ours. */
async function runWith(programs: readonly string[]): Promise<{
  readonly outcomes: readonly Outcome[];
  readonly started: number;
  readonly strays: readonly string[];
}> {
  const folder = mkdtempSync(join(root, 'objects-'));
  const blobs = fileBlobs(folder);
  const tasks = ['one', 'two', 'three', 'four'].map((text): Task => {
    const deposit = blobs.deposit();
    deposit.write(Buffer.from(`artefact ${text}`));
    const artefact: Artefact = deposit.close();
    return { kind: 'open', artefact };
  });
  let started = 0;
  const sandbox: Sandbox = {
    level: 'permission',
    claims: [],
    spawn(_, args) {
      const program = programs[started++];
      const given = program === undefined ? args : ['-e', `${PRELUDE}${program}`];
      return spawn(process.execPath, given, { stdio: 'pipe', env: {} });
    },
  };
  const pool = processPool({ workers: 1, folders: [folder], blobs, sandbox, silenceMs: 10_000 });
  const outcomes: Outcome[] = [];
  try {
    await pool.run(tasks, (index, outcome) => {
      assert.equal(outcomes[index], undefined, 'one outcome a task');
      outcomes[index] = outcome;
    });
  } finally {
    pool.close();
  }
  const strays = readdirSync(folder).filter((name) => !/^[0-9a-f]{2}$/.test(name));
  return { outcomes, started, strays };
}
