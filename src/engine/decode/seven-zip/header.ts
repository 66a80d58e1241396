import { Malformed, Spent } from '#domain/error';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { utf16Name } from '#engine/bytes/utf16';

// Source of all: 7-Zip 23.01, DOC/7zFormat.txt

/** What begins a part of the header. */
const ID = {
  end: 0x00,
  header: 0x01,
  archiveProperties: 0x02,
  additionalStreams: 0x03,
  mainStreams: 0x04,
  files: 0x05,
  packInfo: 0x06,
  unpackInfo: 0x07,
  subStreams: 0x08,
  size: 0x09,
  sum: 0x0a,
  folder: 0x0b,
  unpackSizes: 0x0c,
  streamsInFolder: 0x0d,
  emptyStream: 0x0e,
  emptyFile: 0x0f,
  anti: 0x10,
  names: 0x11,
  modified: 0x14,
  attributes: 0x15,
  encodedHeader: 0x17,
} as const;

/** Coders of one folder, and streams between them: 7-Zip itself refuses more. */
const CODER_LIMIT = 32;

/** Things of one kind in an archive. */
const COUNT_LIMIT = 500_000;

/** Bytes of a coder's properties. */
const PROPERTIES_LIMIT = 1024;

/** One step from packed to unpacked bytes. */
export interface Coder {
  /** Its number in hexadecimal digits: `030101` is LZMA. */
  readonly id: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly properties: Uint8Array;
}

/** Some packed streams, and the coders that make one stream of them. */
export interface Folder {
  readonly coders: readonly Coder[];
  /** Which output feeds which input; both count over all coders. */
  readonly bonds: readonly { readonly input: number; readonly output: number }[];
  /** Inputs that packed streams feed, in their order. */
  readonly packedInputs: readonly number[];
  /** Of the packed streams, in the archive. */
  readonly packed: readonly ByteRange[];
  /** Bytes that each output gives. */
  readonly sizes: readonly number[];
  /** Bytes of the stream that leaves the folder. */
  readonly size: number;
  /** Its CRC-32; null: not stated. */
  readonly sum: number | null;
  /** The files that it is cut into. */
  readonly parts: readonly { readonly size: number; readonly sum: number | null }[];
}

/** One thing that the archive lists. */
export interface Item {
  readonly path: string;
  /** Without a part of a folder: a directory, or an empty file. */
  readonly hasStream: boolean;
  readonly isEmptyFile: boolean;
  /** A note that a file shall be removed. */
  readonly isAnti: boolean;
  /** Seconds since 1970; null: not stated. */
  readonly modifiedAt: number | null;
  /** Of Windows in the low half, a Unix mode in the upper one if bit 15 is set; null: not stated. */
  readonly attributes: number | null;
}

/** The list of an archive; or, when it is packed itself, the folder that holds it. */
export type Listing =
  | { readonly kind: 'list'; readonly folders: readonly Folder[]; readonly items: readonly Item[] }
  | { readonly kind: 'packed'; readonly folder: Folder };

/** @param bytes  of the header
 *  @param end    where packed streams end at the latest in the archive
 *  @throws Malformed with an offset in `bytes` */
export function readListing(bytes: Uint8Array, end: number): Listing {
  const c = new HeaderCursor(bytes);
  const id = c.u8();
  if (id === ID.encodedHeader) {
    const [folder, ...others] = readStreams(c, end);
    if (folder === undefined || others.length > 0) throw new Malformed('packed header of several parts', 0);
    return { kind: 'packed', folder };
  }
  if (id !== ID.header) throw new Malformed(`part ${id} where the header should begin`, 0);
  let folders: readonly Folder[] = [];
  let items: readonly Item[] = [];
  for (;;) {
    const at = c.at;
    switch (c.u8()) {
      case ID.archiveProperties:
        while (c.u8() !== ID.end) c.skip(c.number());
        break;
      case ID.additionalStreams:
        readStreams(c, end);
        break;
      case ID.mainStreams:
        folders = readStreams(c, end);
        break;
      case ID.files:
        items = readFiles(c);
        break;
      case ID.end:
        return { kind: 'list', folders, items };
      default:
        throw new Malformed('unknown part of the header', at);
    }
  }
}

class HeaderCursor extends Cursor {
  /** The ones that lead the first byte say how many bytes follow it; the rest of it is the most significant part.
   *  @throws Malformed above 2^53 − 1 */
  number(): number {
    const at = this.at;
    const first = this.u8();
    let value = 0;
    for (let i = 0; i < 8; i++) {
      const mask = 0x80 >>> i;
      const isLast = (first & mask) === 0;
      value += (isLast ? first & (mask - 1) : this.u8()) * 2 ** (8 * i);
      if (isLast) break;
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new Malformed('number too large', at);
    return value;
  }

  /** A number of things of which each takes at least a byte of the header.
   *  @param more  how many may stand for nothing */
  count(what: string, more = 0): number {
    const at = this.at;
    const count = this.number();
    if (count > this.left + more) throw new Malformed(`${count} ${what} in ${this.left} bytes`, at);
    if (count > COUNT_LIMIT) throw new Spent(`${COUNT_LIMIT} ${what}`);
    return count;
  }

  /** One bit each, the highest first. */
  bits(count: number): readonly boolean[] {
    const bytes = this.take(Math.ceil(count / 8));
    return Array.from({ length: count }, (_, i) => ((bytes[i >>> 3] ?? 0) & (0x80 >>> (i & 7))) !== 0);
  }

  /** As bits, or one byte that says that all are set. */
  defined(count: number): readonly boolean[] {
    return this.u8() === 0 ? this.bits(count) : Array.from({ length: count }, () => true);
  }

  sums(count: number): readonly (number | null)[] {
    return this.defined(count).map((isStated) => (isStated ? this.u32le() : null));
  }

  /** @throws Malformed when another part stands here */
  expect(id: number): void {
    const at = this.at;
    const found = this.u8();
    if (found !== id) throw new Malformed(`part ${found} of the header where ${id} should stand`, at);
  }

  /** @throws Malformed: no writer keeps parts of the header outside */
  inside(): void {
    if (this.u8() !== 0) throw new Malformed('a part of the header stands elsewhere', this.at - 1);
  }
}

/** StreamsInfo: where packed streams stand, how they are unpacked, which files they are. */
function readStreams(c: HeaderCursor, end: number): readonly Folder[] {
  let packed: readonly ByteRange[] = [];
  let folders: readonly Folder[] = [];
  for (;;) {
    const at = c.at;
    switch (c.u8()) {
      case ID.packInfo:
        packed = readPacked(c, end);
        break;
      case ID.unpackInfo:
        folders = readFolders(c, packed);
        break;
      case ID.subStreams:
        folders = readParts(c, folders);
        break;
      case ID.end:
        return folders;
      default:
        throw new Malformed('unknown part of the streams', at);
    }
  }
}

/** Bytes in front of the packed streams. */
const SIGNATURE_HEADER = 32;

function readPacked(c: HeaderCursor, end: number): readonly ByteRange[] {
  const at = c.at;
  let from = SIGNATURE_HEADER + c.number();
  const count = c.count('packed streams');
  const packed: ByteRange[] = [];
  for (let id = c.u8(); id !== ID.end; id = c.u8()) {
    if (id === ID.size) {
      for (let i = 0; i < count; i++) {
        const size = c.number();
        if (from + size > end) throw new Malformed('packed stream leaves the archive', at);
        packed.push([from, from + size]);
        from += size;
      }
    } else if (id === ID.sum) c.sums(count);
    else throw new Malformed('unknown part of the packed streams', c.at - 1);
  }
  return packed;
}

function readFolders(c: HeaderCursor, packed: readonly ByteRange[]): readonly Folder[] {
  c.expect(ID.folder);
  const count = c.count('folders');
  c.inside();
  let used = 0;
  const plans = Array.from({ length: count }, () => {
    const plan = readFolder(c);
    const own = packed.slice(used, used + plan.packedInputs.length);
    if (own.length < plan.packedInputs.length) throw new Malformed('folder without its packed streams', c.at);
    used += own.length;
    return { ...plan, packed: own };
  });
  c.expect(ID.unpackSizes);
  const sized = plans.map((plan) => {
    const outputs = plan.coders.reduce((sum, coder) => sum + coder.outputs, 0);
    const sizes = Array.from({ length: outputs }, () => c.number());
    const last = sizes.findIndex((_, output) => !plan.bonds.some((bond) => bond.output === output));
    return { ...plan, sizes, size: sizes[last] ?? 0 };
  });
  let sums: readonly (number | null)[] = [];
  for (let id = c.u8(); id !== ID.end; id = c.u8()) {
    if (id !== ID.sum) throw new Malformed('unknown part of the folders', c.at - 1);
    sums = c.sums(count);
  }
  return sized.map((folder, i) => {
    const sum = sums[i] ?? null;
    return { ...folder, sum, parts: [{ size: folder.size, sum }] };
  });
}

function readFolder(c: HeaderCursor): Pick<Folder, 'coders' | 'bonds' | 'packedInputs'> {
  const at = c.at;
  const count = c.number();
  if (count === 0 || count > CODER_LIMIT) throw new Malformed(`folder of ${count} coders`, at);
  const coders: Coder[] = [];
  for (let i = 0; i < count; i++) {
    const flags = c.u8();
    const id = Buffer.from(c.take(flags & 0x0f)).toString('hex');
    const [inputs, outputs] = (flags & 0x10) === 0 ? [1, 1] : [c.number(), c.number()];
    if (inputs > CODER_LIMIT || outputs > CODER_LIMIT || outputs === 0) {
      throw new Malformed(`coder of ${inputs} inputs and ${outputs} outputs`, at);
    }
    const length = (flags & 0x20) === 0 ? 0 : c.number();
    if (length > PROPERTIES_LIMIT) throw new Malformed(`properties of ${length} bytes`, at);
    coders.push({ id, inputs, outputs, properties: c.take(length) });
  }
  const inputs = coders.reduce((sum, coder) => sum + coder.inputs, 0);
  const outputs = coders.reduce((sum, coder) => sum + coder.outputs, 0);
  const bonds = Array.from({ length: outputs - 1 }, () => ({ input: c.number(), output: c.number() }));
  const left = inputs - bonds.length;
  if (left < 1) throw new Malformed('folder without a packed stream', at);
  const free = Array.from({ length: inputs }, (_, i) => i).filter(
    (input) => !bonds.some((bond) => bond.input === input),
  );
  const packedInputs = left === 1 ? free.slice(0, 1) : Array.from({ length: left }, () => c.number());
  return { coders, bonds, packedInputs };
}

/** SubStreamsInfo: into how many files each folder is cut. */
function readParts(c: HeaderCursor, folders: readonly Folder[]): readonly Folder[] {
  let counts = folders.map(() => 1);
  let id = c.u8();
  if (id === ID.streamsInFolder) {
    // the size of one file in a folder is not stated: many folders may have one
    counts = folders.map(() => c.count('files in a folder', folders.length + 1));
    id = c.u8();
  }
  const hasSizes = id === ID.size;
  let total = 0;
  const sizes = folders.map((folder, i) => {
    const count = counts[i] ?? 0;
    total += count;
    if (total > COUNT_LIMIT) throw new Spent(`${COUNT_LIMIT} files in folders`);
    if (count === 0) return [];
    const stated = Array.from({ length: count - 1 }, () => (hasSizes ? c.number() : 0));
    const rest = folder.size - stated.reduce((sum, size) => sum + size, 0);
    if (rest < 0) throw new Malformed('files of a folder are larger than the folder', c.at);
    return [...stated, rest];
  });
  if (hasSizes) id = c.u8();
  const known = (i: number) => counts[i] === 1 && folders[i]?.sum !== null;
  let sums: readonly (number | null)[] = [];
  for (; id !== ID.end; id = c.u8()) {
    if (id !== ID.sum) throw new Malformed('unknown part of the files in the folders', c.at - 1);
    sums = c.sums(folders.reduce((sum, _, i) => sum + (known(i) ? 0 : (counts[i] ?? 0)), 0));
  }
  let next = 0;
  return folders.map((folder, i) => {
    const parts = (sizes[i] ?? []).map((size) => ({
      size,
      sum: known(i) ? folder.sum : (sums[next++] ?? null),
    }));
    return { ...folder, parts };
  });
}

/** FilesInfo */
function readFiles(c: HeaderCursor): readonly Item[] {
  const count = c.count('files');
  const none = Array.from({ length: count }, () => false);
  let empty: readonly boolean[] = none;
  let emptyFiles: readonly boolean[] = [];
  let anti: readonly boolean[] = [];
  let names: readonly string[] = [];
  let times: readonly (number | null)[] = [];
  let attributes: readonly (number | null)[] = [];
  for (let id = c.u8(); id !== ID.end; id = c.u8()) {
    const size = c.number();
    const part = new HeaderCursor(c.take(size), 0, c.at - size);
    const empties = empty.filter(Boolean).length;
    if (id === ID.emptyStream) empty = part.bits(count);
    else if (id === ID.emptyFile) emptyFiles = part.bits(empties);
    else if (id === ID.anti) anti = part.bits(empties);
    else if (id === ID.names) names = readNames(part, count);
    else if (id === ID.modified) times = values(part, count, (p) => secondsOf(p.u64leBits()));
    else if (id === ID.attributes) attributes = values(part, count, (p) => p.u32le());
  }
  let next = 0;
  return none.map((_, i) => {
    const hasStream = empty[i] !== true;
    const number = hasStream ? -1 : next++;
    return {
      path: names[i] ?? `file-${i}`,
      hasStream,
      isEmptyFile: emptyFiles[number] === true,
      isAnti: anti[number] === true,
      modifiedAt: times[i] ?? null,
      attributes: attributes[i] ?? null,
    };
  });
}

/** UTF-16, each name with a zero behind it. */
function readNames(c: HeaderCursor, count: number): readonly string[] {
  c.inside();
  const bytes = c.take(c.left);
  const names: string[] = [];
  let from = 0;
  for (let at = 0; at + 1 < bytes.length && names.length < count; at += 2) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0) continue;
    names.push(utf16Name(bytes.subarray(from, at)));
    from = at + 2;
  }
  return names;
}

function values<T>(c: HeaderCursor, count: number, read: (c: HeaderCursor) => T): readonly (T | null)[] {
  const defined = c.defined(count);
  c.inside();
  return defined.map((isStated) => (isStated ? read(c) : null));
}

/** Of a time of Windows: tenths of microseconds since 1601. */
function secondsOf(time: bigint): number {
  return Number(time / 10_000_000n) - 11_644_473_600;
}
