import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { facts, hex } from '#engine/bytes/parts';
import { isZero, PIECE_LIMIT } from '#engine/bytes/pieces';
import { Walk } from '#engine/bytes/walk';
import { type BootSector, PARAMETERS, readBootSector } from '#engine/decode/fat/boot-sector';
import { Table } from '#engine/decode/fat/table';
import { Tree } from '#engine/decode/fat/tree';

/** How makers begin a boot sector, and what most write into it to say what it is. */
const MAGICS: readonly Magic[] = [
  ...[0x3c, 0x58, 0x34, 0x3e, 0x5a].map((to) => ({ bytes: Uint8Array.of(0xeb, to, 0x90), at: 0 })),
  ...['FAT12   ', 'FAT16   ', 'FAT     '].map((text) => ({ bytes: Buffer.from(text, 'latin1'), at: 54 })),
  { bytes: Buffer.from('FAT32   ', 'latin1'), at: 82 },
];

/** The file system of memory cards, of the boot partitions of computers, and of older media. */
export const fat: Format = {
  kind: 'format',
  id: 'fat',
  version: 1,
  doc: {
    name: 'FAT12, FAT16 and FAT32',
    says: 'Every directory and file by its long name where it has one. What was removed and is still there is given too, as path@deleted/offset-of-its-line; a stored name that ends so has its @ written as \\x40. Boot code, lost clusters, bytes behind the end of a file or a directory, and where a copy of the table differs stay unclaimed, so that they are searched.',
    sources: [
      'Microsoft, FAT: General Overview of On-Disk Format, version 1.03, 2000',
      'ECMA-107, Volume and File Structure of Disk Cartridges for Information Interchange, 1995',
      'Linux, fs/fat/inode.c: which width the table has; fs/fat/dir.c: small letters in short names',
    ],
    limits: [
      'The content of a removed file whose chain is gone is taken to stand in one piece: of one that was in pieces it is wrong from the second piece on. Of two that had the same clusters the first in the tree has them.',
      'Of a removed directory only the first cluster is read; a removed short name has lost its first character, which stands as ?.',
      'Times are local to wherever they were written; they are given as if that were UTC.',
      'Characters of short names beyond ASCII depend on a code page that is not stored: they stand as bytes.',
      'Permissions do not exist; of the attributes only how many are hidden is told.',
      'exFAT, TexFAT and volumes without any of the usual marks in the boot sector are not recognised.',
      'A volume whose boot sector is damaged is not read by its copy.',
    ],
  },
  magics: MAGICS,
  open(source, whole) {
    const boot = readBootSector(source);
    if (boot === null) return null;
    const table = new Table(source, boot);
    // Inside other bytes three that look like a beginning are no evidence: the table must begin as tables do.
    if (!whole && !beginsRight(source, boot)) return null;
    return readings(source, boot, table);
  },
};

/** True when the first entry of the table repeats the kind of medium, its other bits set. */
function beginsRight(source: Source, { tablesAt, media, bits }: BootSector): boolean {
  if (tablesAt + 4 > source.size) return false;
  const [first, second = 0, third = 0, fourth = 0] = source.bytes(tablesAt, tablesAt + 4);
  if (first !== media) return false;
  if (bits === 12) return (second & 0x0f) === 0x0f;
  return second === 0xff && (bits === 16 || (third === 0xff && (fourth & 0x0f) === 0x0f));
}

function* readings(source: Source, boot: BootSector, table: Table): Generator<Reading> {
  const walk = new Walk(source);
  const tree = new Tree(walk, boot, table);
  let differing = 0;
  let lost: number | null = null;
  try {
    claimBootSectors(walk, boot);
    differing = claimTables(walk, boot, table);
    yield* tree.read();
    lost = tree.lost();
  } catch (error) {
    walk.keep(error);
  }
  const { bits, serial, clusterSize, clusters, size } = boot;
  yield* facts({
    kind: `FAT${bits}`,
    maker: boot.maker === '' ? null : boot.maker,
    label: tree.label === '' ? (boot.label === '' ? null : boot.label) : tree.label,
    serial: serial === null ? null : hex(serial),
    clusters: `${clusters} of ${clusterSize} bytes`,
    data: size > source.size ? `cut short: ${source.size} of ${size} bytes` : null,
    'boot-code': isZero(source, [PARAMETERS[bits], 510]) ? null : 'present',
    'table-copies': differing === 0 ? null : `${differing} sectors differ from the first table`,
    'clusters-lost': lost === null ? null : `${lost}`,
    'entries-removed': `${tree.removed}`,
    'removed-without-content': tree.removedWithoutContent === 0 ? null : `${tree.removedWithoutContent}`,
    'entries-hidden': `${tree.hidden}`,
  });
  yield* walk.end();
}

/** Claims what the boot sector says, its copy where it is one, and the sector with numbers of free clusters. */
function claimBootSectors(walk: Walk, { bits, infoAt, copyAt, sectorSize }: BootSector): void {
  const { source } = walk;
  walk.claim([0, PARAMETERS[bits]], 'header');
  walk.claim([510, 512], 'header');
  if (infoAt !== null) claimInfo(walk, infoAt);
  if (copyAt === null || copyAt + 2 * sectorSize > source.size) return;
  const first = Buffer.from(source.bytes(0, sectorSize));
  if (!first.equals(source.bytes(copyAt, copyAt + sectorSize))) return;
  walk.claim([copyAt, copyAt + sectorSize], 'metadata');
  if (infoAt !== null) claimInfo(walk, copyAt + infoAt);
}

/** Source: Microsoft, FAT 1.03, "FAT32 FSInfo sector structure" */
function claimInfo(walk: Walk, at: number): void {
  if (at + 512 > walk.source.size) return;
  const bytes = Buffer.from(walk.source.bytes(at, at + 512));
  if (bytes.toString('latin1', 0, 4) !== 'RRaA' || bytes.toString('latin1', 484, 488) !== 'rrAa') return;
  walk.claim([at, at + 4], 'metadata');
  walk.claim([at + 484, at + 496], 'metadata');
  walk.claim([at + 508, at + 512], 'metadata');
}

/** Claims the first table, and each copy where it says the same.
 *  @returns sectors of copies that differ */
function claimTables(walk: Walk, boot: BootSector, table: Table): number {
  const { source } = walk;
  const { tables, tableSize, sectorSize } = boot;
  const [start, end] = table.range;
  walk.claim([start, end], 'metadata');
  let differing = 0;
  for (let copy = 1; copy < tables; copy++) {
    const shift = copy * tableSize;
    for (let at = start; at < end && shift + at < source.size; at += PIECE_LIMIT) {
      const to = Math.min(end, at + PIECE_LIMIT, source.size - shift);
      const first = Buffer.from(source.bytes(at, to));
      const second = source.bytes(shift + at, shift + to);
      for (let from = at; from < to; from += sectorSize) {
        const until = Math.min(to, from + sectorSize);
        if (first.subarray(from - at, until - at).equals(second.subarray(from - at, until - at)))
          walk.claim([shift + from, shift + until], 'metadata');
        else differing++;
      }
    }
  }
  return differing;
}
