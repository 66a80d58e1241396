import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import { latin1, nameOf } from '#engine/bytes/text';
import { utf16Name } from '#engine/bytes/utf16';
import { SECTOR } from '#engine/decode/iso9660/volume';

/** Where descriptors begin; before them nothing is said of what stands there. */
export const DESCRIPTORS_AT = 16 * SECTOR;

/** Bytes of a descriptor's fields; what follows is for applications, mostly spaces. */
const FIELDS = 883;
const APPLICATION_END = 1395;

/** Descriptors of one volume. Discs have three or four. */
const LIMIT = 64;

/** Describes one tree of directories. Source: ECMA-119, clauses 8.4 and 8.5 */
export interface TreeDescriptor {
  readonly kind: 'primary' | 'joliet' | 'enhanced';
  readonly at: number;
  readonly system: string;
  readonly name: string;
  readonly publisher: string;
  readonly preparer: string;
  readonly application: string;
  /** As it stands: year to hundredths, digits, and the zone; empty: not stated. */
  readonly madeAt: string;
  /** Bytes of a block: places of files and directories count in these. */
  readonly blockSize: number;
  readonly blocks: number;
  readonly pathTableSize: number;
  /** Blocks of the tables in both byte orders and of their copies; 0: none. */
  readonly pathTables: readonly { readonly block: number; readonly isLittle: boolean }[];
  /** Record of the root directory. */
  readonly root: Uint8Array;
  /** Where that stands. */
  readonly rootAt: number;
}

export interface Descriptors {
  readonly trees: readonly TreeDescriptor[];
  /** Where the boot catalog stands, bytes; null: none. */
  readonly catalogAt: number | null;
  /** Places of all descriptors. */
  readonly places: readonly { readonly at: number; readonly size: number }[];
  /** Names of volume structures that follow, as those of UDF do. */
  readonly others: readonly string[];
}

/** The descriptors in order up to the one that ends them.
 *  @param start  where the first one stands
 *  @returns null: no file system is described here */
export function readDescriptors(source: Source, start: number = DESCRIPTORS_AT): Descriptors | null {
  const trees: TreeDescriptor[] = [];
  const places: { at: number; size: number }[] = [];
  const others: string[] = [];
  let catalogAt: number | null = null;
  let hasEnded = false;
  for (let i = 0; i < LIMIT; i++) {
    const at = start + i * SECTOR;
    if (at + SECTOR > source.size) break;
    const bytes = source.bytes(at, at + SECTOR);
    const standard = latin1(bytes.subarray(1, 6));
    if (hasEnded || standard !== 'CD001') {
      if (!/^(BEA01|NSR0[23]|TEA01|BOOT2)$/.test(standard)) break;
      others.push(standard);
      places.push({ at, size: 7 });
      continue;
    }
    const type = bytes[0];
    places.push({ at, size: sizeOf(bytes) });
    if (type === 0) catalogAt ??= catalogOf(bytes);
    else if (type === 1 || type === 2) {
      const tree = treeOf(bytes, at);
      if (tree !== null) trees.push(tree);
    } else if (type === 255) hasEnded = true;
  }
  return trees.some(({ kind }) => kind === 'primary') ? { trees, catalogAt, places, others } : null;
}

/** Where sessions begin that were written one after another: the first leaves room for what says which counts, and each
 *  begins at a multiple of this. */
const SESSION_STEP = 32 * SECTOR;

/** Sessions of one image. */
const SESSION_LIMIT = 256;

/** The descriptors of sessions, oldest first. The newest ones are mostly copied to where a volume has its own.
 *  Source: libisofs, "writing to overwriteable media", doc/; xorriso(1), "multi-session" */
export function readSessions(source: Source): readonly Descriptors[] {
  const sessions: Descriptors[] = [];
  let starts: readonly number[] = [SESSION_STEP];
  for (let last = 0; sessions.length < SESSION_LIMIT; ) {
    const found = starts
      .filter((start) => start > last)
      .map((start) => ({ start, session: readDescriptors(source, start + DESCRIPTORS_AT) }))
      .find(({ session }) => session !== null);
    if (found === undefined || found.session === null) break;
    sessions.push(found.session);
    last = found.start;
    const size = Math.max(...found.session.trees.map(({ blocks, blockSize }) => blocks * blockSize));
    // Makers count the blocks of a session from its beginning, or from that of the volume.
    starts = [last + size, size].map((end) => Math.ceil(end / SESSION_STEP) * SESSION_STEP);
  }
  return sessions;
}

/** Bytes of a descriptor that have a meaning. */
function sizeOf(bytes: Uint8Array): number {
  const [type] = bytes;
  if (type !== 1 && type !== 2) return type === 0 ? 75 : 7;
  const isBlank = bytes.subarray(FIELDS, APPLICATION_END).every((byte) => byte === 0x20);
  return isBlank ? APPLICATION_END : FIELDS;
}

/** Source: "El Torito" Bootable CD-ROM Format Specification 1.0, figure 7 */
function catalogOf(bytes: Uint8Array): number | null {
  if (latin1(bytes.subarray(7, 30)) !== 'EL TORITO SPECIFICATION') return null;
  return new Cursor(bytes, 71).u32le() * SECTOR;
}

/** Null: a descriptor whose numbers cannot be. */
function treeOf(bytes: Uint8Array, at: number): TreeDescriptor | null {
  const kind = bytes[0] === 1 ? 'primary' : isJoliet(bytes) ? 'joliet' : 'enhanced';
  const text = (from: number, length: number) =>
    textOf(bytes.subarray(from, from + length), kind === 'joliet');
  const c = new Cursor(bytes, 80);
  const blocks = c.u32le();
  c.at = 128;
  const blockSize = c.u16le();
  c.at = 132;
  const pathTableSize = c.u32le();
  c.at = 140;
  const little = [c.u32le(), c.u32le()];
  const big = [c.u32be(), c.u32be()];
  if (![512, 1024, 2048].includes(blockSize)) return null;
  return {
    kind,
    at,
    system: text(8, 32),
    name: text(40, 32),
    publisher: text(318, 128),
    preparer: text(446, 128),
    application: text(574, 128),
    madeAt: bytes.subarray(813, 829).every((byte) => byte === 0x30 || byte === 0) ? '' : text(813, 16),
    blockSize,
    blocks,
    pathTableSize,
    pathTables: [
      ...little.map((block) => ({ block, isLittle: true })),
      ...big.map((block) => ({ block, isLittle: false })),
    ],
    root: bytes.subarray(156, 190),
    rootAt: at + 156,
  };
}

/** Source: Microsoft, Joliet Specification, "SVD escape sequences field" */
function isJoliet(bytes: Uint8Array): boolean {
  return ['%/@', '%/C', '%/E'].includes(latin1(bytes.subarray(88, 91)));
}

/** Fields are filled up with spaces. */
function textOf(field: Uint8Array, isWide: boolean): string {
  const end = field.findLastIndex((byte) => byte !== 0x20 && byte !== 0) + 1;
  return isWide ? utf16Name(field, 'big').trimEnd() : nameOf(field.subarray(0, end));
}
