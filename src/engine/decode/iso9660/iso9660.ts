import type { Format, Reading } from '#domain/plugin';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { otherPath } from '#engine/bytes/history';
import { bootRecords, claimBootSector, SECTOR as DISK_SECTOR, typeName } from '#engine/bytes/partitions';
import { facts, fileHead, hex } from '#engine/bytes/parts';
import { type BootImage, bootImages, catalogMaker } from '#engine/decode/iso9660/boot';
import {
  type Descriptors,
  DESCRIPTORS_AT,
  readDescriptors,
  readSessions as sessionsOf,
  type TreeDescriptor,
} from '#engine/decode/iso9660/descriptor';
import { Given, Tree } from '#engine/decode/iso9660/tree';
import { Volume } from '#engine/decode/iso9660/volume';

/** Reads ISO 9660, the file system of optical discs and of images to install from. */
export const iso9660: Format = {
  kind: 'format',
  id: 'iso9660',
  version: 1,
  doc: {
    name: 'ISO 9660 with Rock Ridge, Joliet and El Torito',
    says: 'Every directory, file, link and device by Rock Ridge, or by Joliet or plain names where that is not used, and the content of files, zisofs undone. What only another tree of the same volume names is given as @other/joliet/…, @other/primary/… or @other/enhanced/…, what an older session of the same disc names as @other/session-number/…, boot images that no file is as @other/boot/number; a stored name that ends so has its @ written as \\x40. What stands before the descriptors stays unclaimed but for a table of partitions.',
    sources: [
      'ECMA-119, Volume and File Structure of CDROM for Information Interchange, 4th edition 2019',
      'System Use Sharing Protocol and Rock Ridge Interchange Protocol, drafts 1.12 (IEEE P1281, P1282)',
      'Microsoft, Joliet Specification, 1995',
      'Phoenix and IBM, “El Torito” Bootable CD-ROM Format Specification 1.0, 1995',
      'Linux, fs/isofs/compress.c: zisofs',
    ],
    limits: [
      'UDF beside or instead of ISO 9660 is named, not read.',
      'Of several sessions those are found that begin where libisofs, growisofs and their like begin them; the one counts that the descriptors at the usual place name, which in dumps of discs written once is the first.',
      'Interleaved files, sparse files and zisofs of the second version are listed without content.',
      'Extended attributes (AAIP of libisofs) are not given; extended attribute records are not read.',
      'A GPT or Apple partition map before the descriptors is not read; partitions of an MBR there are named, not given.',
      'Boot images have the size that the catalog states, which makers often set to the first sectors only.',
    ],
  },
  magics: [{ bytes: Buffer.from('\u0001CD001\u0001', 'latin1'), at: DESCRIPTORS_AT }],
  open(source) {
    const descriptors = readDescriptors(source);
    return descriptors === null ? null : readings(source, descriptors);
  },
};

function* readings(source: Source, descriptors: Descriptors): Generator<Reading> {
  const volume = new Volume(source);
  const { walk } = volume;
  const given = new Given();
  const trees: Tree[] = [];
  const boot: Boot = { images: [], catalog: null };
  let older = 0;
  for (const { at, size } of descriptors.places) walk.claim([at, at + size], 'header');
  try {
    for (const descriptor of inOrder(volume, descriptors.trees, given)) {
      const tree = new Tree(volume, descriptor, given, trees.length === 0 ? null : descriptor.kind);
      trees.push(tree);
      yield* tree.read();
      claimPathTables(volume, tree);
    }
    older = yield* readSessions(volume, trees, given);
    if (descriptors.catalogAt !== null) yield* readBoot(volume, descriptors.catalogAt, given, boot);
  } catch (error) {
    walk.keep(error);
  }
  const [main] = trees;
  if (main !== undefined) walk.fill(main.descriptor.blocks * main.descriptor.blockSize);
  yield* partitions(volume);
  yield* facts({
    ...factsOf(source, descriptors, trees, given),
    'older-sessions': older === 0 ? null : `${older}`,
  });
  yield* facts({ 'boot-catalog': boot.catalog });
  for (const [i, said] of boot.images.entries()) yield { kind: 'fact', name: `boot-${i + 1}`, value: said };
  yield* walk.end();
}

/** Gives what sessions name that were written before the one that counts; of that one the copy is claimed.
 *  @param trees  of the one that counts
 *  @returns how many older sessions there are */
function* readSessions(volume: Volume, trees: readonly Tree[], given: Given): Generator<Reading, number> {
  const { source, walk } = volume;
  const roots = new Set(trees.map(({ descriptor }) => Buffer.from(descriptor.root).toString('latin1')));
  let older = 0;
  for (const { trees: descriptors, places } of sessionsOf(source)) {
    for (const { at, size } of places) walk.claim([at, at + size], 'header');
    const [main] = inOrder(volume, descriptors, given);
    if (main === undefined || roots.has(Buffer.from(main.root).toString('latin1'))) continue;
    older++;
    for (const descriptor of descriptors) {
      const tree = new Tree(volume, descriptor, given, `session-${older}`);
      if (descriptor === main) yield* tree.read();
      claimPathTables(volume, tree);
    }
  }
  return older;
}

/** The tree that says most first: Rock Ridge, Joliet, plain names. */
function inOrder(volume: Volume, trees: readonly TreeDescriptor[], given: Given): readonly TreeDescriptor[] {
  const rank = (descriptor: TreeDescriptor) => {
    if (descriptor.kind === 'joliet') return 1;
    return descriptor.kind === 'primary' && new Tree(volume, descriptor, given, null).hasRockRidge ? 0 : 2;
  };
  return trees
    .map((descriptor) => ({ descriptor, rank: rank(descriptor) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ descriptor }) => descriptor);
}

/** Claims what the tables of paths say of directories that the tree has. */
function claimPathTables(volume: Volume, { descriptor, entered }: Tree): void {
  const { pathTables, pathTableSize, blockSize } = descriptor;
  for (const { block, isLittle } of pathTables) {
    if (block === 0) continue;
    const at = block * blockSize;
    try {
      const c = new Cursor(volume.metadata([at, at + pathTableSize], 'table of paths'), 0, at);
      while (c.left >= 8) {
        const start = c.at;
        const nameLength = c.u8();
        const attributeBlocks = c.u8();
        const directory = (isLittle ? c.u32le() : c.u32be()) + attributeBlocks;
        c.skip(2); // number of the one above
        c.skip(Math.min(c.left, nameLength + (nameLength % 2)));
        if (entered.has(directory * blockSize)) volume.walk.claim([at + start, at + c.at], 'metadata');
      }
    } catch (error) {
      volume.walk.note(error);
    }
  }
}

/** What is said of starting from the volume. */
interface Boot {
  readonly images: string[];
  catalog: string | null;
}

/** Gives the boot images that no file is, and says of all what they are. */
function* readBoot(volume: Volume, catalogAt: number, given: Given, boot: Boot): Generator<Reading> {
  const { walk, source } = volume;
  const images: BootImage[] = [];
  try {
    for (const image of bootImages(volume, catalogAt)) images.push(image);
  } catch (error) {
    walk.note(error);
  }
  for (const [i, { platform, isBootable, media, at, size }] of images.entries()) {
    const file = given.pathOf(at, size);
    const path = file ?? otherPath('boot', `${i + 1}`);
    const state = isBootable ? '' : ', not bootable';
    boot.images.push(`${platform}, ${media}${state}, ${size} bytes at ${hex(at)}, ${path}`);
    if (file !== undefined || size === 0) continue;
    given.add(at, size, path);
    // Cut short it is searched where it stands.
    if (at + size > source.size)
      yield* walk.broken(fileHead(path, []), 'boot image leaves the volume', catalogAt);
    else yield* walk.laidOut(fileHead(path, []), [{ at, length: size }]);
  }
  if (images.length > 0) boot.catalog = `at ${hex(catalogAt)}, by "${catalogMaker(volume, catalogAt)}"`;
}

/** What a table of partitions before the descriptors says, for where the image stands on a disk. */
function* partitions({ source, walk }: Volume): Generator<Reading> {
  const records = bootRecords(source, 0) ?? [];
  if (records.length === 0) return;
  claimBootSector(walk);
  for (const { number, start, length, type, isActive } of records) {
    const range = `${hex(start * DISK_SECTOR)}–${hex((start + length) * DISK_SECTOR)}`;
    yield {
      kind: 'fact',
      name: `partition-${number}`,
      value: `${range}, ${typeName(type)}${isActive ? ', active' : ''}`,
    };
  }
}

function factsOf(
  source: Source,
  { trees: descriptors, others }: Descriptors,
  trees: readonly Tree[],
  given: Given,
): Readonly<Record<string, string | null>> {
  const text = (value = '') => (value === '' ? null : value);
  const primary = descriptors.find(({ kind }) => kind === 'primary');
  const size = (primary?.blocks ?? 0) * (primary?.blockSize ?? 0);
  const names = trees.map((tree) => `${tree.descriptor.kind}${tree.hasRockRidge ? ' with Rock Ridge' : ''}`);
  return {
    trees: names.join(', '),
    name: text(primary?.name),
    system: text(primary?.system),
    publisher: text(primary?.publisher),
    preparer: text(primary?.preparer),
    application: text(primary?.application),
    'made-at': text(primary?.madeAt),
    'block-size': `${primary?.blockSize}`,
    data: size > source.size ? `cut short: ${source.size} of ${size} bytes` : null,
    'only-in-other-trees': `${given.others} files`,
    'entries-hidden': `${given.hidden}`,
    'other-structures': others.length === 0 ? null : others.join(', '),
  };
}
