// node examples/decode/gzip/make.ts: writes the inputs, headers and trailers by hand around DEFLATE of zlib.
import { crc32, deflateRawSync } from 'node:zlib';
import { bytes, le16, le32, noise, type Part, patched, writeCases, zeros } from '../../craft.ts';

const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const FHCRC = 2;

const TEXT = Array.from({ length: 120 }, (_, i) => `line ${i} of a file that was compressed\n`).join('');
const OTHER = 'a second file, much shorter\n';

const head = (flags: number, ...fields: readonly Part[]) =>
  bytes([0x1f, 0x8b, 8, flags], le32(flags === 0 ? 0 : 1_700_000_000), [0, 3], ...fields);

/** DEFLATE, CRC and size. */
const body = (text: string) => bytes(deflateRawSync(text), le32(crc32(text)), le32(text.length));

const named = bytes(head(FNAME, 'etc/banner.txt\0'), body(TEXT));
const full = head(FEXTRA | FNAME | FCOMMENT, le16(6), 'Ap', le16(2), 'xy', 'caf\xe9.txt\0', 'written by hand\0');
const checked = bytes(patched(full, 3, [FEXTRA | FNAME | FCOMMENT | FHCRC]));

writeCases(import.meta.dirname, '../make.ts', {
  'name-with-a-folder': { input: named, note: 'The name in the header is kept as stored, with its folder.' },
  'every-field': {
    input: bytes(checked, le16(crc32(checked) & 0xffff), body(TEXT)),
    note: 'Extra part, a name that is not UTF-8, a comment and a checksum of the header.',
  },
  'two-members-of-one-content': {
    input: bytes(head(0), body(TEXT), head(0), body(OTHER)),
    note: 'Members without a name are one content, as the tools give it.',
  },
  'two-names': {
    input: bytes(named, head(FNAME, 'second.txt\0'), body(OTHER), zeros(100)),
    note: 'A member with another name is a file of its own. The zeros behind are no part of the stream.',
  },
  'inside-other-bytes': {
    input: bytes(noise(1000), named, noise(600, 2)),
    note: 'A stream between bytes that look random; what is around it is not claimed.',
  },
  'content-changed': {
    input: patched(named, named.length - 8, le32(1)),
    note: 'The content unpacks but does not match its CRC: it is not given, the reason stands at its bytes.',
  },
  'cut-short': { input: named.subarray(0, 200), note: 'The stream ends early; the name is still known.' },
  'mark-alone': {
    input: bytes(noise(500), [0x1f, 0x8b, 8, 0], zeros(4), [0, 3], noise(800, 3)),
    note: 'The look-alike: a whole header inside other bytes, and no stream behind it.',
  },
});
