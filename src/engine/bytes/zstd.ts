import { createZstdDecompress } from 'node:zlib';
import { Malformed, Spent } from '#domain/error';
import type { Source } from '#domain/ports';
import { Cursor } from '#engine/bytes/cursor';
import type { Pieces } from '#engine/bytes/stream';

/** A frame begins with these, RFC 8878 §3.1.1. */
export const ZSTD_MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

/** Magic, descriptor, window, dictionary and size at their longest, §3.1.1.1. */
const HEADER_LIMIT = 4 + 14;

/** A block gives no more, §3.1.1.2.4. */
const BLOCK_LIMIT = 128 * 1024;

/** Largest window that is kept; encoders go beyond only when asked by hand (`--long`). */
export const ZSTD_WINDOW_LIMIT = 128 * 1024 * 1024;

/** What stands before the blocks of a frame. */
export interface ZstdHeader {
  /** Where the first block begins in the source. */
  readonly end: number;
  /** Bytes a match may reach back. */
  readonly window: number;
  /** Bytes of content; null: not stated. */
  readonly size: number | null;
  /** Id of the dictionary that was used; 0: none, or none stated. */
  readonly dictionary: number;
  readonly isChecked: boolean;
}

/** The header of the frame that begins at `at`; null: none begins there, or its reserved bit is set. Source: RFC 8878 §3.1.1.1 */
export function zstdHeader(source: Source, at: number): ZstdHeader | null {
  const bytes = source.bytes(at, Math.min(source.size, at + HEADER_LIMIT));
  if (bytes.length < 6 || !ZSTD_MAGIC.every((byte, i) => byte === bytes[i])) return null;
  const c = new Cursor(bytes, 4);
  const descriptor = c.u8();
  if ((descriptor & 0x08) !== 0) return null;
  const isSingle = (descriptor & 0x20) !== 0;
  try {
    const stated = isSingle ? null : windowOf(c.u8());
    const dictionary = dictionaryOf(c, descriptor & 3);
    const size = sizeOf(c, descriptor >>> 6, isSingle);
    const isChecked = (descriptor & 0x04) !== 0;
    return { end: at + c.at, window: stated ?? size ?? 0, size, dictionary, isChecked };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** Exponent in the five high bits, eighths in the three low ones. */
function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >>> 3));
  return base + (base / 8) * (byte & 7);
}

function dictionaryOf(c: Cursor, flag: number): number {
  return flag === 0 ? 0 : flag === 1 ? c.u8() : flag === 2 ? c.u16le() : c.u32le();
}

function sizeOf(c: Cursor, flag: number, isSingle: boolean): number | null {
  if (flag === 0) return isSingle ? c.u8() : null;
  return flag === 1 ? c.u16le() + 256 : flag === 2 ? c.u32le() : c.u64le();
}

/** Where the skippable frame that begins at `at` ends; null: none begins there, or it leaves the source. Source: RFC 8878 §3.1.2 */
export function skippableEnd(source: Source, at: number): number | null {
  if (at + 8 > source.size) return null;
  const c = new Cursor(source.bytes(at, at + 8));
  const magic = c.u32le();
  if (magic < 0x184d2a50 || magic > 0x184d2a5f) return null;
  const end = at + 8 + c.u32le();
  return end <= source.size ? end : null;
}

/** One frame on its way. */
export class ZstdFrame {
  readonly header: ZstdHeader;
  /** Where the last block ends and the checksum may begin; null: not reached yet. */
  blocksEnd: number | null = null;
  private readonly source: Source;
  private readonly at: number;

  /** @param at  where the frame begins in `source`; `header` is its own */
  constructor(source: Source, at: number, header: ZstdHeader) {
    this.source = source;
    this.at = at;
    this.header = header;
  }

  /** Decompresses piece by piece. A piece is valid until the next is asked for.
   *  @returns (of the generator) where the frame ends
   *  @throws Malformed with the offset where the blocks stand that break, Spent for a window above {@link ZSTD_WINDOW_LIMIT} */
  *pieces(): Pieces {
    const { source, at, header } = this;
    if (header.window > ZSTD_WINDOW_LIMIT) throw new Spent(`zstd window of ${ZSTD_WINDOW_LIMIT} bytes`);
    const blocks = new Blocks(source, header);
    if (header.dictionary !== 0) {
      while (!blocks.next().isLast);
      this.blocksEnd = blocks.at;
      throw new Malformed(`zstd frame needs dictionary ${header.dictionary}`, at);
    }
    let run = blocks.next();
    const engine = new Decompressor();
    try {
      yield* engine.give(source.bytes(at, header.end), at);
      for (; ; run = blocks.next()) {
        yield* engine.give(source.bytes(run.start, run.end), run.start);
        if (run.isLast) break;
      }
      this.blocksEnd = run.end;
      if (!header.isChecked) return run.end;
      if (run.end + 4 > source.size) throw new Malformed('zstd frame ends in its checksum', source.size);
      yield* engine.give(source.bytes(run.end, run.end + 4), run.end);
      return run.end + 4;
    } finally {
      engine.close();
    }
  }
}

/** Blocks that stand one after another. */
interface Run {
  readonly start: number;
  readonly end: number;
  /** True: the frame's last block is among them. */
  readonly isLast: boolean;
}

/** Bytes looked at for headers of blocks. */
const VIEW = 64 * 1024;

/** Blocks in a row without content: encoders write one, to end a frame. Every step of the walk shall give something. */
const EMPTY_LIMIT = 1000;

const REPEATED = 1;
const COMPRESSED = 2;
const RESERVED = 3;

/** Walks the blocks of a frame. Source: RFC 8878 §3.1.1.2 */
class Blocks {
  /** Where the next block begins. */
  at: number;
  private readonly source: Source;
  /** Most bytes in a block, and out of it. */
  private readonly limit: number;
  private view: Uint8Array = new Uint8Array(0);
  private viewAt = 0;
  private empty = 0;

  constructor(source: Source, { end, window }: ZstdHeader) {
    this.source = source;
    this.at = end;
    this.limit = Math.min(window, BLOCK_LIMIT);
  }

  /** As many blocks as give no more than one may, so that small ones are not decoded one by one.
   *  @throws Malformed, Spent */
  next(): Run {
    const start = this.at;
    for (let most = 0; ; ) {
      const word = this.word();
      const size = word >>> 3;
      const kind = (word >>> 1) & 3;
      const given = kind === COMPRESSED ? this.limit : size;
      if (this.at > start && most + given > BLOCK_LIMIT) return { start, end: this.at, isLast: false };
      const isLast = (word & 1) === 1;
      this.step(kind, size);
      if (isLast || this.at - start > BLOCK_LIMIT) return { start, end: this.at, isLast };
      most += given;
    }
  }

  private step(kind: number, size: number): void {
    const { at } = this;
    if (kind === RESERVED) throw new Malformed('reserved kind of zstd block', at);
    if (size > this.limit) throw new Malformed(`zstd block of ${size} bytes, ${this.limit} at most`, at);
    const end = at + 3 + (kind === REPEATED ? 1 : size);
    if (end > this.source.size) throw this.cut();
    this.empty = size === 0 ? this.empty + 1 : 0;
    if (this.empty > EMPTY_LIMIT) throw new Spent(`${EMPTY_LIMIT} zstd blocks without content`);
    this.at = end;
  }

  /** The three bytes before a block. */
  private word(): number {
    let i = this.at - this.viewAt;
    if (i + 3 > this.view.length) {
      const end = Math.min(this.source.size, this.at + VIEW);
      if (this.at + 3 > end) throw this.cut();
      this.view = this.source.bytes(this.at, end);
      this.viewAt = this.at;
      i = 0;
    }
    const { view } = this;
    return (view[i] ?? 0) | ((view[i + 1] ?? 0) << 8) | ((view[i + 2] ?? 0) << 16);
  }

  private cut(): Malformed {
    return new Malformed('zstd frame ends early', this.source.size);
  }
}

/** What node:zlib keeps behind a stream: the engine itself, which decompresses in the call. */
interface Engine {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLength: number,
    out: Uint8Array,
    outAt: number,
    outLength: number,
  ): void;
}

/** One frame on its way through node:zlib, with memory for the window and one block.
 *  node:zlib documents two ways: all output at once, or a stream that answers later. Neither fits a reader that is
 *  synchronous and must not hold a gigabyte. Node's own synchronous calls drive the engine behind the stream as is done
 *  here; the runtime is pinned, and a test fails should the engine go. */
class Decompressor {
  private readonly stream = createZstdDecompress();
  private readonly engine: Engine;
  /** What was left after the last call: room for output, then input. */
  private readonly left: Uint32Array;
  private readonly out = new Uint8Array(BLOCK_LIMIT);
  private fault: string | null = null;

  constructor() {
    const { _handle, _writeState } = this.stream as unknown as {
      readonly _handle?: Engine;
      readonly _writeState?: Uint32Array;
    };
    if (typeof _handle?.writeSync !== 'function' || _writeState === undefined)
      throw new Error('this Node has no synchronous zstd engine');
    this.engine = _handle;
    this.left = _writeState;
    // else the stream would throw the error later, where nobody can catch it
    const onerror = (message: string) => {
      this.fault = message;
    };
    Object.assign(_handle, { onerror });
  }

  /** @param at  where `input` stands, for errors
   *  @throws Malformed */
  *give(input: Uint8Array, at: number): Generator<Uint8Array> {
    for (let from = 0; ; ) {
      this.engine.writeSync(0, input, from, input.length - from, this.out, 0, this.out.length);
      if (this.fault !== null) throw new Malformed(this.fault, at);
      const [room = 0, rest = 0] = this.left;
      if (room < this.out.length) yield this.out.subarray(0, this.out.length - room);
      from = input.length - rest;
      if (rest === 0 && room > 0) return;
    }
  }

  close(): void {
    this.stream.destroy();
  }
}
