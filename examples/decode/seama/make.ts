// node examples/decode/seama/make.ts: writes the inputs as seama.h lays them out.
import { createHash } from 'node:crypto';
import { be16, be32, bytes, padded, patched, writeCases } from '../../craft.ts';

const MARK = be32(0x5ea3a417);

function metaOf(words: readonly string[]): Buffer {
  return padded(words.map((word) => `${word}\0`).join(''), 4);
}

function seal(words: readonly string[]): Buffer {
  const meta = metaOf(words);
  return bytes(MARK, be16(0), be16(meta.length), be32(0), meta);
}

function entity(words: readonly string[], image: string): Buffer {
  const meta = metaOf(words);
  const digest = createHash('md5').update(image).digest();
  return bytes(MARK, be16(0), be16(meta.length), be32(image.length), digest, meta, image);
}

const SIGNATURE = ['signature=wrgx00_made_up'];
const FIRMWARE = ['dev=/dev/mtdblock/2', 'type=firmware'];
const sealed = bytes(seal(SIGNATURE), entity(FIRMWARE, 'kernel and file system'));

writeCases(import.meta.dirname, '../make.ts', {
  'sealed-firmware': { input: sealed, note: 'A seal with the signature of the board, then one image (older tools say DLOB).' },
  'two-images': {
    input: bytes(entity(['type=kernel'], 'kernel'), entity(['type=rootfs'], 'root'), 'more'),
    note: 'Two images without a seal; what follows them stays unexplained.',
  },
  'image-changed': {
    input: patched(sealed, sealed.length - 4, 'XXXX'),
    note: 'The image does not match its MD5. It is given all the same; the fact says so.',
  },
  'image-cut-short': { input: sealed.subarray(0, -4), note: 'The image is not there in full: nothing is given.' },
  'seal-alone': { input: bytes(seal(SIGNATURE), 'something else'), note: 'The look-alike: a seal, but nothing sealed.' },
  'no-words': {
    input: bytes(MARK, be16(0), be16(4), be32(4), Buffer.alloc(16), [1, 2, 3, 4], 'data'),
    note: 'The look-alike: the mark stands there, but no names and values follow.',
  },
});
