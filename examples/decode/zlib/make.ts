// node examples/decode/zlib/make.ts: writes the inputs with zlib.
import { deflateSync } from 'node:zlib';
import { bytes, noise, patched, writeCases } from '../../craft.ts';

const TEXT = Array.from({ length: 120 }, (_, i) => `line ${i} of a file that was compressed\n`).join('');
const stream = deflateSync(TEXT);

writeCases(import.meta.dirname, '../make.ts', {
  whole: { input: bytes(stream, 'what follows'), note: 'A file that begins with a stream; what follows is not claimed.' },
  'inside-other-bytes': {
    input: bytes(noise(1000), deflateSync(TEXT, { level: 1 }), noise(600, 2)),
    note: 'Found inside other bytes, since it unpacks to its end and matches its checksum.',
  },
  'too-short-inside': {
    input: bytes(noise(1000), deflateSync('short'), noise(600, 2)),
    note: 'Five bytes of content inside others could stand there by chance: nothing is said.',
  },
  'checksum-changed': {
    input: patched(stream, stream.length - 1, [0]),
    note: 'The content does not match its checksum; in a whole file the reason is kept.',
  },
  'header-alone': { input: bytes(noise(700, 4), [0x78, 0x9c], noise(700, 5)), note: 'The look-alike: two bytes of a header, no stream.' },
});
