import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { adler32 } from '#engine/bytes/adler32';
import { Cursor } from '#engine/bytes/cursor';
import { deflatePieces } from '#engine/bytes/deflate';
import { windowOf } from '#engine/bytes/source';
import { contentHead, OutputBudget } from '#engine/bytes/stream';

/** Streams of zlib, in files of their own or inside others. */
export const zlib: Format = {
  kind: 'format',
  id: 'zlib',
  version: 1,
  doc: {
    name: 'zlib stream',
    says: 'Gives the content of a stream that decompresses to its end and matches its checksum.',
    sources: ['RFC 1950 (zlib 3.3)', 'RFC 1951 (DEFLATE 1.3)'],
    limits: [
      'The mark is two bytes: a damaged stream cannot be told from other bytes and is not recognised.',
      'Streams with a window below 32 KiB or a preset dictionary are not recognised.',
      'Inside other bytes a stream has at least 64 bytes of content.',
    ],
  },
  magics: [0x01, 0x5e, 0x9c, 0xda].map((second) => ({ bytes: Uint8Array.of(0x78, second), at: 0 })),
  open(source, whole) {
    return source.size >= LEAST && begins(source) ? readStream(source, whole) : null;
  },
};

/** Content of a stream inside other bytes: shorter ones are matched by chance. */
const EMBEDDED_LEAST = 64;

/** Header, an empty block and the checksum. */
const LEAST = 8;

/** Bytes of the trial that most false beginnings do not survive. */
const TRIAL = 512;

/** False when the first bytes cannot begin a stream. */
function begins(source: Source): boolean {
  const trial = windowOf(source, 0, Math.min(source.size, TRIAL));
  try {
    // the pieces are forgotten, the break is what counts
    for (const _ of deflatePieces(trial, 2));
    return true;
  } catch (error) {
    if (error instanceof Malformed) return error.at >= trial.size;
    throw error;
  }
}

function* readStream(source: Source, whole: boolean): Generator<Reading> {
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  let sum = 1;
  yield { kind: 'entry', entry: contentHead(null, stored) };
  const end = yield* budget.give(deflatePieces(source, 2), (piece) => {
    sum = adler32(piece, sum);
  });
  if (end + 4 > source.size) throw new Malformed('zlib stream ends in its checksum', source.size);
  if (new Cursor(source.bytes(end, end + 4)).u32be() !== sum)
    throw new Malformed('content does not match its Adler-32', end);
  if (!whole && budget.given < EMBEDDED_LEAST)
    throw new Malformed('too short to be told from other bytes', 0);
  stored.push([2, end]);
  yield { kind: 'extent', range: [0, 2], role: 'header' };
  yield { kind: 'extent', range: [2, end], role: 'payload' };
  yield { kind: 'extent', range: [end, end + 4], role: 'metadata' };
}
