import type { Format, Magic, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { isZero } from '#engine/bytes/pieces';
import { type Inode, readInode } from '#engine/decode/ext/inode';
import { claimJournal, type Journal } from '#engine/decode/ext/journal';
import { claimGrowthRoom, runsOf } from '#engine/decode/ext/mapping';
import { claimSlots, type Unnamed } from '#engine/decode/ext/slots';
import { COMPATIBLE, INCOMPATIBLE, readSuperblock, type Superblock } from '#engine/decode/ext/superblock';
import { Tree } from '#engine/decode/ext/tree';
import { Volume } from '#engine/decode/ext/volume';

/** Reads ext2, ext3 and ext4, the file systems of larger Linux devices. */
export const ext: Format = {
  kind: 'format',
  id: 'ext',
  version: 1,
  doc: {
    name: 'ext2, ext3 and ext4',
    says: 'Every directory, file, link and device with mode, owner and time, and the content of files, holes included. Blocks that no file uses, deleted inodes and the unused rest of blocks stay unclaimed, so that what is hidden there is searched.',
    sources: [
      'Linux, Documentation/filesystems/ext4/: super.rst, group_descr.rst, inodes.rst, ifork.rst, directory.rst, journal.rst, inlinedata.rst',
      'Linux, fs/ext4/ext4.h and fs/ext4/ext4_extents.h',
    ],
    limits: [
      'The journal is not played back: where the file system was not unmounted in order, what it holds is the state before.',
      'A file system whose first superblock is damaged is not read by one of its copies.',
      'Extended attributes, file capabilities among them, are counted but not read.',
      'Deleted files are not restored; their blocks are searched as any unclaimed bytes.',
      'Encrypted and compressed files are listed without content; checksums of metadata are not verified.',
      'A journal on another device is not read.',
    ],
  },
  // The mark is two bytes: state (of three bits) and what is done on errors, which follow it, make it rarer.
  magics: Array.from(
    { length: 32 },
    (_, i): Magic => ({ bytes: Uint8Array.of(0x53, 0xef, i >> 2, 0, i & 3, 0), at: 1080 }),
  ),
  open(source) {
    const superblock = readSuperblock(source);
    return superblock === null ? null : readings(source, superblock);
  },
};

/** Inodes of the file system's own that have content. */
const GROWTH_INODE = 7;

function* readings(source: Source, superblock: Superblock): Generator<Reading> {
  const volume = new Volume(source, superblock);
  const tree = new Tree(volume);
  const { walk } = volume;
  let journal: Journal | null = null;
  let unnamed: Unnamed | null = null;
  try {
    volume.claimGroups();
    yield* tree.read();
    yield { kind: 'end' };
    journal = readOwnInodes(volume);
  } catch (error) {
    walk.keep(error);
  }
  try {
    unnamed = claimSlots(volume, tree.named);
  } catch (error) {
    walk.keep(error);
  }
  yield* facts(superblock, tree, journal, unnamed);
  yield* walk.end();
}

/** Claims what the inodes of the file system itself hold. One that breaks is noted. */
function readOwnInodes(volume: Volume): Journal | null {
  const { superblock, walk } = volume;
  const { journalInode, quotaInodes, orphanInode } = superblock;
  let journal: Journal | null = null;
  const look = (number: number, then: (inode: Inode) => void): void => {
    if (number === 0) return;
    try {
      // One that was never written has no type.
      const at = volume.inodeAt(number);
      if (!isZero(volume.source, [at, at + 2])) then(readInode(volume, number));
    } catch (error) {
      walk.note(error);
    }
  };
  look(GROWTH_INODE, (inode) => claimGrowthRoom(volume, inode));
  look(journalInode, (inode) => (journal = claimJournal(volume, inode)));
  for (const number of [...quotaInodes, orphanInode]) {
    look(number, (inode) => {
      for (const { at, length } of runsOf(volume, inode))
        if (at !== null) walk.claim([at, at + length], 'metadata');
    });
  }
  return journal;
}

const STATES = ['not unmounted in order', 'unmounted in order'];

function* facts(
  superblock: Superblock,
  tree: Tree,
  journal: Journal | null,
  unnamed: Unnamed | null,
): Generator<Reading> {
  const fact = (name: string, value: string | number): Reading => ({ kind: 'fact', name, value: `${value}` });
  const { compatible, incompatible, readOnly, state, madeAt, writtenAt } = superblock;
  const hex = (bits: number) => `0x${bits.toString(16)}`;
  const time = (seconds: number) => new Date(1000 * seconds).toISOString();
  yield fact('kind', kindOf(superblock));
  yield fact('features', `${hex(compatible)} ${hex(incompatible)} ${hex(readOnly)}`);
  yield fact('block-size', superblock.blockSize);
  yield fact('uuid', superblock.uuid);
  if (superblock.name !== '') yield fact('name', superblock.name);
  if (superblock.lastMounted !== '') yield fact('last-mounted', superblock.lastMounted);
  if (madeAt !== 0) yield fact('made-at', time(madeAt));
  yield fact('written-at', time(writtenAt));
  yield fact('state', `${STATES[state & 1]}${(state & 2) === 0 ? '' : ', errors seen'}`);
  if ((incompatible & INCOMPATIBLE.recover) !== 0) yield fact('journal-pending', 'yes');
  if (journal !== null) yield fact('journal', `${journal.used} of ${journal.blocks} blocks used`);
  yield fact('inodes-used-stated', superblock.inodes - superblock.freeInodes);
  yield fact('inodes-in-tree', tree.named.size);
  if (unnamed !== null) {
    yield fact('inodes-deleted', unnamed.deleted);
    yield fact('inodes-without-name', unnamed.inUse);
  }
  if (tree.withAttributes > 0) yield fact('extended-attributes', `${tree.withAttributes} inodes`);
  if (tree.encrypted > 0) yield fact('encrypted', `${tree.encrypted} files`);
}

function kindOf({ compatible, incompatible, readOnly }: Superblock): string {
  // What came with ext4: extents, 64 bits, flexible groups; huge files, checksums.
  if ((incompatible & 0x2c0) !== 0 || (readOnly & 0x478) !== 0) return 'ext4';
  return (compatible & COMPATIBLE.journal) === 0 ? 'ext2' : 'ext3';
}
