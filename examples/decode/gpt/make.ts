// node examples/decode/gpt/make.ts: writes the inputs field by field, as sgdisk would; tables of eight entries.
import { crc32 } from 'node:zlib';
import { bytes, field, le16, le32, noise, patched, writeCases, zeros } from '../../craft.ts';

const ENTRIES = 8;

const le64 = (value: number) => bytes(le32(value % 2 ** 32), le32(Math.floor(value / 2 ** 32)));
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

/** As it stands on the disk: the first three fields little endian. */
function guid(text: string): Buffer {
  const [a = '', b = '', c = '', ...rest] = text.split('-');
  const turned = [a, b, c].map((part) => Buffer.from(part, 'hex').reverse());
  return bytes(...turned, Buffer.from(rest.join(''), 'hex'));
}

const LINUX = guid('0fc63daf-8483-4772-8e79-3d69d8477de4');
const EFI = guid('c12a7328-f81f-11d2-ba4b-00a0c93ec93b');
const own = (n: number) => guid(`00000000-0000-4000-8000-00000000000${n}`);

const entry = (type: Buffer, n: number, first: number, last: number, name: string, flags = 0) =>
  bytes(type, own(n), le64(first), le64(last), le64(flags), field(utf16(name), 72));

interface Wishes {
  readonly sector?: number;
  readonly boot?: Buffer;
  /** In place of the entries of the first copy. */
  readonly backup?: Buffer;
}

const record = (type: number, start: number, length: number) =>
  bytes([0, 0, 2, 0, type, 0xff, 0xff, 0xff], le32(start), le32(length));

/** A disk of 32 sectors: table, partitions from sector 4 on, table. */
function disk(entries: Buffer, { sector = 512, boot = record(0xee, 1, 31), backup = entries }: Wishes = {}): Buffer {
  const tableSectors = (ENTRIES * 128) / Math.min(sector, 512) / (sector / 512) < 1 ? 1 : 2;
  const header = (at: number, other: number, from: number, table: Buffer) => {
    const fields = (sum: number) =>
      bytes('EFI PART', le32(0x10000), le32(92), le32(sum), zeros(4), le64(at), le64(other), le64(4), le64(28),
        own(9), le64(from), le32(ENTRIES), le32(128), le32(crc32(field(table, ENTRIES * 128))));
    return fields(crc32(fields(0)));
  };
  const written: readonly (readonly [number, Buffer])[] = [
    [0, bytes(zeros(446), field(boot, 64), [0x55, 0xaa])],
    [1, header(1, 31, 2, entries)],
    [2, entries],
    [4, field('#!/bin/sh\necho started\n', 600)],
    [8, field('root:x:0:0:root:/root:/bin/sh\n'.repeat(30), 900)],
    [31 - tableSectors, backup],
    [31, header(31, 1, 31 - tableSectors, backup)],
  ];
  return written.reduce((all, [at, part]) => patched(all, at * sector, part), zeros(32 * sector));
}

const two = bytes(entry(EFI, 1, 4, 7, 'boot'), entry(LINUX, 2, 8, 15, 'größe\\'));
const plain = disk(two);

writeCases(import.meta.dirname, '../make.ts', {
  'two-partitions': { input: plain, note: 'Both copies of the table are right and say the same.' },
  'sectors-of-4-kib': { input: disk(two, { sector: 4096 }), note: 'As eMMC and large disks have them.' },
  'first-table-overwritten': {
    input: patched(plain, 512, zeros(1024)),
    note: 'The boot sector says GPT; the copy at the end is read.',
  },
  'first-table-changed': {
    input: patched(plain, 1024 + 40, le64(9)),
    note: 'One partition ends later than its maker wrote: the checksum is wrong, the copy at the end counts; what the changed table says is given beside it.',
  },
  'last-table-cut-off': { input: plain.subarray(0, 29 * 512), note: 'An image shorter than the disk: the first copy suffices.' },
  'partition-only-in-the-backup': {
    input: disk(two, { backup: bytes(two, entry(LINUX, 3, 16, 20, 'hidden')) }),
    note: 'Both copies are right and differ: what only the second names is given as backup/…',
  },
  'partition-only-in-the-boot-sector': {
    input: disk(two, { boot: bytes(record(0xee, 1, 3), record(0x83, 16, 8), record(0x83, 4, 4)) }),
    note: 'A hybrid: one record names a partition of the table, the other one nobody else names.',
  },
  'partitions-that-overlap': {
    input: disk(bytes(entry(EFI, 1, 4, 9, 'boot'), entry(LINUX, 2, 8, 15, 'root'))),
    note: 'Both are given; the fact names them.',
  },
  'rest-of-a-removed-entry': {
    input: disk(bytes(two, entry(zeros(16), 3, 16, 20, 'removed'))),
    note: 'An entry without a type is not in use: what stands in it stays unexplained.',
  },
  'ends-before-it-begins': { input: disk(entry(LINUX, 1, 9, 4, 'x')), note: 'Hostile: named in the record as malformed.' },
  'half-a-surrogate-pair': {
    input: disk(bytes(LINUX, own(1), le64(4), le64(5), zeros(8), field(bytes(le16(0xd800), utf16('a')), 72))),
    note: 'A name that is no text.',
  },
  'checksums-wrong-everywhere': {
    input: patched(patched(plain, 1024 + 40, le64(9)), 29 * 512 + 40, le64(10)),
    note: 'No copy can be trusted: all that they say is given, and that both are wrong.',
  },
  'header-of-another-place': {
    input: patched(noise(8192), 512, plain.subarray(512, 1024)).fill(0, 512 + 24, 512 + 25),
    note: 'The look-alike: the header says that it stands elsewhere.',
  },
});
