// node examples/decode/lzip/make.ts: writes the inputs with lzip 1.23.
import { execFileSync } from 'node:child_process';
import { bytes, noise, patched, writeCases } from '../../craft.ts';

const TEXT = Array.from({ length: 200 }, (_, i) => `line ${i} of a file packed with lzip, ${(i * i) % 97}\n`).join('');
const pack = (input: string, ...options: readonly string[]) => execFileSync('lzip', ['-c', ...options], { input });

const one = pack(TEXT);
const two = bytes(pack('first, '), pack('second\n'));

writeCases(import.meta.dirname, '../make.ts', {
  'one-member': { input: one, note: 'A member with its checksum and sizes.' },
  'two-members': { input: two, note: 'Members that follow one another are one content.' },
  'inside-other-bytes': { input: bytes(noise(500), one, noise(400, 2)), note: 'The end marker tells where the member ends.' },
  'dictionary-smaller': { input: pack(TEXT, '-s', '4096'), note: 'The smallest dictionary: matches reach back no further.' },
  'checksum-changed': { input: patched(one, one.length - 20, [1]), note: 'The content is not given, with the reason.' },
  'size-changed': { input: patched(two, two.length - 8, [9]), note: 'The second member does not state its size: nothing of the stream is given.' },
  'cut-short': { input: one.subarray(0, 400), note: 'Cut inside the member.' },
  'dictionary-too-large': { input: patched(one, 5, [0x3f]), note: 'A dictionary that no encoder writes: not recognised.' },
  'mark-alone': { input: bytes(noise(64), 'LZIP\x01\x0c', noise(200, 3)), note: 'The look-alike: a program that knows the mark.' },
});
