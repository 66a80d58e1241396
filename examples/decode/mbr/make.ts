// node examples/decode/mbr/make.ts: writes the inputs field by field, as fdisk would.
import { bytes, field, le32, noise, patched, writeCases, zeros } from '../../craft.ts';

const SECTOR = 512;

/** One record of a table; the old addresses by cylinder, head and sector are left as tools of today write them. */
const record = (type: number, start: number, length: number, status = 0) =>
  bytes([status, 0xfe, 0xff, 0xff, type, 0xfe, 0xff, 0xff], le32(start), le32(length));

const table = (...records: readonly Buffer[]) => bytes(field(bytes(...records), 64), [0x55, 0xaa]);

const bootSector = (...records: readonly Buffer[]) => bytes(zeros(440), le32(0x1234abcd), zeros(2), table(...records));

/** A disk of so many sectors, with some of them written. */
function disk(sectors: number, written: Readonly<Record<number, Buffer | string>>): Buffer {
  return Object.entries(written).reduce((all, [sector, part]) => patched(all, SECTOR * Number(sector), part), zeros(SECTOR * sectors));
}

const link = (...records: readonly Buffer[]) => bytes(zeros(446), table(...records));
const text = (what: string) => field(`${what}\n`.repeat(20), 400);
const parts = { 2: text('kernel'), 4: text('root file system') };
const two = disk(8, { 0: bootSector(record(0x0c, 2, 2, 0x80), record(0x83, 4, 4)), ...parts });
const logical = disk(16, {
  0: bootSector(record(0x83, 2, 2), record(0x0f, 4, 12)),
  2: text('kernel'),
  4: link(record(0x83, 1, 2), record(0x05, 4, 4)),
  5: text('settings'),
  8: link(record(0x82, 1, 3)),
  9: text('swapped out'),
});

writeCases(import.meta.dirname, '../make.ts', {
  'two-partitions': { input: two, note: 'A FAT and a Linux partition; the bytes are not what the types say, and need not be.' },
  'logical-partitions': { input: logical, note: 'Two logical partitions in an extended one, by a chain of boot sectors.' },
  'boot-code-and-bytes-between': {
    input: patched(patched(two, 0, noise(300)), 600, '#!/bin/sh\ntelnetd -l /bin/sh\n'),
    note: 'Boot code, and a script between table and first partition: neither is claimed.',
  },
  'partitions-that-overlap': {
    input: patched(two, 446, bytes(record(0x0c, 2, 4), record(0x83, 4, 4))),
    note: 'Both are given; the fact names them.',
  },
  'all-name-the-same-bytes': {
    input: patched(two, 446, bytes(...Array.from({ length: 4 }, () => record(0x83, 0, 8)))),
    note: 'A disk in itself four times: given twice, then the overlap is named.',
  },
  'chain-that-loops': {
    input: patched(logical, 8 * SECTOR + 446 + 16, record(0x05, 0, 4)),
    note: 'The second link leads to the first: each is read once.',
  },
  'link-beyond-the-end': {
    input: patched(logical, 4 * SECTOR + 446 + 16, record(0x05, 4000, 4)),
    note: 'The partition of the first link is given.',
  },
  'cut-in-the-second-partition': { input: two.subarray(0, 5 * SECTOR), note: 'It is named without content; its bytes are searched.' },
  'gpt-missing': { input: disk(8, { 0: bootSector(record(0xee, 1, 7)), ...parts }), note: 'The boot sector says GPT, but there is none.' },
  'type-of-an-unused-record': {
    input: patched(two, 446 + 4, [0]),
    note: 'Type zero, yet with a place: Linux takes it for a partition, and so do we.',
  },
  'table-without-partitions': { input: disk(8, { 0: bootSector(), ...parts }), note: 'Not a table: nothing but the signature.' },
  'boot-sector-of-a-file-system': {
    input: patched(disk(8, { 0: bootSector(), ...parts }), 440, 'NTLDR is missing\r\nPress any key to restart\r\n'),
    note: 'The look-alike: the signature, with text where records would be.',
  },
});
