import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_KNOWLEDGE } from '#domain/knowledge';
import type { Entry } from '#domain/artefact';
import type { AccountObservation } from '#domain/observation';
import type { EntryObserver, Examiner, Implant } from '#domain/plugin';
import type { Run } from '#domain/ports';
import type { Power } from '#domain/record';
import type { Registry } from '#domain/registry';
import { type Examination, examine, examineOverlays } from '#engine/examination';
import { hiddenAccount } from '#engine/implant/hidden-account/hidden-account';
import { perform } from '#engine/perform';
import { measure, PLANTS_PER_LEVEL } from '#engine/power';
import { type MemoryBlobs, memoryBlobs } from '#ports/store/memory';

/* A made-up system with made-up plug-ins: what is measured is the measuring. */

const FILES: Readonly<Record<string, string>> = {
  'bin/login': 'login',
  'bin/sh': 'sh',
  'etc/passwd': 'root:*:0:0::/:/bin/sh\ndaemon:*:1:1::/:/bin/sh\n',
  'etc/notes': 'old:x:y\n',
  'etc/init.d/rcS': '#!/bin/sh\necho start\n',
};

/** Gives every line of files that look like files of accounts. */
const accountLines: EntryObserver = {
  kind: 'observer',
  id: 'lines',
  version: 1,
  doc: { name: '', says: '', sources: [], limits: [] },
  reads: 'entry',
  wants: ({ path }) => path.startsWith('etc/'),
  observe(_, source, place) {
    const text = Buffer.from(source.bytes(0, source.size)).toString('latin1');
    return [...text.matchAll(/^(\w+):([^:\n]*):.*$/gm)].map((match): AccountObservation => {
      const range = [match.index, match.index + match[0].length] as const;
      return {
        kind: 'account',
        place: place(range),
        name: match[1] ?? '',
        store: 'passwd',
        uid: 0,
        shell: null,
        password: (match[2] ?? '').length > 12 ? 'usable' : 'locked',
        scheme: null,
        sharedHash: null,
        passwordFingerprint: null,
      };
    });
  },
};

type Speaks = (seen: AccountObservation) => { readonly title: string; readonly identity: string } | null;

/** An examiner that says something of each account, or nothing. */
function examiner(speaks: Speaks, id = 'asks'): Examiner {
  return {
    kind: 'examiner',
    id,
    version: 1,
    doc: { name: '', says: '', sources: [], limits: [] },
    question: 'undocumented-access',
    reads: ['account'],
    examine: ({ sightings }) =>
      sightings.flatMap(({ observation }) => {
        const said = observation.kind === 'account' ? speaks(observation) : null;
        if (said === null) return [];
        return [
          {
            question: 'undocumented-access' as const,
            title: said.title,
            strength: 'present' as const,
            facts: { undocumented: null, hardCoded: null, reachable: null, used: null },
            weaknesses: [],
            requirements: [],
            identity: [said.identity],
            places: [observation.place],
            matters: '',
            disproof: '',
          },
        ];
      }),
  };
}

const usable = examiner(({ name, password }) =>
  password === 'usable' ? { title: name, identity: name } : null,
);

function registryWith(one: Examiner, implants: readonly Implant[] = [hiddenAccount]): Registry {
  return {
    formats: [],
    observers: [accountLines],
    elicitors: [],
    examiners: [one],
    implants,
    code: { open: '0', lines: '0', 'hidden-account': '0' },
    knowledge: NO_KNOWLEDGE,
  };
}

function runOver(registry: Registry, blobs: MemoryBlobs, backwards = false): Run {
  return async (tasks, onOutcome) => {
    const order = [...tasks.entries()];
    for (const [index, task] of backwards ? order.toReversed() : order)
      onOutcome(index, perform(task, registry, blobs));
  };
}

async function examined(registry: Registry, run: Run, blobs: MemoryBlobs): Promise<Examination> {
  const entries = Object.entries(FILES).map(
    ([path, text]): Entry => ({
      path,
      type: 'file',
      mode: 0o755,
      uid: 0,
      gid: 0,
      modifiedAt: null,
      target: null,
      device: null,
      stored: [],
      content: blobs.put(Buffer.from(text)),
    }),
  );
  const artefact = blobs.put(Buffer.from('tree'));
  return await examine(
    [{ kind: 'tree', name: 'made-up', artefact, entries }],
    null,
    registry,
    run,
    () => undefined,
  );
}

async function powerOf(registry: Registry, gapShare = 0, perLevel = 14, backwards = false): Promise<Power> {
  const blobs = memoryBlobs();
  const run = runOver(registry, blobs, backwards);
  const base = await examined(registry, run, blobs);
  const { power, failures } = await measure(base, gapShare, null, registry, run, perLevel, () => undefined);
  assert.deepEqual(failures, []);
  return power;
}

/** Found and planted over all levels. */
function sums({ classes }: Power): { readonly planted: number; readonly found: number } {
  return {
    planted: classes.reduce((sum, one) => sum + one.planted, 0),
    found: classes.reduce((sum, one) => sum + one.found, 0),
  };
}

test('the counts of plants are those that reach bounds of 0.80, 0.90 and 0.95', () => {
  assert.deepEqual(PLANTS_PER_LEVEL, { quick: 14, standard: 29, full: 59 });
});

test('an examiner that sees lines finds lines, and misses what is only written at start-up', async () => {
  const power = await powerOf(registryWith(usable), 0, 29);
  for (const { planted, found, templates, missed, level } of power.classes) {
    assert.equal(planted, 29);
    assert.ok(found > 5 && found < planted, `${level}: ${found}`);
    assert.equal(missed.length, planted - found);
    assert.ok(templates.found < templates.n);
  }
  assert.ok(
    power.classes
      .flatMap(({ missed }) => missed)
      .some((miss) => miss.startsWith('boot-line, etc/init.d/rcS: ')),
  );
  assert.deepEqual(power.controls, { runs: 29, falseIndications: 0 });
});

test('an examiner that says nothing finds nothing', async () => {
  const power = await powerOf(registryWith(examiner(() => null)));
  assert.deepEqual(sums(power), { planted: 42, found: 0 });
  assert.ok(power.classes.every(({ lower }) => lower === 0));
});

test('what was said before of the same thing is not found again, though it has moved', async () => {
  const power = await powerOf(
    registryWith(
      examiner(({ name }) => (name === 'root' || name === 'old' ? { title: name, identity: name } : null)),
    ),
  );
  assert.equal(sums(power).found, 0);
});

test('something new that is said of other bytes is not a find', async () => {
  let calls = 0;
  const elsewhere = examiner(({ name }) =>
    name === 'old' ? { title: `${calls++}`, identity: `${calls}` } : null,
  );
  const power = await powerOf(registryWith(elsewhere));
  assert.equal(sums(power).found, 0);
});

test('an examiner that says new things where nothing is planted gives false indications', async () => {
  let calls = 0;
  const restless = examiner(({ name }) =>
    name === 'root' ? { title: `${calls++}`, identity: `${calls}` } : null,
  );
  const { controls } = await powerOf(registryWith(restless));
  assert.deepEqual(controls, { runs: 14, falseIndications: 14 });
});

test('a statement of another question is not a find', async () => {
  const other: Implant = { ...hiddenAccount, question: 'interception' };
  assert.equal(sums(await powerOf(registryWith(usable, [other]))).found, 0);
});

test('plants fall into gaps with the share of the gaps, and are missed there', async () => {
  const all = await powerOf(registryWith(usable), 1);
  assert.deepEqual(sums(all), { planted: 42, found: 0 });
  assert.ok(
    all.classes.every(({ missed }) =>
      missed.every((miss) => miss.endsWith('fell into bytes that nothing explains')),
    ),
  );
  const half = await powerOf(registryWith(usable), 0.5, 59);
  const lost = half.classes
    .flatMap(({ missed }) => missed)
    .filter((miss) => miss.endsWith('nothing explains')).length;
  // 177 draws at one half: four standard deviations are 27.
  assert.ok(Math.abs(lost - 88.5) < 27, `${lost}`);
});

test('what cannot be planted has no figure and a reason', async () => {
  const nowhere: Implant = {
    ...hiddenAccount,
    templates: hiddenAccount.templates.map((template) => ({ ...template, carriers: () => [] })),
  };
  const { classes } = await powerOf(registryWith(usable, [nowhere]));
  assert.deepEqual(
    classes.map(({ planted, lower, why }) => ({ planted, lower, why })),
    Array.from({ length: 3 }, () => ({ planted: 0, lower: null, why: 'nothing here can carry it' })),
  );
});

test('plants that never become active are not counted, and it is said that fewer were', async () => {
  const [first, second] = hiddenAccount.templates;
  assert.ok(first !== undefined && second !== undefined);
  const half: Implant = { ...hiddenAccount, templates: [first, { ...second, isActive: () => false }] };
  const { classes } = await powerOf(registryWith(usable, [half]));
  assert.ok(
    classes.every(({ planted, why }) => planted === 7 && why === '7 of 14: no other plant became active'),
  );
});

test('the order of the work changes nothing', async () => {
  assert.deepEqual(
    await powerOf(registryWith(usable), 0.1, 14, true),
    await powerOf(registryWith(usable), 0.1, 14),
  );
});

test('plants looked at together are found as each alone', async () => {
  const blobs = memoryBlobs();
  const registry = registryWith(usable);
  const run = runOver(registry, blobs);
  const base = await examined(registry, run, blobs);
  const grounds = base.trees.map(({ id, entries }) => ({ tree: id, entries }));
  const outcome = perform(
    { kind: 'plant', implant: 'hidden-account', grounds, perLevel: 14, gapShare: 0, seed: '1' },
    registry,
    blobs,
  );
  assert.ok(outcome.kind === 'planted' && outcome.plants.length === 42);
  const overlays = outcome.plants.map(({ tree, changes }) => ({ tree: tree ?? '', changes }));
  const look = async (given: typeof overlays) =>
    await examineOverlays(base, given, null, registry, run, () => undefined);
  const together = await look(overlays);
  for (const [index, overlay] of overlays.entries())
    assert.deepEqual((await look([overlay]))[0], together[index]);
});

test('a planter that breaks gives no figure, and stands among the failures', async () => {
  const broken: Implant = {
    ...hiddenAccount,
    templates: hiddenAccount.templates.map((template) => ({
      ...template,
      plant: () => {
        throw new TypeError('made-up');
      },
    })),
  };
  const registry = registryWith(usable, [broken]);
  const blobs = memoryBlobs();
  const run = runOver(registry, blobs);
  const { power, failures } = await measure(
    await examined(registry, run, blobs),
    0,
    null,
    registry,
    run,
    14,
    () => undefined,
  );
  assert.ok(
    power.classes.every(
      ({ planted, why }) => planted === 0 && why === 'the planter failed: TypeError: made-up',
    ),
  );
  assert.deepEqual(failures, [
    { kind: 'crashed', plugin: 'hidden-account', path: '', why: 'TypeError: made-up' },
  ]);
});
