// node examples/decode/erofs/make.ts: writes the inputs field by field with blocks of 512 bytes; one with mkfs.erofs 1.5,
// and the LZMA stream with xz.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import { bytes, field, le16, le32, noise, padded, type Part, patched, writeCases, zeros } from '../../craft.ts';

const BLOCK = 512;
const TIME = 1_600_000_000;

/** Where data begin: what stands before holds superblock and inodes. */
const FIRST = 16;

const le64 = (value: number) => bytes(le32(value % 2 ** 32), le32(Math.floor(value / 2 ** 32)));
const low = (value: number) => le32(value >>> 0);

const LAYOUTS = { plain: 0, full: 1, inline: 2, compact: 3, chunks: 4 } as const;

interface Inode {
  readonly mode: number;
  readonly size: number;
  readonly layout: keyof typeof LAYOUTS;
  /** Of the long form. */
  readonly isLong?: boolean;
  /** Blocks of content. */
  readonly data?: Part;
  /** In place of the first block. */
  readonly union?: number;
  /** Between fields and what the layout needs. */
  readonly attributes?: Buffer;
  /** What the layout needs, by the first block of content. */
  readonly behind?: (block: number) => Part;
  readonly uid?: number;
}

/** Lays out inodes in order; numbers count from 40 on. */
function image(list: readonly Inode[], wishes: { readonly features?: number; readonly packed?: number; readonly name?: string } = {}): Buffer {
  let block = FIRST;
  let metadata = zeros(0);
  const data: Buffer[] = [];
  for (const inode of list) {
    const { mode, size, layout, isLong = false, attributes = zeros(0), uid = 0 } = inode;
    const content = padded(inode.data ?? '', BLOCK);
    const union = inode.union ?? (inode.data === undefined ? 0 : block);
    const count = attributes.length === 0 ? 0 : 1 + (attributes.length - 12) / 4;
    const start = bytes(le16((isLong ? 1 : 0) | (LAYOUTS[layout] << 1)), le16(count), le16(mode), le16(1));
    const fields = isLong
      ? bytes(start, le64(size), low(union), le32(7), le32(uid), le32(0), le64(TIME), le32(0), le32(1), zeros(16))
      : bytes(start, le32(size), le32(0), low(union), le32(7), le16(uid), le16(0), zeros(4));
    metadata = bytes(metadata, padded(bytes(fields, attributes, inode.behind?.(block) ?? ''), 32));
    data.push(content);
    block += content.length / BLOCK;
  }
  const { features = 0, packed = 0, name = '' } = wishes;
  const superblock = bytes(
    [0xe2, 0xe1, 0xf5, 0xe0], le32(0), le32(2), [9, 0], le16(40), le64(list.length), le64(TIME), le32(0), le32(block),
    le32(0), le32(3), zeros(16), field(name, 16), le32(features), le16(0), le16(0), le16(0), [0, 0], le32(0), le64(packed), zeros(24),
  );
  return bytes(zeros(1024), superblock, field('', 128), field(metadata, FIRST * BLOCK - 1280), ...data);
}

/** Bytes of an inode with all that follows it. */
const takes = ({ isLong = false, attributes = zeros(0), behind }: Inode) =>
  (isLong ? 64 : 32) + attributes.length + bytes(behind?.(0) ?? '').length;

/** Numbers of inodes that take so many bytes each. */
const numbersOf = (sizes: readonly number[]) => sizes.map((_, i) => 40 + sizes.slice(0, i).reduce((sum, size) => sum + Math.ceil(size / 32), 0));

/** A directory's block. */
function listing(lines: readonly (readonly [name: string, inode: number, type: number])[]): Buffer {
  let nameAt = 12 * lines.length;
  const heads = lines.map(([name, inode, type]) => {
    const head = bytes(le64(inode), le16(nameAt), [type, 0]);
    nameAt += Buffer.from(name).length;
    return head;
  });
  return bytes(...heads, ...lines.map(([name]) => Buffer.from(name)));
}

/** A root directory of long form, its lines behind it; it stands first and takes a fixed room. */
const ROOM = 480;
function root(lines: Parameters<typeof listing>[0]): Inode {
  const block = listing([['.', 40, 2], ['..', 40, 2], ...lines]);
  return { mode: 0o40755, size: block.length, layout: 'inline', isLong: true, behind: () => field(block, ROOM - 64) };
}

/** A tree of one directory with these files; one without a name stands in no directory. */
function tree(files: Readonly<Record<string, Inode>>, wishes?: Parameters<typeof image>[1]): Buffer {
  const list = Object.entries(files);
  const numbers = numbersOf([ROOM, ...list.map(([, inode]) => takes(inode))]);
  const lines = list.map(([name], i) => [name, numbers[i + 1] ?? 0, 1] as const).filter(([name]) => name !== '');
  return image([root(lines), ...list.map(([, inode]) => inode)], wishes);
}

const text = 'a line that comes again and again\n';
const long = text.repeat(40);
const attribute = (prefix: number, name: string, value: string) => padded(bytes([name.length, prefix], le16(value.length), name, value), 4);

/** Bytes from the place that shared attributes are counted from, in block 3, to one of them behind all inodes. */
const SHARED = 2000;
const every: Readonly<Record<string, Inode>> = {
  device: { mode: 0o20600, size: 0, layout: 'plain', union: (5 << 8) | 1 },
  empty: { mode: 0o100644, size: 0, layout: 'plain' },
  inline: { mode: 0o104755, size: 600, layout: 'inline', data: long.slice(0, 512), behind: () => long.slice(512, 600), uid: 1000 },
  link: { mode: 0o120777, size: 6, layout: 'inline', behind: () => 'inline' },
  pipe: { mode: 0o10622, size: 0, layout: 'plain' },
  plain: { mode: 0o100644, size: 700, layout: 'plain', data: noise(700), isLong: true },
  chunks: { mode: 0o100644, size: 2100, layout: 'chunks', data: bytes(noise(1024, 2), noise(52, 3)), union: 1, behind: (b) => bytes(low(b), low(-1), low(b + 2)) },
  'chunks-by-device': { mode: 0o100644, size: 900, layout: 'chunks', data: noise(900, 4), union: 0x20, behind: (b) => bytes(le32(0), le32(b + 1), le32(0), le32(b)) },
  attributes: { mode: 0o100755, size: 4, layout: 'inline', attributes: bytes([0, 0, 0, 0, 1], zeros(7), le32(SHARED / 4), attribute(6, 'capability', 'x'.repeat(20))), behind: () => 'text' },
  elsewhere: { mode: 0o100644, size: 500, layout: 'chunks', union: 0x20, behind: () => bytes(le16(0), le16(1), le32(3)) },
};
const kinds = patched(tree(every, { name: 'kinds', features: 4 }), 3 * BLOCK + SHARED, attribute(6, 'selinux', 'system_u'));

// --- compressed files

/** LZ4: a pattern again and again. */
function lz4(pattern: string, size: number): Buffer {
  const more = size - pattern.length - 5 - 4 - 15;
  const extra = [...Array.from({ length: Math.floor(more / 255) }, () => 255), more % 255];
  const last = Array.from({ length: 5 }, (_, i) => pattern.charCodeAt((size - 5 + i) % pattern.length));
  const literals = pattern.length < 15 ? [] : [pattern.length - 15];
  return bytes([(Math.min(15, pattern.length) << 4) | 15], literals, pattern, le16(pattern.length), extra, [5 << 4], last);
}

/** At the end of its blocks. */
const atEnd = (packed: Buffer, blocks = 1) => bytes(zeros(blocks * BLOCK - packed.length), packed);

const header = (advice: number, compressions: number, start: Part = zeros(4), bits = 0) => bytes(start, le16(advice), [compressions, bits]);
const head = (type: number, offset: number, block: number) => bytes(le16(type), le16(offset), le32(block));
const goesOn = (back: number, ahead: number) => bytes(le16(2), le16(0), le16(back), le16(ahead));
/** Indexes of one extent over three clusters. */
const three = (block: number, type = 1) => bytes(head(type, 0, block), goesOn(1, 2), goesOn(2, 1));

const SIZE = long.length; // in three clusters
const whole = (compression: number, packed: Buffer, blocks = 1): Inode => ({
  mode: 0o100644, size: SIZE, layout: 'full', data: atEnd(packed, blocks), behind: (b) => bytes(header(0, compression), zeros(8), three(b)),
});
function microLzma(content: string): Buffer {
  const stream = Buffer.from(execFileSync('xz', ['--format=raw', '--lzma1=dict=4KiB,lc=3,lp=0,pb=2', '-c'], { input: content }));
  stream[0] = ~(2 * 45 + 3) & 0xff;
  return stream;
}
const unpackable = noise(300, 9);
const turned = noise(400, 8);
const compressed: Readonly<Record<string, Inode>> = {
  lz4: whole(0, lz4(text, SIZE)),
  lzma: whole(1, microLzma(long)),
  deflate: whole(2, deflateRawSync(long)),
  zstd: whole(3, zstdCompressSync(long)),
  'part-of-a-block': whole(2, deflateRawSync(long + long)),
  'second-compression': { mode: 0o100644, size: SIZE, layout: 'full', data: atEnd(deflateRawSync(long)), behind: (b) => bytes(header(0, 0x20), zeros(8), three(b, 3)) },
  'plain-in-between': {
      mode: 0o100644, size: 700 + 300, layout: 'full', data: bytes(atEnd(lz4(text, 700)), field(unpackable, BLOCK)),
      behind: (b) => bytes(header(0, 0), zeros(8), head(1, 0, b), head(0, 700 - 512, b + 1)),
    },
  'plain-turned': {
    mode: 0o100644, size: 700 + 400, layout: 'full',
    data: bytes(atEnd(lz4(text, 700)), turned.subarray(324), zeros(112), turned.subarray(0, 324)),
    behind: (b) => bytes(header(0x10, 0), zeros(8), head(1, 0, b), head(0, 700 - 512, b + 1), goesOn(1, 1)),
  },
  'two-blocks': {
      mode: 0o100644, size: SIZE, layout: 'full', data: atEnd(bytes(deflateRawSync(bytes(noise(600, 3), long.slice(600)))), 2),
      behind: (b) => bytes(header(2, 2), zeros(8), head(1, 0, b), goesOn(0x802, 2), goesOn(2, 1)),
    },
  'end-among-metadata': {
      mode: 0o100644, size: SIZE, layout: 'full', data: atEnd(lz4(text, 1020)),
      behind: (b) => bytes(header(8, 0, bytes(le16(0), le16(lz4(text, 340).length))), zeros(8), head(1, 0, b), head(1, 508, 0), goesOn(1, 1), lz4(text, 340)),
    },
};
const packing = tree(
  {
    all: { mode: 0o100644, size: 200, layout: 'full', behind: () => bytes(le32(100), le16(0), [0, 0x80]) },
    end: { mode: 0o100644, size: 1020 + 60, layout: 'full', data: atEnd(lz4(text, 1020)), behind: (b) => bytes(header(0x20, 0, le32(300)), zeros(8), head(1, 0, b), head(1, 508, 0), goesOn(1, 1)) },
    'behind-the-end': { mode: 0o100644, size: 200, layout: 'full', behind: () => bytes(le32(5000), le16(0), [0, 0x80]) },
    '': whole(2, deflateRawSync(long)),
  },
  { features: 0x21, packed: 40 + ROOM / 32 + 2 + 3 + 2 },
);
const zeroPadding = { features: 1 };
const many = tree(compressed, zeroPadding);
const one = tree({ file: whole(0, lz4(text, SIZE)) }, zeroPadding);
const inodeOf = (n: number) => n * 32;
const fileAt = inodeOf(40) + ROOM;

function byMkfs(): Buffer {
  const work = mkdtempSync(join(tmpdir(), 'erofs-'));
  mkdirSync(join(work, 'tree'));
  const put = (name: string, content: Uint8Array | string) => {
    writeFileSync(join(work, 'tree', name), content);
    utimesSync(join(work, 'tree', name), TIME, TIME);
  };
  put('text', text.repeat(3500));
  put('mixed', bytes(text.repeat(500), noise(3000), text.repeat(200)));
  utimesSync(join(work, 'tree'), TIME, TIME);
  const uuid = '11111111-2222-3333-4444-555555555555';
  execFileSync('mkfs.erofs', ['--quiet', '-zlz4hc', '-Eztailpacking', `-T${TIME}`, '--all-root', `-U${uuid}`, join(work, 'image'), join(work, 'tree')]);
  const made = readFileSync(join(work, 'image'));
  rmSync(work, { recursive: true });
  return made;
}
const made = byMkfs();

writeCases(import.meta.dirname, '../make.ts', {
  'every-kind': {
    input: kinds,
    note: 'Not compressed: content in blocks, behind inodes, in chunks with a hole; one file on another device has no content.',
  },
  compressions: { input: many, note: 'All four compressions, plain blocks, a block turned, an end among the metadata, extents of two blocks.' },
  'packed-inode': { input: packing, note: 'One file is all in the packed inode, one ends there; a third names bytes behind its end.' },
  'compact-indexes': { input: made, note: 'Made by mkfs.erofs: LZ4, indexes of two and of four bytes, ends among the metadata, a checksum.' },
  'byte-changed': { input: patched(made, 1024 + 64, 'X'), note: 'A name in the superblock: the checksum is wrong.' },
  'directory-in-itself': {
    input: patched(tree({ inner: { mode: 0o40755, size: 0, layout: 'plain' } }), inodeOf(40) + 64 + 24, le64(40)),
    note: 'Its only line names the root: entered once.',
  },
  'first-extent-missing': { input: patched(one, fileAt + 48, le16(2)), note: 'The first index says that an extent goes on: the file has no content.' },
  'extent-without-an-end': { input: patched(one, fileAt + 8, le32(0x7fffffff)), note: 'More bytes than indexes: the file has no content, no memory is taken.' },
  'file-of-terabytes': {
    input: tree({ large: { mode: 0o100644, size: 2 ** 45, layout: 'plain', isLong: true, data: 'x' }, small: { mode: 0o100644, size: 5, layout: 'plain', data: 'small' } }),
    note: 'A budget is named; the other file is given.',
  },
  'names-that-overlap': {
    input: patched(tree({ a: { mode: 0o100644, size: 0, layout: 'plain' }, b: { mode: 0o100644, size: 0, layout: 'plain' } }), inodeOf(40) + 64 + 36 + 8, le16(20)),
    note: 'A name begins among the lines: what stands before it is given.',
  },
  'block-changed': { input: patched(one, one.length - 20, noise(15)), note: 'The compressed block breaks: its bytes are a gap.' },
  'features-of-later': { input: patched(one, 1024 + 80, le32(0x81)), note: 'Addresses of 48 bits: said, not read.' },
  'cut-short': { input: many.subarray(0, FIRST * BLOCK + 1500), note: 'Files behind the end have no content.' },
  'block-size-of-none': { input: patched(one, 1024 + 12, [40]), note: 'The look-alike: blocks of 2^40 bytes.' },
});
