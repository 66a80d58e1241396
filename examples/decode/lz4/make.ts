// node examples/decode/lz4/make.ts: writes the inputs with lz4 1.9.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes, le32, noise, patched, writeCases } from '../../craft.ts';

const TEXT = Array.from({ length: 300 }, (_, i) => `line ${i} of a file that was compressed, ${(i * i) % 97}\n`).join('');

const lz4 = (...options: readonly string[]) => execFileSync('lz4', ['-c', ...options], { input: TEXT });

/** Of a file, so that lz4 knows its size beforehand. */
function sized(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'lz4-'));
  writeFileSync(join(folder, 'text'), TEXT);
  const packed = execFileSync('lz4', ['-c', '-9', '--content-size', join(folder, 'text')]);
  rmSync(folder, { recursive: true });
  return packed;
}

const frame = sized();
const linked = lz4('-9', '-BD', '-B4');
const legacy = lz4('-l', '-9');
/** A long text, so that a stream of the older form is told from chance. */
const kernel = execFileSync('lz4', ['-c', '-l'], { input: TEXT.repeat(4) });

writeCases(import.meta.dirname, '../make.ts', {
  'one-frame': { input: bytes(frame, 'what follows'), note: 'One frame with the size and a checksum of its content; what follows is not claimed.' },
  'linked-blocks': {
    input: execFileSync('lz4', ['-c', '-9', '-BD', '-B4', '-BX'], { input: `${TEXT}${TEXT.repeat(12)}` }),
    note: 'Blocks of 64 KiB that reach back into the one before, each with a checksum.',
  },
  'two-frames': { input: bytes(frame, linked), note: 'Frames that follow one another are one content.' },
  'stored-block': { input: execFileSync('lz4', ['-c'], { input: noise(700) }), note: 'Content that does not shrink is stored as it is.' },
  'legacy-inside': {
    input: bytes(noise(500), kernel, le32(TEXT.length * 4), noise(300, 2)),
    note: 'The older form between other bytes, as in a kernel: it ends with its first block that is not full. The size that stands behind it is not a block.',
  },
  'legacy-too-short': { input: bytes(noise(500), execFileSync('lz4', ['-c', '-l'], { input: 'short text, short text' }), noise(100)), note: 'The look-alike: inside other bytes so little is not told from chance.' },
  'legacy-whole': { input: legacy, note: 'The older form as a whole artefact.' },
  'content-changed': { input: patched(frame, 48, [0]), note: 'The content unpacks but does not match its checksum: it is not given.' },
  'header-changed': { input: patched(frame, 6, le32(TEXT.length + 1)), note: 'The look-alike: the checksum of the header is wrong, nothing is recognised.' },
  'block-leaves-the-frame': { input: patched(frame, 15, le32(0x7fff_ffff)), note: 'A block that says it has 2 GiB.' },
  'cut-short': { input: frame.subarray(0, 600), note: 'The frame ends inside its block.' },
});
