// node examples/decode/riff/make.ts: writes the inputs, chunk by chunk.
import { bytes, le16, le32, padded, type Part, writeCases, zeros } from '../../craft.ts';

const chunk = (name: string, data: Part) => bytes(name, le32(bytes(data).length), padded(data, 2));
const file = (form: string, ...chunks: readonly Part[]) => chunk('RIFF', bytes(form, ...chunks));
const FORMAT = chunk('fmt ', bytes(le16(1), le16(1), le32(8000), le32(8000), le16(1), le16(8)));

writeCases(import.meta.dirname, '../make.ts', {
  sound: { input: bytes(file('WAVE', FORMAT, chunk('data', zeros(7))), 'more'), note: 'A chunk of odd length is filled by one byte; what follows the file stays unexplained.' },
  picture: { input: file('WEBP', chunk('VP8L', '/')), note: 'A WebP picture of one chunk.' },
  'unknown-chunk': { input: file('WAVE', FORMAT, chunk('vndr', 'what this is for, nobody says'), chunk('data', zeros(8))), note: 'The data of a chunk that no standard knows stays unexplained.' },
  'cut-short': { input: file('WAVE', FORMAT, chunk('data', zeros(8))).subarray(0, -4), note: 'The file is shorter than it says.' },
  'other-form': { input: file('G729', zeros(16)), note: 'The look-alike: a RIFF file of a form that is not read.' },
});
