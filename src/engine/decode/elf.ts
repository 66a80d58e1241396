import type { Role } from '#domain/artefact';
import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import {
  buildIdOf,
  type Elf,
  ELF_TYPE,
  type ElfSection,
  hardeningOf,
  machineName,
  moduleInfoOf,
  readElf,
  SECTION,
  SECTION_ALLOC,
  SEGMENT,
  typeName,
} from '#engine/bytes/elf';
import { looksRandom } from '#engine/bytes/entropy';
import { readKallsyms } from '#engine/bytes/kallsyms';
import { kernelSymbols, linuxBanner } from '#engine/bytes/linux';
import { isZero } from '#engine/bytes/pieces';
import { complement } from '#engine/bytes/ranges';
import { nameOf } from '#engine/bytes/text';

/** Programs, libraries and kernel modules. */
export const elf: Format = {
  kind: 'format',
  id: 'elf',
  version: 1,
  doc: {
    name: 'ELF program, library or object',
    says: 'Claims what the loader and the linker use, each byte by its purpose, and states how the file was built. What no header accounts for stays open: data appended to a program is there.',
    sources: [
      'System V Application Binary Interface, gABI 4.1, chapters 4 and 5',
      'Linux Standard Base Core 5.0, chapters 10 and 11',
    ],
    limits: [
      'Code is claimed as payload because it is loaded, not because it is understood. Only in programs that stand alone, as kernels do, it is searched for other formats.',
      'The banner and the symbols of a kernel of Linux are looked for in programs that stand alone.',
      'Sections that are not loaded and bear no known name or type are not claimed; compressed ones neither.',
      'Protections are what headers and names say; whether the processor or kernel heeds them is not known here.',
    ],
  },
  magics: [{ bytes: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46), at: 0 }],
  open(source) {
    const read = readElf(source);
    return read === null ? null : claim(source, read);
  },
};

function* claim(source: Source, read: Elf): Generator<Reading> {
  checkComplete(source, read);
  const claims = [...headers(read), ...segments(read), ...sections(source, read)];
  const isBare = isStartedBare(read);
  let end = 0;
  for (const { range, role } of claims) {
    yield isBare && role === 'payload'
      ? { kind: 'extent', range, role, isSearched: true }
      : { kind: 'extent', range, role };
    end = Math.max(end, range[1]);
  }
  for (const gap of complement(
    claims.map(({ range }) => range),
    [0, end],
  )) {
    if (isZero(source, gap)) yield { kind: 'extent', range: gap, role: 'padding' };
  }
  yield* facts(source, read);
  if (isBare) yield* kernelFacts(source);
}

/** Of programs that stand alone; nothing for those that are no kernel of Linux. */
function* kernelFacts(source: Source): Generator<Reading> {
  const banner = linuxBanner(source, [0, source.size]);
  if (banner === null) return;
  yield { kind: 'fact', name: 'banner', value: banner.text };
  const table = readKallsyms(source);
  if (table !== null) yield* kernelSymbols(table);
}

/** Kernels and boot loaders stand alone: nothing loads libraries for them, and what they unpack or hand on lies in them. */
function isStartedBare({ type, interpreter, dynamic }: Elf): boolean {
  return type === ELF_TYPE.executable && interpreter === null && dynamic === null;
}

/** A file that lacks loaded bytes is cut short, unless its sections show that it never had them (separate debug files).
 *  @throws Malformed */
function checkComplete(source: Source, { header, segments: all, sections: listed }: Elf): void {
  const isListed = listed.length > 0 && listed.every(({ range }) => range !== null);
  const cut = all.findIndex(({ type, range }) => type === SEGMENT.load && range === null);
  if (cut !== -1 && !isListed) throw new Malformed(`segment ${cut} leaves the file`, source.size);
  const isLoaded = all.some(({ type }) => type === SEGMENT.load);
  if (!isLoaded && !isListed) throw new Malformed('neither segments nor sections to go by', header[1]);
}

interface Claim {
  readonly range: ByteRange;
  readonly role: Role;
}

function headers({ header, programHeaders, sectionHeaders }: Elf): readonly Claim[] {
  return [header, programHeaders, sectionHeaders].map((range): Claim => ({ range, role: 'header' }));
}

function segments({ segments: all, dynamic }: Elf): readonly Claim[] {
  const claims: Claim[] = [];
  for (const { type, range } of all) {
    if (range === null) continue;
    if (type === SEGMENT.load) claims.push({ range, role: 'payload' });
    if (type === SEGMENT.note || type === SEGMENT.interpreter) claims.push({ range, role: 'metadata' });
  }
  if (dynamic !== null) claims.push({ range: dynamic.range, role: 'metadata' });
  return claims;
}

function sections(source: Source, { sections: all }: Elf): readonly Claim[] {
  return all.flatMap((section): readonly Claim[] => {
    const { range } = section;
    if (range === null || range[0] === range[1]) return [];
    const role = roleOf(source, section, range);
    return role === null ? [] : [{ range, role }];
  });
}

/** Section types that describe: symbols, names, relocations, hash tables, notes, versions, attributes of processors.
 *  Types from 0x60000000 are of systems and processors; the ones left out hold code or data. */
const DESCRIBING = new Set([
  SECTION.symtab,
  SECTION.strtab,
  4, // relocations with addends
  5, // hash table
  6, // dynamic section
  SECTION.note,
  9, // relocations
  SECTION.dynsym,
  17, // group
  18, // section indices above 0xff00
  19, // packed relocations
  0x6ffffff5, // GNU attributes
  0x6ffffff6, // GNU hash table
  0x6ffffff7, // prelink library list
  0x6ffffffd, // versions defined
  0x6ffffffe, // versions needed
  0x6fffffff, // versions of symbols
  0x70000003, // attributes (ARM, RISC-V, others)
  0x70000005, // MIPS debugging
  0x70000006, // MIPS register use
  0x7000000d, // MIPS options
  0x7000001e, // MIPS DWARF
  0x7000002a, // MIPS ABI flags
]);

/** Sections that compilers and linkers leave for people and debuggers. */
const NAMED =
  /^(?:\.comment|\.note.*|\.debug.*|\.line|\.stab.*|\.pdr|\.mdebug.*|\.gptab.*|\.gnu\.warning.*|\.gnu\.lto.*|\.gnu_debuglink|\.gnu_debugaltlink|\.GCC\.command\.line|\.ident|\.xt\.prop.*|\.xt\.lit.*|\.xtensa\.info)$/;

/** Null: nobody says what it is for. */
function roleOf(source: Source, { type, flags, name }: ElfSection, range: ByteRange): Role | null {
  if (DESCRIBING.has(type)) return isPlain(source, range) ? 'metadata' : null;
  if ((flags & SECTION_ALLOC) !== 0n) return 'payload';
  return NAMED.test(name) && isPlain(source, range) ? 'metadata' : null;
}

/** Bytes of a section looked at: enough to tell ciphertext from tables. */
const SAMPLE = 256 * 1024;

/** Tables and texts never look evenly random: what does is compressed or hidden there. */
function isPlain(source: Source, [start, end]: ByteRange): boolean {
  return !looksRandom(source.bytes(start, Math.min(end, start + SAMPLE)));
}

function* facts(source: Source, read: Elf): Generator<Reading> {
  const hardening = hardeningOf(source, read);
  const stated: Record<string, string | boolean | null> = {
    class: `${read.bits} bits`,
    'byte-order': read.littleEndian ? 'little endian' : 'big endian',
    processor: machineName(read.machine),
    type: typeName(read.type),
    interpreter: read.interpreter,
    soname: read.dynamic?.soname ?? null,
    'build-id': buildIdOf(source, read),
    'section-headers': read.sectionsUnusable ?? (read.sections.length === 0 ? 'absent' : null),
    ...hardening,
    ...moduleFacts(source, read),
  };
  for (const [name, value] of Object.entries(stated)) {
    if (value === null) continue;
    yield { kind: 'fact', name, value: typeof value === 'string' ? value : value ? 'yes' : 'no' };
  }
}

function moduleFacts(source: Source, read: Elf): Record<string, string | null> {
  const info = new Map(moduleInfoOf(source, read));
  const stated = (name: string) => {
    const value = info.get(name);
    return value === undefined ? null : nameOf(Buffer.from(value.slice(0, 200), 'latin1'));
  };
  return {
    'module-version': stated('version'),
    'module-license': stated('license'),
    vermagic: stated('vermagic'),
  };
}
