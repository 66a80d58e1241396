// node examples/decode/jffs2/make.ts: writes the inputs node by node, as Linux lays them out on flash.
import { crc32, deflateSync } from 'node:zlib';
import { bytes, field, noise, patched, writeCases } from '../../craft.ts';

/** CRC-32 begun with zero and not inverted at the end. */
const crc = (data: Uint8Array) => (crc32(data, 0xffffffff) ^ 0xffffffff) >>> 0;

type Order = 'little' | 'big';

function number(value: number, size: 1 | 2 | 4, order: Order): Buffer {
  const out = Buffer.alloc(size);
  if (order === 'little') out.writeUIntLE(value, 0, size);
  else out.writeUIntBE(value, 0, size);
  return out;
}

/** A node with its header, filled up to a multiple of four. */
function node(order: Order, type: number, body: Uint8Array): Buffer {
  const head = bytes(number(0x1985, 2, order), number(type, 2, order), number(12 + body.length, 4, order));
  const whole = bytes(head, number(crc(head), 4, order), body);
  return Buffer.concat([whole, Buffer.alloc(-whole.length & 3, 0xff)]);
}

const REGULAR = 0o100644;
const FOLDER = 0o040755;
const LINK = 0o120777;
const TYPES: Readonly<Record<number, number>> = { [REGULAR]: 8, [FOLDER]: 4, [LINK]: 10 };

interface Writer {
  /** Names something in a directory; inode 0 removes the name. */
  name(parent: number, version: number, inode: number, name: string, mode?: number): Buffer;
  /** Writes content at an offset of a file. */
  write(inode: number, version: number, mode: number, content: string | Uint8Array, at?: number, size?: number): Buffer;
  marker(): Buffer;
}

function writer(order: Order): Writer {
  const n = (value: number, size: 1 | 2 | 4 = 4) => number(value, size, order);
  return {
    name(parent, version, inode, name, mode = REGULAR) {
      const text = Buffer.from(name, 'latin1');
      const head = bytes(n(parent), n(version), n(inode), n(1_600_000_000), n(text.length, 1), n(TYPES[mode] ?? 0, 1), n(0, 2));
      // The checksum of the node is over its first 32 bytes, header included.
      const start = bytes(n(0x1985, 2), n(0xe001, 2), n(40 + text.length));
      const upTo = bytes(start, n(crc(start)), head).subarray(0, 32);
      return node(order, 0xe001, bytes(head, n(crc(upTo)), n(crc(text)), text));
    },
    write(inode, version, mode, content, at = 0, size) {
      const plain = Buffer.from(content as string, 'latin1');
      const packed = deflateSync(plain);
      const isPacked = packed.length < plain.length;
      const data = isPacked ? packed : plain;
      const head = bytes(
        ...[n(inode), n(version), n(mode), n(0, 2), n(100, 2), n(size ?? at + plain.length)],
        ...[n(1_600_000_000), n(1_600_000_001), n(1_600_000_002), n(at), n(data.length), n(plain.length)],
        ...[n(isPacked ? 6 : 0, 1), n(0, 1), n(0, 2), n(crc(data))],
      );
      const start = bytes(n(0x1985, 2), n(0xe002, 2), n(68 + data.length));
      const upTo = bytes(start, n(crc(start)), head).subarray(0, 60);
      return node(order, 0xe002, bytes(head, n(crc(upTo)), data));
    },
    marker: () => node(order, 0x2003, Buffer.alloc(0)),
  };
}

/** A small system: /bin/tool, /etc/passwd, /etc/link. */
function system(order: Order): Buffer {
  const w = writer(order);
  return bytes(
    w.marker(),
    w.name(1, 1, 2, 'bin', FOLDER),
    w.write(2, 1, FOLDER, ''),
    w.name(1, 2, 3, 'etc', FOLDER),
    w.write(3, 1, FOLDER, ''),
    w.name(2, 1, 4, 'tool'),
    w.write(4, 1, REGULAR, 'a page of text\n'.repeat(200)),
    w.write(4, 2, REGULAR, noise(500, 3), 3000),
    w.name(3, 1, 5, 'passwd'),
    w.write(5, 1, REGULAR, 'root:x:0:0:root:/root:/bin/sh\n'),
    w.name(3, 2, 6, 'link', LINK),
    w.write(6, 1, LINK, '../bin/tool'),
  );
}

/** Fills up an erase block. */
const block = (given: Uint8Array) => field(bytes(given, Buffer.alloc(4096 - given.length, 0xff)), 4096);

const w = writer('little');
const little = system('little');
const passwdAt = little.indexOf('root:x:0');

const CASES: Readonly<Record<string, readonly [note: string, input: Uint8Array]>> = {
  'little-endian': ['Directories, a file in two writes, a link.', block(little)],
  'big-endian': ['The same in the other byte order.', block(system('big'))],
  'file-removed': [
    'An account file was removed and its name taken by another; what the flash still holds is given as evidence.',
    block(
      bytes(
        w.marker(),
        w.name(1, 1, 2, 'passwd'),
        w.write(2, 1, REGULAR, 'support::0:0:root:/root:/bin/sh\n'),
        w.name(1, 2, 0, 'passwd'),
        w.name(1, 3, 3, 'passwd'),
        w.write(3, 1, REGULAR, 'root:x:0:0:root:/root:/bin/sh\n'),
      ),
    ),
  ],
  'content-replaced': [
    'The second write covers the first; the older content is given beside the file.',
    block(
      bytes(
        w.marker(),
        w.name(1, 1, 2, 'start.sh'),
        w.write(2, 1, REGULAR, '#!/bin/sh\ntelnetd -l /bin/sh -p 2323\n'),
        w.write(2, 2, REGULAR, '#!/bin/sh\nexit 0\n', 0, 17),
      ),
    ),
  ],
  'name-that-looks-like-evidence': [
    'A stored name ends as evidence of a removed file does: its @ is written as \\x40.',
    block(bytes(w.name(1, 1, 2, 'passwd@deleted'), w.write(2, 1, REGULAR, 'alive\n'))),
  ],
  'name-with-a-slash': [
    'A name that would read as several steps stays one step.',
    block(bytes(w.name(1, 1, 2, '../etc/passwd'), w.write(2, 1, REGULAR, 'x\n'))),
  ],
  'data-damaged': [
    'One byte of the data of /etc/passwd is wrong: the file has no content, the others do.',
    block(patched(little, passwdAt, 'R')),
  ],
  'directory-in-itself': [
    'A directory names itself; it is given once.',
    block(
      bytes(
        w.name(1, 1, 2, 'a', FOLDER),
        w.write(2, 1, FOLDER, ''),
        w.name(2, 1, 2, 'a', FOLDER),
        w.name(2, 2, 3, 'file'),
        w.write(3, 1, REGULAR, 'inside\n'),
      ),
    ),
  ],
  'size-of-gigabytes': [
    'A write of a few bytes states a file of 4 GB: more than so small an image may give.',
    block(bytes(w.name(1, 1, 2, 'big'), w.write(2, 1, REGULAR, 'few', 0, 0xffff_fff0))),
  ],
  'cut-short': ['The image ends within a node.', little.subarray(0, passwdAt + 4)],
  'mark-without-checksum': [
    'The two bytes every node begins with, in data that is none.',
    bytes(Buffer.from('8519022000000000', 'hex'), noise(200, 5)),
  ],
};

writeCases(
  import.meta.dirname,
  '../make.ts',
  Object.fromEntries(Object.entries(CASES).map(([name, [note, input]]) => [name, { note, input }])),
);
