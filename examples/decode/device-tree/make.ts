// node examples/decode/device-tree/make.ts: writes the inputs as the compiler dtc would.
import { be32, bytes, noise, patched, writeCases } from '../../craft.ts';
import { blob, cells, texts } from './blob.ts';

const table = {
  name: 'partitions',
  values: { compatible: texts('fixed-partitions'), '#address-cells': cells(1), '#size-cells': cells(1) },
  inside: [
    { name: 'partition@0', values: { label: texts('u-boot'), reg: cells(0, 0x30000), 'read-only': '' } },
    { name: 'partition@30000', values: { label: texts('firmware'), reg: cells(0x30000, 0xfd0000) } },
  ],
};

const router = blob(
  {
    name: '',
    values: { model: texts('Example router'), compatible: texts('example,router', 'example,soc'), odd: [1, 2, 3] },
    inside: [
      { name: 'chosen', values: { bootargs: texts('console=ttyS0,115200 root=/dev/mtdblock2 init=/sbin/init') } },
      { name: 'flash@0', inside: [table] },
    ],
  },
  { reserved: [0x1000, 0x2000] },
);

const loader = blob({
  name: '',
  inside: [
    {
      name: 'signature',
      inside: [
        {
          name: 'key-dev',
          values: { required: texts('conf'), algo: texts('sha256,rsa2048'), 'rsa,num-bits': cells(2048), 'rsa,modulus': noise(256) },
        },
      ],
    },
  ],
});

const calibrated = blob({ name: '', values: { model: texts('radio') }, inside: [{ name: 'wifi@0', values: { calibration: noise(1500) } }] });
const hidden = blob({ name: '', values: { model: texts('gap') } }, { gap: bytes('something that no block holds...') });
const named = blob({ name: '', values: { 'x" = "y"; };\n/ { z': cells(1) } });
const flat = blob({ name: '', values: { model: texts('deep') }, inside: [{ name: 'a' }] });

writeCases(import.meta.dirname, '../make.ts', {
  router: { input: bytes(router, 'behind'), note: 'Model, boot arguments, memory reservations and partitions; what follows the tree stays.' },
  'version-16': { input: blob({ name: '', values: { model: texts('old') } }, { version: 16 }), note: 'Version 16: the size of the structure block is not stated.' },
  'boot-loader-keys': { input: loader, note: 'The tree of a boot loader with the key that it checks configurations with.' },
  'large-value': { input: calibrated, note: 'A value above 1 KiB is a file of its own, which the source text names.' },
  'bytes-between-blocks': { input: hidden, note: 'Bytes between the blocks belong to nothing: they stay unexplained.' },
  'name-that-pretends': { input: named, note: 'The name of a property looks like source text. It is written so that it cannot pretend to be a node.' },
  'cut-short': { input: router.subarray(0, 200), note: 'The header promises more than there is: nothing but facts is given.' },
  'node-without-end': { input: patched(flat, flat.indexOf(bytes(be32(2), be32(2))), be32(4)), note: 'A node that never ends: what stands before is given.' },
  'value-beyond-the-block': { input: patched(flat, 68, be32(0x7fffffff)), note: 'The first value says that it is larger than everything.' },
  'mark-alone': { input: bytes([0xd0, 0x0d, 0xfe, 0xed], noise(60)), note: 'The look-alike: the mark, but numbers that no header has.' },
});
