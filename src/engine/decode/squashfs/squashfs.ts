import type { Role } from '#domain/artefact';
import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { union } from '#engine/bytes/ranges';
import { readCurrentSuperblock } from '#engine/decode/squashfs/current-superblock';
import { readEarlySuperblock } from '#engine/decode/squashfs/early-superblock';
import { type Options, readOptions } from '#engine/decode/squashfs/options';
import type { Superblock } from '#engine/decode/squashfs/superblock';
import { Tree } from '#engine/decode/squashfs/tree';
import { readTables, type Tables, type Volume, volumeOf } from '#engine/decode/squashfs/volume';

/** `hsqs` is the format's own, `sqsh` where the image is big endian. The others are those of vendors and of the LZMA
 *  patches of the time before 4.0; they do not say reliably which byte order follows. */
const MAGICS = ['hsqs', 'sqsh', 'shsq', 'qshs', 'hsqt', 'tqsh', 'sqlz', 'zlqs'];

/** Reads SquashFS, the read-only file system of most routers and cameras. */
export const squashfs: Format = {
  kind: 'format',
  id: 'squashfs',
  version: 1,
  doc: {
    name: 'SquashFS 1 to 4, both byte orders',
    says: 'Every directory, file, link and device of a SquashFS image with mode, owner and time, and the content of files, by the compression that the image really has: gzip, LZMA with a whole or a five-byte header or none, XZ, LZO, LZ4 or Zstandard.',
    sources: [
      'Linux, Documentation/filesystems/squashfs.rst, clause 3',
      'Linux, fs/squashfs/squashfs_fs.h',
      'squashfs-tools, squashfs_compat.h: layout 1.x, 2.x and 3.x, bit fields in both byte orders',
      'squashfs-tools, struct …_comp_opts of the compressor wrappers',
    ],
    limits: [
      'Before 3.0 links, devices, pipes and sockets have no time of their own: none is given.',
      'Inodes are told apart by where they stand; a number that two of them state is not noticed.',
      'Superblocks that a vendor scrambled or encrypted are not recognised.',
      'Extended attributes, file capabilities among them, are counted but not read.',
      'An inode that no directory names is not listed; its data blocks stay unexplained.',
      'A file with one damaged block has no content at all; all its blocks stay unexplained.',
      'The tables stand behind the data: an image cut before its directory table lists nothing.',
    ],
  },
  magics: MAGICS.map((magic): Magic => ({ bytes: Buffer.from(magic, 'latin1'), at: 0 })),
  open(source) {
    const superblock = readSuperblock(source);
    return superblock !== null && MAGICS.includes(superblock.magic) ? readings(source, superblock) : null;
  },
};

/** Of any version in either byte order, by what the fields say. */
function readSuperblock(source: Source): Superblock | null {
  return (
    readCurrentSuperblock(source, true) ??
    readCurrentSuperblock(source, false) ??
    readEarlySuperblock(source, true) ??
    readEarlySuperblock(source, false)
  );
}

function* readings(source: Source, superblock: Superblock): Generator<Reading> {
  yield claim([0, superblock.size], 'header');
  const volume = volumeOf(source, superblock);
  const tree = new Tree(volume);
  const { metadata, problems } = volume;
  let options: Options | null = null;
  let tables: Tables | null = null;
  try {
    options = readOptions(source, superblock);
    tables = readTables(volume);
    yield* tree.read();
  } catch (error) {
    problems.keep(error);
  }
  yield { kind: 'end' };
  if (options !== null) yield claim(options.range, 'header');
  for (const range of union(tree.payload)) yield claim(range, 'payload');
  for (const range of union([...metadata.ranges(), ...(tables?.ranges ?? [])]))
    yield claim(range, 'metadata');
  yield* facts(volume, tree, options, tables);
  // Everything readable is given; only now the first break is named that it was read around.
  if (problems.first !== null) throw problems.first;
}

function claim(range: ByteRange, role: Role): Reading {
  return { kind: 'extent', range, role };
}

function* facts(
  { superblock, unpacker, problems }: Volume,
  tree: Tree,
  options: Options | null,
  tables: Tables | null,
): Generator<Reading> {
  const fact = (name: string, value: string | number): Reading => ({ kind: 'fact', name, value: `${value}` });
  yield fact('version', `${superblock.major}.${superblock.minor}`);
  if (!superblock.isLittle) yield fact('byte-order', 'big endian');
  if (superblock.magic !== MAGICS[0]) yield fact('magic', superblock.magic);
  yield fact('block-size', superblock.blockSize);
  yield fact('made-at', new Date(1000 * superblock.madeAt).toISOString());
  if (superblock.compression !== null) yield fact('compression-stated', superblock.compression);
  if (unpacker.codec !== null) yield fact('compression', unpacker.codec);
  const { form } = unpacker.bare;
  if (form !== null)
    yield fact('lzma-properties', `lc ${form.lc}, lp ${form.lp}, pb ${form.pb}, behind ${form.offset} bytes`);
  if (options !== null) yield fact('compressor-options', options.text);
  yield fact('inodes-stated', superblock.inodes);
  yield fact('inodes-in-tree', tree.inodes);
  // Stands here too: where every byte has a meaning all the same, no gap would tell of it.
  if (problems.first !== null) yield fact('first-break', problems.said);
  if (tables !== null && tables.xattrs > 0) yield fact('extended-attributes', tables.xattrs);
}
