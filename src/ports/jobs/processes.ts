import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Run } from '#domain/ports';
import type { Outcome, Task } from '#domain/task';
import { FRAME, FrameReader, frameHeader, Nonsense } from '#ports/jobs/frames';
import { reception } from '#ports/jobs/reception';
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
 *  nothing. A worker that dies takes only the task it was at with it; when it had done others before, that task is tried
 *  once more by a worker that has done nothing, so that what came before does not decide. */
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
            const again = current !== null && worker.done > 0 ? [current] : [];
            if (current !== null && again.length === 0) settle(current.index, { kind: 'killed', why });
            // Tasks that were only waiting go to a fresh worker.
            const heir = startWorker(options, all);
            active.add(heir);
            drive(heir);
            for (const { index, task } of [...again, ...unstarted]) heir.give(index, task);
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
  /** Tasks that came to an outcome. */
  done: number;
  onFree: (() => void) | null;
  onOutcome: (index: number, outcome: Outcome) => void;
  /** Not called after {@link stop}. */
  onDeath: (unstarted: readonly Queued[], why: string, current: Queued | null) => void;
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
  const receiving = reception(options.blobs);
  /** Nothing that arrives is heard any more. */
  let deaf = false;
  let stopped = false;
  let lastWords = '';
  let silence: NodeJS.Timeout | undefined;
  let why: string | null = null;
  const end = (reason: string) => {
    why = reason;
    deaf = true;
    child.kill('SIGKILL');
  };
  const listen = () => {
    clearTimeout(silence);
    if (queue.length === 0) return;
    silence = setTimeout(() => end(`no sign of life for ${options.silenceMs / 1000} s`), options.silenceMs);
  };
  const worker: Worker = {
    queue,
    done: 0,
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
      deaf = true;
      clearTimeout(silence);
      receiving.abandon();
      // An idle worker ends by itself when no more tasks can come, and is accounted for; one at work is stopped.
      child.stdin?.end();
      const patience = setTimeout(() => child.kill('SIGKILL'), queue.length === 0 ? FAREWELL_MS : 0);
      child.once('close', () => clearTimeout(patience));
    },
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    if (deaf) return;
    listen();
    frames.push(chunk);
    try {
      for (let frame = frames.next(); frame !== null; frame = frames.next()) {
        const outcome = receiving.take(frame.type, frame.body, queue[0]?.task ?? null);
        if (outcome === null) continue;
        const current = queue.shift();
        if (current === undefined) continue;
        worker.done++;
        worker.onOutcome(current.index, outcome);
        worker.onFree?.();
        if (deaf) return;
      }
    } catch (error) {
      if (error instanceof Nonsense) return end(`worker spoke nonsense: ${error.message}`);
      // The host cannot store, or has a fault: it ends the run.
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
    receiving.abandon();
    const current = queue.shift() ?? null;
    const cause =
      why ??
      (signal === null
        ? `worker ended with code ${code}: ${lastLine(lastWords)}`
        : `worker ended by ${signal}`);
    worker.onDeath(queue, cause, current);
  });
  all.add(worker);
  return worker;
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
