// node examples/decode/lua/make.ts: writes the inputs as ldump.c of Lua 5.1 would.
import { be32, bytes, le32, patched, writeCases, zeros } from '../../craft.ts';

type Word = (value: number) => Buffer;

const text = (word: Word, value: string) => (value === '' ? word(0) : bytes(word(value.length + 1), `${value}\0`));

/** A function with one instruction, constants as given, one name of each kind. */
function body(word: Word, name: string, constants: readonly Buffer[], inner: readonly Buffer[] = []): Buffer {
  return bytes(
    bytes(text(word, name), word(0), word(0), [0, 0, 2, 2]),
    bytes(word(1), word(0x0080001e)),
    bytes(word(constants.length), ...constants),
    bytes(word(inner.length), ...inner),
    bytes(word(1), word(1)),
    bytes(word(1), text(word, 'uci'), word(0), word(1)),
    bytes(word(1), text(word, 'nixio')),
  );
}

const head = (isLittle: boolean, integral: number) => bytes('\x1bLua', [0x51, 0, isLittle ? 1 : 0, 4, 4, 4, 8, integral]);
const constants = (word: Word) => [
  bytes([0]),
  bytes([1, 1]),
  bytes([3], zeros(8)),
  bytes([4], text(word, 'require')),
];
const plain = bytes(head(false, 0), body(be32, '@/usr/lib/lua/a.lua', constants(be32), [body(be32, '', [])]));
const whole = bytes(head(true, 4), body(le32, '@b.lua', [...constants(le32), bytes([9], le32(80))]));

writeCases(import.meta.dirname, '../make.ts', {
  'big-endian': { input: bytes(plain, 'more'), note: 'A function in a function; what follows the chunk stays unexplained.' },
  'whole-numbers': { input: whole, note: 'OpenWrt’s variant, with a whole number among the constants.' },
  'behind-a-first-line': { input: bytes('#!/usr/bin/env lua\n', whole), note: 'The interpreter skips the first line; it belongs to the program.' },
  'constant-of-no-type': { input: patched(plain, 60, [7]), note: 'A constant has a type that does not exist.' },
  'cut-short': { input: plain.subarray(0, -3), note: 'The last name is not whole.' },
  'plain-script': { input: bytes('#!/usr/bin/lua\nreturn 1\n'), note: 'The look-alike: a script in plain text.' },
});
