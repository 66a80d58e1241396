import assert from 'node:assert/strict';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Entry } from '#domain/artefact';
import { bytesOfName } from '#engine/bytes/text';
import { cramfs } from '#engine/decode/cramfs';
import { ext } from '#engine/decode/ext/ext';
import { romfs } from '#engine/decode/romfs';
import {
  compare,
  explained,
  makeTree,
  missing,
  noise,
  open,
  root,
  run,
  type Truth,
  truthOf,
} from './images.ts';

// Images made by the tools that everybody uses, from one tree: what we read is compared with that tree, and where an
// image has another maker, with what a second reader extracts.

// --- cramfs

for (const [name, command] of [
  ['little endian', 'mkfs.cramfs -N little tree small.img'],
  ['big endian', 'mkfs.cramfs -N big tree small.img'],
  ['with boot code before it', 'mkfs.cramfs -p tree small.img'],
  ['with explicit holes', 'mkfs.cramfs -z tree small.img'],
  ['blocks of 16 KiB', 'mkfs.cramfs -b 16384 tree small.img'],
] as const) {
  test(`cramfs, ${name}: the tree it was made from`, { skip: missing('mkfs.cramfs') }, () => {
    makeTree('tree', { sizes: 1 });
    run(command);
    const part = explained(cramfs, 'small.img', 0);
    compare(part.entries, truthOf('tree'), ['modifiedAt', 'hard-link']);
    assert.equal(part.facts['crc'], 'right');
    assert.equal(part.facts['files-in-tree'], part.facts['files-stated']);
  });
}

// --- romfs

for (const align of [16, 4096]) {
  test(`romfs, aligned to ${align}: the tree it was made from`, { skip: missing('genromfs') }, () => {
    makeTree('tree', { sizes: 1 });
    run(`genromfs -f rom.img -d tree -V label -a ${align}`);
    const part = explained(romfs, 'rom.img', 0);
    compare(part.entries, truthOf('tree'), ['modifiedAt', 'mode', 'uid', 'gid']);
    for (const { path, type, mode } of part.entries) {
      const name = Buffer.concat([Buffer.from(`${root}/tree/`), bytesOfName(path)]);
      const isRunnable = (lstatSync(name).mode & 0o111) !== 0;
      if (type === 'file') assert.equal((mode ?? 0) & 0o111, isRunnable ? 0o111 : 0, path);
    }
    assert.match(part.facts['header-checksums'] ?? '', /, 0 wrong$/);
    assert.equal(part.facts['name'], 'label');
  });
}

// --- ext2, ext3, ext4

/** Of the root directory mkfs keeps nothing, and it makes one directory more. */
const isOfTree = ({ path }: Entry) => path !== '' && path !== 'lost+found';

const EXT_VARIANTS: Readonly<Record<string, string>> = {
  'ext2, blocks of 1 KiB': '-t ext2 -b 1024',
  'ext2, blocks of 4 KiB': '-t ext2 -b 4096',
  'ext2, inodes of 128 bytes': '-t ext2 -b 2048 -I 128',
  'ext3, blocks of 1 KiB': '-t ext3 -b 1024',
  'ext3, every group with a copy of the superblock': '-t ext3 -b 1024 -O ^sparse_super,^resize_inode',
  'ext4, blocks of 1 KiB': '-t ext4 -b 1024',
  'ext4, blocks of 4 KiB': '-t ext4 -b 4096',
  'ext4, blocks of 64 KiB': '-t ext4 -b 65536',
  'ext4, 64 bits': '-t ext4 -b 1024 -O 64bit',
  'ext4, 32 bits, no checksums': '-t ext4 -b 1024 -O ^64bit,^metadata_csum,uninit_bg',
  'ext4, block maps instead of extents': '-t ext4 -b 1024 -O ^extents,^64bit',
  'ext4, inline data': '-t ext4 -b 1024 -I 256 -O inline_data',
  'ext4, clusters of blocks': '-t ext4 -b 1024 -O bigalloc -C 16384',
  'ext4, groups of groups': '-t ext4 -b 1024 -O meta_bg,^resize_inode -g 1024',
  'ext4, groups apart': '-t ext4 -b 1024 -O ^flex_bg -g 2048',
  'ext4, two copies of the superblock': '-t ext4 -b 1024 -O sparse_super2,^resize_inode -g 2048',
  'ext4, quotas, no journal': '-t ext4 -b 1024 -O quota,^has_journal',
};

for (const [name, options] of Object.entries(EXT_VARIANTS)) {
  test(`${name}: the tree it was made from`, { skip: missing('mke2fs') }, () => {
    const truth = extTruth();
    run(`rm -f ext.img; mke2fs -F -q ${options} -N 1000 -d wide ext.img 40M`);
    const part = explained(ext, 'ext.img', 0);
    compare(part.entries.filter(isOfTree), truth);
    assert.equal(part.facts['inodes-without-name'], '0');
    assert.equal(part.facts['inodes-deleted'], '0');
  });
}

test('ext4, directories with a search tree: the tree it was made from', {
  skip: missing('mke2fs', 'e2fsck'),
}, () => {
  const truth = extTruth();
  run('rm -f ext.img; mke2fs -F -q -t ext4 -b 1024 -N 1000 -d wide ext.img 40M');
  run('e2fsck -fyD ext.img || [ $? = 1 ]');
  const { parts } = open(ext, readFileSync(join(root, 'ext.img')));
  compare(parts.flatMap(({ entries }) => entries).filter(isOfTree), truth);
});

test('ext4: what was deleted is not claimed and stays to be searched', {
  skip: missing('mke2fs', 'debugfs'),
}, () => {
  makeTree('wide', { sizes: 1, isWide: true });
  run('rm -f ext.img; mke2fs -F -q -t ext4 -b 1024 -N 1000 -d wide ext.img 40M');
  run(
    'debugfs -w -R "rm bin/su" ext.img; debugfs -w -R "rm etc/su-again" ext.img; debugfs -w -R "rm a-first-name" ext.img',
  );
  const image = readFileSync(join(root, 'ext.img'));
  const at = image.indexOf(noise(70_000, 1));
  assert.notEqual(at, -1, 'the content is still there');
  const { parts, extents } = open(ext, image);
  assert.equal(parts[0]?.facts['inodes-deleted'], '1');
  const gap = extents.find(({ range }) => range[0] <= at && at < range[1]);
  assert.equal(gap?.role, 'opaque');
  assert.deepEqual(gap.range, [at, at + 70_000]);
});

/** The tree that mke2fs copies, with a file of many pieces. */
function extTruth(): Truth {
  makeTree('wide', { sizes: 1, isWide: true });
  const pieces = join(root, 'wide/sizes/pieces');
  if (!existsSync(pieces)) {
    const bytes = new Uint8Array(1_999_872);
    for (let at = 0; at < bytes.length; at += 4096) bytes.set(noise(1024, at), at);
    writeFileSync(pieces, bytes);
  }
  return new Map([...truthOf('wide')].filter(([path]) => path !== ''));
}

// --- what others collected, where it is at hand

const corpus = process.env['ASSAY_CORPUS'] ?? '';
const noCorpus = existsSync(join(corpus, 'firmware')) ? false : 'ASSAY_CORPUS names no corpus';

test('cramfs and romfs of the same file give the same file', { skip: noCorpus }, () => {
  const digests = [
    [cramfs, 'binwalk-test-cramfs.bin'],
    [romfs, 'binwalk-test-romfs.bin'],
  ] as const;
  const found = digests.map(([format, name]) => {
    const { parts } = open(format, readFileSync(join(corpus, 'firmware', name)));
    const files = parts.flatMap(({ entries }) => entries).filter(({ type }) => type === 'file');
    return files.map(({ path, content }) => `${path} ${content?.digest}`);
  });
  assert.equal(found[0]?.length, 1);
  assert.deepEqual(found[0], found[1]);
});
