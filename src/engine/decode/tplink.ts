import { createHash } from 'node:crypto';
import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { Cursor } from '#engine/bytes/cursor';
import { facts, fieldText, filePart, hex } from '#engine/bytes/parts';
import { fold, isZero, PIECE_LIMIT } from '#engine/bytes/pieces';

/** Images of TP-Link's boot loader with a header of 512 bytes, in the versions 1 to 3. */
export const tplink: Format = {
  kind: 'format',
  id: 'tplink',
  version: 1,
  doc: {
    name: 'TP-Link firmware image (header version 1, 2 or 3)',
    says: 'Gives kernel, root file system and boot loader as the header places them, and states whether the whole matches its salted MD5.',
    sources: [
      'OpenWrt firmware-utils, mktplinkfw.c: header version 1, salts',
      'OpenWrt firmware-utils, mktplinkfw2.c: header versions 2 and 3, salts',
    ],
    limits: [
      'Version 1 is recognised by the vendors’ names TP-LINK, OpenWrt and LEDE alone, versions 2 and 3 by a firmware version that begins with “ver.”.',
      'The MD5 is made with one of four published salts; an image with another salt counts as wrong.',
      'A second MD5 in the header is of unknown purpose and not checked; bytes of the header without a known meaning are not claimed.',
      'A part in front of which other content stands is not given: OpenWrt states a place of the root file system that is not the real one. Its bytes are searched.',
      'A part that is cut short is not given; its bytes are searched for what they hold.',
    ],
  },
  magics: [
    ...['TP-LINK', 'TP-Link', 'OpenWrt', 'LEDE'].map((name) => mark(1, name)),
    mark(2, 'ver. '),
    mark(3, 'ver. '),
  ],
  open(source) {
    const header = readHeader(source);
    return header === null ? null : readImage(source, header);
  },
};

/** Bytes of the header. */
const HEADER = 512;

function mark(version: number, text: string): Magic {
  return { bytes: Uint8Array.of(version, 0, 0, 0, ...new TextEncoder().encode(text)), at: 0 };
}

interface Place {
  readonly name: string;
  readonly range: ByteRange;
}

interface Header {
  /** Bytes whose meaning is known. */
  readonly known: readonly ByteRange[];
  readonly words: Readonly<Record<string, string | null>>;
  readonly md5: Uint8Array;
  readonly md5At: number;
  readonly salt: Uint8Array;
  /** Bytes of the whole image with what the flash has room for; 0: not stated. */
  readonly length: number;
  readonly parts: readonly Place[];
}

function readHeader(source: Source): Header | null {
  if (source.size < HEADER) return null;
  const bytes = source.bytes(0, HEADER);
  const header = bytes[0] === 1 ? readVersion1(bytes) : readVersion2(bytes);
  if (header === null) return null;
  const kernel = header.parts[0];
  // a kernel there must be, and nothing may stand in front of the end of the header
  if (kernel?.name !== 'kernel' || header.parts.some(({ range }) => range[0] < HEADER)) return null;
  if (header.length !== 0 && header.parts.some(({ range }) => range[1] > header.length)) return null;
  return header;
}

/** Big endian throughout. */
function readVersion1(bytes: Uint8Array): Header | null {
  const c = new Cursor(bytes, 4);
  const vendor = textOf(c.take(24));
  const firmware = textOf(c.take(36));
  const hardware = c.u32be();
  const revision = c.u32be();
  const region = c.u32be();
  const md5 = c.take(16);
  c.skip(4); // unknown
  c.skip(16); // a second MD5, of what is not known
  c.skip(4); // unknown
  const { load, entry, length, parts } = readPlaces(c);
  const version = [c.u16be(), c.u16be(), c.u16be()].join('.');
  c.skip(130);
  const regions = c.take(64);
  if (vendor === null || firmware === null || hardware === 0) return null;
  return {
    known: [
      [0, 0x9e],
      [0x120, 0x160],
    ],
    words: {
      'header-version': '1',
      vendor,
      firmware,
      version,
      'hardware-id': hex(hardware),
      'hardware-revision': hex(revision),
      region: hex(region),
      'region-text': fieldText(regions.subarray(0, 32)) || null,
      load: hex(load),
      'entry-point': hex(entry),
    },
    md5,
    md5At: 0x4c,
    salt: hasLoader(parts) ? SALT_1_LOADER : SALT_1,
    length,
    parts,
  };
}

function readVersion2(bytes: Uint8Array): Header | null {
  const c = new Cursor(bytes);
  const number = c.u32le(); // the one number that is little endian
  const firmware = textOf(c.take(48));
  const hardware = c.u32be();
  const revision = c.u32be();
  const addition = c.u32be();
  const md5 = c.take(16);
  c.skip(4); // zero
  c.skip(16); // a second MD5, of what is not known
  c.skip(4); // all ones
  const { load, entry, length, parts } = readPlaces(c);
  if (c.u16be() !== 0x55aa) return null;
  const second = [c.u8(), c.u8()].join('.');
  if (c.u8() !== 0xa5) return null;
  const version = [c.u8(), c.u8(), c.u8()].join('.');
  if (firmware === null) return null;
  return {
    known: [[0, c.at]],
    words: {
      'header-version': String(number),
      firmware,
      version: `${version}-${second}`,
      'hardware-id': hex(hardware),
      'hardware-revision': hex(revision),
      'hardware-addition': hex(addition),
      load: hex(addressOf(load)),
      'entry-point': hex(addressOf(entry)),
    },
    md5,
    md5At: 0x40,
    salt: hasLoader(parts) ? SALT_2_LOADER : SALT_2,
    length,
    parts,
  };
}

/** Addresses stand in the order of the processor. On MIPS they begin with 8 to b, which tells in which. */
function addressOf(word: number): number {
  const other = Buffer.alloc(4);
  other.writeUInt32LE(word);
  const turned = other.readUInt32BE();
  return word >>> 30 !== 2 && turned >>> 30 === 2 ? turned : word;
}

/** Text up to a NUL, filled with one byte behind it. Null: something else. */
function textOf(field: Uint8Array): string | null {
  const text = fieldText(field);
  const rest = field.subarray(text.length + 1);
  const isFilled = rest.every((byte) => byte === 0) || rest.every((byte) => byte === 0xff);
  return isFilled && /^[\x20-\x7e]*$/.test(text) ? text : null;
}

function readPlaces(c: Cursor): { load: number; entry: number; length: number; parts: readonly Place[] } {
  const load = c.u32be();
  const entry = c.u32be();
  const length = c.u32be();
  const parts: Place[] = [];
  for (const name of ['kernel', 'rootfs', 'boot']) {
    const at = c.u32be();
    const size = c.u32be();
    const isAbsent = at === 0 || at === 0xffffffff || size === 0 || size === 0xffffffff;
    if (!isAbsent) parts.push({ name, range: [at, at + size] });
  }
  return { load, entry, length, parts };
}

function hasLoader(parts: readonly Place[]): boolean {
  return parts.some(({ name }) => name === 'boot');
}

function* readImage(source: Source, header: Header): Generator<Reading> {
  for (const range of header.known) yield { kind: 'extent', range, role: 'header' };
  yield* facts(header.words);
  yield { kind: 'fact', name: 'md5', value: checkMd5(source, header) };
  let at = HEADER;
  for (const { name, range } of header.parts.toSorted((a, b) => a.range[0] - b.range[0])) {
    if (range[1] > source.size) {
      const left = Math.max(0, source.size - range[0]);
      yield* facts({ [name]: `cut short: ${left} of ${range[1] - range[0]} bytes` });
    } else if (range[0] < at || !isFill(source, [at, range[0]])) {
      // OpenWrt lets the file system follow the kernel at once, whatever the header says
      yield* facts({ [name]: `stated at ${hex(range[0])}, but other content begins before it` });
    } else {
      yield* filePart(source, name, range);
      at = range[1];
    }
  }
}

/** True for bytes that only fill a space: zeros or erased flash. */
function isFill(source: Source, range: ByteRange): boolean {
  if (isZero(source, range)) return true;
  return fold(source, range, true, (window, so) => so && window.every((byte) => byte === 0xff));
}

/** The MD5 is made over the file as it was: with its padding, or without it, or without what was added later. */
function checkMd5(source: Source, { md5, md5At, salt, length, parts }: Header): string {
  if (md5.every((byte) => byte === 0)) return 'not stated';
  const ends = [source.size, length, ...parts.map(({ range }) => range[1])];
  const sorted = [...new Set(ends)].filter((end) => end >= HEADER && end <= source.size);
  const hash = createHash('md5');
  hash
    .update(source.bytes(0, md5At))
    .update(salt)
    .update(source.bytes(md5At + 16, HEADER));
  let at = HEADER;
  for (const end of sorted.toSorted((a, b) => a - b)) {
    for (; at < end; at = Math.min(end, at + PIECE_LIMIT)) {
      hash.update(source.bytes(at, Math.min(end, at + PIECE_LIMIT)));
    }
    if (hash.copy().digest().equals(md5)) return 'right';
  }
  return 'wrong';
}

/** What stands in place of the MD5 while it is made, in version 1 and later, without and with a boot loader. */
const SALT_1 = Buffer.from('dcd73aa5c39598fbddf9e7f40eae4738', 'hex');
const SALT_1_LOADER = Buffer.from('8cef335bd5c5cefaa79c28dab2e90f42', 'hex');
const SALT_2 = Buffer.from('dcd73aa5c39598fbdcf9e7f40eae4737', 'hex');
const SALT_2_LOADER = Buffer.from('8cef335fd5c5cefaac9c28dab2e90f42', 'hex');
