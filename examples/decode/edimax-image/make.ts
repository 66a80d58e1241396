// node examples/decode/edimax-image/make.ts: writes the inputs as the tool of OpenWrt would.
import { be16, be32, bytes, le16, le32, patched, writeCases, zeros } from '../../craft.ts';

function image(text: string, isLittle: boolean): Buffer {
  const body = bytes(text, zeros(text.length % 2));
  const word = isLittle ? le32 : be32;
  let sum = 0;
  for (let at = 0; at < body.length; at += 2) sum -= isLittle ? body.readUInt16LE(at) : body.readUInt16BE(at);
  const end = (isLittle ? le16 : be16)(sum & 0xffff);
  return bytes('CSYS', word(0x80000000), word(0x50000), 'RN54', word(body.length + 2), body, end);
}

const little = image('the image would stand here.', true);

writeCases(import.meta.dirname, '../make.ts', {
  'little-endian': { input: bytes(little, 'behind'), note: 'An image of odd length, filled up in front of the sum; what follows stays.' },
  'big-endian': { input: image('the image would stand here', false), note: 'The same in the other byte order.' },
  changed: { input: patched(little, 22, 'T'), note: 'The image was changed: its sum is wrong.' },
  'cut-short': { input: little.subarray(0, 30), note: 'The image is cut short: it is not given.' },
  'mark-in-a-text': { input: bytes('CSYS stands at the beginning of such images'), note: 'The look-alike: the mark in a text.' },
});
