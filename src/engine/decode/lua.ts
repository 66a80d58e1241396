import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { READ_LIMIT } from '#engine/bytes/source';
import { nameOf } from '#engine/bytes/text';

/** Programs in Lua 5.1 that were compiled before they were shipped. */
export const lua: Format = {
  kind: 'format',
  id: 'lua',
  version: 1,
  doc: {
    name: 'compiled Lua 5.1 program',
    says: 'Claims every function with its instructions, constants and names for debugging; a first line that names the interpreter belongs to it.',
    sources: [
      'Lua 5.1.5, ldump.c and lundump.c: layout of a precompiled chunk',
      'OpenWrt, package/utils/lua: patch LNUM (whole numbers as constants)',
    ],
    limits: [
      'Other versions of Lua and LuaJIT are not read.',
      'Instructions are claimed without a look at what they do.',
    ],
  },
  magics: [
    { bytes: Uint8Array.of(0x1b, 0x4c, 0x75, 0x61, 0x51), at: 0 },
    { bytes: new TextEncoder().encode('#!/'), at: 0 },
  ],
  open(source, whole) {
    const at = whole ? afterFirstLine(source) : 0;
    if (at === null || at + HEADER > source.size) return null;
    const sizes = readHeader(source, at);
    return sizes === null ? null : claim(source, at, sizes);
  },
};

const HEADER = 12;

/** Where the chunk begins: behind a line `#!…`, as the interpreter skips it. Null: a line without an end. */
function afterFirstLine(source: Source): number | null {
  const line = source.bytes(0, Math.min(source.size, 256));
  if (line[0] !== 0x23) return 0;
  const end = line.indexOf(0x0a);
  return end === -1 ? null : end + 1;
}

/** Bytes of the numbers of one chunk. */
interface Sizes {
  readonly isLittle: boolean;
  readonly int: number;
  readonly size: number;
  readonly instruction: number;
  readonly number: number;
  /** Of whole numbers among the constants, in OpenWrt's variant; 0: there are none. */
  readonly whole: number;
}

function readHeader(source: Source, at: number): Sizes | null {
  const c = new Cursor(source.bytes(at, at + HEADER));
  if (c.u32be() !== 0x1b4c7561 || c.u8() !== 0x51 || c.u8() !== 0) return null; // mark, version, format
  const order = c.u8();
  const int = c.u8();
  const size = c.u8();
  const instruction = c.u8();
  const number = c.u8();
  const integral = c.u8(); // 1: numbers are whole; 4 and 8: OpenWrt's variant
  const isUsual =
    int === 4 && instruction === 4 && (size === 4 || size === 8) && (number === 4 || number === 8);
  if (!isUsual || order > 1 || ![0, 1, 4, 8].includes(integral)) return null;
  return { isLittle: order === 1, int, size, instruction, number, whole: integral > 1 ? integral : 0 };
}

/** Functions inside functions; the compiler stops at 200 levels. */
const DEPTH_LIMIT = 200;

function* claim(source: Source, at: number, sizes: Sizes): Generator<Reading> {
  const c = new Cursor(source.bytes(at, Math.min(source.size, at + READ_LIMIT)), HEADER, at);
  const words = { functions: 0, name: '' };
  skipFunction(c, sizes, 0, words);
  yield { kind: 'extent', range: [0, at + HEADER], role: 'header' };
  yield { kind: 'extent', range: [at + HEADER, at + c.at], role: 'payload' };
  yield { kind: 'fact', name: 'functions', value: String(words.functions) };
  if (words.name !== '') yield { kind: 'fact', name: 'source', value: words.name };
}

/** @throws Malformed when a function is not laid out as the compiler does */
function skipFunction(
  c: Cursor,
  sizes: Sizes,
  depth: number,
  words: { functions: number; name: string },
): void {
  if (depth > DEPTH_LIMIT) throw new Malformed('functions too deep', c.base + c.at);
  words.functions++;
  const name = readString(c, sizes);
  if (depth === 0) words.name = nameOf(name.subarray(0, Math.max(0, name.length - 1)).subarray(0, 200));
  c.skip(2 * sizes.int + 4); // first and last line; upvalues, parameters, varargs, stack
  c.skip(countOf(c, sizes) * sizes.instruction);
  for (let left = countOf(c, sizes); left > 0; left--) skipConstant(c, sizes);
  for (let left = countOf(c, sizes); left > 0; left--) skipFunction(c, sizes, depth + 1, words);
  c.skip(countOf(c, sizes) * sizes.int); // lines
  for (let left = countOf(c, sizes); left > 0; left--) {
    readString(c, sizes); // local variable
    c.skip(2 * sizes.int); // where it lives
  }
  for (let left = countOf(c, sizes); left > 0; left--) readString(c, sizes); // upvalue
}

function countOf(c: Cursor, { isLittle }: Sizes): number {
  const count = isLittle ? c.u32le() : c.u32be();
  // each of anything takes at least a byte
  if (count > c.left) throw new Malformed(`${count} of something, ${c.left} bytes left`, c.base + c.at);
  return count;
}

/** With its NUL; empty when there is none. */
function readString(c: Cursor, { isLittle, size }: Sizes): Uint8Array {
  const length = size === 4 ? (isLittle ? c.u32le() : c.u32be()) : isLittle ? c.u64le() : c.u64be();
  const string = c.take(length);
  if (length > 0 && string.at(-1) !== 0)
    throw new Malformed('string without its end', c.base + c.at - length);
  return string;
}

function skipConstant(c: Cursor, sizes: Sizes): void {
  const type = c.u8();
  switch (type) {
    case 0: // nil
      return;
    case 1: // boolean
      return c.skip(1);
    case 3:
      return c.skip(sizes.number);
    case 4:
      readString(c, sizes);
      return;
    case 9: // whole number
    case 0xfe:
      if (sizes.whole > 0) return c.skip(sizes.whole);
  }
  throw new Malformed(`constant of type ${type}`, c.base + c.at - 1);
}
