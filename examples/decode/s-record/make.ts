// node examples/decode/s-record/make.ts: writes the inputs record by record.
import { be16, be32, bytes, noise, type Part, writeCases } from '../../craft.ts';

const WIDTHS = [2, 2, 3, 4, 0, 2, 3, 4, 3, 2];

function record(kind: number, address: number, data: Part = '', error = 0): string {
  const width = WIDTHS[kind] ?? 0;
  const place = bytes(be32(address)).subarray(4 - width);
  const body = bytes([width + bytes(data).length + 1], place, data);
  const sum = (0xff + error - body.reduce((all, byte) => all + byte, 0)) & 0xff;
  return `S${kind}${bytes(body, [sum]).toString('hex').toUpperCase()}\n`;
}

const header = record(0, 0, 'boot.srec');
const two = [record(1, 0x100, 'sixteen bytes and'), record(1, 0x111, ' some more')].join('');

writeCases(import.meta.dirname, '../make.ts', {
  'addresses-of-two-bytes': { input: bytes(header, two, record(5, 2), record(9, 0x100)), note: 'Header, data, the right number of records, a start address.' },
  'addresses-of-three-and-four': {
    input: bytes(record(2, 0x01_0000, 'above 64 KiB'), record(3, 0xbfc0_0000, 'the reset vector of MIPS'), record(6, 2), record(7, 0xbfc0_0000)),
    note: 'Two runs of memory far apart, no header.',
  },
  'number-of-records-wrong': { input: bytes(header, two, record(5, 3), record(9, 0)), note: 'A record of data is missing, or was taken out: the count is wrong.' },
  'wrong-checksum': { input: bytes(header, two, record(1, 0x11b, 'bent', 4), record(9, 0)), note: 'The data is given with what stands there, and the line is named.' },
  'binary-behind': { input: bytes(header, two, record(9, 0), noise(200, 5)), note: 'Bytes behind the text stay unexplained.' },
  'cut-short': { input: bytes(header, two).subarray(0, 60), note: 'Cut inside the first record of data.' },
  'reserved-kind': { input: bytes(header, two, `S4${bytes([3], be16(0), [0xfc]).toString('hex')}\n`, 'S1\n', 'S10\n', 'S102000\n', record(9, 0)), note: 'Lines of a reserved kind, and too short ones, are no records.' },
  'words-with-s': { input: bytes('S1 stands for the first station\nS2 for the second\n'), note: 'The look-alike: text whose lines begin like records.' },
});
