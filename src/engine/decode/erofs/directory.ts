import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { isZero } from '#engine/bytes/pieces';
import { stepOf } from '#engine/bytes/walk';
import type { Inode } from '#engine/decode/erofs/inode';
import { runsOf } from '#engine/decode/erofs/runs';
import type { Volume } from '#engine/decode/erofs/volume';

/** One line of a directory. */
export interface Listed {
  /** As it stands in a path. */
  readonly step: string;
  readonly inode: number;
  /** As the line states it; the inode is what counts. Null: neither of these two, or not stated. */
  readonly type: 'file' | 'directory' | null;
  /** Where the line stands. */
  readonly at: number;
}

/** Bytes of a line without its name. */
const LINE = 12;

/** Lines of a directory in order, without `.` and `..`. In each block all lines stand before all names.
 *  Source: Linux, Documentation/filesystems/erofs.rst, "directories"
 *  @throws Malformed when a block breaks; lines before the break were given. Spent */
export function* listingOf(volume: Volume, inode: Inode): Generator<Listed> {
  const { blockSize } = volume.superblock;
  for (const { at, length } of runsOf(volume, inode)) {
    if (at === null) throw new Malformed('hole in a directory', inode.at);
    for (let from = at; from < at + length; from += blockSize)
      yield* linesIn(volume, from, Math.min(from + blockSize, at + length));
  }
}

function* linesIn(volume: Volume, start: number, end: number): Generator<Listed> {
  const bytes = volume.metadata([start, end], 'directory');
  const c = new Cursor(bytes, 0, start);
  const lines: {
    readonly inode: number;
    readonly nameAt: number;
    readonly type: number;
    readonly at: number;
  }[] = [];
  do {
    const at = start + c.at;
    const inode = c.u64le();
    const nameAt = c.u16le();
    const type = c.u8();
    c.skip(1); // reserved
    lines.push({ inode, nameAt, type, at });
    // The first name follows the last line.
  } while (c.at < (lines[0]?.nameAt ?? 0));
  if (c.at !== lines[0]?.nameAt) throw new Malformed('names of a directory begin inside a line', start);
  volume.walk.claim([start, start + LINE * lines.length], 'metadata');
  for (const [i, { inode, nameAt, type, at }] of lines.entries()) {
    const next = lines[i + 1]?.nameAt;
    const nameEnd = next ?? endOfName(bytes, nameAt);
    if (nameAt < LINE * lines.length || nameEnd <= nameAt || nameEnd > bytes.length)
      throw new Malformed('name leaves its directory', at);
    const name = bytes.subarray(nameAt, nameEnd);
    volume.walk.claim([start + nameAt, start + nameEnd], 'metadata');
    if (next === undefined && nameEnd < bytes.length && isZero(volume.source, [start + nameEnd, end]))
      volume.walk.claim([start + nameEnd, end], 'padding');
    if (isDots(name)) continue;
    yield { step: stepOf(name), inode, type: type === 1 ? 'file' : type === 2 ? 'directory' : null, at };
  }
}

/** The last name ends with the block or before the first zero. */
function endOfName(bytes: Uint8Array, at: number): number {
  const zero = bytes.indexOf(0, at);
  return zero === -1 ? bytes.length : zero;
}

function isDots(name: Uint8Array): boolean {
  return name.length <= 2 && name.every((byte) => byte === 0x2e);
}
