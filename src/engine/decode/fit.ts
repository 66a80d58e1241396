import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import {
  type DeviceTree,
  nodeAt,
  numberIn,
  readDeviceTree,
  textOf,
  TREE_MAGIC,
  type TreeNode,
  valueOf,
} from '#engine/bytes/device-tree';
import { largeValues, treeEntry, treeExtents } from '#engine/bytes/device-tree-source';
import { fillersIn } from '#engine/bytes/filler';
import { facts, filePart } from '#engine/bytes/parts';
import { fold } from '#engine/bytes/pieces';
import { complement } from '#engine/bytes/ranges';

/** Images of the boot loader U-Boot in its second form: a device tree that holds or names the images. */
export const fit: Format = {
  kind: 'format',
  id: 'fit',
  version: 1,
  doc: {
    name: 'U-Boot FIT image (flattened image tree)',
    says: 'Gives every image under its name and the tree as source text; states what each image is, whether it matches its hashes, what signs it, and which images a configuration starts.',
    sources: [
      'U-Boot v2023.01, doc/uImage.FIT/source_file_format.txt: images, hashes, configurations, external data',
      'U-Boot v2023.01, doc/uImage.FIT/signature.txt: signature nodes; doc/uImage.FIT/verified-boot.txt',
      'Devicetree Specification v0.4, chapter 5: flattened format',
    ],
    limits: [
      'A signature is stated with its algorithm and key name; whether it is right is not known without the public key.',
      'Images are given as stored: opening what is compressed is left to the format inside.',
      'An encrypted image is not given; its bytes are opaque with the cipher as the reason.',
      'An image that is cut short is not given; its bytes are searched.',
      'Hashes other than CRC-32, MD5, SHA-1 and SHA-2 are named and not checked. At most 256 images and configurations are stated; the bytes of a file are hashed at most eight times over.',
    ],
  },
  magics: [{ bytes: TREE_MAGIC, at: 0 }],
  open(source) {
    const tree = readDeviceTree(source);
    const images = tree === null ? null : nodeAt(tree.root, 'images');
    return tree === null || images === null ? null : readImages(source, tree, images);
  },
};

/** How often the bytes of the file may be hashed: images may share them, and have several hashes. */
const HASHING_LIMIT = 8;

/** Images, and configurations, of one file; real ones have a dozen. */
const IMAGE_LIMIT = 256;

interface Image {
  readonly node: TreeNode;
  /** Bytes of its data; null: there is none, or it leaves the source. */
  readonly range: ByteRange | null;
  readonly cipher: string | null;
}

function* readImages(source: Source, tree: DeviceTree, parent: TreeNode): Generator<Reading> {
  yield* facts({
    description: textOf(source, tree.root, 'description'),
    time: timeOf(numberIn(source, tree.root, 'timestamp')),
  });
  if (tree.size > source.size) {
    yield { kind: 'extent', range: tree.blocks.header, role: 'header' };
    yield* facts({ data: `cut short: ${source.size} of ${tree.size} bytes` });
    return;
  }
  yield* treeEntry(source, tree, 'image.its');
  const work = { left: source.size * HASHING_LIMIT };
  const given: ByteRange[] = [];
  for (const node of parent.children.slice(0, IMAGE_LIMIT)) {
    const image = locate(source, tree, node);
    yield* imageFacts(source, image, work);
    if (image.range === null) continue;
    given.push(image.range);
    yield* give(source, image, image.range);
  }
  yield* configurations(source, tree.root);
  const others = [...largeValues(tree.root)].filter(
    ({ property: { range } }) => !given.some((image) => same(image, range)),
  );
  for (const { path, property } of others) yield* filePart(source, path, property.range);
  yield* treeExtents(source, tree, [...given, ...others.map(({ property }) => property.range)]);
  const end = given.reduce((most, range) => Math.max(most, range[1]), tree.size);
  for (const { range, role } of fillersIn(source, complement(given, [tree.size, end])))
    yield { kind: 'extent', range, role };
  if (tree.broken !== null) throw tree.broken;
}

function same(a: ByteRange, b: ByteRange): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function timeOf(seconds: bigint | null): string | null {
  return seconds === null || seconds >= 2n ** 32n ? null : new Date(Number(seconds) * 1000).toISOString();
}

/** Data stands in the tree, or behind it at an offset from its end, or at a place in the file. */
function locate(source: Source, tree: DeviceTree, node: TreeNode): Image {
  const cipherNode = node.children.find(({ name }) => name === 'cipher');
  const cipher = cipherNode === undefined ? null : cipherOf(source, cipherNode);
  const inline = node.properties.find(({ name }) => name === 'data');
  if (inline !== undefined) return { node, range: inline.range, cipher };
  const size = numberIn(source, node, 'data-size');
  const position = numberIn(source, node, 'data-position');
  const offset = numberIn(source, node, 'data-offset');
  const behind = BigInt(Math.ceil(tree.size / 4) * 4);
  const from = position ?? (offset === null ? null : behind + offset);
  if (size === null || from === null || from + size > BigInt(source.size))
    return { node, range: null, cipher };
  return { node, range: [Number(from), Number(from + size)], cipher };
}

function cipherOf(source: Source, node: TreeNode): string {
  const key = textOf(source, node, 'key-name-hint');
  const algorithm = textOf(source, node, 'algo') ?? 'cipher not stated';
  return key === null ? algorithm : `${algorithm}, key ${key}`;
}

function* give(source: Source, { node, cipher }: Image, range: ByteRange): Generator<Reading> {
  if (cipher === null) yield* filePart(source, node.name === '' ? 'image' : node.name, range);
  else yield { kind: 'extent', range, role: 'opaque', reason: `encrypted (${cipher})` };
}

function* imageFacts(source: Source, { node, range, cipher }: Image, work: Work): Generator<Reading> {
  const own = node.name;
  const words: Record<string, string | null> = { cipher };
  for (const [fact, property] of Object.entries(WORDS)) words[fact] = textOf(source, node, property);
  for (const fact of ['load', 'entry']) words[fact] = addressOf(numberIn(source, node, fact));
  words['data'] = range === null ? 'absent or cut short' : null;
  yield* facts(prefixed(own, words));
  for (const child of node.children.slice(0, IMAGE_LIMIT)) {
    if (child.name.startsWith('hash')) {
      yield { kind: 'fact', name: `${own}.${child.name}`, value: checkHash(source, child, range, work) };
    }
    if (child.name.startsWith('signature')) {
      yield { kind: 'fact', name: `${own}.${child.name}`, value: signatureOf(source, child) };
    }
  }
}

/** Facts of an image and the properties they are read from. */
const WORDS: Readonly<Record<string, string>> = {
  description: 'description',
  type: 'type',
  system: 'os',
  processor: 'arch',
  compression: 'compression',
};

function prefixed(
  own: string,
  words: Readonly<Record<string, string | null>>,
): Record<string, string | null> {
  return Object.fromEntries(Object.entries(words).map(([name, value]) => [`${own}.${name}`, value]));
}

function addressOf(address: bigint | null): string | null {
  return address === null ? null : `0x${address.toString(16)}`;
}

/** Bytes that may still be hashed. */
interface Work {
  left: number;
}

/** Of the data as stored. */
function checkHash(source: Source, node: TreeNode, range: ByteRange | null, work: Work): string {
  const algorithm = textOf(source, node, 'algo') ?? 'not stated';
  const stated = valueOf(source, node, 'value');
  if (stated === null) return `${algorithm}, no value`;
  if (range === null) return `${algorithm}, no data to check`;
  work.left -= range[1] - range[0];
  if (work.left < 0) return `${algorithm}, not checked: too much to hash`;
  const found = hashOf(source, algorithm, range);
  if (found === null) return `${algorithm}, not checked`;
  return `${algorithm} ${found.equals(stated) ? 'right' : 'wrong'}`;
}

function hashOf(source: Source, algorithm: string, range: ByteRange): Buffer | null {
  switch (algorithm) {
    case 'crc32': {
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(fold(source, range, 0, (window, state) => crc32(window, state)));
      return sum;
    }
    case 'md5':
    case 'sha1':
    case 'sha256':
    case 'sha384':
    case 'sha512':
      return fold(source, range, createHash(algorithm), (window, state) => state.update(window)).digest();
    default:
      return null;
  }
}

function signatureOf(source: Source, node: TreeNode): string {
  const key = textOf(source, node, 'key-name-hint');
  const value = node.properties.find(({ name }) => name === 'value')?.range;
  const words = [
    textOf(source, node, 'algo') ?? 'algorithm not stated',
    key === null ? 'no key named' : `key ${key}`,
    ...(value === undefined ? ['not signed'] : [`${value[1] - value[0]} bytes, not checked`]),
  ];
  return words.join('; ');
}

function* configurations(source: Source, root: TreeNode): Generator<Reading> {
  const parent = nodeAt(root, 'configurations');
  if (parent === null) return;
  yield* facts({ 'default-configuration': textOf(source, parent, 'default') });
  for (const node of parent.children.slice(0, IMAGE_LIMIT)) {
    const uses = node.properties
      .filter(({ name }) => USES.has(name))
      .map(({ name }) => `${name} ${textOf(source, node, name) ?? '?'}`);
    yield { kind: 'fact', name: `configuration.${node.name}`, value: uses.join('; ') };
    for (const child of node.children
      .filter(({ name }) => name.startsWith('signature'))
      .slice(0, IMAGE_LIMIT)) {
      yield {
        kind: 'fact',
        name: `configuration.${node.name}.${child.name}`,
        value: signatureOf(source, child),
      };
    }
  }
}

/** Properties of a configuration that name images. */
const USES = new Set([
  'kernel',
  'fdt',
  'ramdisk',
  'firmware',
  'loadables',
  'fpga',
  'setup',
  'script',
  'standalone',
]);
