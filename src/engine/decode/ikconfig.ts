import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { deflatePieces } from '#engine/bytes/deflate';
import { contentHead, OutputBudget } from '#engine/bytes/stream';
import { latin1 } from '#engine/bytes/text';

const START = new TextEncoder().encode('IKCFG_ST');

const END = 'IKCFG_ED';

/** The configuration that a kernel was built with, as it is kept inside the kernel. */
export const ikconfig: Format = {
  kind: 'format',
  id: 'ikconfig',
  version: 1,
  doc: {
    name: 'Configuration inside a Linux kernel (IKCONFIG)',
    says: 'Gives the configuration of the kernel as text.',
    sources: [
      'Linux v6.1, kernel/configs.c: marks around the compressed configuration',
      'RFC 1952 (gzip 4.3)',
    ],
    limits: ['Only what stands between both marks is given, and only when it matches its checksum.'],
  },
  magics: [{ bytes: Uint8Array.of(...START, 0x1f, 0x8b, 0x08), at: 0 }],
  open(source) {
    return source.size < START.length + GZIP_HEADER ? null : readConfig(source);
  },
};

/** Bytes of a header of gzip without name; the kernel's build writes none. */
const GZIP_HEADER = 10;

function* readConfig(source: Source): Generator<Reading> {
  const from = START.length + GZIP_HEADER;
  const flags = source.bytes(START.length + 3, START.length + 4)[0];
  if (flags !== 0) throw new Malformed('a gzip header with more than the kernel writes', START.length + 3);
  const budget = new OutputBudget(source.size);
  let sum = 0;
  const stored: [number, number][] = [];
  yield { kind: 'entry', entry: contentHead('config', stored) };
  const end = yield* budget.give(deflatePieces(source, from), (piece) => {
    sum = crc32(piece, sum);
  });
  const c = new Cursor(source.bytes(end, Math.min(source.size, end + 16)), 0, end);
  if (c.u32le() !== sum) throw new Malformed('the configuration does not match its CRC', end);
  if (c.u32le() !== budget.given) throw new Malformed('the configuration does not have its size', end + 4);
  if (latin1(c.take(END.length)) !== END) throw new Malformed('no mark behind the configuration', end + 8);
  stored.push([START.length, end + 8]);
  yield { kind: 'end' };
  yield { kind: 'extent', range: [0, START.length], role: 'header' };
  yield { kind: 'extent', range: [START.length, end + 8], role: 'payload' };
  yield { kind: 'extent', range: [end + 8, end + 16], role: 'header' };
}
