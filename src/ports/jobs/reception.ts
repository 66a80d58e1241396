import type { Artefact, Digest, Opened } from '#domain/artefact';
import type { Observation } from '#domain/observation';
import type { Blobs, Deposit } from '#domain/ports';
import { artefactsOf, NO_CONTENT, type Outcome, type Task } from '#domain/task';
import { LIMITS } from '#engine/perform';
import { outcomeSchema } from '#engine/schema';
import { FRAME, Nonsense } from '#ports/jobs/frames';

/** Takes what one worker hands over and believes none of it. */
export interface Reception {
  /** @param task  what the worker is at; null: nothing
   *  @returns the outcome of the task, once it has come
   *  @throws Nonsense; anything else is a fault of the store */
  take(type: number, body: Buffer, task: Task | null): Outcome | null;
  /** Forgets what has come in part. */
  abandon(): void;
}

export function reception(blobs: Blobs): Reception {
  const received = new Map<Digest, Artefact>();
  let deposit: Deposit | null = null;
  let bytes = 0;
  let deposits = 0;
  const open = (): Deposit => {
    if (deposit !== null) return deposit;
    if (++deposits > LIMITS.entries) throw new Nonsense(`${deposits} contents for one task`);
    deposit = blobs.deposit();
    return deposit;
  };
  const abandon = () => {
    deposit?.abandon();
    deposit = null;
  };
  return {
    abandon,
    take(type, body, task) {
      if (task === null && type !== FRAME.ready) throw new Nonsense(`frame of type ${type} without a task`);
      switch (type) {
        case FRAME.ready:
          return null;
        case FRAME.piece:
          bytes += body.length;
          if (bytes > LIMITS.bytesOut) throw new Nonsense(`more than ${LIMITS.bytesOut} bytes for one task`);
          open().write(body);
          return null;
        case FRAME.close: {
          const artefact = open().close();
          received.set(artefact.digest, artefact);
          deposit = null;
          return null;
        }
        case FRAME.abandon:
          abandon();
          return null;
        case FRAME.outcome: {
          if (task === null) return null;
          const outcome = checkedOutcome(task, body, received);
          received.clear();
          abandon();
          bytes = 0;
          deposits = 0;
          return outcome;
        }
        default:
          throw new Nonsense(`frame of type ${type}`);
      }
    },
  };
}

/** Reads an outcome and holds it against the task it answers: a worker may speak of the bytes it was given, and of
 *  content it handed over, and of nothing else.
 *  @throws Nonsense */
function checkedOutcome(task: Task, body: Buffer, received: ReadonlyMap<Digest, Artefact>): Outcome {
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    throw new Nonsense('an outcome that is no JSON');
  }
  const parsed = outcomeSchema.safeParse(json);
  if (!parsed.success) {
    const why = parsed.error.issues[0]?.message ?? '';
    return { kind: 'failed', why: `worker gave an outcome of no known shape: ${why}` };
  }
  const outcome = parsed.data;
  switch (outcome.kind) {
    case 'opened':
      if (task.kind !== 'open') throw new Nonsense(`opened, when asked to ${task.kind}`);
      checkOpened(task.artefact, outcome.opened, received);
      break;
    case 'observed':
      if (task.kind === 'open' || task.kind === 'elicit' || task.kind === 'plant')
        throw new Nonsense(`observed, when asked to ${task.kind}`);
      checkPlaces(task, outcome.observations);
      break;
    case 'elicited':
      if (task.kind !== 'elicit') throw new Nonsense(`elicited, when asked to ${task.kind}`);
      break;
    case 'planted': {
      if (task.kind !== 'plant') throw new Nonsense(`planted, when asked to ${task.kind}`);
      const changes = outcome.plants.flatMap((plant) => plant.changes);
      for (const { content, planted } of changes) {
        checkContent(content, received);
        if (planted.some(([, end]) => end > content.size)) throw new Nonsense('planted beyond the content');
      }
      break;
    }
    case 'failed':
    case 'killed':
      break;
  }
  return outcome;
}

function checkOpened(asked: Artefact, opened: Opened, received: ReadonlyMap<Digest, Artefact>): void {
  const { artefact, parts } = opened;
  if (artefact.digest !== asked.digest || artefact.size !== asked.size)
    throw new Nonsense(`opened ${artefact.digest}, when asked for ${asked.digest}`);
  for (const { content, stored } of parts.flatMap(({ entries }) => entries)) {
    if (content !== null) checkContent(content, received);
    if (stored.some(([, end]) => end > asked.size))
      throw new Nonsense('an entry stored beyond its container');
  }
}

function checkContent({ digest, size }: Artefact, received: ReadonlyMap<Digest, Artefact>): void {
  if (received.get(digest)?.size !== size) throw new Nonsense(`${digest} without handing it over`);
}

function checkPlaces(task: Task, observations: readonly Observation[]): void {
  const sizes = new Map(artefactsOf(task).map(({ digest, size }) => [digest, size]));
  for (const { place } of observations) {
    const size = sizes.get(place.artefact) ?? (place.artefact === NO_CONTENT ? 0 : null);
    if (size === null) throw new Nonsense(`observed ${place.artefact}, which it was not given`);
    if (place.range !== null && place.range[1] > size)
      throw new Nonsense('observed beyond the end of its bytes');
  }
}
