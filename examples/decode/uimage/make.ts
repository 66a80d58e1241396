// node examples/decode/uimage/make.ts: writes the inputs as U-Boot's mkimage would.
import { crc32 } from 'node:zlib';
import { be32, bytes, field, padded, patched, type Part, writeCases, zeros } from '../../craft.ts';

/** @param numbers  system, processor, type, compression */
function image(name: Part, numbers: readonly number[], data: Part, mark = 0x27051956): Buffer {
  const body = bytes(data);
  const fixed = [be32(1_600_000_000), be32(body.length), be32(0x80010000), be32(0x80010000), be32(crc32(body))];
  const header = bytes(be32(mark), zeros(4), ...fixed, numbers, field(name, 32));
  return bytes(patched(header, 4, be32(crc32(header))), body);
}

const KERNEL = [5, 5, 2, 3];
const SEVERAL = [5, 2, 4, 0];
const SCRIPT = [5, 2, 6, 0];

const kernel = image('Linux-3.10.14', KERNEL, 'the kernel would stand here, compressed');
const parts = ['kernel', 'memory disk', 'tree'];

writeCases(import.meta.dirname, '../make.ts', {
  kernel: { input: bytes(kernel, 'HSQS'), note: 'One image; what follows it belongs to another format and stays.' },
  'several-images': {
    input: image('Multi', SEVERAL, bytes(...parts.map(({ length }) => be32(length)), be32(0), ...parts.map((part) => padded(part, 4)))),
    note: 'Three images behind a list of their sizes, each filled up to four bytes.',
  },
  script: {
    input: image('boot script', SCRIPT, bytes(be32(9), be32(0), 'bootm ${a}')),
    note: 'A script is a list of one; the byte behind the stated size stays unexplained.',
  },
  'list-does-not-fit': {
    input: image('Multi', SEVERAL, bytes(be32(0xffffffff), be32(0), 'data')),
    note: 'The list of sizes does not fit the data: the data is given as one.',
  },
  'data-changed': {
    input: patched(kernel, 70, 'KERNEL'),
    note: 'The data does not match its checksum. It is given all the same; the fact says so.',
  },
  'data-cut-short': {
    input: kernel.subarray(0, 80),
    note: 'The header is whole, the data is not: nothing is given, the rest is a gap.',
  },
  'mark-of-a-vendor': {
    input: bytes('boot', image('kernel', [5, 5, 2, 1], 'the kernel', 0x83800000)),
    note: 'A vendor changed the mark; the numbers of a kernel stand where they belong and the checksum is right.',
  },
  'bytes-behind-the-name': {
    input: image(bytes('RT-AC', [0, 3, 0, 0, 4]), KERNEL, 'the kernel'),
    note: 'Bytes behind the name of the image are stated: vendors keep versions there, and nobody shows them.',
  },
  'numbers-of-a-kernel': {
    input: bytes(zeros(28), [5, 5, 2, 3], zeros(64)),
    note: 'The look-alike: the numbers of a kernel, but no header matches its checksum.',
  },
  'header-changed': {
    input: patched(kernel, 32, 'l'),
    note: 'The look-alike: the mark stands there, but the header does not match its own checksum.',
  },
});
