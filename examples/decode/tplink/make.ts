// node examples/decode/tplink/make.ts: writes the inputs as the tools of OpenWrt would.
import { createHash } from 'node:crypto';
import { be16, be32, bytes, field, type Part, patched, writeCases, zeros } from '../../craft.ts';

type Place = readonly [at: number, size: number];

const places = (load: number, length: number, parts: readonly Place[]) =>
  bytes(be32(load), be32(load), be32(length), ...parts.flatMap(([at, size]) => [be32(at), be32(size)]));

function version1(length: number, parts: readonly Place[], salt: string, vendor = 'OpenWrt'): Buffer {
  const words = bytes(field(vendor, 24), field('r42647', 36), be32(0x30200001), be32(1), be32(0));
  const sums = bytes(Buffer.from(salt, 'hex'), zeros(4 + 16 + 4));
  const version = bytes(be16(3), be16(15), be16(2));
  return field(bytes([1, 0, 0, 0], words, sums, places(0x80060000, length, parts), version), 512);
}

function version3(length: number, parts: readonly Place[], salt: string): Buffer {
  const filled = (part: Part, size: number) => bytes(part, [0], Buffer.alloc(size - bytes(part).length - 1, 0xff));
  const words = bytes(filled('ver. 2.0', 48), be32(0x08410014), be32(1), be32(0x14));
  const sums = bytes(Buffer.from(salt, 'hex'), zeros(4), Buffer.alloc(16 + 4, 0xff));
  const tail = bytes(be16(0x55aa), [1, 0, 0xa5, 3, 16, 0]);
  const header = bytes([3, 0, 0, 0], words, sums, places(0x00000080, length, parts), tail);
  return bytes(header, Buffer.alloc(512 - header.length, 0xff));
}

/** With the MD5 over everything in place of the salt. */
const summed = (image: Buffer, at: number) => patched(image, at, createHash('md5').update(image).digest());

const SALT_1 = 'dcd73aa5c39598fbddf9e7f40eae4738';
const SALT_1_LOADER = '8cef335bd5c5cefaa79c28dab2e90f42';
const SALT_3 = 'dcd73aa5c39598fbdcf9e7f40eae4737';
const NONE: Place = [0, 0];
const ABSENT: Place = [0xffffffff, 0xffffffff];

const body = bytes(field('the kernel would stand here', 512), field('and here the root file system', 256), Buffer.alloc(768, 0xff));
const factory = summed(bytes(version1(2048, [[512, 27], [1024, 29], NONE], SALT_1), body), 0x4c);

writeCases(import.meta.dirname, '../make.ts', {
  'version-1': { input: factory, note: 'Kernel and root file system of a header in version 1, with erased flash behind them.' },
  'version-1-with-boot-loader': {
    input: summed(bytes(version1(2048, [[512, 27], [1024, 29], [1280, 8]], SALT_1_LOADER, 'TP-LINK Technologies'), patched(body, 768, 'U-Boot..')), 0x4c),
    note: 'A boot loader among the parts: the MD5 is made with another salt.',
  },
  'version-3-kernel-alone': {
    input: summed(bytes(version3(0xf90000, [[512, 27], ABSENT, NONE], SALT_3), 'the kernel would stand here'), 0x40),
    note: 'Version 3 without a root file system: the file is shorter than the room in flash, the MD5 is made over the file.',
  },
  'added-later': { input: bytes(factory, 'metadata'), note: 'Something was added behind the image: the MD5 is still right for what the header describes.' },
  changed: { input: patched(factory, 520, 'x'), note: 'One byte was changed: the MD5 does not match.' },
  'root-file-system-follows-at-once': {
    input: patched(factory, 539, 'the root file system begins here already'),
    note: 'The file system follows the kernel at once, in front of the place that the header states: that part is not given, its bytes are searched.',
  },
  'root-file-system-cut-short': { input: factory.subarray(0, 1040), note: 'The kernel is there, the root file system is not: its beginning stays unexplained.' },
  'parts-beyond-the-length': {
    input: patched(factory, 0x7c, be32(600)),
    note: 'The look-alike: the root file system ends behind the length of the image, so that nothing is recognised.',
  },
  'word-in-a-text': { input: bytes([1, 0, 0, 0], 'TP-LINK is a name that also stands in programs, here followed by a long text'.repeat(8)), note: 'The look-alike: the name stands at the beginning, but no field that is filled up.' },
});
