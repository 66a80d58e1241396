// A writer of flattened device trees, after the Devicetree Specification v0.4, chapter 5.
import { be32, bytes, padded, type Part, zeros } from '../../craft.ts';

/** A node: its name, properties by name, and the nodes inside. */
export interface Branch {
  readonly name: string;
  readonly values?: Readonly<Record<string, Part>>;
  readonly inside?: readonly Branch[];
}

/** Cells of 32 bits. */
export const cells = (...numbers: readonly number[]) => bytes(...numbers.map(be32));

/** Texts, each with a NUL behind it. */
export const texts = (...given: readonly string[]) => bytes(...given.flatMap((text) => [text, [0]]));

/** @param wishes  version; bytes between the blocks and behind them */
export function blob(root: Branch, { version = 17, gap = zeros(0), reserved = [] as readonly number[] } = {}): Buffer {
  const names: string[] = [];
  const structure = bytes(branch(root, names), be32(9));
  const strings = texts(...names);
  const headerSize = 40;
  const reservations = bytes(...reserved.map((number) => bytes(zeros(4), be32(number))), zeros(16));
  const structureAt = headerSize + reservations.length;
  const stringsAt = structureAt + structure.length + gap.length;
  const size = stringsAt + strings.length;
  const places = [size, structureAt, stringsAt, headerSize, version, 16, 0, strings.length, structure.length];
  return bytes([0xd0, 0x0d, 0xfe, 0xed], ...places.map(be32), reservations, structure, gap, strings);
}

function branch({ name, values = {}, inside = [] }: Branch, names: string[]): Buffer {
  const properties = Object.entries(values).map(([own, value]) => {
    if (!names.includes(own)) names.push(own);
    const at = names.slice(0, names.indexOf(own)).reduce((sum, before) => sum + before.length + 1, 0);
    return bytes(be32(3), be32(bytes(value).length), be32(at), padded(value, 4));
  });
  const children = inside.map((child) => branch(child, names));
  return bytes(be32(1), padded(texts(name), 4), ...properties, ...children, be32(2));
}
