// node examples/decode/sfnt/make.ts: writes the inputs as the standard lays them out; the glyphs are none.
import { be16, be32, bytes, padded, patched, writeCases } from '../../craft.ts';

function sumOf(body: Buffer): number {
  let sum = 0;
  for (let at = 0; at < body.length; at += 4) sum = (sum + body.readUInt32BE(at)) % 2 ** 32;
  return sum;
}

function font(tables: Readonly<Record<string, string>>): Buffer {
  const bodies = Object.entries(tables).map(([tag, text]) => ({ tag, text, body: padded(text, 4) }));
  let at = 12 + 16 * bodies.length;
  const list = bodies.map(({ tag, text, body }) => {
    const entry = bytes(tag, be32(sumOf(body)), be32(at), be32(text.length));
    at += body.length;
    return entry;
  });
  return bytes(be32(0x00010000), be16(bodies.length), be16(0), be16(0), be16(0), ...list, ...bodies.map(({ body }) => body));
}

const TABLES = { cmap: 'characters', glyf: 'glyphs', head: 'head1234\0\0\0\0' };
const plain = font(TABLES);

writeCases(import.meta.dirname, '../make.ts', {
  'three-tables': { input: bytes(plain, 'more'), note: 'All checksums are right; what follows the last table stays unexplained.' },
  'unknown-table': { input: font({ ...TABLES, vndr: 'what this is for, nobody says' }), note: 'A table that no standard knows stays unexplained.' },
  'table-changed': { input: patched(plain, 62, 'X'), note: 'A table does not match its checksum; the fact says how many do.' },
  'table-leaves-the-font': { input: plain.subarray(0, -8), note: 'The last table is not whole.' },
  'small-numbers': { input: bytes(be32(0x00010000), be16(3), Buffer.alloc(80, 0x20)), note: 'The look-alike: the mark stands there, but no font has such tables.' },
});
