// node examples/decode/xiaomi-hdr/make.ts: writes the inputs as the tool of OpenWrt would.
import { crc32 } from 'node:zlib';
import { bytes, field, le16, le32, noise, padded, type Part, patched, writeCases, zeros } from '../../craft.ts';

type File = readonly [name: string, data: Part];

const FILES: readonly File[] = [
  ['uboot.bin', 'the boot loader would stand here'],
  ['root.ubi', 'and here the file systems'],
];

function image(version: 1 | 2, files: readonly File[] = FILES): Buffer {
  const device = version === 1 ? bytes(zeros(2), le16(0x11)) : bytes(zeros(4), field('RA70', 8), field('EU', 8), zeros(16));
  const size = 12 + device.length + 32;
  let at = size;
  const blobs = files.map(([name, data]) => {
    const blob = padded(bytes(le32(0xbabe), le32(0xffffffff), le32(bytes(data).length), le16(4), zeros(2), field(name, 32), data), 4);
    const from = at;
    at += blob.length;
    return { from, blob };
  });
  const offsets = bytes(...Array.from({ length: 8 }, (_, i) => le32(blobs[i]?.from ?? 0)));
  const tail = bytes(device, offsets, ...blobs.map(({ blob }) => blob), le32(256), zeros(12), noise(256));
  return bytes(`HDR${version}`, le32(at), le32(~crc32(tail) >>> 0), tail);
}

const first = image(1);

writeCases(import.meta.dirname, '../make.ts', {
  'version-1': { input: bytes(first, 'behind'), note: 'Two files and a signature, the checksum right; what follows stays.' },
  'version-2': { input: image(2), note: 'The longer header names device and region.' },
  changed: { input: patched(first, 120, 'X'), note: 'A file was changed: the checksum does not match.' },
  'cut-short': { input: first.subarray(0, first.length - 300), note: 'The last file and the signature are cut short.' },
  'file-in-the-header': { input: patched(first, 16, le32(4)), note: 'The look-alike: an offset that leads into the header.' },
  'mark-in-a-text': { input: bytes('HDR1 is how such images begin. '.repeat(5)), note: 'The look-alike: the mark in a text.' },
});
