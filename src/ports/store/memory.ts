import { createHash } from 'node:crypto';
import type { Artefact, Digest } from '#domain/artefact';
import { Refused } from '#domain/error';
import type { Blobs } from '#domain/ports';
import { memorySource } from '#engine/bytes/source';

/** A store that lives as long as the process. For tests, examples and the demonstration. */
export interface MemoryBlobs extends Blobs {
  /** Keeps a copy of the bytes. */
  put(bytes: Uint8Array): Artefact;
}

/** An empty store in memory. */
export function memoryBlobs(): MemoryBlobs {
  const kept = new Map<Digest, Uint8Array>();

  function keep(bytes: Uint8Array): Artefact {
    const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    kept.set(digest, bytes);
    return { digest, size: bytes.length };
  }

  return {
    put: (bytes) => keep(new Uint8Array(bytes)),
    open(digest) {
      const bytes = kept.get(digest);
      if (bytes === undefined)
        throw new Refused(`${digest} is not in the store`, 'hand the artefact in first');
      return memorySource(bytes);
    },
    deposit() {
      let pieces: Uint8Array[] = [];
      return {
        // a copy: whoever writes may use the piece again, and slice of a Buffer would be a view
        write: (piece) => void pieces.push(new Uint8Array(piece)),
        close() {
          const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
          let at = 0;
          for (const piece of pieces) {
            whole.set(piece, at);
            at += piece.length;
          }
          pieces = [];
          return keep(whole);
        },
        abandon() {
          pieces = [];
        },
      };
    },
  };
}
