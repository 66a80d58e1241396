// node examples/decode/gif/make.ts: writes the inputs, block by block.
import { bytes, le16, type Part, writeCases } from '../../craft.ts';

const blocks = (...data: readonly Part[]) => bytes(...data.map((part) => bytes([bytes(part).length], part)), [0]);
const HEAD = bytes('GIF89a', le16(2), le16(2), [0x80, 0, 0], [0, 0, 0, 255, 255, 255]);
const IMAGE = bytes([0x2c], le16(0), le16(0), le16(2), le16(2), [0], [2], blocks([0x44, 0x14, 0x05]));
const LOOP = bytes([0x21, 0xff], blocks('NETSCAPE2.0', [1, 0, 0]));

writeCases(import.meta.dirname, '../make.ts', {
  'two-images': {
    input: bytes(HEAD, LOOP, [0x21, 0xf9], blocks([0, 0, 0, 0]), IMAGE, IMAGE, [0x21, 0xfe], blocks('by hand'), ';'),
    note: 'Two images, a control block, a comment and the loop block of Netscape.',
  },
  'script-behind-the-trailer': { input: bytes(HEAD, IMAGE, ';', '<?php ?>'), note: 'What follows the trailer stays unexplained.' },
  'unknown-application': {
    input: bytes(HEAD, [0x21, 0xff], blocks('VENDORDATA1', 'what this is for, nobody says'), IMAGE, ';'),
    note: 'The blocks of an application that no document knows stay unexplained.',
  },
  'trailer-missing': { input: bytes(HEAD, IMAGE), note: 'Some writers leave the trailer out; the fact says so.' },
  'cut-short': { input: bytes(HEAD, IMAGE).subarray(0, -2), note: 'The image ends inside its data.' },
  'mark-alone': { input: bytes('GIF89a', le16(2), le16(2), [0, 0, 0], 'and something else'), note: 'The look-alike: the mark stands there, but no block follows.' },
});
