// How many documented cases are found when their facts stand in files: one made-up router a case in which only that fact is
// real, beside a twin without it. An indication counts when the twin is silent about it. Once with the published facts
// known, once without them and with every value replaced by a random one of the same shape.
//   npm run bench:cases [-- seed]
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { Entry } from '#domain/artefact';
import { canonicalJson } from '#domain/canonical';
import type { Indicator, KnownCase } from '#domain/knowledge';
import { type Registry, withoutKnownCases } from '#domain/registry';
import { examine } from '#engine/examination';
import { drawFrom } from '#engine/planting';
import { registry } from '#engine/registry';
import { perform } from '#engine/perform';
import { memoryBlobs } from '#ports/store/memory';
import { type Files, likewise, standsInFiles, twinsOf } from './case-forms.ts';

/** A case to try: what the tree is made from, and the case as it is known while it is looked for. */
interface Trial {
  readonly of: KnownCase;
  /** As {@link of}, with the text of a key where the case has its fingerprint. */
  readonly made: KnownCase;
}

const seed = process.argv[2] ?? '1';
const cases = registry.knowledge.knownCases;
const inFiles = cases.filter((of) => of.indicators.some((indicator) => standsInFiles(indicator, of)));
const negative = cases.filter(({ id }) => id.startsWith('neg-'));

const known = inFiles.map(withKeys);
const unknown = inFiles.map((of) => {
  const draw = drawFrom(`${seed}/${of.id}`);
  return withKeys({ ...of, indicators: of.indicators.map((indicator) => likewise(indicator, draw)) });
});
process.stdout.write(
  `${cases.length} cases, ${inFiles.length} with a fact that can stand in files; seed ${seed}\n`,
);
await measure('published facts known', known, (trial) => knowing(trial));
await measure('published facts left out, every value replaced', unknown, () => withoutKnownCases(registry));
await silence();

/** Keys whose private halves nobody here has are replaced by fresh ones, in the tree and in the case alike. */
function withKeys(of: KnownCase): Trial {
  const keys = of.indicators.map((indicator) => (indicator.kind === 'ssh-key-sha256' ? freshKey() : null));
  const replaced = (pick: (key: { line: string; fingerprint: string }) => string): KnownCase => ({
    ...of,
    indicators: of.indicators.map((indicator, i): Indicator => {
      const key = keys[i] ?? null;
      return key === null ? indicator : { ...indicator, value: pick(key) };
    }),
  });
  return { of: replaced(({ fingerprint }) => fingerprint), made: replaced(({ line }) => line) };
}

function freshKey(): { readonly line: string; readonly fingerprint: string } {
  const { publicKey } = generateKeyPairSync('ed25519');
  const field = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(point)]);
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { line: `ssh-ed25519 ${blob.toString('base64')}`, fingerprint: `SHA256:${digest}` };
}

function knowing({ of }: Trial): Registry {
  const { knowledge } = registry;
  const knownCases = knowledge.knownCases.map((each) => (each.id === of.id ? of : each));
  return { ...registry, knowledge: { ...knowledge, knownCases } };
}

async function measure(
  title: string,
  trials: readonly Trial[],
  registryFor: (trial: Trial) => Registry,
): Promise<void> {
  const found = new Map<string, { found: number; all: number; missed: string[] }>();
  for (const trial of trials) {
    const { withFact, without } = twinsOf(trial.made, drawFrom(`${seed}/${trial.of.id}`));
    const build = registryFor(trial);
    const silent = new Set(await saidOf(without, build));
    const said = (await saidOf(withFact, build)).filter((each) => !silent.has(each));
    const row = found.get(trial.of.class) ?? { found: 0, all: 0, missed: [] };
    row.all++;
    if (said.length > 0) row.found++;
    else row.missed.push(trial.of.id);
    found.set(trial.of.class, row);
  }
  const rows = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
  process.stdout.write(`\n${title}\n`);
  for (const [name, { found: hits, all, missed }] of rows) {
    const misses = missed.length === 0 ? '' : `   missed: ${missed.join(', ')}`;
    process.stdout.write(
      `  ${name.padEnd(14)} ${String(hits).padStart(3)} of ${String(all).padStart(3)}${misses}\n`,
    );
  }
  const hits = rows.reduce((sum, [, row]) => sum + row.found, 0);
  process.stdout.write(
    `  ${'all'.padEnd(14)} ${String(hits).padStart(3)} of ${trials.length}: ${((100 * hits) / trials.length).toFixed(1)} %\n`,
  );
}

/** Negative controls are claims that did not hold: nothing may be said in their name. */
async function silence(): Promise<void> {
  const said = [];
  for (const of of negative) {
    const { withFact } = twinsOf(of, drawFrom(seed));
    said.push(...(await saidOf(withFact, registry)));
  }
  process.stdout.write(`\nnegative controls: ${negative.length} cases, ${said.length} indications\n`);
}

/** Every indication about a tree, by who says it and its identity. */
async function saidOf(files: Files, build: Registry): Promise<readonly string[]> {
  const blobs = memoryBlobs();
  const artefact = blobs.put(Buffer.from('tree'));
  const nothing = { uid: 0, gid: 0, modifiedAt: null, target: null, device: null, stored: [] };
  const entries = Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([path, { bytes, mode }]): Entry => ({
        path,
        type: 'file',
        mode,
        ...nothing,
        content: blobs.put(bytes),
      }),
    );
  const { statements } = await examine(
    [{ kind: 'tree', name: 'made-up', artefact, entries }],
    null,
    build,
    async (tasks, onOutcome) => {
      for (const [index, task] of tasks.entries()) onOutcome(index, perform(task, build, blobs));
    },
    () => undefined,
  );
  return statements.map(({ examiner, statement }) => canonicalJson([examiner, statement.identity]));
}
