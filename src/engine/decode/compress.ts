import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { LZW_FIRST_BITS, LZW_MOST_BITS, lzwPieces } from '#engine/bytes/lzw';
import { contentHead, damaged, OutputBudget } from '#engine/bytes/stream';

/** Files of Unix compress. */
export const compress: Format = {
  kind: 'format',
  id: 'compress',
  version: 1,
  doc: {
    name: 'compress file (.Z, LZW)',
    says: 'Gives the content.',
    sources: [
      'IEEE Std 1003.1-2017, compress: adaptive Lempel-Ziv coding',
      'T. Welch, A Technique for High-Performance Data Compression, IEEE Computer 17 (1984)',
      'ncompress 4.2.4: groups of codes, header',
    ],
    limits: [
      'Recognised only as a whole artefact: nothing tells where the codes end.',
      'There is no checksum: a file that is cut or changed may give other content without a sign of it.',
      'A file gives at most 1 GiB.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x1f, 0x9d), at: 0 }],
  open(source, whole) {
    if (!whole || source.size <= HEADER) return null;
    const flags = source.bytes(2, HEADER)[0] ?? 0;
    const bits = flags & 0x1f;
    if ((flags & 0x60) !== 0 || bits < LZW_FIRST_BITS || bits > LZW_MOST_BITS) return null;
    return readFile(source, bits, (flags & 0x80) !== 0);
  },
};

/** Bytes of the header: mark and flags. */
const HEADER = 3;

function* readFile(source: Source, bits: number, canClear: boolean): Generator<Reading> {
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield { kind: 'fact', name: 'bits', value: String(bits) };
  yield { kind: 'fact', name: 'block-mode', value: canClear ? 'yes' : 'no' };
  yield { kind: 'entry', entry: contentHead(null, stored) };
  try {
    const end = yield* budget.give(lzwPieces(source, HEADER, bits, canClear));
    if (budget.given === 0) throw new Malformed('no code in an LZW stream', HEADER);
    stored.push([HEADER, end]);
    yield { kind: 'extent', range: [HEADER, end], role: 'payload' };
  } catch (error) {
    yield* damaged(error, true, budget, stored, HEADER);
  }
}
