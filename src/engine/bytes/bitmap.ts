import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';

/** Where the parts of a Windows bitmap stand. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** Where the colour table ends. */
  readonly pixelsAt: number;
  /** Where the pixels end when they follow the colour table; may lie beyond the source. */
  readonly end: number;
  /** Bytes of the pixels. */
  readonly size: number;
}

/** Reads the header of a bitmap behind its file header.
 *  @param limit   where the bitmap must end at the latest
 *  @param inIcon  true: the height counts a mask of one bit a pixel too
 *  @returns null: no header, a compression without a size, or a colour table that leaves the limit
 *  Source: Microsoft, Bitmap Storage; BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER, BITMAPV5HEADER */
export function bitmapEnd(source: Source, at: number, limit: number, inIcon: boolean): Bitmap | null {
  if (at + 12 > limit) return null;
  const headerSize = new Cursor(source.bytes(at, at + 4)).u32le();
  const isCore = headerSize === 12;
  if (!isCore && ![40, 52, 56, 64, 108, 124].includes(headerSize)) return null;
  if (at + headerSize > limit) return null;
  const c = new Cursor(source.bytes(at, at + headerSize), 4);
  const width = isCore ? c.u16le() : c.u32le();
  const signedHeight = isCore ? c.u16le() : c.u32le() | 0; // below zero: rows from the top
  const planes = c.u16le();
  const depth = c.u16le();
  const compression = isCore ? 0 : c.u32le(); // 0 none, 1 and 2 run lengths, 3 and 6 masks
  const stated = isCore ? 0 : c.u32le();
  if (!isCore) c.skip(8); // resolution
  const coloursUsed = isCore ? 0 : c.u32le();
  if (planes !== 1 || ![1, 4, 8, 16, 24, 32].includes(depth) || width === 0 || signedHeight === 0)
    return null;
  const height = Math.abs(signedHeight) / (inIcon ? 2 : 1);
  if (coloursUsed > 256 || !Number.isInteger(height)) return null;
  const colours = coloursUsed === 0 && depth <= 8 ? 2 ** depth : coloursUsed;
  const masks = headerSize === 40 && compression === 3 ? 12 : headerSize === 40 && compression === 6 ? 16 : 0;
  const pixelsAt = at + headerSize + masks + colours * (isCore ? 3 : 4);
  if (pixelsAt > limit) return null;
  const isPlain = compression === 0 || compression === 3 || compression === 6;
  const size = isPlain ? rowSize(width, depth) * height + (inIcon ? rowSize(width, 1) * height : 0) : stated;
  return size === 0 ? null : { width, height, pixelsAt, end: pixelsAt + size, size };
}

/** Rows are filled up to four bytes. */
function rowSize(width: number, depth: number): number {
  return Math.ceil((width * depth) / 32) * 4;
}
