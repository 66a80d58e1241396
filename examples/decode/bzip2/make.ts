// node examples/decode/bzip2/make.ts: writes the inputs with bzip2 1.0.8.
import { execFileSync } from 'node:child_process';
import { bytes, noise, patched, writeCases, zeros } from '../../craft.ts';

const TEXT = Array.from({ length: 200 }, (_, i) => `line ${i} of a file that was compressed, ${(i * i) % 97}${'-'.repeat(i % 40)}\n`).join('');

const pack = (input: string | Uint8Array, level = 9) => execFileSync('bzip2', ['-c', `-${level}`], { input });

const plain = pack(TEXT);
const blocks = pack(noise(2000, 7).toString('hex').repeat(60), 1);

writeCases(import.meta.dirname, '../make.ts', {
  'one-block': { input: bytes(plain, zeros(100)), note: 'One block; the zeros behind the stream are not claimed.' },
  'three-blocks-inside': { input: bytes(noise(600), blocks, noise(300, 2)), note: 'Three blocks of 100,000 bytes, between bytes that look random.' },
  'two-streams': { input: bytes(plain, pack('', 3), pack('and more\n', 1)), note: 'Streams that follow one another are one content; the second has nothing in it.' },
  'crc-changed': { input: patched(plain, 10, [1, 2, 3, 4]), note: 'The block unpacks but does not match its CRC: it is not given.' },
  'cut-short': { input: plain.subarray(0, 300), note: 'The block ends early.' },
  'mark-alone': { input: bytes('BZh91AY&SZ', noise(300)), note: 'The look-alike: the mark of the first block is not quite there.' },
});
