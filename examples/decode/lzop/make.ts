// node examples/decode/lzop/make.ts: writes the inputs with lzop 1.04.
import { execFileSync } from 'node:child_process';
import { bytes, be32, noise, patched, writeCases } from '../../craft.ts';

const TEXT = Array.from({ length: 300 }, (_, i) => `line ${i} of a file that was compressed, ${(i * i) % 97}\n`).join('');

const lzop = (input: string | Buffer, ...options: readonly string[]) => execFileSync('lzop', ['-c', ...options], { input });

const file = lzop(TEXT, '-9');
/** Where the first block begins. */
const FIRST = 9 + 6 + 2 + 4 + 12 + 1 + 4;

writeCases(import.meta.dirname, '../make.ts', {
  'one-block': { input: bytes(file, 'what follows'), note: 'One block with the Adler-32 of its content; what follows the end mark is not claimed.' },
  'crc-sums': { input: lzop(TEXT, '-1', '--crc32'), note: 'CRC-32 in place of Adler-32.' },
  'stored-block': { input: bytes(noise(200), lzop(noise(900, 3)), noise(200, 2)), note: 'Found inside other bytes; its block did not shrink and is stored as it is.' },
  'two-blocks': { input: lzop(TEXT.repeat(30), '-9'), note: 'Content of more than 256 KiB.' },
  'content-changed': { input: patched(file, FIRST + 40, [0x41]), note: 'The block does not match its checksum: the content is not given.' },
  'block-of-2-gib': { input: patched(file, FIRST, be32(0x7fff_ffff)), note: 'A block that says it gives 2 GiB is refused before anything is unpacked.' },
  'header-changed': { input: patched(file, 16, [7]), note: 'The look-alike: the header does not match its checksum.' },
  'cut-short': { input: file.subarray(0, 400), note: 'The file ends inside its block.' },
});
