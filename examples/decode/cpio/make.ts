// node examples/decode/cpio/make.ts: writes the inputs, header by header as cpio(5) lays them out.
import { be16, bytes, le16, padded, patched, writeCases, zeros } from '../../craft.ts';

interface Fields {
  readonly name: string;
  readonly content?: string;
  readonly mode?: number;
  readonly inode?: number;
  readonly links?: number;
  readonly device?: readonly [number, number];
}

const FILE = 0o100644;
const TRAILER: Fields = { name: 'TRAILER!!!', mode: 0, inode: 0 };

function newc(fields: Fields, mark = '070701'): Buffer {
  const { name, content = '', mode = FILE, inode = 1, links = 1, device = [0, 0] } = fields;
  const sum = mark === '070702' ? bytes(content).reduce((all, byte) => all + byte, 0) : 0;
  const numbers = [inode, mode, 0, 0, links, 1_600_000_000, content.length, 8, 1, ...device, name.length + 1, sum];
  const hex = numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  return bytes(padded(`${mark}${hex}${name}\0`, 4), padded(content, 4));
}

function odc(fields: Fields): Buffer {
  const { name, content = '', mode = FILE, inode = 1, links = 1, device = [0, 0] } = fields;
  const octal = (number: number, digits: number) => number.toString(8).padStart(digits, '0');
  const short = [8, inode, mode, 0, 0, links, device[0] * 256 + device[1]].map((number) => octal(number, 6));
  const long = octal(1_600_000_000, 11) + octal(name.length + 1, 6) + octal(content.length, 11);
  return bytes('070707', short.join(''), long, `${name}\0`, content);
}

function binary(fields: Fields, half: (value: number) => Buffer): Buffer {
  const { name, content = '', mode = FILE, inode = 1, links = 1, device = [0, 0] } = fields;
  const word = (value: number) => bytes(half(Math.floor(value / 65_536)), half(value % 65_536));
  return bytes(
    ...[0o070707, 8, inode, mode, 0, 0, links, device[0] * 256 + device[1]].map(half),
    word(1_600_000_000),
    half(name.length + 1),
    word(content.length),
    padded(`${name}\0`, 2),
    padded(content, 2),
  );
}

const everyType: readonly Fields[] = [
  { name: 'etc', mode: 0o040755, inode: 2, links: 2 },
  { name: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\n', inode: 3 },
  { name: 'bin/sh', content: 'busybox', mode: 0o120777, inode: 4 },
  { name: 'dev/console', mode: 0o020600, device: [5, 1], inode: 5 },
  { name: 'dev/mtdblock0', mode: 0o060660, device: [31, 0], inode: 6 },
  { name: 'dev/initctl', mode: 0o010600, inode: 7 },
  { name: 'run/log', mode: 0o140666, inode: 8 },
  { name: 'bin/su', content: 'x', mode: 0o104755, inode: 9 },
];

const hardLinks = bytes(
  newc({ name: 'bin/busybox', inode: 7, links: 3 }),
  newc({ name: 'bin/ash', inode: 7, links: 3 }),
  newc({ name: 'bin/login', inode: 7, links: 3, content: 'program' }),
  newc({ name: 'empty-1', inode: 8, links: 2 }),
  newc({ name: 'empty-2', inode: 8, links: 2 }),
  newc(TRAILER),
);

const first = bytes(newc({ name: 'kernel/x86/microcode', content: 'early' }), newc(TRAILER));
const second = bytes(newc({ name: 'init', content: '#!/bin/sh\n', mode: 0o100755 }), newc(TRAILER));

writeCases(import.meta.dirname, '../make.ts', {
  'every-type-of-member': {
    input: bytes(...everyType.map((fields) => newc(fields)), newc(TRAILER)),
    note: 'One member of each type in the new form, one of them set-user-id.',
  },
  'hard-links': {
    input: hardLinks,
    note: 'Three names of one file, the content with the last; two names of one empty file.',
  },
  'archives-one-after-another': {
    input: bytes(padded(first, 512), second),
    note: 'Two archives with zeros between them, as the initial memory file system of Linux may be.',
  },
  'crc-one-wrong': {
    input: bytes(
      newc({ name: 'right', content: 'abc' }, '070702'),
      patched(newc({ name: 'wrong', content: 'abc' }, '070702'), 116, 'x'),
      newc(TRAILER, '070702'),
    ),
    note: 'The form with sums: one content does not match its sum. It is given, the fact says so.',
  },
  'old-ascii': {
    input: bytes(...everyType.map(odc), odc(TRAILER), zeros(100)),
    note: 'The same members in the form of the standard (odc), zeros behind the trailer.',
  },
  'old-binary-little-endian': {
    input: bytes(...everyType.map((fields) => binary(fields, le16)), binary(TRAILER, le16)),
    note: 'The same members in the old binary form of a little-endian machine.',
  },
  'old-binary-big-endian': {
    input: bytes(...everyType.map((fields) => binary(fields, be16)), binary(TRAILER, be16)),
    note: 'The same members in the old binary form of a big-endian machine.',
  },
  'member-cut-short': {
    input: bytes(newc({ name: 'a', content: 'first' }), newc({ name: 'b', content: 'second' }).subarray(0, 114)),
    note: 'The second member ends inside its content: the first stands, the rest is a gap with its reason.',
  },
  'letters-in-a-number': {
    input: bytes('070701', 'not a header but a text that begins like one. '.repeat(4)),
    note: 'The look-alike: the mark of the new form, but no number behind it.',
  },
});
