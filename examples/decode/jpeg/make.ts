// node examples/decode/jpeg/make.ts: writes the inputs, segment by segment; the tables are laid out right, the picture is none.
import { be16, bytes, type Part, writeCases, zeros } from '../../craft.ts';

const segment = (marker: number, data: Part) => bytes([0xff, marker], be16(bytes(data).length + 2), data);
const JFIF = segment(0xe0, bytes('JFIF\0', [1, 1, 0, 0, 1, 0, 1, 0, 0]));
const TABLES = bytes(segment(0xdb, zeros(65)), segment(0xc4, bytes([0, 1], zeros(15), [0])));
const FRAME = segment(0xc0, bytes([8], be16(2), be16(3), [1, 1, 0x11, 0]));
const SCAN = bytes(segment(0xda, [1, 1, 0, 0, 63, 0]), [0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]);
const END = [0xff, 0xd9];
const picture = bytes([0xff, 0xd8], JFIF, TABLES, FRAME, SCAN, END);

writeCases(import.meta.dirname, '../make.ts', {
  'one-scan': { input: picture, note: 'Stuffed bytes and a restart marker belong to the compressed data.' },
  'two-scans': {
    input: bytes([0xff, 0xd8], segment(0xe1, 'Exif\0\0MM'), segment(0xfe, 'by hand'), FRAME, SCAN, TABLES, SCAN, [0xff, 0xff], END),
    note: 'Tables between two scans, fill bytes before the last marker, Exif and a comment.',
  },
  'program-behind-the-end': { input: bytes(picture, '\x7fELF and so on'), note: 'What follows the end marker stays unexplained.' },
  'unknown-application-segment': {
    input: bytes([0xff, 0xd8], segment(0xe9, 'what this is for, nobody says'), TABLES, FRAME, SCAN, END),
    note: 'The data of an application segment without a known name stays unexplained.',
  },
  'cut-short': { input: picture.subarray(0, -4), note: 'The compressed data has no end.' },
  'mark-alone': { input: bytes([0xff, 0xd8, 0xff], 'and then something else'), note: 'The look-alike: the mark stands there, but no segment.' },
  'no-picture': { input: bytes([0xff, 0xd8], JFIF, END), note: 'The look-alike: segments, but neither frame nor scan.' },
});
