// node examples/decode/intel-hex/make.ts: writes the inputs record by record.
import { be16, be32, bytes, noise, type Part, writeCases } from '../../craft.ts';

function record(kind: number, address: number, data: Part = '', error = 0): string {
  const body = bytes([bytes(data).length], be16(address), [kind], data);
  const sum = (error - body.reduce((all, byte) => all + byte, 0)) & 0xff;
  return `:${bytes(body, [sum]).toString('hex').toUpperCase()}\n`;
}

/** Data in records of 16 bytes. */
function data(address: number, content: Part): string {
  const all = bytes(content);
  let text = '';
  for (let at = 0; at < all.length; at += 16) text += record(0, (address + at) & 0xffff, all.subarray(at, at + 16));
  return text;
}

const END = ':00000001FF\n';
const text = 'A boot loader that is written into the flash of a microcontroller.\n';
const linear = (base: number) => record(4, 0, be16(base));
const image = [linear(0x0800), data(0, text), data(0x400, noise(40)), linear(0x0801), data(0, 'next page'), record(5, 0, be32(0x0800_0101)), END].join('');

writeCases(import.meta.dirname, '../make.ts', {
  'linear-addresses': { input: bytes(image), note: 'Three runs of memory above 64 KiB, a start address; the gaps stay gaps.' },
  'segments-and-their-end': {
    input: bytes(record(2, 0, be16(0x1000)), record(0, 0xfff8, 'before, behind'), record(3, 0, bytes(be16(0x1000), be16(0x100))), END),
    note: 'Within a segment addresses begin again behind 64 KiB: the record is written to two places.',
  },
  'out-of-order': {
    input: bytes(data(0x20, 'third and last'), data(0, 'first'), record(0, 5, ' and second, up to 0x20:   '), record(0, 0x10, 'twice'), END),
    note: 'Records that join once they are sorted are one file; what is written to an address a second time is one of its own.',
  },
  'wrong-checksums': {
    input: bytes(data(0, 'sixteen bytes   '), data(16, 'sixteen bytes   '), record(0, 32, 'damaged here', 1), END),
    note: 'The data of the third line is given with what stands there, and the line is named.',
  },
  'behind-the-end': {
    input: bytes(data(0, 'shown'), END, linear(0x2000), data(0, 'behind the end record'), END, '\n'),
    note: 'Loaders stop at the end record; what follows it is given and counted.',
  },
  'carriage-returns-and-remarks': {
    input: bytes('\r\n', data(0, text).replaceAll('\n', '\r\n').toLowerCase(), '; a remark\r\n', data(0x43, 'more').replaceAll('\n', '  \r\n'), END.trimEnd()),
    note: 'Lower case, another end of lines, white space, a line that is no record, no end of the last line.',
  },
  'binary-behind': { input: bytes(image, noise(300, 3)), note: 'Bytes behind the text stay unexplained.' },
  'cut-short': { input: bytes(image).subarray(0, 150), note: 'Cut inside a record; no end record.' },
  'counts-too-large': { input: bytes(data(0, 'one'), data(3, 'two'), ':FF00060000\n', ':0300060054726\n', END), note: 'Lines that promise more bytes than they have are no records.' },
  'colours': {
    input: bytes('10AF45\nFF0000\n:root { --accent: 10AF45 }\n:100000\n'),
    note: 'The look-alike: numbers in hexadecimal, and lines with a colon.',
  },
});
