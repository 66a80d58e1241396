// node examples/decode/linux-kernel/make.ts: writes the inputs as a kernel lies in memory.
import { be32, bytes, field, le32, patched, writeCases, zeros } from '../../craft.ts';
import { kallsyms } from './kernel.ts';

const BANNER = 'Linux version 4.14.95 (builder@host) (gcc 7.3.0) #0 SMP Mon Jan 1 00:00:00 2024\n';

/** Where the image begins in memory, and places in it. */
const BASE = 0x80010000;
const BANNER_AT = 0x8000;
const TABLE_AT = 0x9000;
const SIZE = 68 * 1024;

type Named = Readonly<Record<string, number>>;

/** Symbols by name and place, and enough others to fill more than one stride of the table. */
function symbols(named: Named) {
  const others = Array.from({ length: 300 }, (_, i): readonly [number, string, string] => [BASE + 0x400 + i * 16, i % 3 === 0 ? 'T' : 't', `function_${i}`]);
  const own = Object.entries(named).map(([name, at]): readonly [number, string, string] => [BASE + at, 'T', name]);
  return [...others, ...own].toSorted(([a], [b]) => a - b);
}

const ALL: Named = { _text: 0, _stext: 0x400, _etext: 0x7000, linux_banner: BANNER_AT, __bss_start: 0x10000 };

function kernel(table: Uint8Array, parts: Readonly<Record<number, Uint8Array>> = {}): Buffer {
  let image = patched(field('code', SIZE), BANNER_AT, bytes(BANNER, [0]));
  image = patched(image, TABLE_AT, table);
  for (const [at, part] of Object.entries(parts)) image = patched(image, Number(at), part);
  return image;
}

/** Entries of the table of exports: an address, then that of the name. */
function exported(names: Named): Readonly<Record<number, Uint8Array>> {
  const texts = Object.keys(names);
  const at = (i: number) => 0xf000 + i * 16;
  const entries = bytes(...texts.map((name, i) => bytes(be32(BASE + (names[name] ?? 0)), be32(BASE + at(i)))));
  return { 0xe000: entries, ...Object.fromEntries(texts.map((name, i) => [at(i), bytes(name, [0])])) };
}

const EXPORTS: Named = { printk: 0x500, kfree: 0x600, strlen: 0x700 };
const whole = kernel(kallsyms(symbols(ALL)));

writeCases(import.meta.dirname, '../make.ts', {
  'every-symbol': { input: bytes(whole, 'appended'), note: 'The banner is among the symbols: it shows where the kernel lies, and they what is code. What follows stays unexplained.' },
  'functions-alone': {
    input: kernel(kallsyms(symbols({ _text: 0, _stext: 0x400, _etext: 0x7000, ...EXPORTS }), { isLittle: false, align: 16 }), exported(EXPORTS)),
    note: 'Big endian, functions only: the table of exports shows where the kernel lies.',
  },
  'distances-from-a-base': { input: kernel(kallsyms(symbols(ALL), { form: 'relative' })), note: 'Addresses as distances, the base behind them.' },
  'distances-behind-the-tokens': { input: kernel(kallsyms(symbols(ALL), { form: 'behind' })), note: 'The order of parts since Linux 6.4.' },
  'with-configuration': {
    input: kernel(zeros(4), { 0xc000: bytes('IKCFG_ST', zeros(20), 'IKCFG_ED') }),
    note: 'No table of symbols: the banner alone is claimed, the rest is searched.',
  },
  'symbols-that-contradict': { input: patched(whole, TABLE_AT, le32(0xffffffff)), note: 'The first address is above the second: the table is none.' },
  'log-of-a-kernel': { input: bytes(`${BANNER}Kernel command line: console=ttyS0\n`.repeat(700)), note: 'The look-alike: a log begins with the banner as well, but it is text.' },
});
