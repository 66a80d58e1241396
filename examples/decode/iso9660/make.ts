// node examples/decode/iso9660/make.ts: writes the inputs field by field, as mkisofs and xorriso would.
import { deflateSync } from 'node:zlib';
import { be16, be32, bytes, field, le16, le32, noise, type Part, patched, writeCases, zeros } from '../../craft.ts';

const SECTOR = 2048;
const both16 = (value: number) => bytes(le16(value), be16(value));
const both32 = (value: number) => bytes(le32(value), be32(value));

/** 2020-09-13 12:26:40, an hour east of Greenwich. */
const TIME = [120, 9, 13, 13, 26, 40, 4];

interface Wishes {
  readonly flags?: number;
  /** Entries behind the name. */
  readonly use?: Part;
}

function record(name: Part, block: number, size: number, { flags = 0, use = '' }: Wishes = {}): Buffer {
  const id = bytes(name);
  const end = bytes(id, id.length % 2 === 0 ? [0] : [], use);
  const length = 33 + end.length;
  const even = length % 2 === 0 ? end : bytes(end, [0]);
  return bytes([33 + even.length, 0], both32(block), both32(size), TIME, [flags, 0, 0], both16(1), [id.length], even);
}

/** A directory of one sector, with the records for itself and for the one above. */
const directory = (own: number, above: number, use: Part, ...records: readonly Buffer[]) =>
  field(bytes(record([0], own, SECTOR, { flags: 2, use }), record([1], above, SECTOR, { flags: 2 }), ...records), SECTOR);
const folder = (name: Part, block: number, use: Part = '') => record(name, block, SECTOR, { flags: 2, use });

interface Shape {
  readonly root: number;
  readonly blocks: number;
  readonly kind?: 'primary' | 'joliet';
  readonly tables?: readonly [little: number, big: number, size: number];
}

function descriptor({ root, blocks, kind = 'primary', tables = [0, 0, 0] }: Shape): Buffer {
  const isWide = kind === 'joliet';
  const text = (value: string, length: number) => {
    const given = isWide ? Buffer.from(value, 'utf16le').swap16() : Buffer.from(value);
    const space = isWide ? [0, 0x20] : [0x20];
    return bytes(given, ...Array.from({ length: Math.floor((length - given.length) / space.length) }, () => space), isWide && length % 2 === 1 ? [0] : []);
  };
  const [little, big, size] = tables;
  const start = bytes(
    [isWide ? 2 : 1], 'CD001', [1, 0], text('LINUX', 32), text('EXAMPLE', 32), zeros(8), both32(blocks),
    field(isWide ? '%/E' : '', 32), both16(1), both16(1), both16(SECTOR), both32(size), le32(little), le32(0), be32(big), be32(0),
    record([0], root, SECTOR, { flags: 2 }),
  );
  const names = bytes(text('', 128), text('PUBLISHER', 128), text('', 128), text('MAKER', 128), text('', 37), text('', 37), text('', 37));
  const times = bytes('2020091312264000', [4], ...Array.from({ length: 3 }, () => bytes('0'.repeat(16), [0])));
  return field(bytes(start, names, times, [1, 0], Buffer.alloc(512, 0x20)), SECTOR);
}

const terminator = field(bytes([255], 'CD001', [1]), SECTOR);
const bootRecord = (catalog: number) => field(bytes([0], 'CD001', [1], field('EL TORITO SPECIFICATION', 32), zeros(32), le32(catalog)), SECTOR);

/** Sectors by their numbers, zeros between. */
const image = (sectors: number, written: Readonly<Record<number, Part>>) =>
  Object.entries(written).reduce((all, [sector, part]) => patched(all, SECTOR * Number(sector), part), zeros(SECTOR * sectors));

// --- Rock Ridge

const entry = (signature: string, ...parts: readonly Part[]) => {
  const content = bytes(...parts);
  return bytes(signature, [4 + content.length, 1], content);
};
const SP = entry('SP', [0xbe, 0xef, 0]);
const px = (mode: number, serial: number, uid = 0) => entry('PX', both32(mode), both32(1), both32(uid), both32(0), both32(serial));
const nm = (name: string) => entry('NM', [0], Buffer.from(name));
const tf = entry('TF', [2], TIME);
const part = (flags: number, text = '') => bytes([flags, text.length], text);

const text = 'a line that comes again and again\n'.repeat(1200);
/** zisofs: header, places of blocks, blocks; the second block is a hole. */
function zisofs(content: string): Buffer {
  const first = deflateSync(content.slice(0, 32_768));
  const start = 16 + 12;
  return bytes(
    [0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07], le32(32_768 + 100), [4, 15, 0, 0],
    le32(start), le32(start + first.length), le32(start + first.length), first,
  );
}
const packed = zisofs(text);

/** Files of the catalog's checks: one bootable, one not. */
function catalog(...images: readonly (readonly [platform: number, block: number, sectors: number, isBootable?: boolean])[]): Buffer {
  const one = ([, block, sectors, isBootable = true]: (typeof images)[number]) =>
    field(bytes([isBootable ? 0x88 : 0, 0], le16(0), [0, 0], le16(sectors), le32(block)), 32);
  const [first, ...others] = images;
  const validation = bytes([1, first?.[0] ?? 0, 0, 0], field('MAKER', 24), le16(0), [0x55, 0xaa]);
  const sum = Array.from({ length: 16 }, (_, i) => validation.readUInt16LE(2 * i)).reduce((a, b) => a + b, 0);
  const sections = others.map((each, i) =>
    bytes(field(bytes([i === others.length - 1 ? 0x91 : 0x90, each[0]], le16(1)), 32), one(each)),
  );
  return bytes(patched(validation, 28, le16((0x10000 - (sum % 0x10000)) % 0x10000)), first === undefined ? '' : one(first), ...sections);
}

const LONG = 'a name so long that it goes on where the record has no room for it, in a sector of its own.conf';
const partition = bytes([0x80, 0, 0, 0, 0x17, 0, 0, 0], le32(0), le32(120));
const pathTable = (isLittle: boolean) => {
  const line = (name: Part, block: number) => {
    const id = bytes(name);
    return bytes([id.length, 0], isLittle ? le32(block) : be32(block), isLittle ? le16(1) : be16(1), id, id.length % 2 === 1 ? [0] : []);
  };
  return bytes(line([0], 20), line('DIR', 21));
};
const tableSize = pathTable(true).length;
const rockRidge = image(30, {
  0: field(bytes(zeros(446), partition, zeros(48), [0x55, 0xaa]), 512),
  16: descriptor({ root: 20, blocks: 30, tables: [28, 29, tableSize] }),
  17: bootRecord(26),
  18: terminator,
  20: directory(
    20, 20, bytes(SP, px(0o40755, 1), tf),
    folder('DIR', 21, bytes(px(0o40700, 2, 1000), nm('dir'), tf)),
    record('FILE.;1', 23, 600, { use: bytes(px(0o104755, 3), nm('file'), tf) }),
    record('AGAIN.;1', 23, 600, { use: bytes(px(0o104755, 3), nm('file again'), tf) }),
    record('MODE.;1', 23, 600, { use: bytes(px(0o100644, 3), nm('same file, other mode'), tf) }),
    record('LINK.;1', 0, 0, { use: bytes(px(0o120777, 4), nm('link'), entry('SL', [0], part(8), part(0, 'usr'), part(4), part(1, 'ha'), part(0, 'lf'))) }),
    record('TTY.;1', 0, 0, { use: bytes(px(0o20600, 5), nm('tty'), entry('PN', both32(0), both32((4 << 8) | 64))) }),
    record('LONG.;1', 24, 100, { use: bytes(px(0o100644, 6), entry('CE', both32(27), both32(100), both32(nm(LONG).length))) }),
    record('Z.;1', 25, packed.length, { use: bytes(px(0o100644, 7), nm('packed'), entry('ZF', 'pz', [4, 15], both32(32_768 + 100))) }),
    folder('RR_MOVED', 22, bytes(px(0o40755, 8), nm('rr_moved'))),
  ),
  21: directory(21, 20, '', record('DEEP', 0, 0, { use: bytes(px(0o40755, 9), nm('deep'), entry('CL', both32(19))) })),
  22: directory(22, 20, '', folder('DEEP', 19, bytes(px(0o40755, 9), nm('deep'), entry('RE')))),
  19: directory(19, 22, '', record('IN.;1', 24, 50, { use: bytes(px(0o100644, 10), nm('in')) })),
  23: noise(600),
  24: noise(100, 2),
  25: packed,
  26: catalog([0, 23, 1]),
  27: bytes(zeros(100), nm(LONG)),
  28: pathTable(true),
  29: pathTable(false),
});
const recordOf = (given: Buffer, name: string) => given.indexOf(name) - 33;

// --- two trees

const wide = (name: string) => Buffer.from(name, 'utf16le').swap16();
const twoTrees = image(26, {
  16: descriptor({ root: 20, blocks: 26 }),
  17: descriptor({ root: 21, blocks: 26, kind: 'joliet' }),
  18: terminator,
  20: directory(20, 20, '', record('README.TXT;1', 22, 300), record('HIDDEN.SH;1', 23, 400)),
  21: directory(21, 21, '', record(wide('Größe und ☃.txt'), 22, 300), record(wide('empty'), 0, 0)),
  22: noise(300),
  23: field('#!/bin/sh\ntelnetd -l /bin/sh\n'.repeat(14), 400),
});

// --- records of other kinds

const kinds = image(26, {
  16: descriptor({ root: 20, blocks: 26 }),
  17: terminator,
  20: directory(
    20, 20, '',
    record('PARTS.BIN;1', 21, SECTOR, { flags: 0x80 }), record('PARTS.BIN;1', 23, 1000),
    record('SECOND.TXT;2', 24, 10, { flags: 1 }),
    record('SECOND.TXT;1', 24, 20, { flags: 4 }),
  ),
  21: noise(SECTOR), 23: noise(1000, 2), 24: 'text of twenty bytes',
});

const boot = image(26, {
  16: descriptor({ root: 20, blocks: 26 }),
  17: bootRecord(21),
  18: terminator,
  20: directory(20, 20, '', record('FILE.;1', 22, 100)),
  21: catalog([0, 22, 4, false], [0xef, 23, 3], [0xef, 400, 3]),
  22: noise(2048), 23: noise(1536, 3),
});

const sessions = image(128, {
  16: descriptor({ root: 84, blocks: 128 }),
  17: terminator,
  48: descriptor({ root: 50, blocks: 24 }),
  49: terminator,
  50: directory(50, 50, '', record('KEPT.;1', 51, 100), record('REMOVED.;1', 52, 200)),
  51: noise(100), 52: noise(200, 2),
  80: descriptor({ root: 84, blocks: 8 }),
  81: terminator,
  84: directory(84, 84, '', record('KEPT.;1', 51, 100), record('NEW.;1', 85, 300)),
  85: noise(300, 3),
});

writeCases(import.meta.dirname, '../make.ts', {
  'rock-ridge': { input: rockRidge, note: 'Every kind of entry: names that go on, a directory that was moved, two names of one file, zisofs; a partition table before it.' },
  'file-only-in-the-primary-tree': { input: twoTrees, note: 'Systems that know Joliet do not see the script: given as @other/primary/…' },
  'kinds-of-records': { input: kinds, note: 'A file of two extents, a second version that is hidden, an associated file.' },
  'boot-images': { input: boot, note: 'One is a file, one is none and is given, one lies behind the end.' },
  'older-session': { input: sessions, note: 'A later session dropped a file: given as @other/session-1/…; the copy of the newest descriptors is claimed.' },
  'moved-directory-nobody-leads-to': {
    input: patched(rockRidge, rockRidge.indexOf('CL\u000c'), 'XX'),
    note: 'The record that would lead to it says nothing: given as @other/moved/…',
  },
  'directory-in-itself': { input: patched(rockRidge, recordOf(rockRidge, 'DIR') + 2, both32(20)), note: 'Entered once.' },
  'continuations-that-loop': {
    input: patched(patched(rockRidge, 27 * SECTOR + 100, entry('CE', both32(27), both32(100), both32(28))), rockRidge.indexOf('CE\u001c') + 20, both32(28)),
    note: 'A continuation that goes on where it begins: named, the file keeps its plain name.',
  },
  'continuation-of-a-megabyte': {
    input: patched(rockRidge, rockRidge.indexOf('CE\u001c') + 20, both32(2 ** 20)),
    note: 'It would claim what is no entry: refused.',
  },
  'record-too-short': { input: patched(kinds, recordOf(kinds, 'SECOND'), [12]), note: 'What stands before it is given.' },
  'content-behind-the-end': { input: patched(kinds, recordOf(kinds, 'SECOND') + 2, both32(4_000_000)), note: 'One file has no content.' },
  'directory-of-gigabytes': {
    input: patched(rockRidge, recordOf(rockRidge, 'DIR') + 10, both32(2 ** 32 - 1)),
    note: 'Read as far as the volume goes, then named as broken.',
  },
  'zisofs-damaged': { input: patched(rockRidge, 25 * SECTOR + 40, noise(20)), note: 'The file has no content; its bytes are a gap.' },
  'cut-short': { input: rockRidge.subarray(0, 24 * SECTOR), note: 'Files behind the end have no content.' },
  'blocks-of-no-size': { input: patched(kinds, 16 * SECTOR + 128, both16(0)), note: 'The look-alike: a descriptor whose blocks have no bytes.' },
});
