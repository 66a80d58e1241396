// node examples/decode/android-boot/make.ts: writes the inputs as AOSP's mkbootimg would.
import { createHash } from 'node:crypto';
import { bytes, field, le32, padded, type Part, patched, writeCases, zeros } from '../../craft.ts';

const PAGE = 2048;
const kernel = bytes('the kernel');
const ramdisk = bytes('the memory disk');
const second = bytes('a second stage');

const sized = (...parts: readonly Part[]) => bytes(...parts.flatMap((part) => [part, le32(bytes(part).length)]));
const pages = (...parts: readonly Part[]) => bytes(...parts.map((part) => padded(part, PAGE)));

/** @param behind  fields behind the old header */
function early(version: number, parts: readonly Part[], behind: Part = ''): Buffer {
  const id = createHash('sha1').update(sized(...parts)).digest();
  const [first = '', disk = '', stage = ''] = parts;
  const places = [first, disk, stage].flatMap((part, i) => [le32(bytes(part).length), le32(0x10008000 + i * 0x1000000)]);
  const system = (((9 << 14) | (1 << 7) | 2) << 11) | (20 << 4) | 5;
  const numbers = [...places, le32(0x10000100), le32(PAGE), le32(version), le32(system)];
  const words = [field('board', 16), field('console=ttyMSM0 root=/dev/ram0', 512), field(id, 32), zeros(1024)];
  return bytes(padded(bytes('ANDROID!', ...numbers, ...words, behind), PAGE), pages(...parts));
}

const newest = early(2, [kernel, ramdisk, second, 'overlay', 'tree'], bytes(le32(7), zeros(12), le32(4), zeros(8)));
const oldest = early(0, [kernel, ramdisk, '']);

function later(): Buffer {
  const numbers = [kernel.length, ramdisk.length, (12 << 14) << 11, 1584].map(le32);
  const header = bytes('ANDROID!', ...numbers, zeros(16), le32(4), field('quiet', 1536), le32(9));
  return bytes(...[header, kernel, ramdisk, 'signature'].map((part) => padded(part, 4096)));
}

function vendor(disks: readonly (readonly [name: string, type: number, offset: number, size: number])[]): Buffer {
  const table = bytes(...disks.map(([name, type, offset, size]) => bytes(le32(size), le32(offset), le32(type), field(name, 32), zeros(64))));
  const numbers = [4, PAGE, 0x8000, 0x1000000, 40].map(le32);
  const addresses = [le32(0x100), field('board', 16), le32(2128), le32(4), le32(0x1f00000), zeros(4)];
  const tail = [le32(table.length), le32(disks.length), le32(108), le32(18)];
  const header = bytes('VNDRBOOT', ...numbers, field('init=/init', 2048), ...addresses, ...tail);
  return pages(header, field('first disk, then the modules', 40), 'tree', table, 'androidboot.x=true');
}

writeCases(import.meta.dirname, '../make.ts', {
  'version-0': { input: bytes(oldest, 'footer'), note: 'Kernel and memory disk with the right identifier; what follows the last page stays.' },
  'version-2': { input: newest, note: 'All that version 2 has: second stage, overlay of recovery, device tree.' },
  'version-4': { input: later(), note: 'Version 4 with a signature; addresses stand in the vendor’s image.' },
  'vendor-version-4': { input: vendor([['', 1, 0, 12], ['dlkm', 3, 12, 20]]), note: 'Two memory disks by the table; eight bytes of the section belong to none and stay unexplained.' },
  'vendor-disk-outside': { input: vendor([['far', 1, 0xfffffff0, 100]]), note: 'The table names bytes outside of the section: they are not given.' },
  changed: { input: patched(oldest, PAGE, 'T'), note: 'The kernel was changed: the identifier does not match.' },
  'cut-short': { input: oldest.subarray(0, PAGE + 500), note: 'The kernel is there, the memory disk is not.' },
  'table-of-trees': { input: early(600, [kernel, ramdisk, '', field('QCDT', 600)]), note: 'Before there were versions: the field is the size of a table of device trees.' },
  'mark-alone': { input: bytes('ANDROID! is how such images begin. '.repeat(60)), note: 'The look-alike: the mark in a text.' },
});
