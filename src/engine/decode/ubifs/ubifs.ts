import { Malformed } from '#domain/error';
import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { fillersIn } from '#engine/bytes/filler';
import { facts } from '#engine/bytes/parts';
import { complement } from '#engine/bytes/ranges';
import { Walk } from '#engine/bytes/walk';
import { HEADER, headOf, isWhole, MAGIC } from '#engine/decode/ubifs/node';
import { scan, type Scanned } from '#engine/decode/ubifs/scan';
import { State } from '#engine/decode/ubifs/state';
import { FLAG, type Superblock, superblockOf } from '#engine/decode/ubifs/superblock';
import { Tree } from '#engine/decode/ubifs/tree';
import { codecName } from '#engine/decode/ubifs/unpack';

/** The file system that large raw flash has inside volumes of UBI. */
export const ubifs: Format = {
  kind: 'format',
  id: 'ubifs',
  version: 1,
  doc: {
    name: 'UBIFS',
    says: 'Every directory, file, link and device as the index and the journal have them; where the index cannot be read, as the newest node of each has them. What the flash still holds of removed files and of replaced content is given too, as path@deleted/number-of-inode and path@older/number-in-sequence; a stored name that ends so has its @ written as \\x40. Nodes without a superblock are put together in the same way.',
    sources: [
      'Linux, fs/ubifs/ubifs-media.h: the nodes; key.h: keys and the r5 hash; replay.c: what counts after the index; lpt.c: the table of free space',
      'mtd-utils 2.1.5, ubifs-utils/mkfs.ubifs',
    ],
    limits: [
      'Encrypted content is named, not read; the names of encrypted directories and the targets of their links are given as the bytes that stand there.',
      'Signatures and hashes of authenticated file systems are counted, not checked.',
      'Extended attributes are counted, not given.',
      'What of the table of free space has right checksums is explained, not compared with what is there.',
      'After a power cut Linux makes a file as long as the blocks written to it; here its inode says how long it is, and blocks beyond are given as older content.',
      'Older content holds only what was replaced, not the whole file of that time.',
      'A removed file of which blocks are gone has no content of its own; the blocks that are left are given as older content.',
    ],
  },
  magics: [{ bytes: MAGIC, at: 0 }],
  open(source) {
    if (source.size < HEADER) return null;
    const head = headOf(source.bytes(0, HEADER), 0);
    if (head === null || head.length > source.size || !isWhole(source.bytes(0, head.length))) return null;
    return readings(source, superblockOf(source));
  },
};

function* readings(source: Source, superblock: Superblock | null): Generator<Reading> {
  const walk = new Walk(source);
  const stated = superblock === null ? source.size : superblock.blocks * superblock.blockSize;
  // Blocks at the end of a volume that were never written are not there.
  const limit = Math.min(stated, source.size);
  const scanned = scan(source, superblock, limit);
  if (superblock !== null && limit < stated && limit % superblock.blockSize !== 0)
    walk.keep(new Malformed('the image ends within an erase block', limit));
  if (scanned.first !== null) walk.keep(scanned.first);
  const state = new State(source, superblock, scanned);
  if (state.why !== null) walk.keep(state.why);
  for (const { range, role } of scanned.claims) walk.claim(range, role);
  const tree = new Tree(source, walk, scanned, state);
  try {
    yield* tree.give();
  } catch (error) {
    walk.keep(error);
  }
  const end = superblock === null ? scanned.end : limit;
  for (const { range, role } of holesOf(source, scanned, superblock, end)) walk.claim(range, role);
  yield* facts({
    ...(superblock === null ? { superblock: 'none' } : shapeOf(superblock)),
    index: indexText(state, superblock),
    nodes: nodesText(scanned),
    compression: compression(scanned),
    'nodes-damaged': count(scanned.damaged),
    'nodes-lost': count(state.lost),
    'written-after-the-index': count(state.later),
    'names-replaced-or-removed': count(tree.removedNames),
    'blocks-replaced': count(tree.replaced),
    'inodes-without-name': count(tree.deleted),
    'files-incomplete': count(tree.incomplete.size),
    'files-encrypted': count(tree.encrypted),
    'extended-attributes': tree.attributes === 0 ? null : `${tree.attributes}, not given`,
    signatures: scanned.signatures === 0 ? null : `${scanned.signatures}, not checked`,
  });
  yield* walk.end();
}

function shapeOf(superblock: Superblock): Readonly<Record<string, string | null>> {
  const { version, blockSize, blocks, mostBlocks, minimum, codec, flags } = superblock;
  const set = [
    [FLAG.encryption, 'encryption'],
    [FLAG.authentication, 'authentication'],
    [FLAG.fixUp, 'free space is to be fixed up'],
  ] as const;
  const names = set.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return {
    version: `${version}`,
    'erase-block': `${blockSize}, written in units of ${minimum}`,
    'erase-blocks': `${blocks}, ${mostBlocks} at most`,
    'compression-of-new-files': codecName(codec),
    features: names.length === 0 ? null : names.join(', '),
  };
}

function indexText({ master, why }: State, superblock: Superblock | null): string {
  if (superblock === null) return 'none, newest nodes instead';
  if (master === null) return 'no master node, newest nodes instead';
  return why === null
    ? `read, of commit ${master.commit}`
    : `not read (${why.message}), newest nodes instead`;
}

function nodesText({ leaves }: Scanned): string {
  const of = (kind: (typeof leaves)[number]['kind']) => leaves.filter((leaf) => leaf.kind === kind).length;
  return `${of('inode')} of inodes, ${of('name')} of names, ${of('data')} of content`;
}

/** How many blocks use what, the most used first. */
function compression({ leaves }: Scanned): string | null {
  const counts = new Map<string, number>();
  for (const leaf of leaves) {
    if (leaf.kind === 'data') counts.set(codecName(leaf.codec), (counts.get(codecName(leaf.codec)) ?? 0) + 1);
  }
  const sorted = [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted.length === 0 ? null : sorted.map(([name, nodes]) => `${name} ${nodes}`).join(', ');
}

/** Erased flash and zeros between nodes, judged block by block. */
function holesOf(
  source: Source,
  scanned: Scanned,
  superblock: Superblock | null,
  end: number,
): ReturnType<typeof fillersIn> {
  const known = scanned.claims.map(({ range }) => range);
  for (const leaf of scanned.leaves) {
    if (leaf.kind === 'data' || leaf.kind === 'inode') known.push(leaf.data);
  }
  const size = superblock?.blockSize ?? end;
  const holes = complement(known, [0, end]).flatMap(([from, to]) => {
    const pieces: ByteRange[] = [];
    for (let at = from; at < to; at = (Math.floor(at / size) + 1) * size)
      pieces.push([at, Math.min(to, (Math.floor(at / size) + 1) * size)]);
    return pieces;
  });
  return fillersIn(source, holes);
}

function count(number: number): string | null {
  return number === 0 ? null : `${number}`;
}
