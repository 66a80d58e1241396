import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, fieldText, wholePart } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';

/** Images of Netgear's routers: a header with four checksums in front of kernel and root file system. */
export const netgearChk: Format = {
  kind: 'format',
  id: 'netgear-chk',
  version: 1,
  doc: {
    name: 'Netgear firmware image (CHK)',
    says: 'Gives kernel and root file system and states board, version, region and which of the checksums are right.',
    sources: ['OpenWrt, mkchkimg.c: header, checksum', 'unblob, handlers/archive/netgear/chk.py: header'],
    limits: [
      'Many images have all in the kernel part and no root file system.',
      'A part that is cut short is not given; its bytes are searched.',
      'The version is read from the reserved bytes, where Netgear’s own tools keep it.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x2a, 0x23, 0x24, 0x5e), at: 0 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

const FIXED = 40;

/** Bytes of header with the name of the board. */
const HEADER_MOST = 128;

interface Header {
  readonly size: number;
  readonly region: number;
  readonly version: string;
  readonly kernelSum: number;
  readonly rootSum: number;
  readonly kernel: ByteRange;
  readonly root: ByteRange;
  readonly imageSum: number;
  readonly headerSum: number;
  readonly board: string;
}

function readHeader(source: Source): Header | null {
  if (source.size < FIXED) return null;
  const c = new Cursor(source.bytes(0, Math.min(source.size, HEADER_MOST)), 4);
  const size = c.u32be();
  if (size < FIXED || size > c.bytes.length) return null;
  const region = c.u8();
  const version = Array.from({ length: 7 }, () => c.u8());
  const kernelSum = c.u32be();
  const rootSum = c.u32be();
  const kernelSize = c.u32be();
  const rootSize = c.u32be();
  const imageSum = c.u32be();
  const headerSum = c.u32be();
  const board = fieldText(c.take(size - FIXED));
  if (!/^[\x20-\x7e]*$/.test(board) || kernelSize + rootSize === 0) return null;
  return {
    size,
    region,
    version: `${version.slice(0, 4).join('.')}_${version.slice(4).join('.')}`,
    kernelSum,
    rootSum,
    kernel: [size, size + kernelSize],
    root: [size + kernelSize, size + kernelSize + rootSize],
    imageSum,
    headerSum,
    board,
  };
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  const { size, region, version, kernel, root, board, headerSum, imageSum, kernelSum, rootSum } = header;
  yield { kind: 'extent', range: [0, size], role: 'header' };
  yield* facts({
    board,
    region: String(region),
    version,
    'header-sum': isHeaderRight(source, header) ? 'right' : `wrong, ${headerSum} stated`,
    'image-sum': compare(source, [kernel[0], root[1]], imageSum),
  });
  for (const { name, range, sum } of [
    { name: 'kernel', range: kernel, sum: kernelSum },
    { name: 'rootfs', range: root, sum: rootSum },
  ]) {
    if (range[0] === range[1]) continue;
    yield* facts({ [`${name}-sum`]: compare(source, range, sum) });
    yield* wholePart(source, name, range);
  }
}

/** Null: not all of it is there. */
function compare(source: Source, range: ByteRange, stated: number): string | null {
  if (range[1] > source.size) return null;
  return fold(source, range, new Sum(), (window, sum) => sum.add(window)).value === stated
    ? 'right'
    : 'wrong';
}

/** The header is summed with zeros in place of its own sum. */
function isHeaderRight(source: Source, { size, headerSum }: Header): boolean {
  const bytes = Uint8Array.from(source.bytes(0, size)).fill(0, 36, 40);
  return new Sum().add(bytes).value === headerSum;
}

/** Two running sums of 32 bits, each folded to 16: the sum of the bytes and the sum of those sums. */
class Sum {
  private bytes = 0;
  private sums = 0;

  add(window: Uint8Array): this {
    let { bytes, sums } = this;
    for (const byte of window) {
      bytes = (bytes + byte) >>> 0;
      sums = (sums + bytes) >>> 0;
    }
    this.bytes = bytes;
    this.sums = sums;
    return this;
  }

  get value(): number {
    return ((folded(this.sums) << 16) | folded(this.bytes)) >>> 0;
  }
}

function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ((once >>> 16) + once) & 0xffff;
}
