// node examples/decode/dlink-shrs/make.ts: writes the inputs as D-Link's tool would.
import { createCipheriv, createHash } from 'node:crypto';
import { be32, bytes, noise, padded, patched, writeCases, zeros } from '../../craft.ts';

const PUBLISHED = Buffer.from('c05fbf1936c99429ce2a0781f08d6ad8', 'hex');

const sha512 = (...parts: readonly Uint8Array[]) => createHash('sha512').update(bytes(...parts)).digest();

function image(text: string, key: Buffer): Buffer {
  const clear = bytes(text);
  const vector = noise(16);
  const cipher = createCipheriv('aes-128-cbc', key, vector).setAutoPadding(false);
  const packed = bytes(cipher.update(padded(clear, 16)), cipher.final());
  const digests = [sha512(clear, key), sha512(clear), sha512(packed.subarray(0, clear.length))];
  return bytes('SHRS', be32(packed.length), be32(clear.length), vector, ...digests, zeros(512), noise(512, 2), zeros(512), packed);
}

const opened = image('the image would stand here, fifty bytes in all...', PUBLISHED);

writeCases(import.meta.dirname, '../make.ts', {
  'published-key': { input: bytes(opened, 'behind'), note: 'The published key opens the image: it has the digest that the header states.' },
  'another-key': { input: image('this image has a key that nobody published.', noise(16, 7)), note: 'The published key does not open the image: it stays encrypted.' },
  changed: { input: patched(opened, 1760, [0]), note: 'The encrypted bytes were changed: neither digest is right, and nothing is given.' },
  'cut-short': { input: opened.subarray(0, opened.length - 16), note: 'The image is cut short: it stays encrypted.' },
  'mark-alone': { input: bytes('SHRS', noise(2000)), note: 'The look-alike: the mark, but sizes that do not belong together.' },
});
