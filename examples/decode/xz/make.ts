// node examples/decode/xz/make.ts: writes the inputs with xz 5.4.
import { execFileSync } from 'node:child_process';
import { bytes, noise, patched, writeCases, zeros } from '../../craft.ts';

const TEXT = Array.from({ length: 200 }, (_, i) => `line ${i} of a file that was compressed, ${(i * i) % 97}\n`).join('');

const xz = (...options: readonly string[]) => execFileSync('xz', ['-c', '-T1', ...options], { input: TEXT });

const plain = xz('-C', 'crc32');
const blocks = xz('-C', 'sha256', '--block-size=4000');

writeCases(import.meta.dirname, '../make.ts', {
  'one-block': { input: bytes(plain, 'what follows'), note: 'One block with CRC-32; what follows the footer is not claimed.' },
  'three-blocks': { input: blocks, note: 'Blocks of 4,000 bytes, each with its SHA-256.' },
  'two-streams': {
    input: bytes(plain, zeros(8), xz('-C', 'crc64')),
    note: 'Streams that follow one another, with padding between them, are one content.',
  },
  'filters-inside': {
    input: bytes(noise(600), xz('--arm', '--delta=dist=2', '--lzma2=lc=2,lp=1'), noise(300, 2)),
    note: 'Two filters in front of LZMA2, inside other bytes.',
  },
  'check-changed': {
    input: patched(plain, plain.length - 12 - 12 - 4, [1, 2, 3, 4]),
    note: 'The content unpacks but does not match its check: it is not given.',
  },
  'footer-missing': { input: blocks.subarray(0, -12), note: 'Every block is there and right; only the footer is cut off, so the content is given.' },
  'cut-in-the-second-block': { input: blocks.subarray(0, 500), note: 'The second block ends early.' },
  'mark-alone': { input: bytes(plain.subarray(0, 7), [9], plain.subarray(8, 200)), note: 'The look-alike: the mark stands there, the CRC of the header is wrong.' },
});
