// node examples/decode/dlink-encrpted-img/make.ts: writes the inputs as D-Link's tool would.
import { createCipheriv } from 'node:crypto';
import { be32, bytes, field, noise, patched, writeCases } from '../../craft.ts';

const KEY = Buffer.from('he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8');
const VECTOR = Buffer.from('J%1iQl8$=lm-;8AE');

function image(clear: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', KEY, VECTOR).setAutoPadding(false);
  const packed = bytes(cipher.update(clear), cipher.final());
  return bytes('encrpted_img', be32(packed.length), packed);
}

const opened = image(field(bytes('UBI#', [1], 'an erase block would stand here'), 96));

writeCases(import.meta.dirname, '../make.ts', {
  'published-key': { input: bytes(opened, 'behind'), note: 'The published key opens the image: it begins as UBI does.' },
  'another-key': { input: patched(opened, 16, noise(16)), note: 'What the published key gives is no UBI: the bytes stay encrypted.' },
  'cut-short': { input: opened.subarray(0, 80), note: 'The image is cut short: it stays encrypted.' },
  'mark-in-a-text': { input: bytes('encrpted_img is the mark of such images'), note: 'The look-alike: the mark in a text.' },
});
