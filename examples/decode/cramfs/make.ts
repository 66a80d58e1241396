// node examples/decode/cramfs/make.ts: writes the inputs with mkfs.cramfs of util-linux, as root, from a made-up tree.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytes, field, le16, le32, noise, padded, patched, writeCases, zeros } from '../../craft.ts';

const work = mkdtempSync(join(tmpdir(), 'cramfs-'));
const tree = join(work, 'tree');
for (const folder of ['bin', 'etc/init.d', 'dev', 'empty']) mkdirSync(join(tree, folder), { recursive: true });
writeFileSync(`${tree}/bin/tool`, 'whole blocks and a tail\n'.repeat(400));
writeFileSync(`${tree}/bin/login`, 'a tail only\n', { mode: 0o4755 });
writeFileSync(`${tree}/etc/passwd`, 'root:x:0:0:root:/root:/bin/sh\n');
writeFileSync(`${tree}/etc/größe`, 'a name in UTF-8\n');
writeFileSync(Buffer.from(`${tree}/etc/caf\xe9`, 'latin1'), 'a name that is not UTF-8\n');
writeFileSync(`${tree}/etc/nothing`, '');
writeFileSync(`${tree}/holes`, '');
truncateSync(`${tree}/holes`, 9000);
writeFileSync(`${tree}/holes`, 'data behind holes', { flag: 'a' });
symlinkSync('../bin/tool', `${tree}/etc/link`);
execFileSync('mknod', ['-m', '600', `${tree}/dev/console`, 'c', '5', '1']);
execFileSync('mknod', ['-m', '640', `${tree}/dev/mtdblock3`, 'b', '31', '3']);
execFileSync('mkfifo', ['-m', '622', `${tree}/dev/pipe`]);
execFileSync('chown', ['1000:100', `${tree}/etc/passwd`]);

function image(...options: readonly string[]): Buffer {
  const file = join(work, 'image');
  execFileSync('/usr/sbin/mkfs.cramfs', [...options, tree, file], { stdio: 'ignore' });
  return readFileSync(file);
}

const little = image('-n', 'made up', '-e', '7');

/** Where the inode of a name stands, in little endian. */
const inodeOf = (given: Buffer, name: string) => given.indexOf(name, 76, 'latin1') - 12;
const offsetOf = (given: Buffer, name: string) => 4 * (given.readUInt32LE(inodeOf(given, name) + 8) >>> 6);

/** One directory with one file whose first block is plain, the second packed at a place of its own, the third a hole. */
function extended(): Buffer {
  const packed = little.subarray(offsetOf(little, 'tool') + 12, little.readUInt32LE(offsetOf(little, 'tool')));
  const TABLE = 76 + 16;
  const plainAt = 512;
  const packedAt = plainAt + 4096;
  const pointers = [
    (0xc0000000 | (plainAt / 4)) >>> 0, // plain, direct
    (0x40000000 | (packedAt / 4)) >>> 0, // packed, direct
    packedAt + 2 + packed.length, // ends where it begins: a hole
  ];
  const directory = bytes(le16(0o100644), le16(0), le32(3 * 4096), le32(1 + ((TABLE / 4) << 6)), field('mixd', 4));
  return padded(
    bytes(
      field(
        bytes(
          little.subarray(0, 4),
          le32(8192),
          le32(0x800 + 0x100 + 3),
          zeros(4),
          'Compressed ROMFS',
          zeros(16),
          field('extended', 16),
          bytes(le16(0o040755), le16(0), le32(16), le32((76 / 4) << 6)),
          directory,
          ...pointers.map(le32),
        ),
        plainAt,
      ),
      noise(4096),
      le16(packed.length),
      packed,
    ),
    4096,
  );
}

const tool = offsetOf(little, 'tool');
const root = little.readUInt32LE(72);
writeCases(import.meta.dirname, '../make.ts', {
  'little-endian': { input: little, note: 'Every kind of entry; holes are packed as any block.' },
  'big-endian': { input: image('-N', 'big'), note: 'The same tree, fields from the high bits on.' },
  'explicit-holes': { input: image('-z'), note: 'Blocks of zeros are not stored.' },
  'boot-code-before': { input: patched(image('-p'), 0, noise(512)), note: 'The superblock stands behind 512 bytes of something else.' },
  'blocks-of-8-KiB': { input: image('-b', '8192'), note: 'The block size is found, for nothing states it.' },
  'extended-block-pointers': { input: extended(), note: 'Blocks that are not packed, or stand anywhere.' },
  'block-damaged': { input: patched(little, tool + 20, zeros(40)), note: 'One file has no content; the checksum is wrong.' },
  'directory-in-itself': {
    input: patched(little, inodeOf(little, 'init.d') + 4, bytes(little.subarray(68, 72), le32((root & ~0x3f) + 2))),
    note: 'etc/init.d is the root directory: entered once only.',
  },
  'cut-short': { input: little.subarray(0, 700), note: 'Names are there, the content of most is not.' },
  'bytes-that-no-file-names': { input: patched(little, little.length - 400, noise(300)), note: 'Behind the last file stands what nothing leads to.' },
  'root-is-a-file': { input: patched(little, 64, le16(0o100644)), note: 'The look-alike: the first inode is no directory.' },
});
rmSync(work, { recursive: true });
