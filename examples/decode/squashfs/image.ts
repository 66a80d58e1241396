// Writes SquashFS images of every version in either byte order: the tools of today make 4.0 in little endian only. The
// layouts are those of squashfs_compat.h and squashfs_fs.h of squashfs-tools, whose unsquashfs reads what is written here,
// but for 4.0 in big endian.
import { deflateSync } from 'node:zlib';
import { bytes } from '../../craft.ts';

/** What all things in a tree have. */
interface Common {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970; images before 3.0 keep it for files and directories only. */
  readonly time: number;
}

/** A thing in a tree. The same object under two names is one file with two names. */
export type Node = Common &
  (
    | { readonly kind: 'file'; readonly content: Uint8Array }
    | { readonly kind: 'directory'; /** By name, Latin-1. */ readonly entries: Readonly<Record<string, Node>> }
    | { readonly kind: 'link'; readonly target: string }
    | { readonly kind: 'character-device' | 'block-device'; readonly device: readonly [number, number] }
    | { readonly kind: 'fifo' | 'socket' }
  );

export interface Wishes {
  readonly major: 1 | 2 | 3 | 4;
  readonly minor?: number;
  readonly isLittle: boolean;
  readonly magic?: string;
  readonly blockSize?: number;
  /** Zlib where not said. */
  readonly pack?: (content: Uint8Array) => Uint8Array;
  /** Tables stand as they are. */
  readonly plainTables?: boolean;
  /** Tails of files share blocks; not before 2.0. */
  readonly fragments?: boolean;
  /** A check byte in every metadata block. */
  readonly checkBytes?: boolean;
  /** Directories have the inode with an index. */
  readonly longDirectories?: boolean;
  /** A table that finds inodes by number; only in 3.x. */
  readonly exports?: boolean;
  readonly madeAt?: number;
}

const TYPES = {
  directory: 1,
  file: 2,
  link: 3,
  'block-device': 4,
  'character-device': 5,
  fifo: 6,
  socket: 7,
} as const;
const METADATA = 8192;
const NO_FRAGMENT = 0xffffffff;

/** Numbers with their widths in bits. */
type BitFields = readonly (readonly [number, number])[];

/** Where a thing stands in a table: beginning of its metadata block, offset in it. */
interface Place {
  readonly block: number;
  readonly offset: number;
}

export function squashfsImage(root: Node, wishes: Wishes): Buffer {
  const { major, isLittle, blockSize = 4096, pack = deflateSync, madeAt = 0 } = wishes;
  const superblockSize = { 1: 51, 2: 63, 3: 119, 4: 96 }[major];
  const number = (value: number, width: number) => packed([[value, width]], isLittle);
  const position = (value: number) => number(value, major < 3 ? 32 : 64);
  const data: Buffer[] = [];
  let dataEnd = superblockSize;
  const users: number[] = [];
  const groups: number[] = major === 4 ? users : [];
  const fragments: { readonly start: number; readonly word: number }[] = [];
  let tails: Buffer = Buffer.alloc(0);
  const inodes = new Table(wishes, pack);
  const listings = new Table(wishes, pack);
  const known = new Map<Node, Place & { readonly inode: number }>();
  const links = new Map<Node, number>();
  countLinks(root);
  let inodeCount = 0;

  const top = put(root);
  flushTails();

  const inodeTable = dataEnd;
  const inodeBytes = inodes.end();
  const directoryTable = inodeTable + inodeBytes.length;
  const directoryBytes = listings.end();
  let at = directoryTable + directoryBytes.length;
  const [fragmentTable, fragmentBytes] = indexed(
    bytes(...fragments.map(({ start, word }) => bytes(position(start), number(word, 32), major < 3 ? [] : number(0, 32)))),
  );
  const places = [...known.values()].toSorted((a, b) => a.inode - b.inode);
  const isExported = wishes.exports === true && major === 3;
  const [exportTable, exportBytes] = indexed(
    isExported ? bytes(...places.map(({ block, offset }) => number(block * 65536 + offset, 64))) : Buffer.alloc(0),
  );
  const owners = bytes(...[...users, ...(major === 4 ? [] : groups)].map((value) => number(value, 32)));
  const [userTable, ownerBytes] = major === 4 ? indexed(owners) : [at, owners];
  const groupTable = at + 4 * users.length;
  const end = userTable + (major === 4 ? 8 : owners.length);
  const tables = [userTable, groupTable, inodeTable, directoryTable];
  return bytes(
    major === 4 ? superblock4() : superblock(),
    ...data,
    inodeBytes,
    directoryBytes,
    fragmentBytes,
    exportBytes,
    ownerBytes,
  );

  function superblock(): Buffer {
    const flags = (wishes.checkBytes === true ? 0x04 : 0) + (isExported ? 0x80 : 0) + (wishes.plainTables === true ? 1 : 0);
    return bytes(
      wishes.magic ?? (isLittle ? 'hsqs' : 'sqsh'),
      number(inodeCount, 32),
      ...[end, ...tables].map((value) => number(major === 3 ? 0 : value, 32)),
      number(major, 16),
      number(wishes.minor ?? (major === 1 ? 0 : 1), 16),
      number(major === 3 ? 0 : blockSize % 65536, 16),
      number(Math.log2(blockSize), 16),
      [flags, users.length, groups.length],
      number(madeAt, 32),
      number(top.block * 65536 + top.offset, 64),
      major === 1 ? [] : bytes(number(blockSize, 32), number(fragments.length, 32), number(major === 2 ? fragmentTable : 0, 32)),
      major === 3 ? bytes(...[end, ...tables, fragmentTable].map((value) => number(value, 64))) : [],
      major === 3 ? (isExported ? number(exportTable, 64) : Buffer.alloc(8, 0xff)) : [],
    );
  }

  function superblock4(): Buffer {
    const halves = [1, Math.log2(blockSize), 0, users.length, 4, 0]; // compression, block log, flags, ids, version
    return bytes(
      wishes.magic ?? (isLittle ? 'hsqs' : 'sqsh'),
      ...[inodeCount, madeAt, blockSize, fragments.length].map((value) => number(value, 32)),
      ...halves.map((value) => number(value, 16)),
      number(top.block * 65536 + top.offset, 64),
      number(end, 64),
      number(userTable, 64),
      Buffer.alloc(8, 0xff), // extended attributes
      ...[inodeTable, directoryTable, fragmentTable].map((value) => number(value, 64)),
      Buffer.alloc(8, 0xff), // exports
    );
  }

  /** Writes what hangs below before the thing itself, so that its place is known. */
  function put(node: Node): Place & { readonly inode: number } {
    const before = known.get(node);
    if (before !== undefined) return before;
    const inode = ++inodeCount;
    const written = node.kind === 'directory' ? directory(node, inode) : node.kind === 'file' ? file(node, inode) : other(node, inode);
    const place = { ...inodes.put(written), inode };
    known.set(node, place);
    return place;
  }

  /** The bytes that every inode begins with. */
  function base(node: Node, inode: number, type: number = TYPES[node.kind]): Buffer {
    const user = indexIn(users, node.uid);
    if (major === 4)
      return bytes(
        ...[type, node.mode, user, indexIn(groups, node.gid)].map((value) => number(value, 16)),
        number(node.time, 32),
        number(inode, 32),
      );
    const group = node.gid === node.uid ? (major === 1 ? 15 : 255) : indexIn(groups, node.gid);
    if (major === 1) {
      // Types of 1.x come five at a time for every sixteen users; pipes and sockets have type 0 and say more behind.
      const isPipe = type > 5;
      const first: BitFields = [
        [isPipe ? 0 : type + 5 * Math.floor(user / 16), 4],
        [node.mode, 12],
        [user % 16, 4],
        [group, 4],
      ];
      return packed([...first, ...(isPipe ? ([[type, 4], [Math.floor(user / 16), 4]] as const) : [])], isLittle);
    }
    const fields: BitFields = [
      [type, 4],
      [node.mode, 12],
      [user, 8],
      [group, 8],
    ];
    return packed(major === 2 ? fields : [...fields, [node.time, 32], [inode, 32]], isLittle);
  }

  function other(node: Exclude<Node, { kind: 'file' | 'directory' }>, inode: number): Buffer {
    const names = major < 3 ? [] : number(links.get(node) ?? 1, 32);
    const width = major === 4 ? 32 : 16;
    const rest =
      node.kind === 'link'
        ? bytes(number(node.target.length, width), node.target)
        : 'device' in node
          ? number(node.device[0] * 256 + node.device[1], width)
          : [];
    return bytes(base(node, inode), names, rest);
  }

  function file(node: Extract<Node, { kind: 'file' }>, inode: number): Buffer {
    const { content } = node;
    const hasTail = wishes.fragments === true && major > 1 && content.length % blockSize > 0;
    const whole = hasTail ? content.length - (content.length % blockSize) : content.length;
    const start = dataEnd;
    const sizes: number[] = [];
    for (let from = 0; from < whole; from += blockSize) sizes.push(putBlock(content.subarray(from, Math.min(whole, from + blockSize))));
    const tail = hasTail ? putTail(content.subarray(whole)) : { index: NO_FRAGMENT, offset: 0 };
    const list = bytes(...sizes.map((word) => (major === 1 ? shortSize(word) : number(word, 32))));
    const names = links.get(node) ?? 1;
    if (major === 1) return bytes(base(node, inode), ...[node.time, start, content.length].map((value) => number(value, 32)), list);
    const fragment = bytes(number(tail.index, 32), number(tail.offset, 32));
    if (major === 2)
      return bytes(base(node, inode), number(node.time, 32), number(start, 32), fragment, number(content.length, 32), list);
    if (names === 1)
      return bytes(base(node, inode), number(start, major === 4 ? 32 : 64), fragment, number(content.length, 32), list);
    if (major === 4) {
      const sizes4 = [start, content.length, 0].map((value) => number(value, 64)); // the last: bytes in holes
      return bytes(base(node, inode, 9), ...sizes4, number(names, 32), fragment, Buffer.alloc(4, 0xff), list);
    }
    return bytes(base(node, inode, 9), number(names, 32), number(start, 64), fragment, number(content.length, 64), list);
  }

  function shortSize(word: number): Buffer {
    return number((word % 0x8000) + (word >= 0x1000000 ? 0x8000 : 0), 16);
  }

  /** @returns the size field of the block as 2.0 and later have it */
  function putBlock(content: Uint8Array): number {
    if (major === 3 && content.every((byte) => byte === 0)) return 0;
    const [stored, isPacked] = smaller(content, pack);
    data.push(Buffer.from(stored));
    dataEnd += stored.length;
    return stored.length + (isPacked ? 0 : 0x1000000);
  }

  function putTail(content: Uint8Array): { readonly index: number; readonly offset: number } {
    if (tails.length + content.length > blockSize) flushTails();
    const offset = tails.length;
    tails = bytes(tails, content);
    return { index: fragments.length, offset };
  }

  function flushTails(): void {
    if (tails.length === 0) return;
    const start = dataEnd;
    const [stored, isPacked] = smaller(tails, pack);
    data.push(Buffer.from(stored));
    dataEnd += stored.length;
    fragments.push({ start, word: stored.length + (isPacked ? 0 : 0x1000000) });
    tails = Buffer.alloc(0);
  }

  function directory(node: Extract<Node, { kind: 'directory' }>, inode: number): Buffer {
    const names = Object.keys(node.entries).toSorted();
    const entries = names.map((name) => ({ name, child: node.entries[name] as Node, ...put(node.entries[name] as Node) }));
    const runs: (typeof entries)[] = [];
    for (const entry of entries) {
      const run = runs.at(-1);
      const first = run?.[0];
      if (run === undefined || first === undefined || run.length === 256 || first.block !== entry.block) runs.push([entry]);
      else run.push(entry);
    }
    const listing = bytes(...runs.map(listed));
    const { block, offset } = listings.put(listing);
    const size = listing.length + (major < 3 ? 0 : 3);
    const isLong = (wishes.longDirectories === true && major > 1) || (major === 4 && size > 0xffff);
    const first = base(node, inode, isLong ? 8 : 1);
    if (major === 4) {
      const [links4, parent] = [number(2, 32), number(0, 32)];
      if (!isLong)
        return bytes(first, number(block, 32), links4, number(size, 16), number(offset, 16), parent);
      const index = bytes(number(0, 32), number(block, 32), number(0, 32), 'a');
      const place = bytes(number(size, 32), number(block, 32), parent, number(1, 16), number(offset, 16));
      return bytes(first, links4, place, Buffer.alloc(4, 0xff), index);
    }
    const index = isLong ? bytes(number(0, 32), number(block, 32), [0], 'a') : [];
    const place: BitFields = [
      [size, isLong ? 27 : 19],
      [offset, 13],
    ];
    const time = [node.time, 32] as const;
    if (major < 3)
      return bytes(first, packed([...place, time, [block, 24], ...(isLong ? ([[1, 16]] as const) : [])], isLittle), index);
    const counted = isLong ? number(1, 16) : [];
    return bytes(first, number(2, 32), packed(place, isLittle), number(block, 32), counted, number(0, 32), index);
  }

  function listed(run: readonly { name: string; child: Node; block: number; offset: number; inode: number }[]): Buffer {
    const [first] = run;
    if (first === undefined) return Buffer.alloc(0);
    const numbered = major < 3 ? [] : ([[first.inode, 32]] as const);
    const head: BitFields = [
      [run.length - 1, major === 4 ? 32 : 8],
      [first.block, major < 3 ? 24 : 32],
      ...numbered,
    ];
    const lines = run.map(({ name, child, offset, inode }) => {
      const distance = (inode - first.inode + 65536) % 65536;
      const halves = [offset, distance, TYPES[child.kind], name.length - 1];
      const line: BitFields = [
        [offset, 13],
        [TYPES[child.kind], 3],
        [name.length - 1, 8],
        ...(major === 3 ? ([[distance, 16]] as const) : []),
      ];
      return bytes(major === 4 ? bytes(...halves.map((value) => number(value, 16))) : packed(line, isLittle), name);
    });
    return bytes(packed(head, isLittle), ...lines);
  }

  /** Rows in metadata blocks, then the positions of these. */
  function indexed(rows: Buffer): [number, Buffer] {
    if (rows.length === 0) return [at, rows];
    const blocks: Buffer[] = [];
    const starts: Buffer[] = [];
    for (let from = 0; from < rows.length; from += METADATA) {
      const block = metadataBlock(rows.subarray(from, from + METADATA), wishes, pack);
      starts.push(position(at));
      blocks.push(block);
      at += block.length;
    }
    const table = at;
    at += bytes(...starts).length;
    return [table, bytes(...blocks, ...starts)];
  }

  function countLinks(node: Node): void {
    links.set(node, (links.get(node) ?? 0) + 1);
    if (node.kind === 'directory') for (const child of Object.values(node.entries)) countLinks(child);
  }
}

/** A table of metadata blocks that is being written. */
class Table {
  private readonly wishes: Wishes;
  private readonly pack: (content: Uint8Array) => Uint8Array;
  private readonly blocks: Buffer[] = [];
  private length = 0;
  private open: Buffer = Buffer.alloc(0);

  constructor(wishes: Wishes, pack: (content: Uint8Array) => Uint8Array) {
    this.wishes = wishes;
    this.pack = pack;
  }

  put(content: Uint8Array): Place {
    const place = { block: this.length, offset: this.open.length };
    this.open = bytes(this.open, content);
    while (this.open.length >= METADATA) this.flush();
    return place;
  }

  end(): Buffer {
    if (this.open.length > 0) this.flush();
    return bytes(...this.blocks);
  }

  private flush(): void {
    const block = metadataBlock(this.open.subarray(0, METADATA), this.wishes, this.pack);
    this.open = this.open.subarray(METADATA);
    this.blocks.push(block);
    this.length += block.length;
  }
}

function metadataBlock(content: Uint8Array, { isLittle, checkBytes, plainTables }: Wishes, pack: (content: Uint8Array) => Uint8Array): Buffer {
  const [stored, isPacked] = plainTables === true ? [content, false] : smaller(content, pack);
  return bytes(packed([[stored.length + (isPacked ? 0 : 0x8000), 16]], isLittle), checkBytes === true ? [0xff] : [], stored);
}

function smaller(content: Uint8Array, pack: (content: Uint8Array) => Uint8Array): [Uint8Array, boolean] {
  const candidate = pack(content);
  return candidate.length < content.length ? [candidate, true] : [content, false];
}

function indexIn(numbers: number[], number: number): number {
  const at = numbers.indexOf(number);
  return at === -1 ? numbers.push(number) - 1 : at;
}

/** Bit fields one after another as compilers of either kind lay them out; together they fill whole bytes. */
function packed(fields: BitFields, isLittle: boolean): Buffer {
  const bits: number[] = [];
  for (const [value, width] of fields) {
    const own = Array.from({ length: width }, (_, i) => Number((BigInt(value) >> BigInt(i)) & 1n)); // lowest first
    bits.push(...(isLittle ? own : own.toReversed()));
  }
  const out = Buffer.alloc(bits.length / 8);
  for (const [i, bit] of bits.entries()) {
    const shift = isLittle ? i % 8 : 7 - (i % 8);
    out[Math.floor(i / 8)] = (out[Math.floor(i / 8)] ?? 0) | (bit << shift);
  }
  return out;
}
