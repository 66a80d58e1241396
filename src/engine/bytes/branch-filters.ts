/** Undoes what an encoder did to make programs compress better: absolute branch targets become relative again. */
export interface BranchFilter {
  /** Filters in place; state is kept between calls.
   *  @param last  true: nothing follows, so that nothing is held back
   *  @returns how many bytes are final; the rest must stand at the beginning of the next call's bytes */
  apply(bytes: Uint8Array, last: boolean): number;
}

/** @param id     filter id of xz
 *  @param start  start offset, from the filter's properties
 *  @returns null for an id that is not known. Source: The .xz File Format 1.2.1 §5.3.2; XZ Utils' description of BCJ */
export function branchFilter(id: number, start: number): BranchFilter | null {
  switch (id) {
    case 0x04:
      return x86Filter(start);
    case 0x05:
      return wordFilter(start, 4, powerpc);
    case 0x06:
      return wordFilter(start, 16, ia64);
    case 0x07:
      return wordFilter(start, 4, arm);
    case 0x08:
      return wordFilter(start, 2, armThumb, 4);
    case 0x09:
      return wordFilter(start, 4, sparc);
    case 0x0a:
      return wordFilter(start, 4, arm64);
    case 0x0b:
      return wordFilter(start, 2, riscv, 8);
    default:
      return null;
  }
}

/** Each byte was stored as difference to the byte `distance` before it, §5.3.3. */
export function deltaFilter(distance: number): BranchFilter {
  const history = new Uint8Array(256);
  let at = 0;
  return {
    apply(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        const value = ((bytes[i] as number) + (history[(at - distance) & 0xff] as number)) & 0xff;
        bytes[i] = value;
        history[at++ & 0xff] = value;
      }
      return bytes.length;
    },
  };
}

/** Rewrites one instruction at `i`, standing at address `address`; returns the bytes it covers. */
type Rewrite = (bytes: Uint8Array, view: DataView, i: number, address: number) => number;

function wordFilter(start: number, step: number, rewrite: Rewrite, width = step): BranchFilter {
  let address = start;
  return {
    apply(bytes, last) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let i = 0;
      while (i + width <= bytes.length) i += Math.max(step, rewrite(bytes, view, i, (address + i) >>> 0));
      address = (address + i) >>> 0;
      return last ? bytes.length : i;
    },
  };
}

const arm: Rewrite = (bytes, view, i, address) => {
  if (bytes[i + 3] !== 0xeb) return 4; // BL
  const target = (view.getUint32(i, true) & 0xffffff) << 2;
  const relative = ((target - (address + 8)) >>> 2) & 0xffffff;
  view.setUint32(i, 0xeb000000 + relative, true);
  return 4;
};

const armThumb: Rewrite = (_bytes, view, i, address) => {
  const first = view.getUint16(i, true);
  const second = view.getUint16(i + 2, true);
  if ((first & 0xf800) !== 0xf000 || (second & 0xf800) !== 0xf800) return 2; // BL in two halves
  const target = (((first & 0x7ff) << 11) | (second & 0x7ff)) << 1;
  const relative = (target - (address + 4)) >>> 1;
  view.setUint16(i, 0xf000 | ((relative >>> 11) & 0x7ff), true);
  view.setUint16(i + 2, 0xf800 | (relative & 0x7ff), true);
  return 4;
};

const powerpc: Rewrite = (_bytes, view, i, address) => {
  const word = view.getUint32(i, false);
  if ((word & 0xfc000003) >>> 0 !== 0x48000001) return 4; // BL, absolute bit clear
  view.setUint32(i, (0x48000001 | (((word & 0x03fffffc) - address) & 0x03fffffc)) >>> 0, false);
  return 4;
};

const sparc: Rewrite = (_bytes, view, i, address) => {
  const word = view.getUint32(i, false);
  const high = word >>> 22;
  if (high !== 0x100 && high !== 0x1ff) return 4; // CALL with a near target
  const relative = (((word << 2) - address) >>> 2) >>> 0;
  view.setUint32(
    i,
    ((((0 - ((relative >>> 22) & 1)) << 22) & 0x3fffffff) | (relative & 0x3fffff) | 0x40000000) >>> 0,
    false,
  );
  return 4;
};

const arm64: Rewrite = (_bytes, view, i, address) => {
  const word = view.getUint32(i, true);
  if (word >>> 26 === 0x25) {
    view.setUint32(i, (0x94000000 | ((word - (address >>> 2)) & 0x03ffffff)) >>> 0, true); // BL
  } else if ((word & 0x9f000000) >>> 0 === 0x90000000) {
    // ADRP, only where the page lies within 512 MiB
    const page = ((word >>> 29) & 3) | ((word >>> 3) & 0x1ffffc);
    if (((page + 0x020000) & 0x1c0000) !== 0) return 4;
    const relative = page - (address >>> 12);
    const kept = (word & 0x9000001f) >>> 0;
    const fields =
      ((relative & 3) << 29) | ((relative & 0x03fffc) << 3) | ((0 - (relative & 0x020000)) & 0xe00000);
    view.setUint32(i, (kept | fields) >>> 0, true);
  }
  return 4;
};

/** Which of the three slots of a bundle hold branches, a bit for each, by the lower half of the 32 templates' upper ones. */
const IA64_BRANCHES = [4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0] as const;

/** A bundle of 16 bytes: five bits of template, three slots of 41 bits. */
const ia64: Rewrite = (bytes, view, i, address) => {
  const template = (bytes[i] as number) & 0x1f;
  const branches = template < 16 ? 0 : (IA64_BRANCHES[template - 16] ?? 0);
  for (let slot = 0; slot < 3; slot++) {
    if ((branches & (1 << slot)) !== 0) ia64Slot(view, i, 5 + 41 * slot, address);
  }
  return 16;
};

/** IP-relative call: opcode 5 in the top four bits, no kind; the target in bits 13 to 32 and its sign in bit 36, in bundles. */
function ia64Slot(view: DataView, bundle: number, firstBit: number, address: number): void {
  const at = bundle + (firstBit >>> 3);
  const shift = 2 ** (firstBit & 7);
  const held = view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32; // 48 bits hold the slot
  const slot = Math.floor(held / shift);
  const bits = (from: number, count: number) => Math.floor(slot / 2 ** from) % 2 ** count;
  if (bits(37, 4) !== 5 || bits(9, 3) !== 0) return;
  const target = bits(13, 20) + bits(36, 1) * 2 ** 20;
  const relative = ((target << 4) - address) >>> 4;
  const changed =
    ((relative & 0xfffff) - bits(13, 20)) * 2 ** 13 + (((relative >>> 20) & 1) - bits(36, 1)) * 2 ** 36;
  const next = held + changed * shift;
  view.setUint32(at, next % 2 ** 32, true);
  view.setUint16(at + 4, Math.floor(next / 2 ** 32), true);
}

/** JAL to ra or t0, and AUIPC with the instruction behind it that takes the lower half of the address.
 *  The encoder marks a pair by the register x2, and moves what looked like that out of the way. */
const riscv: Rewrite = (bytes, view, i, address) => {
  const first = bytes[i] as number;
  if (first === 0xef) {
    const register = bytes[i + 1] as number;
    if ((register & 0x0d) !== 0) return 2;
    const target =
      ((register & 0xf0) << 13) | ((bytes[i + 2] as number) << 9) | ((bytes[i + 3] as number) << 1);
    const relative = target - address;
    view.setUint8(i + 1, (register & 0x0f) | ((relative >>> 8) & 0xf0));
    view.setUint8(i + 2, ((relative >>> 16) & 0x0f) | ((relative >>> 7) & 0x10) | ((relative << 4) & 0xe0));
    view.setUint8(i + 3, ((relative >>> 4) & 0x7f) | ((relative >>> 13) & 0x80));
    return 4;
  }
  if ((first & 0x7f) !== 0x17) return 2;
  const upper = view.getUint32(i, true);
  return (upper & 0xe80) === 0 ? riscvPair(view, i, upper, address) : riscvMoved(view, i, upper);
};

/** A pair as the encoder leaves it: x2, the first three parts of the second instruction, then the whole target, most
 *  significant byte first. */
function riscvPair(view: DataView, i: number, upper: number, address: number): number {
  const register = upper >>> 27;
  // x0 and x2 cannot be the register of a pair, nor may the word be any other use of x2
  if (((upper - 0x3117) << 18) >>> 0 >= (register & 0x1d)) return 4;
  const relative = view.getUint32(i + 4, false) - address;
  view.setUint32(i, (0x17 | (register << 7) | ((relative + 0x800) & 0xfffff000)) >>> 0, true);
  view.setUint32(i + 4, ((upper >>> 12) | (relative << 20)) >>> 0, true);
  return 8;
}

/** AUIPC with another register: only one that fits the word behind it was moved by the encoder. */
function riscvMoved(view: DataView, i: number, upper: number): number {
  const second = view.getUint32(i + 4, true);
  if ((((upper << 8) ^ (second - 3)) & 0xf8003) !== 0) return 6;
  view.setUint32(i, (0x17 | (2 << 7) | (second << 12)) >>> 0, true);
  view.setUint32(i + 4, ((upper & 0xfffff000) + (second >>> 20)) >>> 0, true);
  return 8;
}

/** By which of the three bytes before looked like opcodes: may this one be converted, and how many bytes back was the nearest. */
const X86_ALLOWED = [true, true, true, false, true, false, false, false] as const;
const X86_NEAREST = [0, 1, 2, 2, 3, 3, 3, 3] as const;

/** x86 CALL and JMP with 32-bit targets. The mask remembers which of the last bytes looked like opcodes, as the encoder did. */
function x86Filter(start: number): BranchFilter {
  let address = start;
  let mask = 0;
  let previous = start - 5;
  const extreme = (byte: number) => byte === 0 || byte === 0xff;
  return {
    apply(bytes, last) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let i = 0;
      while (i + 5 <= bytes.length) {
        if (((bytes[i] as number) & 0xfe) !== 0xe8) {
          i++;
          continue;
        }
        const gap = address + i - previous;
        previous = address + i;
        if (gap > 5) mask = 0;
        else for (let n = 0; n < gap; n++) mask = (mask & 0x77) << 1;
        const top = bytes[i + 4] as number;
        if (!extreme(top) || X86_ALLOWED[(mask >>> 1) & 7] !== true || mask >>> 1 >= 0x10) {
          i++;
          mask |= extreme(top) ? 0x11 : 1;
          continue;
        }
        let source = view.getUint32(i + 1, true);
        let target: number;
        for (;;) {
          target = (source - (address + i + 5)) >>> 0;
          if (mask === 0) break;
          const shift = (X86_NEAREST[(mask >>> 1) & 7] ?? 0) * 8;
          if (!extreme((target >>> (24 - shift)) & 0xff)) break;
          source = (target ^ (2 ** (32 - shift) - 1)) >>> 0;
        }
        const sign = (target & 0x01000000) === 0 ? 0 : 0xfe000000;
        view.setUint32(i + 1, ((target & 0x01ffffff) | sign) >>> 0, true);
        i += 5;
        mask = 0;
      }
      address += i;
      return last ? bytes.length : i;
    },
  };
}
