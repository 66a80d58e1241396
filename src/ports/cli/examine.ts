import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { About, TargetState } from '#domain/about';
import { Refused } from '#domain/error';
import type { Strength } from '#domain/indication';
import type { AssayRecord, InputKind, Isolation, Power } from '#domain/record';
import { assess, type Context, coverageOf } from '#engine/assessment';
import { readAbout, type ReadDeclaration } from '#engine/documents';
import { type Examination, examine, type Subject } from '#engine/examination';
import { keeping } from '#engine/keeping';
import { gapShareOf } from '#engine/judge/coverage';
import { measure, PLANTS_PER_LEVEL, type Thoroughness } from '#engine/power';
import { type Registry, withoutKnownCases } from '#domain/registry';
import { registry as wholeRegistry } from '#engine/registry';
import { htmlReport } from '#engine/report/html';
import { recordJson } from '#engine/report/json';
import { textReport } from '#engine/report/text';
import { readDocuments } from '#ports/cli/documents';
import { defaultWorkers, ownVersion } from '#ports/cli/environment';
import { checkInputs, depositFile, depositTree, type GivenInput, readYaml } from '#ports/cli/inputs';
import type { ProgressView } from '#ports/cli/progress';
import { inlineRun } from '#ports/jobs/inline';
import { type Pool, processPool } from '#ports/jobs/processes';
import { bestSandbox } from '#ports/sandbox/sandbox';
import {
  type CaseFile,
  type CaseInput,
  type CaseRelease,
  readCase,
  readRevision,
  revisionsOf,
  writeCase,
  writeRevision,
} from '#ports/store/case';
import { type FileBlobs, fileBlobs } from '#ports/store/files';
import { sqliteOutcomes } from '#ports/store/outcomes';

/** What a person asked for. */
export interface ExamineRequest {
  readonly inputs: readonly string[];
  /** Documents of the vendor, whatever they look like. */
  readonly declares: readonly string[];
  /** Folder of the case; null: named after the first input. */
  readonly folder: string | null;
  readonly release: string | null;
  readonly releasedAt: string | null;
  readonly state: TargetState | null;
  /** ISO date. */
  readonly asOf: string;
  readonly from: string | null;
  readonly about: string | null;
  readonly power: Thoroughness | null;
  /** Folders of other cases to hold beside this one. */
  readonly compare: readonly string[];
  readonly withoutKnownCases: boolean;
  /** 0: in this process, unconfined. Null: one a processor. */
  readonly workers: number | null;
  /** Weakest evidence that gives exit code 1. */
  readonly failOn: Strength;
  readonly exitZero: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What came of it. */
export interface ExamineResult {
  readonly record: AssayRecord;
  readonly folder: string;
  /** Where the documents of the revision lie. */
  readonly place: string;
  /** By the record alone, whatever `--exit-zero` says. */
  readonly exit: 0 | 1 | 3 | 4;
  readonly text: (color: boolean) => string;
  readonly html: string;
}

/** The latest revision of another case.
 *  @throws Refused when there is none */
function peerFrom(folder: string): AssayRecord {
  const latest = revisionsOf(folder).at(-1);
  if (latest === undefined)
    throw new Refused(`${folder} holds no examined case`, 'name the folder of a case that was examined');
  return readRevision(folder, latest);
}

function registryFor({ withoutKnownCases: without }: ExamineRequest): Registry {
  return without ? withoutKnownCases(wholeRegistry) : wholeRegistry;
}

/** A worker silent for so long is taken for stuck: the slowest decoder gives content every few seconds. */
const SILENCE_MS = 120_000;

/** Free space wanted for each byte of input: objects of a compressed image take four to six times its size. */
const SPACE_FACTOR = 8;

/** Examines inputs and writes the next revision of their case.
 *  @param stop  ends the run early; what is done is kept
 *  @throws Refused before anything is written when an input, a document or an option will not do */
export async function examineInputs(
  request: ExamineRequest,
  view: ProgressView,
  stop: AbortSignal,
): Promise<ExamineResult> {
  const checked = checkInputs(request.inputs, request.declares);
  const about = request.about === null ? null : aboutFrom(request.about);
  if (checked.every(({ kind }) => kind === 'declaration')) {
    throw new Refused('only declarations were given', 'name the firmware or the extracted tree as well');
  }
  const registry = registryFor(request);
  const { declaration, given } = await readDocuments(checked, registry, request.workers === 0);
  // before any work: a peer that is none must not cost an hour
  for (const other of request.compare) peerFrom(other);
  const folder = request.folder ?? `${given[0]?.path.replace(/\/+$/, '') ?? ''}.assay`;
  const before = readCase(folder);
  checkSpace(folder, given);
  return withCase(folder, before === null, async (created) => {
    const objects = join(folder, 'objects');
    const planted = join(folder, 'planted');
    const blobs = fileBlobs(objects);
    const { subjects, inputs } = takeIn(given, blobs, request.from, view);
    const file = nextCase(before, folder, inputs, request);
    writeCase(folder, file);
    created();
    const outcomes = sqliteOutcomes(join(folder, 'outcomes'));
    const plantedBlobs = fileBlobs(planted, [objects]);
    const workers = request.workers ?? defaultWorkers();
    const sandbox = workers === 0 ? null : bestSandbox();
    mkdirSync(planted, { recursive: true });
    const poolOver = (folders: readonly string[], into: FileBlobs): Pool | null =>
      sandbox === null
        ? null
        : processPool({ workers, sandbox, folders, blobs: into, silenceMs: SILENCE_MS });
    const pool = poolOver([objects], blobs);
    const plantPool = poolOver([planted, objects], plantedBlobs);
    const close = () => {
      pool?.close();
      plantPool?.close();
    };
    try {
      const run = keeping(interruptible(pool?.run ?? inlineRun(registry, blobs), stop), outcomes, registry);
      const examination = await examine(subjects, declaration?.declaration ?? null, registry, run, view.step);
      view.finish();
      const plantRun = keeping(
        interruptible(plantPool?.run ?? inlineRun(registry, plantedBlobs), stop),
        outcomes,
        registry,
      );
      const measured =
        request.power === null
          ? null
          : await measure(
              examination,
              gapShareOf(coverageOf(examination)),
              declaration?.declaration ?? null,
              registry,
              plantRun,
              PLANTS_PER_LEVEL[request.power],
              view.step,
            );
      view.finish();
      const isolation: Isolation = sandbox?.level ?? 'none';
      const whole = { ...examination, failures: [...examination.failures, ...(measured?.failures ?? [])] };
      return conclude(folder, file, about, declaration, whole, measured?.power ?? null, isolation, request);
    } finally {
      close();
      outcomes.close();
      // Planted copies serve one measurement; nothing of them stays where it could be taken for the vendor's.
      rmSync(planted, { recursive: true, force: true });
    }
  });
}

/** Gives up between tasks once the person stopped the run. */
function interruptible(run: ReturnType<typeof inlineRun>, stop: AbortSignal): ReturnType<typeof inlineRun> {
  return (tasks, onOutcome) =>
    new Promise((resolve, reject) => {
      const onStop = () => reject(new Interrupted());
      if (stop.aborted) return onStop();
      stop.addEventListener('abort', onStop, { once: true });
      run(tasks, onOutcome)
        .then(resolve, reject)
        .finally(() => stop.removeEventListener('abort', onStop));
    });
}

/** The person stopped the run; the same command goes on where it was. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Runs `work` in a case folder; a folder that was made for it and holds no case yet is removed when it fails. */
async function withCase<T>(
  folder: string,
  isNew: boolean,
  work: (created: () => void) => Promise<T>,
): Promise<T> {
  const madeHere = isNew && !existsSync(folder);
  let kept = !madeHere;
  try {
    mkdirSync(folder, { recursive: true });
    return await work(() => {
      kept = true;
    });
  } catch (error) {
    if (!kept) rmSync(folder, { recursive: true, force: true });
    throw asRefusal(error, folder);
  }
}

/** Conditions of the machine that a person can mend, said as such. */
function asRefusal(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const full =
    code === 'ENOSPC' || (error instanceof Error && /database or disk is full/.test(error.message));
  if (full)
    return new Refused(
      `no space left for ${folder}`,
      'free some, or name another place with --case; the same command goes on where it was',
    );
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
    return new Refused(`${folder} cannot be written`, 'name another place with --case');
  return error;
}

function checkSpace(folder: string, given: readonly GivenInput[]): void {
  let place = folder;
  while (!existsSync(place)) place = join(place, '..');
  const { bavail, bsize } = statfsSync(place);
  const wanted = given.reduce((sum, { size }) => sum + size, 0) * SPACE_FACTOR;
  if (bavail * bsize < wanted) {
    const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
    throw new Refused(
      `${mib(bavail * bsize)} free for ${folder}, about ${mib(wanted)} wanted`,
      'free some, or name another place with --case',
    );
  }
}

function aboutFrom(path: string): About {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new Refused(`${path} cannot be read`, 'check the name given with --about');
  }
  return readAbout(readYaml(path, text), path);
}

/** Inputs that are looked at by their names too. */
const NAMED: ReadonlySet<InputKind> = new Set(['config', 'scan', 'log']);

/** Stores the inputs and says what of them is examined. */
function takeIn(
  given: readonly GivenInput[],
  blobs: ReturnType<typeof fileBlobs>,
  from: string | null,
  view: ProgressView,
): { readonly subjects: readonly Subject[]; readonly inputs: readonly CaseInput[] } {
  const subjects: Subject[] = [];
  const inputs: CaseInput[] = [];
  for (const { path, name, kind, document, isDocument } of given) {
    const tree = kind === 'tree' ? depositTree(path, blobs) : null;
    const artefact = tree?.artefact ?? depositFile(path, blobs);
    const size =
      tree === null
        ? artefact.size
        : tree.entries.reduce((sum, { content }) => sum + (content?.size ?? 0), 0);
    inputs.push({ name, digest: artefact.digest, size, kind, from });
    view.say(
      `  ${kind.padEnd(11)} ${name.slice(0, 32).padEnd(32)} ${megabytes(size)}  ${artefact.digest.slice(0, 19)}`,
    );
    if (tree !== null) subjects.push({ kind: 'tree', name, artefact, entries: tree.entries });
    else if (document === null && !isDocument)
      subjects.push({ kind: 'bytes', name, artefact, named: NAMED.has(kind) });
  }
  return { subjects, inputs };
}

function megabytes(size: number): string {
  return `${(size / 2 ** 20).toFixed(1).padStart(8)} MiB`;
}

/** The case with this hand-in: new firmware opens the next release, everything else belongs to the latest. */
function nextCase(
  before: CaseFile | null,
  folder: string,
  inputs: readonly CaseInput[],
  request: ExamineRequest,
): CaseFile {
  const releases = before?.releases ?? [];
  const isMain = ({ kind }: CaseInput) => kind === 'firmware' || kind === 'tree';
  const known = new Set(releases.flatMap((release) => release.inputs.map(({ digest }) => digest)));
  const opensNext =
    releases.length === 0 || inputs.some((input) => isMain(input) && !known.has(input.digest));
  const latest = releases.at(-1);
  const base: CaseRelease =
    opensNext || latest === undefined
      ? {
          label: request.release ?? `release ${releases.length + 1}`,
          releasedAt: request.releasedAt,
          state: request.state ?? 'as-shipped',
          inputs: [],
        }
      : {
          ...latest,
          label: request.release ?? latest.label,
          releasedAt: request.releasedAt ?? latest.releasedAt,
          state: request.state ?? latest.state,
        };
  const added = inputs.filter(({ digest }) => !base.inputs.some((input) => input.digest === digest));
  const release: CaseRelease = { ...base, inputs: [...base.inputs, ...added] };
  const id = before?.id ?? basename(folder).replace(/\.assay$/, '');
  return {
    schema: 'assay-case/1',
    id,
    releases: [...(opensNext ? releases : releases.slice(0, -1)), release],
  };
}

function conclude(
  folder: string,
  file: CaseFile,
  about: About | null,
  declaration: ReadDeclaration | null,
  examination: Examination,
  power: Power | null,
  isolation: Isolation,
  request: ExamineRequest,
): ExamineResult {
  const revision = (revisionsOf(folder).at(-1) ?? 0) + 1;
  const context: Context = {
    case: file.id,
    revision,
    asOf: request.asOf,
    createdAt: new Date(request.now).toISOString(),
    version: ownVersion(),
    isolation,
    about,
    releases: file.releases,
    declaration,
    failOn: request.failOn,
    peers: request.compare.map(peerFrom),
    previous: revision === 1 ? null : readRevision(folder, revision - 1),
  };
  const { record, exit } = assess(examination, power, registryFor(request), context);
  const said = request.exitZero ? `${exit}, given as 0` : String(exit);
  const html = htmlReport(record, exit);
  const text = (color: boolean) => textReport(record, { color, exit: said });
  const place = writeRevision(folder, revision, {
    'record.json': `${recordJson(record)}\n`,
    'report.html': html,
    'report.txt': text(false),
  });
  return { record, folder, place, exit, text, html };
}
