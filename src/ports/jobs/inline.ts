import type { Run } from '#domain/ports';
import type { Registry } from '#domain/registry';
import { perform } from '#engine/perform';
import type { FileBlobs } from '#ports/store/files';

/** Carries out tasks one after another in this process, unconfined. For tests and for looking at one's own files. */
export function inlineRun(registry: Registry, blobs: FileBlobs): Run {
  return async (tasks, onOutcome) => {
    for (const [index, task] of tasks.entries()) {
      onOutcome(index, perform(task, registry, blobs));
      blobs.release();
    }
  };
}
