// Started by ../hostile.ts: examines files as `assay examine` does, one batch after another, and says what came of each.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest, Entry, Opened } from '#domain/artefact';
import { Refused } from '#domain/error';
import type { Failure, Isolation } from '#domain/record';
import { taskName } from '#engine/keeping';
import { registry } from '#engine/registry';
import { examineInputs } from '#ports/cli/examine';
import { type KeptOutcomes, sqliteOutcomes } from '#ports/store/outcomes';

/** How one file ended. */
export interface Ending {
  readonly file: string;
  /** Ids of the formats found in the file itself, in order. */
  readonly formats: readonly string[];
  /** Entries listed in the file itself. */
  readonly entries: readonly Listed[];
  /** Reasons of all gaps, in the file and in everything inside, each once. */
  readonly reasons: readonly string[];
  /** Facts of the file's own parts that name something odd. */
  readonly remarks: readonly string[];
  /** True: extents and gaps are the size of the file, and of every artefact inside. */
  readonly accounted: boolean;
}

/** An entry as a reference tool would list it. */
export interface Listed {
  readonly path: string;
  readonly type: Entry['type'];
  readonly target: string | null;
  /** Null: no content. */
  readonly size: number | null;
}

/** What a batch came to. */
export interface Examined {
  readonly endings: readonly Ending[];
  /** Why the whole batch was turned away, or null. */
  readonly refused: string | null;
  readonly failures: readonly Failure[];
  readonly isolation: Isolation | null;
  /** Bytes by which this process grew at its peak. */
  readonly growth: number;
  /** Bytes in the store beside the inputs. */
  readonly stored: number;
  /** Files that are not where the store keeps artefacts, or not what their name says. */
  readonly strays: readonly string[];
  readonly wallMs: number;
  /** Of this process and its workers. */
  readonly cpuMs: number;
}

const SILENT = { step: () => {}, say: () => {}, finish: () => {} };

process.on('unhandledRejection', (reason) => process.send?.({ unhandled: String(reason) }));
process.on('message', (files: readonly string[]) => {
  void examined(files).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());

async function examined(files: readonly string[]): Promise<Examined> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-hostile-case-'));
  const base = startOfPeak();
  const started = performance.now();
  const cpu = cpuMs();
  let failures: readonly Failure[] = [];
  let isolation: Isolation | null = null;
  let refused: string | null = null;
  try {
    const { record } = await examineInputs(
      {
        inputs: files,
        declares: [],
        folder,
        release: null,
        releasedAt: null,
        state: null,
        asOf: '2026-01-01',
        from: null,
        about: null,
        power: null,
        workers: null,
        failOn: 'observed',
        exitZero: false,
        compare: [],
        withoutKnownCases: false,
        now: 0,
      },
      SILENT,
      new AbortController().signal,
    );
    failures = record.failures;
    isolation = record.engine.isolation;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused = error.message;
  }
  const wallMs = performance.now() - started;
  const growth = peak() - base;
  await Promise.resolve();
  const outcomes = refused === null ? sqliteOutcomes(join(folder, 'outcomes')) : null;
  const endings = outcomes === null ? [] : files.map((file) => endingOf(file, outcomes));
  outcomes?.close();
  const { stored, strays } = inventory(join(folder, 'objects'), files);
  rmSync(folder, { recursive: true, force: true });
  return {
    endings,
    refused,
    failures,
    isolation,
    growth,
    stored,
    strays,
    wallMs,
    cpuMs: cpuMs() - cpu,
  };
}

/** What the examination keeps of a file, read back from its outcomes. */
function endingOf(file: string, outcomes: KeptOutcomes): Ending {
  const bytes = readFileSync(file);
  const root: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const reasons = new Set<string>();
  const seen = new Set<Digest>([root]);
  const waiting = [{ digest: root, size: bytes.length }];
  let own: Opened | null = null;
  let accounted = true;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const name = taskName({ kind: 'open', artefact: next }, registry);
    const outcome = outcomes.get([name]).get(name);
    // Killed and failed tasks are not kept; the record names them.
    if (outcome?.kind !== 'opened') continue;
    const { opened } = outcome;
    if (next.digest === root) own = opened;
    accounted &&= isAccounted(opened);
    for (const { reason } of opened.extents) if (reason !== null) reasons.add(reason);
    for (const { content } of opened.parts.flatMap(({ entries }) => entries)) {
      if (content === null || seen.has(content.digest)) continue;
      seen.add(content.digest);
      waiting.push(content);
    }
  }
  const parts = own?.parts ?? [];
  return {
    file,
    formats: parts.map(({ format }) => format),
    entries: parts
      .flatMap(({ entries }) => entries)
      .slice(0, 20_000)
      .map(({ path, type, target, content }) => ({ path, type, target, size: content?.size ?? null })),
    reasons: [...reasons].slice(0, 100),
    remarks: parts.flatMap(({ facts }) => Object.entries(facts).map(([name, value]) => `${name}: ${value}`)),
    accounted,
  };
}

function isAccounted({ artefact, extents }: Opened): boolean {
  let at = 0;
  for (const { range } of extents) {
    if (range[0] !== at || range[1] <= at) return false;
    at = range[1];
  }
  return at === artefact.size;
}

/** Looks at the whole store: nothing but artefacts under their digests may lie there. */
function inventory(objects: string, files: readonly string[]): { stored: number; strays: readonly string[] } {
  let stored = -files.reduce((sum, file) => sum + statSync(file).size, 0);
  const strays: string[] = [];
  if (!existsSync(objects)) return { stored: 0, strays };
  for (const name of readdirSync(objects, { recursive: true, encoding: 'utf8' })) {
    const path = join(objects, name);
    const status = statSync(path);
    if (status.isDirectory() && /^[0-9a-f]{2}$/.test(name)) continue;
    stored += status.size;
    const [, head, tail] = /^([0-9a-f]{2})[/\\]([0-9a-f]{62})$/.exec(name) ?? [];
    const isRight =
      status.isFile() &&
      head !== undefined &&
      (status.size > 2 ** 20 || digestOf(path) === `${head}${tail ?? ''}`);
    if (!isRight) strays.push(name);
  }
  return { stored, strays };
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Begins a new measurement of the peak of this process's memory, in bytes; where it stands now. */
function startOfPeak(): number {
  (globalThis as { gc?: () => void }).gc?.();
  if (existsSync('/proc/self/clear_refs')) writeFileSync('/proc/self/clear_refs', '5');
  return process.memoryUsage.rss();
}

function peak(): number {
  if (!existsSync('/proc/self/status')) return process.memoryUsage.rss();
  const [, kib = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kib) * 1024;
}

/** CPU of this process and of its children that ended. */
function cpuMs(): number {
  if (!existsSync('/proc/self/stat')) return process.cpuUsage().user / 1000;
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  // utime, stime, cutime, cstime in ticks of 10 ms: proc_pid_stat(5), fields 14 to 17
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}
