// node examples/decode/fat/make.ts: writes the inputs field by field, as Windows and Linux would.
import { bytes, field, le16, le32, noise, type Part, patched, writeCases, zeros } from '../../craft.ts';

const SECTOR = 512;

interface Shape {
  readonly bits: 12 | 16 | 32;
  /** What the boot sector says; the image is made only as large as `made`. */
  readonly clusters: number;
  readonly made: number;
}

const FAT12: Shape = { bits: 12, clusters: 40, made: 40 };
const FAT16: Shape = { bits: 16, clusters: 4200, made: 24 };
const FAT32: Shape = { bits: 32, clusters: 40, made: 40 };

/** 2020-09-13 12:26:40. */
const TIME = bytes(le16((12 << 11) | (26 << 5) | 20), le16((40 << 9) | (9 << 5) | 13));

/** One line with a short name of eight and three characters. */
const line = (name: string, attributes: number, cluster: number, size: number, lower = 0) =>
  bytes(field(name, 11), [attributes, lower, 0], zeros(6), le16(Math.floor(cluster / 65_536)), TIME, le16(cluster % 65_536), le32(size));

const sumOf = (name: string) => [...bytes(name)].reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);

/** The lines of a long name, before that of the short one. */
function long(name: string, short: string): Buffer {
  const units = bytes(Buffer.from(name, 'utf16le'), name.length % 13 === 0 ? '' : zeros(2));
  const count = Math.ceil(units.length / 26);
  const all = bytes(units, Buffer.alloc(count * 26 - units.length, 0xff));
  const parts = Array.from({ length: count }, (_, i) => {
    const part = all.subarray(26 * i, 26 * i + 26);
    const order = (i + 1) | (i + 1 === count ? 0x40 : 0);
    return bytes([order], part.subarray(0, 10), [0x0f, 0, sumOf(short)], part.subarray(10, 22), zeros(2), part.subarray(22));
  });
  return bytes(...parts.toReversed());
}

const dots = (own: number, above: number) => bytes(line('.          ', 0x10, own, 0), line('..         ', 0x10, above, 0));

/** Lines as they are once their files were removed. */
function removed(lines: Buffer): Buffer {
  const out = Buffer.from(lines);
  for (let at = 0; at < out.length; at += 32) out[at] = 0xe5;
  return out;
}

interface Content {
  /** Lines of the root directory. */
  readonly root: Buffer;
  /** What stands in clusters, by the first. */
  readonly clusters: Readonly<Record<number, Part>>;
  /** What the table says, by cluster; clusters that are not named are free. */
  readonly chains: readonly (readonly number[])[];
}

function table({ bits, clusters }: Shape, chains: Content['chains']): Buffer {
  const top = 2 ** (bits === 32 ? 28 : bits);
  const entries = [top - 8, top - 1, ...Array.from({ length: clusters }, () => 0)];
  for (const chain of chains) {
    for (const [i, cluster] of chain.entries()) {
      // A chain that names a cluster twice is a loop.
      if (chain.indexOf(cluster) === i) entries[cluster] = chain[i + 1] ?? top - 1;
    }
  }
  const size = Math.ceil(((clusters + 2) * bits) / 8 / SECTOR) * SECTOR;
  if (bits === 32) return field(bytes(...entries.map(le32)), size);
  if (bits === 16) return field(bytes(...entries.map(le16)), size);
  const pairs = Array.from({ length: Math.ceil(entries.length / 2) }, (_, i) => {
    const [a = 0, b = 0] = entries.slice(2 * i, 2 * i + 2);
    return [a & 0xff, (a >> 8) | ((b & 0x0f) << 4), b >> 4];
  });
  return field(bytes(...pairs), size);
}

/** One cluster is one sector; the root directory has 16 lines, or is cluster 2. */
function volume(shape: Shape, { root, clusters, chains }: Content): Buffer {
  const { bits } = shape;
  const isWide = bits === 32;
  const one = table(shape, chains);
  const reserved = isWide ? 8 : 1;
  const sectors = reserved + (2 * one.length) / SECTOR + (isWide ? 0 : 1) + shape.clusters;
  const named = bytes([0x80, 0, 0x29], le32(0xcafe1234), 'NO NAME    ', `FAT${bits}   `);
  const boot = bytes(
    [0xeb, isWide ? 0x58 : 0x3c, 0x90], 'MKDOSFS ', le16(SECTOR), [1], le16(reserved), [2], le16(isWide ? 0 : 16),
    le16(sectors), [0xf8], le16(isWide ? 0 : one.length / SECTOR), le16(32), le16(2), le32(0), le32(0),
    isWide ? bytes(le32(one.length / SECTOR), le16(0), le16(0), le32(2), le16(1), le16(6), zeros(12)) : '',
    named,
  );
  const first = bytes(field(boot, 510), [0x55, 0xaa]);
  const info = bytes(field('RRaA', 484), 'rrAa', le32(30), le32(5), zeros(12), [0, 0, 0x55, 0xaa]);
  const front = isWide ? bytes(first, info, zeros(4 * SECTOR), first, info) : first;
  const start = bytes(front, one, one, isWide ? '' : field(root, SECTOR));
  const all = isWide ? { 2: root, ...clusters } : clusters;
  return Object.entries(all).reduce(
    (image, [cluster, part]) => patched(image, start.length + (Number(cluster) - 2) * SECTOR, part),
    bytes(start, zeros(shape.made * SECTOR)),
  );
}

const passwd = 'root:x:0:0:root:/root:/bin/sh\n';
/** Cluster 2 is kept for the root directory of FAT32. */
const content: Content = {
  root: bytes(
    line('BOOT       ', 0x08, 0, 0),
    line('KERNEL  BIN', 0x20, 3, 1200),
    line('README  TXT', 0x22, 0, 0, 0x18),
    long('Größe und ein langer Name.conf', 'GRENDE~1CON'),
    line('GRENDE~1CON', 0x20, 6, 40),
    line('ETC        ', 0x10, 7, 0, 0x08),
    removed(bytes(long('secret-access.sh', 'SECRET~1SH '), line('SECRET~1SH ', 0x20, 9, 700))),
    removed(line('OLD     TXT', 0x20, 12, 20)),
  ),
  clusters: {
    3: noise(512, 3), 4: noise(512, 4), 13: noise(176, 5),
    6: 'a file with a long name                 ',
    7: bytes(dots(7, 0), line('PASSWD     ', 0x20, 8, passwd.length, 0x08)),
    8: passwd,
    9: field('#!/bin/sh\n'.repeat(70), 700),
    12: 'what was removed\n\n\n\n',
  },
  chains: [[3, 4, 13], [6], [7], [8]],
};
const wide = { ...content, chains: [[2], ...content.chains] };
const plain = volume(FAT12, content);
const rootAt = 3 * SECTOR;
const dataAt = 4 * SECTOR;
const inCluster = (cluster: number) => dataAt + (cluster - 2) * SECTOR;
const tableOf = (chains: Content['chains']) => patched(patched(plain, SECTOR, table(FAT12, chains)), 2 * SECTOR, table(FAT12, chains));
const tree = bytes(dots(16, 0), removed(line('INNER   TXT', 0x20, 17, 15)), line('LEFT    TXT', 0x20, 18, 6));
const full = bytes(dots(7, 0), ...Array.from({ length: 14 }, (_, i) => line(`FILE${i}`.padEnd(11), 0x20, 0, 0)));

writeCases(import.meta.dirname, '../make.ts', {
  fat12: { input: plain, note: 'Every kind of line: label, short and long names, a directory, two removed files.' },
  'fat16-cut-short': { input: volume(FAT16, content), note: 'The same with entries of 16 bits; the image ends long before the volume.' },
  fat32: { input: volume(FAT32, wide), note: 'The same with entries of 32 bits: root directory in clusters, copy of the boot sector.' },
  'behind-other-bytes': { input: bytes('something else\n', plain), note: 'Not at the first byte: found by its beginning.' },
  'directory-removed': {
    input: patched(patched(plain, rootAt + 12 * 32, removed(line('TREE       ', 0x10, 16, 0))), inCluster(16), bytes(tree, zeros(512 - tree.length), 'inside, removed', zeros(497), 'inside')),
    note: 'The cluster of the directory is free and still begins with a line for itself: what it names is given.',
  },
  'removed-and-overwritten': {
    input: tableOf([[3, 4, 13], [6], [7], [8], [10]]),
    note: 'One of the clusters of the removed script is in use, by whom nobody says: it has no content, and that cluster is lost.',
  },
  'removed-but-still-in-use': {
    input: tableOf([[3, 4, 13], [6], [7], [8], [9, 21]]),
    note: 'Only the lines of the script say that it was removed; its chain is there and gives its content.',
  },
  'lost-clusters': {
    input: patched(tableOf([...content.chains, [20, 21]]), inCluster(20), 'hidden in a cluster that no file names'),
    note: 'In use by the table, named by no directory: what stands there stays unexplained.',
  },
  'bytes-behind-the-ends': {
    input: patched(patched(patched(plain, inCluster(6) + 300, 'behind the end of a file'), rootAt + 480, 'behind the last line'), SECTOR + 300, 'behind the last entry of the table'),
    note: 'None of the three is claimed.',
  },
  'second-table-differs': {
    input: patched(plain, 2 * SECTOR + 40, 'hidden in the copy'),
    note: 'The copy is not claimed in the sector where it differs.',
  },
  'chain-that-loops': { input: tableOf([[3, 4, 3], [6], [7], [8]]), note: 'A file of three clusters whose third is the first: read as the table says.' },
  'directory-that-loops': {
    input: patched(tableOf([[3, 4, 13], [6], [7, 7], [8]]), inCluster(7), full),
    note: 'A directory without an end whose second cluster is the first: its lines are given once.',
  },
  'directory-in-itself': { input: patched(plain, inCluster(7) + 64 + 11, bytes([0x10], zeros(14), le16(7))), note: 'Entered once only.' },
  'chain-too-short': { input: tableOf([[3, 4], [6], [7], [8]]), note: 'One file has no content, the others are given.' },
  'long-name-of-another': {
    input: patched(plain, rootAt + 32 * 3 + 13, [0]),
    note: 'A part with another sum belongs to nobody: the short name counts, and the parts stay unexplained.',
  },
  'name-like-a-removed-one': {
    input: patched(plain, rootAt + 3 * 32, bytes(long('passwd@deleted', 'PASSWD~1   '), line('PASSWD~1   ', 0x20, 6, 40))),
    note: 'A stored name that ends as names of removed files do: its @ is written otherwise.',
  },
  'cut-short': { input: plain.subarray(0, inCluster(6)), note: 'Files behind the end have no content.' },
  'jump-and-nothing-more': {
    input: bytes([0xeb, 0x3c, 0x90], noise(1021)),
    note: 'The look-alike: three bytes of a jump, then no boot sector.',
  },
});
