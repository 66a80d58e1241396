import { crc32 } from 'node:zlib';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fillersIn } from '#engine/bytes/filler';
import { facts, fieldText, filePart } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';
import { complement } from '#engine/bytes/ranges';

/** Packages for Huawei's optical network terminals: partitions, files and scripts that an update puts in place. */
export const huaweiHwnp: Format = {
  kind: 'format',
  id: 'huawei-hwnp',
  version: 1,
  doc: {
    name: 'Huawei HWNP firmware package',
    says: 'Gives every item under the path that the update writes it to; states section, version and policy of each, the products, and which checksums are right.',
    sources: ['HuaweiFirmwareTool (0xuserpag3), huawei_header.h, util_hw.cpp: header, items, checksums'],
    limits: [
      'What the bits of the policy mean is not documented.',
      'An item that is cut short is not given; its bytes are searched.',
      'A list of signatures is an item like others; whether signatures are right is not checked.',
      'At most 4096 items, of which the bytes are summed at most four times over.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('HWNP'), at: 0 }],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readPackage(source, header);
  },
};

const HEADER = 36;
const ITEM = 360;
const ITEM_LIMIT = 4096;

/** The size that is stated leaves out so many bytes. */
const UNCOUNTED = 0x4c;

/** How often the bytes of the file may be summed, items that share them included. */
const SUM_LIMIT = 4;

interface Item {
  readonly path: string;
  readonly sum: number;
  readonly range: ByteRange;
  readonly section: string;
  readonly version: string;
  readonly policy: number;
}

interface Header {
  /** Bytes of the whole package. */
  readonly size: number;
  readonly sum: number;
  readonly headerSum: number;
  /** Bytes of header, products and items. */
  readonly end: number;
  readonly products: string;
  readonly items: readonly Item[];
}

/** Little endian but for the size. */
function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const c = new Cursor(source.bytes(0, HEADER), 4);
  const size = c.u32be() + UNCOUNTED;
  const sum = c.u32le();
  c.skip(4); // size of the header, which older tools state without these bytes
  const headerSum = c.u32le();
  const count = c.u32le();
  c.skip(2); // unknown
  const productSize = c.u16le();
  const itemSize = c.u32le();
  if (count === 0 || count > ITEM_LIMIT || itemSize < ITEM || itemSize > 4096) return null;
  const end = HEADER + productSize + count * itemSize;
  if (end > source.size) return null;
  const products = fieldText(source.bytes(HEADER, HEADER + productSize));
  const items = Array.from({ length: count }, (_, i) => {
    const at = HEADER + productSize + i * itemSize;
    return readItem(new Cursor(source.bytes(at, at + ITEM)));
  });
  return items.every(({ path, range }) => path !== '' && range[0] >= end)
    ? { size, sum, headerSum, end, products, items }
    : null;
}

function readItem(c: Cursor): Item {
  c.skip(4); // number
  const sum = c.u32le();
  const start = c.u32le();
  const size = c.u32le();
  return {
    sum,
    range: [start, start + size],
    path: fieldText(c.take(256)),
    section: fieldText(c.take(16)),
    version: fieldText(c.take(64)),
    policy: c.u32le(),
  };
}

function* readPackage(source: Source, header: Header): Generator<Reading> {
  const { size, sum, headerSum, end, products, items } = header;
  yield { kind: 'extent', range: [0, HEADER], role: 'header' };
  yield { kind: 'extent', range: [HEADER, end], role: 'metadata' };
  yield* facts({
    products,
    items: String(items.length),
    'header-crc': sumOf(source, [20, end]) === headerSum ? 'right' : 'wrong',
    crc: size <= source.size && size >= end ? (sumOf(source, [12, size]) === sum ? 'right' : 'wrong') : null,
    data: size > source.size ? `cut short: ${source.size} of ${size} bytes` : null,
  });
  const work = { left: source.size * SUM_LIMIT };
  for (const item of items) yield* giveItem(source, item, work);
  const ranges = items.map(({ range }) => range);
  const last = ranges.reduce((most, range) => Math.max(most, range[1]), end);
  const holes = complement([[0, end], ...ranges], [0, Math.min(source.size, last)]);
  for (const { range, role } of fillersIn(source, holes)) yield { kind: 'extent', range, role };
}

function sumOf(source: Source, range: ByteRange): number {
  return fold(source, range, 0, (window, state) => crc32(window, state));
}

function* giveItem(source: Source, item: Item, work: { left: number }): Generator<Reading> {
  const { path, range, section, version, policy } = item;
  const words = [
    `section ${section}`,
    ...(version === '' || version === 'NULL' ? [] : [`version ${version}`]),
    `policy ${policy}`,
    checkItem(source, item, work),
  ];
  yield { kind: 'fact', name: `item.${path}`, value: words.join('; ') };
  if (range[1] <= source.size) yield* filePart(source, path, range);
}

function checkItem(source: Source, { sum, range }: Item, work: { left: number }): string {
  if (range[1] > source.size) return 'cut short';
  work.left -= range[1] - range[0];
  if (work.left < 0) return 'crc not checked: too much to sum';
  return sumOf(source, range) === sum ? 'crc right' : 'crc wrong';
}
