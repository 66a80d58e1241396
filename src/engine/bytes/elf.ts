import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { READ_LIMIT, windowOf, wholeOf } from '#engine/bytes/source';
import { latin1, nameOf } from '#engine/bytes/text';

// Source of every number below: System V Application Binary Interface, gABI 4.1 chapters 4 and 5, and its draft of 2013;
// GNU extensions as in the Linux Standard Base Core 5.0, chapters 10 and 11.

/** `e_type`. */
export const ELF_TYPE = { relocatable: 1, executable: 2, shared: 3, core: 4 } as const;

/** `p_type` of the segments this reader knows. */
export const SEGMENT = {
  load: 1,
  dynamic: 2,
  interpreter: 3,
  note: 4,
  stack: 0x6474e551,
  relro: 0x6474e552,
} as const;

/** `sh_type` of the sections this reader knows. */
export const SECTION = {
  null: 0,
  progbits: 1,
  symtab: 2,
  strtab: 3,
  note: 7,
  nobits: 8,
  dynsym: 11,
} as const;

/** `sh_flags`: the section is in memory at run time. */
export const SECTION_ALLOC = 2n;

const SEGMENT_EXECUTABLE = 1;

/** `d_tag` values that are read. */
const TAG = {
  needed: 1,
  hash: 4,
  strtab: 5,
  symtab: 6,
  strsz: 10,
  soname: 14,
  rpath: 15,
  bindNow: 24,
  runpath: 29,
  flags: 30,
  gnuHash: 0x6ffffef5,
  flags1: 0x6ffffffb,
  mipsSymbols: 0x70000011,
} as const;

const FLAG_BIND_NOW = 8n;
const FLAG1_NOW = 1n;
const FLAG1_PIE = 0x08000000n;

/** Most entries of each table; the largest counts seen in firmware are below a tenth of these. */
const BUDGET = {
  segments: 1024,
  sections: 65_536,
  dynamic: 10_000,
  symbols: 1_000_000,
  notes: 1_000,
  /** Bytes of names given out, so that a million symbols cannot share one long name. */
  nameBytes: 64 * 1024 * 1024,
  /** Bytes of one table read at once. */
  table: 256 * 1024 * 1024,
} as const;

/** One program header. */
export interface ElfSegment {
  readonly type: number;
  /** 1 execute, 2 write, 4 read. */
  readonly flags: number;
  readonly address: bigint;
  /** Bytes in memory. */
  readonly memory: bigint;
  /** Bytes in the file; null: they leave the file. */
  readonly range: ByteRange | null;
}

/** One section header. */
export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly address: bigint;
  /** Bytes in the file, empty for sections without any; null: they leave the file. */
  readonly range: ByteRange | null;
  readonly link: number;
  readonly info: number;
  /** Bytes of one entry; 0: not a table. */
  readonly entrySize: number;
}

/** What the dynamic section says to the loader. */
export interface ElfDynamic {
  /** Where its entries stand in the file. */
  readonly range: ByteRange;
  /** Libraries it asks for, in order. */
  readonly needed: readonly string[];
  readonly soname: string | null;
  /** Search path for libraries (DT_RUNPATH, else DT_RPATH); null: none. */
  readonly runPath: string | null;
  /** All symbols are bound before the program starts. */
  readonly bindNow: boolean;
  /** The linker marked it as a program that may stand at any address. */
  readonly markedPie: boolean;
  /** Tag → values in the order of the file, for tags that are not named above. */
  readonly values: ReadonlyMap<number, readonly bigint[]>;
}

export interface ElfNote {
  /** Who defines the type, such as `GNU`. */
  readonly owner: string;
  readonly type: number;
  readonly description: ByteRange;
}

/** An ELF file as its headers describe it. Symbols are read on demand by {@link symbolsOf}. */
export interface Elf {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** `e_ident[EI_OSABI]`. */
  readonly osAbi: number;
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  readonly entry: bigint;
  readonly header: ByteRange;
  /** Empty when there is none. */
  readonly programHeaders: ByteRange;
  /** Empty when there is none or it is unusable. */
  readonly sectionHeaders: ByteRange;
  readonly segments: readonly ElfSegment[];
  /** Empty when there is no section table or it is unusable. */
  readonly sections: readonly ElfSection[];
  /** Why the section table is unusable; null: it is read, or there is none. */
  readonly sectionsUnusable: string | null;
  /** Program that loads it, such as `/lib/ld-uClibc.so.0`; null: none asked for. */
  readonly interpreter: string | null;
  /** Null: statically linked, or not readable. */
  readonly dynamic: ElfDynamic | null;
}

/** Reads the headers of an ELF file that begins where the source begins. Section headers are optional: when they are
 *  absent or wrong, program headers carry everything, as they do for the system's loader.
 *  @returns null: not an ELF file
 *  @throws Malformed when the program headers or the dynamic section are not what the header promises
 *  Source: gABI chapter 4, ELF Header; chapter 5, Program Header, Dynamic Section */
export function readElf(source: Source): Elf | null {
  const ident = readIdent(source);
  if (ident === null) return null;
  const words = wordsOf(ident);
  const head = readHeader(source, words);
  const numbering = readNumbering(source, words, head);
  const programHeaders = tableRange(source, head.programOffset, numbering.segments, head.programSize);
  if (programHeaders === null) throw new Malformed('program headers leave the file', head.size);
  const segments = readSegments(source, words, programHeaders, head.programSize);
  const table = readSections(source, words, head, numbering);
  const base = { segments, sections: table.sections };
  return {
    bits: ident.bits,
    littleEndian: ident.littleEndian,
    osAbi: ident.osAbi,
    type: head.type,
    machine: head.machine,
    flags: head.flags,
    entry: head.entry,
    header: [0, head.size],
    programHeaders,
    sectionHeaders: table.range,
    ...base,
    sectionsUnusable: table.unusable,
    interpreter: readInterpreter(source, segments),
    dynamic: readDynamic(source, words, base),
  };
}

interface Ident {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly osAbi: number;
}

/** The first 16 bytes; null when they are not those of ELF version 1. */
function readIdent(source: Source): Ident | null {
  if (source.size < 52) return null;
  const c = new Cursor(source.bytes(0, 16));
  if (latin1(c.take(4)) !== '\x7fELF') return null;
  const bits = c.u8(); // 1: 32, 2: 64
  const order = c.u8(); // 1: little endian, 2: big endian
  const version = c.u8();
  const osAbi = c.u8();
  if (bits < 1 || bits > 2 || order < 1 || order > 2 || version !== 1) return null;
  return { bits: bits === 1 ? 32 : 64, littleEndian: order === 1, osAbi };
}

/** How numbers are read in one class and byte order. */
interface Words {
  readonly bits: 32 | 64;
  half(c: Cursor): number;
  word(c: Cursor): number;
  /** Address, offset or size: 4 or 8 bytes. */
  wide(c: Cursor): bigint;
}

function wordsOf({ bits, littleEndian }: Pick<Ident, 'bits' | 'littleEndian'>): Words {
  const half = littleEndian ? (c: Cursor) => c.u16le() : (c: Cursor) => c.u16be();
  const word = littleEndian ? (c: Cursor) => c.u32le() : (c: Cursor) => c.u32be();
  const wide = (c: Cursor): bigint => {
    if (bits === 32) return BigInt(word(c));
    const first = BigInt(word(c));
    const second = BigInt(word(c));
    return littleEndian ? (second << 32n) | first : (first << 32n) | second;
  };
  return { bits, half, word, wide };
}

interface Head {
  readonly type: number;
  readonly machine: number;
  readonly entry: bigint;
  readonly programOffset: bigint;
  readonly sectionOffset: bigint;
  readonly flags: number;
  readonly size: number;
  readonly programSize: number;
  readonly programCount: number;
  readonly sectionSize: number;
  readonly sectionCount: number;
  readonly namesIndex: number;
}

function readHeader(source: Source, { bits, half, word, wide }: Words): Head {
  const size = bits === 32 ? 52 : 64;
  if (source.size < size) throw new Malformed('file ends inside the header', source.size);
  const c = new Cursor(source.bytes(0, size), 16);
  const type = half(c);
  const machine = half(c);
  c.skip(4); // version
  const entry = wide(c);
  const programOffset = wide(c);
  const sectionOffset = wide(c);
  const flags = word(c);
  c.skip(2); // size of this header: fixed by the class
  return {
    type,
    machine,
    entry,
    programOffset,
    sectionOffset,
    flags,
    size,
    programSize: half(c),
    programCount: half(c),
    sectionSize: half(c),
    sectionCount: half(c),
    namesIndex: half(c),
  };
}

interface Numbering {
  readonly segments: number;
  readonly sections: number;
  readonly names: number;
}

/** Counts that do not fit the header stand in section header 0.
 *  Source: gABI chapter 4, ELF Header, e_phnum = 0xffff, e_shnum = 0, e_shstrndx = 0xffff */
function readNumbering(source: Source, words: Words, head: Head): Numbering {
  const plain = { segments: head.programCount, sections: head.sectionCount, names: head.namesIndex };
  const extended =
    head.programCount === 0xffff ||
    head.namesIndex === 0xffff ||
    (head.sectionCount === 0 && head.sectionOffset > 0n);
  if (!extended) return plain;
  const range = tableRange(source, head.sectionOffset, 1, head.sectionSize);
  if (range === null || head.sectionSize < sectionHeaderSize(words)) return plain;
  const first = readSectionHeader(words, new Cursor(source.bytes(...range)));
  return {
    segments: head.programCount === 0xffff ? first.info : head.programCount,
    sections: head.sectionCount === 0 ? Number(first.size) : head.sectionCount,
    names: head.namesIndex === 0xffff ? first.link : head.namesIndex,
  };
}

/** Where a table stands; empty for no entries, null when it leaves the file. */
function tableRange(source: Source, offset: bigint, count: number, entrySize: number): ByteRange | null {
  if (count === 0 || offset === 0n) return [0, 0];
  const end = offset + BigInt(count) * BigInt(entrySize);
  return end > BigInt(source.size) ? null : [Number(offset), Number(end)];
}

function readSegments(
  source: Source,
  { bits, word, wide }: Words,
  table: ByteRange,
  entrySize: number,
): readonly ElfSegment[] {
  if (table[1] === table[0]) return [];
  const least = bits === 32 ? 32 : 56;
  if (entrySize < least) throw new Malformed(`program headers of ${entrySize} bytes`, table[0]);
  const count = Math.floor((table[1] - table[0]) / entrySize);
  if (count > BUDGET.segments) throw new Spent(`${BUDGET.segments} ELF segments`);
  const bytes = source.bytes(table[0], table[1]);
  return Array.from({ length: count }, (_, i): ElfSegment => {
    const c = new Cursor(bytes, i * entrySize);
    const type = word(c);
    const flags64 = bits === 64 ? word(c) : 0;
    const offset = wide(c);
    const address = wide(c);
    wide(c); // physical address
    const fileSize = wide(c);
    const memory = wide(c);
    const flags = bits === 32 ? word(c) : flags64;
    return { type, flags, address, memory, range: rangeOf(source, offset, fileSize) };
  });
}

function rangeOf(source: Source, offset: bigint, size: bigint): ByteRange | null {
  return offset + size > BigInt(source.size) ? null : [Number(offset), Number(offset + size)];
}

interface SectionTable {
  readonly range: ByteRange;
  readonly sections: readonly ElfSection[];
  readonly unusable: string | null;
}

function readSections(source: Source, words: Words, head: Head, numbering: Numbering): SectionTable {
  const none = (unusable: string | null): SectionTable => ({ range: [0, 0], sections: [], unusable });
  if (head.sectionOffset === 0n || numbering.sections === 0) return none(null);
  if (head.sectionSize < sectionHeaderSize(words))
    return none(`section headers of ${head.sectionSize} bytes`);
  if (numbering.sections > BUDGET.sections) return none(`${numbering.sections} section headers`);
  const range = tableRange(source, head.sectionOffset, numbering.sections, head.sectionSize);
  if (range === null) return none('section headers leave the file');
  const table = wholeOf(windowOf(source, ...range), BUDGET.table);
  const raw = Array.from({ length: numbering.sections }, (_, i) =>
    readSectionHeader(words, new Cursor(table, i * head.sectionSize)),
  );
  const names = namesTable(source, raw[numbering.names]);
  const sections = raw.map(
    (section, index): ElfSection => ({
      index,
      name: names === null ? '' : stringAt(names, section.name),
      type: section.type,
      flags: section.flags,
      address: section.address,
      range:
        section.type === SECTION.nobits || section.type === SECTION.null
          ? [0, 0]
          : rangeOf(source, section.offset, section.size),
      link: section.link,
      info: section.info,
      entrySize: Number(section.entrySize),
    }),
  );
  return { range, sections, unusable: null };
}

function sectionHeaderSize({ bits }: Words): number {
  return bits === 32 ? 40 : 64;
}

interface RawSection {
  readonly name: number;
  readonly type: number;
  readonly flags: bigint;
  readonly address: bigint;
  readonly offset: bigint;
  readonly size: bigint;
  readonly link: number;
  readonly info: number;
  readonly entrySize: bigint;
}

function readSectionHeader({ word, wide }: Words, c: Cursor): RawSection {
  const name = word(c);
  const type = word(c);
  const flags = wide(c);
  const address = wide(c);
  const offset = wide(c);
  const size = wide(c);
  const link = word(c);
  const info = word(c);
  wide(c); // alignment
  return { name, type, flags, address, offset, size, link, info, entrySize: wide(c) };
}

/** Section names are for people only: a table too large or out of place gives none. */
function namesTable(source: Source, section: RawSection | undefined): Uint8Array | null {
  if (section === undefined || section.type !== SECTION.strtab) return null;
  const range = rangeOf(source, section.offset, section.size);
  return range === null || range[1] - range[0] > READ_LIMIT ? null : source.bytes(...range);
}

/** Longest name of a section, library or path. */
const NAME_LIMIT = 4096;

/** The string at an offset of a string table up to its NUL, cut at {@link NAME_LIMIT}; empty outside the table. */
function stringAt(table: Uint8Array, offset: number): string {
  if (offset >= table.length) return '';
  const window = table.subarray(offset, offset + NAME_LIMIT);
  const end = window.indexOf(0);
  return nameOf(end === -1 ? window : window.subarray(0, end));
}

function readInterpreter(source: Source, segments: readonly ElfSegment[]): string | null {
  const range = segments.find((segment) => segment.type === SEGMENT.interpreter)?.range;
  if (range === undefined || range === null) return null;
  return stringAt(source.bytes(range[0], Math.min(range[1], range[0] + NAME_LIMIT)), 0);
}

/** Where a virtual address stands in the file; null: in no segment, or not in the file. */
export function offsetOf(segments: readonly ElfSegment[], address: bigint): number | null {
  for (const { type, address: start, range } of segments) {
    if (type !== SEGMENT.load || range === null) continue;
    const distance = address - start;
    if (distance >= 0n && distance < BigInt(range[1] - range[0])) return range[0] + Number(distance);
  }
  return null;
}

type Tables = Pick<Elf, 'segments' | 'sections'>;

function readDynamic(source: Source, words: Words, elf: Tables): ElfDynamic | null {
  const range = elf.segments.find((segment) => segment.type === SEGMENT.dynamic)?.range ?? null;
  if (range === null || range[0] === range[1]) return null;
  const { values, end } = readTags(source, words, range);
  const strings = dynamicStrings(source, elf, values);
  const text = (tag: number): string | null => {
    const [offset] = values.get(tag) ?? [];
    return offset === undefined || strings === null ? null : stringAt(strings, asNumber(offset));
  };
  const flags = values.get(TAG.flags)?.[0] ?? 0n;
  const flags1 = values.get(TAG.flags1)?.[0] ?? 0n;
  return {
    range: [range[0], end],
    needed:
      strings === null ? [] : (values.get(TAG.needed) ?? []).map((at) => stringAt(strings, asNumber(at))),
    soname: text(TAG.soname),
    runPath: text(TAG.runpath) ?? text(TAG.rpath),
    bindNow: values.has(TAG.bindNow) || (flags & FLAG_BIND_NOW) !== 0n || (flags1 & FLAG1_NOW) !== 0n,
    markedPie: (flags1 & FLAG1_PIE) !== 0n,
    values,
  };
}

/** Offsets above 2^53 lie in no table; they lose their last bits on purpose. */
function asNumber(value: bigint): number {
  return Number(value);
}

function readTags(
  source: Source,
  { bits, wide }: Words,
  range: ByteRange,
): { values: ReadonlyMap<number, readonly bigint[]>; end: number } {
  const entrySize = bits === 32 ? 8 : 16;
  const most = Math.min(Math.floor((range[1] - range[0]) / entrySize), BUDGET.dynamic);
  const c = new Cursor(source.bytes(range[0], range[0] + most * entrySize), 0, range[0]);
  const values = new Map<number, bigint[]>();
  for (let i = 0; i < most; i++) {
    const tag = asNumber(wide(c));
    const value = wide(c);
    if (tag === 0) break;
    const known = values.get(tag);
    if (known === undefined) values.set(tag, [value]);
    else known.push(value);
  }
  return { values, end: range[0] + c.at };
}

/** The string table that the dynamic section points at. */
function dynamicStrings(
  source: Source,
  { segments }: Tables,
  values: ReadonlyMap<number, readonly bigint[]>,
): Uint8Array | null {
  const address = values.get(TAG.strtab)?.[0];
  const size = values.get(TAG.strsz)?.[0];
  if (address === undefined || size === undefined) return null;
  const offset = offsetOf(segments, address);
  if (offset === null || BigInt(offset) + size > BigInt(source.size)) return null;
  if (size > BigInt(BUDGET.table)) return null;
  return wholeOf(windowOf(source, offset, offset + Number(size)), BUDGET.table);
}

/** One entry of a symbol table. */
export interface ElfSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly size: bigint;
  /** 0 local, 1 global, 2 weak. */
  readonly binding: number;
  /** 0 none, 1 object, 2 function, 3 section, 4 file, 6 thread-local. */
  readonly type: number;
  /** Index of its section; 0: not defined here. */
  readonly section: number;
}

/** Where a symbol table and its names stand. */
interface SymbolTable {
  readonly symbols: ByteRange;
  readonly names: ByteRange;
}

/** The symbols of one table in order, the empty first one left out.
 *  @param which  `dynamic`: what the loader binds; `static`: what the linker left (absent in stripped files)
 *  @returns empty when the table is absent or leaves the file
 *  @throws Spent above a million symbols or 64 MiB of names
 *  Source: gABI chapter 4, Symbol Table */
export function* symbolsOf(source: Source, elf: Elf, which: 'dynamic' | 'static'): Generator<ElfSymbol> {
  const table = which === 'static' ? sectionTable(elf, SECTION.symtab) : dynamicTable(source, elf);
  if (table === null) return;
  const words = wordsOf(elf);
  const entrySize = elf.bits === 32 ? 16 : 24;
  const names = wholeOf(windowOf(source, ...table.names), BUDGET.table);
  const symbols = wholeOf(windowOf(source, ...table.symbols), BUDGET.table);
  const count = Math.floor(symbols.length / entrySize);
  let nameBytes = 0;
  for (let i = 1; i < count; i++) {
    if (i > BUDGET.symbols) throw new Spent(`${BUDGET.symbols} ELF symbols`);
    const symbol = readSymbol(words, new Cursor(symbols, i * entrySize), names);
    nameBytes += symbol.name.length;
    if (nameBytes > BUDGET.nameBytes) throw new Spent(`${BUDGET.nameBytes} bytes of ELF symbol names`);
    yield symbol;
  }
}

function readSymbol({ bits, half, word, wide }: Words, c: Cursor, names: Uint8Array): ElfSymbol {
  const name = stringAt(names, word(c));
  if (bits === 64) {
    const info = c.u8();
    c.skip(1); // visibility
    const section = half(c);
    return { name, value: wide(c), size: wide(c), binding: info >> 4, type: info & 15, section };
  }
  const value = wide(c);
  const size = wide(c);
  const info = c.u8();
  c.skip(1); // visibility
  return { name, value, size, binding: info >> 4, type: info & 15, section: half(c) };
}

function sectionTable(elf: Elf, type: number): SymbolTable | null {
  const section = elf.sections.find((candidate) => candidate.type === type);
  const names = section === undefined ? undefined : elf.sections[section.link];
  if (section === undefined || names === undefined || names.type !== SECTION.strtab) return null;
  return section.range === null || names.range === null
    ? null
    : { symbols: section.range, names: names.range };
}

/** The dynamic symbols as the loader finds them; by section headers only when the dynamic section gives no count. */
function dynamicTable(source: Source, elf: Elf): SymbolTable | null {
  return loaderTable(source, elf) ?? sectionTable(elf, SECTION.dynsym);
}

function loaderTable(source: Source, elf: Elf): SymbolTable | null {
  const values = elf.dynamic?.values;
  const symbolsAt = values?.get(TAG.symtab)?.[0];
  const namesAt = values?.get(TAG.strtab)?.[0];
  const namesSize = values?.get(TAG.strsz)?.[0];
  if (values === undefined || symbolsAt === undefined || namesAt === undefined || namesSize === undefined)
    return null;
  const symbols = offsetOf(elf.segments, symbolsAt);
  const names = offsetOf(elf.segments, namesAt);
  const count = symbolCount(source, elf, values);
  if (symbols === null || names === null || count === null) return null;
  const end = symbols + count * (elf.bits === 32 ? 16 : 24);
  const namesEnd = BigInt(names) + namesSize;
  if (end > source.size || namesEnd > BigInt(source.size)) return null;
  return { symbols: [symbols, end], names: [names, Number(namesEnd)] };
}

/** How many dynamic symbols there are: the dynamic section does not say, its hash tables do. */
function symbolCount(
  source: Source,
  elf: Elf,
  values: ReadonlyMap<number, readonly bigint[]>,
): number | null {
  const stated = values.get(TAG.mipsSymbols)?.[0];
  if (elf.machine === 8 && stated !== undefined) return Math.min(asNumber(stated), BUDGET.symbols + 1);
  const hash = offsetAt(elf, values.get(TAG.hash)?.[0]);
  // s390x and Alpha use 64-bit words here; their counts are then not plausible and the sections decide
  if (hash !== null && hash + 8 <= source.size) {
    const { word } = wordsOf(elf);
    const c = new Cursor(source.bytes(hash, hash + 8));
    c.skip(4); // buckets
    const chains = word(c); // one for each symbol
    if (chains <= BUDGET.symbols && chains > 0) return chains;
  }
  const gnu = offsetAt(elf, values.get(TAG.gnuHash)?.[0]);
  return gnu === null ? null : gnuHashCount(source, elf, gnu);
}

function offsetAt(elf: Elf, address: bigint | undefined): number | null {
  return address === undefined ? null : offsetOf(elf.segments, address);
}

/** One more than the last symbol that the GNU hash table reaches.
 *  Source: Linux Standard Base Core 5.0, DT_GNU_HASH, as written down by its authors: buckets hold the first index of a
 *  chain, chain words end with bit 0 set. */
function gnuHashCount(source: Source, elf: Elf, at: number): number | null {
  const { word } = wordsOf(elf);
  if (at + 16 > source.size) return null;
  const c = new Cursor(source.bytes(at, at + 16));
  const buckets = word(c);
  const firstHashed = word(c);
  const bloomWords = word(c);
  const bucketsAt = at + 16 + bloomWords * (elf.bits / 8);
  const chainsAt = bucketsAt + buckets * 4;
  if (buckets > BUDGET.symbols || firstHashed > BUDGET.symbols || chainsAt > source.size) return null;
  let last = 0;
  const heads = new Cursor(source.bytes(bucketsAt, chainsAt));
  for (let i = 0; i < buckets; i++) last = Math.max(last, word(heads));
  if (last < firstHashed) return firstHashed;
  for (; last <= BUDGET.symbols; last++) {
    const link = chainsAt + (last - firstHashed) * 4;
    if (link + 4 > source.size) return null;
    if ((word(new Cursor(source.bytes(link, link + 4))) & 1) === 1) return last + 1;
  }
  return null;
}

/** What a file takes from and gives to others by name. */
export interface ElfNames {
  /** In the order of the file, each once. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

/** Imported and exported names: of the dynamic symbols, or of the linker's symbols in a relocatable file.
 *  @throws Spent as {@link symbolsOf} */
export function namesOf(source: Source, elf: Elf): ElfNames {
  const imports = new Set<string>();
  const exports = new Set<string>();
  const which = elf.type === ELF_TYPE.relocatable ? 'static' : 'dynamic';
  for (const { name, binding, section } of symbolsOf(source, elf, which)) {
    if (name === '') continue;
    if (section === 0) imports.add(name);
    else if (binding !== 0) exports.add(name);
  }
  return { imports: [...imports], exports: [...exports] };
}

/** Notes of all note segments, or of note sections where there are no segments.
 *  Source: gABI chapter 5, Note Section */
export function notesOf(source: Source, elf: Elf): readonly ElfNote[] {
  const fromSegments = elf.segments.filter((segment) => segment.type === SEGMENT.note);
  const places = fromSegments.length > 0 ? fromSegments : elf.sections.filter((s) => s.type === SECTION.note);
  const notes: ElfNote[] = [];
  const { word } = wordsOf(elf);
  for (const { range } of places) {
    if (range === null || range[1] - range[0] > READ_LIMIT) continue;
    const c = new Cursor(source.bytes(...range), 0, range[0]);
    while (c.left >= 12 && notes.length < BUDGET.notes) {
      const ownerSize = word(c);
      const size = word(c);
      const type = word(c);
      if (ownerSize + size > c.left) break;
      const owner = latin1(c.take(ownerSize)).replace(/\0+$/, '');
      c.skip(Math.min(c.left, -ownerSize & 3));
      if (size > c.left) break;
      const from = range[0] + c.at;
      c.skip(size);
      c.skip(Math.min(c.left, -size & 3));
      notes.push({ owner, type, description: [from, from + size] });
    }
  }
  return notes;
}

/** GNU build id in hex; null: none. */
export function buildIdOf(source: Source, elf: Elf): string | null {
  const note = notesOf(source, elf).find(({ owner, type }) => owner === 'GNU' && type === 3);
  if (note === undefined || note.description[1] - note.description[0] > 64) return null;
  return Buffer.from(source.bytes(...note.description)).toString('hex');
}

/** Name and value pairs that a Linux kernel module says of itself (`.modinfo`), in order; empty for anything else. */
export function moduleInfoOf(source: Source, elf: Elf): readonly (readonly [name: string, value: string])[] {
  const range = elf.sections.find((section) => section.name === '.modinfo')?.range ?? null;
  if (range === null || range[1] - range[0] > READ_LIMIT) return [];
  return latin1(source.bytes(...range))
    .split('\0')
    .filter((line) => line.includes('='))
    .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
}

/** Which protections a file asks for or was built with. Null: the question does not arise, or cannot be told. */
export interface Hardening {
  /** Stack marked as not executable. Null for a relocatable file. */
  readonly nx: boolean | null;
  /** Program that may stand at any address. Null: not a program. */
  readonly pie: boolean | null;
  /** Tables of the loader made read-only. Null: not dynamically linked. */
  readonly relro: 'none' | 'partial' | 'full' | null;
  /** Calls the stack protector. Null: no names to tell by. */
  readonly canary: boolean | null;
  /** Calls checked variants of library functions. Null: no names to tell by. */
  readonly fortify: boolean | null;
  /** Without the linker's symbols. */
  readonly stripped: boolean;
}

/** Names by which compilers call their stack protector: GCC and Clang; uClibc before 0.9.29; Intel. */
const CANARIES = new Set([
  '__stack_chk_fail',
  '__stack_chk_guard',
  '__stack_chk_fail_local',
  '__stack_smash_handler',
  '__intel_security_cookie',
]);

/** @throws Spent as {@link symbolsOf} */
export function hardeningOf(source: Source, elf: Elf): Hardening {
  const isRelocatable = elf.type === ELF_TYPE.relocatable;
  const stack = elf.segments.find((segment) => segment.type === SEGMENT.stack);
  const hasRelro = elf.segments.some((segment) => segment.type === SEGMENT.relro);
  const names = calledNames(source, elf);
  return {
    nx: isRelocatable ? null : stack !== undefined && (stack.flags & SEGMENT_EXECUTABLE) === 0,
    pie: pieOf(elf),
    relro: elf.dynamic === null ? null : !hasRelro ? 'none' : elf.dynamic.bindNow ? 'full' : 'partial',
    canary: names === null ? null : names.some((name) => CANARIES.has(name)),
    fortify: names === null ? null : names.some(isFortified),
    stripped: !elf.sections.some((section) => section.type === SECTION.symtab),
  };
}

/** `__memcpy_chk` and its like; not the stack protector's own names. */
function isFortified(name: string): boolean {
  return name.startsWith('__') && name.endsWith('_chk') && !CANARIES.has(name);
}

/** Old linkers leave no mark: then a shared object that asks for a loader and has no library name is a program. */
function pieOf({ type, dynamic, interpreter }: Elf): boolean | null {
  if (type === ELF_TYPE.executable) return false;
  if (type !== ELF_TYPE.shared) return null;
  if (dynamic?.markedPie === true) return true;
  return interpreter !== null && dynamic?.soname === null ? true : null;
}

/** Names of what the code calls: imports, and for a static program its own symbols. Null: stripped static program. */
function calledNames(source: Source, elf: Elf): readonly string[] | null {
  const { imports } = namesOf(source, elf);
  if (elf.dynamic !== null || elf.type === ELF_TYPE.relocatable) return imports;
  const own = [...symbolsOf(source, elf, 'static')].map(({ name }) => name);
  return own.length === 0 ? null : own;
}

/** `e_machine` of processors found in network equipment. */
const MACHINES: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'x86',
  4: 'm68k',
  8: 'mips',
  10: 'mips-rs3000',
  20: 'powerpc',
  21: 'powerpc64',
  22: 's390',
  40: 'arm',
  42: 'superh',
  43: 'sparc-v9',
  62: 'x86-64',
  92: 'openrisc',
  93: 'arc-compact',
  94: 'xtensa',
  113: 'nios2',
  164: 'hexagon',
  167: 'nds32',
  183: 'aarch64',
  189: 'microblaze',
  195: 'arc-v2',
  243: 'riscv',
  252: 'csky',
  258: 'loongarch',
};

/** Name of a processor; `machine-N` for one without a name here. Source: gABI, e_machine */
export function machineName(machine: number): string {
  return MACHINES[machine] ?? `machine-${machine}`;
}

/** Name of a file type; `type-N` for one without a name here. */
export function typeName(type: number): string {
  const known = Object.entries(ELF_TYPE).find(([, number]) => number === type);
  return known?.[0] ?? `type-${type}`;
}
