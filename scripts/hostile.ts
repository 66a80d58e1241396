// npm run test:hostile [-- part of a name…]
// Examines hostile, odd and ordinary files as `assay examine` does, in confined workers, and checks how each ends.
// ASSAY_CORPUS: folder whose hostile/ has files and index.tsv. ASSAY_HOSTILE: a folder of more with its own index.tsv,
// or the Python program that fills one. The last line is `N passed, N failed`.
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Ending, Examined } from './hostile/host.ts';

/** What a correct tool must do with a file: reject it with a named error, contain it, stop at a stated bound, survive it
 *  or parse it. */
type Expectation = 'R' | 'C' | 'B' | 'S' | 'P';

interface Sample {
  readonly path: string;
  /** As the index names it. */
  readonly name: string;
  readonly size: number;
  readonly format: string;
  readonly expectation: Expectation;
  readonly duty: string;
}

/** What came of one file. */
interface Result {
  readonly sample: Sample;
  readonly ending: Ending | null;
  readonly faults: readonly string[];
  readonly examined: Examined | null;
}

const MIB = 2 ** 20;
/** Bytes the host may grow by. */
const GROWTH_LIMIT = 64 * MIB;
/** Bytes of memory of one worker. */
const WORKER_LIMIT = 512 * MIB;
/** What one file may take, of CPU where others share the machine; 1 s a MiB of the file comes on top. */
const TIME_LIMIT_MS = 10_000;
/** Bytes that one file may bring into the store. */
const STORE_LIMIT = 4 * 2 ** 30;
/** A host that says nothing for so long hangs. */
const PATIENCE_MS = 300_000;
/** Files examined at once, unless they are large or meant to swell. */
const BATCH = 8;

const NAMES: Readonly<Record<Expectation, string>> = {
  R: 'reject',
  C: 'contain',
  B: 'bound',
  S: 'survive',
  P: 'parse',
};

const filter = process.argv.slice(2);
const samples = [...corpusSamples(), ...generatedSamples()].filter(
  ({ name }) => filter.length === 0 || filter.some((part) => name.includes(part)),
);
const place = watchedPlace();
const results: Result[] = [];
let host = startHost();
const peaks = { growth: 0, worker: 0, wallMs: 0, cpuMs: 0, stored: 0 };
let deaths = 0;
let unhandled = 0;
const levels = new Set<string>();

for (const batch of batchesOf(samples)) results.push(...(await tried(batch)));
host.child.kill();
const escapes = place.escapes();
show();

// --- the files

function corpusSamples(): readonly Sample[] {
  const corpus = process.env['ASSAY_CORPUS'];
  const folder = corpus === undefined ? '' : join(corpus, 'hostile');
  if (!existsSync(join(folder, 'index.tsv'))) {
    console.log('skipped: ASSAY_CORPUS names no corpus with hostile/index.tsv');
    return [];
  }
  return samplesIn(folder);
}

function generatedSamples(): readonly Sample[] {
  const given = process.env['ASSAY_HOSTILE'];
  if (given === undefined || !existsSync(given)) {
    console.log('skipped: ASSAY_HOSTILE names no folder of generated files and no program that makes them');
    return [];
  }
  if (statSync(given).isDirectory()) return samplesIn(given);
  const folder = mkdtempSync(join(tmpdir(), 'assay-hostile-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  execFileSync('python3', [given, folder], { stdio: 'ignore' });
  return samplesIn(folder);
}

function samplesIn(folder: string): readonly Sample[] {
  const [head = '', ...lines] = readFileSync(join(folder, 'index.tsv'), 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    return {
      path: join(folder, cell('file')),
      name: cell('file'),
      size: Number(cell('bytes')),
      format: cell('format'),
      expectation: cell('expect') as Expectation,
      duty: cells.at(-1) ?? '',
    };
  });
}

/** Small files together, everything that may take much alone. */
function batchesOf(all: readonly Sample[]): readonly (readonly Sample[])[] {
  const isSmall = ({ size, expectation }: Sample) => size <= MIB / 4 && expectation !== 'B';
  const small = all.filter(isSmall);
  const batches = Array.from({ length: Math.ceil(small.length / BATCH) }, (_, i) =>
    small.slice(i * BATCH, (i + 1) * BATCH),
  );
  return [...batches, ...all.filter((sample) => !isSmall(sample)).map((sample) => [sample])];
}

// --- one batch

async function tried(batch: readonly Sample[]): Promise<readonly Result[]> {
  const [only, ...others] = batch;
  const files = batch.map(({ path }) => path);
  const answer = await examine(files);
  if (only !== undefined && others.length === 0) return [judged(only, answer)];
  const isQuiet =
    typeof answer !== 'string' && answer.refused === null && commonFaults(answer, files).length === 0;
  if (isQuiet) return batch.map((sample) => judged(sample, answer));
  // Something is wrong with one of them: each alone tells with which.
  const single: Result[] = [];
  for (const sample of batch) single.push(...(await tried([sample])));
  return single;
}

function judged(sample: Sample, answer: Examined | string): Result {
  if (typeof answer === 'string') return { sample, ending: null, faults: [answer], examined: null };
  const ending = answer.endings.find(({ file }) => file === sample.path) ?? null;
  const faults = [...commonFaults(answer, [sample.path])];
  if (ending === null && answer.refused === null) faults.push('no ending');
  if (ending !== null && !ending.accounted) faults.push('extents and gaps are not the size of the file');
  return { sample, ending, faults, examined: answer };
}

function commonFaults(answer: Examined, files: readonly string[]): readonly string[] {
  const { failures, growth, strays, stored, wallMs, cpuMs } = answer;
  const size = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const faults = failures
    .filter(({ kind }) => kind !== 'stopped')
    .map(({ kind, plugin, why }) => `${kind}: ${plugin}: ${why}`);
  if (growth > GROWTH_LIMIT) faults.push(`the host grew by ${mib(growth)}`);
  if (strays.length > 0) faults.push(`escape: ${strays.slice(0, 3).join(', ')} in the store`);
  if (stored > STORE_LIMIT) faults.push(`${mib(stored)} stored`);
  if (Math.min(wallMs, cpuMs) > TIME_LIMIT_MS + (1000 * size) / MIB)
    faults.push(`took ${seconds(wallMs)}, ${seconds(cpuMs)} of CPU`);
  return faults;
}

// --- the host process

interface Host {
  readonly child: ChildProcess;
}

function startHost(): Host {
  const child = fork(join(import.meta.dirname, 'hostile', 'host.ts'), [], {
    cwd: place.folder,
    execArgv: ['--expose-gc'],
  });
  return { child };
}

/** What the host says of these files; a sentence: it did not come to say it. */
async function examine(files: readonly string[]): Promise<Examined | string> {
  const { child } = host;
  const watch = setInterval(() => {
    peaks.worker = Math.max(peaks.worker, ...workersOf(child.pid ?? 0));
  }, 100);
  const answer = await new Promise<Examined | string>((resolve) => {
    const patience = setTimeout(() => end(`hang: nothing for ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
    const end = (what: Examined | string) => {
      clearTimeout(patience);
      child.off('message', onMessage).off('exit', onExit);
      resolve(what);
    };
    const onExit = (code: number | null, signal: string | null) => {
      deaths++;
      end(`the host died: ${signal ?? `code ${code}`}`);
    };
    const onMessage = (message: Examined | { readonly unhandled: string }) => {
      if ('unhandled' in message) {
        unhandled++;
        end(`unhandled: ${message.unhandled}`);
      } else end(message);
    };
    child.on('message', onMessage).on('exit', onExit);
    child.send(files);
  });
  clearInterval(watch);
  if (typeof answer === 'string') {
    child.kill('SIGKILL');
    host = startHost();
    return answer;
  }
  peaks.growth = Math.max(peaks.growth, answer.growth);
  peaks.wallMs = Math.max(peaks.wallMs, answer.wallMs);
  peaks.cpuMs = Math.max(peaks.cpuMs, answer.cpuMs);
  peaks.stored = Math.max(peaks.stored, answer.stored);
  if (answer.isolation !== null) levels.add(answer.isolation);
  return answer;
}

/** Peak memory of every process below the host, in bytes. */
function workersOf(pid: number): readonly number[] {
  const children = linesOf(`/proc/${pid}/task/${pid}/children`).split(' ').map(Number);
  return children
    .filter((child) => child > 0)
    .flatMap((child) => {
      const [, kib = '0'] = /VmHWM:\s+(\d+) kB/.exec(linesOf(`/proc/${child}/status`)) ?? [];
      return [Number(kib) * 1024, ...workersOf(child)];
    });
}

function linesOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

// --- escapes

/** A folder for the host to stand in, some levels deep, with files that hostile names point at.
 *  After all: what is there that was not, and what changed. */
function watchedPlace(): { readonly folder: string; escapes(): readonly string[] } {
  const root = mkdtempSync(join(tmpdir(), 'assay-watched-'));
  const folder = mkdtempSync(join(mkdtempSync(join(root, 'a-')), 'b-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  for (const name of ['ASSAY-VICTIM', 'passwd', 'x']) writeFileSync(join(folder, name), 'untouched');
  const state = () =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return `${path} ${entry.isFile() ? readFileSync(path, 'utf8') : ''}`;
      })
      .toSorted()
      .join('\n');
  const before = state();
  const planted = () =>
    [...above(folder), '/', '/var', '/etc', '/tmp', tmpdir(), process.cwd()]
      .map((place) => join(place, 'ASSAY-ESCAPE'))
      .filter((path) => existsSync(path));
  const known = new Set(planted());
  return {
    folder,
    escapes() {
      const changed = state() === before ? [] : [`something changed below ${root}`];
      return [...changed, ...planted().filter((path) => !known.has(path))];
    },
  };
}

function above(folder: string): readonly string[] {
  const up = dirname(folder);
  return up === folder ? [folder] : [folder, ...above(up)];
}

// --- what is said

/** How a file ended, in one word. */
function wordOf({ ending, examined, faults }: Result): string {
  if (faults.length > 0) return 'FAILED';
  if (examined?.refused !== null && examined !== null) return 'refused';
  if (ending === null) return 'FAILED';
  if (ending.reasons.some((reason) => reason.startsWith('budget'))) return 'budget';
  if (ending.reasons.some((reason) => reason.startsWith('malformed'))) return 'named error';
  return ending.formats.length === 0 ? 'no format' : 'parsed';
}

function show(): void {
  const words = ['parsed', 'named error', 'budget', 'no format', 'refused', 'FAILED'];
  console.log(['expected   files', ...words.map((word) => word.padStart(12))].join(''));
  for (const [expectation, group] of Map.groupBy(results, ({ sample }) => sample.expectation)) {
    const counts = words.map((word) => group.filter((result) => wordOf(result) === word).length);
    console.log(
      [
        NAMES[expectation].padEnd(10),
        String(group.length).padStart(6),
        ...counts.map((n) => String(n).padStart(12)),
      ].join(''),
    );
  }
  for (const { sample, faults } of results) {
    for (const fault of faults) console.log(`FAILED ${sample.name}: ${fault}`);
  }
  for (const escape of escapes) console.log(`FAILED escape: ${escape}`);
  console.log(
    `isolation ${[...levels].join(', ')}; host deaths ${deaths}; unhandled rejections ${unhandled}`,
  );
  console.log(
    `peaks: host grew by ${mib(peaks.growth)}, worker ${mib(peaks.worker)}, stored ${mib(peaks.stored)}`,
  );
  console.log(`slowest: ${seconds(peaks.wallMs)}, ${seconds(peaks.cpuMs)} of CPU`);
  const failed = results.filter(({ faults }) => faults.length > 0).length;
  const worker = peaks.worker > WORKER_LIMIT ? 1 : 0;
  if (worker > 0) console.log(`FAILED a worker held ${mib(peaks.worker)}`);
  const wrong = failed + escapes.length + worker;
  console.log(`${results.length - failed} passed, ${wrong} failed`);
  process.exitCode = wrong === 0 && (results.length > 0 || samples.length === 0) ? 0 : 1;
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
