import { crc32 } from 'node:zlib';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { adler32 } from '#engine/bytes/adler32';
import { Cursor } from '#engine/bytes/cursor';
import { lzoBlock } from '#engine/bytes/lzo';
import { facts } from '#engine/bytes/parts';
import { contentHead, damaged, OutputBudget, type Pieces } from '#engine/bytes/stream';
import { nameOf } from '#engine/bytes/text';

/** Files of lzop, as kernels and memory file systems are sometimes packed. */
export const lzop: Format = {
  kind: 'format',
  id: 'lzop',
  version: 1,
  doc: {
    name: 'lzop file (LZO1X)',
    says: 'Gives the content under the name in the header. Checksums of header and blocks are verified.',
    sources: [
      'lzop 1.04, src/conf.h and src/lzop.c: header and blocks',
      'Linux v6.1, lib/decompress_unlzo.c; Documentation/staging/lzo.rst',
    ],
    limits: [
      'Only the methods of LZO1X are read; filters are not undone.',
      'Further members of one file are found as files of their own.',
      'Blocks of more than 4 MiB are refused.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a), at: 0 }],
  open(source, whole) {
    const header = readHeader(source);
    return header === null ? null : readFile(source, header, whole);
  },
};

const MARK = 9;

/** Bytes of a header without its extra field. */
const HEADER_LIMIT = MARK + 2 + 2 + 2 + 1 + 1 + 4 + 4 + 4 + 4 + 4 + 1 + 255 + 4;

/** Most bytes of output of a block; lzop writes 256 KiB. */
const BLOCK_LIMIT = 4 * 1024 * 1024;

const FLAG = {
  adlerPlain: 0x1,
  adlerPacked: 0x2,
  extra: 0x40,
  crcPlain: 0x100,
  crcPacked: 0x200,
  filter: 0x800,
  crcHeader: 0x1000,
} as const;

interface Header {
  readonly version: number;
  readonly method: number;
  readonly level: number;
  readonly flags: number;
  readonly modifiedAt: number;
  readonly name: string;
  readonly end: number;
}

/** Null: no header, one with a wrong checksum, or what is not LZO1X. */
function readHeader(source: Source): Header | null {
  const c = new Cursor(source.bytes(0, Math.min(source.size, HEADER_LIMIT)));
  try {
    c.skip(MARK);
    const version = c.u16be();
    c.skip(2); // version of the library
    if (version < 0x940) return null; // no level, no version needed: none is left since 1997
    c.skip(2); // version needed to extract
    const method = c.u8();
    const level = c.u8();
    const flags = c.u32be();
    if (method < 1 || method > 3 || (flags & (FLAG.filter | FLAG.extra)) !== 0) return null;
    c.skip(4); // mode
    const low = c.u32be();
    const high = c.u32be();
    const name = nameOf(c.take(c.u8()));
    const covered = c.bytes.subarray(MARK, c.at);
    const sum = (flags & FLAG.crcHeader) === 0 ? adler32(covered) : crc32(covered);
    if (c.u32be() !== sum) return null;
    return { version, method, level, flags, modifiedAt: high * 2 ** 32 + low, name, end: c.at };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

const METHODS = ['', 'lzo1x-1', 'lzo1x-1(15)', 'lzo1x-999'];

function* readFile(source: Source, header: Header, whole: boolean): Generator<Reading> {
  const stored: ByteRange[] = [];
  const budget = new OutputBudget(source.size);
  const { modifiedAt, name, end } = header;
  const time = modifiedAt === 0 || modifiedAt > Number.MAX_SAFE_INTEGER ? null : modifiedAt;
  yield { kind: 'extent', range: [0, end], role: 'header' };
  yield* facts({
    version: `0x${header.version.toString(16)}`,
    method: METHODS[header.method] ?? null,
    level: String(header.level),
  });
  yield { kind: 'entry', entry: contentHead(name, stored, time) };
  try {
    const blocksEnd: number = yield* budget.give(blocks(source, header));
    stored.push([end, blocksEnd - 4]);
    yield { kind: 'extent', range: [end, blocksEnd - 4], role: 'payload' };
    yield { kind: 'extent', range: [blocksEnd - 4, blocksEnd], role: 'metadata' };
  } catch (error) {
    // the header has a checksum of its own: there was a file
    yield* damaged(error, whole || budget.given > 0, budget, stored, end);
  }
}

/** @returns (of the generator) where the end mark ends
 *  @throws Malformed */
function* blocks(source: Source, { flags, end: start }: Header): Pieces {
  for (let at = start; ; ) {
    const c = new Cursor(source.bytes(at, Math.min(source.size, at + 24)), 0, at);
    const plain = c.u32be();
    if (plain === 0) return at + 4;
    const packed = c.u32be();
    if (plain > BLOCK_LIMIT || packed > plain || packed === 0)
      throw new Malformed(`LZO block of ${packed} bytes for ${plain}`, at + 8);
    const adlerPlain = (flags & FLAG.adlerPlain) === 0 ? null : c.u32be();
    const crcPlain = (flags & FLAG.crcPlain) === 0 ? null : c.u32be();
    // a block that did not shrink has no sums of its packed form
    const isPacked = packed < plain;
    const adlerPacked = isPacked && (flags & FLAG.adlerPacked) !== 0 ? c.u32be() : null;
    const crcPacked = isPacked && (flags & FLAG.crcPacked) !== 0 ? c.u32be() : null;
    const from = at + c.at;
    if (from + packed > source.size) throw new Malformed('LZO block leaves the file', source.size);
    const bytes = source.bytes(from, from + packed);
    check(bytes, adlerPacked, crcPacked, from);
    const out = isPacked ? unpack(bytes, plain, from) : bytes;
    check(out, adlerPlain, crcPlain, from);
    for (let i = 0; i < out.length; i += PIECE) yield out.subarray(i, i + PIECE);
    at = from + packed;
  }
}

/** Most bytes given out at once. */
const PIECE = 1024 * 1024;

/** @throws Malformed */
function check(bytes: Uint8Array, adler: number | null, crc: number | null, at: number): void {
  if (adler !== null && adler32(bytes) !== adler)
    throw new Malformed('LZO block does not match its Adler-32', at);
  if (crc !== null && crc32(bytes) !== crc) throw new Malformed('LZO block does not match its CRC-32', at);
}

function unpack(bytes: Uint8Array, size: number, at: number): Uint8Array {
  try {
    const out = lzoBlock(bytes, size);
    if (out.length !== size) throw new Malformed(`LZO block gives ${out.length} of ${size} bytes`, 0);
    return out;
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, at + error.at) : error;
  }
}
