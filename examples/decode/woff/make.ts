// node examples/decode/woff/make.ts: writes the inputs as the W3C lays them out; the glyphs are none.
import { brotliCompressSync, deflateSync } from 'node:zlib';
import { be16, be32, bytes, padded, patched, writeCases, zeros } from '../../craft.ts';

const TABLE = Buffer.from('glyphs '.repeat(40));

function first(): Buffer {
  const packed = deflateSync(TABLE);
  const size = 44 + 40 + padded(packed, 4).length + 8;
  return bytes(
    'wOFF',
    be32(0x00010000),
    be32(size),
    be16(2),
    be16(0),
    be32(1000),
    zeros(24),
    bytes('glyf', be32(84), be32(packed.length), be32(TABLE.length), be32(0)),
    bytes('head', be32(84 + padded(packed, 4).length), be32(8), be32(8), be32(0)),
    padded(packed, 4),
    'head8888',
  );
}

function second(): Buffer {
  const packed = brotliCompressSync(bytes(TABLE, 'head8888'));
  // flags: transformation 3 (none) of glyf; then head, which is never transformed
  const list = bytes([10 | 0xc0, 0x80 | (TABLE.length >> 7), TABLE.length & 127], [1, 8]);
  const size = padded(bytes(zeros(48), list, packed), 4).length;
  const head = bytes('wOF2', be32(0x00010000), be32(size), be16(2), be16(0), be32(1000), be32(packed.length), zeros(24));
  return padded(bytes(head, list, packed), 4);
}

writeCases(import.meta.dirname, '../make.ts', {
  'one-packed-table': { input: first(), note: 'One table packed, one stored as it is.' },
  'second-version': { input: bytes(second(), 'more'), note: 'All tables in one stream; what follows the font stays unexplained.' },
  'table-changed': { input: patched(first(), 90, 'XXXX'), note: 'A table does not unpack.' },
  'cut-short': { input: second().subarray(0, -8), note: 'The font is shorter than it says.' },
  'mark-alone': { input: bytes('wOFF', Buffer.alloc(60, 0x41)), note: 'The look-alike: the mark stands there, but no directory.' },
});
