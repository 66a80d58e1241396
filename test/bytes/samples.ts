// Bytes for tests of decoders: the same every time, of several kinds.

/** Numbers 0 ≤ n < limit, evenly spread, the same for the same seed. */
export function numbersFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** `text`: words again and again; `noise`: no order at all; `runs`: long runs of one byte; `code`: words of instructions
 *  in which branches are frequent, for every processor that a branch filter knows; `mixed`: all of them in turns. */
export type Kind = 'text' | 'noise' | 'runs' | 'code' | 'mixed';

export const KINDS: readonly Kind[] = ['text', 'noise', 'runs', 'code', 'mixed'];

export function sample(kind: Kind, size: number, seed = 1): Uint8Array {
  const draw = numbersFrom(seed);
  const out = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const chosen = kind === 'mixed' ? (KINDS[draw(4)] ?? 'text') : kind;
    const part = PARTS[chosen](draw).subarray(0, size - at);
    out.set(part, at);
    at += part.length;
  }
  return out;
}

type Draw = (limit: number) => number;

const PARTS: Readonly<Record<Kind, (draw: Draw) => Uint8Array>> = {
  text: (draw) => new TextEncoder().encode(`${WORDS[draw(WORDS.length)]}${draw(4) === 0 ? draw(1000) : ' '}`),
  noise: (draw) => Uint8Array.from({ length: 1 + draw(600) }, () => draw(256)),
  runs: (draw) => new Uint8Array(1 + draw(draw(10) === 0 ? 5000 : 40)).fill(draw(3)),
  code: (draw) => {
    const word = Uint8Array.from({ length: 16 }, () => (draw(3) === 0 ? 0 : draw(256)));
    const branch = BRANCHES[draw(BRANCHES.length)] ?? [];
    for (const [at, byte] of branch) word[at] = byte;
    // sometimes the step of instructions is left
    return word.subarray(0, draw(50) === 0 ? 1 + draw(15) : 16);
  },
  mixed: () => new Uint8Array(1),
};

const WORDS = [
  'interface',
  'ip route',
  'no shutdown',
  'vlan',
  '\n',
  'permit any any',
  'password',
  'description ',
  '0',
];

/** Bytes at places of an instruction that make it a branch. */
const BRANCHES: readonly (readonly (readonly [at: number, byte: number])[])[] = [
  [
    [0, 0xe8],
    [4, 0],
  ], // x86 CALL forwards
  [
    [1, 0xe9],
    [5, 0xff],
  ], // x86 JMP backwards
  [
    [3, 0xe8],
    [4, 0xe8],
    [7, 0],
    [8, 0xff],
  ], // two that look like opcodes close together
  [
    [3, 0xeb],
    [7, 0xeb],
  ], // ARM BL
  [
    [1, 0xf3],
    [3, 0xfa],
  ], // Thumb BL
  [
    [0, 0x48],
    [3, 0x05],
  ], // PowerPC BL
  [
    [0, 0x40],
    [1, 0x05],
  ], // SPARC CALL
  [
    [0, 0x7f],
    [1, 0xf0],
  ], // SPARC CALL backwards
  [
    [3, 0x97],
    [7, 0x94],
  ], // AArch64 BL
  [
    [3, 0xb0],
    [7, 0x90],
  ], // AArch64 ADRP
  [
    [0, 0x16],
    [5, 0x00],
    [10, 0x50],
  ], // IA-64 bundle with branches
  [
    [0, 0x10],
    [11, 0x00],
    [15, 0x50],
  ], // IA-64 bundle with one branch
  [],
];
