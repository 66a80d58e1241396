import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Digest } from '#domain/artefact';
import type { Deposit, Run } from '#domain/ports';
import type { Outcome, Task } from '#domain/task';
import { outcomeSchema } from '#engine/schema';
import { FRAME, FrameReader, frameHeader } from '#ports/jobs/frames';
import type { Sandbox } from '#ports/sandbox/sandbox';
import type { FileBlobs } from '#ports/store/files';

/** A pool of confined worker processes. */
export interface Pool {
  readonly run: Run;
  close(): void;
}

export interface PoolOptions {
  readonly workers: number;
  /** Where artefacts lie; content from workers is stored in the first. */
  readonly folders: readonly string[];
  readonly blobs: FileBlobs;
  readonly sandbox: Sandbox;
  /** A worker that says nothing for so long is stopped, its task is `killed`. */
  readonly silenceMs: number;
}

/** How long an idle worker may take to end. */
const FAREWELL_MS = 2000;

/** Tasks sent ahead to one worker, so that it never waits for the host. */
const AHEAD = 8;

/** Runs tasks in confined worker processes: they can read the artefacts and Assay's own code, write nothing, start
 *  nothing. A worker that dies takes only the task it was at with it. */
export function processPool(options: PoolOptions): Pool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const take = () => idle.pop() ?? startWorker(options, all);
  return {
    run(tasks, onOutcome) {
      return new Promise((resolve, reject) => {
        let next = 0;
        let left = tasks.length;
        if (left === 0) return resolve();
        const settle = (index: number, outcome: Outcome) => {
          onOutcome(index, outcome);
          left--;
        };
        const drive = (worker: Worker) => {
          worker.onFree = () => {
            while (worker.queue.length < AHEAD && next < tasks.length) {
              const task = tasks[next];
              if (task !== undefined) worker.give(next, task);
              next++;
            }
            if (left === 0) {
              for (const used of active) {
                used.onFree = null;
                idle.push(used);
              }
              active.clear();
              resolve();
            }
          };
          worker.onOutcome = settle;
          worker.onDeath = (unstarted, why, current) => {
            active.delete(worker);
            if (current !== null) settle(current, { kind: 'killed', why });
            // Tasks that were only waiting go to a fresh worker.
            const heir = startWorker(options, all);
            active.add(heir);
            drive(heir);
            for (const { index, task } of unstarted) heir.give(index, task);
            heir.onFree?.();
          };
          worker.onBreak = reject;
        };
        const active = new Set<Worker>();
        for (let i = 0; i < Math.min(options.workers, tasks.length); i++) active.add(take());
        for (const worker of active) drive(worker);
        for (const worker of active) worker.onFree?.();
      });
    },
    close() {
      for (const worker of all) worker.stop();
      all.clear();
      idle.length = 0;
    },
  };
}

interface Queued {
  readonly index: number;
  readonly task: Task;
}

interface Worker {
  readonly queue: Queued[];
  onFree: (() => void) | null;
  onOutcome: (index: number, outcome: Outcome) => void;
  /** Not called after {@link stop}. */
  onDeath: (unstarted: readonly Queued[], why: string, current: number | null) => void;
  /** The host itself failed, as with a full disk. */
  onBreak: (error: unknown) => void;
  give(index: number, task: Task): void;
  stop(): void;
}

function startWorker(options: PoolOptions, all: Set<Worker>): Worker {
  const child = options.sandbox.spawn(options.folders, [
    WORKER,
    ...options.folders.map((folder) => realpathSync(folder)),
  ]);
  const frames = new FrameReader();
  const queue: Queued[] = [];
  const received = new Set<Digest>();
  let deposit: Deposit | null = null;
  let stopped = false;
  let lastWords = '';
  let silence: NodeJS.Timeout | undefined;
  let why: string | null = null;
  const listen = () => {
    clearTimeout(silence);
    if (queue.length === 0) return;
    silence = setTimeout(() => {
      why = `no sign of life for ${options.silenceMs / 1000} s`;
      child.kill('SIGKILL');
    }, options.silenceMs);
  };
  const worker: Worker = {
    queue,
    onFree: null,
    onOutcome: () => {},
    onDeath: () => {},
    onBreak: () => {},
    give(index, task) {
      queue.push({ index, task });
      const body = Buffer.from(JSON.stringify(task));
      child.stdin?.write(Buffer.concat([frameHeader(FRAME.task, body.length), body]));
      if (queue.length === 1) listen();
    },
    stop() {
      stopped = true;
      clearTimeout(silence);
      deposit?.abandon();
      // An idle worker ends by itself when no more tasks can come, and is accounted for; one at work is stopped.
      child.stdin?.end();
      const patience = setTimeout(() => child.kill('SIGKILL'), queue.length === 0 ? FAREWELL_MS : 0);
      child.once('close', () => clearTimeout(patience));
    },
  };
  const take = (type: number, body: Buffer) => {
    switch (type) {
      case FRAME.ready:
        return;
      case FRAME.piece:
        deposit ??= options.blobs.deposit();
        deposit.write(body);
        return;
      case FRAME.close:
        received.add((deposit ?? options.blobs.deposit()).close().digest);
        deposit = null;
        return;
      case FRAME.abandon:
        deposit?.abandon();
        deposit = null;
        return;
      case FRAME.outcome: {
        const done = queue.shift();
        if (done === undefined) throw new Error('an outcome nobody asked for');
        const outcome = checkedOutcome(body, received);
        received.clear();
        worker.onOutcome(done.index, outcome);
        worker.onFree?.();
        return;
      }
      default:
        throw new Error(`frame of type ${type}`);
    }
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    if (stopped) return;
    listen();
    frames.push(chunk);
    try {
      for (let frame = frames.next(); frame !== null; frame = frames.next()) take(frame.type, frame.body);
    } catch (error) {
      // Either the worker speaks nonsense or the host cannot store; both end it, the second ends the run.
      worker.stop();
      worker.onBreak(error);
    }
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = `${lastWords}${chunk.toString()}`.slice(-2000);
  });
  child.stdin?.on('error', () => {});
  child.on('error', (error) => worker.onBreak(error));
  child.on('close', (code, signal) => {
    clearTimeout(silence);
    all.delete(worker);
    if (stopped) return;
    deposit?.abandon();
    const current = queue.shift();
    const cause =
      why ??
      (signal === null
        ? `worker ended with code ${code}: ${lastLine(lastWords)}`
        : `worker ended by ${signal}`);
    worker.onDeath(queue, cause, current?.index ?? null);
  });
  all.add(worker);
  return worker;
}

/** A worker is hostile once a parser in it is: its outcome must have the shape, and name only content it handed over. */
function checkedOutcome(body: Buffer, received: ReadonlySet<Digest>): Outcome {
  const parsed = outcomeSchema.safeParse(JSON.parse(body.toString()));
  if (!parsed.success)
    return {
      kind: 'failed',
      why: `worker gave an outcome of no known shape: ${parsed.error.issues[0]?.message ?? ''}`,
    };
  const outcome = parsed.data;
  const named: readonly Digest[] =
    outcome.kind === 'opened'
      ? outcome.opened.parts.flatMap(({ entries }) =>
          entries.flatMap(({ content }) => (content === null ? [] : [content.digest])),
        )
      : outcome.kind === 'planted'
        ? outcome.plants.flatMap(({ changes }) => changes.map(({ content }) => content.digest))
        : [];
  const unknown = named.find((digest) => !received.has(digest));
  return unknown === undefined
    ? outcome
    : { kind: 'failed', why: `worker named ${unknown} without handing it over` };
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .findLast((line) => /error/i.test(line)) ?? 'no message'
  );
}

/** The module that a worker runs. */
const WORKER = fileURLToPath(import.meta.resolve('#ports/jobs/worker'));
