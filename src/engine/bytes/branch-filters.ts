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
    case 0x07:
      return wordFilter(start, 4, arm);
    case 0x08:
      return wordFilter(start, 2, armThumb, 4);
    case 0x09:
      return wordFilter(start, 4, sparc);
    case 0x0a:
      return wordFilter(start, 4, arm64);
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
  view.setUint32(i, ((((0 - ((relative >>> 22) & 1)) << 22) & 0x3fffffff) | (relative & 0x3fffff) | 0x40000000) >>> 0, false);
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
    const fields = ((relative & 3) << 29) | ((relative & 0x03fffc) << 3) | ((0 - (relative & 0x020000)) & 0xe00000);
    view.setUint32(i, (kept | fields) >>> 0, true);
  }
  return 4;
};

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
