// node examples/decode/arcadyan/make.ts: writes the inputs with xz 5.4.
import { execFileSync } from 'node:child_process';
import { crc32 } from 'node:zlib';
import { bytes, le32, noise, patched, writeCases, zeros } from '../../craft.ts';

const TEXT = Array.from({ length: 300 }, (_, i) => `line ${i} of a program that was compressed, ${(i * i) % 97}\n`).join('');
const marked = execFileSync('xz', ['--format=lzma', '-6', '-c'], { input: TEXT });
const sized = patched(marked, 5, bytes(le32(TEXT.length), le32(0)));

/** Halves of bytes, then neighbouring bytes change places. */
function turned(given: Buffer): Buffer {
  const halves = Buffer.from(given.map((byte) => ((byte << 4) | (byte >> 4)) & 0xff));
  return halves.swap16();
}

/** As the boot loader expects it: the first block turned and put where the second was. */
function image(stream: Buffer): Buffer {
  const first = turned(Buffer.from(stream.subarray(0, 32)));
  return bytes(le32(0x20110530), stream.subarray(100, 132), stream.subarray(32, 100), first, stream.subarray(132));
}

/** With fill and trailer up to a multiple of 1 KiB. */
function sealed(given: Buffer): Buffer {
  const fill = noise(1024 - ((given.length + 12) % 1024), 5);
  return bytes(given, fill, le32(given.length), le32(0x12345678), le32(crc32(given)));
}

writeCases(import.meta.dirname, '../make.ts', {
  'end-marker': { input: image(marked), note: 'The stream in the order of Arcadyan’s boot loader; it ends by its end marker.' },
  'size-and-what-follows': {
    input: bytes(image(sized), 'what follows'),
    note: 'The size is stated in the turned header; what follows the stream stays.',
  },
  trailer: {
    input: sealed(image(sized)),
    note: 'Size, mark and checksum at the end of the file; what fills the space before them is not explained.',
  },
  'changed-under-its-checksum': {
    input: patched(sealed(image(sized)), 0, [0x31]),
    note: 'One byte of the lead is not what the checksum was made over.',
  },
  'inside-other-bytes': {
    input: bytes(noise(700), image(sized), noise(500, 2)),
    note: 'An image inside a dump of flash memory, found by its turned properties.',
  },
  'cut-short': { input: image(marked).subarray(0, 600), note: 'The stream ends early: nothing is given, the reason is kept.' },
  'not-turned': { input: bytes(le32(0x20110530), sized), note: 'The look-alike: the same stream in its own order is no image of this kind.' },
  'table-of-numbers': {
    input: bytes(noise(104), [0x00, 0xd5, 0x08, 0x00], zeros(40), noise(300, 3)),
    note: 'The look-alike: the mark stands in a table, and no stream begins in front of it.',
  },
});
