// node examples/decode/huawei-hwnp/make.ts: writes the inputs as HuaweiFirmwareTool would.
import { crc32 } from 'node:zlib';
import { be32, bytes, field, le16, le32, type Part, patched, writeCases, zeros } from '../../craft.ts';

type Item = readonly [path: string, section: string, data: Part, policy: number];

/** @param apart  bytes between the items */
function pack(items: readonly Item[], apart = 0): Buffer {
  const products = field('494|4B4|534|;COMMON|', 64);
  let at = 36 + products.length + items.length * 360;
  const heads = items.map(([path, section, data, policy], i) => {
    const body = bytes(data);
    const words = [i, crc32(body), at, body.length].map(le32);
    at += body.length + apart;
    return bytes(...words, field(path, 256), field(section, 16), field('', 64), le32(policy), zeros(4));
  });
  const bodies = items.map(([, , data]) => bytes(data, zeros(apart)));
  const tail = bytes(le32(items.length), [0, 0], le16(products.length), le32(360), zeros(4), products, ...heads);
  const head = bytes(le32(36 + products.length + items.length * 360), le32(crc32(tail)), tail, ...bodies);
  return bytes('HWNP', be32(12 + head.length - 0x4c), le32(crc32(head)), head);
}

const items: readonly Item[] = [
  ['file:/var/UpgradeCheck.xml', 'UPGRDCHECK', '<upgradecheck></upgradecheck>', 0],
  ['flash:kernel', 'KERNEL', 'the kernel would stand here', 2],
  ['flash:rootfs', 'ROOTFS', 'and here the root file system', 2],
];
const whole = pack(items);

writeCases(import.meta.dirname, '../make.ts', {
  package: { input: bytes(whole, 'behind'), note: 'Three items with right checksums; what follows the package stays.' },
  'filled-between': { input: pack(items, 4), note: 'Zeros between the items.' },
  changed: { input: patched(whole, whole.indexOf('the kernel'), 'T'), note: 'One item was changed: its checksum and that of the whole are wrong.' },
  'cut-short': { input: whole.subarray(0, whole.length - 10), note: 'The last item is cut short: it is not given.' },
  'items-without-content': {
    input: pack(Array.from({ length: 12 }, (_, i): Item => [`flash:part${i}`, 'X', i === 0 ? 'the data of all of them' : '', 0])),
    note: 'Eleven of twelve items have no content.',
  },
  'items-in-the-header': { input: patched(whole, 36 + 64 + 8, le32(10)), note: 'The look-alike: an item whose data lies in the header is none.' },
  'mark-alone': { input: bytes('HWNP is how such packages begin, and nothing more'), note: 'The look-alike: the mark in a text.' },
});
