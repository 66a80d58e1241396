// node examples/decode/ubifs/make.ts: writes the inputs node by node, in erase blocks of 4 KiB.
import { crc32, deflateRawSync } from 'node:zlib';
import { bytes, field, le16, le32, noise, patched, writeCases, zeros } from '../../craft.ts';

const BLOCK = 4096;

/** Erase blocks: superblock, master node twice, log, table of free space, orphans, files, index. */
const LOG = 3;
const MAIN = 6;
const INDEX = 7;
const BLOCKS = 8;

const le64 = (value: number) => bytes(le32(value % 2 ** 32), le32(Math.floor(value / 2 ** 32)));

function node(type: number, sequence: number, body: Uint8Array): Buffer {
  const counted = bytes(le64(sequence), le32(24 + body.length), [type, 0, 0, 0], body);
  return bytes([0x31, 0x18, 0x10, 0x06], le32(~crc32(counted) >>> 0), counted);
}

const key = (inode: number, kind: number, rest: number) => bytes(le32(inode), le32(((kind << 29) | rest) >>> 0));
const longKey = (...of: Parameters<typeof key>) => bytes(key(...of), zeros(8));

const TIME = 1_600_000_000;
const DIRECTORY = 0o40755;
const FILE = 0o100644;

interface InodeWishes {
  readonly size?: number;
  readonly links?: number;
  readonly data?: string;
  readonly flags?: number;
}

function inode(sequence: number, number: number, mode: number, wishes: InodeWishes = {}): Buffer {
  const { size = 0, links = 1, data = '', flags = 0 } = wishes;
  return node(
    0,
    sequence,
    bytes(
      ...[longKey(number, 0, 0), le64(sequence), le64(size), le64(TIME), le64(TIME + 1), le64(TIME + 2)],
      ...[zeros(12), le32(links), le32(1000), le32(100), le32(mode), le32(flags), le32(data.length)],
      ...[zeros(16), le16(2), zeros(26), data],
    ),
  );
}

/** The hash of names: only as wide as these names need it. */
function r5(name: string): number {
  let a = 0;
  for (const byte of Buffer.from(name)) {
    a = (a + (byte << 4)) | 0;
    a = (a + (byte >> 4)) | 0;
    a = Math.imul(a, 11);
  }
  a &= 0x1fff_ffff;
  return a <= 2 ? a + 3 : a;
}

function name(sequence: number, parent: number, text: string, number: number): Buffer {
  const place = [longKey(parent, 2, r5(text)), le64(number), [0, 0], le16(Buffer.from(text).length), zeros(4)];
  return node(2, sequence, bytes(...place, Buffer.from(text), [0]));
}

function data(sequence: number, number: number, block: number, content: Uint8Array | string, codec = 0): Buffer {
  const plain = bytes(content);
  const stored = codec === 2 ? deflateRawSync(plain) : plain;
  return node(1, sequence, bytes(longKey(number, 1, block), le32(plain.length), le16(codec), zeros(2), stored));
}

const cut = (sequence: number, number: number, from: number, to: number) =>
  node(4, sequence, bytes(le32(number), zeros(12), le64(from), le64(to)));

const commit = (sequence: number, number: number) => node(10, sequence, le64(number));

function superblock(): Buffer {
  return node(
    6,
    900,
    bytes(
      ...[[0, 0, 0, 0], le32(0), le32(8), le32(BLOCK), le32(BLOCKS), le32(BLOCKS), le64(BLOCK)],
      ...[le32(1), le32(1), le32(1), le32(1), le32(8), le32(8), le32(4), le16(2), zeros(4072 - 62)],
    ),
  );
}

function master(sequence: number, number: number, root: { block: number; offset: number; length: number }): Buffer {
  const place = [le32(root.block), le32(root.offset), le32(root.length)];
  return node(7, sequence, bytes(le64(100), le64(number), le32(0), le32(LOG), ...place, zeros(512 - 60)));
}

interface Branch {
  readonly block: number;
  readonly offset: number;
  readonly length: number;
  readonly key: Uint8Array;
}

const index = (sequence: number, level: number, branches: readonly Branch[]) =>
  node(
    9,
    sequence,
    bytes(
      ...[le16(branches.length), le16(level)],
      ...branches.flatMap((each) => [le32(each.block), le32(each.offset), le32(each.length), each.key]),
    ),
  );

/** Nodes at multiples of eight, erased flash up to the end of the block. */
function block(...nodes: readonly Uint8Array[]): Buffer {
  const all = bytes(...nodes.map((each) => bytes(each, Buffer.alloc(-each.length & 7))));
  return bytes(all, Buffer.alloc(BLOCK - all.length, 0xff));
}

/** Where each node of a block stands, as the index has it. */
function branchesTo(nodes: readonly Uint8Array[]): readonly Branch[] {
  let offset = 0;
  return nodes.map((each) => {
    const branch = { block: MAIN, offset, length: each.length, key: Buffer.from(each.subarray(24, 32)) };
    offset += each.length + (-each.length & 7);
    return branch;
  });
}

interface Wishes {
  /** Nodes that the index has, then those written after it. */
  readonly indexed: readonly Uint8Array[];
  readonly later?: readonly Uint8Array[];
  readonly root?: Uint8Array;
}

/** The index was committed at number 500 of the sequence. */
function image({ indexed, later = [], root }: Wishes): Buffer {
  const top = root ?? index(400, 0, branchesTo(indexed));
  const place = { block: INDEX, offset: 0, length: top.length };
  return bytes(
    ...[superblock(), block(master(501, 7, place)), block(master(502, 7, place)), block(commit(500, 7))],
    ...[block(), block(), block(...indexed, ...later), block(top)],
  );
}

const rootDirectory = inode(1, 1, DIRECTORY, { links: 2 });
const passwd = [inode(10, 65, FILE, { size: 27 }), name(11, 1, 'passwd', 65), data(12, 65, 0, 'root:x:0:0::/root:/bin/sh\n\n')];
const several = [
  rootDirectory,
  ...passwd,
  inode(20, 66, DIRECTORY, { links: 2 }),
  name(21, 1, 'sbin', 66),
  inode(22, 67, 0o100755, { size: 700 }),
  name(23, 66, 'telnetd', 67),
  data(24, 67, 0, Buffer.alloc(700, 'telnet daemon '), 2),
  inode(25, 68, 0o120777, { size: 7, data: 'telnetd' }),
  name(26, 66, 'in.telnetd', 68),
  inode(27, 69, 0o20600, { data: '\x01\x05\0\0' }),
  name(28, 1, 'console', 69),
];

const CASES: Readonly<Record<string, readonly [note: string, input: Uint8Array]>> = {
  'read-by-its-index': ['Directories, files, a link and a device; nothing was written after the index.', image({ indexed: several })],
  'written-after-the-index': [
    'A block was written again, a file removed, another cut: the journal counts, and what it replaced is given too.',
    image({
      indexed: several,
      later: [
        data(600, 65, 0, 'root::0:0::/root:/bin/sh\n'),
        inode(601, 65, FILE, { size: 25 }),
        name(602, 66, 'telnetd', 0),
        inode(603, 67, FILE, { links: 0 }),
      ],
    }),
  ],
  'cut-and-longer-again': [
    'A file of one block was cut to nothing and made longer without writing: it reads as zeros; the block is older content.',
    image({
      indexed: [rootDirectory, ...passwd],
      later: [inode(600, 65, FILE), cut(601, 65, 27, 0), inode(602, 65, FILE, { size: 10 })],
    }),
  ],
  'removed-before-the-index': [
    'The index does not have the file any more; its nodes are still there.',
    image({ indexed: [rootDirectory], later: passwd }),
  ],
  'moved-from-an-erased-block': [
    'The index says where nodes were before they were moved: the copies count.',
    image({
      indexed: [rootDirectory],
      later: passwd,
      root: index(400, 0, [
        ...branchesTo([rootDirectory]),
        ...passwd.map((each) => ({ block: 5, offset: 0, length: each.length, key: Buffer.from(each.subarray(24, 32)) })),
      ]),
    }),
  ],
  'index-damaged': [
    'A bit of the index is turned: the newest nodes count, whatever the index had.',
    patched(image({ indexed: several }), INDEX * BLOCK + 48, [0xee]),
  ],
  'index-in-itself': [
    'A node of the index names itself as its own branch.',
    image({
      indexed: [rootDirectory, ...passwd],
      root: index(400, 1, [{ block: INDEX, offset: 0, length: 48, key: key(1, 0, 0) }]),
    }),
  ],
  'nodes-without-superblock': [
    'One erase block of files alone, as an older copy of it is kept.',
    block(...several),
  ],
  'block-of-a-file-gone': [
    'No superblock, and of two blocks of the file only the second is there: zeros would pass for content.',
    block(inode(10, 65, FILE, { size: 5000 }), name(11, 1, 'passwd', 65), data(12, 65, 1, 'the second block')),
  ],
  'data-damaged': [
    'A bit of the content is turned: the file has none, the others are read.',
    patched(image({ indexed: several }), MAIN * BLOCK + several.slice(0, 3).reduce((sum, { length }) => sum + length + (-length & 7), 0) + 50, [0xff]),
  ],
  encrypted: [
    'The inode says that its content is encrypted.',
    image({ indexed: [rootDirectory, inode(10, 65, FILE, { size: 64, flags: 0x40 }), name(11, 1, 'secret', 65), data(12, 65, 0, noise(64, 8))] }),
  ],
  'name-that-looks-like-evidence': [
    'A living file whose name is made like that of a removed one, and one with a slash.',
    image({
      indexed: [rootDirectory, inode(10, 65, FILE), name(11, 1, 'passwd@deleted', 65), inode(12, 66, FILE), name(13, 1, 'a/b', 66)],
    }),
  ],
  'directory-in-itself': [
    'A directory is in a directory that is in it.',
    image({
      indexed: [rootDirectory, inode(10, 65, DIRECTORY), name(11, 1, 'one', 65), inode(12, 66, DIRECTORY), name(13, 65, 'two', 66), name(14, 66, 'three', 65)],
    }),
  ],
  'size-of-gigabytes': [
    'An inode claims 2^50 bytes.',
    image({ indexed: [rootDirectory, inode(10, 65, FILE, { size: 2 ** 50 }), name(11, 1, 'large', 65), data(12, 65, 0, 'x')] }),
  ],
  'block-that-gives-too-much': [
    'A block of 64 bytes unpacks to 4,096.',
    image({
      indexed: [
        rootDirectory,
        inode(10, 65, FILE, { size: 64 }),
        name(11, 1, 'bomb', 65),
        node(1, 12, bytes(longKey(65, 1, 0), le32(64), le16(2), zeros(2), deflateRawSync(zeros(4096)))),
      ],
    }),
  ],
  'erase-blocks-of-gigabytes': [
    'The superblock has a right checksum and impossible numbers.',
    node(6, 1, bytes([0, 0, 0, 0], le32(0), le32(8), le32(0x8000_0000), le32(8), le32(8), zeros(4072 - 24))),
  ],
  'cut-short': ['The image ends within a block.', image({ indexed: several }).subarray(0, MAIN * BLOCK + 900)],
  'mark-without-checksum': ['Text that begins as a node does.', field(bytes([0x31, 0x18, 0x10, 0x06], 'is where a node would begin'), 400)],
};

writeCases(
  import.meta.dirname,
  '../make.ts',
  Object.fromEntries(Object.entries(CASES).map(([each, [note, input]]) => [each, { note, input }])),
);
