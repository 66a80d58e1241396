// node examples/decode/png/make.ts: writes the inputs, chunk by chunk.
import { crc32, deflateSync } from 'node:zlib';
import { be32, bytes, type Part, patched, writeCases } from '../../craft.ts';

const chunk = (type: string, data: Part) => {
  const summed = bytes(type, data);
  return bytes(be32(summed.length - 4), summed, be32(crc32(summed)));
};
const MARK = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const head = (width: number, height: number, interlace = 0) =>
  chunk('IHDR', bytes(be32(width), be32(height), [8, 0, 0, 0, interlace]));
const pixels = (size: number) => deflateSync(Buffer.alloc(size));
const END = chunk('IEND', '');

const plain = bytes(MARK, head(4, 2), chunk('tEXt', 'Software\0by hand'), chunk('IDAT', pixels(10)), END);

writeCases(import.meta.dirname, '../make.ts', {
  grey: { input: plain, note: 'A grey picture of 4 × 2 pixels with a comment.' },
  interlaced: { input: bytes(MARK, head(4, 2, 1), chunk('IDAT', pixels(12)), END), note: 'Pixels come in passes, each with its own rows.' },
  'archive-behind-the-end': { input: bytes(plain, 'PK\x03\x04 and so on'), note: 'What follows the end chunk stays unexplained.' },
  'private-chunk': {
    input: bytes(MARK, head(4, 2), chunk('vnDr', 'what this is for, nobody says'), chunk('IDAT', pixels(10)), END),
    note: 'The data of a chunk that no standard knows stays unexplained.',
  },
  'more-than-pixels': {
    input: bytes(MARK, head(4, 2), chunk('IDAT', bytes(pixels(10), 'hidden behind the stream')), END),
    note: 'Every checksum is right, but the pixel chunk goes on behind its compressed stream: that part stays unexplained.',
  },
  'chunk-changed': { input: patched(plain, 45, 'X'), note: 'A chunk does not match its checksum.' },
  'cut-short': { input: plain.subarray(0, 70), note: 'The picture ends inside its pixels.' },
  'mark-alone': { input: bytes(MARK, 'and then something else, long enough'), note: 'The look-alike: the mark stands there, but no header chunk.' },
});
