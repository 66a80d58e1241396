import { createHash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import type { Artefact } from '#domain/artefact';
import { Refused } from '#domain/error';
import type { Blobs, Deposit } from '#domain/ports';
import { artefactsOf, type Task } from '#domain/task';
import { perform } from '#engine/perform';
import { registry } from '#engine/registry';
import { FRAME, FrameReader, frameHeader } from '#ports/jobs/frames';
import { fileBlobs } from '#ports/store/files';

/** The confined process that parses vendor bytes: reads tasks on fd 0, writes frames on fd 1, nothing else.
 *  Arguments: folders of artefacts it may read. */
const [folder, ...others] = process.argv.slice(2);
if (folder === undefined) throw new Error('no folder of artefacts given');

const store = fileBlobs(folder, others);

function send(type: number, body: Uint8Array): void {
  const header = frameHeader(type, body.length);
  // One call for small frames: a pipe call costs more than the copy.
  if (body.length < 64 * 1024) return writeWhole(Buffer.concat([header, body]));
  writeWhole(header);
  writeWhole(body);
}

function writeWhole(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

/** The store as a task sees it: only the digests it lists can be opened, content goes to the host. */
function blobsOf(task: Task): Blobs {
  const allowed = new Set<string>(artefactsOf(task).map(({ digest }) => digest));
  return {
    open(digest) {
      if (!allowed.has(digest)) throw new Refused(`task does not list ${digest}`, 'list it in the task');
      return store.open(digest);
    },
    deposit: hostDeposit,
  };
}

const NOTHING = new Uint8Array(0);

function hostDeposit(): Deposit {
  const hash = createHash('sha256');
  let size = 0;
  return {
    write(piece) {
      hash.update(piece);
      size += piece.length;
      send(FRAME.piece, piece);
    },
    close(): Artefact {
      send(FRAME.close, NOTHING);
      return { digest: `sha256:${hash.digest('hex')}`, size };
    },
    abandon() {
      send(FRAME.abandon, NOTHING);
    },
  };
}

const frames = new FrameReader();
send(FRAME.ready, NOTHING);
for (;;) {
  const frame = frames.next();
  if (frame !== null) {
    // the host is trusted: its tasks are not checked here
    const task = JSON.parse(frame.body.toString()) as Task;
    const outcome = perform(task, registry, blobsOf(task));
    store.release();
    // No fault of the plug-in: the host tries the task again in a fresh process, and names the bound when that fails too.
    if (outcome.kind === 'failed' && /allocation failed|could not allocate memory/i.test(outcome.why))
      throw new Error(`memory used up: ${outcome.why}`);
    send(FRAME.outcome, Buffer.from(JSON.stringify(outcome)));
    continue;
  }
  const chunk = Buffer.allocUnsafe(64 * 1024);
  const got = readSync(0, chunk);
  if (got === 0) break;
  frames.push(chunk.subarray(0, got));
}
