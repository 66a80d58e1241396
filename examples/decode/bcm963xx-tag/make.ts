// node examples/decode/bcm963xx-tag/make.ts: writes the inputs as Broadcom's tool would.
import { crc32 } from 'node:zlib';
import { be32, bytes, field, type Part, patched, writeCases, zeros } from '../../craft.ts';

const sum = (part: Part) => be32(~crc32(bytes(part)) >>> 0);

interface Wishes {
  readonly loader?: string;
  readonly rootAt?: number;
  readonly kernelAt?: number;
}

const ROOT = 'the root file system would stand here';
const KERNEL = 'and here the kernel';

function image({ loader = '', rootAt = 0xbfc10100, kernelAt = 0xbfc10100 + ROOT.length }: Wishes = {}): Buffer {
  const inOrder = rootAt < kernelAt ? [ROOT, KERNEL] : [KERNEL, ROOT];
  const body = bytes(loader, ...inOrder);
  const numbers = [
    field(String(body.length), 10),
    field(loader === '' ? '0' : String(0xbfc00000), 12),
    field(String(loader.length), 10),
    field(String(rootAt), 12),
    field(String(rootAt === kernelAt ? body.length : ROOT.length), 10),
    field(String(kernelAt), 12),
    field(String(KERNEL.length), 10),
  ];
  const words = [field('6', 4), field('Broadcom Corporatio', 20), field('ver. 2.0', 14), field('6358', 6), field('96358GW', 16), field('1', 2)];
  const sums = [sum(body), sum(ROOT), sum(KERNEL)];
  const tag = bytes(...words, ...numbers, zeros(4 + 20), field('build 1', 30), zeros(4 + 4 + 16), ...sums, zeros(8));
  return bytes(tag, sum(tag), zeros(16), body);
}

const stock = image();

writeCases(import.meta.dirname, '../make.ts', {
  stock: { input: bytes(stock, 'behind'), note: 'Root file system, then kernel, as vendors order them; what follows stays.' },
  'with-loader': { input: image({ loader: 'the boot loader' }), note: 'A boot loader in front of both.' },
  'kernel-first': { input: image({ rootAt: 0xbfc20100, kernelAt: 0xbfc10100 }), note: 'The addresses say that the kernel stands first.' },
  'one-address': { input: image({ rootAt: 0xbfc10100, kernelAt: 0xbfc10100 }), note: 'Both have one address, as OpenWrt writes it: the kernel is first, the rest is the root file system.' },
  changed: { input: patched(stock, 260, '!'), note: 'The root file system was changed: its checksum and that of the image are wrong.' },
  'tag-changed': { input: patched(stock, 44, 'X'), note: 'The tag was changed: its checksum is wrong, which is stated at the beginning of an artefact.' },
  'tag-changed-inside': { input: bytes('in front ', patched(stock, 44, 'X')), note: 'The look-alike: inside other bytes a tag with a wrong checksum is none.' },
  'cut-short': { input: stock.subarray(0, 300), note: 'The kernel is cut short: it is not given.' },
});
