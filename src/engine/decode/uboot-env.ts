import { crc32 } from 'node:zlib';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { fillersIn } from '#engine/bytes/filler';
import { facts, fileHead } from '#engine/bytes/parts';
import { latin1, nameOf } from '#engine/bytes/text';

/** Bytes of the checksum in front. */
const SUM = 4;

/** Largest environment of the boards that U-Boot knows. */
const SIZE_LIMIT = 256 * 1024;

/** Sizes are multiples of this, and so is nearly every place of one in flash. */
const STEP = 256;

/** Environments begin at a block of the flash. What an image puts before its flash is at least made of words. */
const WORD = 4;

/** Longest name of a variable, and the characters of one: none that the boot loader's own shell takes apart. */
const NAME_LIMIT = 128;
const NAME = /^[^\s=\0\x7f-\xff]{1,128}$/;

/** Names that nearly every environment holds, each with what follows it. */
const MARKS = ['bootcmd=', 'bootdelay=', 'bootargs=', 'baudrate='] as const;

/** Variables that say what is started and how it is reached; the rest stands in the content. */
const TOLD = ['bootcmd', 'bootargs', 'bootdelay', 'ethaddr', 'ipaddr', 'serverip', 'ver'] as const;

/** Longest value that is a fact as a whole, characters. */
const FACT_LIMIT = 1024;

const NEWLINE = Uint8Array.of(0x0a);

/** The variables that the boot loader U-Boot keeps in flash. */
export const ubootEnv: Format = {
  kind: 'format',
  id: 'uboot-env',
  version: 1,
  doc: {
    name: 'U-Boot environment',
    says: 'Gives the variables as a text of one line each, and what is started (bootcmd, bootargs) and the addresses as facts. Each of two redundant copies is given, with what its flag says.',
    sources: [
      'U-Boot v2023.01, include/env_internal.h: struct environment_s; env/common.c, env_import and env_import_redund; tools/mkenvimage.c',
      'U-Boot v2023.01, env/flash.c: flag 1 active, 0 obsolete; env/sf.c, env/nand.c: the flag counts',
    ],
    limits: [
      'One whose checksum is wrong is not recognised: U-Boot does not use it either, but what it held stays unread.',
      `Found inside flash only where one of ${MARKS.map((mark) => mark.slice(0, -1)).join(', ')} is set, at a multiple of ${WORD} bytes, and where its values are ASCII.`,
      `Sizes above ${SIZE_LIMIT / 1024} KiB and those that are no multiple of ${STEP} bytes are not tried.`,
      'The environment built into the boot loader has no checksum and is not read.',
      'What an older environment left behind the last variable is not read.',
      'A flag says which of two copies is in use only together with the other one.',
    ],
  },
  magics: [],
  mark: {
    bytes: MARKS.map((mark) => new TextEncoder().encode(mark)),
    begins(source, found, from) {
      const first = textFrom(source, found, from);
      if (first === from && isBehindMark(source, from)) return [];
      // The checksum may look like text, and so may what stands before it: the text then seems to begin too early.
      const least = Math.max(from, first - SUM - 1);
      const words = [0, 1, 2].map((i) => aligned(least, WORD) + i * WORD);
      const block = aligned(least, STEP);
      return [...new Set([...words, block])].filter((at) => at < found).toSorted((a, b) => a - b);
    },
  },
  open(source) {
    for (const header of [SUM, SUM + 1]) {
      const end = endOfVariables(source, header);
      if (end === null) continue;
      const found = sizeOf(source, header, end);
      if (found !== null) return readings(source, { header, end, ...found });
    }
    return null;
  },
};

/** Where everything stands in one environment. */
interface Layout {
  /** Bytes before the variables: the checksum, and a flag where there are two copies. */
  readonly header: number;
  /** First byte behind the NUL that ends the variables. */
  readonly end: number;
  readonly size: number;
  readonly order: 'little' | 'big';
}

/** First byte of the text that leads to `found`: a list of texts with one NUL behind each.
 *  @param from  not before this */
function textFrom(source: Source, found: number, from: number): number {
  const least = Math.max(from, found - SIZE_LIMIT);
  let at = found;
  let isNull = false;
  for (let end = found; end > least; ) {
    const start = Math.max(least, end - 1024);
    const window = source.bytes(start, end);
    for (let i = window.length - 1; i >= 0; i--) {
      const byte = window[i] ?? 0;
      if (byte === 0 ? isNull : !isText(byte) || byte > 0x7f) return at;
      isNull = byte === 0;
      if (!isNull) at = start + i;
    }
    end = start;
  }
  return least;
}

/** True when a mark ends there: the text before it was looked at already. */
function isBehindMark(source: Source, at: number): boolean {
  return MARKS.some((mark) => at >= mark.length && latin1(source.bytes(at - mark.length, at)) === mark);
}

function aligned(at: number, multiple: number): number {
  return Math.ceil(at / multiple) * multiple;
}

function isText(byte: number): boolean {
  return byte >= 0x20 ? byte !== 0x7f && byte !== 0xff : byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** First byte behind a list of `name=value`, each with a NUL, one more NUL at its end; null: there is none. */
function endOfVariables(source: Source, from: number): number | null {
  const limit = Math.min(source.size, SIZE_LIMIT);
  let at = from;
  while (at < limit) {
    const head = source.bytes(at, Math.min(limit, at + NAME_LIMIT + 1));
    if (head[0] === 0) return at === from ? null : at + 1;
    const equals = head.indexOf(0x3d);
    if (equals < 1 || !NAME.test(latin1(head.subarray(0, equals)))) return null;
    const value = valueEnd(source, at + equals + 1, limit);
    if (value === null) return null;
    at = value + 1;
  }
  return null;
}

/** Where the NUL behind a value stands; null: other bytes than those of text do before it. */
function valueEnd(source: Source, from: number, limit: number): number | null {
  for (let start = from; start < limit; start += 1024) {
    const window = source.bytes(start, Math.min(limit, start + 1024));
    const other = window.findIndex((byte) => !isText(byte));
    if (other !== -1) return window[other] === 0 ? start + other : null;
  }
  return null;
}

/** The size over which the checksum is right, and the byte order it is stored in; null: it is wrong over every size. */
function sizeOf(source: Source, header: number, end: number): Pick<Layout, 'size' | 'order'> | null {
  const sum = source.bytes(0, SUM);
  const view = new DataView(sum.buffer, sum.byteOffset, SUM);
  const little = view.getUint32(0, true);
  const big = view.getUint32(0, false);
  let crc = 0;
  let at = header;
  for (let size = Math.ceil(end / STEP) * STEP; size <= Math.min(source.size, SIZE_LIMIT); size += STEP) {
    crc = crc32(source.bytes(at, size), crc);
    at = size;
    if (crc === little) return { size, order: 'little' };
    if (crc === big) return { size, order: 'big' };
  }
  return null;
}

function* readings(source: Source, layout: Layout): Generator<Reading> {
  const { header, end, size, order } = layout;
  const variables = [...variablesIn(source.bytes(header, end - 1))];
  yield { kind: 'extent', range: [0, header], role: 'header' };
  yield { kind: 'extent', range: [header, end], role: 'payload' };
  yield { kind: 'entry', entry: fileHead('environment', [[header, end]]) };
  for (const { bytes } of variables) {
    yield { kind: 'piece', bytes };
    yield { kind: 'piece', bytes: NEWLINE };
  }
  yield { kind: 'end' };
  for (const { range, role } of fillersIn(source, [[end, size]])) yield { kind: 'extent', range, role };
  const flag = header === SUM ? null : (source.bytes(SUM, header)[0] ?? 0);
  const values = new Map(variables.map(({ name, value }) => [name, value]));
  yield* facts({
    size: `${size}`,
    checksum: `right, ${order} endian`,
    flag: flag === null ? null : `${flag}`,
    variables: `${variables.length}`,
    ...Object.fromEntries(TOLD.map((name) => [name, told(values.get(name))])),
  });
}

interface Variable {
  readonly name: string;
  readonly value: string;
  /** Name and value as stored. */
  readonly bytes: Uint8Array;
}

/** @param list  without the NUL that ends it */
function* variablesIn(list: Uint8Array): Generator<Variable> {
  for (let at = 0; at < list.length; ) {
    const end = list.indexOf(0, at);
    const bytes = list.subarray(at, end === -1 ? list.length : end);
    const equals = bytes.indexOf(0x3d);
    yield { name: nameOf(bytes.subarray(0, equals)), value: nameOf(bytes.subarray(equals + 1)), bytes };
    at += bytes.length + 1;
  }
}

function told(value: string | undefined): string | null {
  if (value === undefined) return null;
  return value.length <= FACT_LIMIT ? value : `${value.slice(0, FACT_LIMIT)}… (${value.length} characters)`;
}
