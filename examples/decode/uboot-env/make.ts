// node examples/decode/uboot-env/make.ts: writes the inputs field by field.
import { crc32 } from 'node:zlib';
import { be32, bytes, le32, noise, patched, writeCases, zeros } from '../../craft.ts';

const SIZE = 1024;

const VARIABLES = [
  'baudrate=115200',
  'bootargs=console=ttyS0,115200 root=/dev/mtdblock2 rootfstype=jffs2 mtdparts=spi0.0:256k(boot),64k(env),-(root)',
  'bootcmd=bootm 0x9f050000',
  'bootdelay=1',
  'ethaddr=00:00:5e:00:53:01',
  'ipaddr=192.0.2.1',
  'serverip=192.0.2.2',
  'update=tftp 0x80060000 image.bin && erase 0x9f050000 +$filesize && cp.b $fileaddr 0x9f050000 $filesize',
];

interface Wishes {
  readonly variables?: readonly string[];
  /** Of a redundant copy. */
  readonly flag?: number;
  readonly isBig?: boolean;
  /** What follows the variables. */
  readonly fill?: number;
}

function environment({ variables = VARIABLES, flag, isBig = false, fill = 0 }: Wishes = {}): Buffer {
  const marked = flag === undefined ? [] : [flag];
  const list = bytes(...variables.map((variable) => `${variable}\0`), [0]);
  const room = Buffer.alloc(SIZE - 4 - marked.length - list.length, fill);
  const data = bytes(list, room);
  return bytes(isBig ? be32(crc32(data)) : le32(crc32(data)), marked, data);
}

/** One whose checksum, as stored, is made of letters. */
function lettered(): Buffer {
  for (let tries = 0; ; tries++) {
    const made = environment({ variables: [...VARIABLES, `tries=${tries}`] });
    if (/^[A-Za-z]{4}$/.test(made.toString('latin1', 0, 4))) return made;
  }
}

const erased = (length: number) => Buffer.alloc(length, 0xff);

const CASES: Readonly<Record<string, readonly [note: string, input: Uint8Array]>> = {
  plain: ['Eight variables, filled up with zeros.', environment()],
  'big-endian': ['The processor wrote the checksum in its own byte order; erased flash behind the variables.', environment({ isBig: true, fill: 0xff })],
  'two-copies-in-flash': [
    'Boot code, two redundant copies of which the second is active, other data: both are found by what stands inside them.',
    bytes(
      ...[noise(512, 3), erased(512), environment({ flag: 0, variables: ['bootcmd=run old', 'bootdelay=5'] }), erased(1024)],
      ...[environment({ flag: 1 }), erased(512), noise(200, 4)],
    ),
  ],
  'checksum-like-text': [
    'Zeros stand before the environment, and its checksum is made of letters: the text seems to begin four bytes early.',
    bytes(zeros(256), lettered(), erased(256)),
  ],
  'a-value-names-the-mark': [
    'The only mark stands in the value of another variable.',
    bytes(erased(64), environment({ variables: ['aaa=setenv bootcmd=x', 'bbb=1'] })),
  ],
  'value-changed': ['One bit of a value is turned: the checksum is wrong and U-Boot would not take it.', patched(environment(), 140, [0x31])],
  'built-into-the-loader': [
    'The same list as the loader itself carries it for want of another: no checksum, so it is not this.',
    bytes(noise(256, 5), environment().subarray(4, 700), noise(256, 6)),
  ],
  'no-end': ['The list goes on to the end of the bytes.', environment().subarray(0, 300)],
  'name-with-spaces': [
    'The checksum is right, but the first text has no name before its equals sign.',
    environment({ variables: ['not a name=1', 'bootcmd=x'] }),
  ],
  'marks-without-end': ['A mark every ten bytes, none of them in an environment.', Buffer.from('bootcmd=x\xff'.repeat(400), 'latin1')],
};

writeCases(
  import.meta.dirname,
  '../make.ts',
  Object.fromEntries(Object.entries(CASES).map(([name, [note, input]]) => [name, { note, input }])),
);
