// node examples/decode/fit/make.ts: writes the inputs as U-Boot's mkimage would.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { be32, bytes, noise, padded, type Part, patched, writeCases } from '../../craft.ts';
import { type Branch, blob, cells, texts } from '../device-tree/blob.ts';

const sha256 = (part: Part) => createHash('sha256').update(bytes(part)).digest();

const kernel = bytes('the kernel would stand here, compressed');
const tree = bytes('and here the device tree');

const hashes = (part: Part): readonly Branch[] => [
  { name: 'hash-1', values: { algo: texts('sha256'), value: sha256(part) } },
  { name: 'hash-2', values: { algo: texts('crc32'), value: be32(crc32(bytes(part))) } },
];

const signed = { algo: texts('sha256,rsa2048'), 'key-name-hint': texts('dev'), value: noise(256) };

function image(name: string, data: Readonly<Record<string, Part>>, inside: readonly Branch[]): Branch {
  const words = { type: texts('kernel'), os: texts('linux'), arch: texts('arm64'), compression: texts('lzma') };
  return { name, values: { ...data, ...words, load: cells(0x80000), entry: cells(0x80000) }, inside };
}

const configurations = {
  name: 'configurations',
  values: { default: texts('config-1') },
  inside: [{ name: 'config-1', values: { kernel: texts('kernel-1'), fdt: texts('fdt-1') }, inside: [{ name: 'signature-1', values: signed }] }],
};

const file = (...images: readonly Branch[]) =>
  blob({
    name: '',
    values: { timestamp: cells(1_600_000_000), description: texts('example') },
    inside: [{ name: 'images', inside: images }, configurations],
  });

const inline = file(image('kernel-1', { data: kernel }, hashes(kernel)), image('fdt-1', { data: tree }, hashes(tree)));
const places = (at: number, part: Buffer) => ({ 'data-offset': cells(at), 'data-size': cells(part.length) });
const external = bytes(
  padded(file(image('kernel-1', places(0, kernel), hashes(kernel)), image('fdt-1', places(40, tree), hashes(tree))), 4),
  padded(kernel, 4),
  tree,
);
const cipher = { name: 'cipher', values: { algo: texts('aes256'), 'key-name-hint': texts('vendor') } };

writeCases(import.meta.dirname, '../make.ts', {
  inline: { input: inline, note: 'Two images inside the tree, both with the right hashes, and a configuration that is signed.' },
  external: { input: bytes(external, 'behind'), note: 'The same two images behind the tree, as mkimage -E writes them; what follows stays.' },
  changed: { input: patched(inline, inline.indexOf('kernel would'), 'K'), note: 'One byte of the kernel was changed: its hashes are wrong. It is given all the same.' },
  encrypted: { input: file(image('kernel-1', { data: noise(96) }, [cipher])), note: 'An encrypted image is not given; the reason names cipher and key.' },
  'external-cut-short': { input: external.subarray(0, external.length - 8), note: 'The second image leaves the file: it is not given.' },
  'position-beyond-the-file': {
    input: file(image('kernel-1', { 'data-position': cells(0xffffffff, 0xffffffff), 'data-size': cells(0xffffffff) }, hashes(kernel))),
    note: 'Place and size of the data are far outside: nothing is read there.',
  },
  'shared-data': {
    input: bytes(padded(file(...Array.from({ length: 12 }, (_, i) => image(`kernel-${i}`, places(0, kernel), [...hashes(kernel), ...hashes(kernel)]))), 4), kernel),
    note: 'Twelve images say that the same bytes are theirs.',
  },
  'no-images': { input: blob({ name: '', values: { description: texts('hardware') } }), note: 'The look-alike: a device tree without images describes hardware.' },
});
