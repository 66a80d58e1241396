import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { runEnd } from '#engine/bytes/filler';
import { facts, fieldText, wholePart } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';

/** Images of Zyxel's routers with a header of one erase block and sums as in System V. */
export const zyxelRas: Format = {
  kind: 'format',
  id: 'zyxel-ras',
  version: 1,
  doc: {
    name: 'Zyxel firmware image (RAS)',
    says: 'Gives root file system and kernel; states version, board, and which sums are right.',
    sources: ['OpenWrt, scripts/make-ras.sh: header, sums'],
    limits: [
      'The format has no mark: it is recognised at the beginning of an artefact, by the sum of its header alone.',
      'The header ends with the erase block, which it does not state: 64, 128 or 256 KiB, whichever makes the sum of the root file system right, else 64 KiB.',
      'A part that is cut short is not given; its bytes are searched.',
    ],
  },
  magics: [],
  open(source, whole) {
    const header = whole ? readHeader(source) : null;
    return header === null ? null : readImage(source, header);
  },
};

/** What the sum of the header covers. */
const SUMMED = 2048;

/** Where fields end and filling begins. */
const FIELDS = 116;

const ERASE_BLOCKS = [64, 128, 256].map((size) => size * 1024);

interface Header {
  readonly version: string;
  readonly board: string;
  readonly rootSum: number;
  readonly rootSize: number;
  readonly kernelSum: number;
  readonly kernelSize: number;
  readonly end: number;
}

function readHeader(source: Source): Header | null {
  if (source.size < (ERASE_BLOCKS[0] ?? 0)) return null;
  const bytes = source.bytes(0, SUMMED);
  const c = new Cursor(bytes);
  const rootSum = c.u32be();
  const rootSize = c.u32be();
  const version = fieldText(c.take(32));
  const sum = c.u32be();
  const board = fieldText(c.take(64));
  const kernelSum = c.u32be();
  const kernelSize = c.u32be();
  if (rootSum > 0xffff || kernelSum > 0xffff || sum > 0xffff || version === '' || board === '') return null;
  if (!/^[\x20-\x7e]+$/.test(version + board)) return null;
  // the sum of the root file system stands in for its own
  const summed = Uint8Array.from(bytes);
  summed.set(bytes.subarray(0, 4), 40);
  if (folded(total(summed, 0)) !== sum) return null;
  const fields = { version, board, rootSum, rootSize, kernelSum, kernelSize };
  const fits = (size: number) => compare(source, [size, size + rootSize], rootSum) === 'right';
  return { ...fields, end: ERASE_BLOCKS.find(fits) ?? ERASE_BLOCKS[0] ?? 0 };
}

function total(window: Uint8Array, start: number): number {
  let sum = start;
  for (const byte of window) sum += byte;
  return sum;
}

/** The sum of the bytes, its carries added until 16 bits are left. */
function folded(sum: number): number {
  const once = (sum % 0x10000) + Math.floor((sum % 2 ** 32) / 0x10000);
  return (once & 0xffff) + (once >>> 16);
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  const { version, board, rootSum, rootSize, kernelSum, kernelSize, end } = header;
  const root: ByteRange = [end, end + rootSize];
  const kernel: ByteRange = [root[1], root[1] + kernelSize];
  yield { kind: 'extent', range: [0, FIELDS], role: 'header' };
  if (runEnd(source, FIELDS, 0xff, end) === end)
    yield { kind: 'extent', range: [FIELDS, end], role: 'erased' };
  yield* facts({
    version,
    board,
    'rootfs-sum': compare(source, root, rootSum),
    'kernel-sum': compare(source, kernel, kernelSum),
  });
  if (rootSize > 0) yield* wholePart(source, 'rootfs', root);
  if (kernelSize > 0) yield* wholePart(source, 'kernel', kernel);
}

/** Null: not all of it is there. */
function compare(source: Source, range: ByteRange, stated: number): string | null {
  if (range[1] > source.size || range[0] === range[1]) return null;
  return folded(fold(source, range, 0, total)) === stated ? 'right' : 'wrong';
}
