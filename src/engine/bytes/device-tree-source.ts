import type { Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { type DeviceTree, textsOf, type TreeNode, type TreeProperty } from '#engine/bytes/device-tree';
import { fillersIn } from '#engine/bytes/filler';
import { fileHead } from '#engine/bytes/parts';
import { complement } from '#engine/bytes/ranges';

/** Values above this stand in the source text as the name of a file of their own. */
const INLINE_LIMIT = 1024;

/** A value that is too large for the source text. */
export interface LargeValue {
  /** Names of the nodes that lead to it, and its own, with `/` between them. */
  readonly path: string;
  readonly property: TreeProperty;
}

/** The values that the source text only names, in the order of the tree. */
export function* largeValues(node: TreeNode, path = ''): Generator<LargeValue> {
  for (const property of node.properties) {
    if (isLarge(property)) yield { path: `${path}${property.name}`, property };
  }
  for (const child of node.children) yield* largeValues(child, `${path}${child.name}/`);
}

function isLarge({ range }: TreeProperty): boolean {
  return range[1] - range[0] > INLINE_LIMIT;
}

/** The tree as a file of source text.
 *  @param path  of the file */
export function* treeEntry(source: Source, tree: DeviceTree, path: string): Generator<Reading> {
  yield { kind: 'entry', entry: fileHead(path, [tree.blocks.structure, ...tree.blocks.strings]) };
  for (const bytes of sourceText(source, tree)) yield { kind: 'piece', bytes };
  yield { kind: 'end' };
}

/** What the bytes of the tree serve for. Zeros and erased flash between the blocks are filling; other bytes there stay
 *  without a claim.
 *  @param given  values that were given as files, sorted: they keep the role they have */
export function* treeExtents(
  source: Source,
  tree: DeviceTree,
  given: readonly ByteRange[],
): Generator<Reading> {
  const { header, reservations, structure, strings } = tree.blocks;
  yield { kind: 'extent', range: header, role: 'header' };
  for (const range of [reservations, ...complement(given, structure), ...strings]) {
    yield { kind: 'extent', range, role: 'metadata' };
  }
  const between = complement(
    [header, reservations, structure, ...strings],
    [0, Math.min(tree.size, source.size)],
  );
  for (const { range, role } of fillersIn(source, between)) yield { kind: 'extent', range, role };
}

/** Bytes of text given at once. */
const PIECE = 256 * 1024;

/** The tree as source text that compiles to it again (Devicetree Specification v0.4, §6), in pieces.
 *  A broken tree is closed where it broke. */
function* sourceText(source: Source, { root, reservations }: DeviceTree): Generator<Uint8Array> {
  let text = '/dts-v1/;\n';
  for (const [address, size] of reservations)
    text += `/memreserve/ 0x${address.toString(16)} 0x${size.toString(16)};\n`;
  for (const line of nodeLines(source, root, '', '')) {
    text += line;
    if (text.length < PIECE) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

function* nodeLines(source: Source, node: TreeNode, indent: string, path: string): Generator<string> {
  yield `${indent}${node.name === '' ? '/' : plain(node.name)} {\n`;
  for (const property of node.properties) {
    yield `${indent}\t${plain(property.name)}${valueText(source, property, path)};\n`;
  }
  for (const child of node.children) yield* nodeLines(source, child, `${indent}\t`, `${path}${child.name}/`);
  yield `${indent}};\n`;
}

function valueText(source: Source, property: TreeProperty, path: string): string {
  if (isLarge(property)) return ` = /incbin/(${quoted(`${path}${property.name}`)})`;
  const value = source.bytes(...property.range);
  if (value.length === 0) return '';
  const texts = textsOf(value);
  if (texts !== null) return ` = ${texts.map(quoted).join(', ')}`;
  const hex = Buffer.from(value).toString('hex');
  if (value.length % 4 !== 0) return ` = [${hex.replaceAll(/../g, '$& ').trimEnd()}]`;
  return ` = <${hex.replaceAll(/.{8}/g, (cell) => `0x${cell.replace(/^0+(?=.)/, '')} `).trimEnd()}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\t': String.raw`\t`,
  '\r': String.raw`\r`,
};

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll(/[\n\t\r]/g, (c) => ESCAPES[c] ?? c)}"`;
}

/** A name that cannot pretend to be source text: §2.2.1 and §2.2.4 allow these characters, any other is written as `\\xNN`. */
function plain(name: string): string {
  return name.replaceAll(
    /[^0-9a-zA-Z,._+?#@-]/g,
    (c) => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
}
