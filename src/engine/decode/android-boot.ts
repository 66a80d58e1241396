import { createHash } from 'node:crypto';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { fillersIn } from '#engine/bytes/filler';
import { facts, fieldText, filePart, hex } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';
import { complement } from '#engine/bytes/ranges';
import { latin1 } from '#engine/bytes/text';

/** What Android’s boot loaders start: kernel, memory disk and device tree behind one header. */
export const androidBoot: Format = {
  kind: 'format',
  id: 'android-boot',
  version: 1,
  doc: {
    name: 'Android boot image (boot, vendor_boot)',
    says: 'Gives kernel, memory disks, device trees and settings of the boot loader; states command line, versions, and whether kernel and memory disks match the identifier.',
    sources: [
      'AOSP, system/tools/mkbootimg, include/bootimg/bootimg.h: boot headers 0 to 4, vendor boot headers 3 and 4, table of vendor memory disks',
      'AOSP, Documentation, Boot image header',
    ],
    limits: [
      'The identifier is checked as SHA-1; makers of devices put other things there.',
      'Versions 3 and 4 have no identifier. The signature of version 4 is given, not checked; the one at the end of a partition is not read.',
      'A section that is cut short is not given; its bytes are searched.',
      'Sections stand on pages as the header states them; those of other makers, such as encrypted kernels, are given as stored.',
    ],
  },
  magics: [
    { bytes: new TextEncoder().encode('ANDROID!'), at: 0 },
    { bytes: new TextEncoder().encode('VNDRBOOT'), at: 0 },
  ],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

interface Section {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

interface Header {
  readonly words: Readonly<Record<string, string | null>>;
  /** Bytes that the header fills. */
  readonly size: number;
  readonly page: number;
  /** In the order of the file, each from the beginning of a page; empty ones too. */
  readonly sections: readonly Section[];
  /** SHA-1 over sections and sizes, filled up with zeros; null: none. */
  readonly identifier: Uint8Array | null;
  /** How many sections the identifier is made over. */
  readonly identified: number;
  /** Entries of the table of vendor memory disks, and bytes of each. */
  readonly table: { readonly count: number; readonly entry: number } | null;
}

/** Bytes of the longest header. */
const HEADER_MOST = 2128;

function readHeader(source: Source): Header | null {
  if (source.size < 64) return null;
  const bytes = source.bytes(0, Math.min(source.size, HEADER_MOST));
  const c = new Cursor(bytes);
  const mark = latin1(c.take(8));
  c.at = 40; // here in every boot header
  const version = c.u32le();
  c.at = 8;
  // by its size the header is in the file, or it is none
  const vendor = mark === 'VNDRBOOT';
  const least = vendor ? 2112 : version === 3 || version === 4 ? 1580 : 1632;
  if (bytes.length < least) return null;
  const header = vendor
    ? readVendor(c)
    : version === 3 || version === 4
      ? readLater(c, version)
      : readEarly(c, version);
  if (header === null) return null;
  const { page, size, sections } = header;
  const isSane = page >= 512 && page <= 2 ** 20 && Number.isInteger(Math.log2(page)) && size <= bytes.length;
  return isSane && sections.some((section) => section.size > 0) ? header : null;
}

/** Versions 0 to 2, which differ in what stands at the end. Before there were versions, the field was the size of a
 *  table of device trees on devices of Qualcomm. */
function readEarly(c: Cursor, version: number): Header | null {
  const kernel = c.u32le();
  const kernelAt = c.u32le();
  const ramdisk = c.u32le();
  const ramdiskAt = c.u32le();
  const second = c.u32le();
  c.skip(4); // address of the second stage
  const tagsAt = c.u32le();
  const page = c.u32le();
  c.skip(4);
  const system = c.u32le();
  const name = fieldText(c.take(16));
  const commandLine = fieldText(c.take(512));
  const identifier = c.take(32);
  const more = fieldText(c.take(1024));
  const sections: Section[] = [
    { name: 'kernel', size: kernel },
    { name: 'ramdisk', size: ramdisk },
    { name: 'second', size: second },
  ];
  if (version > 4) sections.push({ name: 'dt', size: version });
  if (version === 1 || version === 2) {
    if (c.left < (version === 1 ? 16 : 28)) return null;
    sections.push({ name: 'recovery-dtbo', size: c.u32le() });
    c.skip(8 + 4); // its offset, size of the header
  }
  if (version === 2) {
    sections.push({ name: 'dtb', size: c.u32le() });
    c.skip(8); // its address
  }
  const isNumbered = version <= 4;
  return {
    words: {
      'header-version': isNumbered ? String(version) : '0',
      name,
      'command-line': commandLine + more,
      'kernel-address': hex(kernelAt),
      'ramdisk-address': hex(ramdiskAt),
      'tags-address': hex(tagsAt),
      ...systemOf(system),
    },
    size: c.at,
    page,
    sections,
    identifier,
    identified: sections.length,
    table: null,
  };
}

/** Versions 3 and 4: pages of 4 KiB, addresses moved to the vendor's image. */
function readLater(c: Cursor, version: number): Header | null {
  const sections: Section[] = [
    { name: 'kernel', size: c.u32le() },
    { name: 'ramdisk', size: c.u32le() },
  ];
  const system = c.u32le();
  c.skip(4 + 16 + 4); // size of the header, reserved, version
  const commandLine = fieldText(c.take(1536));
  if (version === 4) {
    if (c.left < 4) return null;
    sections.push({ name: 'boot-signature', size: c.u32le() });
  }
  return {
    words: { 'header-version': String(version), 'command-line': commandLine, ...systemOf(system) },
    size: c.at,
    page: 4096,
    sections,
    identifier: null,
    identified: 0,
    table: null,
  };
}

/** The vendor's image in versions 3 and 4. */
function readVendor(c: Cursor): Header | null {
  const version = c.u32le();
  if (version !== 3 && version !== 4) return null;
  const page = c.u32le();
  const kernelAt = c.u32le();
  const ramdiskAt = c.u32le();
  const ramdisk = c.u32le();
  const commandLine = fieldText(c.take(2048));
  const tagsAt = c.u32le();
  const name = fieldText(c.take(16));
  c.skip(4); // size of the header
  const sections: Section[] = [
    { name: 'vendor-ramdisk', size: ramdisk },
    { name: 'dtb', size: c.u32le() },
  ];
  const dtbAt = c.u64leBits();
  let table: Header['table'] = null;
  if (version === 4) {
    if (c.left < 16) return null;
    sections.push({ name: 'ramdisk-table', size: c.u32le() });
    table = { count: c.u32le(), entry: c.u32le() };
    sections.push({ name: 'bootconfig', size: c.u32le() });
  }
  return {
    words: {
      'header-version': String(version),
      name,
      'command-line': commandLine,
      'kernel-address': hex(kernelAt),
      'ramdisk-address': hex(ramdiskAt),
      'tags-address': hex(tagsAt),
      'dtb-address': `0x${dtbAt.toString(16)}`,
    },
    size: c.at,
    page,
    sections,
    identifier: null,
    identified: 0,
    table,
  };
}

/** Version of the system in seven bits a number, its patch level as year since 2000 and month. */
function systemOf(word: number): Readonly<Record<string, string | null>> {
  const version = word >>> 11;
  const month = word & 15;
  return {
    'system-version': version === 0 ? null : [version >>> 14, (version >>> 7) & 127, version & 127].join('.'),
    'patch-level': month === 0 ? null : `${2000 + ((word >>> 4) & 127)}-${String(month).padStart(2, '0')}`,
  };
}

interface Placed extends Section {
  readonly range: ByteRange;
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  yield { kind: 'extent', range: [0, header.size], role: 'header' };
  yield* facts(Object.fromEntries(Object.entries(header.words).filter(([, value]) => value !== '')));
  const placed = place(header);
  yield* facts({ identifier: checkIdentifier(source, header, placed) });
  const known: ByteRange[] = [[0, header.size]];
  for (const section of placed) {
    const { name, size, range } = section;
    if (size === 0) continue;
    if (range[1] > source.size) {
      yield* facts({ [name]: `cut short: ${Math.max(0, source.size - range[0])} of ${size} bytes` });
      continue;
    }
    known.push(range);
    if (name === 'ramdisk-table') yield { kind: 'extent', range, role: 'metadata' };
    else if (name === 'vendor-ramdisk' && header.table !== null)
      yield* giveDisks(source, section, placed, header.table);
    else yield* filePart(source, name, range);
  }
  // the last page is filled up as well, where it is there
  const end = known.reduce((most, range) => Math.max(most, range[1]), 0);
  const filled = Math.min(source.size, Math.ceil(end / header.page) * header.page);
  for (const { range, role } of fillersIn(source, complement(known, [0, filled])))
    yield { kind: 'extent', range, role };
}

function place({ size, page, sections }: Header): readonly Placed[] {
  let at = Math.ceil(size / page) * page;
  return sections.map((section) => {
    const range: ByteRange = [at, at + section.size];
    at += Math.ceil(section.size / page) * page;
    return { ...section, range };
  });
}

/** Null: there is none to check. */
function checkIdentifier(
  source: Source,
  { identifier, identified }: Header,
  placed: readonly Placed[],
): string | null {
  if (identifier === null || identifier.every((byte) => byte === 0)) return null;
  const covered = placed.slice(0, identified);
  if (covered.some(({ range }) => range[1] > source.size)) return 'not checked: cut short';
  const hash = createHash('sha1');
  for (const { range, size } of covered) {
    fold(source, range, hash, (window, state) => state.update(window));
    const word = Buffer.alloc(4);
    word.writeUInt32LE(size);
    hash.update(word);
  }
  const sum = Buffer.concat([hash.digest(), Buffer.alloc(12)]);
  return sum.equals(identifier) ? 'right' : 'does not match';
}

/** Bytes of an entry of the table, and of its fields before the name. */
const ENTRY = 108;

/** Memory disks of one image; real ones have two or three. */
const DISK_LIMIT = 64;

const DISK_TYPES = ['none', 'platform', 'recovery', 'modules'];

/** The vendor's memory disks by the table. Bytes of the section that no entry names stay without a claim. */
function* giveDisks(
  source: Source,
  { range: section }: Placed,
  placed: readonly Placed[],
  { count, entry }: NonNullable<Header['table']>,
): Generator<Reading> {
  const table = placed.find(({ name }) => name === 'ramdisk-table')?.range ?? section;
  if (
    table[1] > source.size ||
    entry < ENTRY ||
    count === 0 ||
    count > DISK_LIMIT ||
    count * entry > table[1] - table[0]
  ) {
    yield* filePart(source, 'vendor-ramdisk', section);
    return;
  }
  for (let i = 0; i < count; i++) {
    const c = new Cursor(source.bytes(table[0] + i * entry, table[0] + i * entry + ENTRY));
    const size = c.u32le();
    const offset = c.u32le();
    const type = c.u32le();
    const name = fieldText(c.take(32));
    const range: ByteRange = [section[0] + offset, section[0] + offset + size];
    const path = name === '' ? `vendor-ramdisk.${i}` : `vendor-ramdisk.${name}`;
    yield* facts({ [path]: DISK_TYPES[type] ?? `type ${type}` });
    if (range[1] > section[1]) yield* facts({ [path]: 'outside of its section' });
    else yield* filePart(source, path, range);
  }
}
