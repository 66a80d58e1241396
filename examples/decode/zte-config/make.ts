// node examples/decode/zte-config/make.ts: writes the inputs as ZTE's gateways would.
import { crc32, deflateSync } from 'node:zlib';
import { be32, bytes, noise, type Part, patched, writeCases, zeros } from '../../craft.ts';

const XML = '<DB><Tbl name="DevAuthInfo" RowCount="1"><Row No="0"><DM name="User" val="admin"/></Row></Tbl></DB>\n';

function chunks(...given: readonly Part[]): { stored: Buffer; sum: number } {
  let at = 60;
  let sum = 0;
  const stored = given.map((part, i) => {
    const packed = deflateSync(bytes(part));
    sum = crc32(packed, sum);
    at += 12 + packed.length;
    return bytes(be32(bytes(part).length), be32(packed.length), be32(i === given.length - 1 ? 0 : at), packed);
  });
  return { stored: bytes(...stored), sum };
}

function compressed(...given: readonly Part[]): Buffer {
  const { stored, sum } = chunks(...given);
  const header = bytes(...[0x01020304, 0, bytes(...given).length, 60 + stored.length, 65_536, sum].map(be32));
  return bytes(header, be32(crc32(header)), zeros(32), stored);
}

const encrypted = bytes(...[0x01020304, 4, 0, 0, 0, 0].map(be32), zeros(36), be32(90), be32(96), be32(0), noise(96));
const signed = (payload: Buffer) => bytes(be32(0x04030201), be32(0), be32(12), 'ZXHN EXAMPLE', payload);
const outer = (inner: Buffer) =>
  bytes(...[0x99999999, 0x44444444, 0x55555555, 0xaaaaaaaa, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 64, 1, 128, inner.length].map(be32), zeros(52), inner);

const plain = compressed(XML, XML);

writeCases(import.meta.dirname, '../make.ts', {
  compressed: { input: plain, note: 'Two chunks, both checksums right.' },
  'with-model': { input: outer(signed(plain)), note: 'A header in front of all, and the model.' },
  encrypted: { input: signed(encrypted), note: 'An encrypted configuration is not opened; the reason names the cipher.' },
  changed: { input: patched(plain, plain.length - 3, [0]), note: 'The last chunk was changed: nothing is given.' },
  'cut-short': { input: plain.subarray(0, plain.length - 20), note: 'The last chunk leaves the file.' },
  'chunk-of-a-gigabyte': { input: patched(plain, 60, be32(0x40000000)), note: 'A chunk that says it is a gigabyte.' },
  'mark-alone': { input: bytes([1, 2, 3, 4, 0, 0, 0, 9], zeros(100)), note: 'The look-alike: the mark, but no kind of payload that is known.' },
});
