import { Malformed } from '#domain/error';
import type { Source } from '#domain/ports';
import type { ByteRange } from '#domain/range';
import { READ_LIMIT } from '#engine/bytes/source';
import { nameOf } from '#engine/bytes/text';

/** Bytes in front of index and store: mark, version, reserved, two counts. */
const INTRO = 16;

/** Bytes of one index entry. */
const INDEX = 16;

/** What rpm itself takes at most: entries of the index and bytes of the store. */
const INDEX_LIMIT = 0xffff;
const STORE_LIMIT = READ_LIMIT;

/** How values stand in the store, by number. Source: RPM Package Format, V4: index entries. */
const TYPE = { int16: 3, int32: 4, int64: 5, text: 6, bytes: 7, texts: 8, translated: 9 } as const;

interface Index {
  readonly type: number;
  /** Where the values begin in the store. */
  readonly at: number;
  /** Values; of bytes their number. */
  readonly count: number;
}

/** A text with the place where it stands in the source. */
export interface PlacedText {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly range: ByteRange;
}

/** One header structure of a package: numbered tags with their values. A tag that is absent, has another type than it
 *  should, or leads out of the store has no value. */
export interface Header {
  /** All of it, index and store. */
  readonly range: ByteRange;
  readonly storeAt: number;
  /** Tags whose values lead out of the store. */
  readonly astray: ReadonlySet<number>;
  /** First text of a tag; null: none. */
  text(tag: number): string | null;
  /** All texts of a tag, in order, one by one: there may be millions. */
  texts(tag: number): Iterable<PlacedText>;
  /** Whole numbers of 16, 32 or 64 bits, without sign. */
  numbers(tag: number): Iterable<number>;
  /** Null: none. */
  bytes(tag: number): Uint8Array | null;
}

/** True when a header structure may begin here. */
export function isHeader(source: Source, at: number): boolean {
  if (at + INTRO > source.size) return false;
  const mark = source.bytes(at, at + 4);
  return mark[0] === 0x8e && mark[1] === 0xad && mark[2] === 0xe8 && mark[3] === 1;
}

/** Reads the header structure that begins at `at`.
 *  @throws Malformed when there is none, or it promises more than is there */
export function readHeader(source: Source, at: number): Header {
  if (!isHeader(source, at)) throw new Malformed('no header of an RPM package', at);
  const intro = source.bytes(at + 8, at + INTRO);
  const counts = new DataView(intro.buffer, intro.byteOffset, intro.byteLength);
  const entries = counts.getUint32(0);
  const size = counts.getUint32(4);
  if (entries > INDEX_LIMIT || size > STORE_LIMIT) {
    throw new Malformed(`RPM header of ${entries} tags and ${size} bytes`, at + 8);
  }
  const storeAt = at + INTRO + entries * INDEX;
  const end = storeAt + size;
  if (end > source.size) throw new Malformed('RPM header leaves the file', at + 8);
  const store = source.bytes(storeAt, end);
  const { index, astray } = readIndex(source.bytes(at + INTRO, storeAt), size);
  return new Tags([at, end], storeAt, store, index, astray);
}

function readIndex(
  bytes: Uint8Array,
  size: number,
): { readonly index: ReadonlyMap<number, Index>; readonly astray: ReadonlySet<number> } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const index = new Map<number, Index>();
  const astray = new Set<number>();
  for (let at = 0; at < bytes.length; at += INDEX) {
    const tag = view.getUint32(at);
    const type = view.getUint32(at + 4);
    const from = view.getUint32(at + 8);
    const count = view.getUint32(at + 12);
    // no value is shorter than a byte
    if (from > size || count > size - from) astray.add(tag);
    else if (!index.has(tag)) index.set(tag, { type, at: from, count });
  }
  return { index, astray };
}

class Tags implements Header {
  readonly range: ByteRange;
  readonly storeAt: number;
  readonly astray: ReadonlySet<number>;
  private readonly store: Uint8Array;
  private readonly index: ReadonlyMap<number, Index>;

  constructor(
    range: ByteRange,
    storeAt: number,
    store: Uint8Array,
    index: ReadonlyMap<number, Index>,
    astray: ReadonlySet<number>,
  ) {
    this.range = range;
    this.storeAt = storeAt;
    this.store = store;
    this.index = index;
    this.astray = astray;
  }

  text(tag: number): string | null {
    for (const { text } of this.texts(tag)) return text;
    return null;
  }

  *texts(tag: number): Generator<PlacedText> {
    const entry = this.index.get(tag);
    if (entry === undefined) return;
    const { type, count } = entry;
    if (type !== TYPE.text && type !== TYPE.texts && type !== TYPE.translated) return;
    let { at } = entry;
    for (let i = 0; i < (type === TYPE.text ? 1 : count); i++) {
      const end = this.store.indexOf(0, at);
      if (end === -1) return; // no zero byte ends it
      const bytes = this.store.subarray(at, end);
      yield { text: nameOf(bytes), bytes, range: [this.storeAt + at, this.storeAt + end] };
      at = end + 1;
    }
  }

  *numbers(tag: number): Generator<number> {
    const entry = this.index.get(tag);
    if (entry === undefined) return;
    const { type, at, count } = entry;
    const width = type === TYPE.int16 ? 2 : type === TYPE.int32 ? 4 : type === TYPE.int64 ? 8 : 0;
    if (width === 0 || count * width > this.store.length - at) return;
    const view = new DataView(this.store.buffer, this.store.byteOffset + at, count * width);
    for (let i = 0; i < count * width; i += width) {
      if (width === 8) yield Number(view.getBigUint64(i));
      else yield width === 2 ? view.getUint16(i) : view.getUint32(i);
    }
  }

  bytes(tag: number): Uint8Array | null {
    const entry = this.index.get(tag);
    if (entry === undefined || entry.type !== TYPE.bytes) return null;
    return this.store.subarray(entry.at, entry.at + entry.count);
  }
}
