// node examples/decode/ubi/make.ts: writes the inputs block by block, in erase blocks of 4 KiB.
import { crc32 } from 'node:zlib';
import { be16, be32, bytes, field, noise, patched, writeCases, zeros } from '../../craft.ts';

const BLOCK = 4096;
const crc = (data: Uint8Array) => ~crc32(data) >>> 0;
const sealed = (body: Buffer) => bytes(body, be32(crc(body)));

interface Written {
  readonly volume: number;
  readonly number: number;
  readonly sequence: number;
  readonly data: Uint8Array;
  readonly isStatic?: boolean;
  readonly isCopy?: boolean;
  /** Instead of the right checksum. */
  readonly sum?: number;
}

/** An erase block: header at 0, header of the volume at 64, data from 128 on; null: nothing written. */
function block(written: Written | null): Buffer {
  const counter = sealed(bytes('UBI#', [1, 0, 0, 0], zeros(4), be32(7), be32(64), be32(128), be32(0x1234), zeros(32)));
  if (written === null) return field(bytes(counter, Buffer.alloc(BLOCK - 64, 0xff)), BLOCK);
  const { volume, number, sequence, data, isStatic = false, isCopy = false } = written;
  const states = isStatic || isCopy;
  const head = bytes(
    ...['UBI!', [1, isStatic ? 2 : 1, isCopy ? 1 : 0, 0], be32(volume), be32(number), zeros(4)],
    ...[be32(states ? data.length : 0), be32(isStatic ? 1 : 0), zeros(4)],
    ...[be32(states ? (written.sum ?? crc(data)) : 0), zeros(4), zeros(4), be32(sequence), zeros(12)],
  );
  return bytes(counter, sealed(head), data, Buffer.alloc(BLOCK - 128 - data.length, 0xff));
}

/** The table of volumes, as much of it as a small block holds. */
function table(sequence: number, number: number, ...names: readonly string[]): Buffer {
  const records = Array.from({ length: 23 }, (_, i) => {
    const name = names[i];
    const text = name ?? '';
    return sealed(
      name === undefined
        ? zeros(168)
        : bytes(be32(2), be32(1), zeros(4), [1, 0], be16(text.length), field(text, 128), zeros(24)),
    );
  });
  return block({ volume: 0x7fffefff, number, sequence, data: bytes(...records) });
}

const full = (seed: number) => noise(BLOCK - 128, seed);
const names = ['kernel', 'rootfs_data'] as const;
const image = bytes(
  table(1, 0, ...names),
  table(2, 1, ...names),
  block({ volume: 0, number: 0, sequence: 3, data: full(1) }),
  block(null),
  block({ volume: 1, number: 1, sequence: 4, data: full(2) }),
  block({ volume: 1, number: 0, sequence: 5, data: full(3) }),
);

const CASES: Readonly<Record<string, readonly [note: string, input: Uint8Array]>> = {
  'two-volumes': ['Blocks stand in any order; each volume is put together by their numbers.', image],
  'block-written-again': [
    'The block was written twice; what was replaced is given as evidence.',
    bytes(
      table(1, 0, 'data'),
      block({ volume: 0, number: 0, sequence: 8, data: field('the newer content', BLOCK - 128) }),
      block({ volume: 0, number: 0, sequence: 5, data: field('the older content', BLOCK - 128) }),
    ),
  ],
  'copy-that-power-cut': [
    'The newer copy does not have its checksum: it was being made when power failed, so the older one counts.',
    bytes(
      table(1, 0, 'data'),
      block({ volume: 0, number: 0, sequence: 5, data: field('whole', BLOCK - 128) }),
      block({ volume: 0, number: 0, sequence: 8, data: field('half', BLOCK - 128), isCopy: true, sum: 1 }),
    ),
  ],
  'block-missing': [
    'The middle block was never written: it reads as erased flash.',
    bytes(
      table(1, 0, 'data'),
      block({ volume: 0, number: 0, sequence: 5, data: full(5) }),
      block({ volume: 0, number: 2, sequence: 6, data: full(6) }),
    ),
  ],
  'static-volume': [
    'A static volume states how many bytes each block has.',
    bytes(table(1, 0, 'logo'), block({ volume: 0, number: 0, sequence: 5, data: noise(1000, 4), isStatic: true })),
  ],
  'without-table': ['No table of volumes: they are named by number.', image.subarray(2 * BLOCK)],
  'header-damaged': ['One volume header has a wrong checksum; the other blocks are read.', patched(image, 4 * BLOCK + 70, [0xff])],
  'block-number-of-billions': [
    'A block claims to be number 4,000,000,000 of its volume.',
    bytes(table(1, 0, 'data'), block({ volume: 0, number: 4_000_000_000, sequence: 5, data: full(5) })),
  ],
  'cut-short': ['The image ends within a block.', image.subarray(0, 5 * BLOCK + 1000)],
  'mark-without-checksum': ['Text that begins as an erase block does.', bytes('UBI# is how erase blocks begin\n', noise(500, 3))],
};

writeCases(
  import.meta.dirname,
  '../make.ts',
  Object.fromEntries(Object.entries(CASES).map(([name, [note, input]]) => [name, { note, input }])),
);
