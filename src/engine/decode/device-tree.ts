import { createHash } from 'node:crypto';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
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
import { facts, filePart } from '#engine/bytes/parts';

/** Descriptions of hardware for kernels and boot loaders: what there is, how flash is divided, which keys are trusted. */
export const deviceTree: Format = {
  kind: 'format',
  id: 'device-tree',
  version: 1,
  doc: {
    name: 'Flattened device tree (DTB)',
    says: 'Gives the tree as source text and each value above 1 KiB as a file of its own; states model, boot arguments, partitions of flash, and the keys with which a boot loader checks signatures.',
    sources: [
      'Devicetree Specification v0.4, chapter 5: flattened format; chapter 6: source text',
      'Linux v6.1, Documentation/devicetree/bindings/mtd/partitions/fixed-partitions.yaml',
      'U-Boot v2023.01, doc/uImage.FIT/signature.txt: public keys in the control tree',
    ],
    limits: [
      'Versions before 16 are not read.',
      'What a value means is guessed from its bytes: printable texts, else cells of 32 bits, else bytes.',
      'Labels, references between nodes and comments were lost when the tree was compiled.',
      'A tree cut short gives no content; its bytes are searched.',
      'At most 200,000 nodes and properties, 64 nodes deep, with names of at most 255 bytes; 64 partitions and keys are stated.',
    ],
  },
  magics: [{ bytes: TREE_MAGIC, at: 0 }],
  open(source) {
    const tree = readDeviceTree(source);
    // with images inside it is a FIT
    return tree === null || nodeAt(tree.root, 'images') !== null ? null : readTree(source, tree);
  },
};

function* readTree(source: Source, tree: DeviceTree): Generator<Reading> {
  yield* stated(source, tree);
  if (tree.size > source.size) {
    yield { kind: 'extent', range: tree.blocks.header, role: 'header' };
    yield* facts({ data: `cut short: ${source.size} of ${tree.size} bytes` });
    return;
  }
  yield* treeEntry(source, tree, 'tree.dts');
  const large = [...largeValues(tree.root)];
  for (const { path, property } of large) yield* filePart(source, path, property.range);
  const given = large.map(({ property }) => property.range);
  yield* treeExtents(source, tree, given);
  if (tree.broken !== null) throw tree.broken;
}

function* stated(
  source: Source,
  { version, root, reservations, bootProcessor }: DeviceTree,
): Generator<Reading> {
  const chosen = nodeAt(root, 'chosen');
  yield* facts({
    version: String(version),
    'boot-processor': String(bootProcessor),
    reservations: String(reservations.length),
    model: textOf(source, root, 'model'),
    compatible: textOf(source, root, 'compatible'),
    'serial-number': textOf(source, root, 'serial-number'),
    'boot-arguments': chosen === null ? null : textOf(source, chosen, 'bootargs'),
  });
  yield* partitions(source, root);
  yield* keys(source, root);
}

/** Partitions, and keys, that are stated. */
const STATED_LIMIT = 64;

/** Children of nodes that say they are a table of fixed partitions; flash chips that hold partitions directly do not. */
function* partitions(source: Source, root: TreeNode): Generator<Reading> {
  let left = STATED_LIMIT;
  for (const table of tables(source, root)) {
    const cells = Number(numberIn(source, table, '#address-cells') ?? 2n);
    for (const node of table.children) {
      const reg = valueOf(source, node, 'reg');
      if (reg === null || (cells !== 1 && cells !== 2) || reg.length < cells * 8 || left-- <= 0) continue;
      const [at, size] = [reg.subarray(0, cells * 4), reg.subarray(cells * 4, cells * 8)].map((field) =>
        BigInt(`0x${Buffer.from(field).toString('hex')}`),
      );
      const label = textOf(source, node, 'label') ?? node.name;
      const lock = node.properties.some(({ name }) => name === 'read-only') ? ', read-only' : '';
      const span = `0x${(at ?? 0n).toString(16)}, ${size ?? 0n} bytes`;
      yield { kind: 'fact', name: `partition.${label}`, value: `${span}${lock}` };
    }
  }
}

function* tables(source: Source, node: TreeNode): Generator<TreeNode> {
  if (textOf(source, node, 'compatible')?.split(', ').includes('fixed-partitions') === true) yield node;
  for (const child of node.children) yield* tables(source, child);
}

/** Keys in the tree of a boot loader, which uses them to check what it starts. */
function* keys(source: Source, root: TreeNode): Generator<Reading> {
  const found = nodeAt(root, 'signature')?.children ?? [];
  for (const node of found.slice(0, STATED_LIMIT)) {
    const algorithm = textOf(source, node, 'algo');
    if (algorithm === null) continue;
    const required = textOf(source, node, 'required');
    const modulus = valueOf(source, node, 'rsa,modulus');
    const words = [
      algorithm,
      required === null ? 'not required' : `required for ${required}`,
      ...(modulus === null ? [] : [`modulus sha256:${createHash('sha256').update(modulus).digest('hex')}`]),
    ];
    yield { kind: 'fact', name: `key.${node.name}`, value: words.join('; ') };
  }
}
