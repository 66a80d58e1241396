import type { ByteRange } from '#domain/range';
import { Malformed } from '#domain/error';
import { Cursor } from '#engine/bytes/cursor';
import { nameOf } from '#engine/bytes/text';
import { ATTRIBUTES_HEADER, type Inode } from '#engine/decode/erofs/inode';
import type { Volume } from '#engine/decode/erofs/volume';

/** Beginnings of names by their numbers. Source: Linux, fs/erofs/erofs_fs.h, EROFS_XATTR_INDEX_… */
const PREFIXES: Readonly<Record<number, string>> = {
  1: 'user.',
  2: 'system.posix_acl_access',
  3: 'system.posix_acl_default',
  4: 'trusted.',
  5: 'lustre.',
  6: 'security.',
};

/** From here on numbers are of a list of the image's own. */
const LONG_PREFIX = 0x80;

/** Names that are told apart. */
const NAME_LIMIT = 100;

/** Names of extended attributes, and how many inodes have each. Values are not given. */
export class Attributes {
  readonly counts = new Map<string, number>();
  /** Where entries stand that inodes share. */
  private readonly seen = new Map<number, string>();
  private readonly volume: Volume;

  constructor(volume: Volume) {
    this.volume = volume;
  }

  /** Counts those of one inode, and claims what they share with others.
   *  @throws Malformed, Spent */
  read({ fieldsEnd, end }: Inode): void {
    if (fieldsEnd === end) return;
    const { volume } = this;
    const c = new Cursor(volume.metadata([fieldsEnd, end], 'extended attributes'), 0, fieldsEnd);
    c.skip(4); // filter of names
    const shared = c.u8();
    c.at = ATTRIBUTES_HEADER;
    for (let i = 0; i < shared; i++) this.count(this.sharedName(volume.superblock.sharedAt + 4 * c.u32le()));
    while (c.left >= 4) {
      const at = c.at;
      const { name, length } = nameAt(c);
      if (length > c.bytes.length - at)
        throw new Malformed('extended attribute leaves its list', fieldsEnd + at);
      c.at = at + length;
      this.count(name);
    }
  }

  private sharedName(at: number): string {
    const known = this.seen.get(at);
    if (known !== undefined) return known;
    const { volume } = this;
    const head = new Cursor(volume.metadata([at, at + 4], 'shared attribute'), 0, at);
    const range: ByteRange = [at, at + 4 + head.u8()];
    const { name, length } = nameAt(new Cursor(volume.metadata(range, 'shared attribute'), 0, at));
    volume.walk.claim([at, at + length], 'metadata');
    this.seen.set(at, name);
    return name;
  }

  private count(name: string): void {
    if (!this.counts.has(name) && this.counts.size === NAME_LIMIT) return;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

/** One entry: lengths, beginning of the name by number, rest of the name, value; filled up to four bytes.
 *  @throws Malformed when it cannot be one */
function nameAt(c: Cursor): { readonly name: string; readonly length: number } {
  const nameLength = c.u8();
  const prefix = c.u8();
  const valueLength = c.u16le();
  const start = prefix >= LONG_PREFIX ? `prefix-${prefix - LONG_PREFIX}:` : PREFIXES[prefix];
  const rest = c.take(nameLength);
  if (start === undefined || rest.includes(0)) throw new Malformed('no extended attribute', c.base + c.at);
  const name = `${start}${nameOf(rest)}`;
  return { name, length: Math.ceil((4 + nameLength + valueLength) / 4) * 4 };
}
