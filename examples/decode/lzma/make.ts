// node examples/decode/lzma/make.ts: writes the inputs with xz 5.4.
import { execFileSync } from 'node:child_process';
import { bytes, le32, noise, patched, writeCases, zeros } from '../../craft.ts';

const TEXT = Array.from({ length: 300 }, (_, i) => `line ${i} of a kernel that was compressed, ${(i * i) % 97}\n`).join('');

const pack = (options: string, input: string = TEXT) =>
  execFileSync('xz', ['--format=raw', `--lzma1=${options}`, '-c'], { input });

/** Properties, dictionary and size in front of a raw stream. */
const head = (properties: number, dictionary: number, size: number | null) =>
  bytes([properties], le32(dictionary), size === null ? Buffer.alloc(8, 0xff) : bytes(le32(size), le32(0)));

// xz ends a raw stream with an end marker; the alone format is the only one without a size
const marked = execFileSync('xz', ['--format=lzma', '-c'], { input: TEXT });
const sized = bytes(head(0x5d, 1 << 23, TEXT.length), marked.subarray(13));
const openwrt = bytes(head(0x6d, 1 << 23, null), pack('lc=1,lp=2,pb=2,dict=8MiB'));

writeCases(import.meta.dirname, '../make.ts', {
  'end-marker': { input: marked, note: 'The size is not stated; an end marker ends the stream, and the file with it.' },
  'size-and-end-marker': { input: bytes(sized, 'what follows'), note: 'Some encoders state the size and write the end marker all the same: it belongs to the stream.' },
  'other-properties-inside': {
    input: bytes(noise(700), openwrt, noise(500, 2)),
    note: 'A stream with the properties of OpenWrt’s loader inside other bytes.',
  },
  'size-cuts-the-stream': {
    input: patched(sized, 5, le32(1000)),
    note: 'The size in the header is less than the encoder wrote: a file of its own gives what is stated, and says that it ends strangely.',
  },
  'size-cuts-the-stream-inside': {
    input: bytes(noise(700), patched(sized, 5, le32(1000)), noise(500, 2)),
    note: 'The same inside other bytes: no encoder ends a stream there, so nothing is recognised.',
  },
  'header-without-size': { input: bytes(marked.subarray(0, 5), marked.subarray(13)), note: 'A vendor’s header: properties and dictionary, then the stream up to its end marker.' },
  'header-without-size-inside': {
    input: bytes(noise(700), openwrt.subarray(0, 5), openwrt.subarray(13), noise(500, 2)),
    note: 'The same with other properties inside other bytes.',
  },
  'cut-short': { input: marked.subarray(0, 300), note: 'The stream ends early; in a file of its own the reason is kept.' },
  'table-of-numbers': {
    input: bytes(noise(100), head(0x5d, 1 << 20, 0x4000), [0, 0, 0, 0], zeros(300), [0, 0, 0, 1], noise(700, 3)),
    note: 'The look-alike: numbers of a table as properties, dictionary and size.',
  },
});
