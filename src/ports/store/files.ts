import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Artefact, Digest } from '#domain/artefact';
import { Refused } from '#domain/error';
import type { Blobs, Deposit, Source } from '#domain/ports';
import { checkRange } from '#engine/bytes/source';

/** Artefacts as files named by their digest: `objects/ab/cdef…`. */
export interface FileBlobs extends Blobs {
  has(digest: Digest): boolean;
  /** Closes every file opened since the last call; their sources must not be used any more. */
  release(): void;
}

/** Content up to this size is kept in memory until its digest is known; larger goes to a file as it comes. */
const IN_MEMORY = 1024 * 1024;

/** Bytes read ahead when a small piece is asked for. */
const WINDOW = 512 * 1024;

/** Windows kept of one file. */
const WINDOWS = 4;

/** @param folder  where new artefacts go; made when first needed
 *  @param others   folders that are read too */
export function fileBlobs(folder: string, others: readonly string[] = []): FileBlobs {
  const handles: number[] = [];
  const stored = new Set<Digest>();
  let drafts = 0;
  const pathIn = (root: string, digest: Digest) => join(root, digest.slice(7, 9), digest.slice(9));
  const find = (digest: Digest) =>
    [folder, ...others].map((root) => pathIn(root, digest)).find((path) => existsSync(path));
  return {
    has(digest) {
      return stored.has(digest) || find(digest) !== undefined;
    },
    open(digest) {
      const path = find(digest);
      if (path === undefined) throw new Refused(`${digest} is not in the store`, 'hand the input in again');
      const handle = openSync(path, 'r');
      handles.push(handle);
      return fileSource(handle);
    },
    deposit() {
      const draft = join(folder, `draft-${process.pid}-${drafts++}`);
      return fileDeposit(draft, (digest) => {
        const path = pathIn(folder, digest);
        if (stored.has(digest) || existsSync(path)) {
          stored.add(digest);
          return null;
        }
        stored.add(digest);
        mkdirSync(join(folder, digest.slice(7, 9)), { recursive: true });
        return path;
      });
    },
    release() {
      for (const handle of handles.splice(0)) closeSync(handle);
    },
  };
}

/** Positioned reads of an open file. Small reads come from a few windows read ahead: a file system is read at its
 *  tables and its data in turn. A window is never written again, so that views stay valid. */
export function fileSource(handle: number): Source {
  const { size } = fstatSync(handle);
  const windows: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  return {
    size,
    bytes(start, end) {
      checkRange(start, end, size);
      const known = windows.find(({ at, bytes }) => start >= at && end <= at + bytes.length);
      if (known !== undefined) return known.bytes.subarray(start - known.at, end - known.at);
      const bytes = readExactly(handle, start, Math.max(end, Math.min(size, start + WINDOW)));
      windows.unshift({ at: start, bytes });
      if (windows.length > WINDOWS) windows.pop();
      return bytes.subarray(0, end - start);
    },
  };
}

function readExactly(handle: number, start: number, end: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let got = 0;
  while (got < bytes.length) {
    const read = readSync(handle, bytes, got, bytes.length - got, start + got);
    if (read === 0) throw new Error(`file became shorter than ${end} bytes while it was read`);
    got += read;
  }
  return bytes;
}

/** @param place  where the artefact belongs, or null when it is there already */
function fileDeposit(draft: string, place: (digest: Digest) => string | null): Deposit {
  const hash = createHash('sha256');
  let pieces: Uint8Array[] = [];
  let held = 0;
  let size = 0;
  let handle: number | null = null;
  const spill = () => {
    if (handle === null) {
      mkdirSync(join(draft, '..'), { recursive: true });
      handle = openSync(draft, 'wx');
    }
    for (const piece of pieces) writeWhole(handle, piece);
    pieces = [];
    held = 0;
  };
  const forget = () => {
    if (handle !== null) {
      closeSync(handle);
      rmSync(draft, { force: true });
      handle = null;
    }
    pieces = [];
  };
  return {
    write(piece) {
      hash.update(piece);
      pieces.push(new Uint8Array(piece)); // a copy; slice of a Buffer would be a view
      held += piece.length;
      size += piece.length;
      if (held > IN_MEMORY) spill();
    },
    close(): Artefact {
      const digest: Digest = `sha256:${hash.digest('hex')}`;
      const path = place(digest);
      if (path === null) forget();
      else {
        spill();
        if (handle !== null) closeSync(handle);
        renameSync(draft, path);
        handle = null;
      }
      return { digest, size };
    },
    abandon: forget,
  };
}

function writeWhole(handle: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}
