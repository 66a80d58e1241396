// node examples/decode/zstd/make.ts: writes the inputs with the zstd of node:zlib, and some frames by hand.
import { constants, zstdCompressSync } from 'node:zlib';
import { bytes, le16, le32, noise, type Part, patched, writeCases } from '../../craft.ts';

const TEXT = Array.from({ length: 120 }, (_, i) => `line ${i} of a file that was compressed\n`).join('');

const frame = (content: Part, checked = true) =>
  zstdCompressSync(bytes(content), { params: { [constants.ZSTD_c_checksumFlag]: checked ? 1 : 0 } });

const skippable = (kind: number, content: Part) => bytes(le32(0x184d2a50 + kind), le32(bytes(content).length), content);

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** Three bytes before a block: last, kind, size. */
const block = (last: boolean, kind: number, size: number) => {
  const word = (size << 3) | (kind << 1) | (last ? 1 : 0);
  return [word & 0xff, (word >> 8) & 0xff, word >> 16];
};

const checked = frame(TEXT);
// A window of 1 KiB and no size: what a compressor writes that does not know how much is coming.
const byHand = bytes(MAGIC, [0, 0], block(false, 0, 6), 'hello ', block(false, 1, 5), '!', block(true, 0, 6), ' world');

writeCases(import.meta.dirname, '../make.ts', {
  'checked-frame': { input: checked, note: 'One frame with its checksum.' },
  'raw-and-repeated-blocks': { input: byHand, note: 'Written by hand: blocks that are stored as they are, and one of a repeated byte.' },
  'frames-one-after-another': {
    input: bytes(checked, skippable(3, 'a seek table would stand here'), frame('the second frame\n', false), 'what follows'),
    note: 'Two frames are one content. The skippable frame between them is metadata, what follows is not claimed.',
  },
  'skippable-frame-first': { input: bytes(skippable(0, le32(checked.length)), checked), note: 'As parallel compressors write it: how long the frame is stands before it.' },
  'skippable-frame-alone': { input: bytes(skippable(0, 'no frame behind'), noise(300)), note: 'The look-alike: other formats know the same skippable frames. Nothing is said.' },
  'inside-other-bytes': { input: bytes(noise(1000), checked, noise(600, 2)), note: 'Found between bytes that look random; what is around it is not claimed.' },
  'needs-a-dictionary': {
    input: bytes(MAGIC, [0x22], le16(0x1234), [40], block(true, 0, 40), noise(40)),
    note: 'The header names a dictionary that is not there: recognised, not opened.',
  },
  'content-changed': { input: patched(checked, checked.length - 4, le32(1)), note: 'The content unpacks but does not match its checksum: it is not given, the reason stands at its bytes.' },
  'cut-short': { input: checked.subarray(0, 150), note: 'The frame ends inside its block.' },
  'window-too-large': { input: bytes(MAGIC, [0, 0xa8], block(true, 0, 5), 'hello'), note: 'A window of 2 GiB, as `--long=31` asks for: the budget is named, nothing is unpacked.' },
  'mark-alone': { input: bytes(noise(500), MAGIC, noise(800, 3)), note: 'The look-alike: a mark inside other bytes, and no frame behind it.' },
});
