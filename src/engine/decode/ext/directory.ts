import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { FLAGS, type Inode, inlineRest, MAP_AT, MAP_SIZE } from '#engine/decode/ext/inode';
import { runsOf } from '#engine/decode/ext/mapping';
import type { Volume } from '#engine/decode/ext/volume';

/** One line of a directory. */
export interface Listed {
  readonly name: Uint8Array;
  readonly inode: number;
  /** As the line states it; the inode is what counts. Null: neither of these two, or not stated. */
  readonly type: 'file' | 'directory' | null;
}

/** In place of a name's length and type: the checksum of the block follows. */
const CHECKSUM_MARK = 0xde00;

/** Lines of a directory in order, without `.` and `..`. Bytes between lines are not claimed: deleted names stand there.
 *  Source: Linux, Documentation/filesystems/ext4/directory.rst
 *  @throws Malformed when a block breaks; lines before the break were given. Spent */
export function* listingOf(volume: Volume, inode: Inode): Generator<Listed> {
  if ((inode.flags & FLAGS.inline) !== 0) {
    const rest = inlineRest(inode);
    // The number of the directory above stands before the first line.
    yield* linesIn(volume, inode.bytes.subarray(MAP_AT + 4, MAP_AT + MAP_SIZE), inode.at + MAP_AT + 4);
    if (rest !== null) yield* linesIn(volume, inode.bytes.subarray(...rest), inode.at + rest[0]);
    return;
  }
  const { blockSize } = volume.superblock;
  for (const { at, length } of runsOf(volume, inode)) {
    if (at === null) continue;
    for (let from = at; from < at + length; from += blockSize) {
      const bytes = volume.block(from / blockSize, 'directory');
      if ((inode.flags & FLAGS.indexed) !== 0) claimIndex(volume, bytes, from);
      yield* linesIn(volume, bytes, from);
    }
  }
}

function* linesIn({ walk }: Volume, bytes: Uint8Array, base: number): Generator<Listed> {
  const c = new Cursor(bytes, 0, base);
  while (c.left >= 8) {
    const at = c.at;
    const inode = c.u32le(); // 0: the line is unused
    const length = lengthOf(c.u16le());
    const nameLength = c.u8();
    const type = c.u8();
    if (length < 8 || length % 4 !== 0 || at + length > bytes.length || 8 + nameLength > length)
      throw new Malformed(`line of ${length} bytes in a directory`, base + at);
    const isChecksum = inode === 0 && nameLength + type * 256 === CHECKSUM_MARK && length === 12;
    const used = inode === 0 ? 8 : Math.min(length, 8 + nameLength + (-nameLength & 3));
    walk.claim([base + at, base + at + (isChecksum ? length : used)], 'metadata');
    if (inode !== 0) {
      const name = c.take(nameLength);
      if (nameLength === 0) throw new Malformed('line without a name in a directory', base + at);
      if (!isDots(name)) yield { name, inode, type: type === 1 ? 'file' : type === 2 ? 'directory' : null };
    }
    c.at = at + length;
  }
}

/** Blocks of 64 KiB have lengths of more than 16 bits: the low two bits count on. Source: Linux, fs/ext4/ext4.h, ext4_rec_len_from_disk */
function lengthOf(stated: number): number {
  if (stated === 65_535 || stated === 0) return 65_536;
  return (stated & 0xfffc) + (stated & 3) * 65_536;
}

function isDots(name: Uint8Array): boolean {
  return name.length <= 2 && name.every((byte) => byte === 0x2e);
}

/** Claims the search tree that large directories hold in unused lines.
 *  Source: Linux, Documentation/filesystems/ext4/directory.rst, "hash tree directories" */
function claimIndex({ walk }: Volume, bytes: Uint8Array, base: number): void {
  const c = new Cursor(bytes);
  const isNode = c.u32le() === 0 && lengthOf(c.u16le()) === bytes.length;
  c.at = 16;
  const isRoot = !isNode && lengthOf(c.u16le()) === bytes.length - 12;
  if (!isNode && !isRoot) return;
  const at = isNode ? 8 : 32;
  c.at = at;
  const room = c.u16le();
  const entries = c.u16le();
  if (entries > room || at + 8 * room > bytes.length) return;
  walk.claim([base + (isNode ? 8 : 24), base + at + 8 * entries], 'metadata');
  const checksumAt = at + 8 * room;
  if (checksumAt + 8 <= bytes.length) walk.claim([base + checksumAt, base + checksumAt + 8], 'metadata');
}
