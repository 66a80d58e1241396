// node examples/decode/swf/make.ts: writes the inputs, tag by tag.
import { deflateSync } from 'node:zlib';
import { bytes, le16, le32, type Part, patched, writeCases } from '../../craft.ts';

const tag = (code: number, data: Part) => {
  const { length } = bytes(data);
  return length < 63 ? bytes(le16((code << 6) | length), data) : bytes(le16((code << 6) | 63), le32(length), data);
};
const HEAD = bytes([0x08, 0], le16(0x0c00), le16(1)); // an empty frame: four numbers of one bit
const END = tag(0, '');

function film(...tags: readonly Part[]): Buffer {
  const body = bytes(HEAD, ...tags);
  return bytes('FWS', [6], le32(8 + body.length), body);
}

const packed = (plain: Buffer, size = plain.length) => bytes('CWS', [6], le32(size), deflateSync(plain.subarray(8)));
const plain = film(tag(9, [255, 255, 255]), tag(77, 'x'.repeat(70)), tag(1, ''), END);

writeCases(import.meta.dirname, '../make.ts', {
  plain: { input: bytes(plain, 'more'), note: 'A film of four tags, one of them long; what follows the end tag stays unexplained.' },
  packed: { input: bytes(packed(plain), 'more'), note: 'A packed film becomes an entry, which is opened as a plain one.' },
  'attached-data': { input: film(tag(87, 'what this is for, nobody says'), END), note: 'Attached binary data stays unexplained.' },
  'size-does-not-match': { input: packed(plain, plain.length + 1), note: 'The packed film does not give as many bytes as its header says.' },
  'tag-leaves-the-film': { input: patched(plain, 14, le16((9 << 6) | 62)), note: 'A tag is longer than the film: reading stops there.' },
  'three-letters': { input: bytes('FWS is how this text begins, and nothing more'), note: 'The look-alike: the mark stands there, but no version.' },
});
