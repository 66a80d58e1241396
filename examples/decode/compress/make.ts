// node examples/decode/compress/make.ts: writes the inputs with compress (ncompress 4.2), and code by code.
import { execFileSync } from 'node:child_process';
import { bytes, noise, patched, writeCases } from '../../craft.ts';

const TEXT = Array.from({ length: 200 }, (_, i) => `line ${i} of a file packed with compress, ${(i * i) % 97}\n`).join('');
const pack = (input: string | Buffer, bits = 16) => execFileSync('compress', ['-c', '-f', '-b', String(bits)], { input });

/** Codes of nine bits behind the header. */
function codes(flags: number, ...values: readonly number[]): Buffer {
  const size = Math.ceil((values.length * 9) / 8);
  const out = Buffer.alloc(size + 1);
  for (const [i, value] of values.entries()) {
    const bit = i * 9;
    out.writeUInt16LE(out.readUInt16LE(bit >>> 3) | ((value << (bit & 7)) & 0xffff), bit >>> 3);
    if ((bit & 7) === 7) out[(bit >>> 3) + 2] = value >>> 9;
  }
  return bytes([0x1f, 0x9d, flags], out.subarray(0, size));
}

const text = pack(TEXT);

writeCases(import.meta.dirname, '../make.ts', {
  'sixteen-bits': { input: text, note: 'Codes that grow from nine bits; they end with the file.' },
  'twelve-bits': { input: pack(bytes(TEXT, noise(3000), TEXT), 12), note: 'The table of strings is full and is emptied.' },
  'never-emptied': { input: codes(0x10, 0x61, 256, 257, 0x62), note: 'Without block mode the first free code is 256; two codes stand for the string that they define.' },
  'emptied-by-hand': { input: codes(0x90, 0x61, 0x62, 257, 256), note: 'The last code empties the table; nothing follows.' },
  'code-without-string': { input: codes(0x90, 0x61, 300), note: 'A code stands for a string that was not defined.' },
  'changed': { input: patched(text, 200, [0, 0]), note: 'Changed in the middle: without a checksum the content is another one, or a code stands for nothing.' },
  'cut-short': { input: text.subarray(0, 300), note: 'A file that is cut gives less, without a sign of it.' },
  'inside-other-bytes': { input: bytes(noise(100), text), note: 'Not recognised: nothing tells where it ends.' },
  'seventeen-bits': { input: patched(text, 2, [0x91]), note: 'Not this format: codes have at most 16 bits.' },
});
