import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { facts } from '#engine/bytes/parts';
import {
  INCOMPATIBLE,
  MAGIC,
  readSuperblock,
  type Superblock,
  SUPERBLOCK_AT,
} from '#engine/decode/erofs/superblock';
import { Tree } from '#engine/decode/erofs/tree';
import { COMPRESSIONS } from '#engine/decode/erofs/unpack';
import { Volume } from '#engine/decode/erofs/volume';

/** Reads EROFS, the read-only file system of newer Linux devices. */
export const erofs: Format = {
  kind: 'format',
  id: 'erofs',
  version: 1,
  doc: {
    name: 'EROFS',
    says: 'Every directory, file, link and device with mode, owner and time, and the content of files: plain, in chunks, or compressed by LZ4, LZMA, DEFLATE or Zstandard, with ends that are stored among the metadata or in the packed inode. States whether the superblock has its checksum.',
    sources: [
      'Linux, Documentation/filesystems/erofs.rst',
      'Linux, fs/erofs/erofs_fs.h: superblock, inodes, indexes; fs/erofs/zmap.c: extents of compressed files',
      'Linux, fs/erofs/decompressor.c: zeros before compressed data, interlaced blocks',
      'XZ Utils, liblzma: MicroLZMA',
    ],
    limits: [
      'Of extended attributes the names are counted, values, file capabilities among them, are not given; names that begin with one of the image’s own list show its number.',
      'Files whose content is on another device (blobs of container images) have none.',
      'Images with 48-bit addresses, with extents of their own form in place of indexes, or with metadata in a box of their own (Linux 6.15 and later) are recognised and not read.',
      'An inode that no directory names is not listed; its data stay unexplained.',
      'Compressed files above 2^18 clusters, mostly 1 GiB, are not read.',
    ],
  },
  magics: [{ bytes: MAGIC, at: SUPERBLOCK_AT }],
  open(source) {
    const superblock = readSuperblock(source);
    return superblock === null ? null : readings(source, superblock);
  },
};

function* readings(source: Source, superblock: Superblock): Generator<Reading> {
  const volume = new Volume(source, superblock);
  const tree = new Tree(volume);
  const { walk } = volume;
  walk.claim([SUPERBLOCK_AT, SUPERBLOCK_AT + superblock.size], 'header');
  try {
    if (superblock.unknown !== 0)
      throw new Malformed(`features 0x${superblock.unknown.toString(16)} are not read`, SUPERBLOCK_AT + 80);
    claimParameters(volume);
    yield* tree.read();
  } catch (error) {
    walk.keep(error);
  }
  walk.fill(superblock.imageSize);
  yield* facts(factsOf(superblock, tree, source));
  yield* walk.end();
}

/** Claims the parameters of compressions and the table of devices. */
function claimParameters({ superblock, walk, source }: Volume): void {
  const { incompatible, compressions, devices, devicesAt } = superblock;
  if ((incompatible & INCOMPATIBLE.parameters) !== 0) {
    let at = SUPERBLOCK_AT + superblock.size;
    for (let bits = compressions; bits !== 0 && at + 2 <= source.size; bits >>= 1) {
      if ((bits & 1) === 0) continue;
      const length = new Cursor(source.bytes(at, at + 2)).u16le();
      walk.claim([at, at + 2 + length], 'header');
      at += 2 + length;
    }
  }
  // The same bit says that files may have two compressions; then there are no devices.
  if ((incompatible & INCOMPATIBLE.devices) !== 0 && devices > 0)
    walk.claim([devicesAt, devicesAt + 128 * devices], 'header');
}

function factsOf(
  superblock: Superblock,
  tree: Tree,
  source: Source,
): Readonly<Record<string, string | null>> {
  const { compatible, incompatible, isChecksumRight, imageSize, name, devices, compressions } = superblock;
  const counts = (map: ReadonlyMap<string, number>) =>
    map.size === 0 ? null : [...map].map(([what, count]) => `${what} ${count}`).join(', ');
  const stated = COMPRESSIONS.filter((_, i) => ((compressions >> i) & 1) === 1).join(', ');
  const hasParameters = (incompatible & INCOMPATIBLE.parameters) !== 0;
  return {
    features: `0x${compatible.toString(16)} 0x${incompatible.toString(16)}`,
    'block-size': `${superblock.blockSize}`,
    uuid: superblock.uuid,
    name: name === '' ? null : name,
    'made-at': timeOf(superblock.madeAt),
    checksum: isChecksumRight === null ? null : isChecksumRight ? 'right' : 'wrong',
    data: imageSize > source.size ? `cut short: ${source.size} of ${imageSize} bytes` : null,
    'compressions-stated': hasParameters ? stated : null,
    extents: counts(tree.reader.compressions),
    'inodes-stated': `${superblock.inodes}`,
    'inodes-in-tree': `${tree.named.size}`,
    'extended-attributes': counts(tree.attributes.counts),
    devices: devices === 0 ? null : `${devices} besides this one`,
  };
}

/** Null: the clock of the maker was beyond what a date can say. */
function timeOf(seconds: number): string | null {
  return Math.abs(seconds) > 8.64e12 ? null : new Date(1000 * seconds).toISOString();
}
