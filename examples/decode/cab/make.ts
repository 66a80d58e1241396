// node examples/decode/cab/make.ts: writes cabinets field by field, as [MS-CAB] lays them out.
import { deflateRawSync } from 'node:zlib';
import { bytes, le16, le32, noise, type Part, patched, writeCases } from '../../craft.ts';

const BLOCK = 32 * 1024;

function sum(given: Uint8Array, start = 0): number {
  let all = start;
  const whole = given.length - (given.length % 4);
  for (let i = 0; i < whole; i += 4) all ^= Buffer.from(given).readUInt32LE(i);
  const rest = [...given.subarray(whole)].reduce((value, byte) => value * 256 + byte, 0);
  return (all ^ rest) >>> 0;
}

/** A block with its header.
 *  @param stated  bytes that it says it gives */
function block(packed: Buffer, stated: number, isSummed = true): Buffer {
  const sizes = bytes(le16(packed.length), le16(stated));
  return bytes(le32(isSummed ? sum(sizes, sum(packed)) : 0), sizes, packed);
}

interface Folder {
  readonly method: number;
  readonly blocks: readonly Buffer[];
}

/** Content in blocks; those of MSZIP reach back into the ones before. */
function folder(method: number, content: Part): Folder {
  const all = bytes(content);
  const blocks: Buffer[] = [];
  for (let at = 0; at < all.length; at += BLOCK) {
    const plain = all.subarray(at, at + BLOCK);
    const dictionary = all.subarray(Math.max(0, at - BLOCK), at);
    const packed = method === 1 ? bytes('CK', deflateRawSync(plain, at === 0 ? {} : { dictionary })) : plain;
    blocks.push(block(packed, plain.length, at % (2 * BLOCK) === 0));
  }
  return { method, blocks };
}

interface File {
  readonly name: string;
  readonly size: number;
  readonly from: number;
  readonly folder?: number;
  readonly attributes?: number;
}

interface Options {
  readonly flags?: number;
  readonly links?: Buffer;
  readonly size?: number;
}

function cabinet(folders: readonly Folder[], files: readonly File[], { flags = 0, links = bytes(), size }: Options = {}): Buffer {
  const list = files.map(({ name, size: length, from, folder: number = 0, attributes = 0x20 }) =>
    bytes(le32(length), le32(from), le16(number), le16(0x5d7c), le16(0x6a40), le16(attributes), Buffer.from(name), [0]),
  );
  const filesAt = 36 + links.length + folders.length * 8;
  let at = filesAt + list.reduce((all, { length }) => all + length, 0);
  const entries = folders.map(({ method, blocks }) => {
    const entry = bytes(le32(at), le16(blocks.length), le16(method));
    at += blocks.reduce((all, { length }) => all + length, 0);
    return entry;
  });
  const header = bytes('MSCF', le32(0), le32(size ?? at), le32(0), le32(filesAt), le32(0), [3, 1], le16(folders.length), le16(files.length), le16(flags), le16(0x1234), le16(0));
  return bytes(header, links, ...entries, ...list, ...folders.flatMap(({ blocks }) => blocks));
}

const text = Array.from({ length: 2000 }, (_, i) => `line ${i} of a driver’s settings\n`).join('');
const long = Buffer.from(text);
const two: readonly File[] = [
  { name: 'driver\\settings.inf', size: long.length, from: 0 },
  { name: 'größe.txt', size: 5, from: long.length, attributes: 0xa0 },
  { name: 'nothing', size: 0, from: long.length + 5 },
];
const zipped = cabinet([folder(1, bytes(long, 'small'))], two);
const stored = cabinet([folder(0, bytes('first file', 'second'))], [
  { name: 'first', size: 10, from: 0 },
  { name: 'second', size: 6, from: 10 },
]);
const small: readonly File[] = [{ name: 'first', size: 10, from: 0 }];

writeCases(import.meta.dirname, '../make.ts', {
  stored: { input: stored, note: 'One folder as it is, two files.' },
  mszip: { input: zipped, note: 'Blocks of MSZIP that reach back into the one before, a folder in a name, a name in UTF-8, an empty file.' },
  'two-folders-inside': {
    input: bytes(noise(300), cabinet([folder(1, 'first file'), folder(0, 'second')], [...small, { name: 'second', size: 6, from: 0, folder: 1 }]), noise(200, 2)),
    note: 'Two folders, inside other bytes: the size in the header tells where the cabinet ends.',
  },
  lzx: {
    input: cabinet([{ method: 0x1503, blocks: [block(noise(200), 600)] }, folder(0, 'in the open')], [{ name: 'closed', size: 600, from: 0 }, { name: 'open', size: 11, from: 0, folder: 1 }]),
    note: 'A folder that is compressed with LZX is listed and named as a gap; the other one is read.',
  },
  'one-of-a-set': {
    input: cabinet([folder(0, 'first file')], [...small, { name: 'continued', size: 900, from: 10, folder: 0xfffe }], { flags: 2, links: bytes('data2.cab\0', 'Disk 2\0') }),
    note: 'The second file ends in the next cabinet of the set.',
  },
  'checksum-changed': { input: patched(zipped, zipped.length - 40, [1, 2, 3]), note: 'The last block does not match its checksum: the files behind it have no content.' },
  'spare-bytes': { input: cabinet([folder(0, 'first file, and bytes that no file has')], small), note: 'The folder gives more than its files have; the bytes are counted.' },
  'shared-content': { input: cabinet([folder(0, 'first file')], [...small, { name: 'again', size: 8, from: 2 }]), note: 'Two files share bytes: only the first is given.' },
  'cut-short': { input: zipped.subarray(0, zipped.length - 500), note: 'The last block is not all there.' },
  'offsets-too-large': {
    input: cabinet([folder(0, 'first file')], [{ name: 'first', size: 0xffff_ffff, from: 0 }, { name: 'second', size: 4, from: 0xffff_fff0 }, { name: 'third', size: 1, from: 0, folder: 9 }], { size: 0xffff_fff0 }),
    note: 'Sizes, places and numbers that lead nowhere.',
  },
  'mark-alone': { input: bytes(noise(64), 'MSCF\0\0\0\0', noise(100, 3)), note: 'The look-alike: a program that knows the mark.' },
});
