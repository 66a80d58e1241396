// node examples/decode/bzimage/make.ts: writes the inputs as the build of the kernel would.
import { crc32, gzipSync } from 'node:zlib';
import { bytes, be32, field, le16, le32, noise, patched, writeCases, zeros } from '../../craft.ts';

const VERSION = '5.10.0 (builder@host) #1 SMP';

interface Wishes {
  readonly protocol?: number;
  readonly packed?: Uint8Array;
  readonly behind?: Uint8Array;
}

/** @param wishes  protocol; what stands in for the packed kernel and its size */
function image({ protocol = 0x20f, packed = gzipSync('the kernel'), behind = zeros(0) }: Wishes = {}): Buffer {
  const text = bytes(VERSION, [0]);
  const stub = bytes('code that unpacks', zeros(47));
  const body = bytes(stub, packed, behind, zeros(16 - ((stub.length + packed.length + behind.length + 4) % 16)), zeros(4));
  const header = bytes(
    [1], // sectors of the setup
    le16(1),
    le32(body.length / 16),
    zeros(6),
    le16(0xaa55),
    [0xeb, 0x66],
    'HdrS',
    le16(protocol),
    zeros(6),
    le16(0x100), // where the version stands, from the second sector on
    [0, 1], // loaded high
    zeros(34),
    [1], // relocatable
    zeros(3),
    le32(2047),
    zeros(12),
    le32(stub.length),
    le32(packed.length + behind.length),
    zeros(8),
    le32(0x1000000),
    zeros(4),
  );
  const setup = patched(field(bytes(zeros(0x1f1), header), 1024), 0x300, text);
  const whole = bytes(setup, body);
  return patched(whole, whole.length - 4, le32(~crc32(whole.subarray(0, -4)) >>> 0));
}

// each format of packed kernels but gzip has the size behind it
const lz4 = bytes([0x02, 0x21, 0x4c, 0x18], le32(12), [0xa0], 'the kernel');

writeCases(import.meta.dirname, '../make.ts', {
  gzip: { input: bytes(image(), 'behind'), note: 'A kernel packed with gzip; what follows the image stays.' },
  lz4: { input: image({ packed: lz4, behind: le32(10) }), note: 'A kernel packed with LZ4, with its size behind it.' },
  'before-2.08': { input: image({ protocol: 0x203 }), note: 'The header does not say where the packed kernel is. The boot code is claimed; a format of its own finds gzip in it.' },
  changed: { input: patched(image(), 1030, [0]), note: 'The boot code was changed: the checksum does not match.' },
  'cut-short': { input: image().subarray(0, 1080), note: 'The packed kernel leaves the file: only the setup is claimed.' },
  'payload-beyond-the-image': { input: patched(image(), 0x24c, be32(0xffffffff)), note: 'The length of the packed kernel is larger than the image: not recognised.' },
  'mark-alone': { input: patched(noise(1100), 0x202, 'HdrS'), note: 'The look-alike: the mark stands where it belongs, nothing else does.' },
});
