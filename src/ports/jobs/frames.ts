/** A worker says what no worker of ours says: the parser in it may be in the hands of whoever wrote the bytes. */
export class Nonsense extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Nonsense';
  }
}

/** What passes between a worker and its host: a type byte, a length (u32, big endian), as many bytes. */
export const FRAME = {
  /** Host to worker: a task as JSON. */
  task: 1,
  /** Worker to host: content of the deposit that is open. */
  piece: 2,
  /** Worker to host: the deposit is complete. */
  close: 3,
  /** Worker to host: the deposit is void. */
  abandon: 4,
  /** Worker to host: the outcome of the task as JSON. */
  outcome: 5,
  /** Worker to host: ready for tasks. */
  ready: 6,
} as const;

export const HEADER_SIZE = 5;

/** Largest frame; an outcome of 10^6 entries stays below. A worker that claims more is stopped. */
export const FRAME_LIMIT = 512 * 1024 * 1024;

/** Puts frames together from what a pipe delivers. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private held = 0;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.held += chunk.length;
  }

  /** The next whole frame, or null when more bytes are needed.
   *  @throws Nonsense when the frame claims more than {@link FRAME_LIMIT} */
  next(): { readonly type: number; readonly body: Buffer } | null {
    if (this.held < HEADER_SIZE) return null;
    const header = this.peek(HEADER_SIZE);
    const length = header.readUInt32BE(1);
    if (length > FRAME_LIMIT) throw new Nonsense(`frame of ${length} bytes`);
    if (this.held < HEADER_SIZE + length) return null;
    const frame = this.peek(HEADER_SIZE + length);
    this.drop(HEADER_SIZE + length);
    return { type: header.readUInt8(0), body: frame.subarray(HEADER_SIZE) };
  }

  /** The first `length` bytes in one buffer, a view where the first chunk has them all. */
  private peek(length: number): Buffer {
    const first = this.chunks[0] ?? Buffer.alloc(0);
    if (first.length >= length) return first.subarray(0, length);
    const joined = Buffer.concat(this.chunks);
    this.chunks = [joined];
    return joined.subarray(0, length);
  }

  private drop(length: number): void {
    this.held -= length;
    let left = length;
    while (left > 0) {
      const first = this.chunks[0];
      if (first === undefined) return;
      if (first.length > left) {
        this.chunks[0] = first.subarray(left);
        return;
      }
      left -= first.length;
      this.chunks.shift();
    }
  }
}

export function frameHeader(type: number, length: number): Buffer {
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(length, 1);
  return header;
}
