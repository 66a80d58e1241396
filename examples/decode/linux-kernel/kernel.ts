// A writer of the table of symbols that a kernel carries, after scripts/kallsyms.c of Linux.
import { be16, be32, bytes, le16, le32, padded, zeros } from '../../craft.ts';

type Symbol = readonly [address: number, type: string, name: string];

interface Wishes {
  readonly isLittle?: boolean;
  /** How addresses are kept; `behind`: behind the tokens, as since Linux 6.4. */
  readonly form?: 'plain' | 'relative' | 'behind';
  /** Bytes that each part is filled up to. */
  readonly align?: number;
}

/** Symbols sorted by address, as the table of a kernel. Every character is its own token. */
export function kallsyms(symbols: readonly Symbol[], { isLittle = true, form = 'plain', align = 4 }: Wishes = {}): Buffer {
  const word = isLittle ? le32 : be32;
  const half = isLittle ? le16 : be16;
  const part = (...parts: readonly Buffer[]) => padded(bytes(...parts), align);
  const stored = symbols.map(([, type, name]) => bytes([type.length + name.length], type, name));
  const markers: number[] = [];
  let at = 0;
  for (const [i, one] of stored.entries()) {
    if (i % 256 === 0) markers.push(at);
    at += one.length;
  }
  const used = new Set(symbols.flatMap(([, type, name]) => [...type, ...name]));
  for (const digit of '0123456789') used.add(digit);
  const tokens = Array.from({ length: 256 }, (_, i) => (used.has(String.fromCodePoint(i)) ? String.fromCodePoint(i) : ''));
  const index = tokens.map((_, i) => half(tokens.slice(0, i).reduce((sum, token) => sum + token.length + 1, 0)));
  const base = symbols[0]?.[0] ?? 0;
  const plain = part(...symbols.map(([address]) => word(address)));
  const relative = bytes(part(...symbols.map(([address]) => word(address - base))), part(word(base)));
  return bytes(
    form === 'plain' ? plain : form === 'relative' ? relative : zeros(0),
    part(word(symbols.length)),
    part(...stored),
    part(...markers.map(word)),
    part(...tokens.map((token) => bytes(token, [0]))),
    part(...index),
    form === 'behind' ? relative : zeros(0),
  );
}
