import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { fillersIn, runEnd } from '#engine/bytes/filler';
import { facts } from '#engine/bytes/parts';
import { complement } from '#engine/bytes/ranges';
import { Walk } from '#engine/bytes/walk';
import {
  ACCURATE,
  CLEANMARKER,
  DIRENT,
  INODE,
  PADDING,
  SUMMARY,
  XATTR,
  XREF,
} from '#engine/decode/jffs2/node';
import { orderAt, type Scanned, scan } from '#engine/decode/jffs2/scan';
import { Tree } from '#engine/decode/jffs2/tree';
import { codecName } from '#engine/decode/jffs2/unpack';

/** The log of nodes that small flash keeps its files in. */
export const jffs2: Format = {
  kind: 'format',
  id: 'jffs2',
  version: 1,
  doc: {
    name: 'JFFS2',
    says: 'Every directory, file, link and device as the newest nodes have them. What the flash still holds of removed files and of replaced content is given too, as path@deleted/number-of-inode and path@older/version; a stored name that ends so has its @ written as \\x40.',
    sources: [
      'Linux, include/uapi/linux/jffs2.h: the nodes; fs/jffs2/scan.c, readinode.c: which of them count',
      'Woodhouse, JFFS: The Journalling Flash File System, 2001',
      'OpenWrt, patch jffs2 lzma: LZMA without header, lc, lp and pb of zero',
    ],
    limits: [
      'Extended attributes are counted, not given.',
      'Data compressed with rubin or dynamic rubin, which no kernel writes by default, are not read.',
      'A node whose checksum is wrong counts as absent: an older node of the same bytes takes its place, as in Linux.',
      'A file whose bytes are missing because nodes are damaged has no content at all.',
      'Older content holds only what was replaced, not the whole file of that time.',
      'A dump of NAND with its spare bytes between the pages is read only as far as nodes lie within a page.',
      'Of two file systems side by side the second is told apart by nodes that contradict the first; where none does, both are one.',
    ],
  },
  magics: [...magicsOf(true), ...magicsOf(false)],
  open(source) {
    const order = orderAt(source, 0);
    return order === null ? null : readings(source, order === 'little');
  },
};

/** Every node that a file system may begin with, obsolete ones too. */
function magicsOf(isLittle: boolean): readonly Magic[] {
  const types = [CLEANMARKER, DIRENT, INODE, SUMMARY, PADDING, XATTR, XREF];
  const all = [...types, ...types.filter((type) => type > 0x8000).map((type) => type & ~ACCURATE)];
  return all.map((type) => {
    const big = [0x19, 0x85, type >>> 8, type & 0xff] as const;
    return { bytes: Uint8Array.from(isLittle ? [big[1], big[0], big[3], big[2]] : big), at: 0 };
  });
}

function* readings(source: Source, isLittle: boolean): Generator<Reading> {
  const walk = new Walk(source);
  const scanned = scan(source, isLittle);
  if (scanned.first !== null) walk.keep(scanned.first);
  for (const { range, role } of scanned.claims) walk.claim(range, role);
  const tree = new Tree(source, walk, scanned);
  try {
    yield* tree.give();
  } catch (error) {
    walk.keep(error);
  }
  const end = scanned.isFollowed ? scanned.end : runEnd(source, scanned.end, 0xff);
  const known = [...scanned.claims.map(({ range }) => range), ...scanned.inodes.map(({ data }) => data)];
  for (const { range, role } of fillersIn(source, complement(known, [0, end]))) walk.claim(range, role);
  yield* facts({
    'byte-order': isLittle ? 'little' : 'big',
    'erase-block': eraseBlock(scanned.markers),
    nodes: `${scanned.names.length} of names, ${scanned.inodes.length} of inodes`,
    compression: compression(scanned),
    'nodes-damaged': count(scanned.damaged),
    'names-replaced-or-removed': count(tree.removedNames),
    'writes-replaced': count(tree.replaced),
    'inodes-without-name': count(tree.deleted),
    'bytes-in-no-node': count(tree.missing),
    'extended-attributes': scanned.xattrs === 0 ? null : `${scanned.xattrs}, not given`,
    summaries: count(scanned.summaries),
    'followed-by': scanned.isFollowed ? `another file system at 0x${end.toString(16)}` : null,
  });
  yield* walk.end();
}

function count(number: number): string | null {
  return number === 0 ? null : `${number}`;
}

/** How many nodes use what, the most used first. */
function compression({ inodes }: Scanned): string | null {
  const counts = new Map<string, number>();
  for (const { codec, data } of inodes) {
    if (data[0] < data[1]) counts.set(codecName(codec), (counts.get(codecName(codec)) ?? 0) + 1);
  }
  const sorted = [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted.length === 0 ? null : sorted.map(([name, nodes]) => `${name} ${nodes}`).join(', ');
}

/** Bytes of an erase block, from where cleanmarkers stand. */
function eraseBlock(markers: readonly number[]): string | null {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const size = markers.reduce((sum, at) => divisor(sum, at - (markers[0] ?? 0)), 0);
  return size === 0 ? null : `${size}`;
}
