import { ACCURATE, crcOf, DIRENT, Fields, INODE, XATTR, XREF } from '#engine/decode/jffs2/node';

/** Bytes before the entries, and of the mark that ends the erase block. */
const HEADER = 32;
const MARK = 8;

/** Bytes of an entry, a name's without the name. */
const LENGTHS: Readonly<Record<number, number>> = { [INODE]: 18, [DIRENT]: 24, [XATTR]: 18, [XREF]: 6 };

/** Where in an entry for a name its length stands. */
const NAME_LENGTH = 22;

/** True when a summary node holds as many entries as it states, with right checksums, and nothing else.
 *  What it says is not used: the nodes themselves are read.
 *  Source: Linux, fs/jffs2/summary.h */
export function isSummary(bytes: Uint8Array, isLittle: boolean): boolean {
  if (bytes.length < HEADER + MARK) return false;
  const f = new Fields(bytes, isLittle);
  const entries = f.u32(12); // behind them: sizes of the cleanmarker and of padding
  if (crcOf(bytes.subarray(HEADER)) !== f.u32(24) || crcOf(bytes.subarray(0, HEADER - MARK)) !== f.u32(28))
    return false;
  let at = HEADER;
  for (let i = 0; i < entries; i++) {
    if (at + NAME_LENGTH + 1 > bytes.length) return false;
    const type = f.u16(at) | ACCURATE;
    const length = LENGTHS[type];
    if (length === undefined) return false;
    at += length + (type === DIRENT ? f.u8(at + NAME_LENGTH) : 0);
  }
  return bytes.subarray(at, -MARK).every((byte) => byte === 0 || byte === 0xff);
}
