import { crc32 } from 'node:zlib';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, fieldText, hex, wholePart } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';

/** Images for Broadcom's DSL and cable gateways: a tag of texts in front of boot loader, root file system and kernel. */
export const bcm963xxTag: Format = {
  kind: 'format',
  id: 'bcm963xx-tag',
  version: 1,
  doc: {
    name: 'Broadcom BCM963xx firmware image (image tag)',
    says: 'Gives boot loader, root file system and kernel as the addresses in the tag order them; states board, chip, versions, and which checksums are right.',
    sources: [
      'Linux v6.1, include/linux/bcm963xx_tag.h: struct bcm_tag',
      'OpenWrt, bcm63xx imagetag.c: order of the parts, checksums',
    ],
    limits: [
      'Tags in which a vendor put another name than Broadcom’s are not recognised, nor those with a wrong checksum inside other bytes.',
      'Where tag and OpenWrt disagree on what stands first, the kernel is first and the rest is the root file system.',
      'A part that is cut short is not given; its bytes are searched.',
    ],
  },
  magics: [{ bytes: new TextEncoder().encode('Broadcom Corporatio'), at: 4 }],
  open(source, whole) {
    const tag = readTag(source);
    return tag === null || (!whole && !tag.isRight) ? null : readImage(source, tag);
  },
};

const TAG = 256;

/** What the checksum of the tag covers. */
const SUMMED = 236;

interface Part {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  /** Null: the tag has none. */
  readonly sum: number | null;
}

interface Tag {
  readonly words: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly parts: readonly Part[];
  readonly imageSum: number;
  readonly isRight: boolean;
}

function readTag(source: Source): Tag | null {
  if (source.size < TAG) return null;
  const bytes = source.bytes(0, TAG);
  const c = new Cursor(bytes);
  const text = (length: number) => fieldText(c.take(length)).trim();
  const version = text(4);
  const company = text(20);
  const product = text(14);
  const chip = text(6);
  const board = text(16);
  const order = text(2);
  const number = (length: number) => {
    const digits = text(length);
    return /^\d{1,10}$/.test(digits) ? Number(digits) : 0;
  };
  const size = number(10);
  const loader = { address: number(12), size: number(10) };
  const root = { address: number(12), size: number(10) };
  const kernel = { address: number(12), size: number(10) };
  c.skip(4 + 20); // two flags, room for a signature
  const information = text(30);
  c.skip(4 + 4 + 16); // layout of flash, a checksum of both, vendor's own
  const imageSum = c.u32be();
  const rootSum = c.u32be();
  const kernelSum = c.u32be();
  c.skip(8);
  const sum = c.u32be();
  if (size === 0 || root.size + kernel.size + loader.size === 0) return null;
  return {
    words: {
      'tag-version': version,
      company,
      product,
      chip,
      board,
      'byte-order': order === '1' ? 'big endian' : order === '0' ? 'little endian' : null,
      information: /^[\x20-\x7e]+$/.test(information) ? information : null,
    },
    size,
    parts: [
      { name: 'cfe', ...loader, sum: null },
      { name: 'rootfs', ...root, sum: rootSum },
      { name: 'kernel', ...kernel, sum: kernelSum },
    ].filter((part) => part.size > 0),
    imageSum,
    isRight: ~crc32(bytes.subarray(0, SUMMED)) >>> 0 === sum,
  };
}

function* readImage(source: Source, tag: Tag): Generator<Reading> {
  const { words, size, parts, imageSum, isRight } = tag;
  yield { kind: 'extent', range: [0, TAG], role: 'header' };
  yield* facts({
    ...words,
    'tag-crc': isRight ? 'right' : 'wrong',
    'image-crc': compare(source, [TAG, TAG + size], imageSum),
    ...Object.fromEntries(parts.map(({ name, address }) => [`${name}-address`, hex(address)])),
  });
  for (const { name, range, sum } of place(parts, size)) {
    yield* facts({ [`${name}-crc`]: sum === null ? null : compare(source, range, sum) });
    yield* wholePart(source, name, range);
  }
}

/** Parts stand behind the tag in the order of their addresses. */
function place(
  parts: readonly Part[],
  size: number,
): readonly { name: string; range: ByteRange; sum: number | null }[] {
  const kernel = parts.find(({ name }) => name === 'kernel');
  const root = parts.find(({ name }) => name === 'rootfs');
  if (kernel !== undefined && root !== undefined && kernel.address === root.address) {
    const end = TAG + kernel.size;
    return [
      { name: 'kernel', range: [TAG, end], sum: kernel.sum },
      { name: 'rootfs', range: [end, Math.max(end, TAG + size)], sum: null },
    ];
  }
  let at = TAG;
  return parts
    .toSorted((a, b) => a.address - b.address)
    .map(({ name, size: length, sum }) => {
      const range: ByteRange = [at, at + length];
      at += length;
      return { name, range, sum };
    });
}

/** CRC-32 without its last inversion. Null: not all of it is there. */
function compare(source: Source, range: ByteRange, stated: number): string | null {
  if (range[1] > source.size) return null;
  return ~fold(source, range, 0, (window, state) => crc32(window, state)) >>> 0 === stated
    ? 'right'
    : 'wrong';
}
