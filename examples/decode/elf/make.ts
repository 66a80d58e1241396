// node examples/decode/elf/make.ts: writes small files field by field as the gABI lays them out; none of them does anything.
import { be16, be32, bytes, le16, le32, noise, padded, type Part, patched, writeCases, zeros } from '../../craft.ts';

interface Order {
  readonly wide: boolean;
  readonly little: boolean;
}

const MIPS: Order & { machine: number } = { wide: false, little: false, machine: 8 };
const AARCH64: Order & { machine: number } = { wide: true, little: true, machine: 183 };

const half = ({ little }: Order, value: number) => (little ? le16(value) : be16(value));
const word = ({ little }: Order, value: number) => (little ? le32(value) : be32(value));
const wide = (order: Order, value: number) =>
  !order.wide ? word(order, value) : order.little ? bytes(le32(value), zeros(4)) : bytes(zeros(4), be32(value));

interface Segment {
  readonly type: number;
  readonly flags?: number;
  readonly at: number;
  readonly size: number;
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly body: Part;
  readonly link?: number;
  readonly entry?: number;
}

const BASE = 0x400000;

function segmentHeader(order: Order, { type, flags = 4, at, size }: Segment): Buffer {
  const place = [at, BASE + at, BASE + at, size, size].map((value) => wide(order, value));
  const kind = word(order, type);
  return order.wide
    ? bytes(kind, word(order, flags), ...place, wide(order, 4))
    : bytes(kind, ...place, word(order, flags), word(order, 4));
}

function sectionHeader(order: Order, name: number, section: Section, at: number): Buffer {
  const { type, flags = 0, body, link = 0, entry = 0 } = section;
  const size = type === 0 ? 0 : bytes(body).length;
  return bytes(
    word(order, name),
    word(order, type),
    wide(order, flags),
    wide(order, (flags & 2) === 0 ? 0 : BASE + at),
    wide(order, type === 0 ? 0 : at),
    wide(order, size),
    word(order, link),
    word(order, 0),
    wide(order, 4),
    wide(order, entry),
  );
}

/** Header, program headers, body, sections one after another, section headers. */
function file(
  order: Order & { machine: number },
  type: number,
  segments: readonly Segment[],
  body: Part,
  sections: readonly Section[] = [],
): Buffer {
  const headerSize = order.wide ? 64 : 52;
  const segmentSize = order.wide ? 56 : 32;
  const sectionSize = order.wide ? 64 : 40;
  const names = bytes('\0', ...[...sections, { name: '.shstrtab' }].map(({ name }) => `${name}\0`));
  const all: readonly Section[] =
    sections.length === 0
      ? []
      : [{ name: '', type: 0, body: '' }, ...sections, { name: '.shstrtab', type: 3, body: names }];
  const headers = bytes(...segments.map((segment) => segmentHeader(order, segment)));
  let at = headerSize + headers.length + bytes(body).length;
  const placed = all.map((section) => {
    const own = at;
    at += padded(section.body, 4).length;
    return sectionHeader(order, names.indexOf(`${section.name}\0`), section, own);
  });
  const header = bytes(
    [0x7f, 0x45, 0x4c, 0x46, order.wide ? 2 : 1, order.little ? 1 : 2, 1],
    zeros(9),
    half(order, type),
    half(order, order.machine),
    word(order, 1),
    wide(order, segments.length === 0 ? 0 : BASE + headerSize),
    wide(order, segments.length === 0 ? 0 : headerSize),
    wide(order, all.length === 0 ? 0 : at),
    word(order, 0),
    half(order, headerSize),
    half(order, segments.length === 0 ? 0 : segmentSize),
    half(order, segments.length),
    half(order, all.length === 0 ? 0 : sectionSize),
    half(order, all.length),
    half(order, all.length === 0 ? 0 : all.length - 1),
  );
  return bytes(header, headers, body, ...all.map((section) => padded(section.body, 4)), ...placed);
}

/** A dynamic program: loader, two libraries, a symbol that it imports, everything bound at once. */
function program(): Buffer {
  const order = AARCH64;
  const at = 64 + 5 * 56;
  const interpreter = padded('/lib/ld-musl-aarch64.so.1\0', 8);
  const names = padded('\0libc.so\0libnvram.so\0__stack_chk_fail\0__memcpy_chk\0', 8);
  const symbol = (name: number) => bytes(le32(name), [0x12, 0], le16(0), zeros(16));
  const symbols = bytes(zeros(24), symbol(21), symbol(38));
  const hash = bytes(le32(1), le32(3), le32(1), le32(0), le32(2), le32(0), zeros(0));
  const namesAt = at + interpreter.length;
  const symbolsAt = namesAt + names.length;
  const hashAt = symbolsAt + symbols.length;
  const dynamicAt = hashAt + hash.length;
  const tag = (number: number, value: number) => bytes(wide(order, number), wide(order, value));
  const dynamic = bytes(
    tag(1, 1),
    tag(1, 9),
    tag(4, BASE + hashAt),
    tag(5, BASE + namesAt),
    tag(6, BASE + symbolsAt),
    tag(10, names.length),
    bytes(le32(0x6ffffffb), zeros(4), wide(order, 0x08000001)),
    tag(0, 0),
  );
  const body = bytes(interpreter, names, symbols, hash, dynamic);
  const size = at + body.length;
  return file(
    order,
    3,
    [
      { type: 3, at, size: interpreter.length },
      { type: 1, flags: 5, at: 0, size },
      { type: 2, at: dynamicAt, size: dynamic.length },
      { type: 0x6474e551, flags: 6, at: 0, size: 0 },
      { type: 0x6474e552, at: dynamicAt, size: dynamic.length },
    ],
    body,
  );
}

const CODE = bytes(be32(0x24020001), be32(0x03e00008), be32(0));
const bare = file(MIPS, 2, [{ type: 1, flags: 5, at: 0, size: 52 + 32 + CODE.length }], CODE);

const module = file(MIPS, 1, [], '', [
  { name: '.text', type: 1, flags: 6, body: CODE },
  { name: '.modinfo', type: 1, flags: 2, body: 'license=GPL\0vermagic=3.10.14 MIPS32\0' },
  { name: '.symtab', type: 2, body: bytes(zeros(16), be32(1), zeros(8), [0x10, 0], be16(0)), link: 4, entry: 16 },
  { name: '.strtab', type: 3, body: '\0__stack_chk_fail\0' },
  { name: '.comment', type: 1, body: 'GCC: (made up) 4.7.2\0' },
]);

const withSection = (name: string, body: Part) =>
  file(MIPS, 2, [{ type: 1, flags: 5, at: 0, size: 52 + 32 + CODE.length }], CODE, [{ name, type: 1, body }]);

writeCases(import.meta.dirname, '../make.ts', {
  'program-for-any-address': {
    input: program(),
    note: 'A 64-bit program without section headers: loader, libraries and imports are read as the loader does.',
  },
  'no-section-headers': { input: bare, note: 'A big-endian program of one loaded segment, stripped of its section headers.' },
  'kernel-module': { input: module, note: 'A relocatable file: sections only; license and kernel stand in .modinfo.' },
  'appended-data': {
    input: bytes(bare, 'data that no header accounts for'),
    note: 'Bytes behind the last segment belong to no part of the program: they stay unexplained.',
  },
  'unknown-section': {
    input: withSection('.vendor', 'what this is for, nobody says'),
    note: 'A section that is not loaded and bears no known name stays unexplained.',
  },
  'ciphertext-as-comment': {
    input: withSection('.comment', noise(1024)),
    note: 'The look-alike: a known name over bytes that no compiler leaves. They stay opaque.',
  },
  'section-headers-leave-the-file': {
    input: patched(bare, 32, bytes(be32(0x10000), be32(0), be16(52), be16(32), be16(1), be16(40), be16(3), be16(2))),
    note: 'The section table points nowhere; the program is read all the same, as the system would load it.',
  },
  'segment-cut-short': { input: bare.subarray(0, 90), note: 'The loaded segment is not there in full.' },
  'only-the-mark': {
    input: bytes([0x7f, 0x45, 0x4c, 0x46], 'and then something else, long enough to hold a header'),
    note: 'The look-alike: the mark stands there, but no class or byte order.',
  },
});
