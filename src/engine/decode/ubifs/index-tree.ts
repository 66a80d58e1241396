import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { HEADER, headOf, isWhole, type Key, keyOf, TYPE } from '#engine/decode/ubifs/node';
import type { Master } from '#engine/decode/ubifs/scan';
import type { Superblock } from '#engine/decode/ubifs/superblock';

/** Levels above the leaves; eight branches a node and more make 2^30 leaves at the least. */
const LEVEL_LIMIT = 32;

/** Branches in the whole index: one for each node. */
const BRANCH_LIMIT = 2_000_000;

/** Bytes of a branch without the digest that an authenticated index has behind it. */
const BRANCH = 20;

/** A leaf of the index: what node counts for a key. */
export interface Branch {
  /** Where it stands in the image. */
  readonly at: number;
  readonly key: Key;
}

/** The leaves of the index as the master node has it.
 *  @throws Malformed when a node of the index is not there */
export function branchesOf(source: Source, superblock: Superblock, { root }: Master): readonly Branch[] {
  const { blockSize } = superblock;
  const found: Branch[] = [];
  const seen = new Set<number>();
  const waiting = [{ at: root.block * blockSize + root.offset, length: root.length, level: LEVEL_LIMIT }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { at, length } = next;
    if (seen.has(at)) throw new Malformed('node of the index stands in it twice', at);
    seen.add(at);
    const c = nodeAt(source, at, length);
    const count = c.u16le();
    const level = c.u16le();
    if (next.level === LEVEL_LIMIT ? level >= LEVEL_LIMIT : level !== next.level)
      throw new Malformed(`index of level ${level}`, at);
    const stride = count === 0 ? 0 : Math.floor(c.left / count);
    if (count === 0 || stride < BRANCH) throw new Malformed(`index of ${count} branches`, at);
    if (found.length + waiting.length + count > BRANCH_LIMIT)
      throw new Malformed(`index of more than ${BRANCH_LIMIT} branches`, at);
    for (let i = 0; i < count; i++) {
      const from = c.at;
      const place = c.u32le() * blockSize + c.u32le();
      const size = c.u32le();
      const key = keyOf(c);
      c.at = from + stride;
      if (level === 0) found.push({ at: place, key });
      else waiting.push({ at: place, length: size, level: level - 1 });
    }
  }
  return found;
}

/** Behind the header of a node of the index. */
function nodeAt(source: Source, at: number, length: number): Cursor {
  if (at + HEADER > source.size || length < HEADER)
    throw new Malformed('node of the index leaves the image', Math.min(at, source.size));
  const head = headOf(source.bytes(at, at + HEADER), at);
  if (head === null || head.type !== TYPE.index || head.length !== length || at + length > source.size)
    throw new Malformed('no node of the index where one should be', at);
  const bytes = source.bytes(at, at + length);
  if (!isWhole(bytes)) throw new Malformed('checksum of a node of the index is wrong', at);
  return new Cursor(bytes, HEADER, at);
}
