// node examples/decode/ext/make.ts: writes the inputs with mke2fs and debugfs 1.47, as root, from a made-up tree.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes, field, le16, le32, patched, writeCases, zeros } from '../../craft.ts';

const work = mkdtempSync(join(tmpdir(), 'ext-'));
const tree = join(work, 'tree');
const file = join(work, 'image');
for (const folder of ['bin', 'etc/init.d', 'dev']) mkdirSync(join(tree, folder), { recursive: true });
writeFileSync(`${tree}/bin/tool`, 'more than twelve blocks\n'.repeat(560));
writeFileSync(`${tree}/bin/login`, 'less than a block\n', { mode: 0o4755 });
writeFileSync(`${tree}/etc/passwd`, 'root:x:0:0:root:/root:/bin/sh\n'.repeat(4));
writeFileSync(`${tree}/etc/größe`, 'a name in UTF-8\n');
writeFileSync(Buffer.from(`${tree}/etc/caf\xe9`, 'latin1'), 'a name that is not UTF-8\n');
writeFileSync(`${tree}/etc/nothing`, '');
writeFileSync(`${tree}/holes`, 'data before holes');
truncateSync(`${tree}/holes`, 9000);
writeFileSync(`${tree}/holes`, 'data behind holes', { flag: 'a' });
linkSync(`${tree}/bin/tool`, `${tree}/bin/tool-too`);
symlinkSync('../bin/tool', `${tree}/etc/link`);
symlinkSync('../'.repeat(30), `${tree}/etc/long-link`);
execFileSync('mknod', ['-m', '600', `${tree}/dev/console`, 'c', '5', '1']);
execFileSync('mknod', ['-m', '640', `${tree}/dev/wide`, 'b', '300', '70000']);
execFileSync('mkfifo', ['-m', '622', `${tree}/dev/pipe`]);
execFileSync('chown', ['1000:70000', `${tree}/etc/passwd`]);
execFileSync('find', [tree, '-exec', 'touch', '-hd', '@1600000000', '{}', '+']);

const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin`, E2FSPROGS_FAKE_TIME: '1700000000' };
const UUID = '11111111-2222-3333-4444-555555555555';

function image(type: string, features: string, ...commands: readonly string[]): Buffer {
  writeFileSync(file, zeros(65_536));
  const fixed = ['-F', '-q', '-t', type, '-b', '1024', '-I', '256', '-N', '32', '-m', '0', '-U', UUID, '-E', `hash_seed=${UUID}`];
  execFileSync('mke2fs', [...fixed, '-O', `^has_journal,^resize_inode,${features}`, '-d', tree, file], { env, stdio: 'ignore' });
  for (const command of commands) execFileSync('debugfs', ['-w', '-R', command, file], { env, stdio: 'ignore' });
  return readFileSync(file);
}

const ext2 = image('ext2', '^dir_index');
const ext4 = image('ext4', '64bit');
const inline = image('ext4', 'inline_data');

/** Where the inode of a path stands. */
function inodeOf(given: Buffer, path: string): number {
  writeFileSync(file, given);
  const said = execFileSync('debugfs', ['-R', `imap ${path}`, file], { env, encoding: 'utf8' });
  const [, block = '', offset = ''] = /located at block (\d+), offset 0x([0-9a-f]+)/.exec(said) ?? [];
  return 1024 * Number(block) + Number.parseInt(offset, 16);
}

/** Where a name stands in a directory; the inode's number stands eight bytes before. */
function listed(given: Buffer, name: string): number {
  const at = given.indexOf(bytes([name.length], [1], name));
  const directory = given.indexOf(bytes([name.length], [2], name));
  return (at === -1 ? directory : at) - 6;
}

const tool = inodeOf(ext4, '/bin/tool');
const holes = inodeOf(ext4, '/holes');
const freeBlock = ext4.lastIndexOf('a name') + 4096 - ((ext4.lastIndexOf('a name') + 4096) % 1024);
/** An extent tree in an inode. */
const extents = (depth: number, ...entries: readonly Buffer[]) =>
  field(bytes(le16(0xf30a), le16(entries.length), le16(4), le16(depth), zeros(4), ...entries), 60);
const extent = (first: number, length: number, block: number) => bytes(le32(first), le16(length), le16(0), le32(block));
const index = (first: number, block: number) => bytes(le32(first), le32(block), le16(0), le16(0));

writeCases(import.meta.dirname, '../make.ts', {
  'block-map': { input: ext2, note: 'ext2: every kind of entry, a file with a block of pointers, holes.' },
  extents: { input: ext4, note: 'ext4 with 64-bit descriptors: the same tree by extents.' },
  'inline-data': { input: inline, note: 'Small files and directories stand in their inodes.' },
  'file-deleted': {
    input: image('ext4', '64bit', 'rm bin/login'),
    note: 'Its inode, name and content are still there: none of them is claimed.',
  },
  'bytes-in-an-unused-block': {
    input: patched(ext4, freeBlock, '#!/bin/sh\ntelnetd -l /bin/sh\n'),
    note: 'No file uses the block: what stands there stays unexplained.',
  },
  'bytes-behind-the-end-of-a-file': {
    input: patched(ext4, ext4.indexOf('less than a block') + 500, 'hidden in the rest of a block'),
    note: 'The rest of the last block of a file is not zeros.',
  },
  'directory-in-itself': {
    input: patched(ext4, listed(ext4, 'init.d'), le32(2)),
    note: 'etc/init.d is the root directory: entered once only.',
  },
  'extents-that-overlap': {
    input: patched(ext4, tool + 40, extents(0, extent(0, 4, 40), extent(2, 4, 41))),
    note: 'One file has no content, the others are given.',
  },
  'extents-that-loop': {
    input: patched(
      patched(ext4, tool + 40, extents(1, index(0, freeBlock / 1024))),
      freeBlock,
      extents(1, index(0, freeBlock / 1024)),
    ),
    note: 'A node that leads to itself: levels must count down.',
  },
  'hole-of-terabytes': {
    input: patched(ext4, holes + 108, le32(1024)),
    note: 'A file that claims 4 TiB is not read; the others are, and the budget is named.',
  },
  'reserved-blocks-not-written': {
    input: patched(ext4, tool + 40, extents(0, extent(0, 32_768 + 14, 30))),
    note: 'Blocks that were never written read as zeros; what stands in them is not claimed.',
  },
  'time-after-2038': {
    input: image('ext4', '64bit', 'sif etc/passwd mtime @4000000000'),
    note: 'Two bits more of the time stand behind the old inode.',
  },
  'inode-damaged': { input: patched(ext4, tool, zeros(2)), note: 'Of one file only the name is known; all others are given.' },
  'cut-short': { input: ext4.subarray(0, 42_000), note: 'Files behind the end have no content.' },
  'copy-of-a-superblock': {
    input: patched(ext4, 1024 + 0x5a, le16(1)),
    note: 'The look-alike: a copy says the group it stands in, and that offsets count from elsewhere.',
  },
});
rmSync(work, { recursive: true });
