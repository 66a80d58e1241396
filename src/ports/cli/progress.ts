import type { Progress, ProgressStep } from '#engine/examination';

/** Shows work on stderr: a bar that is drawn over itself on a terminal, a line a finished step elsewhere. */
export interface ProgressView {
  readonly step: Progress;
  /** A line of its own, such as what is being read. */
  say(line: string): void;
  /** Ends the step that is shown. */
  finish(): void;
}

const NAMES: Record<ProgressStep['stage'], string> = {
  open: 'open',
  observe: 'observe',
  examine: 'examine',
  plant: 'plant implants in a copy',
  'look-again': 'look at the copies',
};

/** Without news on a pipe for so long, one line says that work goes on: some systems stop silent jobs. */
const HEARTBEAT_MS = 30_000;

/** How often the bar is drawn. */
const REDRAW_MS = 100;

const COLUMNS = 78;

export function progressView(out: NodeJS.WriteStream, now: () => number): ProgressView {
  const live = out.isTTY;
  let stage: ProgressStep['stage'] | null = null;
  let startedAt = now();
  let drawnAt = 0;
  let spokenAt = now();
  let last: ProgressStep | null = null;
  const close = () => {
    if (stage === null || last === null) return;
    const line = ` ok  ${NAMES[stage].padEnd(26)} ${counts(last)}  ${clock(now() - startedAt)}`;
    out.write(live ? `\r${line.padEnd(COLUMNS)}\n` : `${line}\n`);
    stage = null;
    spokenAt = now();
  };
  return {
    step(step) {
      if (step.stage !== stage) {
        close();
        stage = step.stage;
        startedAt = now();
      }
      last = step;
      const time = now();
      if (live && time - drawnAt >= REDRAW_MS) {
        out.write(`\r${bar(step, time - startedAt).padEnd(COLUMNS)}`);
        drawnAt = time;
      } else if (!live && time - spokenAt >= HEARTBEAT_MS) {
        out.write(`${bar(step, time - startedAt)}\n`);
        spokenAt = time;
      }
    },
    say(line) {
      out.write(live ? `\r${line.padEnd(COLUMNS)}\n` : `${line}\n`);
    },
    finish: close,
  };
}

function bar(step: ProgressStep, elapsed: number): string {
  const share = shareDone(step);
  const filled = Math.round(share * 24);
  const drawn = `[${'#'.repeat(filled)}${'.'.repeat(24 - filled)}]`;
  const left = share > 0.02 && elapsed > 1000 ? ` about ${clock((elapsed / share) * (1 - share))} left` : '';
  return ` >>  ${NAMES[step.stage].padEnd(26)} ${drawn} ${counts(step)}${left}`.slice(0, COLUMNS);
}

/** Work is bytes and pieces: many small files cost as much as a large one. */
function shareDone(step: ProgressStep): number {
  const pieces = step.total === 0 ? 1 : step.done / step.total;
  return step.bytesTotal === 0 ? pieces : (pieces + step.bytesDone / step.bytesTotal) / 2;
}

function counts(step: ProgressStep): string {
  return `${step.done}/${step.total}`;
}

function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
