// node examples/decode/realtek-image/make.ts: writes the inputs as Realtek's cvimg would.
import { be16, be32, bytes, patched, writeCases, zeros } from '../../craft.ts';

/** What makes the sum of all words zero. */
function sum(part: Buffer): Buffer {
  let value = 0;
  for (let at = 0; at < part.length; at += 2) value -= part.readUInt16BE(at);
  return be16(value & 0xffff);
}

function image(mark: string, place: number, text: string): Buffer {
  const body = bytes(text, zeros(text.length % 2));
  return bytes(mark, be32(0x80500000), be32(place), be32(body.length + 2), body, sum(body));
}

const kernel = image('cs6c', 0x20000, 'the kernel would stand here.');
const root = image('r6cr', 0x140000, 'and here the root file system.');

writeCases(import.meta.dirname, '../make.ts', {
  'web-pages-kernel-and-root': { input: bytes(image('w6cg', 0x10000, 'pages'), kernel, root), note: 'Three images, one behind the other.' },
  changed: { input: patched(kernel, 20, 'K'), note: 'The kernel was changed: its sum is wrong, which is stated at the beginning of an artefact.' },
  'changed-inside': { input: bytes('in front ', patched(kernel, 20, 'K')), note: 'The look-alike: inside other bytes, an image with a wrong sum is none.' },
  'cut-short': { input: kernel.subarray(0, 30), note: 'The image is cut short: it is not given.' },
  'mark-in-a-text': { input: bytes('csro stands at the beginning of such images, and a text that begins with it is none'), note: 'The look-alike: a mark in a text.' },
});
