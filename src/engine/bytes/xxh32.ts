const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

/** Bytes taken at once. */
const STRIPE = 16;

/** xxHash of 32 bits over bytes that arrive in pieces. Source: xxHash fast digest algorithm, 0.1.1 (Y. Collet) */
export class Xxh32 {
  private readonly lanes: Int32Array;
  private readonly rest = new Uint8Array(STRIPE);
  private readonly view = new DataView(this.rest.buffer);
  private readonly seed: number;
  private length = 0;

  constructor(seed = 0) {
    this.seed = seed;
    this.lanes = Int32Array.of(seed + P1 + P2, seed + P2, seed, seed - P1);
  }

  update(bytes: Uint8Array): this {
    let at = 0;
    const held = this.length % STRIPE;
    this.length += bytes.length;
    if (held > 0) {
      at = Math.min(STRIPE - held, bytes.length);
      this.rest.set(bytes.subarray(0, at), held);
      if (held + at < STRIPE) return this;
      this.stripe(this.view, 0);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + STRIPE <= bytes.length; at += STRIPE) this.stripe(view, at);
    this.rest.set(bytes.subarray(at));
    return this;
  }

  /** The hash of what came so far, 0..2^32 − 1. */
  digest(): number {
    const { lanes } = this;
    const [a = 0, b = 0, c = 0, d = 0] = lanes;
    const isLong = this.length >= STRIPE;
    let hash = isLong ? turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18) : this.seed + P5;
    hash = (hash + this.length) | 0;
    const end = this.length % STRIPE;
    let at = 0;
    for (; at + 4 <= end; at += 4) {
      hash = Math.imul(turn((hash + Math.imul(this.view.getUint32(at, true), P3)) | 0, 17), P4);
    }
    for (; at < end; at++) {
      hash = Math.imul(turn((hash + Math.imul(this.rest[at] ?? 0, P5)) | 0, 11), P1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), P2);
    hash = Math.imul(hash ^ (hash >>> 13), P3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private stripe(view: DataView, at: number): void {
    const { lanes } = this;
    for (let i = 0; i < 4; i++) {
      const word = Math.imul(view.getUint32(at + 4 * i, true), P2);
      lanes[i] = Math.imul(turn(((lanes[i] ?? 0) + word) | 0, 13), P1);
    }
  }
}

function turn(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
