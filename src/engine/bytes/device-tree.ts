import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { union } from '#engine/bytes/ranges';
import { latin1, nameOf } from '#engine/bytes/text';

/** A property as it stands in the structure block. */
export interface TreeProperty {
  readonly name: string;
  /** Of the value, inside the source. */
  readonly range: ByteRange;
}

/** A node with what it holds, in the order of the file. */
export interface TreeNode {
  /** With its unit address; empty for the root. */
  readonly name: string;
  readonly properties: TreeProperty[];
  readonly children: TreeNode[];
}

/** A flattened device tree. */
export interface DeviceTree {
  readonly version: number;
  readonly lastCompatible: number;
  readonly bootProcessor: number;
  /** Bytes of header and blocks, as stated. */
  readonly size: number;
  /** Entries of the memory reservation block, as address and size. */
  readonly reservations: readonly (readonly [address: bigint, size: bigint])[];
  /** What was read of each block. */
  readonly blocks: {
    readonly header: ByteRange;
    readonly reservations: ByteRange;
    readonly structure: ByteRange;
    /** The strings that are names of properties, or could be, sorted. */
    readonly strings: readonly ByteRange[];
  };
  readonly root: TreeNode;
  /** Why and where reading stopped; null: the tree is whole. */
  readonly broken: Malformed | Spent | null;
}

/** What begins a flattened device tree. */
export const TREE_MAGIC = Uint8Array.of(0xd0, 0x0d, 0xfe, 0xed);

/** Bytes of the header in version 17; version 16 lacks the last field. */
const HEADER = 40;
const HEADER_16 = 36;

/** Nodes and properties of one tree; large ones of Linux have some 10,000. */
const ITEM_LIMIT = 200_000;

/** Nodes inside nodes; real trees have about ten. */
const DEPTH_LIMIT = 64;

/** Longest name of a node or property that is read; the specification has 31. */
const NAME_LIMIT = 256;

/** Entries of the memory reservation block. */
const RESERVATION_LIMIT = 1024;

interface Header {
  readonly size: number;
  readonly structureAt: number;
  readonly stringsAt: number;
  readonly reservationsAt: number;
  readonly version: number;
  readonly lastCompatible: number;
  readonly bootProcessor: number;
  readonly stringsSize: number;
  /** Null: version 16 does not state it. */
  readonly structureSize: number | null;
}

/** Devicetree Specification v0.4, §5.2. Null: no header of version 16 or 17, or one whose offsets cannot be. */
function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const c = new Cursor(source.bytes(0, HEADER));
  if (c.u32be() !== 0xd00dfeed) return null;
  const header = {
    size: c.u32be(),
    structureAt: c.u32be(),
    stringsAt: c.u32be(),
    reservationsAt: c.u32be(),
    version: c.u32be(),
    lastCompatible: c.u32be(),
    bootProcessor: c.u32be(),
    stringsSize: c.u32be(),
  };
  const { size, structureAt, stringsAt, reservationsAt, version, lastCompatible, stringsSize } = header;
  const structureSize = version >= 17 ? c.u32be() : null;
  if (version < 16 || version > 255 || lastCompatible > 17 || lastCompatible > version) return null;
  if (structureAt % 4 !== 0 || reservationsAt % 8 !== 0) return null;
  const least = version === 16 ? HEADER_16 : HEADER;
  if ([structureAt, stringsAt, reservationsAt].some((at) => at < least || at > size)) return null;
  if (stringsAt + stringsSize > size || structureAt + (structureSize ?? 4) > size) return null;
  return { ...header, structureSize };
}

/** Reads the tree that begins where the source begins; of a broken one, what stands before the break.
 *  @returns null: no device tree of version 16 or 17 */
export function readDeviceTree(source: Source): DeviceTree | null {
  const header = readHeader(source);
  if (header === null) return null;
  const { size, version, lastCompatible, bootProcessor, structureAt, structureSize } = header;
  const limit = Math.min(size, source.size);
  const structureLimit = structureSize === null ? limit : Math.min(limit, structureAt + structureSize);
  const strings: ByteRange = [
    Math.min(header.stringsAt, limit),
    Math.min(header.stringsAt + header.stringsSize, limit),
  ];
  const reserved = readReservations(source, header.reservationsAt, limit);
  const walk = new Walk(source, structureAt, structureLimit, strings);
  const root: TreeNode = { name: '', properties: [], children: [] };
  const broken = walk.read(root);
  if (broken !== null && root.properties.length === 0 && root.children.length === 0 && walk.opened === 0) {
    return null; // not even the root: the mark alone is no tree
  }
  return {
    version,
    lastCompatible,
    bootProcessor,
    size,
    reservations: reserved.entries,
    blocks: {
      header: [0, version === 16 ? HEADER_16 : HEADER],
      reservations: [Math.min(header.reservationsAt, limit), reserved.end],
      structure: [Math.min(structureAt, limit), Math.min(walk.at, structureLimit)],
      strings: union([...walk.used, ...spareNames(source, strings)]),
    },
    root,
    broken,
  };
}

/** §5.3: pairs of address and size up to one of zeros. */
function readReservations(
  source: Source,
  from: number,
  limit: number,
): { entries: [bigint, bigint][]; end: number } {
  const entries: [bigint, bigint][] = [];
  let at = Math.min(from, limit);
  while (at + 16 <= limit && entries.length <= RESERVATION_LIMIT) {
    const c = new Cursor(source.bytes(at, at + 16));
    const address = c.u64beBits();
    const size = c.u64beBits();
    at += 16;
    if (address === 0n && size === 0n) break;
    entries.push([address, size]);
  }
  return { entries, end: at };
}

/** Names that no property has: they remain where a property was removed. §2.2.4 has the characters.
 *  Anything else in the block is none of the tree's. */
function spareNames(source: Source, [start, end]: ByteRange): readonly ByteRange[] {
  const text = latin1(source.bytes(start, Math.min(end, start + STRINGS_LIMIT)));
  return [...text.matchAll(/(?<=^|\0)[0-9a-zA-Z,._+?#-]{1,31}\0/g)].map(({ 0: name, index }) => [
    start + index,
    start + index + name.length,
  ]);
}

/** Bytes of strings that are looked through; those of large trees have some 20 KiB. */
const STRINGS_LIMIT = 1024 * 1024;

/** §5.4.1 */
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROPERTY = 3;
const NOTHING = 4;
const END = 9;

/** Bytes held at once: tokens are small, values are stepped over. */
const WINDOW = 16 * 1024;

/** Reads the structure block token by token. */
class Walk {
  /** Where the next token begins. */
  at: number;
  /** Nodes whose beginning was read. */
  opened = 0;
  /** Names of properties, with the NUL behind them. */
  readonly used: ByteRange[] = [];
  private items = 0;
  /** Where the token begins that is being read. */
  private token: number;
  private readonly source: Source;
  private readonly end: number;
  private readonly strings: ByteRange;
  private readonly names = new Map<number, string>();
  private window: Uint8Array = new Uint8Array();
  private windowAt = 0;

  constructor(source: Source, at: number, end: number, strings: ByteRange) {
    this.source = source;
    this.at = at;
    this.token = at;
    this.end = end;
    this.strings = strings;
  }

  /** Fills the root. Returns why it stopped before the end, or null. */
  read(root: TreeNode): Malformed | Spent | null {
    const open: TreeNode[] = [];
    try {
      for (;;) {
        const start = this.at;
        this.token = start;
        switch (this.u32()) {
          case BEGIN_NODE: {
            const name = upToNul(this.view(this.at, Math.min(this.end, this.at + NAME_LIMIT)), start);
            this.at = aligned(this.at + name.length + 1);
            const parent = open.at(-1);
            if (parent === undefined && this.opened > 0) throw new Malformed('a second root', start);
            const node = parent === undefined ? root : { name: nameOf(name), properties: [], children: [] };
            parent?.children.push(node);
            if (open.push(node) > DEPTH_LIMIT)
              throw new Malformed(`more than ${DEPTH_LIMIT} nodes deep`, start);
            this.opened++;
            this.count();
            break;
          }
          case END_NODE:
            if (open.pop() === undefined) throw new Malformed('a node ends that none began', start);
            break;
          case PROPERTY: {
            const length = this.u32();
            const name = this.nameAt(this.u32(), start);
            if (length > this.end - this.at)
              throw new Malformed(`a value of ${length} bytes does not fit`, start);
            const node = open.at(-1);
            if (node === undefined) throw new Malformed('a property outside of the root', start);
            node.properties.push({ name, range: [this.at, this.at + length] });
            this.at = aligned(this.at + length);
            this.count();
            break;
          }
          case NOTHING:
            break;
          case END:
            if (open.length > 0 || this.opened === 0)
              throw new Malformed('the tree ends inside a node', start);
            return null;
          default:
            throw new Malformed('no token of a device tree', start);
        }
      }
    } catch (error) {
      if (!(error instanceof Malformed || error instanceof Spent)) throw error;
      this.at = this.token;
      return error;
    }
  }

  /** @throws Spent */
  private count(): void {
    if (++this.items > ITEM_LIMIT) throw new Spent(`${ITEM_LIMIT} nodes and properties of a device tree`);
  }

  private u32(): number {
    if (this.at + 4 > this.end)
      throw new Malformed('the structure block ends without its end token', this.end);
    const value = new Cursor(this.view(this.at, this.at + 4)).u32be();
    this.at += 4;
    return value;
  }

  private nameAt(offset: number, at: number): string {
    const known = this.names.get(offset);
    if (known !== undefined) return known;
    const from = this.strings[0] + offset;
    if (from >= this.strings[1]) throw new Malformed('the name of a property is outside of the strings', at);
    const field = upToNul(this.source.bytes(from, Math.min(this.strings[1], from + NAME_LIMIT)), at);
    const name = nameOf(field);
    this.used.push([from, from + field.length + 1]);
    this.names.set(offset, name);
    return name;
  }

  private view(from: number, to: number): Uint8Array {
    if (from < this.windowAt || to > this.windowAt + this.window.length) {
      this.window = this.source.bytes(from, Math.min(this.end, from + WINDOW));
      this.windowAt = from;
    }
    return this.window.subarray(from - this.windowAt, to - this.windowAt);
  }
}

/** @throws Malformed when nothing ends the name */
function upToNul(field: Uint8Array, at: number): Uint8Array {
  const length = field.indexOf(0);
  if (length === -1) throw new Malformed('a name has no end', at);
  return field.subarray(0, length);
}

function aligned(at: number): number {
  return Math.ceil(at / 4) * 4;
}

/** Longest value that is read as text, number or key. */
const VALUE_LIMIT = 4096;

/** The value of a property; null: the node has none of that name, or it is larger than 4 KiB. */
export function valueOf(source: Source, node: TreeNode, name: string): Uint8Array | null {
  const property = node.properties.find((candidate) => candidate.name === name);
  if (property === undefined || property.range[1] - property.range[0] > VALUE_LIMIT) return null;
  return source.bytes(...property.range);
}

/** The texts of a value that is a list of printable ones, each ended by NUL; null: something else. */
export function textsOf(value: Uint8Array): readonly string[] | null {
  if (value.length === 0 || value.at(-1) !== 0) return null;
  const texts = Buffer.from(value.subarray(0, -1)).toString('latin1').split('\0');
  return texts.every((text) => /^[\x20-\x7e\t\n\r]+$/.test(text)) ? texts : null;
}

/** A property that is text, several joined with a comma; null: there is none. */
export function textOf(source: Source, node: TreeNode, name: string): string | null {
  const value = valueOf(source, node, name);
  return value === null ? null : (textsOf(value)?.join(', ') ?? null);
}

/** A property that is one number of 32 or 64 bits; null: there is none. */
export function numberIn(source: Source, node: TreeNode, name: string): bigint | null {
  const value = valueOf(source, node, name);
  if (value === null || (value.length !== 4 && value.length !== 8)) return null;
  return BigInt(`0x${Buffer.from(value).toString('hex')}`);
}

/** The node that a path of names leads to; null: there is none. */
export function nodeAt(root: TreeNode, ...path: readonly string[]): TreeNode | null {
  let node: TreeNode | undefined = root;
  for (const step of path) node = node?.children.find(({ name }) => name === step);
  return node ?? null;
}
