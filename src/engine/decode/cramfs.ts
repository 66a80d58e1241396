import { crc32 } from 'node:zlib';
import type { EntryHead } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { inflateBlock } from '#engine/bytes/inflate';
import { fold } from '#engine/bytes/pieces';
import { latin1, nameOf } from '#engine/bytes/text';
import { DEPTH_LIMIT, pathBelow, stepOf, typeOfMode, Walk, zeroPieces } from '#engine/bytes/walk';

const LITTLE = Uint8Array.of(0x45, 0x3d, 0xcd, 0x28);
const BIG = Uint8Array.of(0x28, 0xcd, 0x3d, 0x45);

/** Bytes of boot code that may stand before the superblock. */
const PAD = 512;

/** Linux's small read-only file system of the time before SquashFS. */
export const cramfs: Format = {
  kind: 'format',
  id: 'cramfs',
  version: 1,
  doc: {
    name: 'cramfs, both byte orders',
    says: 'Every directory, file, link and device with mode and owner, and the content of files; states whether the image matches its checksum.',
    sources: [
      'Linux, fs/cramfs/README and Documentation/filesystems/cramfs.rst',
      'Linux, include/uapi/linux/cramfs_fs.h',
      'Linux, fs/cramfs/inode.c, cramfs_read_folio: block pointers',
    ],
    limits: [
      'Blocks are read as zlib has them; vendors’ builds with another compression are recognised, their files are not read.',
      'The image keeps no times, and of group numbers only the low eight bits.',
      'Files with the same content share it: whether they were one file is not kept.',
      'The size of a block is not kept: it is found by the first file that is larger than 4 KiB.',
    ],
  },
  magics: [LITTLE, BIG].flatMap((bytes): Magic[] => [
    { bytes, at: 0 },
    { bytes, at: PAD },
  ]),
  open(source) {
    const superblock = readSuperblock(source, 0) ?? readSuperblock(source, PAD);
    return superblock === null ? null : readings(new Image(source, superblock));
  },
};

const SUPERBLOCK = 64;
const INODE = 12;

/** The size is that of the image, and there is a checksum. */
const VERSION_2 = 0x1;
/** The root directory need not follow the superblock. */
const SHIFTED_ROOT = 0x400;

interface Inode {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content or of the directory; the number of a device. */
  readonly size: number;
  /** Bytes of the name that follows, zeros included. */
  readonly nameLength: number;
  /** Where content or directory stands, from the beginning of the image. */
  readonly offset: number;
}

interface Superblock {
  readonly at: number;
  readonly isLittle: boolean;
  readonly size: number;
  readonly flags: number;
  readonly crc: number;
  readonly edition: number;
  readonly files: number;
  readonly name: string;
  readonly root: Inode;
}

/** Null: none at `at`. */
function readSuperblock(source: Source, at: number): Superblock | null {
  if (at + SUPERBLOCK + INODE > source.size) return null;
  const bytes = source.bytes(at, at + SUPERBLOCK + INODE);
  const isLittle = LITTLE.every((byte, i) => bytes[i] === byte);
  if (!isLittle && !BIG.every((byte, i) => bytes[i] === byte)) return null;
  const c = new Cursor(bytes, 4);
  const word = () => (isLittle ? c.u32le() : c.u32be());
  const size = word();
  const flags = word();
  word(); // for the future
  const signature = latin1(c.take(16));
  const crc = word();
  const edition = word();
  word(); // blocks
  const files = word();
  const name = nameOf(untilZero(c.take(16)));
  const root = readInode(c, isLittle);
  const isPlaced =
    root.offset === 0 || root.offset === at + SUPERBLOCK + INODE || (flags & SHIFTED_ROOT) !== 0;
  if (signature !== 'Compressed ROMFS' || typeOfMode(root.mode) !== 'directory' || !isPlaced) return null;
  // Where the root may stand anywhere, bytes before the superblock would be taken for boot code.
  if (at !== 0 && root.offset !== at + SUPERBLOCK + INODE) return null;
  return { at, isLittle, size, flags, crc, edition, files, name, root };
}

/** Source: cramfs_fs.h, struct cramfs_inode; its fields begin at the low bits in one byte order, at the high ones in the other */
function readInode(c: Cursor, isLittle: boolean): Inode {
  const half = () => (isLittle ? c.u16le() : c.u16be());
  const word = () => (isLittle ? c.u32le() : c.u32be());
  const mode = half();
  const uid = half();
  const sizeAndGid = word(); // 24 and 8 bits
  const nameAndOffset = word(); // 6 and 26 bits, both in units of four bytes
  return isLittle
    ? {
        mode,
        uid,
        size: sizeAndGid & 0xffffff,
        gid: sizeAndGid >>> 24,
        nameLength: 4 * (nameAndOffset & 0x3f),
        offset: 4 * (nameAndOffset >>> 6),
      }
    : {
        mode,
        uid,
        size: sizeAndGid >>> 8,
        gid: sizeAndGid & 0xff,
        nameLength: 4 * (nameAndOffset >>> 26),
        offset: 4 * (nameAndOffset & 0x3ffffff),
      };
}

function* readings(image: Image): Generator<Reading> {
  const { walk, superblock } = image;
  const { at, root } = superblock;
  walk.claim([at, at + SUPERBLOCK + INODE], 'header');
  try {
    yield* readTree(image, root);
  } catch (error) {
    walk.keep(error);
  }
  if ((superblock.flags & VERSION_2) !== 0) walk.fill(superblock.size);
  yield* facts(image);
  yield* walk.end();
}

function* facts({ walk, superblock, blockSize }: Image): Generator<Reading> {
  const { at, isLittle, size, flags, crc, edition, files, name } = superblock;
  const fact = (label: string, value: string | number): Reading => ({
    kind: 'fact',
    name: label,
    value: `${value}`,
  });
  yield fact('byte-order', isLittle ? 'little endian' : 'big endian');
  if (name !== '') yield fact('name', name);
  if (at !== 0) yield fact('boot-code', `${at} bytes`);
  if (blockSize !== null) yield fact('block-size', blockSize);
  if ((flags & VERSION_2) === 0) return;
  yield fact('edition', edition);
  yield fact('files-stated', files);
  yield fact('files-in-tree', walk.entries);
  if (size > walk.source.size) yield fact('data', `cut short: ${walk.source.size} of ${size} bytes`);
  else yield fact('crc', sumOf(walk.source, at, size) === crc ? 'right' : 'wrong');
}

/** CRC-32 from the superblock to the end, with zeros in its own place. */
function sumOf(source: Source, at: number, size: number): number {
  const CRC_AT = at + 32;
  if (size < CRC_AT + 4) return -1;
  const before = crc32(source.bytes(at, CRC_AT));
  const zeros = crc32(new Uint8Array(4), before);
  return fold(source, [CRC_AT + 4, size], zeros, (window, sum) => crc32(window, sum));
}

interface Listed {
  readonly path: string;
  readonly depth: number;
  readonly inode: Inode;
}

/** Depth first, in the order of the directories. */
function* readTree(image: Image, root: Inode): Generator<Reading> {
  const { walk } = image;
  const entered = new Set<number>();
  const waiting: Listed[] = [{ path: '', depth: 0, inode: root }];
  for (let listed = waiting.pop(); listed !== undefined; listed = waiting.pop()) {
    try {
      yield* readEntry(image, listed);
      if (typeOfMode(listed.inode.mode) === 'directory')
        waiting.push(...listingOf(image, listed, entered).toReversed());
    } catch (error) {
      walk.note(error);
    }
  }
}

/** What a directory names. A listing that breaks gives what stands before the break. */
function listingOf(image: Image, { path, depth, inode }: Listed, entered: Set<number>): readonly Listed[] {
  const { walk, superblock } = image;
  const { offset, size } = inode;
  if (size === 0) return [];
  // A tree names a directory once; a second name is a loop, or would double the work at every level.
  if (entered.has(offset)) throw new Malformed('directory stands in the tree twice', offset);
  entered.add(offset);
  if (depth === DEPTH_LIMIT) throw new Malformed(`directories ${DEPTH_LIMIT} deep`, offset);
  const listed: Listed[] = [];
  const c = new Cursor(image.bytes(offset, size, 'directory'), 0, offset);
  try {
    while (c.left > 0) {
      const child = readInode(c, superblock.isLittle);
      if (child.nameLength === 0) throw new Malformed('entry without a name', offset + c.at);
      const name = stepOf(untilZero(c.take(child.nameLength)));
      listed.push({ path: pathBelow(path, name), depth: depth + 1, inode: child });
    }
  } catch (error) {
    walk.note(error);
  }
  walk.claim([offset, offset + c.at], 'metadata');
  return listed;
}

function* readEntry(image: Image, { path, inode }: Listed): Generator<Reading> {
  const { walk } = image;
  const { mode, uid, gid, size } = inode;
  const type = typeOfMode(mode);
  if (type === null) throw new Malformed(`${path} has mode 0${mode.toString(8)}`, inode.offset);
  const isDevice = type === 'character-device' || type === 'block-device';
  const head: EntryHead = {
    path,
    type,
    mode: mode % 0o10000,
    uid,
    gid,
    modifiedAt: null,
    target: null,
    device: isDevice ? { major: (size >> 8) & 0xff, minor: size & 0xff } : null,
    stored: [],
  };
  if (type === 'file') {
    const blocks = size === 0 ? [] : image.blocks(inode);
    yield* walk.file({ ...head, stored: storedIn(blocks) }, size, () => image.contentOf(blocks));
  } else if (type === 'link') {
    const blocks = image.blocks(inode);
    const target = Buffer.concat([...image.contentOf(blocks)]);
    for (const range of storedIn(blocks)) walk.claim(range, 'metadata');
    yield* walk.entry({ ...head, target: nameOf(target), stored: storedIn(blocks) });
  } else yield* walk.entry(head);
}

/** One block of a file. */
interface Block {
  /** Empty: a hole. */
  readonly range: ByteRange;
  readonly isPacked: boolean;
  /** Bytes of content. */
  readonly size: number;
}

function storedIn(blocks: readonly Block[]): readonly ByteRange[] {
  const joined: ByteRange[] = [];
  for (const { range } of blocks) {
    const last = joined.at(-1);
    if (range[0] === range[1]) continue;
    if (last !== undefined && last[1] === range[0]) joined[joined.length - 1] = [last[0], range[1]];
    else joined.push(range);
  }
  return joined;
}

/** What makers of images used: the page size of the system they ran on, or were told of. */
const BLOCK_SIZES = [4096, 8192, 16_384, 32_768, 65_536];

/** In a block pointer: the block is not packed. */
const IS_PLAIN = 0x80000000;
/** In a block pointer: it states where the block begins, not where it ends. */
const IS_DIRECT = 0x40000000;

/** The bytes of one image. */
class Image {
  readonly source: Source;
  readonly superblock: Superblock;
  readonly walk: Walk;
  /** Bytes of content in a full block; null: no file has shown it yet. */
  blockSize: number | null = null;

  constructor(source: Source, superblock: Superblock) {
    this.source = source;
    this.superblock = superblock;
    this.walk = new Walk(source);
  }

  /** @throws Malformed when the range leaves the source */
  bytes(at: number, length: number, what: string): Uint8Array {
    const { size } = this.source;
    if (at + length > size)
      throw new Malformed(`${what} at ${at}–${at + length} leaves ${size} bytes`, Math.min(at, size));
    return this.source.bytes(at, at + length);
  }

  /** Where the blocks of a file stand.
   *  @throws Malformed when its block pointers cannot be read or contradict one another */
  blocks(inode: Inode): readonly Block[] {
    if (this.blockSize === null && inode.size > Math.min(...BLOCK_SIZES)) this.settle(inode);
    const blocks = this.blocksOf(inode, this.blockSize ?? Math.min(...BLOCK_SIZES));
    this.walk.claim([inode.offset, inode.offset + 4 * blocks.length], 'metadata');
    return blocks;
  }

  /** Pieces of content, one for each block.
   *  @throws Malformed when a block does not unpack to what is left */
  *contentOf(blocks: readonly Block[]): Generator<Uint8Array> {
    for (const { range, isPacked, size } of blocks) {
      if (range[0] === range[1]) {
        yield* zeroPieces(size);
        continue;
      }
      const stored = this.bytes(range[0], range[1] - range[0], 'block');
      const content = isPacked ? unpack(stored, range[0], size) : stored;
      if (content.length !== size)
        throw new Malformed(`block of ${content.length} bytes, not ${size}`, range[0]);
      yield content;
    }
  }

  /** Takes the first block size by which the first stored block of this file has the bytes that it should. */
  private settle(inode: Inode): void {
    for (const blockSize of BLOCK_SIZES) {
      try {
        const first = this.blocksOf(inode, blockSize).find(({ range }) => range[0] < range[1]);
        if (first === undefined || [...this.contentOf([first])].length !== 1) continue;
        this.blockSize = blockSize;
        return;
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
      }
    }
  }

  private blocksOf({ offset, size }: Inode, blockSize: number): readonly Block[] {
    const count = Math.ceil(size / blockSize);
    const c = new Cursor(this.bytes(offset, 4 * count, 'block pointers'), 0, offset);
    const blocks: Block[] = [];
    let next = offset + 4 * count; // where the next block begins, unless its pointer says it itself
    for (let i = 0; i < count; i++) {
      const pointer = this.superblock.isLittle ? c.u32le() : c.u32be();
      const want = Math.min(blockSize, size - i * blockSize);
      const isPlain = (pointer & IS_PLAIN) !== 0;
      const range =
        (pointer & IS_DIRECT) === 0
          ? ([next, pointer & ~IS_PLAIN] as const)
          : this.direct(4 * (pointer & 0x3fffffff), isPlain, want);
      const length = range[1] - range[0];
      if (length < 0 || length > (isPlain ? blockSize : 2 * blockSize))
        throw new Malformed(`block ${i} has ${length} bytes`, offset + 4 * i);
      // What is not packed is filled up to a whole block.
      blocks.push({
        range: isPlain && length > want ? [range[0], range[0] + want] : range,
        isPacked: !isPlain,
        size: want,
      });
      next = range[1];
    }
    return blocks;
  }

  /** A block whose pointer states its beginning: its length stands before it, or is all that is wanted. */
  private direct(at: number, isPlain: boolean, want: number): ByteRange {
    if (isPlain) return [at, at + want];
    const c = new Cursor(this.bytes(at, 2, 'length of a block'));
    const length = this.superblock.isLittle ? c.u16le() : c.u16be();
    this.walk.claim([at, at + 2], 'metadata');
    return [at + 2, at + 2 + length];
  }
}

function unpack(stored: Uint8Array, at: number, size: number): Uint8Array {
  try {
    return inflateBlock('zlib', stored, size).out;
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, at) : error;
  }
}

function untilZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}
